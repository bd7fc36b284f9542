"""C4: a pasted key does not stay on the clipboard; what was copied since does."""

import pytest
from PySide6.QtGui import QClipboard, QGuiApplication
from pytestqt.qtbot import QtBot

from creditdesk.ui.clipboard import ClipboardGuard

SECRET = "tkn_usr_sentinel_4f1c9b"


@pytest.fixture
def clipboard(qtbot: QtBot) -> QClipboard:
    found = QGuiApplication.clipboard()
    found.setText(f" {SECRET}\n")
    return found


def test_the_key_is_taken_off_the_clipboard_when_the_time_is_up(clipboard: QClipboard, qtbot: QtBot) -> None:
    guard = ClipboardGuard(clipboard, clear_ms=10)
    with qtbot.waitSignal(guard.cleared):
        guard.note(SECRET)
    assert clipboard.text() == ""


def test_what_was_copied_since_stays(clipboard: QClipboard, qtbot: QtBot) -> None:
    guard = ClipboardGuard(clipboard)
    guard.note(SECRET)
    clipboard.setText("a keyword list")
    guard.clear_now()
    assert clipboard.text() == "a keyword list"


def test_a_key_that_was_typed_touches_no_clipboard(clipboard: QClipboard, qtbot: QtBot) -> None:
    clipboard.setText("mine")
    guard = ClipboardGuard(clipboard)
    guard.note(SECRET)
    guard.clear_now()
    assert clipboard.text() == "mine"


def test_at_the_end_it_is_cleared_at_once(clipboard: QClipboard, qtbot: QtBot) -> None:
    guard = ClipboardGuard(clipboard)
    guard.note(SECRET)
    guard.clear_now()
    assert clipboard.text() == ""
    assert SECRET not in repr(vars(guard))
