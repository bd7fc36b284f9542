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

from creditdesk.store.history import History
from creditdesk.store.schema import APPLICATION_ID, MIGRATIONS

GOLDEN = Path(__file__).parent / "golden"
OLD_TABLES = ("condition", "pool", "point", "event", "episode", "snooze", "typed")


def content(path: Path) -> dict[str, tuple[int, str]]:
    """How many rows each of the first schema's tables has, and their hash."""
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    found = {}
    for table in OLD_TABLES:
        rows = sorted(map(repr, connection.execute(f"SELECT * FROM {table}")))
        found[table] = (len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest())
    connection.close()
    return found


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A file as the first schema left it."""
    path = tmp_path / "history.sqlite3"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.executescript((GOLDEN / "schema-1.sql").read_text(encoding="utf-8"))
    connection.execute("PRAGMA user_version = 1")
    connection.close()
    return path


def test_a_file_of_the_first_schema_keeps_every_row_and_can_send(old: Path, now: datetime) -> None:
    before = content(old)
    assert all(count for count, _ in before.values())
    history = History(old, now)
    assert history.notice is None
    assert history.latest(["a1"]).result(10)["a1"].snapshot is not None
    assert history.latest(["a1"]).result(10)["a1"].typed["main"].left == Decimal("12.50")
    history.close()
    assert content(old) == before
    connection = sqlite3.connect(old)
    assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    assert connection.execute("SELECT count(*) FROM sending").fetchone() == (0,)
    assert connection.execute("SELECT count(*) FROM batch").fetchone() == (0,)
    connection.close()


UPGRADE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from creditdesk.store.database import open_database
print("ready", flush=True)
open_database(Path(sys.argv[1]), datetime(2026, 11, 21, tzinfo=UTC))
print("done", flush=True)
"""


def test_an_upgrade_to_the_outbox_that_is_killed_is_done_or_not_begun(old: Path) -> None:
    before, raw = content(old), old.read_bytes()
    dice = random.Random(2)
    found = set()
    for number in range(12):
        path = old.with_name(f"copy{number}.sqlite3")
        path.write_bytes(raw)
        child = subprocess.Popen([sys.executable, "-c", UPGRADE, str(path)], stdout=subprocess.PIPE)
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        try:
            child.wait(dice.uniform(0, 0.02))
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)
        child.wait(20)
        child.stdout.close()
        assert content(path) == before
        connection = sqlite3.connect(path)
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        tables = connection.execute("SELECT count(*) FROM sqlite_master WHERE name IN ('sending', 'batch')").fetchone()
        connection.close()
        found.add((version, tables[0]))
    assert found <= {(1, 0), (2, 2)}
