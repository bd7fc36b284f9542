"""A7: the file of every released schema opens today, with every row it had; a killed upgrade is done or not begun."""

import hashlib
import random
import signal
import sqlite3
import subprocess
import sys
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from tests.proving import size

from creditdesk.store.backups import backups, is_good
from creditdesk.store.history import History
from creditdesk.store.outbox import Outbox
from creditdesk.store.restoring import restore
from creditdesk.store.schema import APPLICATION_ID, MIGRATIONS

GOLDEN = Path(__file__).parent / "golden"
RELEASED = (1, 2, 7)
KILLS = size(30, 120) // len(RELEASED)

POINTS = """(SELECT account, pool, first_seen, first_seen + held AS last_seen, amount_left, amount_limit, amount_used,
    CASE source WHEN '' THEN 'live' ELSE source END AS source, resets_at, expires_at
    FROM point JOIN pool USING (series))"""
"""The points as they were until the third schema."""

Content = dict[str, tuple[int, str]]


def golden(path: Path, schema: int) -> Path:
    """A file as the program of that schema left it."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    rows = (GOLDEN / f"schema-{schema}.sql").read_text(encoding="utf-8")
    connection.executescript(f"BEGIN; {rows} COMMIT; PRAGMA user_version = {schema};")
    connection.close()
    return path


def columns(schema: int) -> dict[str, str]:
    """The columns of each table of a released schema; later steps may add others."""
    connection = sqlite3.connect(":memory:")
    connection.executescript((GOLDEN / f"schema-{schema}.sql").read_text(encoding="utf-8"))
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = {table: connection.execute(f"PRAGMA table_info({table})").fetchall() for table in tables}
    connection.close()
    return {table: ", ".join(row[1] for row in rows) for table, rows in found.items()}


def content(path: Path, schema: int) -> Content:
    """How many rows each table of a released schema has in this file, and their hash."""
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    found = {}
    for table, names in columns(schema).items():
        numbered = any(row[1] == "series" for row in connection.execute(f"PRAGMA table_info({table})"))
        source = POINTS if table == "point" and numbered and "series" not in names else table
        rows = sorted(map(repr, connection.execute(f"SELECT {names} FROM {source}")))
        found[table] = (len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest())
    connection.close()
    return found


def version(path: Path) -> int:
    connection = sqlite3.connect(path)
    found = int(connection.execute("PRAGMA user_version").fetchone()[0])
    connection.close()
    return found


@pytest.mark.promise("A7", f"{len(RELEASED)} released schemas")
@pytest.mark.parametrize("schema", RELEASED)
def test_a_file_of_a_released_schema_keeps_every_row_and_a_copy_is_made_first(
    tmp_path: Path, now: datetime, schema: int
) -> None:
    old = golden(tmp_path / "history.sqlite3", schema)
    before = content(old, schema)
    assert all(count for count, _ in before.values())
    history = History(old, now)
    assert history.notice is None
    assert history.latest(["a1"]).result(10)["a1"].snapshot is not None
    assert all(series.points for series in history.series("a1").result(10))
    assert history.events().result(10)
    assert history.warned.episodes().result(10)
    history.close()
    assert content(old, schema) == before
    assert version(old) == len(MIGRATIONS)
    (copy,) = backups(old)
    assert copy.schema == schema
    assert content(copy.path, schema) == before
    assert restore(old, copy.path, now) is not None
    History(old, now).close()
    assert content(old, schema) | {"batch": (0, "")} == before | {"batch": (0, "")}  # what was planned is unknown now
    assert version(old) == len(MIGRATIONS)


def test_a_file_of_the_first_schema_can_send(tmp_path: Path, now: datetime) -> None:
    history = History(golden(tmp_path / "history.sqlite3", 1), now)
    assert history.latest(["a1"]).result(10)["a1"].typed["main"].left == Decimal("12.50")
    assert Outbox(history.connections).kept.sendings().result(10) == ()
    history.close()


def test_a_file_of_the_second_schema_keeps_its_imports(tmp_path: Path, now: datetime) -> None:
    history = History(golden(tmp_path / "history.sqlite3", 2), now)
    kept = Outbox(history.connections).kept
    assert {each.id: [batch.state for batch in each.batches] for each in kept.sendings().result(10)} == {
        "s0": ["accepted", "planned", "planned"],
        "s1": ["unknown", "planned", "planned"],
        "s2": ["refused", "cancelled", "cancelled"],
    }
    assert kept.items("s1", 1).result(10) == ((3, "wörd '0'"), (4, "wörd '1'"), (5, "wörd '2'"))
    history.close()


UPGRADE = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from creditdesk.store.database import open_database
from creditdesk.store.schema import MIGRATIONS
moment = int(sys.argv[2])
class Step(tuple):
    def __iter__(self):
        global moment
        for statement in tuple.__iter__(self):
            moment -= 1
            if moment == 0:
                os.kill(os.getpid(), signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)
            yield statement
print("ready", flush=True)
open_database(Path(sys.argv[1]), datetime(2026, 11, 21, tzinfo=UTC), tuple(map(Step, MIGRATIONS)))
print("done", flush=True)
"""


def killed(path: Path, statement: int, after_s: float) -> None:
    """Upgrade this file in a process that is killed before a statement (counted from 1), or after a time."""
    child = subprocess.Popen([sys.executable, "-c", UPGRADE, str(path), str(statement)], stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline() == b"ready\n"
    try:
        child.wait(after_s)
    except subprocess.TimeoutExpired:
        child.send_signal(signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)
    child.wait(20)
    child.stdout.close()


@pytest.mark.promise("A7", f"{KILLS} kills a schema")
@pytest.mark.timeout(300)
@pytest.mark.parametrize("schema", RELEASED)
def test_an_upgrade_that_is_killed_leaves_the_old_rows_and_goes_on_at_the_next_start(
    tmp_path: Path, now: datetime, schema: int
) -> None:
    before = content(golden(tmp_path / "first.sqlite3", schema), schema)
    raw = (tmp_path / "first.sqlite3").read_bytes()
    statements = sum(len(step) for step in MIGRATIONS[schema:])
    dice = random.Random(2)
    found = set()
    for number in range(KILLS):
        path = tmp_path / str(number) / "history.sqlite3"
        path.parent.mkdir()
        path.write_bytes(raw)
        if number % 2:
            killed(path, dice.randint(1, statements), 20)
        else:
            killed(path, 0, dice.uniform(0, 0.03))
        assert content(path, schema) == before
        found.add(version(path))
        assert all(is_good(copy.path) for copy in backups(path))
        assert version(path) == schema or backups(path)
        History(path, now).close()
        assert content(path, schema) == before
        assert version(path) == len(MIGRATIONS)
    assert schema in found
    assert found <= {schema, len(MIGRATIONS)}
