"""The key field: write-only, one line, plain characters."""

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QAccessible, QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from creditdesk.core.definition import Credential
from creditdesk.ui.key_field import REFUSED_LENGTH, REFUSED_LETTERS, REFUSED_LINES, KeyField, literal_prefix, looks_like

SECRET = "tkn_usr_5entinel0123456789"


def made(qtbot: QtBot, pattern: str = r"^tkn_usr_[A-Za-z0-9]+$") -> KeyField:
    field = KeyField("API key", pattern)
    qtbot.addWidget(field)
    field.show()
    field.setFocus()
    return field


def pasted(field: KeyField, text: str) -> None:
    data = QMimeData()
    data.setText(text)
    QGuiApplication.clipboard().setMimeData(data)
    QTest.keySequence(field, QKeySequence(QKeySequence.StandardKey.Paste))


@pytest.mark.parametrize(
    ("pattern", "prefix"),
    [
        (r"^tkn_usr_[A-Za-z0-9]+$", "tkn_usr_"),
        (r"CAP-[0-9A-F]{32}", "CAP-"),
        (r"\Ask\-live\-\w+", "sk-live-"),
        (r"^abcd?", "abc"),
        (r"^abcd{2}", "abc"),
        (r"^abcd+", "abcd"),
        (r"[A-Z]{32}", ""),
        (r"tkn_|sk_live", ""),
        (r"(tkn_usr_|x).*", ""),
        (r"\d{10}", ""),
        (r"ab.*", ""),
        ("", ""),
    ],
)
def test_only_letters_that_every_key_begins_with_are_a_prefix(pattern: str, prefix: str) -> None:
    assert literal_prefix(pattern) == prefix


def test_a_pasted_key_is_trimmed_and_its_prefix_alone_is_set_apart(qtbot: QtBot) -> None:
    field = made(qtbot)
    pasted(field, f"  {SECRET}\r\n")
    assert field.secret() == SECRET
    assert "5entinel" not in field.displayText()
    assert "tkn_usr_" not in field.text()


def test_a_key_typed_by_hand_is_the_same_key(qtbot: QtBot) -> None:
    field = made(qtbot)
    QTest.keyClicks(field, SECRET)
    assert field.secret() == SECRET


def test_a_key_of_another_form_is_kept_whole(qtbot: QtBot) -> None:
    field = made(qtbot)
    pasted(field, "other-form-of-key")
    assert field.secret() == "other-form-of-key"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("tkn_usr_a\nb", REFUSED_LINES),
        ("tkn_usr_\x00b", REFUSED_LINES),
        ("tkn_usr_naïve", REFUSED_LETTERS),
        ("x" * 9000, REFUSED_LENGTH),
    ],
)
def test_what_no_key_has_is_refused_and_not_repeated(qtbot: QtBot, text: str, why: str) -> None:
    field = made(qtbot)
    pasted(field, "kept-before")
    with qtbot.waitSignal(field.refused) as heard:
        field.selectAll()
        field.put(text)
    assert heard.args == [why]
    assert text.strip() not in why
    with qtbot.waitSignal(field.refused) as heard:
        pasted(field, text)
    assert heard.args == [why]
    assert field.secret() == "kept-before"


def test_nothing_can_be_copied_cut_or_undone(qtbot: QtBot) -> None:
    field = made(qtbot)
    pasted(field, SECRET)
    QGuiApplication.clipboard().setText("before")
    field.selectAll()
    field.copy()
    QTest.keySequence(field, QKeySequence(QKeySequence.StandardKey.Copy))
    QTest.keySequence(field, QKeySequence(QKeySequence.StandardKey.Cut))
    assert QGuiApplication.clipboard().text() == "before"
    assert not field.isUndoAvailable()
    field.wipe()
    field.undo()
    QTest.keySequence(field, QKeySequence(QKeySequence.StandardKey.Undo))
    assert field.secret() == ""
    QTest.keyClicks(field, "abcdef")
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_Delete)
    field.undo()
    assert field.secret() == ""


def test_its_accessible_text_never_holds_the_key(qtbot: QtBot) -> None:
    field = made(qtbot)
    pasted(field, SECRET)
    seen = QAccessible.queryAccessibleInterface(field)
    assert seen.text(QAccessible.Text.Name) == "API key"
    told = [seen.text(kind) for kind in (QAccessible.Text.Value, QAccessible.Text.Description, QAccessible.Text.Help)]
    text = seen.textInterface()
    told.append(text.text(0, text.characterCount()) if text else "")
    assert not any("tkn_usr" in each or "5ent" in each or "789" in each for each in told)


def test_taking_the_key_leaves_the_field_empty(qtbot: QtBot) -> None:
    field = made(qtbot)
    pasted(field, SECRET)
    assert field.take() == SECRET
    assert not field.filled()
    assert field.secret() == ""
    assert not field.isUndoAvailable()


def test_backspace_at_the_front_takes_the_prefix_away(qtbot: QtBot) -> None:
    field = made(qtbot)
    pasted(field, SECRET)
    QTest.keyClick(field, Qt.Key.Key_Home)
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    assert field.secret() == ""


def test_a_key_is_recognised_by_the_vendors_own_pattern_only() -> None:
    credential = Credential("key", "API key", pattern=r"^tkn_usr_")
    assert looks_like(credential, SECRET)
    assert not looks_like(credential, "CAP-123")
    assert not looks_like(Credential("key", "API key"), SECRET)
    assert not looks_like(Credential("key", "API key", pattern="("), SECRET)
