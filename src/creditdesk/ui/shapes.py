"""Small drawings that widgets share: the shape of a state, a rounded box, a focus ring, shortened text."""

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetrics, QPainter, QPen, QPolygonF

from creditdesk.core.pools import Level
from creditdesk.ui import theme

KEY_REASONS = frozenset(
    {Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason}
)  # the keyboard came here, and the ring must say so


def draw_state(painter: QPainter, box: QRectF, level: Level) -> None:
    """The level's shape in its colour, filling `box`: a disc, a square, a triangle or a ring."""
    look = theme.state(level)
    colour = theme.active().colour(look.fill)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    if look.shape == "disc":
        painter.drawEllipse(box)
    elif look.shape == "square":
        painter.drawRoundedRect(box, box.width() / 6, box.width() / 6)
    elif look.shape == "triangle":
        points = [QPointF(box.center().x(), box.top()), box.bottomRight(), box.bottomLeft()]
        painter.drawPolygon(QPolygonF(points))
    else:
        width = max(1.2, box.width() / 6)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, width))
        inset = width / 2
        painter.drawEllipse(box.adjusted(inset, inset, -inset, -inset))
    painter.restore()


def fill_round(painter: QPainter, box: QRectF, radius: float, colour: QColor | QBrush) -> None:
    """A filled box with round corners."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(box, radius, radius)
    painter.restore()


def draw_focus(painter: QPainter, box: QRectF, radius: float) -> None:
    """The ring that says where the keyboard is."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.active().colour("accent"), 2))
    painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), radius, radius)
    painter.restore()


def draw_text(painter: QPainter, box: QRect | QRectF, text: str, font: QFont, colour: QColor) -> None:
    """One line of text at the left of `box`, in the middle of its height, cut with an ellipsis when it is too long."""
    area = box.toRect() if isinstance(box, QRectF) else box
    painter.setFont(font)
    painter.setPen(colour)
    shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, area.width())
    painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)


def width_of(text: str, font: QFont) -> int:
    """How wide this text is, in logical pixels, with a pixel to spare."""
    return QFontMetrics(font).horizontalAdvance(text) + 1
