"""Short messages at the lower edge of the window that go away by themselves, with an Undo where there is one."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from creditdesk.ui import theme
from creditdesk.ui.buttons import Button

SHOWN_MS = 8000
MOST = 3


class Toast(QFrame):
    """One message. It stays while the mouse is on it or the keyboard in it.

    Signals:
        closed(object): it went away; carries itself.
    """

    closed = Signal(object)

    def __init__(self, words: str, undo: Callable[[], None] | None, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("tone", "toast")
        self.setAccessibleName(words)
        self._undo = undo
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(14), theme.px(6), theme.px(6), theme.px(6))
        label = QLabel(words)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        row.addWidget(label, 1)
        self.undo_button: Button | None = None
        if undo is not None:
            self.undo_button = Button("Undo", "toast")
            self.undo_button.clicked.connect(self._take_back)
            row.addWidget(self.undo_button)
        self.close_button = Button("", "toast", "close", name="Close message")
        self.close_button.clicked.connect(self.dismiss)
        row.addWidget(self.close_button)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._time_out)
        self._timer.start(SHOWN_MS)

    def dismiss(self) -> None:
        """Go away without undoing."""
        self._timer.stop()
        self.hide()
        self.closed.emit(self)
        self.deleteLater()

    def _take_back(self) -> None:
        undo, self._undo = self._undo, None
        self.dismiss()
        if undo is not None:
            undo()

    def _time_out(self) -> None:
        focus = self.focusWidget()
        if self.underMouse() or (focus is not None and focus.hasFocus()):
            self._timer.start(SHOWN_MS)
        else:
            self.dismiss()


class Toasts(QWidget):
    """The messages of a window, newest below, in the lower middle of `parent`, which it follows in size."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(8))
        self._shown: list[Toast] = []
        self.setAccessibleName("Messages")
        self.hide()
        parent.installEventFilter(self)

    def show_words(self, words: str, undo: Callable[[], None] | None = None) -> Toast:
        """Show this message. `undo` is called when the user takes it back, within 8 seconds."""
        while len(self._shown) >= MOST:
            self._shown[0].dismiss()
        toast = Toast(words, undo, self)
        self._shown.append(toast)
        self._column.addWidget(toast)
        toast.closed.connect(self._forget)
        self.show()
        self.raise_()
        self._place()
        return toast

    def dismiss_all(self) -> None:
        """Close every message."""
        for toast in list(self._shown):
            toast.dismiss()

    @property
    def shown(self) -> tuple[Toast, ...]:
        """The messages on screen, oldest first."""
        return tuple(self._shown)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt's: follow the window's size."""
        if event.type() == QEvent.Type.Resize and watched is self.parent():
            self._place()
        return super().eventFilter(watched, event)

    def _forget(self, toast: Toast) -> None:
        if toast in self._shown:
            self._shown.remove(toast)
            self._column.removeWidget(toast)
        if self._shown:
            self._place()
        else:
            self.hide()

    def _place(self) -> None:
        parent = self.parentWidget()
        if not self._shown or parent is None:
            return
        wide = min(theme.px(460), parent.width() - 2 * theme.px(24))
        self._column.activate()
        high = max(self._column.heightForWidth(wide), self._column.sizeHint().height())
        self.setGeometry((parent.width() - wide) // 2, parent.height() - high - theme.px(20), wide, high)
