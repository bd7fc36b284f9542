"""What a chart shows, in values and words: pools, the marks of resets, the forecast, and the amount at an instant.

Nothing is drawn here, and nothing slow is imported: the page uses it before the chart is there.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from creditdesk.core.pools import Level, Pool, PoolKind, RunOut, Source
from creditdesk.core.series import Event, EventKind, Point, Series
from creditdesk.core.settings import Settings
from creditdesk.core.stock import place
from creditdesk.ui import outlook, words
from creditdesk.ui.board import Entry

LEAST_GAP = timedelta(minutes=15)
TOGETHER = "together"
LEAST_SPAN_S = 600.0
_MOST_AHEAD = 0.5  # of the past's width
_LEAST_AHEAD = 0.03
_SAME_RESET = timedelta(hours=36)


@dataclass(frozen=True, slots=True)
class Choice:
    """What can be shown of an account: one pool, or several added up. `pools` are pool ids."""

    id: str
    label: str
    pools: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """An instant that gets a vertical line with words: a reset, an expiry. `ahead`: it has not come yet."""

    at: datetime
    words: str
    ahead: bool = False


@dataclass(frozen=True, slots=True)
class Forecast:
    """From an amount at an instant to nothing left: the middle and the 8-in-10 range; `high` None: may never."""

    start: datetime
    left: Decimal
    at: datetime
    low: datetime
    high: datetime | None
    line: str
    range_line: str


@dataclass(frozen=True, slots=True)
class Picture:
    """All that a chart shows. `gap` is the longest time between two readings that is still joined by a line."""

    series: tuple[Series, ...]
    now: datetime
    since: datetime | None
    gap: timedelta
    marks: tuple[Mark, ...] = ()
    forecast: Forecast | None = None
    level: Level = Level.GOOD
    hide: bool = False

    @property
    def unit(self) -> str:
        """The unit of the amounts."""
        return self.series[0].unit if self.series else ""

    @property
    def first_seen(self) -> datetime | None:
        """The first instant of any of the pools."""
        return min((each.points[0].first_seen for each in self.series if each.points), default=None)


@dataclass(frozen=True, slots=True)
class Sight:
    """The exact amount at an instant, and how it is known."""

    at: datetime
    amount: Decimal
    source: Source


def choices(entry: Entry, series: Sequence[Series]) -> list[Choice]:
    """Every pool that has points or is there now, and "Together" when two or more drained pools have one unit."""
    labels = {each.pool: each.label for each in series if each.points}
    if entry.reading.snapshot is not None:
        labels |= {pool.id: pool.label for pool in entry.reading.snapshot.pools if pool.kind is not PoolKind.RATE}
    found = [Choice(pool, label or pool, (pool,)) for pool, label in labels.items()]
    drain = entry.definition.drain
    drained = sorted(
        (each for each in series if each.points and place(drain, each.pool) is not None),
        key=lambda each: place(drain, each.pool) or 0,
    )
    same = [each.pool for each in drained if each.unit == drained[0].unit]
    if len(same) > 1:
        found.append(Choice(TOGETHER, "Together", tuple(same)))
    return found


def picture(entry: Entry, shown: Sequence[Series], events: Iterable[Event], now: datetime) -> Picture:
    """The picture of these pools of an account, from its beginning, with every digit shown.

    The page sets `since`, `gap` and `hide` with `dataclasses.replace`.
    """
    return Picture(
        series=tuple(shown),
        now=now,
        since=None,
        gap=LEAST_GAP,
        marks=(*_past_resets(shown, events, now), *_ahead(entry, shown, now)),
        forecast=_forecast(entry, shown, now),
        level=entry.reading.level,
    )


def gap_of(entry: Entry, settings: Settings) -> timedelta:
    """Three intervals of the account, at least 15 minutes: what lies farther apart was not observed in between."""
    interval = max(entry.reading.account.interval_s or settings.interval_s, entry.definition.min_interval)
    return max(LEAST_GAP, timedelta(seconds=3 * interval))


def sight(series: Sequence[Series], at: datetime, gap: timedelta) -> Sight | None:
    """The exact amount nearest to an instant: one pool's at its nearest reading, several pools' sum; None in a gap."""
    looked = [(each, _seen(each, at, gap)) for each in series]
    found = [seen for _, seen in looked if seen is not None]
    if not found or any(seen is None and ":" not in each.pool for each, seen in looked):
        return None
    if len(series) == 1:
        return found[0]
    worst = next((seen.source for seen in found if seen.source is not Source.LIVE), Source.LIVE)
    return Sight(at, sum((seen.amount for seen in found), Decimal(0)), worst)


def neighbour(series: Sequence[Series], at: datetime, forward: bool) -> datetime | None:
    """The instant of the next change after (or before) `at` in any of the pools, for stepping with the keyboard."""
    found: list[datetime] = []
    for each in series:
        place_ = bisect_right(each.points, at, key=lambda point: point.first_seen)
        if forward and place_ < len(each.points):
            found.append(each.points[place_].first_seen)
        if not forward:
            before = place_ - 1 if place_ and each.points[place_ - 1].first_seen < at else place_ - 2
            if before >= 0:
                found.append(each.points[before].first_seen)
    return (min(found) if forward else max(found)) if found else None


def noun(series: Sequence[Series]) -> str:
    """What the amounts are: "credits left", "keywords left", "USD used"."""
    if not series:
        return ""
    rest = "used" if series[0].kind is PoolKind.SPEND else "left"
    return f"{series[0].unit} {rest}".strip()


def description(shown: Picture) -> list[str]:
    """What a screen reader says of the picture, in short sentences."""
    ends = [each.points[-1].last_seen for each in shown.series if each.points]
    last = sight(shown.series, max(ends), shown.gap) if ends else None
    said = [noun(shown.series)]
    if last is not None:
        said.append(
            f"{words.amount(last.amount, shown.unit, shown.hide)}, {words.moment(last.at, shown.now, inside=True)}"
        )
    said += [mark.words for mark in shown.marks if mark.ahead]
    return said if shown.forecast is None else [*said, shown.forecast.line, shown.forecast.range_line]


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


def _seen(series: Series, at: datetime, gap: timedelta) -> Sight | None:
    points = series.points
    before = bisect_right(points, at, key=lambda point: point.first_seen) - 1
    if before >= 0 and points[before].last_seen >= at:
        return _as_sight(points[before], at, series.kind)
    near: list[tuple[timedelta, datetime, Point]] = []
    if before >= 0:
        near.append((at - points[before].last_seen, points[before].last_seen, points[before]))
    if before + 1 < len(points):
        near.append((points[before + 1].first_seen - at, points[before + 1].first_seen, points[before + 1]))
    if not near:
        return None
    distance, moment, point = min(near, key=lambda each: each[0])
    held = before >= 0 and before + 1 < len(points) and points[before].source is not Source.LIVE
    return _as_sight(point, moment, series.kind) if distance <= gap or held else None


def _as_sight(point: Point, at: datetime, kind: PoolKind) -> Sight | None:
    value = point.used if kind is PoolKind.SPEND else point.left
    return None if value is None else Sight(at, value, point.source)


def _past_resets(shown: Sequence[Series], events: Iterable[Event], now: datetime) -> list[Mark]:
    """At their rule where the points know it, else when they were seen; slots have none."""
    refilled = [each for each in shown if each.kind is PoolKind.ALLOWANCE and each.points]
    if not refilled:
        return []
    pools = {each.pool for each in refilled} | {""}
    first = min(each.points[0].first_seen for each in refilled)
    known = {at for each in refilled for at in _ruled(each.points) if first <= at <= now}
    seen = (each.at for each in events if each.kind is EventKind.RESET and each.pool in pools)
    known |= {at for at in seen if first <= at <= now and all(abs(at - other) > _SAME_RESET for other in known)}
    return [Mark(at, f"reset {words.short_day(at, now)}") for at in sorted(known)]


def _ruled(points: Sequence[Point]) -> list[datetime]:
    """The resets that points on both sides of them confirm. A rule that moves with every reading leaves none behind."""
    found: list[datetime] = []
    place_ = 0
    while place_ < len(points):
        at = points[place_].resets_at
        if at is None:
            place_ += 1
            continue
        after = max(place_ + 1, bisect_right(points, at, key=lambda point: point.last_seen))
        if after < len(points) and points[after].resets_at != at and points[after - 1].resets_at == at:
            found.append(at)
        place_ = after
    return found


def _ahead(entry: Entry, shown: Sequence[Series], now: datetime) -> list[Mark]:
    pools = [pool for each in shown if (pool := _pool(entry, each.pool)) is not None]
    marks = []
    for pool in pools:
        if pool.kind is PoolKind.ALLOWANCE and pool.resets_at is not None and pool.resets_at > now:
            assumed = ", assumed" if pool.reset_assumed else ""
            marks.append(Mark(pool.resets_at, f"reset {words.short_day(pool.resets_at, now)}{assumed}", ahead=True))
        if pool.expires_at is not None and pool.expires_at > now and len(shown) == 1:
            marks.append(Mark(pool.expires_at, f"expires {words.short_day(pool.expires_at, now)}", ahead=True))
    return list(dict.fromkeys(marks))


def _forecast(entry: Entry, shown: Sequence[Series], now: datetime) -> Forecast | None:
    if not shown or any(not each.points for each in shown) or shown[0].kind is PoolKind.SPEND:
        return None
    pool_id = shown[0].pool if len(shown) == 1 else ""
    run_out = next((each for each in entry.reading.run_outs if each.pool == pool_id and each.at >= now), None)
    ends = [each.points[-1] for each in shown]
    left = sum((point.left for point in ends if point.left is not None), Decimal(0))
    if run_out is None or left <= 0:
        return None
    return _as_forecast(run_out, (min(now, max(point.last_seen for point in ends)), left), _pool(entry, pool_id), now)


def _as_forecast(run_out: RunOut, start: tuple[datetime, Decimal], pool: Pool | None, now: datetime) -> Forecast:
    return Forecast(
        start=start[0],
        left=start[1],
        at=run_out.at,
        low=run_out.low,
        high=run_out.high,
        line=outlook.run_out_line(run_out, pool, now),
        range_line=outlook.range_line(run_out, now),
    )


def _pool(entry: Entry, pool_id: str) -> Pool | None:
    return entry.reading.snapshot.pool(pool_id) if entry.reading.snapshot else None
