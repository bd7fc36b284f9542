"""The box beside the cursor of a chart: the exact amounts at an instant, or what the marks under it stand for."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from creditdesk.core.pools import Source
from creditdesk.ui import chart_frame, shapes, theme
from creditdesk.ui.chart_frame import Frame, small_font
from creditdesk.ui.chart_marks import Cluster, lines
from creditdesk.ui.chart_paint import draw_dot
from creditdesk.ui.chart_picture import Picture
from creditdesk.ui.chart_sight import Sight, said


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the box: the colour of its swatch or None, and three texts side by side."""

    swatch: QColor | None
    name: str
    strong: str = ""
    quiet: str = ""


def draw_sight(painter: QPainter, frame: Frame, picture: Picture, seen: Sight) -> None:
    """The crosshair, a dot on each line, and the exact amounts with their date."""
    x = frame.x(seen.at)
    if not frame.box.left() - 1 <= x <= frame.box.right() + 1:
        return
    _draw_cross(painter, frame, x)
    tops = []
    below = 0.0
    for index in reversed(range(len(picture.strands))):
        row = seen.rows[index]
        if row is None:
            continue
        height = float(row.amount) + below
        below = height if picture.stacked else 0.0
        y = frame.lane(index).y(height)
        tops.append(y)
        ink = chart_frame.colour(picture.strands[index].place)
        at = seen.at if picture.stacked else row.at
        draw_dot(painter, QPointF(frame.x(at), y), ink, row.source is Source.BY_HAND)
    when, told = said(picture, seen)
    many = len(picture.strands) > 1
    rows = [
        _Line(chart_frame.colour(each.place) if each.place is not None and many else None, each.name if many else "",
              each.amount, each.note)
        for each in told
    ]  # fmt: skip
    _draw_box(painter, frame.box, QPointF(x, min(tops, default=frame.box.center().y())), when, rows)


def draw_cluster(painter: QPainter, frame: Frame, picture: Picture, pointed: Cluster) -> None:
    """What happened where a mark stands, a line each, and where it was in the plot."""
    _draw_cross(painter, frame, pointed.x)
    rows = [_Line(None, each) for each in lines(pointed, picture.now)]
    title = "" if len(pointed.marks) == 1 else f"{len(pointed.marks):,} marks"
    _draw_box(painter, frame.box, QPointF(pointed.x, frame.box.bottom()), title, rows)


def _draw_cross(painter: QPainter, frame: Frame, x: float) -> None:
    painter.setPen(QPen(theme.active().colour("muted"), 1, Qt.PenStyle.DotLine))
    at = round(x) + 0.5
    painter.drawLine(QPointF(at, frame.box.top()), QPointF(at, frame.box.bottom()))


def _draw_box(painter: QPainter, area: QRectF, at: QPointF, title: str, rows: Sequence[_Line]) -> None:
    """Beside the point, inside the plot; texts that do not fit are cut with an ellipsis."""
    bold, plain = small_font(QFont.Weight.DemiBold), small_font()
    high, gap, pad = chart_frame.small_height() + 2, theme.px(8), theme.px(8)
    sign = theme.px(13) if any(row.swatch is not None for row in rows) else 0
    names = max((shapes.width_of(row.name, plain) for row in rows), default=0)
    strong = max((shapes.width_of(row.strong, bold) for row in rows), default=0)
    quiet = max((shapes.width_of(row.quiet, plain) for row in rows), default=0)
    columns = [each for each in (names, strong, quiet) if each > 1]
    wanted = max(sign + sum(columns) + gap * (len(columns) - 1), shapes.width_of(title, plain)) + 2 * pad
    wide = min(float(wanted), area.width())
    tall = high * (len(rows) + bool(title)) + 2 * theme.px(5)
    left = at.x() + theme.px(10)
    if left + wide > area.right():
        left = max(area.left(), at.x() - theme.px(10) - wide)
    left = min(left, area.right() - wide)
    top = at.y() - tall - theme.px(10)
    if top < area.top():
        top = max(area.top(), min(at.y() + theme.px(10), area.bottom() - tall))
    worn = theme.active()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(worn.colour("line"), 1))
    painter.setBrush(worn.colour("surface"))
    painter.drawRoundedRect(QRectF(left, top, wide, tall), theme.px(6), theme.px(6))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    line = QRectF(left + pad, top + theme.px(5), wide - 2 * pad, high)
    if title:
        shapes.draw_text(painter, line, title, plain, worn.colour("muted"))
        line.translate(0, high)
    for row in rows:
        _draw_row(painter, line, row, (sign, names, strong))
        line.translate(0, high)


def _draw_row(painter: QPainter, line: QRectF, row: _Line, widths: tuple[int, int, int]) -> None:
    worn, gap = theme.active(), theme.px(8)
    sign, names, strong = widths
    if row.swatch is not None:
        size = theme.px(8)
        box = QRectF(line.left(), line.center().y() - size / 2, size, size)
        shapes.fill_round(painter, box, 2, row.swatch)
    left = line.left() + sign
    columns = (
        (row.name, small_font(), "text", names),
        (row.strong, small_font(QFont.Weight.DemiBold), "text", strong),
        (row.quiet, small_font(), "muted", line.right() - left),
    )
    for text, font, token, wide in columns:
        room = min(wide, line.right() - left)
        if text and room > 0:
            shapes.draw_text(painter, QRectF(left, line.top(), room + 2, line.height()), text, font, worn.colour(token))
        left += wide + gap if wide > 1 else 0
