"""Queueing on the sizer's page: what is asked, what is said of what waits, and what can be done with it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from tests.ui.send_sample import HOME, ITEMS, NOW, sender, sending
from tests.ui.sizer_sample import meter

from creditdesk.core.queueing import Queue
from creditdesk.core.sending import BatchState, Stop
from creditdesk.ui.queue_box import BY_ITSELF, BY_ITSELF_ROOM, DATE, KEEP, RESET, ROOM, QueueBox
from creditdesk.ui.send_panel import SendPanel, Shown
from creditdesk.ui.send_sheet import SendSheet
from creditdesk.ui.sizer_page import SizerPage

DAY = datetime(2026, 12, 1, 2, tzinfo=UTC)
WAITING = sending(BatchState.PLANNED, BatchState.PLANNED, stop=Stop.QUEUED, queue=Queue(DAY))


@pytest.fixture
def page(qtbot: QtBot, worn: Callable[[str], None]) -> SizerPage:
    """A list of which 100 fit."""
    made = SizerPage()
    qtbot.addWidget(made)
    made.resize(1060, 820)
    made.show()
    made.show_entries([sender(keywords="100"), meter()], NOW)
    made.form.show_places("t", (HOME,), HOME.id)
    made.show_items(ITEMS, "spring.csv")
    return made


def choices(box: QueueBox) -> list[str]:
    return [box.when.itemData(index) for index in range(box.when.count())]


def choose(box: QueueBox, what: str) -> None:
    box.when.setCurrentIndex(box.when.findData(what))


def sheet(page: SizerPage) -> SendSheet:
    found = page.sending.sheet
    assert found is not None
    return found


def test_what_does_not_fit_now_can_wait(page: SizerPage, qtbot: QtBot, shoot: Callable[[QWidget, str], Path]) -> None:
    assert not page.result.send.isEnabled()
    assert page.result.queue.isVisible()
    page.result.queue.click()
    asked = sheet(page)
    assert asked.queue is not None
    assert choices(asked.queue) == [DATE, ROOM]  # this vendor's places do not reset
    assert asked.queue.by_itself.text() == BY_ITSELF
    assert not asked.queue.by_itself.isChecked()
    shoot(asked, "queue-sheet")
    choose(asked.queue, ROOM)
    assert asked.queue.date.isHidden()
    assert asked.queue.by_itself.text() == BY_ITSELF_ROOM
    asked.queue.by_itself.setChecked(True)
    with qtbot.waitSignal(page.sending.confirmed) as told:
        asked.send.click()
    order = told.args[0]
    assert (order.count, order.queue, order.rest) == (250, Queue(None, True), None)
    assert asked.send.text() == "Queueing…"


def test_the_rest_of_a_part_is_kept_or_queued(page: SizerPage, qtbot: QtBot) -> None:
    way = page.result.ways.button("part")
    assert way is not None
    way.click()  # type: ignore[attr-defined]
    page.result.send.click()
    asked = sheet(page)
    assert asked.queue is not None
    assert choices(asked.queue) == [KEEP, DATE, ROOM]
    assert (asked.order().queue, asked.order().rest) == (None, None)
    choose(asked.queue, DATE)
    when = asked.queue.date.dateTime().toSecsSinceEpoch()
    order = asked.order()
    assert order.rest == Queue(datetime.fromtimestamp(when, UTC))
    rest = order.after
    assert (order.first, rest.first, rest.queue, rest.rest) == (100, 0, order.rest, None)
    assert rest.leave_out == tuple(f"word {number}" for number in range(100))
    with qtbot.waitSignal(page.sending.confirmed):
        asked.send.click()
    assert asked.send.text() == "Starting…"
    page.sending.show_failed("No.")
    assert asked.send.text() == "Send import"


def test_a_known_reset_is_offered_and_the_date_lies_ahead(qtbot: QtBot) -> None:
    box = QueueBox(NOW, DAY)
    qtbot.addWidget(box)
    assert choices(box) == [RESET, DATE, ROOM]
    assert box.queue() == Queue(DAY)
    choose(box, DATE)
    found = box.queue()
    assert found is not None
    assert found.at is not None
    assert found.at > NOW
    box.date.setDateTime(box.date.minimumDateTime().addDays(-3))
    found = box.queue()
    assert found is not None
    assert found.at is not None
    assert found.at > NOW


def shown(panel: SendPanel, queue: Queue, now: datetime = NOW, **more: object) -> None:
    panel.show_sending(Shown(replace(WAITING, queue=queue), now, "keyword", **more))  # type: ignore[arg-type]


def test_what_waits_says_until_when_and_can_be_started_or_cancelled(
    qtbot: QtBot, shoot: Callable[[QWidget, str], Path]
) -> None:
    panel = SendPanel()
    qtbot.addWidget(panel)
    panel.resize(640, 320)
    panel.show()
    shown(panel, Queue(DAY), about="spring.csv to northlight.example")
    clock = DAY.astimezone().strftime("%H:%M")
    day = f"{DAY.astimezone().day} Dec" if DAY.astimezone().month == 12 else "30 Nov"
    assert panel.headline.text() == f"Queued for {day}, {clock}: 200 keywords to northlight.example"
    assert panel.what.text() == "Nothing is sent until you press “Start now”."
    assert (panel.resume.text(), panel.resume.isVisible(), panel.cancel.isVisible()) == ("Start now", True, True)
    assert (panel.bar.isVisible(), panel.counts.isVisible(), panel.report.isVisible()) == (False, False, False)
    shoot(panel, "queued-panel")
    with qtbot.waitSignal(panel.resume_asked):
        panel.resume.click()
    shown(panel, Queue(DAY), DAY + timedelta(hours=1))
    assert panel.what.text() == "Its time has come. Start it when you like."
    shown(panel, Queue(DAY, by_itself=True))
    assert panel.what.text().startswith("It starts by itself then")
    shown(panel, Queue(None, by_itself=True))
    assert panel.headline.text().startswith("Queued until there is room: 200 keywords")
    panel.show_sending(Shown(replace(WAITING, stop=Stop.QUOTA_SHORT), NOW, "keyword"))
    assert (panel.resume.text(), panel.bar.isVisible()) == ("Go on", True)


def test_the_header_tells_what_waits_apart_from_what_is_not_finished(page: SizerPage) -> None:
    cut = replace(WAITING, id="s2", stop=Stop.PAUSED, queue=None)
    desk = page.sending
    desk.show_unfinished([WAITING], lambda _: "spring.csv", NOW)
    assert desk.unfinished.text() == "1 import queued"
    desk.show_unfinished([WAITING, cut], lambda _: "spring.csv", NOW)
    assert desk.unfinished.text() == "1 import not finished, 1 queued"
