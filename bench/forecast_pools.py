"""The pools that a demand empties, of every kind, as readings; and what came after each of them."""

import math
import random
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import accumulate

import numpy as np

from bench.forecast_users import DAY_S, Demand
from creditdesk.core.forecast import project, project_account
from creditdesk.core.pools import PoolKind, RunOut, Source
from creditdesk.core.series import Point, Series

MONTH_S = 30 * DAY_S
LOOK_BACK = timedelta(days=60)
DRAIN = ("first", "second")


@dataclass(frozen=True, slots=True)
class Pool:
    """What a demand empties: a reading at the end of every step, and the demand added up until then.

    `second` is the wallet that is used after an allowance, `ends` when each reading's window ends (a reset, an expiry).
    """

    demand: Demand
    kind: PoolKind
    points: list[Point]
    wanted: list[float] = field(default_factory=list)
    second: list[Point] = field(default_factory=list)

    def said(self, index: int) -> tuple[RunOut | None, tuple[Point, ...]]:
        """What is told at a reading, by what was known then; and the readings shown."""
        now = self.points[index].first_seen
        begin = bisect_left(self.points, now - LOOK_BACK, key=lambda each: each.first_seen)
        first = Series("a", "first", "First", self.kind, "credits", tuple(self.points[begin : index + 1]))
        if not self.second:
            shown = tuple(map(_plain, first.points)) if self.kind is PoolKind.SPEND else first.points
            return project(first, now), shown
        then = Series("a", "second", "Second", PoolKind.WALLET, "credits", tuple(self.second[begin : index + 1]))
        return project_account((first, then), DRAIN, now), tuple(map(_plain, first.points, then.points))

    def left(self, index: int) -> float:
        """What is left at a reading, of all of it."""
        return _left(self.points[index]) + (_left(self.second[index]) if self.second else 0.0)

    def ends(self, index: int) -> datetime | None:
        """When what is left at a reading refills, or is gone."""
        return self.points[index].resets_at or self.points[index].expires_at

    def truth(self, index: int) -> datetime | None:
        """When what is left at a reading would be used up without any top-up or reset; None: not within the data.

        With a second pool the first one is refilled at its resets.
        """
        if self.second:
            return self._together(index)
        return self._reached(index, self.wanted[index] + self.left(index))

    def _reached(self, index: int, target: float) -> datetime | None:
        place = bisect_left(self.wanted, target, index)
        if place >= len(self.wanted):
            return None
        before = self.wanted[place - 1]
        share = (target - before) / (self.wanted[place] - before) if self.wanted[place] > before else 1.0
        start = self.points[place - 1].first_seen
        return start + share * (self.points[place].first_seen - start)

    def _together(self, index: int) -> datetime | None:
        month, prepaid = _left(self.points[index]), _left(self.second[index])
        resets, limit = self.points[index].resets_at, float(self.points[index].limit or 0)
        for place in range(index + 1, len(self.points)):
            if resets is not None and self.points[place].first_seen >= resets:
                month, resets = limit, resets + timedelta(seconds=MONTH_S)
            need = self.demand.amounts[place]
            if need >= month + prepaid:
                return self.points[place].first_seen
            month, prepaid = max(0.0, month - need), prepaid - max(0.0, need - month)
        return None

    def still_wanted(self, index: int) -> float | None:
        """What is wanted from a reading until its window ends; None: that is after the data."""
        until = self.ends(index)
        if until is None or until > self.points[-1].first_seen:
            return None
        place = bisect_left(self.points, until, key=lambda each: each.first_seen)
        return self.wanted[place] - self.wanted[index]

    def chances(self, index: int, draw: np.random.Generator) -> float | None:
        """How likely it is used up before its window ends, by the process itself; None for a real series."""
        until = self.ends(index)
        if self.demand.ahead is None or until is None:
            return None
        hours = max(1, math.ceil((until - self.points[index].first_seen).total_seconds() / self.demand.step_s) - 1)
        return float(np.mean(self.demand.ahead(index, hours, draw) > self.left(index)))


def wallet(demand: Demand, seed: int, days: tuple[float, float] = (4, 45), kind: PoolKind = PoolKind.WALLET) -> Pool:
    """Prepaid: topped up by a pack that lasts so many days, a step before it would be nearly empty."""
    chance = random.Random(f"wallet {demand.of} {seed}")
    pack = demand.a_day * math.exp(chance.uniform(math.log(days[0]), math.log(days[1])))
    left, points, again = pack, [], chance.uniform(0, 0.4)
    for index, amount in enumerate(demand.amounts):
        left -= amount
        ahead = demand.amounts[min(index + 1, len(demand.amounts) - 1)]
        if left - ahead <= again * pack:
            left, again = left + pack * max(1.0, math.ceil((ahead - left) / pack)), chance.uniform(0, 0.4)
        points.append(_point(demand, index, left))
    return Pool(demand, kind, points, list(accumulate(demand.amounts)))


def slots(demand: Demand, seed: int) -> Pool:
    """Occupied, and a good part freed again before they are full."""
    return wallet(demand, seed, kind=PoolKind.SLOTS)


def allowance(demand: Demand, seed: int) -> Pool:
    """A limit that refills every 30 days; it is between 0.6 and 1.5 times what a month needs."""
    limit, resets = _monthly(demand, seed)
    left, points = limit, []
    for index, amount in enumerate(demand.amounts):
        if _at(demand, index) >= resets:
            left, resets = limit, resets + timedelta(seconds=MONTH_S)
        left = max(0.0, left - amount)
        points.append(_point(demand, index, left, limit=_amount(limit), resets_at=resets))
    return Pool(demand, PoolKind.ALLOWANCE, points, list(accumulate(demand.amounts)))


def spend(demand: Demand, seed: int) -> Pool:
    """A budget for 30 days that may be passed; only what was used is read."""
    limit, resets = _monthly(demand, seed)
    used, points = 0.0, []
    for index, amount in enumerate(demand.amounts):
        if _at(demand, index) >= resets:
            used, resets = 0.0, resets + timedelta(seconds=MONTH_S)
        used += amount
        points.append(_point(demand, index, None, limit=_amount(limit), used=_amount(used), resets_at=resets))
    return Pool(demand, PoolKind.SPEND, points, list(accumulate(demand.amounts)))


def package(demand: Demand, seed: int) -> Pool:
    """Packages that expire after 20 to 60 days, each 0.6 to 1.5 times what is needed until then, one after another."""
    chance = random.Random(f"package {demand.of} {seed}")
    lasts = timedelta(days=chance.uniform(20, 60))
    size = demand.a_day * (lasts / timedelta(days=1)) * chance.uniform(0.6, 1.5)
    left, points, gone = size, [], demand.begin + lasts * chance.uniform(0.2, 1)
    for index, amount in enumerate(demand.amounts):
        at = _at(demand, index)
        if at >= gone or left <= 0:
            left, gone = size, at + lasts
        left = max(0.0, left - amount)
        points.append(_point(demand, index, left, expires_at=gone))
    return Pool(demand, PoolKind.PACKAGE, points, list(accumulate(demand.amounts)))


def account(demand: Demand, seed: int) -> Pool:
    """An allowance of a third to nine tenths of what a month needs, and a wallet that is used after it."""
    chance = random.Random(f"account {demand.of} {seed}")
    limit, resets = demand.a_day * 30 * chance.uniform(0.3, 0.9), _monthly(demand, seed)[1]
    pack = demand.a_day * math.exp(chance.uniform(math.log(4), math.log(30)))
    month, prepaid, first, second = limit, pack, [], []
    for index, amount in enumerate(demand.amounts):
        if _at(demand, index) >= resets:
            month, resets = limit, resets + timedelta(seconds=MONTH_S)
        month, prepaid = max(0.0, month - amount), prepaid - max(0.0, amount - month)
        ahead = demand.amounts[min(index + 1, len(demand.amounts) - 1)]
        if prepaid + month - ahead <= 0.1 * pack:
            prepaid += pack * max(1.0, math.ceil((ahead - prepaid) / pack))
        first.append(_point(demand, index, month, limit=_amount(limit), resets_at=resets))
        second.append(_point(demand, index, prepaid))
    return Pool(demand, PoolKind.ALLOWANCE, first, list(accumulate(demand.amounts)), second)


KINDS: dict[str, Callable[[Demand, int], Pool]] = {
    "wallet": wallet,
    "allowance": allowance,
    "slots": slots,
    "package": package,
    "spend": spend,
    "account": account,
}


def _monthly(demand: Demand, seed: int) -> tuple[float, datetime]:
    chance = random.Random(f"allowance {demand.of} {seed}")
    limit = demand.a_day * 30 * chance.uniform(0.6, 1.5)
    return limit, demand.begin + timedelta(seconds=chance.uniform(0.2, 1) * MONTH_S)


def _at(demand: Demand, index: int) -> datetime:
    return demand.begin + timedelta(seconds=(index + 1) * demand.step_s)


def _amount(value: float) -> Decimal:
    return Decimal(f"{value:.6f}")


def _point(
    demand: Demand,
    index: int,
    left: float | None,
    *,
    limit: Decimal | None = None,
    used: Decimal | None = None,
    resets_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> Point:
    at = _at(demand, index)
    return Point(at, at, None if left is None else _amount(left), limit, used, Source.LIVE, resets_at, expires_at)


def _left(point: Point) -> float:
    return float((point.limit or 0) - (point.used or 0) if point.left is None else point.left)


def _plain(*pools: Point) -> Point:
    """One or more pools as one line of what is left, for the forecasts that know no more."""
    left = _amount(sum(map(_left, pools)))
    return Point(pools[0].first_seen, pools[0].last_seen, left, None, None, Source.LIVE)
