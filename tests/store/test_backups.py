"""A6: copies by rule, each checked before an older one goes, and every kept one can be put back, whatever happens."""

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from creditdesk.core.keeping import kept
from creditdesk.core.pools import Snapshot
from creditdesk.core.sending import Place, Sending, split
from creditdesk.store.backups import backups, is_good, keep_backup, set_asides
from creditdesk.store.database import Finding
from creditdesk.store.history import History
from creditdesk.store.outbox import Outbox
from creditdesk.store.restoring import BackupError, put_in_place, restore

Make = Callable[..., Snapshot]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "desk" / "history.sqlite3"


def write(path: Path, snapshot: Snapshot, now: datetime) -> None:
    history = History(path, now)
    history.record("a", snapshot, now).result(10)
    history.close()


def left(path: Path, now: datetime) -> object:
    """What a desk that opens this file shows of the account."""
    history = History(path, now)
    found = history.latest(["a"]).result(10)["a"].snapshot
    history.close()
    return found.pools[0].left if found else None


@pytest.mark.promise("A6", "120 copies, each kept one restored")
def test_copies_are_thinned_by_the_rule_and_each_kept_one_can_be_put_back(
    path: Path, now: datetime, snapshot: Make
) -> None:
    history = History(path, now)
    taken: dict[datetime, int] = {}
    for number in range(120):
        at = now + timedelta(hours=37 * number)
        history.record("a", snapshot(number, number), at).result(10)
        made = keep_backup(path, at)
        assert made is not None
        assert made.exists()
        taken[at] = number
    history.close()
    copies = backups(path)
    assert {each.at for each in copies} == kept(taken)
    later = now + timedelta(days=400)
    for each in copies:
        assert is_good(each.path)
        assert restore(path, each.path, later) is not None
        assert left(path, later) == taken[each.at]
        assert each.path.exists()
    assert len(set_asides(path)) == len(copies)
    if sys.platform != "win32":
        assert {stat.S_IMODE(each.path.stat().st_mode) for each in copies} == {0o600}


def test_nothing_is_copied_too_early_or_while_nothing_was_written(path: Path, now: datetime, snapshot: Make) -> None:
    history = History(path, now)
    history.record("a", snapshot(1), now).result(10)
    assert keep_backup(path, now) is not None
    history.record("a", snapshot(2, 1), now).result(10)
    assert keep_backup(path, now + timedelta(minutes=29)) is None
    assert keep_backup(path, now + timedelta(minutes=30)) is not None
    assert keep_backup(path, now + timedelta(days=9)) is None
    history.record("a", snapshot(3, 2), now).result(10)
    assert keep_backup(path, now + timedelta(days=9)) is not None
    history.close()
    assert len(backups(path)) == 2  # of the first day the newer one


def test_a_copy_is_made_while_the_history_is_written(path: Path, now: datetime, snapshot: Make) -> None:
    history = History(path, now)
    pending = [history.record(f"a{number}", snapshot(number), now) for number in range(2000)]
    made = keep_backup(path, now)
    assert [each.result(20) for each in pending] == [()] * 2000
    history.close()
    assert made is not None
    assert is_good(made)


def test_a_damaged_copy_is_refused_and_leaves_everything_as_it_was(path: Path, now: datetime, snapshot: Make) -> None:
    write(path, snapshot(5), now)
    made = keep_backup(path, now)
    assert made is not None
    os.truncate(made, 9000)
    with pytest.raises(BackupError, match="damaged"):
        restore(path, made, now)
    with pytest.raises(BackupError):
        restore(path, path.with_name("nothing"), now)
    assert left(path, now) == 5
    assert set_asides(path) == []


def test_a_copy_of_a_newer_creditdesk_is_not_put_in_the_place(path: Path, now: datetime, snapshot: Make) -> None:
    write(path, snapshot(5), now)
    made = keep_backup(path, now)
    assert made is not None
    connection = sqlite3.connect(made)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(BackupError, match="newer creditdesk"):
        restore(path, made, now)
    assert left(path, now) == 5


def test_the_last_copy_before_a_new_history_was_begun_is_never_thinned(
    path: Path, now: datetime, snapshot: Make
) -> None:
    write(path, snapshot(5), now)
    good = keep_backup(path, now)
    path.write_bytes(b"nothing")
    history = History(path, now + timedelta(minutes=10))
    assert history.notice is not None
    assert history.notice.finding is Finding.NOT_A_DATABASE
    for number in range(60):
        at = now + timedelta(hours=1 + 12 * number)
        history.record("a", snapshot(number, number), at).result(10)
        keep_backup(path, at)
    history.close()
    assert good is not None
    assert good.exists()


def test_the_last_copy_of_an_older_schema_is_never_thinned(path: Path, now: datetime, snapshot: Make) -> None:
    write(path, snapshot(5), now)
    old = keep_backup(path, now)
    assert old is not None
    connection = sqlite3.connect(old)
    connection.execute("PRAGMA user_version = 1")
    connection.close()
    write(path, snapshot(6, 1), now)
    keep_backup(path, now + timedelta(hours=1))
    assert old.exists()


def test_a_copy_with_a_damaged_row_takes_no_good_ones_place(path: Path, now: datetime, snapshot: Make) -> None:
    write(path, snapshot(5), now)
    good = keep_backup(path, now)
    connection = sqlite3.connect(path)
    connection.execute("UPDATE point SET amount_left = '9'")
    connection.commit()
    connection.close()
    made = []
    for hours in (1, 2):
        made.append(keep_backup(path, now + timedelta(hours=hours)))
        os.utime(path)
    assert [(each.path, each.flawed) for each in backups(path)] == [(made[1], True), (good, False)]
    write(path, snapshot(6, 200), now)  # the bad row is found and put aside
    last = keep_backup(path, now + timedelta(hours=4))
    assert [each.path for each in backups(path)] == [last, made[1]]


def test_what_a_killed_restoring_left_unfinished_goes_a_day_later(path: Path, now: datetime, snapshot: Make) -> None:
    write(path, snapshot(5), now)
    old, young = (path.with_name(f"{path.name}.part{ending}") for ending in ("-journal", ""))
    for each in (old, young):
        each.write_bytes(b"unfinished")
    os.utime(old, (0, 0))
    keep_backup(path, now)
    assert [old.exists(), young.exists(), path.exists()] == [False, True, True]


def test_a_folder_that_cannot_be_written_is_an_error_and_nothing_is_thinned(
    path: Path, now: datetime, snapshot: Make
) -> None:
    write(path, snapshot(5), now)
    (path.parent / "backups").write_text("a file in the place of the folder")
    with pytest.raises(OSError):
        keep_backup(path, now)
    assert (path.parent / "backups").read_text() == "a file in the place of the folder"
    assert left(path, now) == 5


FULL = """
import resource, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from creditdesk.store.backups import keep_backup
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    keep_backup(Path(sys.argv[1]), datetime(2026, 12, 21, tzinfo=UTC))
except Exception as error:
    print(type(error).__name__)
"""


def test_a_copy_that_cannot_be_finished_leaves_no_trace_and_the_old_ones(
    path: Path, now: datetime, snapshot: Make
) -> None:
    history = History(path, now)
    for number in range(400):
        history.record(f"a{number}", snapshot(number), now)
    history.close()
    old = keep_backup(path, now)
    write(path, snapshot(5), now)
    ended = subprocess.run([sys.executable, "-c", FULL, str(path)], capture_output=True, text=True, timeout=60)
    assert (ended.stderr, ended.stdout) in {("", "OperationalError\n"), ("", "DatabaseError\n")}
    assert [file for file in (path.parent / "backups").iterdir()] == [old]


KILLED = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from creditdesk.store.restoring import restore
moment = int(sys.argv[3])
def hook(event, arguments):
    global moment
    if event in ("os.rename", "os.remove", "os.link"):
        moment -= 1
        if moment < 0:
            os._exit(9)
sys.addaudithook(hook)
restore(Path(sys.argv[1]), Path(sys.argv[2]), datetime(2026, 11, 22, tzinfo=UTC))
"""


def test_a_restoring_that_is_killed_before_any_of_its_steps_leaves_the_old_or_the_new_history(
    path: Path, now: datetime, snapshot: Make
) -> None:
    found = []
    for moment in range(20):
        here = path.with_name(str(moment)) / path.name
        write(here, snapshot(1), now)
        backup = keep_backup(here, now)
        assert backup is not None
        write(here, snapshot(2, 1), now)
        ended = subprocess.run([sys.executable, "-c", KILLED, str(here), str(backup), str(moment)], timeout=60)
        put_in_place(here, now)  # as a start of the window does
        found.append(left(here, now))
        if ended.returncode == 0:
            break
        assert ended.returncode == 9
        assert backup.exists()
        assert (found[-1] == 1) == (len(set_asides(here)) == 1)
    assert found == sorted(found, reverse=True)
    assert set(found) == {1, 2}


def test_a_desk_that_is_open_goes_over_to_the_history_that_was_put_back(
    path: Path, now: datetime, snapshot: Make
) -> None:
    history = History(path, now)
    history.record("a", snapshot(1), now).result(10)
    backup = keep_backup(path, now)
    assert backup is not None
    history.record("a", snapshot(2, 1), now).result(10)
    assert history.latest(["a"]).result(10)["a"].snapshot == snapshot(2, 1)
    aside = restore(path, backup, now)
    assert history.latest(["a"]).result(10)["a"].snapshot == snapshot(1)
    history.record("a", snapshot(3, 3), now).result(10)
    history.close()
    assert left(path, now) == 3
    assert aside is not None
    restore(path, aside, now)
    assert left(path, now) == 2


@pytest.mark.promise("B1", "a restored outbox")
def test_imports_of_a_copy_that_was_put_back_are_unknown_and_wait_for_nothing(
    path: Path, now: datetime, snapshot: Make
) -> None:
    history = History(path, now)
    outbox = Outbox(history.connections)
    place = Place("p1", "a.example")
    for name in ("s1", "s2"):
        planned = Sending(name, "a", "track", place, 7, 3, now, plan=name, batches=split(7, 3))
        assert outbox.add(planned, [f"word {number}" for number in range(7)], range(7)).result(10)
    assert outbox.cancel("s2").result(10) == 3
    backup = keep_backup(path, now)
    history.close()
    assert backup is not None
    restore(path, backup, now)
    history = History(path, now)
    kept = Outbox(history.connections).kept
    states = {each.id: {batch.state for batch in each.batches} for each in kept.sendings().result(10)}
    assert states == {"s1": {"unknown"}, "s2": {"cancelled"}}
    assert not Outbox(history.connections).begin("s1", 1, now).result(10)
    history.close()
