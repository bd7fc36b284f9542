"""The bar of a pool: the used part filled, and on an allowance a thin mark where an even pace would stand now."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from creditdesk.ui import theme


class Gauge(QWidget):
    """A bar 8 px high. It says nothing by itself: give it an accessible name, or put it beside its number."""

    def __init__(self) -> None:
        super().__init__()
        self._used: float | None = None
        self._pace: float | None = None
        self._tone = "accent"
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Used")

    def show_used(self, used: float | None, pace: float | None = None, tone: str = "accent") -> None:
        """Show the used part (0 to 1; more fills the bar; None: unknown), the even pace (0 to 1) and a colour token."""
        if (used, pace, tone) == (self._used, self._pace, self._tone):
            return
        self._used, self._pace, self._tone = used, pace, tone
        said = "unknown" if used is None else f"{round(used * 100)} % used"
        self.setAccessibleDescription(said if pace is None else f"{said}, an even pace would be {round(pace * 100)} %")
        self.update()

    def sizeHint(self) -> QSize:
        """Qt's."""
        return QSize(theme.px(120), theme.px(theme.GAUGE_PX) + 4)

    def minimumSizeHint(self) -> QSize:
        """Qt's."""
        return QSize(theme.px(40), theme.px(theme.GAUGE_PX) + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt's."""
        painter = QPainter(self)
        high = theme.px(theme.GAUGE_PX)
        draw_gauge(
            painter, QRectF(0, (self.height() - high) / 2, self.width(), high), self._used, self._pace, self._tone
        )
        painter.end()


def draw_gauge(painter: QPainter, box: QRectF, used: float | None, pace: float | None, tone: str) -> None:
    """The bar itself, for widgets that paint several things."""
    worn = theme.active()
    radius = min(box.height() / 2, 4.0 * box.height() / 8)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    shape = QPainterPath()
    shape.addRoundedRect(box, radius, radius)
    painter.fillPath(shape, worn.colour("track"))
    if used is not None and used > 0:
        part = QRectF(box)
        part.setWidth(max(min(1.0, used) * box.width(), 2.0))
        painter.setClipPath(shape)
        painter.fillRect(part, worn.colour(tone))
        painter.setClipping(False)
    if pace is not None and 0 <= pace <= 1:
        x = round(box.left() + pace * box.width())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.fillRect(QRectF(min(x, box.right() - 2), box.top(), 2, box.height()), worn.colour("text"))
    painter.restore()
