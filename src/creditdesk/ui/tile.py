"""A tile: a quiet label over a large number."""

from PySide6.QtCore import QRect, QRectF, QSize
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from creditdesk.ui import shapes, theme

PAD_X, PAD_Y, GAP = 10, 8, 3
LABEL = 0.88


class Tile(QWidget):
    """A label and a number in a box. The number shrinks rather than being cut."""

    def __init__(self, label: str = "", number: str = "") -> None:
        super().__init__()
        self._label, self._number, self._tone = label, number, "text"
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_number(label, number)

    def show_number(self, label: str, number: str, tone: str = "text") -> None:
        """Show this label and number; `tone` is the number's colour token ("stale" for an old one)."""
        if (label, number, tone) != (self._label, self._number, self._tone):
            self._label, self._number, self._tone = label, number, tone
            self.updateGeometry()
            self.update()
        self.setAccessibleName(f"{label}: {number}")
        self.setToolTip(f"{label}: {number}")

    def sizeHint(self) -> QSize:
        """Qt's."""
        label, number = theme.font(LABEL), theme.font(theme.NUMBER, QFont.Weight.Bold)
        wide = max(shapes.width_of(self._label, label), shapes.width_of(self._number, number))
        high = theme.metrics(LABEL).height() + theme.metrics(theme.NUMBER, QFont.Weight.Bold).height()
        return QSize(wide + 2 * theme.px(PAD_X), high + theme.px(GAP) + 2 * theme.px(PAD_Y))

    def minimumSizeHint(self) -> QSize:
        """Qt's."""
        return QSize(theme.px(56), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt's."""
        worn = theme.active()
        painter = QPainter(self)
        shapes.fill_round(painter, QRectF(self.rect()), theme.px(8), worn.colour("well"))
        inner = self.rect().adjusted(theme.px(PAD_X), theme.px(PAD_Y), -theme.px(PAD_X), -theme.px(PAD_Y))
        label = theme.font(LABEL)
        high = theme.metrics(LABEL).height()
        top = QRect(inner.left(), inner.top(), inner.width(), high)
        shapes.draw_text(painter, top, self._label, label, worn.colour("muted"))
        high += theme.px(GAP)
        rest = QRect(inner.left(), inner.top() + high, inner.width(), inner.height() - high)
        shapes.draw_text(painter, rest, self._number, fitted(self._number, rest.width()), worn.colour(self._tone))
        painter.end()


def fitted(text: str, width: int, scale: float = theme.NUMBER) -> QFont:
    """The font of a number, made smaller until it fits into `width` logical pixels, but never under the base font."""
    while scale > 1.0:
        font = theme.font(scale, QFont.Weight.Bold)
        if shapes.width_of(text, font) <= width:
            return font
        scale -= 0.1
    return theme.font(1.0, QFont.Weight.Bold)
