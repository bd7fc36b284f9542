"""The panel of an import: how far it is, why it stopped, what to do, what is not known, what it really took."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot
from tests.ui.send_sample import NOW, sending

from creditdesk.core.sending import BatchState, Stop
from creditdesk.ui.dialogs import Question
from creditdesk.ui.send_desk import SendDesk
from creditdesk.ui.send_panel import SendPanel, Shown

OK, NO, WHAT, PLANNED, GONE = (
    BatchState.ACCEPTED,
    BatchState.REFUSED,
    BatchState.UNKNOWN,
    BatchState.PLANNED,
    BatchState.CANCELLED,
)
LABELS = {"keywords": ("Keywords", "keywords"), "rows": ("Data rows", "rows")}


@pytest.fixture
def panel(qtbot: QtBot, worn: Callable[[str], None]) -> SendPanel:
    made = SendPanel()
    qtbot.addWidget(made)
    made.resize(560, 400)
    made.show()
    return made


def visible(panel: SendPanel) -> list[str]:
    buttons = (panel.pause, panel.resume, panel.settle, panel.report, panel.cancel)
    return [each.text() for each in buttons if each.isVisibleTo(panel)]


def question() -> Question:
    found = [each for each in QApplication.topLevelWidgets() if isinstance(each, Question) and each.isVisible()]
    assert len(found) == 1
    return found[0]


def test_while_it_is_sent_it_says_how_far_it_is_and_how_long_it_takes(
    panel: SendPanel, shoot: Callable[[QWidget, str], Path]
) -> None:
    began = (NOW - timedelta(seconds=20), 0)
    panel.show_sending(Shown(sending(OK, OK, BatchState.SENDING, PLANNED), NOW, "keyword", LABELS, began))
    assert panel.headline.text() == "Sending 400 keywords to northlight.example"
    assert panel.counts.text() == "200 accepted · 0 refused · 0 unknown · 100 on the way · 100 not sent"
    assert panel.left.text() == "about 20 s left"
    assert (panel.bar.value(), panel.bar.maximum()) == (200, 400)
    assert visible(panel) == ["Pause", "Cancel"]
    assert panel.rows == []
    shoot(panel, "send-running")


@pytest.mark.parametrize(
    ("stop", "headline", "what"),
    [
        (Stop.OVER_QUOTA, "Stopped: the vendor answered 402", "Make room"),
        (Stop.QUOTA_SHORT, "Stopped: what is left does not hold the rest", "Make room"),
        (Stop.REFUSED, "Stopped: the vendor refused a request", "Read why"),
        (Stop.TROUBLE, "Stopped: the vendor could not be asked", "Go on when"),
        (Stop.PAUSED, "Paused", "until you go on"),
    ],
)
def test_every_stop_says_what_happened_and_what_to_do(panel: SendPanel, stop: Stop, headline: str, what: str) -> None:
    panel.show_sending(Shown(sending(OK, PLANNED, stop=stop, stop_detail="402: over quota"), NOW, "keyword"))
    assert panel.headline.text() == headline
    assert what in panel.what.text()
    assert panel.detail.text() == "402: over quota"
    assert visible(panel) == ["Go on", "Report…", "Cancel"]


def test_what_is_not_known_is_listed_and_only_settled_after_a_second_question(
    panel: SendPanel, qtbot: QtBot, shoot: Callable[[QWidget, str], Path]
) -> None:
    panel.show_sending(Shown(sending(OK, WHAT, PLANNED, stop=Stop.UNKNOWN), NOW, "keyword"))
    assert panel.headline.text() == "Stopped: it is not known whether a request arrived"
    assert visible(panel) == ["Go on", "Look again", "Report…", "Cancel"]
    shoot(panel, "send-unknown")
    (row,) = panel.rows
    assert row.arrived.accessibleName().startswith("It arrived: Keywords 101 to 200, sent ")
    with qtbot.assertNotEmitted(panel.settled):
        row.lost.click()
        asked = question()
        assert any("It is sent again when you go on." in each.text() for each in asked.findChildren(QLabel))
        asked.reject()
    row.lost.click()
    with qtbot.waitSignal(panel.settled) as told:
        question().yes.click()
    assert told.args == ["s1", 2, False]
    row.partly.click()
    with qtbot.waitSignal(panel.settled) as told:
        question().yes.click()
    assert told.args == ["s1", 2, None]
    with qtbot.waitSignal(panel.settle_asked) as told:
        panel.settle.click()
    assert told.args == ["s1"]


def test_after_the_end_it_says_what_it_really_took(panel: SendPanel, shoot: Callable[[QWidget, str], Path]) -> None:
    spent = {"keywords": Decimal(100), "rows": Decimal(500), "other": Decimal(0)}
    panel.show_sending(Shown(sending(OK, spent=spent), NOW, "keyword", LABELS))
    assert panel.headline.text() == "Sent 100 keywords to northlight.example"
    assert panel.spent.text().splitlines() == [
        "Keywords: 100 keywords really used, as expected (1 for each of 100 accepted).",
        "Data rows: 500 rows really used (5 for each of 100 accepted).",
    ]
    assert visible(panel) == ["Report…"]
    shoot(panel, "send-done")
    panel.show_sending(Shown(sending(OK, spent=spent), NOW, "keyword", LABELS, None, True))
    assert "500" not in panel.spent.text()


def test_cancel_is_at_once_while_it_runs_and_asked_when_it_stands_still(panel: SendPanel, qtbot: QtBot) -> None:
    panel.show_sending(Shown(sending(OK, PLANNED), NOW, "keyword", {}, (NOW, 0)))
    with qtbot.waitSignal(panel.cancel_asked):
        panel.cancel.click()
    panel.show_sending(Shown(sending(OK, PLANNED, stop=Stop.PAUSED), NOW, "keyword"))
    with qtbot.assertNotEmitted(panel.cancel_asked):
        panel.cancel.click()
        question().reject()
    panel.cancel.click()
    with qtbot.waitSignal(panel.cancel_asked) as told:
        question().yes.click()
    assert told.args == ["s1"]
    panel.show_sending(Shown(sending(OK, GONE, stop=Stop.CANCELLED), NOW, "keyword"))
    assert panel.headline.text() == "Cancelled"
    assert visible(panel) == ["Report…"]


def test_unfinished_imports_are_offered_in_the_header(qtbot: QtBot, worn: Callable[[str], None]) -> None:
    desk = SendDesk()
    qtbot.addWidget(desk)
    desk.show_unfinished([], lambda _: "spring.csv to northlight.example", NOW)
    assert desk.unfinished.isHidden()
    desk.show_unfinished([sending(OK, PLANNED)], lambda _: "spring.csv to northlight.example", NOW)
    assert desk.unfinished.text() == "1 import not finished"
    with qtbot.waitSignal(desk.opened) as told:
        desk.unfinished.click()
    assert told.args == ["s1"]
    desk.show_unfinished([sending(OK, PLANNED)] * 2, lambda _: "spring.csv to northlight.example", NOW)
    assert desk.unfinished.text() == "2 imports not finished"
