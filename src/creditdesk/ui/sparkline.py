"""A small line of what was left lately, drawn by hand: a chart library would cost half a second of the start."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from creditdesk.ui import theme

MOST_POINTS = 120  # a wider antialiased pen is cheap only on few points
WIDTH_PX, HEIGHT_PX = 80, 16


class Sparkline(QWidget):
    """The recent course of one amount. Fewer than two points are shown as nothing."""

    def __init__(self) -> None:
        super().__init__()
        self._points: tuple[tuple[float, float], ...] = ()
        self._tone = "accent"
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Recent course")

    def show_points(self, points: Sequence[tuple[datetime, Decimal]], tone: str = "accent") -> None:
        """Show (instant, amount) points, oldest first, in the colour of this token."""
        scaled = scale(points)
        if (scaled, tone) != (self._points, self._tone):
            self._points, self._tone = scaled, tone
            self.update()

    def sizeHint(self) -> QSize:
        """Qt's."""
        return QSize(theme.px(WIDTH_PX), theme.px(HEIGHT_PX))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt's."""
        painter = QPainter(self)
        draw_line(painter, QRectF(self.rect()), self._points, self._tone)
        painter.end()


def scale(points: Sequence[tuple[datetime, Decimal]]) -> tuple[tuple[float, float], ...]:
    """The points as (x, y) from 0 to 1, y downwards from the highest to zero, at the most about MOST_POINTS of them.

    () when there is no line. The zero is kept, so that a small change does not look like a large one.
    """
    if len(points) < 2:
        return ()
    step = max(1, -(-len(points) // MOST_POINTS))
    kept = [*points[:-1:step], points[-1]]
    first, last = kept[0][0], kept[-1][0]
    span = (last - first).total_seconds()
    if span <= 0:
        return ()
    amounts = [float(amount) for _, amount in kept]
    low, high = min(0.0, *amounts), max(0.0, *amounts)
    rise = (high - low) or 1.0
    return tuple(
        ((at - first).total_seconds() / span, (high - amount) / rise)
        for (at, _), amount in zip(kept, amounts, strict=True)
    )


def draw_line(painter: QPainter, box: QRectF, points: Sequence[tuple[float, float]], tone: str) -> None:
    """The line itself, for widgets that paint several things."""
    if len(points) < 2:
        return
    inner = box.adjusted(1, 2, -1, -2)
    line = QPolygonF([QPointF(inner.left() + x * inner.width(), inner.top() + y * inner.height()) for x, y in points])
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(theme.active().colour(tone), 1.5)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.drawPolyline(line)
    painter.restore()
