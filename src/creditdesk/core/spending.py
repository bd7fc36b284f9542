"""How fast a pool is used, from its points: the falls only. Rises are top-ups or resets and say nothing about use."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from math import sqrt

from creditdesk.core.series import Point, Series

LOOK_BACK = timedelta(days=28)
LEAST_POINTS = 3
LEAST_SPAN = timedelta(hours=24)

_DAY_S = 86400.0
_TENTH = 1.2816  # standard deviations between the middle and the outer tenth
_PRIOR_DAYS = 2.0  # days' worth of belief that use varies as much as it is large


@dataclass(frozen=True, slots=True)
class Use:
    """An amount used between two instants, in the pool's unit; 0 says that nothing was used."""

    start: datetime
    end: datetime
    amount: float


@dataclass(frozen=True, slots=True)
class Spending:
    """Use a day: its mean, how much a day differs from another, and of how many days that is known."""

    mean: float
    spread: float
    days: float

    def used_by(self, days: float, tail: int) -> float:
        """What is used after so many days: `tail` 0 the middle, 1 the upper and -1 the lower end of 8 in 10."""
        noise = sqrt(self.spread**2 * days + (self.spread * days) ** 2 / self.days)
        return self.mean * days + tail * _TENTH * noise

    @property
    def least(self) -> float:
        """The lower end of the mean itself: not over 0 where use may as well have ended."""
        return self.mean - _TENTH * self.spread / sqrt(self.days)


def left_at(point: Point) -> Decimal | None:
    """What was left at a point, also where only limit and used are known."""
    if point.left is None and point.limit is not None and point.used is not None:
        return point.limit - point.used
    return point.left


def known(series: Series, now: datetime) -> list[tuple[Point, Decimal]]:
    """The points up to `now` whose amount is known, with what was left."""
    found = ((point, left_at(point)) for point in series.points if point.first_seen <= now)
    return [(point, left) for point, left in found if left is not None]


def uses(series: Series, now: datetime) -> list[Use]:
    """What was used in every stretch observed in the last four weeks. A stretch with a rise or a reset says nothing."""
    since = now - LOOK_BACK
    found: list[Use] = []
    points = known(series, now)
    for point, _ in points:
        if point.last_seen > point.first_seen:
            found.append(Use(point.first_seen, min(point.last_seen, now), 0.0))
    for (before, had), (after, has) in pairwise(points):
        reset = before.resets_at is not None and before.resets_at <= after.first_seen
        if has <= had and not reset and after.first_seen >= before.last_seen:
            found.append(Use(before.last_seen, after.first_seen, float(had - has)))
    return [_since(use, since) for use in found if use.end > since]


def spending_of(spent: Iterable[Use], now: datetime) -> Spending | None:
    """Use a day, from these uses; None when less than a day was observed, or nothing was used."""
    spent = list(spent)
    observed = sum((use.end - use.start).total_seconds() for use in spent)
    total = sum(use.amount for use in spent)
    if observed < LEAST_SPAN.total_seconds() or total <= 0:
        return None
    days = observed / _DAY_S
    mean = total / days
    daily = _days(spent, now)
    differing = sum((amount - mean) ** 2 for amount in daily)
    spread = sqrt((differing + _PRIOR_DAYS * mean**2) / (max(len(daily) - 1, 0) + _PRIOR_DAYS))
    return Spending(mean, spread, days)


def _days(spent: Sequence[Use], now: datetime) -> list[float]:
    """The use a day of every day, counted back from `now`, that was observed for the better half."""
    amounts: dict[int, float] = {}
    seconds: dict[int, float] = {}
    for use in spent:
        start, end = (now - use.start).total_seconds(), (now - use.end).total_seconds()
        if start <= end:
            amounts[int(end // _DAY_S)] = amounts.get(int(end // _DAY_S), 0.0) + use.amount
            continue
        for day in range(int(end // _DAY_S), int(start // _DAY_S) + 1):
            part = min(start, (day + 1) * _DAY_S) - max(end, day * _DAY_S)
            amounts[day] = amounts.get(day, 0.0) + use.amount * part / (start - end)
            seconds[day] = seconds.get(day, 0.0) + part
    return [amounts[day] * _DAY_S / seen for day, seen in seconds.items() if seen >= _DAY_S / 2]


def _since(use: Use, since: datetime) -> Use:
    if use.start >= since:
        return use
    share = (use.end - since) / (use.end - use.start)
    return Use(since, use.end, use.amount * share)
