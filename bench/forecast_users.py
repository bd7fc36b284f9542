"""Users whose use is known to the end: simulated ones of every class, and real series (`--series DIR`)."""

import csv
import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np

HOUR_S = 3600.0
DAY_S = 86400.0
DAYS = 200
BEGIN = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday
CHANCES = 400

Sums = np.ndarray
Ahead = Callable[[int, int, np.random.Generator], Sums]
"""What a user may want in so many hours after an hour, CHANCES times, by the very process that made the use.

It knows the user's parameters and state, which no forecast can: nobody can tell more.
"""


@dataclass(frozen=True, slots=True)
class Demand:
    """What one user wants to use: an amount in every step of `step_s` seconds from `begin` on. `ahead`: simulated."""

    of: str
    begin: datetime
    step_s: float
    amounts: list[float]
    ahead: Ahead | None = None

    @property
    def a_day(self) -> float:
        """The mean amount a day."""
        return sum(self.amounts) / len(self.amounts) / self.step_s * DAY_S


def simulated(users: int, seed: int) -> Iterator[Demand]:
    """So many users of every class, hourly."""
    for name, make in CLASSES.items():
        for user in range(users):
            chance = random.Random(f"{name} {user} {seed}")
            yield Demand(name, BEGIN, HOUR_S, *make(chance, 24 * DAYS))


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


def _steady(chance: random.Random, hours: int) -> tuple[list[float], Ahead]:
    def ahead(_: int, count: int, draw: np.random.Generator) -> Sums:
        return 5 * draw.gamma(2 * count, size=CHANCES)

    return [10 * chance.gammavariate(2, 0.5) for _ in range(hours)], ahead


def _weekday(chance: random.Random, hours: int) -> tuple[list[float], Ahead]:
    busy, found, levels = chance.uniform(0.0, 0.2), [], []
    for day in range(hours // 24):
        levels.append(chance.gammavariate(8, 1 / 8) * (busy if day % 7 >= 5 else 1.0))
        found += [levels[-1] * (chance.gammavariate(2, 0.5) if 8 <= hour < 18 else 0.03) for hour in range(24)]

    def ahead(index: int, count: int, draw: np.random.Generator) -> Sums:
        total, at, end = np.zeros(CHANCES), index + 1, index + 1 + count
        while at < end:
            day, until = at // 24, min(end, (at // 24 + 1) * 24)
            usual = draw.gamma(8, 1 / 8, CHANCES) * (busy if day % 7 >= 5 else 1.0)
            level = levels[day] if at % 24 and day < len(levels) else usual
            open_hours = sum(8 <= hour % 24 < 18 for hour in range(at, until))
            used = draw.gamma(2 * open_hours, 0.5, CHANCES) if open_hours else 0.0
            total += level * (used + 0.03 * (until - at - open_hours))
            at = until
        return total

    return found, ahead


def _bursty(chance: random.Random, hours: int) -> tuple[list[float], Ahead]:
    on, found = False, []
    start, stop = 1 / chance.uniform(12, 60), 1 / chance.uniform(2, 8)
    for _ in range(hours):
        on = chance.random() > stop if on else chance.random() < start
        found.append(20 * chance.gammavariate(1, 1) if on else 0.0)

    def ahead(index: int, count: int, draw: np.random.Generator) -> Sums:
        now, busy = np.full(CHANCES, found[index] > 0), np.zeros(CHANCES)
        for _ in range(count):
            drawn = draw.random(CHANCES)
            now = np.where(now, drawn > stop, drawn < start)
            busy += now
        return 20 * draw.gamma(np.maximum(busy, 1e-9))

    return found, ahead


def _imports(chance: random.Random, hours: int) -> tuple[list[float], Ahead]:
    every, wide = 24 * chance.uniform(2, 8), chance.uniform(0.3, 0.9)
    base = 100 / every * 0.1

    def ahead(_: int, count: int, draw: np.random.Generator) -> Sums:
        many = draw.binomial(count, 1 / every, CHANCES)
        sizes = draw.lognormal(math.log(100), wide, (CHANCES, max(1, many.max())))
        held = np.arange(sizes.shape[1]) < many[:, None]
        return base * draw.gamma(count, size=CHANCES) + (sizes * held).sum(axis=1)

    found = [
        base * chance.expovariate(1)
        + (chance.lognormvariate(math.log(100), wide) if chance.random() < 1 / every else 0)
        for _ in range(hours)
    ]
    return found, ahead


def _trending(chance: random.Random, hours: int) -> tuple[list[float], Ahead]:
    growth = chance.uniform(-0.012, 0.018) / 24

    def ahead(index: int, count: int, draw: np.random.Generator) -> Sums:
        total = np.zeros(CHANCES)
        for begin in range(index + 1, index + 1 + count, 24):
            many = min(24, index + 1 + count - begin)
            total += 5 * math.exp(growth * (begin + many / 2)) * draw.gamma(2 * many, size=CHANCES)
        return total

    return [10 * math.exp(growth * hour) * chance.gammavariate(2, 0.5) for hour in range(hours)], ahead


def _idle(chance: random.Random, hours: int) -> tuple[list[float], Ahead]:
    rate, found = chance.uniform(0.05, 0.2), []
    for _ in range(hours // 24):
        used = chance.random() < rate
        hour = chance.randrange(24)
        found += [chance.gammavariate(2, 2.5) if used and each == hour else 0.0 for each in range(24)]

    def ahead(_: int, count: int, draw: np.random.Generator) -> Sums:
        many = draw.binomial(max(1, round(count / 24)), rate, CHANCES)
        return 2.5 * draw.gamma(np.maximum(2 * many, 1e-9))

    return found, ahead


CLASSES: dict[str, Callable[[random.Random, int], tuple[list[float], Ahead]]] = {
    "steady": _steady,
    "weekday": _weekday,
    "bursty": _bursty,
    "import-driven": _imports,
    "trending": _trending,
    "idle": _idle,
}
