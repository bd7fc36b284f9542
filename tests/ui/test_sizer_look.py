"""The sizer page: what is hidden, how it looks, and that it never makes anybody wait."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QPlainTextEdit, QSpinBox, QWidget
from pytestqt.qtbot import QtBot
from tests.ui.sizer_sample import NOW, meter, silent, tracker, wallet

from creditdesk.core.keywords import Items
from creditdesk.core.settings import Settings
from creditdesk.ui.guess import Guess
from creditdesk.ui.items_dialog import ItemsDialog
from creditdesk.ui.sizer_engines import EngineRows
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


def test_hidden_amounts_and_names_are_not_shown(page: SizerPage) -> None:
    page.show_settings(Settings(hide_amounts=True, hide_names=True))
    page.form.keywords.number.setText("20,000")
    texts = [label.text() for label in page.findChildren(QWidget) if hasattr(label, "text") and callable(label.text)]
    texts += [bar.accessibleName() for bar in page.result.verdict.bars.shown()]
    assert not any("358" in text or "1,790" in text for text in texts)
    assert page.form.account.itemText(0) == "Tracker · •••"


def test_the_list_can_be_looked_at(page: SizerPage, qtbot: QtBot) -> None:
    page.form.keywords.area.setPlainText("a\nb\nA\nx\x01")
    page.form.keywords.open_list("repeated")
    dialog = page.window().findChild(ItemsDialog)
    assert dialog is not None
    assert dialog.list.model().index(0, 0).data() == "line 3: A"
    dialog.copy.click()
    assert QGuiApplication.clipboard().text() == "A"
    dialog.chips["add"].click()
    assert dialog.list.model().rowCount() == 2
    with qtbot.waitSignal(page.form.keywords.section_exported) as told:
        dialog.export.click()
    assert told.args[0].id == "add"
    dialog.chips["unusable"].click()
    assert dialog.list.model().index(0, 0).data() == "line 4: control character"
    dialog.reject()


def test_every_control_has_a_name_and_can_be_reached(page: SizerPage) -> None:
    page.form.keywords.number.setText("5")
    kinds = (QAbstractButton, QComboBox, QLineEdit, QSpinBox, QPlainTextEdit)
    for widget in page.findChildren(QWidget):
        inner = isinstance(widget.parent(), QComboBox | QSpinBox)
        if not isinstance(widget, kinds) or inner or not widget.isVisibleTo(page):
            continue
        assert widget.accessibleName(), widget
        assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus, widget.accessibleName()


@pytest.mark.parametrize("theme_name", ["light", "dark"])
def test_nothing_is_cut_sideways_in_the_smallest_window(
    page: SizerPage, worn: Callable[[str], None], shoot: Callable[[QWidget, str], Path], theme_name: str
) -> None:
    worn(theme_name)
    page.resize(688, 600)
    two_engines(page)
    page.show_items(ITEMS, "a-very-long-name-of-a-file-that-somebody-exported-in-spring.csv", GUESS)
    shoot(page, f"sizer-{theme_name}-small")
    for widget in page.result.findChildren(QWidget):
        if widget.isVisibleTo(page.result) and widget.parent() is page.result:
            assert widget.geometry().right() <= page.result.width()
    assert page.form.minimumSizeHint().width() <= page.form.width()
    assert page.result.mapTo(page, QPoint(page.result.width(), 0)).x() <= page.width()


def test_judging_again_does_not_depend_on_the_length_of_the_list(page: SizerPage) -> None:
    page.show_items(Items(1_000_000, tuple(map(str, range(1_000_000))), 0, 0, ()), "big.csv")
    started = time.process_time()
    page.show_entries([tracker(keywords="500"), meter()], NOW)
    assert time.process_time() - started < 0.1
    assert page.answer is not None
    assert page.answer.verdict is not None
    assert page.result.verdict.mark.accessibleName() == "Critical"
