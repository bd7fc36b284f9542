"""The legend of a chart: which colour is which pool, what a dashed line, a hollow dot, a gap and every mark mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen

from creditdesk.ui import chart_frame, theme
from creditdesk.ui.chart_marks import MarkKind
from creditdesk.ui.chart_marks_paint import draw_shape
from creditdesk.ui.chart_picture import Picture, noun

_SIGN_PX, _SPACE_PX = 20, 14


class Sign(StrEnum):
    """What stands before the words."""

    POOL = "pool"
    LINE = "line"
    DASHED = "dashed"
    HOLLOW = "hollow"
    GAP = "gap"
    MARK = "mark"


@dataclass(frozen=True, slots=True)
class Item:
    """A sign and its words; `place` is a pool's, `kind` a mark's."""

    sign: Sign
    words: str
    place: int = 0
    kind: MarkKind | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What occurs in the lines: pieces that were read, pieces that were not, typed amounts, gaps."""

    sure: bool = True
    unsure: bool = False
    typed: bool = False
    broken: bool = False


def items(picture: Picture, seen: Seen) -> list[Item]:
    """What the legend says of this picture."""
    found = [
        Item(Sign.POOL, f"{each.series.label or each.series.pool}, {noun(each)}", each.place)
        for each in picture.strands
    ]
    if picture.stacked:
        found.append(Item(Sign.POOL, "what is used first lies on top", -1))
    if seen.unsure or seen.typed:
        if seen.sure:
            found.append(Item(Sign.LINE, "read"))
        found.append(Item(Sign.DASHED, "estimated or typed"))
    if seen.typed:
        found.append(Item(Sign.HOLLOW, "typed by hand"))
    if seen.broken:
        found.append(Item(Sign.GAP, "not read"))
    kinds = {mark.kind for mark in picture.marks if not mark.ahead}
    found += [Item(Sign.MARK, each.value, kind=each) for each in MarkKind if each in kinds]
    return [*found, Item(Sign.POOL, "older marks are left out; zoom in to see them", -1)] if picture.more else found


def rows(found: Sequence[Item], width: float) -> list[list[tuple[float, Item]]]:
    """The items in lines of at most this width, each with its left edge in pixels."""
    metrics = QFontMetrics(chart_frame.small_font())
    lines: list[list[tuple[float, Item]]] = [[]]
    left = 0.0
    for each in found:
        wide = _sign_width(each) + metrics.horizontalAdvance(each.words)
        if lines[-1] and left + wide > width:
            lines.append([])
            left = 0.0
        lines[-1].append((left, each))
        left += wide + theme.px(_SPACE_PX)
    return [line for line in lines if line]


def draw(painter: QPainter, top: float, lines: Sequence[Sequence[tuple[float, Item]]]) -> None:
    """The legend from this height downwards."""
    font = chart_frame.small_font()
    metrics = QFontMetrics(font)
    for line in lines:
        for left, each in line:
            _draw_sign(painter, QRectF(left, top, _sign_width(each), metrics.height()), each)
            painter.setFont(font)
            painter.setPen(theme.active().colour("muted"))
            painter.drawText(QPointF(left + _sign_width(each), top + metrics.ascent()), each.words)
        top += metrics.height() + theme.px(2)


def _sign_width(item: Item) -> float:
    if item.sign is Sign.POOL:
        return theme.px(14) if item.place >= 0 else 0.0
    return theme.px(15) if item.sign in (Sign.HOLLOW, Sign.MARK) else theme.px(_SIGN_PX + 6)


def _draw_sign(painter: QPainter, box: QRectF, item: Item) -> None:
    worn = theme.active()
    middle = round(box.center().y()) + 0.5
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if item.sign is Sign.POOL and item.place >= 0:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(chart_frame.colour(item.place))
        size = theme.px(9)
        painter.drawRoundedRect(QRectF(box.left(), middle - size / 2, size, size), 2, 2)
    elif item.sign in (Sign.LINE, Sign.DASHED, Sign.GAP):
        pen = QPen(worn.colour("text"), 1.6)
        long = theme.px(_SIGN_PX)
        if item.sign is Sign.DASHED:
            pen.setDashPattern([3, 2])
        if item.sign is Sign.GAP:
            pen.setDashPattern([long / 4 / 1.6, long / 2 / 1.6])
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawLine(QPointF(box.left(), middle), QPointF(box.left() + long, middle))
    elif item.sign is Sign.HOLLOW:
        painter.setPen(QPen(worn.colour("text"), 1.4))
        painter.setBrush(worn.colour("surface"))
        painter.drawEllipse(QPointF(box.left() + theme.px(5), middle), 3.4, 3.4)
    elif item.kind is not None:
        draw_shape(painter, QPointF(box.left() + theme.px(5), middle), item.kind)
    painter.setBrush(Qt.BrushStyle.NoBrush)
