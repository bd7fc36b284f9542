"""The doorbell: a second start is heard, with its argument, by the desk of the same folder and by no other."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtNetwork import QLocalSocket
from pytestqt.qtbot import QtBot

from creditdesk.ui.doorbell import MOST_BYTES, Doorbell, bell_name, ring

RING = """
import sys
from pathlib import Path
from creditdesk.ui.doorbell import ring
sys.exit(0 if ring(Path(sys.argv[1]), sys.argv[2]) else 3)
"""

END = """
import gc, sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication, QEventLoop
from PySide6.QtNetwork import QLocalSocket
from creditdesk.ui.doorbell import Doorbell, bell_name

application = QCoreApplication([])
for number in range(20):
    folder = Path(sys.argv[1]) / str(number)
    folder.mkdir()
    bell, door, heard = Doorbell(folder), QLocalSocket(), []
    bell.rung.connect(heard.append)
    door.connectToServer(bell_name(folder))
    assert door.waitForConnected(2000)
    door.write(b"hello\\n")
    door.flush()
    while not heard:
        application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    if number % 2:
        bell.close()
    del bell
    gc.collect()
    application.processEvents()
"""


@pytest.fixture
def bell(tmp_path: Path, qtbot: QtBot) -> Iterator[Doorbell]:
    made = Doorbell(tmp_path)
    assert made.listening
    yield made
    made.close()


def rung(bell: Doorbell) -> list[str]:
    heard: list[str] = []
    bell.rung.connect(heard.append)
    return heard


def visitor(folder: Path) -> QLocalSocket:
    """Somebody at the door of the desk in this folder."""
    socket = QLocalSocket()
    socket.connectToServer(bell_name(folder))
    assert socket.waitForConnected(2000)
    return socket


def say(socket: QLocalSocket, text: bytes) -> None:
    socket.write(text)
    socket.flush()


@pytest.mark.parametrize("argument", ["", "größe 50 %.csv"])
def test_a_second_start_is_heard_with_its_argument(bell: Doorbell, tmp_path: Path, qtbot: QtBot, argument: str) -> None:
    heard = rung(bell)
    second = subprocess.Popen([sys.executable, "-c", RING, str(tmp_path), argument])
    qtbot.waitUntil(lambda: second.poll() is not None, timeout=20_000)
    assert second.returncode == 0
    assert heard == [argument]


def test_two_hundred_visitors_at_once_are_all_answered(bell: Doorbell, tmp_path: Path, qtbot: QtBot) -> None:
    heard = rung(bell)
    visitors = []
    for number in range(200):
        visitors.append(visitor(tmp_path))
        say(visitors[-1], f"{number}\n".encode())
        if number % 20 == 0:  # as many as wait at a Unix socket at a time
            qtbot.waitUntil(lambda count=number + 1: len(heard) == count)
    qtbot.waitUntil(lambda: all(each.bytesAvailable() for each in visitors))
    assert heard == [str(number) for number in range(200)]
    for each in visitors:
        assert bytes(each.readAll().data()) == b"ok\n"
        each.disconnectFromServer()


def test_where_no_desk_is_open_nobody_answers(tmp_path: Path, qtbot: QtBot) -> None:
    assert not ring(tmp_path)


def test_the_desk_of_another_folder_is_not_rung(bell: Doorbell, tmp_path: Path, qtbot: QtBot) -> None:
    heard = rung(bell)
    other = tmp_path / "other"
    other.mkdir()
    assert bell_name(other) != bell_name(tmp_path)
    assert not ring(other)
    assert heard == []


def test_two_ways_to_the_same_folder_ring_the_same_desk(bell: Doorbell, tmp_path: Path) -> None:
    link = tmp_path.parent / f"{tmp_path.name}-link"
    link.symlink_to(tmp_path)
    assert bell_name(link) == bell_name(tmp_path)
    assert bell_name(tmp_path / ".." / tmp_path.name) == bell_name(tmp_path)


def test_what_a_killed_desk_left_behind_does_not_keep_the_next_one_from_listening(tmp_path: Path, qtbot: QtBot) -> None:
    killed, again = Doorbell(tmp_path), Doorbell(tmp_path)
    heard = rung(again)
    assert again.listening
    door = visitor(tmp_path)
    with qtbot.waitSignal(again.rung):
        say(door, b"anew\n")
    assert heard == ["anew"]
    for each in (killed, again):
        each.close()


def test_a_line_that_comes_in_pieces_rings_once(bell: Doorbell, tmp_path: Path, qtbot: QtBot) -> None:
    heard = rung(bell)
    door = visitor(tmp_path)
    say(door, b"spring-")
    qtbot.waitUntil(lambda: bell.waiting == 1)
    with qtbot.waitSignal(bell.rung):
        say(door, b"campaign.csv\n")
    assert heard == ["spring-campaign.csv"]


def test_a_caller_that_says_too_much_or_nothing_does_no_harm(bell: Doorbell, tmp_path: Path, qtbot: QtBot) -> None:
    heard = rung(bell)
    visitor(tmp_path).abort()
    loud = visitor(tmp_path)
    with qtbot.waitSignal(bell.rung):
        say(loud, b"x" * (20 * MOST_BYTES))
    assert all(len(text) <= MOST_BYTES for text in heard)
    loud.abort()
    door = visitor(tmp_path)
    with qtbot.waitSignal(bell.rung):
        say(door, b"well\n")
    assert heard[-1] == "well"


def test_visitors_that_left_are_forgotten_when_the_next_one_comes(bell: Doorbell, tmp_path: Path, qtbot: QtBot) -> None:
    for _ in range(5):
        door = visitor(tmp_path)
        with qtbot.waitSignal(bell.rung):
            say(door, b"again\n")
        door.disconnectFromServer()
        qtbot.waitUntil(lambda: bell.waiting <= 2)


def test_a_desk_that_ends_while_somebody_is_at_its_door_ends_well(tmp_path: Path) -> None:
    """Qt once crashed here: a process of its own shows it."""
    ended = subprocess.run([sys.executable, "-c", END, str(tmp_path)], timeout=60, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")
