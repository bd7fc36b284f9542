"""The field a key is pasted into: write-only. What is in it can be replaced and cleared, never read back or copied.

Only the part that every key of the vendor begins with is shown in letters. A character that no key has is refused
whole, without being shown.
"""

import re
from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QValidator,
)
from PySide6.QtWidgets import QLineEdit, QMenu, QStyle, QStyleOptionFrame, QWidget

from creditdesk.core.definition import Credential
from creditdesk.ui import icons, theme

MOST_CHARACTERS = 8192
"""Longer text is no key; it is refused."""

REFUSED_LINES = "A key is one line. The pasted text has more than one line or a control character, so it was refused."
REFUSED_LETTERS = "A key has only plain letters, digits and signs. The text has others, so it was refused."
REFUSED_LENGTH = "This text is too long for a key, so it was refused."

_META = frozenset(".^$*+?{}[]|()\\")
_SHOWN_AT_LEAST = 3


def literal_prefix(pattern: str) -> str:
    """The letters that every text matching this regular expression begins with, "" when there are fewer than three.

    Only literal letters at the front count; the rest of the expression is not looked at, except that alternatives at
    the top level mean there is no such prefix.
    """
    text = pattern.removeprefix("\\A").removeprefix("^")
    if _has_alternatives(text):
        return ""
    letters: list[str] = []
    at = 0
    while at < len(text):
        letter = text[at]
        if letter == "\\" and at + 1 < len(text) and not text[at + 1].isalnum():
            letter, at = text[at + 1], at + 1
        elif letter in _META:
            break
        letters.append(letter)
        at += 1
    if letters and at < len(text) and text[at] in "*?{":
        letters.pop()
    prefix = "".join(letters)
    return prefix if len(prefix) >= _SHOWN_AT_LEAST else ""


def why_refused(text: str) -> str:
    """Why this text, already trimmed, cannot be a key, in a sentence that does not repeat it; "" when it can."""
    if len(text) > MOST_CHARACTERS:
        return REFUSED_LENGTH
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in text):
        return REFUSED_LINES
    return "" if text.isascii() else REFUSED_LETTERS


def looks_like(credential: Credential, text: str) -> bool:
    """Whether this text looks like this credential by its own pattern. False when there is no pattern."""
    if not credential.pattern or not text or why_refused(text):
        return False
    try:
        return re.search(credential.pattern, text) is not None
    except re.error:
        return False


def has_literal_start(credentials: Iterable[Credential]) -> bool:
    """Whether one of these is told from other vendors' keys by how it begins."""
    return any(literal_prefix(each.pattern) for each in credentials)


class KeyField(QLineEdit):
    """A write-only line for one secret.

    Signals:
        refused(str): text was refused; a sentence that does not repeat it.
        changed(): the secret is another one now, or none.
    """

    refused = Signal(str)
    changed = Signal()

    def __init__(self, name: str, pattern: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._prefix = literal_prefix(pattern)
        self._prefix_on = False
        self._settling = False
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setAccessibleName(name)
        self.setInputMethodHints(self.inputMethodHints() | Qt.InputMethodHint.ImhNoPredictiveText)
        self.setDragEnabled(False)
        self._clear = QAction(self)
        self._clear.setToolTip("Clear")
        self._clear.triggered.connect(self.wipe)
        self._check = _KeyCheck(self)
        self.setValidator(self._check)
        self.inputRejected.connect(lambda: self.refused.emit(self._check.why or REFUSED_LETTERS))
        self.textChanged.connect(self._settle)

    def filled(self) -> bool:
        """Whether there is a secret in the field."""
        return bool(self.text())

    def put(self, secret: str) -> None:
        """Put this in the place of what is there, as a paste would. What no key has is refused."""
        trimmed = secret.strip()
        if why := why_refused(trimmed):
            self.refused.emit(why)
            return
        self._prefix_on = False
        self.setText(trimmed)

    def secret(self) -> str:
        """The whole secret, "" when there is none. For handing over at once, never for keeping."""
        text = self.text()
        return (self._prefix if self._prefix_on else "") + text if text else ""

    def take(self) -> str:
        """The whole secret, leaving the field empty."""
        secret = self.secret()
        self.wipe()
        return secret

    def wipe(self) -> None:
        """Leave the field empty, and without anything that undo could bring back."""
        self._prefix_on = False
        self.setText("")
        self._show_prefix()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt calls this. Backspace at the front takes the shown prefix away; undo and redo do nothing."""
        if event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo):
            event.accept()
        elif event.key() == Qt.Key.Key_Backspace and self._prefix_on and not self.cursorPosition():
            self.wipe()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Qt calls this. The only things one can do with a key here are to paste and to clear it."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Paste", self.paste).setEnabled(bool(QGuiApplication.clipboard().text()))
        menu.addAction("Clear", self.wipe).setEnabled(self.filled() or self._prefix_on)
        menu.popup(event.globalPos())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt calls this: the vendor's own prefix in letters, then the dots."""
        super().paintEvent(event)
        if not self._prefix_on:
            return
        option = QStyleOptionFrame()
        self.initStyleOption(option)
        inside = self.style().subElementRect(QStyle.SubElement.SE_LineEditContents, option, self)
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(theme.active().colour("text"))
        inside.adjust(theme.px(2), 0, 0, 0)
        painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self._prefix)
        painter.end()

    def _settle(self, text: str) -> None:
        """After every change: show the prefix apart, and drop the undo history by setting the text anew."""
        if self._settling:
            return
        self._settling = True
        at = self.cursorPosition()
        if self._prefix and text.startswith(self._prefix):
            at = max(0, at - len(self._prefix))
            text = text.removeprefix(self._prefix)
            self._prefix_on = True
        elif not text:
            self._prefix_on = False
        self.setText(text)
        self.setCursorPosition(at)
        self._settling = False
        self._show_prefix()
        self.changed.emit()

    def _show_prefix(self) -> None:
        width = self.fontMetrics().horizontalAdvance(self._prefix) + theme.px(1) if self._prefix_on else 0
        self.setTextMargins(width, 0, 0, 0)
        self._show_clear(self.filled() or self._prefix_on)
        self.update()

    def _show_clear(self, wanted: bool) -> None:
        there = self._clear in self.actions()
        if wanted and not there:
            self._clear.setIcon(icons.icon("close", theme.active().muted))
            self.addAction(self._clear, QLineEdit.ActionPosition.TrailingPosition)
        elif there and not wanted:
            self.removeAction(self._clear)


class _KeyCheck(QValidator):
    """Trims what is pasted, and refuses what no key has."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.why = ""

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Qt calls this after every change."""
        trimmed = text.strip()
        self.why = why_refused(trimmed)
        if self.why:
            return QValidator.State.Invalid, text, position
        lead = len(text) - len(text.lstrip())
        return QValidator.State.Acceptable, trimmed, min(max(0, position - lead), len(trimmed))


def _has_alternatives(pattern: str) -> bool:
    depth, in_class, escaped = 0, False, False
    for letter in pattern:
        if escaped:
            escaped = False
        elif letter == "\\":
            escaped = True
        elif in_class:
            in_class = letter != "]"
        elif letter == "[":
            in_class = True
        elif letter in "()":
            depth += 1 if letter == "(" else -1
        elif letter == "|" and not depth:
            return True
    return False
