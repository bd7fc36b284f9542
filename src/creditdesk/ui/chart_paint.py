"""How a chart is drawn around its lines: scales, layers of a stack, dots, resets, now, and the forecast."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPainterPath, QPen, QPolygonF

from creditdesk.ui import chart_frame, shapes, theme, words
from creditdesk.ui.chart_data import Drawn
from creditdesk.ui.chart_frame import LABEL_GAP, Frame, Lane, small_font
from creditdesk.ui.chart_picture import Forecast, Picture
from creditdesk.ui.chart_pyramid import Floats

_DOT_PX = 3.4
_DOTS_APART_PX = 8
_LABEL_ROOM_PX = 60
Piece = tuple[Floats, Floats]


def tone(picture: Picture) -> tuple[str, str]:
    """The colour tokens of the forecast's line and of its fan."""
    look = theme.state(picture.level)
    return (look.text, look.soft) if look.text in ("low", "critical") else ("accent", "accent_soft")


def draw_back(painter: QPainter, frame: Frame, picture: Picture) -> None:
    """What lies under the lines: the scales and the forecast's fan."""
    worn = theme.active()
    painter.setFont(small_font())
    for lane in frame.lanes:
        for value in lane.ticks:
            y = round(lane.y(value)) + 0.5
            painter.setPen(QPen(worn.colour("line"), 1))
            painter.drawLine(QPointF(lane.box.left(), y), QPointF(lane.box.right(), y))
            painter.setPen(worn.colour("muted"))
            label = QRectF(0, y - 10, lane.box.left() - LABEL_GAP, 20)
            text = "" if picture.hide else words.number(value, lane.unit)
            painter.drawText(label, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        if lane.title:
            foot = lane.box.top() - QFontMetrics(small_font()).descent()
            painter.drawText(QPointF(lane.box.left(), foot), lane.title)
    _draw_times(painter, frame)
    if picture.forecast is not None and frame.lanes:
        _draw_fan(painter, frame, picture, picture.forecast)


def draw_layers(painter: QPainter, frame: Frame, picture: Picture, shown: Sequence[tuple[Piece, Piece]]) -> None:
    """The grounds of a stack, the upper layers first, so that each covers what is not its own."""
    painter.save()
    painter.setClipRect(frame.box)
    painter.setPen(Qt.PenStyle.NoPen)
    for index, (strand, pieces) in enumerate(zip(picture.strands, shown, strict=True)):
        lane = frame.lane(index)
        painter.setBrush(chart_frame.soft(strand.place))
        for x, y in pieces:
            for part in _unbroken(x, y):
                painter.drawPolygon(_ground(frame, lane, x[part], y[part]))
    painter.restore()


def draw_dots(painter: QPainter, frame: Frame, picture: Picture, drawn: Sequence[Drawn]) -> None:
    """Readings that stand alone as discs, typed amounts as rings; of those that would touch only the first."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setClipRect(frame.box.adjusted(-5, -5, 5, 5))
    for index, (strand, each) in enumerate(zip(picture.strands, drawn, strict=True)):
        ink = chart_frame.colour(strand.place)
        for hollow, (x, y) in ((False, each.lone), (True, each.typed)):
            for at, amount in _apart(frame, x, y):
                draw_dot(painter, QPointF(at, frame.lane(index).y(amount)), ink, hollow)
    painter.restore()


def draw_dot(painter: QPainter, at: QPointF, ink: QColor, hollow: bool) -> None:
    """A disc, or a ring for what was typed."""
    ground = theme.active().colour("surface")
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(ink if hollow else ground, 1.5))
    painter.setBrush(ground if hollow else ink)
    painter.drawEllipse(at, _DOT_PX, _DOT_PX)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def draw_front(painter: QPainter, frame: Frame, picture: Picture) -> None:
    """What lies over the lines: now, the resets with their words while there is room, and what the forecast says."""
    taken: list[QRectF] = []
    _draw_vertical(painter, frame, (picture.now, "now"), taken, solid=True)
    low, high = frame.time(frame.box.left()), frame.time(frame.box.right())
    there = [mark for mark in picture.marks if mark.label and low <= mark.at <= high]
    if len(there) * theme.px(_LABEL_ROOM_PX) > frame.box.width():
        there = [mark for mark in there if mark.ahead]
    for mark in sorted(there, key=lambda each: (not each.ahead, -each.at.timestamp())):
        _draw_vertical(painter, frame, (mark.at, mark.label), taken)
    if picture.forecast is not None and frame.lanes:
        _draw_forecast_words(painter, frame, picture, picture.forecast)


def words_box(frame: Frame, forecast: Forecast, now: datetime, size: tuple[float, float]) -> QRectF | None:
    """Where the forecast's words stand: right of now, clear of the fan when that is possible; None without room."""
    wide, high = size
    if wide > frame.box.width() or high > frame.box.height() or not frame.start <= now.timestamp() <= frame.end:
        return None
    left = min(frame.x(now) + theme.px(16), frame.box.right() - wide - 4)
    fan = QPainterPath()
    fan.addPolygon(_fan(frame, forecast))
    fan.closeSubpath()
    start = frame.lanes[0].y(forecast.left)
    tries = (
        start - high - theme.px(60),
        start - high - theme.px(24),
        frame.box.top() + 4,
        frame.box.bottom() - high - 6,
    )
    boxes = [QRectF(left, max(frame.box.top() + 4, top), wide, high) for top in tries]
    return next((box for box in boxes if not fan.intersects(box.adjusted(-4, -4, 4, 4))), boxes[2])


def _draw_times(painter: QPainter, frame: Frame) -> None:
    metrics = QFontMetrics(small_font())
    painter.setPen(theme.active().colour("muted"))
    right = -1.0
    for at, text in frame.times:
        wide = metrics.horizontalAdvance(text)
        x = frame.x(at) if frame.x(at) - frame.box.left() < 2 else frame.x(at) - wide / 2
        x = min(x, frame.box.right() - wide)
        if x < right + LABEL_GAP or x < frame.box.left() - 1:
            continue
        painter.drawText(QPointF(x, frame.box.bottom() + theme.px(7) + metrics.ascent()), text)
        right = x + wide


def _unbroken(x: Floats, y: Floats) -> list[slice]:
    holes = np.flatnonzero(np.isnan(y))
    starts = np.concatenate(([0], holes + 1))
    ends = np.concatenate((holes, [len(x)]))
    return [slice(int(one), int(other)) for one, other in zip(starts, ends, strict=True) if other - one > 1]


def _ground(frame: Frame, lane: Lane, x: Floats, y: Floats) -> QPolygonF:
    zero = lane.y(0.0)
    edge = [QPointF(frame.x(float(at)), lane.y(float(amount))) for at, amount in zip(x, y, strict=True)]
    return QPolygonF([QPointF(edge[0].x(), zero), *edge, QPointF(edge[-1].x(), zero)])


def _apart(frame: Frame, x: Floats, y: Floats) -> list[tuple[float, float]]:
    first, last = np.searchsorted(x, [frame.start, frame.end])
    if first >= last:
        return []
    pixels = frame.box.left() + (x[first:last] - frame.start) / (frame.end - frame.start) * frame.box.width()
    _, places = np.unique(np.floor(pixels / theme.px(_DOTS_APART_PX)), return_index=True)
    return [(float(pixels[each]), float(y[first + each])) for each in places]


def _fan(frame: Frame, forecast: Forecast) -> QPolygonF:
    lane = frame.lanes[0]
    start = QPointF(frame.x(forecast.start), lane.y(forecast.left))
    end = lane.y(forecast.end)
    if forecast.high is None:
        far = max(frame.box.right(), frame.x(forecast.at)) + 1
        return QPolygonF([start, QPointF(frame.x(forecast.low), end), QPointF(far, end), QPointF(far, start.y())])
    return QPolygonF([start, QPointF(frame.x(forecast.low), end), QPointF(frame.x(forecast.high), end)])


def _draw_fan(painter: QPainter, frame: Frame, picture: Picture, forecast: Forecast) -> None:
    worn, lane, (line, soft) = theme.active(), frame.lanes[0], tone(picture)
    painter.save()
    painter.setClipRect(frame.box.adjusted(0, 0, 1, 1))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(worn.colour(soft))
    painter.drawPolygon(_fan(frame, forecast))
    pen = QPen(worn.colour(line), 1.6, Qt.PenStyle.CustomDashLine)
    pen.setDashPattern([3.4, 2.4])
    painter.setPen(pen)
    painter.drawLine(
        QPointF(frame.x(forecast.start), lane.y(forecast.left)), QPointF(frame.x(forecast.at), lane.y(forecast.end))
    )
    painter.restore()


def _draw_vertical(
    painter: QPainter, frame: Frame, mark: tuple[datetime, str], taken: list[QRectF], solid: bool = False
) -> None:
    at, text = mark
    x = round(frame.x(at)) + 0.5
    if not frame.box.left() <= x <= frame.box.right() + 1:
        return
    worn = theme.active()
    pen = QPen(worn.colour("text" if solid else "muted"), 1)
    if not solid:
        pen.setDashPattern([2, 3])
    painter.setPen(pen)
    painter.drawLine(QPointF(x, frame.box.top() - theme.px(6)), QPointF(x, frame.box.bottom()))
    metrics = QFontMetrics(small_font())
    wide = metrics.horizontalAdvance(text) + 2
    left = max(0.0, min(x - wide / 2, frame.box.right() + theme.px(6) - wide))
    box = QRectF(left, 0, wide, metrics.height())
    if any(box.adjusted(-6, 0, 6, 0).intersects(other) for other in taken):
        return
    taken.append(box)
    painter.setFont(small_font())
    painter.setPen(worn.colour("muted"))
    painter.drawText(QPointF(left, metrics.ascent()), text)


def _draw_forecast_words(painter: QPainter, frame: Frame, picture: Picture, forecast: Forecast) -> None:
    bold, plain = small_font(QFont.Weight.DemiBold), small_font()
    wide = max(shapes.width_of(forecast.line, bold), shapes.width_of(forecast.range_line, plain))
    high = QFontMetrics(bold).height() + QFontMetrics(plain).height()
    box = words_box(frame, forecast, picture.now, (wide, high))
    if box is None:
        return
    worn = theme.active()
    ground = QColor(worn.colour("surface"))
    ground.setAlphaF(0.86)
    shapes.fill_round(painter, box.adjusted(-4, -2, 4, 2), 4, ground)
    top = box.top()
    ink = worn.colour(tone(picture)[0])
    for text, font, colour in ((forecast.line, bold, ink), (forecast.range_line, plain, worn.colour("muted"))):
        line = QRect(round(box.left()), round(top), round(box.width()) + 2, QFontMetrics(font).height())
        shapes.draw_text(painter, line, text, font, colour)
        top += line.height()
