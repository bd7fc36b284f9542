"""An open account dialog and what it says, for its tests."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QLabel,
    QLineEdit,
    QMainWindow,
    QPlainTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot
from tests.ui.sizer_sample import ALL

from creditdesk.ui.account_dialog import AccountDialog
from creditdesk.ui.account_draft import Edited, Surroundings
from creditdesk.ui.account_form import AccountForm
from creditdesk.ui.key_field import KeyField

AROUND = Surroundings(ALL, ("Agency", "Meter"), "GNOME Keyring")


class Opener:
    """Opens account dialogs over windows that it keeps alive."""

    def __init__(self, qtbot: QtBot) -> None:
        self._qtbot = qtbot
        self._windows: list[QMainWindow] = []

    def __call__(
        self, provider: str = "", around: Surroundings = AROUND, edited: Edited | None = None
    ) -> AccountDialog:
        window = QMainWindow()
        window.resize(1280, 820)
        self._windows.append(window)
        self._qtbot.addWidget(window)
        window.show()
        dialog = AccountDialog(around, window, edited)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        if provider:
            dialog.choose_provider(provider)
        dialog.open()
        return dialog


def form(dialog: AccountDialog) -> AccountForm:
    assert dialog.form is not None
    return dialog.form


def key(dialog: AccountDialog) -> KeyField:
    field = form(dialog).key.field("key")
    assert isinstance(field, KeyField)
    return field


def everything_said(widget: QWidget) -> str:
    """All text a person, a picture or a screen reader could get out of a dialog."""
    told: list[str] = []
    for each in [widget, *widget.findChildren(QWidget)]:
        told += [each.accessibleName(), each.accessibleDescription(), each.toolTip(), each.whatsThis()]
        if isinstance(each, QLabel | QAbstractButton):
            told.append(each.text())
        elif isinstance(each, QLineEdit):
            told += [each.displayText(), each.placeholderText()]
        elif isinstance(each, QPlainTextEdit):
            told.append(each.toPlainText())
        seen = QAccessible.queryAccessibleInterface(each)
        if seen is not None:
            told += [seen.text(kind) for kind in (QAccessible.Text.Name, QAccessible.Text.Value)]
            if text := seen.textInterface():
                told.append(text.text(0, text.characterCount()))
    return "\n".join(told)
