"""What a chart shows, in values: pools as strands, how they are measured, and the forecast.

Nothing is drawn here, and nothing slow is imported: the page uses it before the chart is there.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from creditdesk.core.amounts import EXACT
from creditdesk.core.pools import Level, Pool, PoolKind, RunOut
from creditdesk.core.series import Point, Series
from creditdesk.core.settings import Settings
from creditdesk.core.stock import place
from creditdesk.ui import outlook
from creditdesk.ui.board import Entry
from creditdesk.ui.chart_marks import Mark

LEAST_GAP = timedelta(hours=1)
LEAST_SPAN_S = 600.0
_MOST_AHEAD = 0.5  # of the past's width
_LEAST_AHEAD = 0.03
_LOOKED_AT = 50  # points, to tell what is known of a pool now
_NEVER = "9999"


class Measure(StrEnum):
    """What is drawn of a pool."""

    LEFT = "left"
    USED = "used"


@dataclass(frozen=True, slots=True)
class Choice:
    """A pool that can be shown. `place` is its place in the account, which gives it its colour."""

    id: str
    label: str
    place: int


@dataclass(frozen=True, slots=True)
class Strand:
    """One pool as it is shown: its points, what is drawn of them, and the place that its colour comes from."""

    series: Series
    measure: Measure = Measure.LEFT
    place: int = 0

    @property
    def key(self) -> tuple[str, Measure]:
        """What its amounts are of: those of one key may share a scale."""
        return self.series.unit, self.measure


@dataclass(frozen=True, slots=True)
class Forecast:
    """From an amount at an instant to `end` at another: the middle and the 8-in-10 range; `high` None: may never."""

    start: datetime
    left: Decimal
    at: datetime
    low: datetime
    high: datetime | None
    line: str
    range_line: str
    end: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Picture:
    """All that a chart shows. `gap` is the longest time between two readings that is still joined by a line.

    `stacked` puts the strands on each other: what is drained first lies on top and is the first of `strands`.
    """

    strands: tuple[Strand, ...]
    now: datetime
    since: datetime | None
    gap: timedelta = LEAST_GAP
    marks: tuple[Mark, ...] = ()
    forecast: Forecast | None = None
    level: Level = Level.GOOD
    hide: bool = False
    stacked: bool = False
    more: bool = False  # whether there are older marks that are not among these

    @property
    def first_seen(self) -> datetime | None:
        """The first instant of any of the pools."""
        return min((each.series.points[0].first_seen for each in self.strands if each.series.points), default=None)

    def lanes(self) -> list[tuple[int, ...]]:
        """The strands that share a scale, as their places in `strands`: those of one unit and measure."""
        found: dict[tuple[str, Measure], list[int]] = {}
        for index, each in enumerate(self.strands):
            found.setdefault(each.key, []).append(index)
        return [tuple(each) for each in found.values()]


def value_of(point: Point, measure: Measure) -> Decimal | None:
    """The exact amount of a point, from the limit where only the other one is known; None when it is unknown."""
    said, other = (point.left, point.used) if measure is Measure.LEFT else (point.used, point.left)
    if said is not None or other is None or point.limit is None:
        return said
    return EXACT.subtract(point.limit, other)


def can_show(series: Series, measure: Measure) -> bool:
    """Whether this is known of the pool, as its newest points have it."""
    return any(value_of(point, measure) is not None for point in series.points[-_LOOKED_AT:])


def measure_of(series: Series, wanted: Measure | None) -> Measure:
    """What is drawn of a pool: what is wanted if it is known, else the other; None: of a spend what was used."""
    natural = Measure.USED if series.kind is PoolKind.SPEND else Measure.LEFT
    asked = wanted or natural
    other = Measure.USED if asked is Measure.LEFT else Measure.LEFT
    return other if not can_show(series, asked) and can_show(series, other) else asked


def choices(entry: Entry, series: Sequence[Series]) -> list[Choice]:
    """Every pool that has points or is there now."""
    labels = {each.pool: each.label for each in series if each.points}
    if entry.reading.snapshot is not None:
        labels |= {pool.id: pool.label for pool in entry.reading.snapshot.pools if pool.kind is not PoolKind.RATE}
    return [Choice(pool, label or pool, index) for index, (pool, label) in enumerate(labels.items())]


def why_not_stacked(entry: Entry, strands: Sequence[Strand]) -> str:
    """Why these pools cannot be put on each other; "" when they can."""
    drain = entry.definition.drain
    if any(place(drain, each.series.pool) is None for each in strands):
        return "Only pools that are used up one after the other can be stacked."
    if len({each.key for each in strands}) > 1:
        return "Only pools of one unit can be stacked."
    shown = {each.series.pool for each in strands}
    if any((pool := _pool(entry, each)) is not None and pool.part_of in shown for each in shown):
        return "One of these pools is a part of another."
    return "" if len(strands) > 1 else "Stacking needs two pools."


def in_drain_order(entry: Entry, strands: Iterable[Strand]) -> tuple[Strand, ...]:
    """The strands as the vendor empties them: by its drain order, then the earliest expiry first."""
    drain = entry.definition.drain

    def key(strand: Strand) -> tuple[int, str]:
        where = place(drain, strand.series.pool)
        expiry = strand.series.points[-1].expires_at if strand.series.points else None
        return len(drain) if where is None else where, expiry.isoformat() if expiry else _NEVER

    return tuple(sorted(strands, key=key))


def gap_of(entry: Entry, settings: Settings) -> timedelta:
    """Three intervals of the account and at least an hour: what lies farther apart was not observed in between."""
    interval = max(entry.reading.account.interval_s or settings.interval_s, entry.definition.min_interval)
    return max(LEAST_GAP, timedelta(seconds=3 * interval))


def within(series: Series, low: datetime, high: datetime) -> Series:
    """The series with only those of its points that lie between two instants, in whole or in part."""
    first = bisect_left(series.points, low, key=lambda point: point.last_seen)
    last = bisect_right(series.points, high, key=lambda point: point.first_seen)
    return replace(series, points=series.points[first:last])


def noun(strand: Strand) -> str:
    """What the amounts are: "credits left", "keywords left", "USD used"."""
    return f"{strand.series.unit} {strand.measure.value}".strip()


def whole_span(shown: Picture, words_share: float) -> tuple[float, float]:
    """The first and last instant of everything, in seconds since 1970: the range's beginning and the forecast's end.

    `words_share` is how much of the width the forecast's words need to the right of now; what lies far ahead is cut.
    """
    now = shown.now.timestamp()
    first = (shown.first_seen or shown.now - timedelta(days=1)).timestamp()
    start = first if shown.since is None else max(first, shown.since.timestamp())
    past = max(now - start, LEAST_SPAN_S)
    wanted = [now, *(mark.at.timestamp() for mark in shown.marks if mark.ahead)]
    least = _LEAST_AHEAD
    if shown.forecast is not None:
        wanted.append((shown.forecast.high or shown.forecast.at).timestamp())
        share = min(0.45, words_share)
        least = share / (1 - share)
    ahead = min(max((max(wanted) - now) * 1.08, least * past), max(_MOST_AHEAD, least) * past)
    return now - past, now + ahead


def forecast(entry: Entry, strands: Sequence[Strand], stacked: bool, now: datetime) -> Forecast | None:
    """The forecast of the one pool that is shown, or of the pools that are stacked; None where there is none."""
    if not strands or (len(strands) > 1 and not stacked) or any(not each.series.points for each in strands):
        return None
    if strands[0].series.kind is PoolKind.SPEND:
        return None
    pool_id = strands[0].series.pool if len(strands) == 1 else ""
    run_out = next((each for each in entry.reading.run_outs if each.pool == pool_id and each.at >= now), None)
    ends = [each.series.points[-1] for each in strands]
    lefts = [value_of(point, Measure.LEFT) for point in ends]
    values = [value_of(point, strands[0].measure) for point in ends]
    if run_out is None or not _known(lefts) or not _known(values):
        return None
    left, value = _sum(lefts), _sum(values)
    if left <= 0:
        return None
    end = Decimal(0) if strands[0].measure is Measure.LEFT else EXACT.add(value, left)
    start = min(now, max(point.last_seen for point in ends))
    return _as_forecast(run_out, (start, value, end), _pool(entry, pool_id), now)


def _known(values: Iterable[Decimal | None]) -> bool:
    return all(value is not None for value in values)


def _sum(values: Iterable[Decimal | None]) -> Decimal:
    total = Decimal(0)
    for value in values:
        total = EXACT.add(total, value or Decimal(0))
    return total


def _as_forecast(
    run_out: RunOut, line: tuple[datetime, Decimal, Decimal], pool: Pool | None, now: datetime
) -> Forecast:
    start, value, end = line
    said = outlook.run_out_line(run_out, pool, now), outlook.range_line(run_out, now)
    return Forecast(start, value, run_out.at, run_out.low, run_out.high, *said, end=end)


def _pool(entry: Entry, pool_id: str) -> Pool | None:
    return entry.reading.snapshot.pool(pool_id) if entry.reading.snapshot else None
