"""How the marks of a chart are drawn: a shape for each kind in the strip under the plot, a count for many of them."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPolygonF

from creditdesk.core.pools import Level
from creditdesk.ui import chart_frame, shapes, theme
from creditdesk.ui.chart_marks import Cluster, Mark, MarkKind

STRIP_PX = 18
APART_PX = 22
"""Marks stand at least so far apart; what is nearer becomes one with a count."""
_MOST = 99


def draw_strip(painter: QPainter, middle: float, found: Sequence[Cluster], pointed: object) -> None:
    """The marks around this height; the one that is pointed at wears a ring."""
    for each in found:
        at = QPointF(each.x, middle)
        if len(each.marks) == 1:
            draw_shape(painter, at, each.marks[0].kind, each.marks[0].level)
        else:
            _draw_count(painter, at, each.marks)
        if each == pointed:
            wide = theme.px(APART_PX)
            shapes.draw_focus(painter, QRectF(at.x() - wide / 2, middle - wide / 2, wide, wide), theme.px(5))


def draw_shape(painter: QPainter, at: QPointF, kind: MarkKind, level: Level = Level.LOW) -> None:
    """The shape of a kind, around a point."""
    worn = theme.active()
    size = theme.px(9) / 2
    painter.save()
    painter.translate(at)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(_pen(worn.colour("text"), 1.5))
    if kind is MarkKind.ALERT:
        painter.restore()
        shape = Level.CRITICAL if level is Level.CRITICAL else Level.LOW
        shapes.draw_state(painter, QRectF(at.x() - size, at.y() - size, 2 * size, 2 * size), shape)
        return
    if kind is MarkKind.TOP_UP:
        painter.setPen(_pen(worn.colour("ok"), 2))
        painter.drawLine(QPointF(-size, 0), QPointF(size, 0))
        painter.drawLine(QPointF(0, -size), QPointF(0, size))
    elif kind is MarkKind.RESET:
        painter.drawArc(QRectF(-size, -size, 2 * size, 2 * size), 70 * 16, 290 * 16)
        tip = _polygon((0.2, -1.6), (1.2, -1), (0.2, -0.3), size=size)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(worn.colour("text"))
        painter.drawPolygon(tip)
    elif kind is MarkKind.IMPORT:
        painter.drawLine(QPointF(0, size), QPointF(0, -size))
        painter.drawPolyline(_polygon((-0.8, -0.2), (0, -1), (0.8, -0.2), size=size))
    elif kind is MarkKind.EXPIRY:
        painter.drawLine(QPointF(-size, -size), QPointF(size, size))
        painter.drawLine(QPointF(-size, size), QPointF(size, -size))
    else:
        painter.drawPolygon(_polygon((0, -1), (1, 0), (0, 1), (-1, 0), size=size))
    painter.restore()


def _draw_count(painter: QPainter, at: QPointF, marks: Sequence[Mark]) -> None:
    worn = theme.active()
    alerts = [mark for mark in marks if mark.kind is MarkKind.ALERT]
    grave = any(mark.level is Level.CRITICAL for mark in alerts)
    ink, ground = ("critical", "critical_soft") if grave else ("low", "low_soft") if alerts else ("text", "track")
    text = str(len(marks)) if len(marks) <= _MOST else f"{_MOST}+"
    font = theme.font(0.8, QFont.Weight.DemiBold)
    metrics = QFontMetrics(font)
    high = theme.px(15)
    wide = max(high, metrics.horizontalAdvance(text) + theme.px(4))
    box = QRectF(at.x() - wide / 2, at.y() - high / 2, wide, high)
    shapes.fill_round(painter, box, high / 2, worn.colour(ground))
    painter.setFont(font)
    painter.setPen(worn.colour(ink))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def _polygon(*corners: tuple[float, float], size: float) -> QPolygonF:
    return QPolygonF([QPointF(x * size, y * size) for x, y in corners])


def _pen(ink: QColor, width: float) -> QPen:
    pen = QPen(ink, width)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    return pen


def strip_height() -> int:
    """The height of the strip of marks, in pixels."""
    return max(theme.px(STRIP_PX), chart_frame.small_height())
