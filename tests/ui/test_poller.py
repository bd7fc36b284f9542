"""The poller: what is due is asked for once, when it is due, and one reading makes up for a whole night's sleep."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from pytestqt.qtbot import QtBot

from creditdesk.core.definition import Definition
from creditdesk.core.offers import Fact
from creditdesk.core.pools import Account, Level, Reading
from creditdesk.ui.board import Board, Entry
from creditdesk.ui.poller import LONGEST_WAIT, Poller

NOW = datetime(2026, 9, 14, 12, tzinfo=UTC)
VENDOR = Definition("vendor", "Vendor", Fact(date(2026, 9, 1), "made up"))


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class Watched:
    """A poller over a board, and what it asked for."""

    def __init__(self, **due_in: float | None) -> None:
        self.clock, self.board = Clock(), Board()
        for name, seconds in due_in.items():
            self.due(name, seconds)
        self.poller = Poller(self.board, self.clock)
        self.asked: list[str] = []
        self.looks = 0
        self.poller.due.connect(self.asked.append)
        self.poller.looked.connect(self._looked)

    def due(self, name: str, seconds: float | None) -> None:
        """This account is due in so many seconds; None: not until the user acts."""
        at = None if seconds is None else self.clock.now + timedelta(seconds=seconds)
        reading = Reading(Account(name, name, "vendor"), None, None, Level.NOT_READ, due_at=at)
        self.board.put(Entry(reading, VENDOR))

    def answer(self, name: str, again_in: float | None = 300) -> None:
        """The reading came back, and the account is due again."""
        self.due(name, again_in)
        self.poller.answered(name)

    def _looked(self) -> None:
        self.looks += 1


def test_what_is_due_is_asked_for_and_what_is_not_is_not() -> None:
    watched = Watched(now=0, late=-3600, soon=1, never=None)
    watched.poller.look()
    assert watched.asked == ["now", "late"]
    assert watched.looks == 1


def test_an_account_is_asked_for_once_until_it_is_answered() -> None:
    watched = Watched(one=0)
    for _ in range(5):
        watched.poller.look()
    assert watched.asked == ["one"]
    assert not watched.poller.asked("one")
    watched.answer("one", again_in=0)
    watched.poller.look()
    assert watched.asked == ["one", "one"]


def test_a_night_asleep_is_one_reading() -> None:
    watched = Watched(one=300)
    watched.clock.now += timedelta(hours=9)
    watched.poller.look()
    watched.answer("one")
    for _ in range(10):
        watched.poller.look()
    assert watched.asked == ["one"]


def test_the_timer_asks_when_the_account_is_due(qtbot: QtBot) -> None:
    watched = Watched(one=0.2)
    watched.poller.start()
    assert watched.asked == []
    watched.clock.now += timedelta(seconds=0.2)
    qtbot.waitUntil(lambda: watched.asked == ["one"])
    watched.poller.stop()


def test_an_answer_lets_the_timer_wait_for_the_new_due_time(qtbot: QtBot) -> None:
    watched = Watched(one=0)
    watched.poller.start()
    looks = watched.looks
    watched.answer("one", again_in=0.1)
    watched.clock.now += timedelta(seconds=0.1)
    qtbot.waitUntil(lambda: watched.asked == ["one", "one"])
    assert watched.looks == looks + 1
    watched.poller.stop()


def test_a_poller_that_was_stopped_looks_no_more(qtbot: QtBot) -> None:
    watched = Watched(one=0)
    watched.poller.start()
    watched.poller.stop()
    looks = watched.looks
    watched.answer("one", again_in=-5)
    passed: list[int] = []
    other = Watched(two=0)
    other.poller.looked.connect(lambda: passed.append(1))
    other.poller.start()
    other.answer("two", again_in=0)
    qtbot.waitUntil(lambda: len(passed) == 2)
    assert watched.looks == looks
    other.poller.stop()


def test_after_a_bug_of_ours_the_account_waits_a_while_and_is_asked_for_again() -> None:
    watched = Watched(one=0)
    watched.poller.look()
    watched.poller.missed("one")
    watched.poller.look()
    assert watched.asked == ["one"]
    watched.clock.now += LONGEST_WAIT
    watched.poller.look()
    assert watched.asked == ["one", "one"]


@pytest.mark.parametrize("hours", [-9, 9])
def test_a_clock_that_jumps_does_not_hold_an_account_back_for_long(hours: int) -> None:
    watched = Watched(one=0)
    watched.poller.look()
    watched.poller.missed("one")
    watched.clock.now += timedelta(hours=hours)
    watched.due("one", 0)
    watched.poller.look()
    assert watched.asked == ["one", "one"]


def test_an_account_that_is_gone_is_not_asked_for() -> None:
    watched = Watched(one=0)
    watched.board.drop("one")
    watched.poller.look()
    watched.poller.answered("one")
    assert watched.asked == []


def test_the_waits_are_those_of_the_board_and_at_most_twenty_seconds(qtbot: QtBot) -> None:
    watched = Watched(one=3600)
    watched.poller.start()
    assert timedelta(seconds=20) >= LONGEST_WAIT
    entry = watched.board.entry("one")
    assert entry is not None
    watched.board.put(Entry(replace(entry.reading, due_at=watched.clock.now), VENDOR))
    watched.poller.answered("one")
    qtbot.waitUntil(lambda: watched.asked == ["one"])
    watched.poller.stop()
