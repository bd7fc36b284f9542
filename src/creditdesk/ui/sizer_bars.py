"""A pool in the sizer: what is used, what this import takes, what is too many, and where the limit is."""

from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from creditdesk.core.pricing import ZERO
from creditdesk.core.sizing import Demand
from creditdesk.ui import shapes, theme
from creditdesk.ui.sizer_words import PoolLine

BAR_PX = 16
LIMIT_PX = 17
HATCH_PX = 6
LIGHT = 0.45  # how strongly a part is drawn that may be needed or not


@dataclass(frozen=True, slots=True)
class Bar:
    """The parts of a bar, each as (from, to) in 0 to 1 of its width; equal ends: nothing there.

    `used` by others, `sure` and `maybe` of this import, `over` and `maybe_over` beyond what is left. `limit` and
    `reserve` are places of lines, None where there is none. `known` is false when nothing can be drawn.
    """

    used: tuple[float, float] = (0.0, 0.0)
    sure: tuple[float, float] = (0.0, 0.0)
    maybe: tuple[float, float] = (0.0, 0.0)
    over: tuple[float, float] = (0.0, 0.0)
    maybe_over: tuple[float, float] = (0.0, 0.0)
    limit: float | None = None
    reserve: float | None = None
    known: bool = True


def bar_of(demand: Demand, reserve: Decimal = ZERO) -> Bar:
    """The bar of a demand. A pool without a limit is drawn to what is left of it."""
    left = demand.left
    if left is None:
        return Bar(known=False)
    limit = demand.limit if demand.limit is not None and demand.limit >= left else max(left, ZERO)
    used = max(ZERO, limit - left)
    room = max(ZERO, left)
    low = demand.needs_low
    high = max(low, demand.needs_high if demand.needs_high is not None else low)
    scale = max(limit, used + high)
    if scale <= 0:
        return Bar(known=False)

    def part(start: Decimal, end: Decimal) -> tuple[float, float]:
        return (float(start / scale), float(end / scale)) if end > start else (0.0, 0.0)

    return Bar(
        used=part(ZERO, used),
        sure=part(used, used + min(low, room)),
        maybe=part(used + low, used + min(high, room)),
        over=part(used + room, used + low),
        maybe_over=part(used + max(room, low), used + high),
        limit=float(limit / scale),
        reserve=float(max(ZERO, limit - reserve) / scale) if reserve > 0 else None,
    )


class PoolBar(QWidget):
    """A pool's line of words over its bar. The words fold into two lines where they do not fit into one."""

    def __init__(self) -> None:
        super().__init__()
        self._line = PoolLine("", "", "muted", "")
        self._bar = Bar()
        self._limit_word = "limit"
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_pool(self, line: PoolLine, bar: Bar, limit_word: str = "limit") -> None:
        """Show this pool."""
        self._line, self._bar, self._limit_word = line, bar, limit_word
        self.setAccessibleName(line.said)
        self.setToolTip(line.said)
        self.updateGeometry()
        self.update()

    @property
    def bar(self) -> Bar:
        """What is drawn."""
        return self._bar

    @property
    def line(self) -> PoolLine:
        """What is said."""
        return self._line

    def sizeHint(self) -> QSize:
        """Qt's."""
        return QSize(theme.px(320), self.heightForWidth(theme.px(320)))

    def minimumSizeHint(self) -> QSize:
        """Qt's."""
        return QSize(theme.px(160), self.heightForWidth(theme.px(160)))

    def heightForWidth(self, width: int) -> int:
        """Qt's."""
        lines = 2 if self._folded(width) else 1
        return lines * self._text_height() + theme.px(7) + theme.px(BAR_PX) + theme.px(LIMIT_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt's."""
        painter = QPainter(self)
        high = self._text_height()
        self._paint_words(painter, high)
        top = high * (2 if self._folded(self.width()) else 1) + theme.px(7)
        box = QRectF(1, top, self.width() - 2, theme.px(BAR_PX))
        self._paint_bar(painter, box)
        self._paint_limit(painter, box)
        painter.end()

    def _folded(self, width: int) -> bool:
        label = shapes.width_of(self._line.label, _bold())
        rest = shapes.width_of(f"{self._line.figure} · {self._line.rest}", _bold())
        return label + rest + theme.px(16) > width

    def _text_height(self) -> int:
        return QFontMetrics(_bold()).height()

    def _paint_words(self, painter: QPainter, high: int) -> None:
        worn = theme.active()
        folded = self._folded(self.width())
        shapes.draw_text(painter, QRect(0, 0, self.width(), high), self._line.label, _bold(), worn.colour("text"))
        box = QRect(0, high if folded else 0, self.width(), high)
        rest = f" · {self._line.rest}"
        figure = shapes.width_of(self._line.figure, _bold())
        wide = figure + shapes.width_of(rest, theme.font())
        x = 0 if folded else max(0, self.width() - wide)
        tone = worn.colour(self._line.tone)
        shapes.draw_text(painter, QRect(x, box.top(), figure + 1, high), self._line.figure, _bold(), tone)
        quiet = QRect(x + figure, box.top(), self.width() - x - figure, high)
        shapes.draw_text(painter, quiet, rest, theme.font(), worn.colour("muted"))

    def _paint_bar(self, painter: QPainter, box: QRectF) -> None:
        worn = theme.active()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shape = QPainterPath()
        shape.addRoundedRect(box, theme.px(3), theme.px(3))
        painter.setClipPath(shape)
        painter.fillRect(box, worn.colour("track"))
        bar = self._bar
        light = worn.colour("accent")
        light.setAlphaF(LIGHT)
        for part, colour in ((bar.used, worn.colour("used")), (bar.sure, worn.colour("accent")), (bar.maybe, light)):
            painter.fillRect(_part(box, part), colour)
        faint = worn.colour("critical")
        faint.setAlphaF(LIGHT)
        _hatch(painter, _part(box, bar.over), worn.colour("critical"), worn.colour("critical_soft"))
        _hatch(painter, _part(box, bar.maybe_over), faint, worn.colour("surface"))
        painter.restore()

    def _paint_limit(self, painter: QPainter, box: QRectF) -> None:
        worn, bar = theme.active(), self._bar
        if not bar.known or bar.limit is None:
            return
        over = theme.px(3)
        if bar.reserve is not None:
            x = box.left() + bar.reserve * box.width()
            painter.setPen(QPen(worn.colour("text"), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x, box.top() - over), QPointF(x, box.bottom() + over))
        x = min(box.left() + bar.limit * box.width(), box.right() - 1)
        painter.fillRect(QRectF(x - 1, box.top() - over, 2, box.height() + 2 * over), worn.colour("text"))
        font = theme.font(0.85)
        wide = shapes.width_of(self._limit_word, font)
        left = min(max(0.0, x - wide / 2), self.width() - wide)
        label = QRectF(left, box.bottom() + over - 1, wide, theme.px(LIMIT_PX) - over)
        shapes.draw_text(painter, label, self._limit_word, font, worn.colour("muted"))


class PoolBars(QWidget):
    """A bar for each pool, under each other. The widgets are kept from one verdict to the next."""

    def __init__(self) -> None:
        super().__init__()
        self._bars: list[PoolBar] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(8))

    def show_pools(self, pools: list[tuple[PoolLine, Bar, str]]) -> None:
        """Show these pools: their words, their bar, and the word under the limit's line."""
        while len(self._bars) < len(pools):
            bar = PoolBar()
            self._bars.append(bar)
            self._column.addWidget(bar)
        for bar, shown in zip(self._bars, pools, strict=False):
            bar.show_pool(*shown)
        for index, bar in enumerate(self._bars):
            bar.setVisible(index < len(pools))
        self.setVisible(bool(pools))

    def shown(self) -> list[PoolBar]:
        """The bars on screen."""
        return [bar for bar in self._bars if not bar.isHidden()]


def _bold() -> QFont:
    return theme.font(1.0, QFont.Weight.DemiBold)


def _part(box: QRectF, part: tuple[float, float]) -> QRectF:
    return QRectF(box.left() + part[0] * box.width(), box.top(), (part[1] - part[0]) * box.width(), box.height())


def _hatch(painter: QPainter, box: QRectF, stripe: QColor, ground: QColor) -> None:
    """Slanted stripes: the part that does not fit is told by its pattern, not by its colour alone."""
    if box.width() <= 0:
        return
    painter.save()
    painter.setClipRect(box, Qt.ClipOperation.IntersectClip)
    painter.fillRect(box, ground)
    step = theme.px(HATCH_PX)
    painter.setPen(QPen(stripe, step / 2.0))
    x = box.left() - box.height()
    while x < box.right() + step:
        painter.drawLine(QPointF(x, box.bottom()), QPointF(x + box.height(), box.top()))
        x += step * 1.15
    painter.restore()
