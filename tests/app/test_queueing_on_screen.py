"""Queueing through the window: the part goes now, the rest waits with its date, and begins once."""

from pathlib import Path

import pytest
from PySide6.QtCore import QDateTime
from tests.app.screen import Screen
from tests.app.test_sending_on_screen import answer, created, opened, ready, until, wanted

from creditdesk.ui.queue_box import DATE, ROOM, QueueBox
from creditdesk.ui.sizer_page import SizerPage


@pytest.fixture
def page(screen: Screen, tmp_path: Path) -> SizerPage:
    """A list of 200 on the page, of which 158 fit."""
    screen.prepare(screen.draft("ranktracker"))
    opened(screen)
    return ready(screen, tmp_path, 200)


def wait_for(screen: Screen, box: QueueBox, what: str, by_itself: bool, hours: int = 3) -> None:
    box.when.setCurrentIndex(box.when.findData(what))
    box.by_itself.setChecked(by_itself)
    at = int(screen.clock().timestamp()) + hours * 3600
    box.date.setDateTime(QDateTime.fromSecsSinceEpoch(at))


def queue(screen: Screen, page: SizerPage, what: str, by_itself: bool = False) -> None:
    """Queue all of the list."""
    page.result.queue.click()
    sheet = page.sending.sheet
    assert sheet is not None
    assert sheet.queue is not None
    wait_for(screen, sheet.queue, what, by_itself)
    sheet.send.click()
    until(screen, page, "Queued")


def room(screen: Screen, left: int) -> None:
    screen.running.call(lambda box: box.update_account("ranktracker", usage={"keywords": 1_000 - left, "dataRows": 0}))


def test_the_part_that_fits_goes_now_and_the_rest_waits_with_its_date(screen: Screen, page: SizerPage) -> None:
    way = page.result.ways.button("part")
    assert way is not None
    way.click()  # type: ignore[attr-defined]
    page.result.send.click()
    sheet = page.sending.sheet
    assert sheet is not None
    assert sheet.queue is not None
    wait_for(screen, sheet.queue, DATE, by_itself=False)
    sheet.send.click()
    until(screen, page, "Sent 158 keywords")
    screen.until(lambda: page.sending.unfinished.text() == "1 import queued")
    page.sending.unfinished.click()
    panel = page.sending.panel
    assert panel.headline.text().startswith("Queued for ")
    assert "42 keywords to northlight-shoes.example" in panel.headline.text()
    room(screen, 500)
    panel.resume.click()
    until(screen, page, "Sent 42 keywords")
    assert created(screen) == wanted(200)


def test_a_queued_import_begins_by_itself_at_its_time_and_only_once(screen: Screen, page: SizerPage) -> None:
    room(screen, 500)
    queue(screen, page, DATE, by_itself=True)
    assert page.sending.panel.what.text().startswith("It starts by itself then")
    screen.clock.move(hours=2)
    screen.look()
    screen.settle()
    assert not created(screen)
    screen.clock.move(hours=2)
    screen.look()
    until(screen, page, "Sent 200 keywords")
    screen.clock.move(hours=2)
    screen.look()
    screen.settle()
    assert created(screen) == wanted(200)


def test_one_whose_time_came_while_the_program_was_closed_begins_when_it_is_opened(
    screen: Screen, page: SizerPage
) -> None:
    room(screen, 500)
    queue(screen, page, DATE, by_itself=True)
    screen.close()
    screen.clock.move(hours=20)
    screen.open()
    screen.until(lambda: created(screen) == wanted(200))
    screen.settle()


def test_without_the_tick_it_is_only_said_that_its_time_has_come(screen: Screen, page: SizerPage) -> None:
    room(screen, 500)
    queue(screen, page, DATE)
    screen.close()
    screen.open()
    assert not screen.desktop.parts.window.notices
    screen.clock.move(hours=4)
    screen.look()
    screen.settle()
    said = "The queued import to northlight-shoes.example can be started now. Nothing is sent until you do."
    assert screen.desktop.parts.window.notices == [said]
    assert not created(screen)


def test_what_no_longer_fits_at_its_time_stops_and_says_so(screen: Screen, page: SizerPage) -> None:
    queue(screen, page, DATE, by_itself=True)
    screen.clock.move(hours=4)
    screen.look()
    until(screen, page, "Stopped: what is left does not hold the rest")
    assert "158 are left" in page.sending.panel.detail.text()
    assert not created(screen)


def test_one_that_waits_for_room_begins_when_a_reading_shows_some(screen: Screen, page: SizerPage) -> None:
    queue(screen, page, ROOM, by_itself=True)
    screen.clock.move(hours=1)
    screen.look()
    screen.settle()
    assert not created(screen)
    room(screen, 300)
    screen.clock.move(hours=1)
    screen.look()
    until(screen, page, "Sent 200 keywords")
    assert created(screen) == wanted(200)


def test_a_queued_import_can_be_cancelled(screen: Screen, page: SizerPage) -> None:
    queue(screen, page, DATE, by_itself=True)
    page.sending.panel.cancel.click()
    answer(screen)
    until(screen, page, "Cancelled")
    screen.clock.move(hours=4)
    screen.look()
    screen.settle()
    assert not created(screen)
    assert not page.sending.unfinished.isVisible()
