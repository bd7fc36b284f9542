"""How a chart is drawn around its line: scales, resets, now, the forecast, and what the cursor points at."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPainterPath, QPen, QPolygonF

from creditdesk.core.series import Point
from creditdesk.ui import shapes, theme, words
from creditdesk.ui.chart_picture import Forecast, Picture, Sight

SCALE = 0.88  # the small figures of the scales, in base fonts
_LABEL_GAP = 8


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the picture stands: the plot's box in pixels, the times (seconds since 1970) and amounts at its edges."""

    box: QRectF
    start: float
    end: float
    low: float
    high: float

    def x(self, at: datetime | float) -> float:
        """The pixel of an instant."""
        seconds = at if isinstance(at, float) else at.timestamp()
        return self.box.left() + (seconds - self.start) / (self.end - self.start) * self.box.width()

    def y(self, amount: Decimal | float) -> float:
        """The pixel of an amount."""
        return self.box.bottom() - (float(amount) - self.low) / (self.high - self.low) * self.box.height()

    def time(self, x: float) -> datetime:
        """The instant at a pixel, UTC."""
        share = (x - self.box.left()) / self.box.width()
        return datetime.fromtimestamp(self.start + share * (self.end - self.start), UTC)


@dataclass(frozen=True, slots=True)
class Scales:
    """The ticks of a frame: amounts, and instants with their words."""

    amounts: tuple[Decimal, ...]
    times: tuple[tuple[datetime, str], ...]


def small_font(weight: int = QFont.Weight.Normal) -> QFont:
    """The font of the scales."""
    return theme.font(SCALE, weight)


def tone(picture: Picture) -> tuple[str, str]:
    """The colour tokens of the forecast's line and of its fan."""
    look = theme.state(picture.level)
    return (look.text, look.soft) if look.text in ("low", "critical") else ("accent", "accent_soft")


def draw_back(painter: QPainter, frame: Frame, scales: Scales, picture: Picture) -> None:
    """What lies under the line."""
    worn = theme.active()
    painter.setFont(small_font())
    for value in scales.amounts:
        y = round(frame.y(value)) + 0.5
        painter.setPen(QPen(worn.colour("line"), 1))
        painter.drawLine(QPointF(frame.box.left(), y), QPointF(frame.box.right(), y))
        painter.setPen(worn.colour("muted"))
        label = QRectF(0, y - 10, frame.box.left() - _LABEL_GAP, 20)
        text = "" if picture.hide else words.number(value, picture.unit)
        painter.drawText(label, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
    _draw_times(painter, frame, scales)
    if picture.forecast is not None:
        _draw_fan(painter, frame, picture, picture.forecast)


def draw_front(painter: QPainter, frame: Frame, picture: Picture) -> None:
    """What lies over the line: the verticals with their words, and what the forecast says."""
    taken: list[QRectF] = []
    _draw_vertical(painter, frame, (picture.now, "now"), taken, solid=True)
    ordered = sorted(picture.marks, key=lambda mark: (not mark.ahead, -mark.at.timestamp()))
    for mark in ordered:
        _draw_vertical(painter, frame, (mark.at, mark.words), taken)
    if picture.forecast is not None:
        _draw_forecast_words(painter, frame, picture, picture.forecast)


def draw_dot(painter: QPainter, frame: Frame, at: datetime, amount: Decimal) -> None:
    """A single reading, which is no line yet."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.active().colour("surface"), 1.5))
    painter.setBrush(theme.active().colour("accent"))
    painter.drawEllipse(QPointF(frame.x(at), frame.y(amount)), 4, 4)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def draw_sight(painter: QPainter, frame: Frame, picture: Picture, seen: Sight) -> None:
    """The crosshair, the dot, and the exact amount with its date."""
    worn = theme.active()
    x, y = frame.x(seen.at), frame.y(seen.amount)
    if not frame.box.left() - 1 <= x <= frame.box.right() + 1:
        return
    painter.setPen(QPen(worn.colour("muted"), 1, Qt.PenStyle.DotLine))
    painter.drawLine(QPointF(round(x) + 0.5, frame.box.top()), QPointF(round(x) + 0.5, frame.box.bottom()))
    painter.drawLine(QPointF(frame.box.left(), round(y) + 0.5), QPointF(frame.box.right(), round(y) + 0.5))
    draw_dot(painter, frame, seen.at, seen.amount)
    lines = sight_words(picture, seen)
    bold, plain = small_font(QFont.Weight.DemiBold), small_font()
    wide = max(shapes.width_of(lines[0], bold), shapes.width_of(lines[1], plain)) + 2 * theme.px(8)
    high = QFontMetrics(bold).height() + QFontMetrics(plain).height() + 2 * theme.px(5)
    left = x + theme.px(10) if x + theme.px(10) + wide <= frame.box.right() else x - theme.px(10) - wide
    top = y - high - theme.px(10)
    if top < frame.box.top():
        top = min(y + theme.px(10), frame.box.bottom() - high)
    box = QRectF(left, top, wide, high)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(worn.colour("line"), 1))
    painter.setBrush(worn.colour("surface"))
    painter.drawRoundedRect(box, theme.px(6), theme.px(6))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    inner = box.adjusted(theme.px(8), theme.px(5), -theme.px(6), -theme.px(5))
    _two_lines(painter, inner, (lines[0], bold, worn.colour("text")), (lines[1], plain, worn.colour("muted")))


def sight_words(picture: Picture, seen: Sight) -> tuple[str, str]:
    """The exact amount, and when: ("92 credits", "Sat 22 Nov 10:14, estimated")."""
    source = words.source_word(seen.source)
    when = words.moment(seen.at, picture.now)
    return words.amount(seen.amount, picture.unit, picture.hide), f"{when}, {source}" if source else when


def only_point(picture: Picture) -> Point | None:
    """The reading of a pool that has only one, made at one instant."""
    if len(picture.series) == 1 and len(picture.series[0].points) == 1:
        point = picture.series[0].points[0]
        return point if point.first_seen == point.last_seen else None
    return None


def _draw_times(painter: QPainter, frame: Frame, scales: Scales) -> None:
    metrics = QFontMetrics(small_font())
    painter.setPen(theme.active().colour("muted"))
    right = -1.0
    for at, text in scales.times:
        wide = metrics.horizontalAdvance(text)
        x = frame.x(at) if frame.x(at) - frame.box.left() < 2 else frame.x(at) - wide / 2
        x = min(x, frame.box.right() - wide)
        if x < right + _LABEL_GAP or x < frame.box.left() - 1:
            continue
        painter.drawText(QPointF(x, frame.box.bottom() + theme.px(7) + metrics.ascent()), text)
        right = x + wide


def _fan(frame: Frame, forecast: Forecast) -> QPolygonF:
    start = QPointF(frame.x(forecast.start), frame.y(forecast.left))
    zero = frame.y(0.0)
    if forecast.high is None:
        far = max(frame.box.right(), frame.x(forecast.at)) + 1
        return QPolygonF([start, QPointF(frame.x(forecast.low), zero), QPointF(far, zero), QPointF(far, start.y())])
    return QPolygonF([start, QPointF(frame.x(forecast.low), zero), QPointF(frame.x(forecast.high), zero)])


def _draw_fan(painter: QPainter, frame: Frame, picture: Picture, forecast: Forecast) -> None:
    worn, (line, soft) = theme.active(), tone(picture)
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
        QPointF(frame.x(forecast.start), frame.y(forecast.left)), QPointF(frame.x(forecast.at), frame.y(0.0))
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
    lines = (forecast.line, bold, worn.colour(tone(picture)[0])), (forecast.range_line, plain, worn.colour("muted"))
    _two_lines(painter, box, *lines)


def words_box(frame: Frame, forecast: Forecast, now: datetime, size: tuple[float, float]) -> QRectF | None:
    """Where the forecast's words stand: right of now, clear of the fan when that is possible; None without room."""
    wide, high = size
    if wide > frame.box.width() or high > frame.box.height() or not frame.start <= now.timestamp() <= frame.end:
        return None
    left = min(frame.x(now) + theme.px(16), frame.box.right() - wide - 4)
    fan = QPainterPath()
    fan.addPolygon(_fan(frame, forecast))
    fan.closeSubpath()
    start = frame.y(forecast.left)
    tries = (
        start - high - theme.px(60),
        start - high - theme.px(24),
        frame.box.top() + 4,
        frame.box.bottom() - high - 6,
    )
    boxes = [QRectF(left, max(frame.box.top() + 4, top), wide, high) for top in tries]
    return next((box for box in boxes if not fan.intersects(box.adjusted(-4, -4, 4, 4))), boxes[2])


def _two_lines(
    painter: QPainter, box: QRectF, first: tuple[str, QFont, QColor], second: tuple[str, QFont, QColor]
) -> None:
    top = box.top()
    for text, font, colour in (first, second):
        high = QFontMetrics(font).height()
        shapes.draw_text(
            painter, QRect(round(box.left()), round(top), round(box.width()) + 2, high), text, font, colour
        )
        top += high
