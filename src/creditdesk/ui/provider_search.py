"""The line in which a vendor is searched for. A key never stands in it, however it got there: it goes its own way."""

from collections.abc import Callable

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QValidator
from PySide6.QtWidgets import QLineEdit

PLACEHOLDER = "Find a provider, or paste a key"


class ProviderSearch(QLineEdit):
    """The search line. `is_key` says of a text whether it is, or may be, a key; `is_known` whether a vendor knows it.

    Signals:
        searched(str): this text is looked for.
        key_pasted(str): text that is no name, but a key.
        key_typed(): letter by letter a text came about that may be a key; nobody knows whether it is whole.
    """

    searched = Signal(str)
    key_pasted = Signal(str)
    key_typed = Signal()

    def __init__(self, is_key: Callable[[str], bool], is_known: Callable[[str], bool]) -> None:
        super().__init__()
        self._is_key = is_key
        self._emptying = False
        self.former = ""  # the text that stood here before a change is looked at
        self.textChanged.connect(self._keep)
        self.setPlaceholderText(PLACEHOLDER)
        self.setAccessibleName(PLACEHOLDER)
        self.setClearButtonEnabled(True)
        self.setMaxLength(4096)
        self.setValidator(_NoKey(is_key, is_known, self))

    def empty(self) -> None:
        """Leave the line empty without searching anew; also where Qt puts the former text back behind a refusal."""
        self._clear()
        QTimer.singleShot(0, self, self._clear)

    def _clear(self) -> None:
        self._emptying = True
        self.clear()
        self._emptying = False

    def _keep(self, text: str) -> None:
        self.former = text
        if not self._emptying:
            self.searched.emit(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt's: look at what is pasted before it is shown."""
        if event.matches(QKeySequence.StandardKey.Paste):
            text = QGuiApplication.clipboard().text()
            if self._is_key(text):
                self.key_pasted.emit(text)
                return
        super().keyPressEvent(event)


class _NoKey(QValidator):
    """Refuses text that looks like a key, however it came, and hands it on instead."""

    def __init__(self, is_key: Callable[[str], bool], is_known: Callable[[str], bool], search: ProviderSearch) -> None:
        super().__init__(search)
        self._is_key = is_key
        self._is_known = is_known
        self._search = search

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Qt's."""
        if self._is_key(text):
            if len(text) <= len(self._search.former) + 1 and not self._is_known(text):
                self._search.key_typed.emit()
            else:
                self._search.key_pasted.emit(text)
            return QValidator.State.Invalid, text, position
        return QValidator.State.Acceptable, text, position
