"""Where things stand in a chart: the plot's box, its lanes of amounts, its times, and the colours of its pools."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFont, QFontMetrics

from creditdesk.ui import chart_ticks, theme, words
from creditdesk.ui.chart_picture import Picture, noun

SCALE = 0.88  # the small figures of the scales, in base fonts
LABEL_GAP = 8
COLOURS = ("accent", "series_b", "series_c", "series_d", "series_e", "series_f")
_LANE_GAP_PX = 12


@dataclass(frozen=True, slots=True)
class Lane:
    """A stripe of the plot for amounts of one unit: its box in pixels, and the amounts at its edges."""

    box: QRectF
    low: float
    high: float
    ticks: tuple[Decimal, ...]
    unit: str
    title: str

    def y(self, amount: Decimal | float) -> float:
        """The pixel of an amount."""
        return self.box.bottom() - (float(amount) - self.low) / (self.high - self.low) * self.box.height()


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the picture stands: the plot's box in pixels, the times (seconds since 1970) at its edges, its lanes."""

    box: QRectF
    start: float
    end: float
    lanes: tuple[Lane, ...]
    lane_of: tuple[int, ...]
    times: tuple[tuple[datetime, str], ...] = ()

    def x(self, at: datetime | float) -> float:
        """The pixel of an instant."""
        seconds = at if isinstance(at, float) else at.timestamp()
        return self.box.left() + (seconds - self.start) / (self.end - self.start) * self.box.width()

    def time(self, x: float) -> datetime:
        """The instant at a pixel, UTC."""
        share = (x - self.box.left()) / self.box.width()
        return datetime.fromtimestamp(self.start + share * (self.end - self.start), UTC)

    def lane(self, strand: int) -> Lane:
        """The lane of the strand at this place of the picture."""
        return self.lanes[self.lane_of[strand]]


def frame(
    picture: Picture, box: QRectF, times: tuple[float, float], extents: Sequence[tuple[float, float] | None]
) -> Frame:
    """The frame for what is in view: `extents` are the least and greatest amounts of each strand, or None.

    Zero is always in view, so that a small change does not look like a large one.
    """
    groups = picture.lanes() or [()]
    gap = theme.px(_LANE_GAP_PX) if len(groups) > 1 else 0
    head = small_height() if len(groups) > 1 else 0
    high = max(1.0, (box.height() - gap * (len(groups) - 1)) / len(groups))
    lanes = []
    for index, group in enumerate(groups):
        stripe = QRectF(box.left(), box.top() + index * (high + gap) + head, box.width(), max(1.0, high - head))
        there = [found for each in group if (found := extents[each]) is not None]
        bottom, top = min((each[0] for each in there), default=0.0), max((each[1] for each in there), default=0.0)
        ticks = chart_ticks.amount_ticks(min(0.0, bottom), max(top, 0.0) or 1.0, _most(stripe))
        first = picture.strands[group[0]] if group else None
        unit, title = (first.series.unit, noun(first)) if first is not None else ("", "")
        lanes.append(Lane(stripe, float(ticks[0]), float(ticks[-1]), tuple(ticks), unit, title if head else ""))
    lane_of = tuple(next(i for i, group in enumerate(groups) if each in group) for each in range(len(picture.strands)))
    start, end = (datetime.fromtimestamp(each, UTC) for each in times)
    ticked = chart_ticks.time_ticks(start, end, max(2, int(box.width() / theme.px(95))))
    return Frame(box, *times, tuple(lanes), lane_of, tuple(ticked))


def label_width(picture: Picture, shown: Frame) -> int:
    """How wide the widest label of the amounts is, in pixels."""
    metrics = QFontMetrics(small_font())
    labels = [words.number(tick, lane.unit, picture.hide) for lane in shown.lanes for tick in lane.ticks]
    return max((metrics.horizontalAdvance(each) for each in labels), default=0)


def small_font(weight: int = QFont.Weight.Normal) -> QFont:
    """The font of the scales."""
    return theme.font(SCALE, weight)


def small_height() -> int:
    """The height of a line of the scales, in pixels."""
    return QFontMetrics(small_font()).height()


def colour(place: int) -> QColor:
    """The colour of the pool at this place of its account, whatever else is shown."""
    return theme.active().colour(COLOURS[place % len(COLOURS)])


def soft(place: int) -> QColor:
    """The ground under a layer of this pool: its colour, mixed with the card's."""
    line, ground = colour(place), theme.active().colour("surface")
    pairs = ((line.red(), ground.red()), (line.green(), ground.green()), (line.blue(), ground.blue()))
    return QColor(*(round(0.34 * one + 0.66 * other) for one, other in pairs))


def _most(stripe: QRectF) -> int:
    return max(2, min(6, int(stripe.height() / theme.px(38))))
