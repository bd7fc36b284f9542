"""The account dialog: choosing a vendor, and how it looks and is reached."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QDialog,
    QLineEdit,
    QSpinBox,
    QWidget,
)
from pytestqt.qtbot import QtBot
from tests.ui.account_sample import Opener, form, key
from tests.ui.sizer_sample import ALL, KEY, WALLET

from creditdesk.core.definition import Credential, Definition
from creditdesk.ui.dialogs import Question, Scrim, picture, removal
from creditdesk.ui.provider_order import found, owners
from creditdesk.ui.provider_picker import ProviderPicker


@pytest.fixture
def opened(qtbot: QtBot, worn: Callable[[str], None]) -> Opener:
    return Opener(qtbot)


def test_the_picker_finds_by_name_and_category_and_is_walked_with_keys(opened: Opener, qtbot: QtBot) -> None:
    assert [each.id for each in found(ALL, "seo")] == ["tracker"]
    assert [each.id for each in found(ALL, "t")] == ["tracker", "meter", "silent", "wallet"]
    assert found(ALL, "nothing of this name") == ()
    dialog = opened()
    assert dialog.picker.shown() == ("meter", "silent", "wallet", "tracker")
    assert dialog.picker.list.headings() == ("Content", "Others", "SEO")
    for _ in range(3):
        QTest.keyClick(dialog.picker.search, Qt.Key.Key_Down)
    QTest.keyClick(dialog.picker.search, Qt.Key.Key_Return)
    assert form(dialog).definition.id == "tracker"
    assert dialog.windowTitle() == "Add a Tracker account"


def test_a_pasted_key_finds_its_vendor_and_never_stands_in_the_search_line(
    opened: Opener,
) -> None:
    assert [each.id for each in owners(ALL, f" {KEY}\n")] == ["tracker"]
    assert owners(ALL, "tracker account") == ()
    dialog = opened()
    QGuiApplication.clipboard().setText(f"{KEY}\n")
    QTest.keySequence(dialog.picker.search, QKeySequence(QKeySequence.StandardKey.Paste))
    assert form(dialog).definition.id == "tracker"
    assert key(dialog).secret() == KEY
    assert dialog.picker.search.text() == ""


def test_a_key_typed_or_dropped_into_the_search_line_is_taken_out_of_it(qtbot: QtBot) -> None:
    picker = ProviderPicker(ALL)
    qtbot.addWidget(picker)
    with qtbot.waitSignal(picker.key_recognised) as told:
        picker.search.insert(KEY)
    assert told.args == ["tracker", KEY]
    assert picker.search.text() == ""


def test_a_key_of_two_vendors_lets_the_user_choose(qtbot: QtBot) -> None:
    twin: Definition = replace(WALLET, id="twin", name="Twin", credentials=(Credential("key", "Key", pattern="^CAP-"),))
    picker = ProviderPicker((*ALL, twin))
    qtbot.addWidget(picker)
    picker.take_key("CAP-0123456789")
    assert picker.shown() == ("wallet", "twin")
    picker.list.setCurrentIndex(picker.list.model().index(1, 0))
    with qtbot.waitSignal(picker.key_recognised) as told:
        picker.choose()
    assert told.args == ["twin", "CAP-0123456789"]


def test_the_window_is_dimmed_while_the_sheet_is_open(opened: Opener, qtbot: QtBot) -> None:
    dialog = opened("tracker")
    window = dialog.parentWidget()
    assert window is not None
    assert [scrim.size() for scrim in window.findChildren(Scrim)] == [window.size()]
    window.resize(900, 600)
    assert window.findChildren(Scrim)[0].size() == window.size()
    whole = picture(dialog, window)
    assert whole.width() == 900 * window.devicePixelRatioF()
    assert dialog.height() < window.height(), "a picture shows a sheet's foot, too"
    dialog.reject()
    assert not [scrim for scrim in window.findChildren(Scrim) if scrim.isVisible()]


def test_every_control_of_every_form_has_a_name_and_can_be_reached(opened: Opener) -> None:
    dialog = opened()
    for provider in ("", "tracker", "meter", "wallet"):
        if provider:
            dialog.choose_provider(provider)
            form(dialog).more.setChecked(True)
        for widget in dialog.findChildren(QWidget):
            inner = isinstance(widget.parent(), QComboBox | QSpinBox | QLineEdit)
            if not isinstance(widget, QAbstractButton | QComboBox | QLineEdit | QSpinBox) or inner:
                continue
            if widget.isVisibleTo(dialog):
                assert widget.accessibleName(), (provider, widget)
                assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus, widget.accessibleName()


@pytest.mark.parametrize("theme_name", ["light", "dark"])
def test_the_forms_look_right(
    opened: Opener,
    worn: Callable[[str], None],
    shoot: Callable[[QWidget, str], Path],
    theme_name: str,
) -> None:
    worn(theme_name)
    dialog = opened()
    for provider in ("tracker", "meter", "wallet"):
        dialog.choose_provider(provider)
        shoot(dialog, f"account-{provider}-{theme_name}")
        body = form(dialog)
        assert body.width() <= dialog.area.viewport().width()


def test_a_removal_is_a_question_whose_safe_answer_is_the_default(qtbot: QtBot, worn: Callable[[str], None]) -> None:
    question = removal("Agency", "Its key is removed from GNOME Keyring.")
    question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(question)
    question.open()
    assert isinstance(question, Question)
    with qtbot.assertNotEmitted(question.accepted):
        QTest.keyClick(question, Qt.Key.Key_Return)
    assert question.result() == QDialog.DialogCode.Rejected
    question.open()
    with qtbot.waitSignal(question.accepted):
        question.yes.click()
