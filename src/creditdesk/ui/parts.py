"""The parts that all pages are made of. A page imports them from here and colours nothing itself.

Every part has an accessible name and repaints itself when the theme changes.
"""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from creditdesk.core.pools import Level
from creditdesk.ui import shapes, theme
from creditdesk.ui.banner import Banner, StateMark
from creditdesk.ui.buttons import Button, button
from creditdesk.ui.empty import EmptyState
from creditdesk.ui.flow import CardGrid, FlowLayout
from creditdesk.ui.gauge import Gauge
from creditdesk.ui.header import ElidedLabel, PageHeader
from creditdesk.ui.scroll import PageScroll, scrolled
from creditdesk.ui.sparkline import Sparkline
from creditdesk.ui.tile import Tile

__all__ = [
    "Banner",
    "Button",
    "Card",
    "CardGrid",
    "ElidedLabel",
    "EmptyState",
    "FlowLayout",
    "Gauge",
    "PageHeader",
    "PageScroll",
    "Pill",
    "SearchField",
    "Sparkline",
    "StateMark",
    "Tile",
    "button",
    "error",
    "field",
    "heading",
    "label",
    "muted",
    "page",
    "page_header",
    "rule",
    "scrolled",
    "small",
    "text",
]


class Card(QFrame):
    """A white box with round corners. Put things into `body`."""

    def __init__(self, name: str = "", tone: str = "card") -> None:
        super().__init__()
        self.setProperty("tone", tone)
        self.setAccessibleName(name)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(theme.px(16), theme.px(14), theme.px(16), theme.px(14))
        self.body.setSpacing(theme.px(8))


class Pill(QWidget):
    """A word in a rounded box, coloured by a level, with the level's shape when asked."""

    def __init__(self, level: Level = Level.NOT_READ, word: str = "", shape: bool = False) -> None:
        super().__init__()
        self._level, self._word, self._shape = level, word, shape
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.show_level(level, word)

    def show_level(self, level: Level, word: str = "") -> None:
        """Show this level; `word` replaces the level's own word."""
        self._level, self._word = level, word or theme.state(level).word
        self.setAccessibleName(self._word)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Qt's."""
        font = _pill_font()
        mark = theme.px(13) if self._shape else 0
        return QSize(shapes.width_of(self._word, font) + mark + 2 * theme.px(9), QFontMetrics(font).height() + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt's."""
        painter = QPainter(self)
        draw_pill(painter, QRectF(self.rect()), self._level, self._word, self._shape)
        painter.end()


class SearchField(QLineEdit):
    """A field to find something by name.

    Signals:
        searched(str): the text changed, trimmed.
    """

    searched = Signal(str)

    def __init__(self, placeholder: str) -> None:
        super().__init__()
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder)
        self.setClearButtonEnabled(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(theme.px(110))
        self.setMaximumWidth(theme.px(190))
        self.textChanged.connect(lambda value: self.searched.emit(value.strip()))

    def sizeHint(self) -> QSize:
        """Qt's."""
        return QSize(theme.px(190), super().sizeHint().height())


def heading(words: str) -> QLabel:
    """The title of a card or a group."""
    return text(words, "heading")


def muted(words: str = "") -> QLabel:
    """A quiet text that wraps."""
    return text(words, "muted", wrap=True)


def small(words: str = "") -> QLabel:
    """A quiet and smaller text that wraps."""
    return text(words, "small", wrap=True)


def error(words: str = "") -> QLabel:
    """A text beside a field that says what is wrong with it; hidden while it is empty."""
    made = text(words, "error", wrap=True)
    made.setVisible(bool(words))
    return made


def text(words: str, role: str = "", wrap: bool = False) -> QLabel:
    """A plain text; `role` is one of title, lead, heading, label, muted, small, error, ok, or "" for the body."""
    made = QLabel(words)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        made.setProperty("role", role)
    if wrap:
        made.setWordWrap(True)
        made.setMinimumWidth(1)
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    return made


def label(words: str, buddy: QWidget) -> QLabel:
    """The words over a field; the field gets them as its accessible name when it has none."""
    made = text(words, "label")
    made.setBuddy(buddy)
    if not buddy.accessibleName():
        buddy.setAccessibleName(words.replace("&", ""))
    return made


def field(words: str, widget: QWidget) -> QVBoxLayout:
    """A labelled field: the words over the widget."""
    column = QVBoxLayout()
    column.setSpacing(theme.px(5))
    column.addWidget(label(words, widget))
    column.addWidget(widget)
    return column


def rule() -> QFrame:
    """A thin line across."""
    made = QFrame()
    made.setProperty("tone", "rule")
    made.setFixedHeight(1)
    return made


def page_header(title: str, subtitle: str = "", *widgets: QWidget) -> PageHeader:
    """The first line of a page: its title, a quiet line, and its actions on the right (below, when it gets narrow)."""
    return PageHeader(title, subtitle, *widgets)


def page(header: QWidget, *widgets: QWidget, stretch: QWidget | None = None) -> QVBoxLayout:
    """The column of a page with the margins of the pictures; `stretch` names the widget that takes the free height."""
    column = QVBoxLayout()
    column.setContentsMargins(theme.px(24), theme.px(18), theme.px(24), theme.px(18))
    column.setSpacing(theme.px(theme.GAP_PX))
    for each in (header, *widgets):
        column.addWidget(each, 1 if each is stretch else 0)
    return column


def draw_pill(painter: QPainter, box: QRectF, level: Level, word: str, shape: bool = False) -> None:
    """The pill itself, for widgets that paint several things."""
    worn, look = theme.active(), theme.state(level)
    shapes.fill_round(painter, box, box.height() / 2, worn.colour(look.soft))
    inner = box.adjusted(theme.px(9), 0, -theme.px(7), 0)
    if shape:
        size = theme.px(8)
        shapes.draw_state(painter, QRectF(inner.left(), box.center().y() - size / 2, size, size), level)
        inner.adjust(theme.px(13), 0, 0, 0)
    shapes.draw_text(painter, inner, word, _pill_font(), worn.colour(look.text))


def _pill_font() -> QFont:
    return theme.font(theme.SMALL, QFont.Weight.Medium)
