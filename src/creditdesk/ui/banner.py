"""A strip across a page with news, its state's shape, and the buttons that answer it."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QWidget

from creditdesk.core.pools import Level
from creditdesk.ui import shapes, theme
from creditdesk.ui.buttons import Button

_TONES = {Level.GOOD: "ok", Level.LOW: "low", Level.CRITICAL: "critical", Level.EXHAUSTED: "critical"}


class StateMark(QWidget):
    """The shape of a level, alone. Its accessible name is the level's word."""

    def __init__(self, level: Level = Level.NOT_READ, size_px: int = 10) -> None:
        super().__init__()
        self._size = size_px
        self._level = level
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(theme.state(level).word)

    def show_level(self, level: Level) -> None:
        """Show the shape of this level."""
        self._level = level
        self.setAccessibleName(theme.state(level).word)
        self.update()

    def sizeHint(self) -> QSize:
        """Qt's."""
        return QSize(theme.px(self._size), theme.px(self._size))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt's."""
        painter = QPainter(self)
        shapes.draw_state(painter, QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), self._level)
        painter.end()


class Banner(QFrame):
    """A strip of news. It is hidden until it has something to say."""

    def __init__(self) -> None:
        super().__init__()
        self.mark = StateMark()
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.RichText)
        self.text.setMinimumWidth(1)
        self.text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._buttons: list[Button] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(theme.px(14), theme.px(9), theme.px(14), theme.px(9))
        self._row.setSpacing(theme.px(12))
        self._row.addWidget(self.mark)
        self._row.addWidget(self.text, 1)
        self.setProperty("tone", "low")
        self.hide()

    def show_news(self, lead: str, rest: str, level: Level, *buttons: Button) -> None:
        """Show plain text, the lead in bold, with the colour of `level`, and these buttons instead of the former."""
        for each in self._buttons:
            self._row.removeWidget(each)
            each.hide()
            each.deleteLater()
        self._buttons = list(buttons)
        for each in buttons:
            self._row.addWidget(each)
        self.mark.show_level(level)
        joint = "" if not rest or rest[:1] in ",.:;" else " "
        self.text.setText(f"<b>{_escaped(lead)}</b>{joint}{_escaped(rest)}")
        self.setAccessibleName(f"{lead}{joint}{rest}")
        tone = _TONES.get(level, "info")
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            self.style().unpolish(self)
            self.style().polish(self)
        self.show()

    def clear_news(self) -> None:
        """Say nothing."""
        self.hide()

    @property
    def buttons(self) -> tuple[Button, ...]:
        """The buttons shown."""
        return tuple(self._buttons)


def _escaped(text: str) -> str:
    """Plain text as rich text (the html module would cost a millisecond of the start)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
