"""Users whose use is known to the end: simulated ones of every class, and real series; and the pools they empty."""

import csv
import math
import random
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import accumulate, pairwise
from pathlib import Path

from creditdesk.core.pools import PoolKind, Source
from creditdesk.core.series import Point

HOUR_S = 3600.0
DAY_S = 86400.0
DAYS = 200
MONTH_S = 30 * DAY_S
BEGIN = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday


@dataclass(frozen=True, slots=True)
class Demand:
    """What one user wants to use: an amount in every step of `step_s` seconds from `begin` on."""

    of: str
    begin: datetime
    step_s: float
    amounts: list[float]

    @property
    def a_day(self) -> float:
        """The mean amount a day."""
        return sum(self.amounts) / len(self.amounts) / self.step_s * DAY_S


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool that a demand empties: a reading at the end of every step, and the demand added up until then."""

    of: str
    kind: PoolKind
    points: list[Point]
    wanted: list[float]

    def truth(self, index: int) -> datetime | None:
        """When what is left at a reading would be used up without any top-up or reset; None: not within the data."""
        target = self.wanted[index] + float(self.points[index].left or 0)
        place = bisect_left(self.wanted, target, index)
        if place >= len(self.wanted):
            return None
        before = self.wanted[place - 1]
        share = (target - before) / (self.wanted[place] - before) if self.wanted[place] > before else 1.0
        start = self.points[place - 1].first_seen
        return start + share * (self.points[place].first_seen - start)


def simulated(users: int, seed: int) -> Iterator[Demand]:
    """So many users of every class, hourly."""
    for name, make in CLASSES.items():
        for user in range(users):
            chance = random.Random(f"{name} {user} {seed}")
            yield Demand(name, BEGIN, HOUR_S, make(chance, 24 * DAYS))


def wallet(demand: Demand, seed: int, days: tuple[float, float] = (4, 45)) -> Pool:
    """Prepaid: topped up by a pack that lasts so many days, a step before it would be nearly empty."""
    chance = random.Random(f"wallet {demand.of} {seed}")
    pack = demand.a_day * math.exp(chance.uniform(math.log(days[0]), math.log(days[1])))
    left, points, again = pack, [], chance.uniform(0, 0.4)
    for index, amount in enumerate(demand.amounts):
        left -= amount
        ahead = demand.amounts[min(index + 1, len(demand.amounts) - 1)]
        if left - ahead <= again * pack:
            left, again = left + pack * max(1.0, math.ceil((ahead - left) / pack)), chance.uniform(0, 0.4)
        points.append(_point(demand, index, left, None, None))
    return Pool(demand.of, PoolKind.WALLET, points, list(accumulate(demand.amounts)))


def allowance(demand: Demand, seed: int) -> Pool:
    """A limit that refills every 30 days; it is between 0.6 and 1.5 times what a month needs."""
    chance = random.Random(f"allowance {demand.of} {seed}")
    limit = demand.a_day * 30 * chance.uniform(0.6, 1.5)
    left, points = limit, []
    resets = demand.begin + timedelta(seconds=chance.uniform(0.2, 1) * MONTH_S)
    for index, amount in enumerate(demand.amounts):
        at = demand.begin + timedelta(seconds=(index + 1) * demand.step_s)
        if at >= resets:
            left, resets = limit, resets + timedelta(seconds=MONTH_S)
        left = max(0.0, left - amount)
        points.append(_point(demand, index, left, limit, resets))
    return Pool(demand.of, PoolKind.ALLOWANCE, points, list(accumulate(demand.amounts)))


def real(folder: Path) -> Iterator[Demand]:
    """Every CSV of a folder: a time and an amount used in the step that begins then; `log` in the name: its logarithm.

    Missing steps are filled with what was used a week before, so that a day stays a day.
    """
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as lines:
            rows = [row for row in csv.reader(lines) if len(row) >= 2]
        known = {}
        for row in rows[1:]:
            at = datetime.fromisoformat(row[0])
            at = at if at.tzinfo else at.replace(tzinfo=UTC)
            amount = float(row[1])
            known[at] = math.exp(amount) if "-log" in path.stem else max(0.0, amount)
        times = sorted(known)
        steps = sorted((b - a).total_seconds() for a, b in pairwise(times))
        step = steps[len(steps) // 2]
        amounts = [-1.0] * (1 + round((times[-1] - times[0]).total_seconds() / step))
        for at, amount in known.items():
            amounts[round((at - times[0]).total_seconds() / step)] = amount
        week = round(7 * DAY_S / step)
        for index, amount in enumerate(amounts):
            if amount < 0:
                amounts[index] = amounts[index - week] if index >= week else amounts[index - 1]
        yield Demand(path.stem, times[0], step, amounts)


def _point(demand: Demand, index: int, left: float, limit: float | None, resets: datetime | None) -> Point:
    at = demand.begin + timedelta(seconds=(index + 1) * demand.step_s)
    whole = None if limit is None else Decimal(f"{limit:.6f}")
    return Point(at, at, Decimal(f"{left:.6f}"), whole, None, Source.LIVE, resets)


def _steady(chance: random.Random, hours: int) -> list[float]:
    return [10 * chance.gammavariate(2, 0.5) for _ in range(hours)]


def _weekday(chance: random.Random, hours: int) -> list[float]:
    busy, found = chance.uniform(0.0, 0.2), []
    for day in range(hours // 24):
        level = chance.gammavariate(8, 1 / 8) * (busy if day % 7 >= 5 else 1.0)
        found += [level * (chance.gammavariate(2, 0.5) if 8 <= hour < 18 else 0.03) for hour in range(24)]
    return found


def _bursty(chance: random.Random, hours: int) -> list[float]:
    on, found = False, []
    start, stop = 1 / chance.uniform(12, 60), 1 / chance.uniform(2, 8)
    for _ in range(hours):
        on = chance.random() > stop if on else chance.random() < start
        found.append(20 * chance.gammavariate(1, 1) if on else 0.0)
    return found


def _imports(chance: random.Random, hours: int) -> list[float]:
    every, wide = 24 * chance.uniform(2, 8), chance.uniform(0.3, 0.9)
    base = 100 / every * 0.1
    return [
        base * chance.expovariate(1)
        + (chance.lognormvariate(math.log(100), wide) if chance.random() < 1 / every else 0)
        for _ in range(hours)
    ]


def _trending(chance: random.Random, hours: int) -> list[float]:
    growth = chance.uniform(-0.012, 0.018) / 24
    return [10 * math.exp(growth * hour) * chance.gammavariate(2, 0.5) for hour in range(hours)]


def _idle(chance: random.Random, hours: int) -> list[float]:
    rate, found = chance.uniform(0.05, 0.2), []
    for _ in range(hours // 24):
        used = chance.random() < rate
        hour = chance.randrange(24)
        found += [chance.gammavariate(2, 2.5) if used and each == hour else 0.0 for each in range(24)]
    return found


CLASSES: dict[str, Callable[[random.Random, int], list[float]]] = {
    "steady": _steady,
    "weekday": _weekday,
    "bursty": _bursty,
    "import-driven": _imports,
    "trending": _trending,
    "idle": _idle,
}
