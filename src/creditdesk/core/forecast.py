"""When a pool will be empty, or its slots full: a pure function of past points and `now`, with an 8-in-10 range.

A first form: an even pace with its day-to-day spread. Under three points or a day of observed use there is no answer.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial

from creditdesk.core.pools import Pool, PoolKind, RunOut
from creditdesk.core.series import Point, Series
from creditdesk.core.spending import LEAST_POINTS, Spending, Use, known, spending_of, uses
from creditdesk.core.stock import place

FARTHEST_DAYS = 1096
"""A pool that lasts longer has no run-out."""

_MONTH_DAYS = 365.25 / 12
_STEP_DAYS = 0.5


@dataclass(frozen=True, slots=True)
class _Monthly:
    """An allowance as it refills: `left` now, `limit` again after `reset_in` days and every month from then."""

    left: float
    limit: float
    reset_in: float


@dataclass(frozen=True, slots=True)
class _Latest:
    """The last known point of a pool and what was left then, nothing less than 0."""

    series: Series
    point: Point
    left: float


def project(series: Series, now: datetime) -> RunOut | None:
    """When this pool by itself will be empty (slots: full); None when unused, empty already, or not to be told.

    An allowance's may lie after its reset: then it is refilled first, and `before_reset` is false.
    """
    latest = _latest([series], now)
    spent = spending_of(uses(series, now), now)
    if not latest or spent is None or latest[0].left <= 0:
        return None
    enough = partial(_used_up, latest[0].left)
    return _run_out(series.pool, latest, spent, now, enough)


def project_account(series: Sequence[Series], drain: Sequence[str], now: datetime) -> RunOut | None:
    """When the pools of an account that are emptied one after the other will all be empty; its pool is "".

    Those of `drain` count that have the unit of the first of them. An allowance is refilled at its reset and monthly
    from then, so that an account may last for ever (None).
    """
    chosen = [each for each in series if place(drain, each.pool) is not None and each.points]
    if not chosen:
        return None
    first = min(chosen, key=lambda each: place(drain, each.pool) or 0)
    chosen = [each for each in chosen if each.unit == first.unit]
    latest = _latest(chosen, now)
    spent = spending_of(_together([uses(each, now) for each in chosen]), now)
    if not latest or spent is None or sum(each.left for each in latest) <= 0:
        return None
    base = min(now, max(each.point.last_seen for each in latest))
    monthly = [_monthly(each, base) for each in latest if _refills(each)]
    prepaid = sum(each.left for each in latest if not _refills(each))
    return _run_out("", latest, spent, now, partial(_walk, prepaid, monthly) if monthly else partial(_used_up, prepaid))


def even_pace(pool: Pool, now: datetime) -> Decimal | None:
    """What an even use of a monthly allowance would have left now, in the pool's unit; None for any other pool."""
    if pool.kind is not PoolKind.ALLOWANCE or pool.limit is None or pool.resets_at is None:
        return None
    start = _month_before(pool.resets_at)
    if not start <= now <= pool.resets_at:
        return None
    ahead, whole = pool.resets_at - now, pool.resets_at - start
    return pool.limit * Decimal(int(ahead.total_seconds())) / Decimal(int(whole.total_seconds()))


def _latest(series: Sequence[Series], now: datetime) -> list[_Latest]:
    """The last point of each pool that still holds; empty when no pool was seen often enough."""
    found = [(each, points) for each in series if (points := known(each, now))]
    if max((len(points) for _, points in found), default=0) < LEAST_POINTS:
        return []
    ends = [(each, *points[-1]) for each, points in found]
    return [_Latest(each, point, max(0.0, float(left))) for each, point, left in ends if not _gone(point, now)]


def _gone(point: Point, now: datetime) -> bool:
    return point.expires_at is not None and point.expires_at <= now


def _together(spent: Sequence[list[Use]]) -> list[Use]:
    """The uses of pools that stand in for one another: added up, over the time of the one observed the longest."""
    longest = max(spent, key=lambda found: sum((use.end - use.start).total_seconds() for use in found))
    others = [use for found in spent if found is not longest for use in found if use.amount]
    return [*longest, *(replace(use, start=use.end) for use in others)]


def _run_out(
    pool: str, latest: Sequence[_Latest], spent: Spending, now: datetime, empty: Callable[[Spending, int], float | None]
) -> RunOut | None:
    """`empty` says after how many days nothing is left, for the middle (0), the soonest (1) and the latest end (-1)."""
    base = min(now, max(each.point.last_seen for each in latest))
    middle, soonest, longest = (empty(spent, tail) for tail in (0, 1, -1))
    if middle is None:
        return None
    at = max(now, _after(base, middle))
    low = at if soonest is None else min(at, max(now, _after(base, soonest)))
    high = None if longest is None else max(at, _after(base, longest))
    allowances = [each.point for each in latest if each.series.kind is PoolKind.ALLOWANCE]
    resets = [point.resets_at for point in allowances if point.resets_at]
    per_day = Decimal(format(Decimal(f"{spent.mean:.6g}"), "f"))
    return RunOut(pool, at, low, high, per_day, bool(resets) and at < min(resets))


def _used_up(left: float, spent: Spending, tail: int) -> float | None:
    """After how many days the use at this end of the range reaches `left`; None: not within three years."""
    if tail < 0 and spent.least <= 0:
        return None
    low, high = 0.0, 1.0 / 1024
    while spent.used_by(high, tail) < left:
        low, high = high, high * 2
        if low > FARTHEST_DAYS:
            return None
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if spent.used_by(middle, tail) < left else (low, middle)
    return high


def _walk(prepaid: float, monthly: Sequence[_Monthly], spent: Spending, tail: int) -> float | None:
    """As `_used_up`, with allowances that are used first and come again."""
    lefts, resets = [each.left for each in monthly], [each.reset_in for each in monthly]
    used = day = 0.0
    while day < FARTHEST_DAYS:
        there = prepaid + sum(lefts)
        total = max(used, spent.used_by(day + _STEP_DAYS, tail))
        need, used = total - used, total
        if need > 0 and need >= there:
            return day + _STEP_DAYS * there / need
        for index, left in enumerate(lefts):
            lefts[index] = left - min(left, need)
            need -= min(left, need)
        prepaid -= need
        day += _STEP_DAYS
        for index, each in enumerate(monthly):
            if resets[index] <= day:
                lefts[index], resets[index] = each.limit, resets[index] + _MONTH_DAYS
    return None


def _refills(latest: _Latest) -> bool:
    point = latest.point
    return latest.series.kind is PoolKind.ALLOWANCE and point.limit is not None and point.resets_at is not None


def _monthly(latest: _Latest, base: datetime) -> _Monthly:
    point = latest.point
    reset_in = (point.resets_at - base) / timedelta(days=1) if point.resets_at else 0.0
    return _Monthly(latest.left, float(point.limit or 0), max(0.0, reset_in))


def _after(base: datetime, days: float) -> datetime:
    return (base + timedelta(seconds=round(days * 86400))).astimezone(UTC)


def _month_before(at: datetime) -> datetime:
    year, month = (at.year, at.month - 1) if at.month > 1 else (at.year - 1, 12)
    for day in range(at.day, 27, -1):
        try:
            return at.replace(year=year, month=month, day=day)
        except ValueError:
            continue
    return at.replace(year=year, month=month)
