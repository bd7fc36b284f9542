"""The pace at which a pool is used: its level now, how well that is known, how it drifts, and what the week does to it.

Days are counted from the newest one back, so that a week's pattern needs no calendar and no time zone: day 0 and day 7
are the same day of the week. A local level (a random walk seen through noise) is filtered through them; how fast it
walks is weighed over a few speeds by how well each would have foretold the days there are.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

from creditdesk.core.spending import Day

WEEKS_TO_LEARN = 3
STEP_SIZES = 6.0  # a lone day over so many standard deviations of the others is a step
STEP_TIMES = 3.0  # and over so many times their mean
TREND_LEAST_DAYS = 10

_DRIFTS = (0.004, 0.02, 0.05, 0.1, 0.2)  # relative change of the pace in a day
_BELIEFS = (0.1, 0.2, 0.45, 0.2, 0.05)
_PRIOR_DAYS = 1.0
_PRIOR_SPREAD = 0.4  # before anything is seen, a day's use differs so much from another's
_LEAST_SHARE = 0.25  # of a day, observed
_WHOLE_SHARE = 0.7
_LEAST_WEIGHT = 0.02
_WEEK_CHANCE = 2.5  # weekdays must differ so much more than chance alone makes them
_TREND_CHANCE = 4.0  # and so must the growth, squared
_STEEPEST = 0.05  # of growth in a day
_FEW = 1.5  # calibrated (bench/forecast.py): how much less is known where few days hold most of the use,
_VARY = 2.5  # and where days differ much
_MOST_LEAN = 0.12


@dataclass(frozen=True, slots=True)
class Pace:
    """Use a day, and what is unsure about it.

    `level` times `shown` is the mean use a day now, in the pool's unit. `doubt` is the relative variance of that,
    `drift` that of its change in a day, `noise` that of a day's use beyond what `sources` show. `sources` are earlier
    days (their number, and their use relative to the level then); `week` the factors of the newest seven days.
    `step` is a lone day of unusual use (times the level), 0 without one; `days` is how many were observed. `trend` is
    the relative growth a day, with its variance; `lean` how much more likely a surprise is upwards.
    """

    level: float
    shown: float
    doubt: float
    drift: float
    noise: float
    lean: float
    days: int
    sources: tuple[tuple[int, float], ...]
    week: tuple[float, ...]
    step: float
    trend: tuple[float, float]

    @property
    def a_day(self) -> float:
        """The mean use a day now."""
        return self.level * self.shown


@dataclass(frozen=True, slots=True)
class _Seen:
    """Days that count, the oldest first: their numbers, their use relative to the mean, how much each of them tells."""

    order: list[int]
    values: list[float]
    weights: list[float]

    def mapped(self, values: list[float]) -> "_Seen":
        """The same days with other values."""
        return _Seen(self.order, values, self.weights)


@dataclass(frozen=True, slots=True)
class _Level:
    """Where the use stands now and how well that is known; `local` is where it stood on each day."""

    level: float
    doubt: float
    drift: float
    spread: float
    local: list[float]


def pace_of(days: Sequence[Day]) -> Pace | None:
    """The pace that these days (the newest first) show; None when nothing was used in them."""
    counted = [index for index, day in enumerate(days) if day.share >= _LEAST_SHARE]
    counted = counted or [index for index, day in enumerate(days) if day.share > 0]
    rates = {index: days[index].amount / days[index].share for index in counted}
    if sum(rates.values()) <= 0:
        return None
    lone = _lone(rates)
    step = rates.pop(lone) if lone is not None else 0.0
    week = [max(_LEAST_WEIGHT, factor) for factor in _week(rates)]
    order = sorted(rates, reverse=True)
    weights = [days[index].share * week[index % 7] for index in order]
    seen = _Seen(order, [rates[index] / week[index % 7] for index in order], weights)
    trend = _trend(seen)
    seen = seen.mapped([value * exp(trend[0] * (index + 0.5)) for index, value in zip(order, seen.values, strict=True)])
    mean = _mean(seen.values, weights)
    seen = seen.mapped([value / mean for value in seen.values])
    level = _level(seen)
    sources = _sources(seen, level.local, days, week)
    shown, vary, lean = _shape([times for _, times in sources])
    even = sum(seen.values) ** 2 / max(1e-9, sum(value * value for value in seen.values))  # days, if all were alike
    return Pace(
        level=level.level * mean,
        shown=shown,
        doubt=max(level.doubt, _VARY * vary / len(order)) + _FEW / even**2,
        drift=level.drift,
        noise=max(0.0, level.spread - vary),
        lean=max(0.0, min(_MOST_LEAN, lean / 6 / sqrt(len(order)))),
        days=len(counted),
        sources=tuple(sources),
        week=tuple(week),
        step=step / mean / level.level,
        trend=trend,
    )


def _mean(values: Sequence[float], weights: Sequence[float]) -> float:
    return sum(value * weight for value, weight in zip(values, weights, strict=True)) / sum(weights)


def _shape(times: Sequence[float]) -> tuple[float, float, float]:
    """Mean, relative variance and skewness."""
    mean = sum(times) / len(times)
    vary = sum((each - mean) ** 2 for each in times) / len(times)
    skew = sum((each - mean) ** 3 for each in times) / len(times) / vary**1.5 if vary > 1e-6 * mean**2 else 0.0
    return mean, vary / mean**2, skew


def _level(seen: _Seen) -> _Level:
    """The level by its logarithm, which a burst does not bend, where there is use every day; else by itself."""
    middle = sorted(seen.values)[len(seen.values) // 2]
    few = sum(value < 0.15 * middle for value in seen.values)
    if middle <= 0 or few > 0.05 * len(seen.values):
        spread = _spread(seen.values)
        level, doubt, drift, local = _filtered(seen, spread)
        level = max(level, 0.02)
        return _Level(level, doubt / level**2, drift, spread, [max(0.25, each) for each in local])
    logs = seen.mapped([log(max(value, 0.1 * middle)) for value in seen.values])
    spread = _spread(logs.values)
    level, doubt, drift, local = _filtered(logs, spread)
    return _Level(exp(level), doubt, drift, spread, [exp(each) for each in local])


def _sources(
    seen: _Seen, local: Sequence[float], days: Sequence[Day], week: Sequence[float]
) -> list[tuple[int, float]]:
    """Earlier days that the coming ones are drawn from: whole ones of the busier weekdays, where there are any."""
    found = list(zip(seen.order, seen.values, local, strict=True))
    least = max(week) / 2
    good = [each for each in found if week[each[0] % 7] >= least and days[each[0]].share >= _WHOLE_SHARE]
    chosen = good if any(value > 0 for _, value, _ in good) else found
    return [(index, value / there) for index, value, there in chosen]


def _trend(seen: _Seen) -> tuple[float, float]:
    """The relative growth a day, drawn towards 0 as far as it is unsure, and its variance; zeros for none."""
    if len(seen.order) < TREND_LEAST_DAYS:
        return 0.0, 0.0
    middle, height = _mean(seen.order, seen.weights), _mean(seen.values, seen.weights)
    rows = list(zip(seen.order, seen.values, seen.weights, strict=True))
    wide = sum(weight * (index - middle) ** 2 for index, _, weight in rows)
    slope = sum(weight * (index - middle) * value for index, value, weight in rows) / wide
    missed = sum(weight * (value - height - slope * (index - middle)) ** 2 for index, value, weight in rows)
    doubt = missed / (len(rows) - 2) / wide
    if height <= 0 or slope * slope <= _TREND_CHANCE * doubt:
        return 0.0, 0.0
    growth = -slope / height * (1 - _TREND_CHANCE * doubt / slope**2)
    return max(-_STEEPEST, min(_STEEPEST, growth)), doubt / height**2


def _lone(rates: dict[int, float]) -> int | None:
    """The one day whose use is out of all proportion to the others': an import, not a pace."""
    if len(rates) < 5:
        return None
    lone = max(rates, key=lambda index: rates[index])
    others = [rate for index, rate in rates.items() if index != lone]
    mean = sum(others) / len(others)
    spread = sqrt(sum((rate - mean) ** 2 for rate in others) / len(others))
    alone = rates[lone] > max(STEP_TIMES * mean, mean + STEP_SIZES * spread)
    return lone if alone and sorted(others)[len(others) // 2] > mean / 4 else None


def _week(rates: dict[int, float]) -> list[float]:
    """The factors of the newest seven days, drawn towards 1 as far as chance alone would explain them."""
    flat = [1.0] * 7
    if max(rates, default=0) < 7 * WEEKS_TO_LEARN - 1 or len(rates) < 14:
        return flat
    shares: list[list[float]] = [[] for _ in range(7)]
    for index, rate in rates.items():
        near = [rates[other] for other in range(index - 3, index + 4) if other in rates]
        if len(near) == 7 and (mean := sum(near) / 7) > 0:
            shares[index % 7].append(rate / mean)
    if min(map(len, shares)) < 2:
        return flat
    means = [sum(each) / len(each) for each in shares]
    count = sum(map(len, shares))
    within = sum((share - mean) ** 2 for each, mean in zip(shares, means, strict=True) for share in each) / (count - 7)
    whole = sum(means) / 7
    between = sum((mean - whole) ** 2 for mean in means) / 6
    chance = within * 7 / count
    kept = max(0.0, 1 - _WEEK_CHANCE * chance / between) if between > 0 else 0.0
    factors = [max(0.0, 1 + kept * (mean / whole - 1)) for mean in means]
    return [factor * 7 / sum(factors) for factor in factors]


def _spread(values: Sequence[float]) -> float:
    """The variance of a day beside the next one, with some belief mixed in while there are few days."""
    differing = sum((after - before) ** 2 for before, after in itertools.pairwise(values)) / 2
    return (differing + _PRIOR_DAYS * _PRIOR_SPREAD**2) / (max(0, len(values) - 1) + _PRIOR_DAYS)


def _filtered(days: _Seen, spread: float) -> tuple[float, float, float, list[float]]:
    """Level, its variance, drift's variance and the level at each day, weighed over how fast the level may walk."""
    seen = list(zip(days.order, days.values, days.weights, strict=True))
    runs = [_run(seen, spread, drift) for drift in _DRIFTS]
    best = max(run[0] for run in runs)
    weights = [belief * exp(run[0] - best) for belief, run in zip(_BELIEFS, runs, strict=True)]
    whole = sum(weights)
    weights = [weight / whole for weight in weights]
    level = sum(weight * run[1] for weight, run in zip(weights, runs, strict=True))
    doubt = sum(weight * (run[2] + (run[1] - level) ** 2) for weight, run in zip(weights, runs, strict=True))
    drift = sum(weight * each for weight, each in zip(weights, _DRIFTS, strict=True)) ** 2
    likely = max(range(len(runs)), key=lambda index: weights[index])
    return level, doubt, drift, _smoothed(runs[likely][3], runs[likely][4])


def _run(
    seen: Sequence[tuple[int, float, float]], spread: float, drift: float
) -> tuple[float, float, float, list[float], list[float]]:
    """One filter through the days, oldest first: its log likelihood, level, variance, levels, and gains back."""
    walk = drift * drift
    noise = max(spread - walk / 2, spread / 5)
    level, doubt, likely = seen[0][1], noise / seen[0][2], 0.0
    levels, backs = [level], []
    for (former, _, _), (index, value, weight) in itertools.pairwise(seen):
        ahead = doubt + walk * (former - index)
        backs.append(doubt / ahead)
        missed = value - level
        expected = ahead + noise / weight
        likely -= 0.5 * (log(expected) + min(9.0, missed * missed / expected))
        gain = ahead / expected
        level += gain * missed
        doubt = ahead * (1 - gain)
        levels.append(level)
    return likely, level, doubt, levels, backs


def _smoothed(levels: list[float], backs: list[float]) -> list[float]:
    for index in range(len(backs) - 1, -1, -1):
        levels[index] += backs[index] * (levels[index + 1] - levels[index])
    return levels
