"""How the pace of use may go on: beliefs (it stays, it wanders, it comes back, it grows), each with its weight.

Each belief is a filter through the days seen, and weighs as much as it would have foretold them, times what was
believed before. What is believed before, and how fast a pace may move, are no facts of any user: they were chosen on
simulated use that the backtest does not judge by (docs/forecast.md).
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp, log

GROWTH_LEAST_DAYS = 8

_NOISE, _NOISE_DAYS = 0.8, 0.24  # before anything is seen, a day differs so much from another, as if seen so often
_GROWTH = 0.0091  # the usual growth a day
_STEEPEST = 0.05
_SHARP = 0.33  # days are less independent than a filter believes
_LEAST_WEIGHT = 0.02
_LEAST_NOISE = 1e-5
_LEAST_LEVEL = 0.05
_BASE = 0.06  # how unsure the level is that a pace comes back to, as a share of what days in a row alone would tell
_WANDER, _WANDER_DAYS = 16.0, 20  # and how much it wanders


@dataclass(frozen=True, slots=True)
class Belief:
    """A pace that moves by `walk` a day (a variance, as a share of a day's noise) and comes back by `back` a day."""

    prior: float
    walk: float
    back: float = 0.0
    grows: bool = False


BELIEFS = (
    Belief(0.85, 0.0),
    Belief(0.082, 0.0036),
    Belief(0.027, 0.044),
    Belief(0.033, 0.27),
    Belief(0.056, 0.39, 0.096),
    Belief(0.063, 0.0, grows=True),
    Belief(0.017, 1.2, grows=True),
)


@dataclass(frozen=True, slots=True)
class Course:
    """One way on of the pace, as a logarithm relative to a mean that all of them share. Variances are of that.

    In the long run the pace stands at `base` (variance `doubt`, growing by `wander` a day), now `off` away from it
    (variance `loose`), moves by `walk` a day and comes back by `back` a day. `growth` is a day's, with its
    variance, as seen in so many days (`grown_for`).
    """

    weight: float
    base: float
    doubt: float
    walk: float = 0.0
    back: float = 0.0
    off: float = 0.0
    loose: float = 0.0
    wander: float = 0.0
    growth: float = 0.0
    growth_doubt: float = 0.0
    grown_for: float = 0.0

    @property
    def moves(self) -> bool:
        """Whether the pace does not simply stay as it is."""
        return self.walk > 0 or self.growth != 0

    def middle(self, days: float, fade: float) -> float:
        """Where the pace stands after so many days; a growth fades in `fade` days."""
        grown = self.growth * fade * (1 - exp(-days / fade)) if self.growth else 0.0
        return self.base + grown + (self.off * exp(-self.back * days) if self.back else 0.0)

    def variance(self, days: float, fade: float) -> float:
        """How unsure the mean pace of so many days is."""
        found = self.doubt + self.growth_doubt * ((self.grown_for + min(days, fade)) / 2) ** 2
        if not self.back:
            return found + self.walk * days / 3
        gone = self.back * days
        kept = exp(-gone)
        moved = self.walk / (2 * self.back) * (2 * gone - 3 + 4 * kept - kept * kept)
        return found + self.wander * days / 3 + (self.loose * (1 - kept) ** 2 + moved) / gone**2


@dataclass(frozen=True, slots=True)
class Row:
    """Days that count, the oldest first: their numbers back from now, their values, and how much each of them tells."""

    order: Sequence[int]
    values: Sequence[float]
    weights: Sequence[float]

    @property
    def mean(self) -> float:
        """Of the values."""
        return sum(v * w for v, w in zip(self.values, self.weights, strict=True)) / sum(self.weights)


@dataclass(frozen=True, slots=True)
class _Run:
    """What a filter makes of a row: how likely it is, the level at the end and on every day, and what comes back."""

    likely: float
    noise: float
    mean: float
    doubt: float
    levels: list[float]
    gains: list[float]

    def smoothed(self) -> list[float]:
        """The level on each day as all of them together show it."""
        levels = list(self.levels)
        for index in range(len(levels) - 2, -1, -1):
            levels[index] += self.gains[index] * (levels[index + 1] - levels[index])
        return levels


def courses_of(row: Row, logs: bool) -> tuple[tuple[Course, ...], list[float]]:
    """The beliefs that weigh enough, and where the pace stood on each day by the weightiest of them.

    Values are relative to their mean, or (`logs`) the logarithms of that.
    """
    growth, doubt = _growth(row)
    grown = [growth * (row.order[0] - index) for index in row.order]
    straight = Row(row.order, [value - by for value, by in zip(row.values, grown, strict=True)], row.weights)
    usual = _GROWTH**2
    penalty = 0.5 * (log(doubt / (doubt + usual)) - growth**2 / (doubt + usual)) if growth else 0.0
    found: list[tuple[float, Belief, _Run]] = []
    for belief in BELIEFS:
        if belief.grows and not growth:
            continue
        run = _run(straight if belief.grows else row, belief)
        likely = run.likely + (penalty if belief.grows else 0.0)
        found.append((log(belief.prior) + _SHARP * likely, belief, run))
    best, belief, run = max(found, key=lambda each: each[0])
    local = run.smoothed()
    if belief.grows:
        local = [each + by for each, by in zip(local, grown, strict=True)]
    weights = [exp(weight - best) for weight, _, _ in found]
    least = _LEAST_WEIGHT * sum(weights)
    kept = [(weight, each[1], each[2]) for weight, each in zip(weights, found, strict=True) if weight >= least]
    whole = sum(weight for weight, _, _ in kept)
    shrunk = usual / (usual + doubt)
    courses = []
    for weight, belief, run in kept:
        now = (grown[-1] * (1 + shrunk) / 2, growth * shrunk, doubt * shrunk) if belief.grows else (0.0, 0.0, 0.0)
        courses.append(_course(weight / whole, belief, run, now, logs))
    return tuple(courses), local


def _course(weight: float, belief: Belief, run: _Run, grown: tuple[float, float, float], logs: bool) -> Course:
    level, mean, scale = run.levels[-1] + grown[0], run.mean, 1.0
    if not logs:
        scale = level = max(level, _LEAST_LEVEL)
        level, mean = log(level), log(max(mean, _LEAST_LEVEL))
    noise, doubt = run.noise / scale**2, run.doubt / scale**2
    walk = belief.walk * noise
    if not belief.back:
        grown_for = float(len(run.levels)) if belief.grows else 0.0
        return Course(
            weight, level, doubt, walk, growth=grown[1] / scale, growth_doubt=grown[2] / scale**2, grown_for=grown_for
        )
    many = len(run.levels)
    base = _BASE * (noise + walk / belief.back**2) / many
    wander = _WANDER * walk / (2 * belief.back) / (many + _WANDER_DAYS)
    return Course(weight, mean, base, walk, belief.back, level - mean, doubt, wander)


def _growth(row: Row) -> tuple[float, float]:
    """The straight growth a day over the row, and its variance; zeros for a short row."""
    if len(row.order) < GROWTH_LEAST_DAYS:
        return 0.0, 0.0
    middle, height = Row(row.order, row.order, row.weights).mean, row.mean
    rows = [(index - middle, value - height, weight) for index, value, weight in _zipped(row)]
    wide = sum(weight * far * far for far, _, weight in rows)
    slope = sum(weight * far * value for far, value, weight in rows) / wide
    missed = sum(weight * (value - slope * far) ** 2 for far, value, weight in rows)
    return max(-_STEEPEST, min(_STEEPEST, -slope)), max(1e-10, missed / (len(rows) - 2) / wide)


def _zipped(row: Row) -> Iterator[tuple[int, float, float]]:
    return zip(row.order, row.values, row.weights, strict=True)


def _run(row: Row, belief: Belief) -> _Run:
    """One filter through the days, oldest first, as if their noise were 1; the noise that fits them scales it after."""
    keep, rest, mean = exp(-belief.back), 0.0, 0.0
    if belief.back:
        mean, rest = row.mean, belief.walk / (1 - exp(-2 * belief.back))
        level, doubt = 0.0, rest
        levels, seen = [], [(row.order[0], row.values[0], row.weights[0]), *_zipped(row)]
    else:
        level, doubt = row.values[0], 1 / row.weights[0]
        levels, seen = [level], list(_zipped(row))
    squares = spans = 0.0
    gains = []
    for (former, _, _), (index, value, weight) in itertools.pairwise(seen):
        if rest:
            kept = keep ** (former - index)
            ahead, level = rest + (doubt - rest) * kept * kept, level * kept
        else:
            ahead = doubt + belief.walk * (former - index)
        gains.append(doubt / ahead)
        missed, expected = value - mean - level, ahead + 1 / weight
        squares += missed * missed / expected
        spans += log(expected)
        level += ahead / expected * missed
        doubt = ahead * (1 - ahead / expected)
        levels.append(level + mean)
    count = len(seen) - 1 + _NOISE_DAYS
    noise = max(_LEAST_NOISE, (squares + _NOISE_DAYS * _NOISE**2) / count)
    likely = -0.5 * (count * log(noise) + spans)
    return _Run(likely, noise, mean, doubt * noise, levels, gains[1:] if belief.back else gains)
