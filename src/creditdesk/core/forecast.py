"""When a pool will be empty, or its slots full: a pure function of past points and `now`, with an 8-in-10 range.

Use is read from the falls (spending), its pace and pattern from whole days (forecast_pace), and the date and its
range from many ways in which it may go on (forecast_paths). Under three points or a day of observed use: no answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from creditdesk.core.forecast_pace import pace_of
from creditdesk.core.forecast_paths import FARTHEST_DAYS, Monthly, Ways, ends, ends_together, used_within
from creditdesk.core.pools import Pool, PoolKind, RunOut
from creditdesk.core.series import Point, Series
from creditdesk.core.spending import DAY_S, Step, Use, days_of, left_at, together, use_of
from creditdesk.core.stock import place

LEAST_POINTS = 3
LEAST_SPAN_S = DAY_S
SURE_DAYS = 7

_LOW, _HIGH = 0.095, 0.9  # the 10th and the 90th of a hundred ways


class WhyNot(StrEnum):
    """Why there is no run-out."""

    UNKNOWN = "unknown"  # what is left was never known
    TOO_FEW = "too few readings"
    TOO_SHORT = "under a day observed"
    UNUSED = "no use seen"
    EMPTY = "nothing left"
    EXPIRED = "expired"
    TOO_FAR = "not within three years"


@dataclass(frozen=True, slots=True)
class _Stock:
    """A pool that still holds something: its last known point, and what was left then."""

    series: Series
    point: Point
    left: float


def project(series: Series, now: datetime, known: Sequence[Step] = ()) -> RunOut | None:
    """When this pool by itself will be empty (slots: full); None when unused, empty already, or not to be told.

    An allowance's may lie after its reset: then it is refilled first, and `before_reset` is false. `known` are imports:
    those sent are no pace, and those planned are used up then, whatever the pace.
    """
    found = _known(series, now, known)
    if isinstance(found, WhyNot):
        return None
    stock, ways = found
    return _run_out(series.pool, [stock], ways, now, _middle(ends(ways, stock.left)))


def why_not(series: Series, now: datetime, known: Sequence[Step] = ()) -> WhyNot | None:
    """Why `project` tells nothing of this pool; None when it tells something."""
    found = _known(series, now, known)
    if isinstance(found, WhyNot):
        return found
    return None if project(series, now, known) is not None else WhyNot.TOO_FAR


def project_account(
    series: Sequence[Series], drain: Sequence[str], now: datetime, known: Sequence[Step] = ()
) -> RunOut | None:
    """When the pools of an account that are emptied one after the other will all be empty; its pool is "".

    Those of `drain` count that have the unit of the first of them. An allowance is refilled at its reset and monthly
    from then, so that an account may last for ever (None).
    """
    chosen = [each for each in series if place(drain, each.pool) is not None and each.points]
    if not chosen:
        return None
    first = min(chosen, key=lambda each: place(drain, each.pool) or 0)
    chosen = [each for each in chosen if each.unit == first.unit]
    pools = {each.pool for each in chosen}
    known = [each for each in known if each.pool in pools]
    use = together([use_of(each.points, now, True, _of(known, each.pool)) for each in chosen])
    stocks = [stock for each in chosen if (stock := _stock(each, now)) is not None]
    ways = _ways(use, stocks, now, known)
    if isinstance(ways, WhyNot) or sum(each.left for each in stocks) <= 0:
        return None
    base = _base(stocks, now)
    monthly = [_monthly(each, base) for each in stocks if _refills(each)]
    prepaid = sum(each.left for each in stocks if not _refills(each))
    found = ends_together(ways, prepaid, monthly) if monthly else ends(ways, prepaid)
    return _run_out("", stocks, ways, now, _middle(found))


def even_pace(pool: Pool, now: datetime) -> Decimal | None:
    """What an even use of a monthly allowance would have left now, in the pool's unit; None for any other pool."""
    if pool.kind is not PoolKind.ALLOWANCE or pool.limit is None or pool.resets_at is None:
        return None
    start = _month_before(pool.resets_at)
    if not start <= now <= pool.resets_at:
        return None
    ahead, whole = pool.resets_at - now, pool.resets_at - start
    return pool.limit * Decimal(int(ahead.total_seconds())) / Decimal(int(whole.total_seconds()))


def _known(series: Series, now: datetime, known: Sequence[Step]) -> tuple[_Stock, Ways] | WhyNot:
    stock = _stock(series, now)
    known = _of(known, series.pool)
    use = use_of(series.points, now, known=known)
    if stock is None:
        return WhyNot.EXPIRED if use.points else WhyNot.UNKNOWN
    ways = _ways(use, [stock], now, known)
    if ways is WhyNot.UNUSED and len(use.steps) > 1:  # nothing but imports: they are its pace
        ways = _ways(use_of(series.points, now), [stock], now, known)
    if isinstance(ways, WhyNot):
        return ways
    return (stock, ways) if stock.left > 0 else WhyNot.EMPTY


def _of(known: Sequence[Step], pool: str) -> list[Step]:
    return [each for each in known if each.pool == pool]


def _ways(use: Use, stocks: Sequence[_Stock], now: datetime, known: Sequence[Step]) -> Ways | WhyNot:
    """How the use may go on after the last reading."""
    if use.points < LEAST_POINTS or not stocks:
        return WhyNot.TOO_FEW
    if use.seen[-1] < LEAST_SPAN_S:
        return WhyNot.TOO_SHORT
    base = _base(stocks, now)
    until = (base - now).total_seconds()
    days = days_of(use, until)
    pace = pace_of(days, [each for each in use.steps if each > 0])
    planned = [((each.at - base) / timedelta(days=1), float(each.amount)) for each in known if not each.sent]
    return Ways(pace, days, use, until, planned) if pace is not None else WhyNot.UNUSED


def _stock(series: Series, now: datetime) -> _Stock | None:
    """The last known point up to `now`, unless what it tells of has expired."""
    for point in reversed(series.points):
        if point.first_seen <= now and (left := left_at(point)) is not None:
            gone = point.expires_at is not None and point.expires_at <= now
            return None if gone else _Stock(series, point, max(0.0, float(left)))
    return None


def _base(stocks: Sequence[_Stock], now: datetime) -> datetime:
    return min(now, max(each.point.last_seen for each in stocks))


def _middle(found: Sequence[float]) -> tuple[float, float, float]:
    """The low end, the middle and the high end of these, in days."""
    last = len(found) - 1
    return found[round(_LOW * last)], found[round(last / 2)], found[round(_HIGH * last)]


def _run_out(
    pool: str, stocks: Sequence[_Stock], ways: Ways, now: datetime, days: tuple[float, float, float]
) -> RunOut | None:
    soonest, middle, longest = days
    pace = ways.pace
    if not middle <= FARTHEST_DAYS:
        return None
    base = _base(stocks, now)
    at = max(now, _after(base, middle))
    low = min(at, max(now, _after(base, soonest)))
    high = max(at, _after(base, longest)) if longest <= FARTHEST_DAYS else None
    refilled = [each.point for each in stocks if each.series.kind in (PoolKind.ALLOWANCE, PoolKind.SPEND)]
    resets = min((point.resets_at for point in refilled if point.resets_at), default=None)
    found = RunOut(pool, at, low, high, _rounded(pace.a_day), resets is not None and at < resets)
    ends = resets if resets or len(stocks) > 1 else stocks[0].point.expires_at
    sure = _sure(found, ends if ends is not None and ends > now else None, now)
    sure = "likely" if sure == "sure" and pace.days < SURE_DAYS else sure
    return replace(found, sure=sure, wasted=_wasted(stocks, ways, base, at))


def _sure(found: RunOut, resets: datetime | None, now: datetime) -> str:
    """How sure the answer is: on which side of the reset (or expiry) it lies; without one, how wide the range is."""
    low, at, high = found.low, found.at, found.high
    if resets is not None:
        if resets <= low or (high is not None and high <= resets):
            return "sure"
        if at < resets:
            return "likely" if high is not None and resets - at >= (high - at) / 2 else "rough"
        return "likely" if at - resets >= (at - low) / 2 else "rough"
    if high is None:
        return "rough"
    day = timedelta(days=1)
    return "sure" if high - low <= at - now + day else "likely" if high - low <= 3 * (at - now) + day else "rough"


def _wasted(stocks: Sequence[_Stock], ways: Ways, base: datetime, at: datetime) -> Decimal | None:
    """How much of a package by itself is left at its expiry; None for anything else, and when all of it is used."""
    expires = stocks[0].point.expires_at
    if len(stocks) > 1 or expires is None or at <= expires:
        return None
    used = used_within(ways, (expires - base) / timedelta(days=1))
    rest = stocks[0].left - _middle(used)[1]
    return _rounded(rest) if rest > 0 else None


def _rounded(amount: float) -> Decimal:
    return Decimal(format(Decimal(f"{amount:.6g}"), "f"))


def _refills(stock: _Stock) -> bool:
    point = stock.point
    return stock.series.kind is PoolKind.ALLOWANCE and point.limit is not None and point.resets_at is not None


def _monthly(stock: _Stock, base: datetime) -> Monthly:
    point = stock.point
    reset_in = (point.resets_at - base) / timedelta(days=1) if point.resets_at else 0.0
    return Monthly(stock.left, float(point.limit or 0), max(0.0, reset_in))


def _after(base: datetime, days: float) -> datetime:
    return (base + timedelta(seconds=round(min(days, 3 * FARTHEST_DAYS) * DAY_S))).astimezone(UTC)


def _month_before(at: datetime) -> datetime:
    year, month = (at.year, at.month - 1) if at.month > 1 else (at.year - 1, 12)
    for day in range(at.day, 27, -1):
        try:
            return at.replace(year=year, month=month, day=day)
        except ValueError:
            continue
    return at.replace(year=year, month=month)
