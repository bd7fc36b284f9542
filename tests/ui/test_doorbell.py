"""The doorbell: a second start is heard, with its argument, by the desk of the same folder and by no other."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtNetwork import QLocalSocket
from pytestqt.qtbot import QtBot

from creditdesk.ui.doorbell import MOST_BYTES, Doorbell, bell_name, ring


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


def ring_beside(folder: Path, argument: str = "") -> "tuple[threading.Thread, list[bool]]":
    """Ring from another thread, as another process would."""
    answers: list[bool] = []
    thread = threading.Thread(target=lambda: answers.append(ring(folder, argument)))
    thread.start()
    return thread, answers


@pytest.mark.parametrize("argument", ["", "spring-campaign.csv", "größe 50 %.csv"])
def test_a_second_start_is_heard_with_its_argument(bell: Doorbell, tmp_path: Path, qtbot: QtBot, argument: str) -> None:
    heard = rung(bell)
    thread, answers = ring_beside(tmp_path, argument)
    qtbot.waitUntil(lambda: bool(answers))
    thread.join()
    assert answers == [True]
    assert heard == [argument]


def test_twenty_starts_at_once_are_all_answered(bell: Doorbell, tmp_path: Path, qtbot: QtBot) -> None:
    heard = rung(bell)
    rings = [ring_beside(tmp_path, str(number)) for number in range(20)]
    qtbot.waitUntil(lambda: all(answers for _, answers in rings))
    for thread, _ in rings:
        thread.join()
    assert all(answers == [True] for _, answers in rings)
    assert sorted(heard, key=int) == [str(number) for number in range(20)]


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
    killed = Doorbell(tmp_path)
    again = Doorbell(tmp_path)
    heard = rung(again)
    assert again.listening
    thread, answers = ring_beside(tmp_path, "anew")
    qtbot.waitUntil(lambda: bool(answers))
    thread.join()
    assert heard == ["anew"]
    for each in (killed, again):
        each.close()


def test_a_line_that_comes_in_pieces_rings_once(bell: Doorbell, tmp_path: Path, qtbot: QtBot) -> None:
    heard = rung(bell)
    socket = QLocalSocket()
    socket.connectToServer(bell_name(tmp_path))
    assert socket.waitForConnected(2000)
    socket.write(b"spring-")
    assert socket.waitForBytesWritten(2000)
    qtbot.waitUntil(lambda: socket.bytesToWrite() == 0)
    with qtbot.waitSignal(bell.rung):
        socket.write(b"campaign.csv\n")
        socket.flush()
    assert heard == ["spring-campaign.csv"]
    socket.disconnectFromServer()


def test_a_caller_that_says_too_much_or_nothing_does_no_harm(bell: Doorbell, tmp_path: Path, qtbot: QtBot) -> None:
    heard = rung(bell)
    silent = QLocalSocket()
    silent.connectToServer(bell_name(tmp_path))
    assert silent.waitForConnected(2000)
    silent.abort()
    loud = QLocalSocket()
    loud.connectToServer(bell_name(tmp_path))
    assert loud.waitForConnected(2000)
    with qtbot.waitSignal(bell.rung):
        loud.write(b"x" * (20 * MOST_BYTES))
        loud.flush()
    assert all(len(text) <= MOST_BYTES for text in heard)
    loud.abort()
    thread, answers = ring_beside(tmp_path, "well")
    qtbot.waitUntil(lambda: bool(answers))
    thread.join()
    assert heard[-1] == "well"
