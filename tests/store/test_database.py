"""A5: whatever state the history's file is in, the desk opens within seconds and the file is never lost."""

import os
import random
import re
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from creditdesk.core.pools import Snapshot
from creditdesk.store import statements
from creditdesk.store.backups import make_backup, newest_good_backup
from creditdesk.store.database import open_database
from creditdesk.store.history import History
from creditdesk.store.notices import Finding
from creditdesk.store.restoring import restore
from creditdesk.store.schema import MIGRATIONS

Make = Callable[..., Snapshot]


def rewritten(path: Path, change: Callable[[bytearray], object]) -> None:
    data = bytearray(path.read_bytes())
    change(data)
    path.write_bytes(data)


def cut(path: Path, size: int) -> None:
    os.truncate(path, size)


def sql(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def other_program(path: Path) -> None:
    path.unlink()
    sql(path, "CREATE TABLE bookmarks (url)", "INSERT INTO bookmarks VALUES ('mine')", "PRAGMA application_id = 77")


def someones(path: Path) -> None:
    path.unlink()
    sql(path, "CREATE TABLE condition (account)")


def random_bytes(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(50_000))


BAD: dict[str, tuple[Finding, Callable[[Path], object]]] = {
    "empty": (Finding.EMPTY, lambda path: cut(path, 0)),
    "one byte": (Finding.NOT_A_DATABASE, lambda path: cut(path, 1)),
    "half a header": (Finding.DAMAGED, lambda path: cut(path, 50)),
    "half the file": (Finding.DAMAGED, lambda path: cut(path, path.stat().st_size // 2)),
    "the last page missing": (Finding.DAMAGED, lambda path: cut(path, path.stat().st_size - 4096)),
    "a wrong magic": (Finding.NOT_A_DATABASE, lambda path: rewritten(path, lambda data: data.__setitem__(0, 0x58))),
    "random bytes": (Finding.NOT_A_DATABASE, random_bytes),
    "text": (Finding.NOT_A_DATABASE, lambda path: path.write_text("time,left\n1,2\n" * 1000)),
    "zeros": (Finding.NOT_A_DATABASE, lambda path: path.write_bytes(bytes(20_000))),
    "a page of garbage in the schema": (
        Finding.DAMAGED,
        lambda path: rewritten(path, lambda data: data.__setitem__(slice(100, 4096), b"\xa5" * 3996)),
    ),
    "pages of garbage": (
        Finding.DAMAGED,
        lambda path: rewritten(path, lambda data: data.__setitem__(slice(4096, 16384), b"\xa5" * 12288)),
    ),
    "a page of zeros": (
        Finding.DAMAGED,
        lambda path: rewritten(path, lambda data: data.__setitem__(slice(-4096, None), bytes(4096))),
    ),
    "another program's": (Finding.FOREIGN, other_program),
    "somebody's": (Finding.FOREIGN, someones),
    "no tables": (Finding.FOREIGN, lambda path: (path.unlink(), sql(path, "VACUUM", "PRAGMA user_version = 1"))),
    "a table missing": (Finding.DAMAGED, lambda path: sql(path, "DROP TABLE episode")),
    "no schema": (Finding.DAMAGED, lambda path: sql(path, "PRAGMA user_version = 0")),
}


@pytest.fixture
def filled(tmp_path: Path, now: datetime, snapshot: Make) -> Path:
    """The file of a history with some readings in it."""
    path = tmp_path / "desk" / "history.sqlite3"
    history = History(path, now)
    for number in range(400):
        history.record(f"account {number % 20}", snapshot(1000 - number, number), now)
    history.close()
    return path


@pytest.mark.parametrize("name", BAD)
@pytest.mark.promise("A5", f"{len(BAD)} bad files")
def test_a_bad_file_is_set_aside_and_the_desk_opens(filled: Path, now: datetime, snapshot: Make, name: str) -> None:
    finding, damage = BAD[name]
    damage(filled)
    before = filled.read_bytes()
    began = time.monotonic()
    history = History(filled, now)
    history.record("a", snapshot(5), now).result(10)
    assert time.monotonic() - began < 5
    notice = history.notice
    history.close()
    assert notice is not None
    assert (notice.finding, notice.file) == (finding, filled)
    assert notice.aside == filled.with_name("history.sqlite3.2026-11-21T120000Z.aside")
    assert notice.aside.read_bytes() == before
    assert str(notice.aside) in notice.text
    again = History(filled, now)
    assert again.notice is None
    assert again.latest(["a"]).result(10)["a"].snapshot == snapshot(5)
    again.close()


def test_a_second_bad_file_of_the_same_second_does_not_overwrite_the_first(tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "history.sqlite3"
    for text in ("one", "two", "three"):
        path.write_text(text)
        History(path, now).close()
        path.unlink()
    assert sorted(file.read_text() for file in tmp_path.glob("*.aside*")) == ["one", "three", "two"]


def test_the_log_beside_a_bad_file_goes_with_it(filled: Path, now: datetime) -> None:
    filled.write_bytes(b"nothing")
    Path(f"{filled}-wal").write_bytes(b"the log")
    history = History(filled, now)
    history.close()
    assert history.notice is not None
    assert history.notice.aside is not None
    assert Path(f"{history.notice.aside}-wal").read_bytes() == b"the log"


def test_a_log_without_its_database_is_kept_and_not_taken_for_the_new_ones(filled: Path, now: datetime) -> None:
    os.rename(filled, filled.with_name("moved away by the user"))
    Path(f"{filled}-wal").write_bytes(b"an old log")
    history = History(filled, now)
    assert history.latest(["account 1"]).result(10)["account 1"].snapshot is None
    history.close()
    assert Path(f"{filled}-wal.aside").read_bytes() == b"an old log"


@pytest.mark.promise("A7", "a newer file")
def test_a_newer_files_history_is_shown_and_the_file_is_untouched(filled: Path, now: datetime, snapshot: Make) -> None:
    sql(filled, "PRAGMA user_version = 99", "CREATE TABLE later (x)", "ALTER TABLE point ADD COLUMN crc INTEGER")
    before = filled.read_bytes()
    history = History(filled, now)
    assert history.notice is not None
    assert history.notice.finding is Finding.NEWER
    assert history.notice.aside is None
    assert "newer creditdesk" in history.notice.text
    assert history.latest(["account 19"]).result(10)["account 19"].snapshot == snapshot(601, 399)
    assert len(history.series("account 19").result(10)[0].points) == 20
    history.record("account 19", snapshot(600, 400), now).result(10)
    assert history.latest(["account 19"]).result(10)["account 19"].snapshot == snapshot(600, 400)
    history.close()
    assert filled.read_bytes() == before
    beside = {file.name.removeprefix(filled.name): file.stat().st_size for file in filled.parent.iterdir()}
    assert beside.keys() <= {"", ".lock", "-shm", "-wal"}
    assert beside.get("-wal", 0) == 0


def test_a_newer_file_with_other_tables_still_lets_the_desk_open(filled: Path, now: datetime, snapshot: Make) -> None:
    sql(filled, "PRAGMA user_version = 99", "DROP TABLE point", "ALTER TABLE condition RENAME COLUMN read_at TO seen")
    history = History(filled, now)
    assert history.latest(["account 19"]).result(10)["account 19"].snapshot is None
    history.record("a", snapshot(5), now).result(10)
    assert history.latest(["a"]).result(10)["a"].snapshot == snapshot(5)
    history.close()


def test_a_folder_in_the_place_of_the_file_leaves_the_desk_with_a_memory(
    tmp_path: Path, now: datetime, snapshot: Make
) -> None:
    path = tmp_path / "history.sqlite3"
    path.mkdir()
    history = History(path, now)
    assert history.notice is not None
    assert history.notice.finding is Finding.UNREADABLE
    history.record("a", snapshot(5), now).result(10)
    assert history.latest(["a"]).result(10)["a"].snapshot == snapshot(5)
    history.close()
    assert path.is_dir()


def test_a_place_where_no_file_can_be_made_leaves_the_desk_with_a_memory(tmp_path: Path, now: datetime) -> None:
    (tmp_path / "file").write_text("")
    history = History(tmp_path / "file" / "history.sqlite3", now)
    assert history.notice is not None
    assert history.notice.finding is Finding.UNREADABLE
    history.close()


def test_damage_met_while_the_desk_runs_is_set_aside_then(filled: Path, now: datetime, snapshot: Make) -> None:
    history = History(filled, now)
    history.record("a", snapshot(5), now).result(10)
    connection = sqlite3.connect(filled)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    size = filled.stat().st_size
    with filled.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (size - 4096))
    for _ in range(2):
        known = history.latest(["a"]).result(10)["a"]
        history.record("b", snapshot(6), now).result(10)
    assert known.snapshot is None
    assert history.latest(["b"]).result(10)["b"].snapshot == snapshot(6)
    assert history.notice is not None
    assert history.notice.finding is Finding.DAMAGED
    assert history.notice.aside is not None
    assert history.notice.aside.exists()
    history.close()


def test_a_file_that_another_process_set_aside_is_left_for_the_new_one(
    filled: Path, now: datetime, snapshot: Make
) -> None:
    history = History(filled, now)
    history.record("a", snapshot(5), now).result(10)
    assert history.latest(["a"]).result(10)["a"].snapshot == snapshot(5)
    for ending in ("", "-wal", "-shm"):
        os.rename(f"{filled}{ending}", f"{filled}.aside{ending}")
    other = History(filled, now)
    history.record("b", snapshot(6), now).result(10)
    assert other.latest(["b"]).result(10)["b"].snapshot == snapshot(6)
    assert history.latest(["a"]).result(10)["a"].snapshot is None
    other.close()
    history.close()


ADDED = (*MIGRATIONS, ("CREATE TABLE added (x TEXT)", "ALTER TABLE pool ADD COLUMN note TEXT NOT NULL DEFAULT ''"))


def test_an_upgrade_keeps_every_row_and_makes_a_backup_first(filled: Path, now: datetime) -> None:
    opened = open_database(filled, now, ADDED)
    assert opened.notice is None
    assert opened.connection.execute("SELECT count(*) FROM point").fetchone() == (400,)
    assert opened.connection.execute("SELECT count(note) FROM pool").fetchone() == (20,)
    assert opened.connection.execute("PRAGMA user_version").fetchone() == (len(ADDED),)
    opened.connection.close()
    backup = newest_good_backup(filled)
    assert backup is not None
    assert backup.name == "history.2026-11-21T120000Z.sqlite3"
    kept = sqlite3.connect(backup)
    assert kept.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    assert kept.execute("SELECT count(*) FROM point").fetchone() == (400,)
    kept.close()
    if sys.platform != "win32":
        assert stat.S_IMODE(backup.stat().st_mode) == 0o600


UPGRADE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from creditdesk.store.database import open_database
from creditdesk.store.schema import MIGRATIONS
many = tuple(f"CREATE TABLE added_{n} AS SELECT * FROM point" for n in range(30))
print("ready", flush=True)
open_database(Path(sys.argv[1]), datetime(2026, 11, 21, tzinfo=UTC), (*MIGRATIONS, many))
print("done", flush=True)
"""


def test_an_upgrade_that_is_killed_is_done_or_not_begun(filled: Path, now: datetime) -> None:
    dice = random.Random(7)
    old = filled.read_bytes()
    found = set()
    for number in range(12):
        path = filled.with_name(f"copy{number}.sqlite3")
        path.write_bytes(old)
        child = subprocess.Popen([sys.executable, "-c", UPGRADE, str(path)], stdout=subprocess.PIPE)
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        try:
            child.wait(dice.uniform(0, 0.05))
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)
        child.wait(20)
        child.stdout.close()
        connection = sqlite3.connect(path)
        tables = connection.execute("SELECT count(*) FROM sqlite_master WHERE name LIKE 'added%'").fetchone()[0]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT count(*) FROM point").fetchone() == (400,)
        connection.close()
        found.add((version, tables))
    before, after = (len(MIGRATIONS), 0), (len(MIGRATIONS) + 1, 30)
    assert found <= {before, after}
    assert before in found


def test_the_newest_good_backup_is_offered_and_can_be_restored(filled: Path, now: datetime, snapshot: Make) -> None:
    connection = sqlite3.connect(filled, isolation_level=None)
    good = make_backup(connection, filled, now)
    bad = make_backup(connection, filled, now + timedelta(days=1))
    connection.close()
    cut(bad, 9000)
    cut(filled, 9000)
    history = History(filled, now)
    history.close()
    assert history.notice is not None
    assert history.notice.backup == good
    assert str(good) in history.notice.text
    aside = restore(filled, good, now)
    assert aside is not None
    assert aside.exists()
    restored = History(filled, now)
    assert restored.latest(["account 19"]).result(10)["account 19"].snapshot == snapshot(601, 399)
    assert good.exists()
    restored.close()


def test_every_table_is_made_with_the_plain_types_that_postgresql_has_too() -> None:
    text = " ".join(statement for step in MIGRATIONS for statement in step)
    assert "REPLACE" not in text
    assert "AUTOINCREMENT" not in text
    assert set(re.findall(r"CREATE TABLE (\w+)", text)) == set(statements.TABLES)


def test_a_database_in_memory_leaves_no_file(tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    history = History(None, now)
    history.typed("a", "main", Decimal(1), None, now).result(10)
    assert history.latest(["a"]).result(10)["a"].typed["main"].left == 1
    history.close()
    assert list(tmp_path.iterdir()) == []
