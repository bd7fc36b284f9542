"""The panel of an import under the keyboard, and which import it says that it is."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot
from tests.ui.send_sample import NOW, RULE, rows, sending

from creditdesk.core.sending import BatchState, Stop
from creditdesk.ui.send_desk import SendDesk
from creditdesk.ui.send_panel import NOT_KNOWN, SendPanel, Shown
from creditdesk.ui.send_tracked import Freeing, TrackedDialog

OK, PLANNED, WHAT, GONE = BatchState.ACCEPTED, BatchState.PLANNED, BatchState.UNKNOWN, BatchState.CANCELLED
BEGAN = (NOW - timedelta(seconds=20), 0)


@pytest.fixture
def panel(qtbot: QtBot, worn: Callable[[str], None]) -> SendPanel:
    made = SendPanel()
    qtbot.addWidget(made)
    made.resize(560, 400)
    made.show()
    return made


def test_the_keyboard_stays_in_the_panel_when_its_button_goes(panel: SendPanel) -> None:
    panel.show_sending(Shown(sending(OK, PLANNED), NOW, "keyword", began=BEGAN))
    panel.pause.setFocus()
    panel.show_wait()
    panel.show_sending(Shown(sending(OK, PLANNED, stop=Stop.PAUSED), NOW, "keyword"))
    assert panel.window().focusWidget() is panel.resume
    panel.show_sending(Shown(sending(OK, PLANNED), NOW, "keyword", began=BEGAN))
    assert panel.window().focusWidget() is panel.pause
    panel.show_sending(Shown(sending(OK, OK), NOW, "keyword"))
    assert panel.window().focusWidget() is panel.report


def test_an_import_that_stands_still_says_which_one_it_is(panel: SendPanel) -> None:
    about = "spring.csv to •••, Ranktracker · •••"
    panel.show_sending(Shown(sending(OK, PLANNED, stop=Stop.PAUSED), NOW, "keyword", about=about, place="•••"))
    assert panel.about.text() == about
    panel.show_sending(Shown(sending(OK, OK), NOW, "keyword", about=about, place="•••"))
    assert panel.headline.text() == "Sent 200 keywords to •••"


def test_what_was_cancelled_does_not_count_as_sent(panel: SendPanel) -> None:
    panel.show_sending(Shown(sending(OK, GONE, GONE, GONE, stop=Stop.CANCELLED), NOW, "keyword"))
    assert (panel.bar.value(), panel.bar.maximum()) == (100, 400)


def test_unknown_requests_say_what_they_are_whyever_it_stopped(panel: SendPanel, qtbot: QtBot) -> None:
    panel.show_sending(Shown(sending(OK, WHAT, stop=Stop.TROUBLE), NOW, "keyword"))
    labels = [label for label in panel.findChildren(QLabel) if label.text() == NOT_KNOWN]
    qtbot.waitUntil(lambda: [label.isVisible() for label in labels] == [True])


def test_what_is_done_covers_the_ways_no_more(qtbot: QtBot, worn: Callable[[str], None]) -> None:
    desk = SendDesk()
    qtbot.addWidget(desk)
    told: list[bool] = []
    desk.covers.connect(told.append)
    desk.show_sending(Shown(sending(OK, PLANNED), NOW, began=BEGAN))
    desk.show_sending(Shown(sending(OK, PLANNED, stop=Stop.PAUSED), NOW))
    desk.show_sending(Shown(sending(OK, GONE, stop=Stop.CANCELLED), NOW))
    assert told == [True, True, False]


@pytest.mark.parametrize("dated", [True, False])
def test_the_rows_that_are_ticked_stand_first(qtbot: QtBot, worn: Callable[[str], None], dated: bool) -> None:
    dialog = TrackedDialog(Freeing(rows(50, dated), 12, RULE, "keyword", NOW))
    qtbot.addWidget(dialog)
    first = [row.id for row in dialog.model.shown[:12]]
    assert set(first) == dialog.model.chosen
