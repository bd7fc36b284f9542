"""The smaller parts of the sizer's form: the domain, the free question, what is still being read, amounts to keep."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QSpinBox,
    QWidget,
)
from pytestqt.qtbot import QtBot
from tests.ui.send_sample import ASK, AWAY, HOME, ITEMS, NOW, RULE, sender, sending
from tests.ui.sizer_sample import METER, meter, tracker

from creditdesk.core.bulk import ProbeRule
from creditdesk.core.keywords import clean
from creditdesk.core.offers import Fact
from creditdesk.core.sending import BatchState
from creditdesk.core.verdict import Learned, Observed, Probed, Verdict, VerdictKind
from creditdesk.ui.guess import Guess, guess_words
from creditdesk.ui.send_panel import Shown
from creditdesk.ui.sizer_case import Answer, Question, ask
from creditdesk.ui.sizer_notes import observed_line, really_line
from creditdesk.ui.sizer_page import SizerPage
from creditdesk.ui.sizer_place import PlaceBox
from creditdesk.ui.sizer_sections import Already

PROBE = ProbeRule("rank-check", Fact(date(2026, 11, 1), "made up"), ASK, 10, "data", "charged")


@pytest.fixture
def box(qtbot: QtBot, worn: Callable[[str], None]) -> PlaceBox:
    made = PlaceBox()
    qtbot.addWidget(made)
    made.show()
    operation = sender().definition.operations[0]
    made.show_rule(RULE, operation)
    made.show_places(())
    return made


@pytest.fixture
def page(qtbot: QtBot, worn: Callable[[str], None]) -> SizerPage:
    made = SizerPage()
    qtbot.addWidget(made)
    made.resize(1060, 820)
    made.show()
    asks = replace(meter(monthly="500"), definition=replace(METER, probes=(PROBE,)))
    made.show_entries([sender(), asks], NOW)
    return made


def test_places_are_read_only_when_asked_and_one_alone_is_chosen(box: PlaceBox, qtbot: QtBot) -> None:
    assert box.read.text() == "Read domains"
    assert box.place is None
    assert not box.subtract.isEnabled()
    with qtbot.waitSignal(box.places_asked):
        box.read.click()
    box.show_wait((0, 0), "Reading")
    assert not box.read.isEnabled()
    box.show_places((HOME, AWAY))
    assert box.place is None
    assert box.places.itemText(0) == "Choose a domain"
    with qtbot.waitSignal(box.chosen):
        box.places.setCurrentIndex(2)
    assert box.place == AWAY
    box.show_places((HOME,))
    assert box.place == HOME
    assert box.read.accessibleName() == "Read the domains again"


def test_what_is_tracked_is_told_with_how_far_the_reading_is(box: PlaceBox, qtbot: QtBot) -> None:
    box.show_places((HOME,))
    with qtbot.waitSignal(box.subtract_changed):
        box.subtract.click()
    box.show_wait((3000, 12000), "Reading what is tracked")
    assert box.told.text() == "Reading what is tracked: 3,000 of 12,000"
    with qtbot.waitSignal(box.cancelled):
        box.cancel.click()
    box.show_already(Already(("a", "b"), ("c",)))
    assert box.told.text() == "2 keywords of the list are tracked there already."
    box.show_wait((1, 2), "Reading")
    box.show_wait(None)
    assert box.told.text() == "2 keywords of the list are tracked there already."
    box.show_error("The vendor is down.")
    assert box.error.text() == "The vendor is down."
    assert not box.subtract.isChecked()


def test_the_free_question_counts_its_requests_and_its_answer_makes_the_number_exact(
    page: SizerPage, qtbot: QtBot
) -> None:
    page.choose_account("m", "rank-check")
    page.form.keywords.number.setText("240")
    assert page.form.probe.isHidden()
    page.show_items(ITEMS, "sites.csv")
    probe = page.form.probe
    assert probe.ask.text() == "Ask what it would cost: 25 requests, free"
    with qtbot.waitSignal(probe.asked):
        probe.ask.click()
    probe.show_part(3, 25)
    assert probe.ask.isHidden()
    with qtbot.waitSignal(probe.cancelled):
        probe.cancel.click()
    probe.show_end("It was charged. Nothing further was asked.")
    assert probe.error.text() == "It was charged. Nothing further was asked."
    probe.show_end()
    page.form.show_probed(Probed(250, 40))
    assert probe.told.text() == "The vendor was asked: 40 queries of 250 would be charged."
    assert page.answer is not None
    assert page.answer.question.probed == Probed(250, 40)
    page.show_items(clean(["other"]), "others.csv")
    assert page.answer.question.probed is None


def test_the_own_ratio_and_the_last_import_stand_beside_the_price() -> None:
    entry = sender()
    question = Question(entry, entry.definition.operations[0], 620, NOW, {"engines": "1"})
    demands = question.verdict().demands
    seen = Observed("data-rows", Decimal(5), Decimal(3100), "keywords")
    answer = Answer(question, Verdict(VerdictKind.FITS, demands, observed=seen))
    assert observed_line(answer) == (
        "In this account 5 rows are in use for each keyword. "
        "At that rate this import needs 3,100 rows, not 620, and would be refused. A pilot shows which is right."
    )
    assert observed_line(answer, hide=True) == ""
    assert really_line(answer) == ""


def test_what_an_import_really_took_stands_beside_what_the_price_says() -> None:
    entry = sender()
    question = Question(entry, entry.definition.operations[0], 620, NOW, {"engines": "1"})

    def line(by_price: bool = False, **times: str) -> str:
        each = {pool.replace("_", "-"): Decimal(value) for pool, value in times.items()}
        learned = {"track-keywords": Learned(10, NOW, each, each, Decimal(1))}
        return really_line(ask(replace(question, learned=learned, by_price=by_price)))

    assert line(keywords="1", data_rows="1") == (
        "The last import, 10 keywords on 21 Nov, really took 1 keyword and 1 row for each keyword on each search "
        "engine, as the price says."
    )
    needs = "By what 10 keywords on 21 Nov really took, this needs 3,093 of Data rows, not 620."
    assert line(keywords="1", data_rows="4.9871") == f"{needs} The higher counts here."
    assert line(True, keywords="1", data_rows="4.9871") == f"{needs} The price counts here, as you chose."
    assert line(keywords="0.5").endswith("this needs 310 of Keywords, not 620. The price counts here.")


@pytest.mark.parametrize(
    ("guess", "words"),
    [
        (Guess("utf-16-le", "\t", 3, ("Keyword",)), "UTF-16 · tab · header in line 3 · column “Keyword”"),
        (Guess("utf-8", ""), "UTF-8 · one a line"),
        (Guess("cp1252", ";", 0, ("1", "2"), 1), "Windows-1252 · semicolon · no header · column “2”"),
        (
            Guess("xlsx", "", 1, ("Keyword",), 0, "Export", ("Export", "Notes")),
            "XLSX · header in line 1 · column “Keyword” · sheet “Export”",
        ),
    ],
)
def test_the_guess_is_said_in_one_line(guess: Guess, words: str) -> None:
    assert guess_words(guess) == words


def test_amounts_are_folded_away_until_one_is_set(page: SizerPage, qtbot: QtBot) -> None:
    page.show_items(ITEMS, "list.csv")
    amounts = page.form.amounts
    assert amounts.reserve.isHidden()
    assert amounts.limits.isHidden()
    amounts.more.click()
    assert amounts.reserve.isVisible()
    with qtbot.waitSignal(page.limits_changed) as told:
        amounts.limits.field("keywords").setText("100")
    assert told.args == ["t", {"keywords": Decimal(100)}]
    assert page.answer is not None
    assert page.answer.verdict is not None
    assert page.answer.verdict.over_limit == ("keywords",)
    page.show_entries([tracker("u")], NOW)
    assert amounts.reserve.isHidden()


def test_every_control_of_the_whole_page_has_a_name_and_can_be_reached(page: SizerPage) -> None:
    page.show_items(ITEMS, "list.csv", Guess("utf-8", ",", 1, ("Keyword", "Volume")))
    page.form.show_places("t", (HOME, AWAY), HOME.id)
    page.form.amounts.more.click()
    unknown = sending(BatchState.ACCEPTED, BatchState.UNKNOWN, BatchState.PLANNED)
    page.sending.show_sending(Shown(unknown, NOW, "keyword"))
    page.sending.show_unfinished([unknown], lambda _: "spring.csv", NOW)
    kinds = (QAbstractButton, QComboBox, QLineEdit, QSpinBox, QPlainTextEdit, QAbstractItemView)
    seen = 0
    for widget in page.findChildren(QWidget):
        inner = isinstance(widget.parent(), QComboBox | QSpinBox)
        if not isinstance(widget, kinds) or inner or not widget.isVisibleTo(page):
            continue
        seen += 1
        assert widget.accessibleName(), widget
        assert not widget.isEnabled() or widget.focusPolicy() & Qt.FocusPolicy.TabFocus, widget.accessibleName()
    assert seen > 20
