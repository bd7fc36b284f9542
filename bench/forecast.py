"""Backtest of the run-out forecast: from thousands of past instants, against what came, beside two plain forecasts.

Rolling origin: at every cut-off only the 60 days before it are shown. The truth is when what was left then would have
been used up by the demand that followed, without any top-up or reset.
"""

import statistics
import time
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf
from pathlib import Path

from bench.figures import Figure
from bench.forecast_peers import predict_linear, seasonal_naive
from bench.forecast_users import Pool, allowance, real, simulated, wallet
from creditdesk.core.forecast import project
from creditdesk.core.pools import PoolKind, RunOut
from creditdesk.core.series import Point, Series

USERS = 12
CUTS = 30
SEED = 7  # no constant of the forecast was chosen with these users in sight
WINDOWS_H = (24, 168)
LOOK_BACK = timedelta(days=60)
EARLIEST = timedelta(days=4)


@dataclass(frozen=True, slots=True)
class Case:
    """One cut-off: what we said, what came, and what the others said, in days from the cut-off (infinite: never)."""

    pool: Pool
    now: datetime
    said: RunOut | None
    truth: float  # infinite: after the end of the data
    data: float
    resets: float
    linear: tuple[float, ...]
    naive: float
    took: float

    @property
    def inside(self) -> bool | None:
        """Whether the range holds the truth; None when that cannot be told."""
        if self.said is None:
            return None
        low, high = (_days(self.said.low, self.now), _days(self.said.high, self.now) if self.said.high else inf)
        if self.truth == inf:
            return high >= self.data if low <= self.data else None
        return low <= self.truth <= high

    def error(self, at: float) -> float:
        """How far off a date is, in days."""
        return abs(at - self.truth)

    @property
    def at(self) -> float:
        """Our date."""
        return inf if self.said is None else _days(self.said.at, self.now)


def measure(folder: Path | None = None, users: int = USERS, cuts: int = CUTS, seed: int = SEED) -> list[Figure]:
    """The figures of every class, and of every real series of `folder`."""
    figures, slowest = [], []
    for name, pools in _pools(folder, users, seed).items():
        cases = [case for pool in pools for case in backtest(pool, cuts if len(pools) > 4 else 4 * cuts)]
        slowest += [case.took for case in cases]
        figures += _figures(name, cases)
    figures.append(Figure("forecast: time of one, median", 1000 * statistics.median(slowest), "ms", "<= 2"))
    figures.append(Figure("forecast: cut-offs in all", len(slowest), "", ">= 2000"))
    return figures


def backtest(pool: Pool, cuts: int) -> list[Case]:
    """What was said and what came, at so many instants evenly spread, where something was left."""
    points = pool.points
    first = bisect_left(points, points[0].first_seen + EARLIEST, key=_seen)
    last = first + int((len(points) - first) * 0.75)
    found = []
    for turn in range(cuts):
        index = first + (last - first) * turn // cuts
        if float(points[index].left or 0) > 0:
            found.append(_case(pool, index))
    return found


def _case(pool: Pool, index: int) -> Case:
    points = pool.points
    now = points[index].first_seen
    shown = points[bisect_left(points, now - LOOK_BACK, key=_seen) : index + 1]
    series = Series("a", "p", "P", pool.kind, "credits", tuple(shown))
    begun = time.perf_counter()
    said = project(series, now)
    took = time.perf_counter() - begun
    truth, resets = pool.truth(index), points[index].resets_at
    return Case(
        pool,
        now,
        said,
        inf if truth is None else _days(truth, now),
        _days(points[-1].first_seen, now),
        inf if resets is None else _days(resets, now),
        tuple(predict_linear(shown, now, hours) / 86400 for hours in WINDOWS_H),
        seasonal_naive(shown, now) / 86400,
        took,
    )


def _pools(folder: Path | None, users: int, seed: int) -> dict[str, list[Pool]]:
    found: dict[str, list[Pool]] = {}
    for number, demand in enumerate(simulated(users, seed)):
        found.setdefault(f"{demand.of}, wallet", []).append(wallet(demand, number))
        found.setdefault(f"{demand.of}, allowance", []).append(allowance(demand, number))
    for demand in real(folder) if folder else ():
        span = len(demand.amounts) * demand.step_s / 86400
        lasts = (max(1.0, span / 40), min(45.0, span / 5))
        found[f"{demand.of}, wallet"] = [wallet(demand, number, lasts) for number in range(4)]
        if span > 100:
            found[f"{demand.of}, allowance"] = [allowance(demand, number) for number in range(4)]
    return found


def _figures(name: str, cases: Sequence[Case]) -> list[Figure]:
    told = [case.inside for case in cases if case.inside is not None]
    known = [case for case in cases if case.truth < inf]
    ours = _median(case.error(case.at) for case in known)
    linear = [_median(case.error(case.linear[each]) for case in known) for each in range(len(WINDOWS_H))]
    naive = _median(case.error(case.naive) for case in known)
    inside = 100 * sum(told) / len(told) if told else 0.0
    found = [
        Figure(f"{name}: cut-offs", len(cases)),
        Figure(f"{name}: a date told", 100 * sum(case.said is not None for case in cases) / len(cases), "%"),
        Figure(f"{name}: range holds the truth", inside, "%", ">= 75"),
        Figure(f"{name}: range holds the truth", inside, "%", "<= 85"),
        Figure(f"{name}: median error", ours, "days"),
        Figure(
            f"{name}: error / predict_linear {WINDOWS_H[0]} h", ours / linear[0] if linear[0] else inf, "", "<= 0.7"
        ),
        Figure(f"{name}: error / predict_linear {WINDOWS_H[1]} h", ours / linear[1] if linear[1] else inf, ""),
        Figure(f"{name}: error / seasonal-naive", ours / naive if naive else inf),
    ]
    if cases[0].pool.kind is PoolKind.ALLOWANCE:
        found += _alarms(name, [case for case in cases if case.said is not None and case.resets < case.data])
    return found


def _alarms(name: str, cases: Sequence[Case]) -> list[Figure]:
    """Of all cut-offs: how often "before the reset" was said wrongly, and how often it was missed."""
    false = sum(case.at < case.resets <= case.truth for case in cases)
    missed = sum(case.truth < case.resets <= case.at for case in cases)
    linear = sum((case.linear[0] < case.resets) != (case.truth < case.resets) for case in cases)
    count = max(1, len(cases))
    alarms = [case for case in cases if case.at < case.resets and case.said is not None and case.said.sure != "rough"]
    wrong = sum(case.resets <= case.truth for case in alarms)
    return [
        Figure(f"{name}: before the reset, falsely", 100 * false / count, "%", "<= 5"),
        Figure(f"{name}: the same, rough ones left out", 100 * wrong / count, "%", "<= 5"),
        Figure(f"{name}: before the reset, missed", 100 * missed / count, "%", "<= 5"),
        Figure(f"{name}: predict_linear {WINDOWS_H[0]} h wrong about it", 100 * linear / count, "%"),
    ]


def _median(values: Iterable[float]) -> float:
    found = list(values)
    return statistics.median(found) if found else inf


def _seen(point: Point) -> datetime:
    return point.first_seen


def _days(at: datetime, now: datetime) -> float:
    return (at - now) / timedelta(days=1)
