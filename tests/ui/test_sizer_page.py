"""The sizer page: told with show_*, it speaks with signals, and judges at every change."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QTimer, QUrl
from PySide6.QtGui import QGuiApplication, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QSpinBox, QWidget
from pytestqt.qtbot import QtBot
from tests.ui.dropping import drop
from tests.ui.sizer_sample import NOW, meter, silent, tracker, wallet

from creditdesk.core.keywords import Items, clean
from creditdesk.ui.guess import Guess, Wanted
from creditdesk.ui.sizer_engines import Engine, EngineRows
from creditdesk.ui.sizer_guess import GuessSheet
from creditdesk.ui.sizer_input import BUSY, SUMMARY
from creditdesk.ui.sizer_page import SizerPage

GUESS = Guess("utf-8", ",", 1, ("Keyword", "Volume"))
ITEMS = Items(697, tuple(f"word {number}" for number in range(620)), 71, 6, ())


@pytest.fixture
def page(qtbot: QtBot, worn: Callable[[str], None]) -> SizerPage:
    made = SizerPage()
    qtbot.addWidget(made)
    made.resize(1060, 820)
    made.show()
    made.show_entries([tracker(), meter(), wallet(), silent()], NOW)
    return made


def two_engines(page: SizerPage) -> EngineRows:
    rows = page.form.factors.field("engines")
    assert isinstance(rows, EngineRows)
    rows.start_adding()
    rows.finish()
    return rows


def headline(page: SizerPage) -> str:
    return page.result.verdict.headline.text()


def test_the_picture_is_what_comes_out(page: SizerPage, shoot: Callable[[QWidget, str], Path]) -> None:
    two_engines(page)
    page.show_items(ITEMS, "spring-campaign.csv", GUESS)
    assert headline(page) == "This import would be refused with 402"
    bars = page.result.verdict.bars.shown()
    assert [bar.line.label for bar in bars] == ["Keywords", "Data rows"]
    assert page.form.product.text() + page.form.total.text() == "620 keywords × 2 search engines = 1,240"
    summary = page.form.keywords.summary
    assert summary.lines.text() == "column “Keyword” · 697 lines"
    assert summary.to_add.text() == "620 to add"
    assert summary.others.text() == "71 repeated · 6 blank"
    assert summary.guess.text() == "UTF-8 · comma · header in line 1"
    picture = QPixmap(str(shoot(page, "sizer")))
    assert picture.width() == page.width() * page.devicePixelRatioF()


def test_typing_judges_at_once(page: SizerPage, qtbot: QtBot) -> None:
    assert page.right.currentWidget() is page.hint
    for word in ("shoes", "boots", "shoes"):
        QTest.keyClicks(page.form.keywords.area, word)
        QTest.keyClick(page.form.keywords.area, Qt.Key.Key_Return)
    assert headline(page) == "This import fits"
    assert page.form.keywords.told.text() == "2 to add · 1 repeated"
    page.form.keywords.area.clear()
    assert page.right.currentWidget() is page.hint
    page.form.keywords.number.setText("10,000")
    assert headline(page) == "This import would be refused with 402"
    assert not page.result.buttons.isVisibleTo(page)


def test_what_fits_is_exported_and_copied(page: SizerPage, qtbot: QtBot) -> None:
    two_engines(page)
    page.show_items(ITEMS, "spring-campaign.csv")
    with qtbot.waitSignal(page.export_requested) as told:
        page.result.export.click()
    assert told.args[0] == "agency-t-track-keywords-2026-11-21.txt"
    assert told.args[1] == [f"word {number}" for number in range(179)]
    with qtbot.waitSignal(page.copied) as told:
        page.result.copy.click()
    assert told.args == [179]
    assert QGuiApplication.clipboard().text().split("\n")[-1] == "word 178"


def test_a_long_paste_is_handed_on_and_never_cleaned_here(page: SizerPage, qtbot: QtBot) -> None:
    lines = [f"keyword number {number}" for number in range(100_000)]
    text = "\n".join(lines)
    QGuiApplication.clipboard().setText(text)
    started = time.process_time()
    with qtbot.waitSignal(page.text_given) as told:
        page.paste.click()
    assert time.process_time() - started < 0.1
    assert told.args == [text]
    qtbot.waitUntil(lambda: page.form.keywords.stack.page == BUSY)
    items = clean(lines)
    started = time.process_time()
    page.show_items(items, "")
    assert time.process_time() - started < 0.1
    assert page.form.keywords.summary.name.text() == "Pasted text"
    assert headline(page) == "This import would be refused with 402"


def test_a_long_paste_into_the_box_itself_is_handed_on(page: SizerPage, qtbot: QtBot) -> None:
    page.form.keywords.area.setPlainText("before")
    data = QMimeData()
    data.setText("a\n" * 6000)
    with qtbot.waitSignal(page.text_given) as told:
        page.form.keywords.area.insertFromMimeData(data)
    assert told.args[0].startswith("before\na\n")


def test_a_file_is_taken_by_drop_and_several_are_refused(page: SizerPage, qtbot: QtBot) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/lists/one.csv")])
    with qtbot.waitSignal(page.file_chosen) as told:
        assert drop(page, data)
    assert told.args == ["/lists/one.csv"]
    data.setUrls([QUrl.fromLocalFile("/lists/one.csv"), QUrl.fromLocalFile("/lists/two.csv")])
    with qtbot.assertNotEmitted(page.file_chosen):
        assert drop(page, data)
    assert page.form.keywords.error.text() == "One file at a time, please."
    page.show_entries([], NOW)
    assert not drop(page, data)


def test_a_file_that_cannot_be_read_is_said_beside_the_list(page: SizerPage, qtbot: QtBot) -> None:
    page.show_busy("Reading one.csv")
    qtbot.waitUntil(lambda: page.form.keywords.stack.page == BUSY)
    page.show_error("one.csv has no line that is text.")
    assert page.form.keywords.error.isVisibleTo(page)
    assert page.form.keywords.stack.page == 0


def test_what_is_read_at_once_is_not_said_to_be_read(page: SizerPage) -> None:
    page.show_busy("Reading one.csv")
    page.show_items(ITEMS, "one.csv", GUESS)
    waiting = page.form.keywords.findChild(QTimer, options=Qt.FindChildOption.FindDirectChildrenOnly)
    assert waiting is not None
    assert not waiting.isActive()
    assert page.form.keywords.stack.page == SUMMARY


def test_waiting_for_a_list_can_be_ended(page: SizerPage, qtbot: QtBot) -> None:
    page.show_items(ITEMS, "one.csv", GUESS)
    page.show_busy("Reading big.csv")
    qtbot.waitUntil(lambda: page.form.keywords.stack.page == BUSY)
    with qtbot.waitSignal(page.form.keywords.cancelled):
        page.form.keywords.busy.cancel.click()
    assert page.form.keywords.stack.page == SUMMARY
    assert page.form.keywords.summary.name.text() == "one.csv"


def test_how_a_file_is_read_can_be_changed(page: SizerPage, qtbot: QtBot) -> None:
    rows = tuple((line, (f"word {line}", str(line))) for line in range(1, 12))
    page.show_items(ITEMS, "one.csv", replace(GUESS, rows=rows))
    page.form.keywords.summary.change.click()
    sheet = page.window().findChild(GuessSheet)
    assert sheet is not None
    assert [sheet.column.itemText(place) for place in range(sheet.column.count())] == ["Keyword", "Volume"]
    shown = sheet.table.model()
    assert shown.rowCount() == 8
    titles = [shown.headerData(place, Qt.Orientation.Horizontal) for place in range(2)]
    assert titles == ["✓ Keyword", "Volume"]
    with qtbot.waitSignal(page.form.keywords.wanted) as told:
        sheet.column.setCurrentIndex(1)
    assert told.args == [Wanted(column="Volume")]
    assert sheet.footer.isHidden()
    totals = ((9, "Total · 120", "totals"), (12, "Keyword · Volume", "header"))
    page.show_items(ITEMS, "one.csv", replace(GUESS, left_out=2, left_rows=totals))
    text = "Rows of totals and repeated headers are items, too"
    assert (sheet.footer.text(), sheet.footer.isChecked()) == (text, False)
    assert sheet.left_out.text() == "Left out: line 9 “Total · 120”, line 12 “Keyword · Volume”."
    with qtbot.waitSignal(page.form.keywords.wanted) as told:
        sheet.footer.setChecked(True)
    assert told.args == [Wanted(column="Volume", keep_footer=True)]
    page.show_items(ITEMS, "one.csv", replace(GUESS, keep_footer=True))
    assert (sheet.footer.isVisible(), sheet.footer.isChecked()) == (True, True)
    sheet.footer.setChecked(False)
    page.show_items(ITEMS, "one.csv", replace(GUESS, rows=rows, place=1))
    assert shown.headerData(1, Qt.Orientation.Horizontal) == "✓ Volume"
    with qtbot.waitSignal(page.form.keywords.wanted) as told:
        sheet.delimiter.setCurrentIndex(sheet.delimiter.findText("tab"))
    assert told.args == [Wanted(delimiter="\t")]
    page.show_error("one.csv: nothing to send.")
    assert sheet.error.text() == "one.csv: nothing to send."
    sheet.accept()
    assert page.form.keywords.stack.page == SUMMARY


def test_the_choices_of_an_account_come_back_with_it(page: SizerPage) -> None:
    two_engines(page)
    page.choose_account("m", "rank-check")
    depth = page.form.factors.field("depth")
    assert isinstance(depth, QSpinBox)
    depth.setValue(50)
    page.choose_account("m", "visibility")
    page.choose_account("t")
    rows = page.form.factors.field("engines")
    assert isinstance(rows, EngineRows)
    assert [engine.device for engine in rows.engines()] == ["desktop", "mobile"]
    page.choose_account("m")
    assert page.form.operation.currentData() == "visibility"
    page.choose_account("m", "rank-check")
    assert page.form.factors.values() == {"depth": "50"}


def test_a_new_reading_keeps_what_is_typed_and_chosen(page: SizerPage) -> None:
    two_engines(page)
    page.form.keywords.area.setPlainText("a\nb")
    rows = page.form.factors.field("engines")
    page.show_entries([tracker(keywords="3"), meter(), wallet(), silent()], NOW)
    assert page.form.factors.field("engines") is rows
    assert page.form.keywords.area.toPlainText() == "a\nb"
    assert headline(page) == "This import would be refused with 402"


def test_a_reserve_is_kept_for_its_account_alone(page: SizerPage, qtbot: QtBot) -> None:
    page.show_entries([tracker("t"), tracker("u")], NOW)
    page.form.keywords.number.setText("300")
    with qtbot.waitSignal(page.reserve_changed) as told:
        page.form.reserve.field("keywords").setText("100")
    assert told.args[0] == "t"
    assert {pool: int(amount) for pool, amount in told.args[1].items()} == {"keywords": 100}
    assert headline(page) == "It fits, but goes under your reserve"
    page.choose_account("u")
    assert headline(page) == "This import fits"
    assert page.form.reserve.field("keywords").text() == ""
    page.choose_account("t")
    assert page.form.reserve.field("keywords").text() == "100"


def test_a_word_or_a_number_may_be_a_factor(page: SizerPage) -> None:
    page.choose_account("m", "visibility")
    engines = page.form.factors.field("engines")
    assert isinstance(engines, QComboBox)
    assert [engines.itemText(place) for place in range(engines.count())] == ["all", "1", "2", "3", "4", "5"]
    page.form.keywords.number.setText("10")
    assert page.form.total.text() == "40 credits"


def test_a_decimal_factor_says_what_is_wrong_beside_it(page: SizerPage) -> None:
    page.choose_account("w")
    page.form.keywords.number.setText("100")
    assert headline(page) == "Cannot tell yet: fill in “Price of a task in USD”"
    field = page.form.factors.field("price")
    assert isinstance(field, QLineEdit)
    field.setText("cheap")
    assert page.form.factors.error("price").startswith("Allowed: a number")
    field.setText("0.01")
    assert page.form.factors.error("price") == ""
    assert headline(page) == "This import fits"


def test_free_operations_say_so_without_a_list(page: SizerPage) -> None:
    page.choose_account("m", "audit")
    assert page.form.operation.currentText() == "Site audit · free"
    assert headline(page) == "This costs nothing"
    assert page.result.verdict.bars.shown() == []


def test_empty_pages_say_what_to_do(page: SizerPage, qtbot: QtBot) -> None:
    page.choose_account("s")
    assert page.hint.title.text() == "No price of Silent is known"
    page.choose_account("m", "action")
    assert page.hint.title.text() == "Drop a file here, or paste one action a line"
    page.show_entries([], NOW)
    assert page.body.currentIndex() == 0
    button = page.body.widget(0).findChild(QAbstractButton)
    with qtbot.waitSignal(page.add_requested):
        button.click()


def test_an_account_never_read_offers_to_read_it(page: SizerPage, qtbot: QtBot) -> None:
    page.show_entries([tracker(read=False)], NOW)
    page.form.keywords.number.setText("5")
    assert page.result.verdict.mark.accessibleName() == "Not read"
    with qtbot.waitSignal(page.check_requested) as told:
        page.result.verdict.help.click()
    assert told.args == ["t"]
    with qtbot.waitSignal(page.check_requested):
        page.form.check.click()


def test_typed_balances_are_typed_from_here(page: SizerPage, qtbot: QtBot) -> None:
    page.choose_account("m")
    assert not page.form.check.isVisibleTo(page)
    with qtbot.waitSignal(page.balance_requested) as told:
        page.form.type.click()
    assert told.args == ["m"]


def test_the_same_search_engine_is_not_there_twice(page: SizerPage, qtbot: QtBot) -> None:
    rows = two_engines(page)
    assert rows.engines() == (Engine(), Engine(device="mobile"))
    rows.start_adding()
    rows.finish()
    assert rows.error.text() == "This row is there already."
    rows.boxes[1].setCurrentText("Germany")
    with qtbot.waitSignal(rows.changed):
        QTest.keyClick(rows, Qt.Key.Key_Return)
    assert rows.engines()[2].words == "google · DE · en · mobile"
    for _ in range(5):
        rows.remove(0)
    assert len(rows.engines()) == 1
