"""Readings on the screen: the last ones at once, new ones when they are due, old ones never as live ones."""

import asyncio
import os
import threading

import pytest
from tests.app.screen import Screen, spoken

from creditdesk.app.front import Front
from creditdesk.core.pools import Level
from creditdesk.core.series import Event, EventKind
from creditdesk.sandbox import FaultKind
from creditdesk.store.history import HistoryError
from creditdesk.ui.activity_page import ActivityPage


def test_the_last_readings_are_painted_at_once_with_their_age_before_anything_is_asked(screen: Screen) -> None:
    rank, solver = screen.prepare(screen.draft("ranktracker"), screen.draft("capsolver"))
    screen.open()
    asked = [screen.requests("ranktracker"), screen.requests("capsolver")]
    calls = len(screen.memory.calls)
    screen.close()
    screen.clock.move(hours=2)
    painted: list[tuple[int, dict[str, str]]] = []

    def paint(front: Front) -> None:
        said = {card.account_id: spoken([card]) for card in front.overview.cards}
        painted.append((len(screen.memory.calls) - calls, said))

    screen.at_paint = paint
    asking = threading.Event()
    screen.memory.before = lambda _: asking.wait(10)
    screen.open(quiet=False)
    ((keyring_calls, said),) = painted
    assert keyring_calls == 0
    assert "2 h ago" in said[rank.id]
    assert "Keywords: 158 of 1,000 left" in said[rank.id]
    assert "$24.3518 left, 2 h ago" in said[solver.id]
    assert [screen.requests("ranktracker"), screen.requests("capsolver")] == asked
    assert screen.reading(rank).level is Level.NOT_READ
    assert screen.reading(rank).stale
    asking.set()
    screen.settle()
    assert "just now" in screen.card(rank).accessibleName()
    assert [screen.requests("ranktracker"), screen.requests("capsolver")] == [asked[0] + 1, asked[1] + 1]


def test_an_account_is_read_when_it_is_due_and_not_before(screen: Screen) -> None:
    (account,) = screen.prepare(screen.draft("ranktracker"))
    screen.open()
    due = screen.reading(account).due_at
    assert due is not None
    screen.consume("ranktracker", keywords=8)
    screen.look(seconds=(due - screen.clock.now).total_seconds() - 1)
    assert screen.requests("ranktracker") == 1
    assert screen.left()["keywords"] == 158
    screen.look(seconds=1)
    assert screen.requests("ranktracker") == 2
    assert screen.left()["keywords"] == 150


@pytest.mark.parametrize("jump", [{"hours": 8}, {"days": 30}, {"hours": -8}, {"days": -400}, {"days": 9000}])
@pytest.mark.promise("G2", "5 jumps on screen")
def test_a_clock_that_jumps_gives_one_reading_and_not_many(screen: Screen, jump: dict[str, float]) -> None:
    screen.prepare(screen.draft("ranktracker"))
    screen.open()
    screen.look(**jump)
    for _ in range(3):
        screen.look(seconds=10)
    assert screen.requests("ranktracker") == 2
    assert screen.reading().trouble is None


def test_the_poller_wakes_by_itself_when_the_next_account_is_due(screen: Screen) -> None:
    """No `look` here: the desk's own timer, with a clock that passes five minutes while it waits."""
    screen.prepare(screen.draft("ranktracker"))
    screen.open()
    due = screen.reading().due_at
    assert due is not None
    screen.clock.now = due
    screen.desktop.readings.poller.answered("")  # as any answer does: the waiting is worked out anew
    screen.until(lambda: screen.requests("ranktracker") == 2)
    screen.settle()


def test_a_number_that_nobody_renews_turns_grey_by_itself(screen: Screen) -> None:
    """The key is gone, so nothing is asked any more; time alone makes the number old."""
    screen.prepare(screen.draft("ranktracker", key="tkn_usr_wrong"), screen.draft("capsolver"))
    screen.open()
    solver = screen.desktop.parts.board.entries()[1].id
    screen.desktop.readings.poller.due.disconnect()
    screen.look(minutes=14)
    assert not screen.reading(solver).stale
    assert screen.reading(solver).level is Level.GOOD
    screen.look(minutes=2)
    assert screen.reading(solver).stale
    assert "16 min ago" in screen.card(solver).accessibleName()
    assert "CapSolver, Not read" in spoken([screen.desktop.window.sidebar])
    assert "16 min ago" in screen.desktop.tray.tool_tip()


def test_f5_reads_every_account_now_but_never_one_twice_at_a_time(screen: Screen) -> None:
    screen.prepare(screen.draft("ranktracker"), screen.draft("capsolver"))
    screen.open()
    screen.deadline_s = 5
    screen.fault(FaultKind.LATENCY, seconds=0.2)
    for _ in range(5):
        screen.desktop.window.refresh_all_requested.emit()
    screen.settle()
    assert (screen.requests("ranktracker"), screen.requests("capsolver")) == (2, 2)


def test_a_history_that_cannot_be_written_is_said_once_and_the_number_is_shown_all_the_same(screen: Screen) -> None:
    (account,) = screen.prepare(screen.draft("ranktracker"))
    screen.open()
    history = screen.desktop.parts.desk.tools.history
    screen.consume("ranktracker", keywords=58)
    really = history._connections.write
    history._connections.write = lambda _work: broken()  # type: ignore[method-assign,assignment]
    screen.look(minutes=6)
    screen.look(minutes=6)
    assert screen.left(account)["keywords"] == 100
    said = [text for text in screen.desktop.window.notices if "history" in text]
    assert said == ["The history can't be written now: no space left."]
    history._connections.write = really  # type: ignore[method-assign]
    screen.look(minutes=6)
    assert screen.requests("ranktracker") == 4
    series = history.series(account.id).result()
    assert series[0].points[-1].left == 100


async def broken() -> None:
    raise HistoryError("The history can't be written now: no space left.")


def test_a_bug_of_ours_in_a_reading_is_reported_and_the_account_is_read_again_later(screen: Screen) -> None:
    screen.prepare(screen.draft("ranktracker"))
    screen.open()
    reader = screen.desktop.parts.desk.reader
    really = reader.read
    failed: list[BaseException] = []
    screen.desktop.engine.failed.disconnect()
    screen.desktop.engine.failed.connect(failed.append)

    async def bug(*_: object) -> None:
        raise ZeroDivisionError("ours")

    reader.read = bug  # type: ignore[method-assign,assignment]
    screen.look(minutes=6)
    reader.read = really  # type: ignore[method-assign]
    screen.look(seconds=5)
    assert [type(error) for error in failed] == [ZeroDivisionError]
    assert screen.requests("ranktracker") == 1
    screen.look(seconds=20)
    assert screen.requests("ranktracker") == 2


def test_the_activity_page_keeps_its_place_and_what_was_loaded_when_something_new_happens(screen: Screen) -> None:
    (account,) = screen.prepare(screen.draft("ranktracker"))
    screen.open()
    history = screen.desktop.parts.desk.tools.history
    for number in range(250):
        written = history.add_event(Event(screen.clock.now, account.id, EventKind.NOTE, detail=f"Note {number}"))
    written.result()
    screen.desktop.window.show_page("activity")
    page = screen.desktop.window.page("activity")
    assert isinstance(page, ActivityPage)
    bar = page.table.verticalScrollBar()
    screen.until(lambda: len(page.table.rows()) == 200 and bar.maximum() > 0)
    bar.setValue(bar.maximum())
    screen.until(lambda: len(page.table.rows()) > 250)
    rows, seen = len(page.table.rows()), page.table.rows()[page.table.rowAt(0)]
    screen.consume("ranktracker", keywords=5)
    screen.look(minutes=6)
    screen.until(lambda: len(page.table.rows()) == rows + 1)
    assert page.table.rows()[page.table.rowAt(0)] == seen
    assert page.table.rows()[0].amount == -5


def test_nothing_of_a_key_is_in_the_folder(screen: Screen) -> None:
    screen.prepare(screen.draft("ranktracker"), screen.draft("capsolver"))
    screen.open()
    screen.close()
    found = [path for path in screen.places.data_dir.rglob("*") if path.is_file()]
    assert found
    for path in found:
        data = path.read_bytes()
        for vendor in ("ranktracker", "capsolver"):
            assert os.fsencode(screen.key(vendor)) not in data, path


def test_the_engine_is_gone_after_closing_also_when_a_story_will_not_end(screen: Screen) -> None:
    screen.open()
    screen.desktop.parts.ask(lambda: asyncio.sleep(60))
    assert screen.close() < 2
