"""What is written lightly outlives the process at once, and is given to the disk a moment later."""

import time
from datetime import datetime
from pathlib import Path

import pytest
from tests.cli.commanding import until

from creditdesk.store import connections as module
from creditdesk.store.connections import LIGHT_S, Connections
from creditdesk.store.pending import Pending


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that were given to the disk by name, in their order."""
    found: list[Path] = []
    real = module.sync_file

    def sync(path: Path) -> None:
        real(path)
        found.append(path)

    monkeypatch.setattr(module, "sync_file", sync)
    return found


def snoozed(connections: Connections, until_: int, light: bool) -> Pending[None]:
    def work(connection: module.sqlite3.Connection) -> None:
        connection.execute("INSERT OR REPLACE INTO snooze (account, until) VALUES ('a', ?)", (until_,))

    return connections.write(work, urgent=light, light=light)


def test_what_was_written_lightly_is_on_the_disk_when_nothing_follows(
    tmp_path: Path, now: datetime, synced: list[Path]
) -> None:
    path = tmp_path / "history.sqlite3"
    desk = Connections(path, now)
    other = Connections(path, now)
    snoozed(desk, 1, light=False).result(10)
    snoozed(desk, 2, light=True).result(10)
    seen = other.read(lambda connection: connection.execute("SELECT until FROM snooze").fetchone()[0])
    assert seen.result(10) == 2  # another process sees it: it is in the system's hands
    until(lambda: synced == [Path(f"{path}-wal")])
    other.close()
    desk.close()


def test_nothing_is_left_to_the_disk_when_the_desk_closes(tmp_path: Path, now: datetime, synced: list[Path]) -> None:
    desk = Connections(tmp_path / "history.sqlite3", now)
    snoozed(desk, 1, light=False).result(10)
    snoozed(desk, 2, light=True).result(10)
    desk.close()
    assert len(synced) <= 1
    again = Connections(tmp_path / "history.sqlite3", now)
    left = again.read(lambda connection: connection.execute("SELECT until FROM snooze").fetchone()[0]).result(10)
    again.close()
    assert left == 2


def test_a_stream_of_light_writing_waits_for_the_disk_now_and_then(
    tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long it goes on, what the disk does not have yet is of the last moment."""
    desk = Connections(tmp_path / "history.sqlite3", now)
    told: list[str] = []
    desk.write(lambda connection: connection.set_trace_callback(told.append)).result(10)
    began, count = time.monotonic(), 0
    while time.monotonic() < began + 6 * LIGHT_S:
        count += 1
        snoozed(desk, count, light=True).result(10)
    desk.write(lambda connection: connection.set_trace_callback(None)).result(10)
    desk.close()
    light = sum("synchronous = NORMAL" in each for each in told)
    assert count > 20
    assert 3 <= count - light <= count / 2
