"""Backtest of the run-out forecast: from thousands of past instants, against what came, beside two plain forecasts.

Rolling origin: at every cut-off only the 60 days before it are shown. The truth is when what was left then would have
been used up by the demand that followed, without any top-up or reset (of an account: with its resets).
"""

import statistics
import time
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf
from pathlib import Path

import numpy as np

from bench.figures import Figure
from bench.forecast_peers import predict_linear, seasonal_naive
from bench.forecast_pools import KINDS, Pool, allowance, wallet
from bench.forecast_users import real, simulated
from creditdesk.core.pools import RunOut

USERS = 12
CUTS = 30
SEED = 11  # no constant of the forecast was chosen with these users in sight
HOURS = (24, 168)
EARLIEST = timedelta(days=4)
ASKED = ("allowance", "spend", "package")


@dataclass(frozen=True, slots=True)
class Case:
    """One cut-off: what we said, what came, and what the others said, in days from the cut-off (infinite: never).

    `ends` is when the pool's window ends (a reset, an expiry), `before` whether it was used up by then (None: not told
    by the data), `wanted` how much until then, `chances` how likely that was by the process itself.
    """

    now: datetime
    said: RunOut | None
    left: float
    truth: float
    data: float
    linear: tuple[float, ...]
    naive: float
    took: float
    ends: float = inf
    before: bool | None = None
    wanted: float = 0.0
    chances: float | None = None

    @property
    def inside(self) -> bool | None:
        """Whether the range holds the truth; None when that cannot be told."""
        if self.said is None:
            return None
        low, high = _days(self.said.low, self.now), _days(self.said.high, self.now) if self.said.high else inf
        if self.truth == inf:
            return high >= self.data if low <= self.data else None
        return low <= self.truth <= high

    @property
    def at(self) -> float:
        """Our date."""
        return inf if self.said is None else _days(self.said.at, self.now)


@dataclass(frozen=True, slots=True)
class Row:
    """The cut-offs of one class and kind of pool."""

    of: str
    kind: str
    cases: Sequence[Case]

    @property
    def name(self) -> str:
        """ "steady, wallet"."""
        return f"{self.of}, {self.kind}"

    @property
    def told(self) -> float:
        """At how many cut-offs a date was told, percent."""
        return _percent([case.said is not None for case in self.cases])

    @property
    def inside(self) -> float:
        """How often the range held the truth, percent."""
        return _percent([case.inside for case in self.cases if case.inside is not None])

    @property
    def error(self) -> float:
        """How far off the date is, in days; the median."""
        return self._error([case.at for case in self.cases])

    def ratio(self, others: Iterable[float]) -> float:
        """Our error divided by that of other dates."""
        other = self._error(list(others))
        return self.error / other if other else inf

    def against(self, hours: int) -> float:
        """Our error divided by that of a straight line through so many hours."""
        return self.ratio(case.linear[HOURS.index(hours)] for case in self.cases)

    def _error(self, dates: Sequence[float]) -> float:
        found = [abs(at - case.truth) for at, case in zip(dates, self.cases, strict=True) if case.truth < inf]
        return statistics.median(found) if found else inf

    @property
    def asked(self) -> list[Case]:
        """The cut-offs of which it is known whether it was used up before its window ended."""
        return [case for case in self.cases if case.said is not None and case.before is not None]

    def false(self, sure: bool = False) -> float:
        """How often that was said wrongly, percent of all; `sure`: rough ones left out."""
        return _percent([_says(case) and not case.before and not (sure and _rough(case)) for case in self.asked])

    @property
    def missed(self) -> float:
        """How often it was not said though it came, percent of all."""
        return _percent([bool(case.before) and not _says(case) for case in self.asked])

    @property
    def line_wrong(self) -> float:
        """How often the straight line of 24 hours is wrong about it."""
        return _percent([(case.linear[0] < case.ends) != case.before for case in self.asked])

    @property
    def oracle(self) -> tuple[float, float] | None:
        """False and missed of one who knows the process and its parameters; None for a real series."""
        known = [(case.chances > 0.5, bool(case.before)) for case in self.asked if case.chances is not None]
        if not known:
            return None
        false = _percent([said and not came for said, came in known])
        return false, _percent([came and not said for said, came in known])

    @property
    def wasted(self) -> float:
        """How far off the amount is that is left over at the expiry, percent of what was there; the median."""
        found = [
            abs(float((case.said.wasted if case.said else 0) or 0) - max(0.0, case.left - case.wanted)) / case.left
            for case in self.asked
        ]
        return 100 * statistics.median(found) if found else 0.0


def measure(folder: Path | None = None, users: int = USERS, cuts: int = CUTS, seed: int = SEED) -> list[Figure]:
    """The figures of every class, and of every real series of `folder`."""
    return figures(rows(folder, users, cuts, seed))


def rows(folder: Path | None = None, users: int = USERS, cuts: int = CUTS, seed: int = SEED) -> list[Row]:
    """Everything that was said and what came, by class and kind."""
    found = []
    for (of, kind), pools in _pools(folder, users, seed).items():
        each = cuts if kind in ("wallet", "allowance") else (cuts + 1) // 2
        each *= 1 if pools[0].demand.ahead else 4
        found.append(Row(of, kind, [case for pool in pools for case in backtest(pool, each)]))
    return found


def backtest(pool: Pool, cuts: int) -> list[Case]:
    """What was said and what came, at so many instants evenly spread, where something was left."""
    points, draw = pool.points, np.random.default_rng(SEED)
    first = bisect_left(points, points[0].first_seen + EARLIEST, key=lambda each: each.first_seen)
    last = first + int((len(points) - first) * 0.75)
    places = [first + (last - first) * turn // cuts for turn in range(cuts)]
    return [_case(pool, index, draw) for index in places if pool.left(index) > 0]


def figures(rows: Sequence[Row]) -> list[Figure]:
    """Each figure beside its limit."""
    found = [each for row in rows for each in _figures(row)]
    took = [case.took for row in rows for case in row.cases if row.kind != "account"]
    within = sum(75 <= row.inside <= 85 for row in rows)
    return [
        *found,
        Figure("forecast: rows whose range holds the truth 75 to 85 %", within, f"of {len(rows)}"),
        Figure("forecast: time of one, median", 1000 * statistics.median(took), "ms", "<= 2"),
        Figure("forecast: cut-offs in all", sum(len(row.cases) for row in rows), "", ">= 2000"),
    ]


def _case(pool: Pool, index: int, draw: np.random.Generator) -> Case:
    points = pool.points
    now = points[index].first_seen
    begun = time.perf_counter()
    said, shown = pool.said(index)
    took = time.perf_counter() - begun
    truth, ends = pool.truth(index), pool.ends(index)
    wanted = pool.still_wanted(index)
    left = pool.left(index)
    return Case(
        now,
        said,
        left,
        inf if truth is None else _days(truth, now),
        _days(points[-1].first_seen, now),
        tuple(predict_linear(shown, now, hours) / 86400 for hours in HOURS),
        seasonal_naive(shown, now) / 86400,
        took,
        inf if ends is None else _days(ends, now),
        None if wanted is None else wanted > left,
        wanted or 0.0,
        None if wanted is None else pool.chances(index, draw),
    )


def _pools(folder: Path | None, users: int, seed: int) -> dict[tuple[str, str], list[Pool]]:
    found: dict[tuple[str, str], list[Pool]] = {}
    for number, demand in enumerate(simulated(users, seed)):
        for kind, make in KINDS.items():
            found.setdefault((demand.of, kind), []).append(make(demand, number))
    for demand in real(folder) if folder else ():
        span = len(demand.amounts) * demand.step_s / 86400
        lasts = (max(1.0, span / 40), min(45.0, span / 5))
        found[demand.of, "wallet"] = [wallet(demand, number, lasts) for number in range(4)]
        if span > 100:
            found[demand.of, "allowance"] = [allowance(demand, number) for number in range(4)]
    return found


def _figures(row: Row) -> list[Figure]:
    name = row.name
    found = [
        Figure(f"{name}: cut-offs", len(row.cases)),
        Figure(f"{name}: a date told", row.told, "%"),
        Figure(f"{name}: range holds the truth", row.inside, "%", ">= 75"),
        Figure(f"{name}: range holds the truth", row.inside, "%", "<= 85"),
        Figure(f"{name}: median error", row.error, "days"),
        Figure(f"{name}: error / predict_linear {HOURS[0]} h", row.against(HOURS[0]), "", "<= 0.7"),
        Figure(f"{name}: error / predict_linear {HOURS[1]} h", row.against(HOURS[1])),
        Figure(f"{name}: error / seasonal-naive", row.ratio(case.naive for case in row.cases)),
    ]
    if row.kind not in ASKED:
        return found
    window = "expiry" if row.kind == "package" else "reset"
    found += [
        Figure(f"{name}: before the {window}, falsely", row.false(), "%", "<= 5"),
        Figure(f"{name}: the same, rough ones left out", row.false(sure=True), "%", "<= 5"),
        Figure(f"{name}: before the {window}, missed", row.missed, "%", "<= 5"),
        Figure(f"{name}: predict_linear {HOURS[0]} h wrong about it", row.line_wrong, "%"),
    ]
    if (oracle := row.oracle) is not None:
        found += [
            Figure(f"{name}: an oracle, falsely", oracle[0], "%"),
            Figure(f"{name}: an oracle, missed", oracle[1], "%"),
        ]
    return found + ([Figure(f"{name}: left over, off by", row.wasted, "%")] if row.kind == "package" else [])


def _says(case: Case) -> bool:
    return case.at < case.ends


def _rough(case: Case) -> bool:
    return case.said is not None and case.said.sure == "rough"


def _percent(found: Sequence[bool | None]) -> float:
    return 100 * sum(map(bool, found)) / len(found) if found else 0.0


def _days(at: datetime, now: datetime) -> float:
    return (at - now) / timedelta(days=1)
