"""The pace at which a pool is used: what the week does to it, what is a step and no pace, and how it may go on.

Days are counted from the newest one back, so that a week's pattern needs no calendar and no time zone: day 0 and day 7
are the same day of the week.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import exp, log, sqrt

from creditdesk.core.forecast_courses import Course, Row, courses_of
from creditdesk.core.spending import Day

WEEKS_TO_LEARN = 3
STEP_SIZES = 6.0  # a lone day over so many standard deviations of the others is a step
STEP_TIMES = 3.0  # and over so many times their mean

_LEAST_SHARE = 0.25  # of a day, observed
_WHOLE_SHARE = 0.7
_LEAST_WEIGHT = 0.02
_WEEK_CHANCE = 2.8  # weekdays must differ so much more than chance alone makes them
_UNEVEN = 3.1  # days whose mean is so many times their geometric mean are not told by logarithms
_FEW = 0.35  # how much less is known where few days hold most of the use,
_VARY, _VARY_LOGS, _VARY_FEW = 1.3, 1.0, 6.0  # and where days differ much, the more the fewer they are
_HEAVY = 1.3  # logarithms tell little of days whose mean is so many times their level
_MOST_LEAN = 0.23


@dataclass(frozen=True, slots=True)
class Pace:
    """Use a day, and what is unsure about it.

    `mean` is the mean use a day in the pool's unit, to which everything else is relative; `courses` are the ways on.
    `sources` are earlier days (their number, and their use relative to the level then; their mean is `shown`), `week`
    the factors of the newest seven days. `steps` are single uses out of all proportion, in the pool's unit. `days` is
    how many were observed. A course's variance is at least `least`, and `extra` comes to it; `lean` is how much more
    likely a surprise is upwards.
    """

    mean: float
    shown: float
    courses: tuple[Course, ...]
    bounds: tuple[float, ...]  # the weights of the courses added up
    sources: tuple[tuple[int, float], ...]
    week: tuple[float, ...]
    steps: tuple[float, ...]
    days: int
    least: float
    extra: float
    lean: float

    @property
    def a_day(self) -> float:
        """The mean use a day now, steps that came more than once included."""
        often = sum(self.steps) / self.days if len(self.steps) > 1 else 0.0
        level = exp(sum(each.weight * (each.base + each.off) for each in self.courses))
        return self.mean * self.shown * level + often


def pace_of(days: Sequence[Day], steps: Sequence[float] = ()) -> Pace | None:
    """The pace that these days (the newest first) show beside single `steps`; None when nothing was used in them."""
    counted = [index for index, day in enumerate(days) if day.share >= _LEAST_SHARE]
    counted = counted or [index for index, day in enumerate(days) if day.share > 0]
    rates = {index: days[index].amount / days[index].share for index in counted}
    if sum(rates.values()) <= 0:
        return None
    lone = _lone(rates)
    steps = [*steps, rates.pop(lone)] if lone is not None else steps
    week = [max(_LEAST_WEIGHT, factor) for factor in _week(rates)]
    order = sorted(rates, reverse=True)
    row = Row(order, [rates[index] / week[index % 7] for index in order], [days[i].share * week[i % 7] for i in order])
    mean = row.mean
    row = Row(order, [value / mean for value in row.values], row.weights)
    courses, local, logs = _courses(row)
    sources = _sources(row, local, days, week)
    shown, vary, lean = _shape([times for _, times in sources])
    even = sum(row.values) ** 2 / max(1e-9, sum(value * value for value in row.values))  # days, if all were alike
    return Pace(
        mean=mean,
        shown=shown,
        courses=courses,
        bounds=(*accumulate(each.weight for each in courses[:-1]), 1.0),
        sources=tuple(sources),
        week=tuple(week),
        steps=tuple(steps),
        days=len(counted),
        least=(_VARY_LOGS if logs and shown < _HEAVY else _VARY + _VARY_FEW / even) * vary / len(order),
        extra=_FEW / even**2,
        lean=max(0.0, min(_MOST_LEAN, lean / 6 / sqrt(len(order)))),
    )


def _courses(row: Row) -> tuple[tuple[Course, ...], list[float], bool]:
    """The ways on, the level on each day relative to the mean, and whether that is by the days' logarithms.

    A burst does not bend those; they need use every day.
    """
    middle = sorted(row.values)[len(row.values) // 2]
    few = sum(value < 0.15 * middle for value in row.values)
    if middle > 0 and few <= 0.05 * len(row.values):
        logs = [log(max(value, 0.1 * middle)) for value in row.values]
        if -sum(logs) / len(logs) <= log(_UNEVEN):
            courses, local = courses_of(Row(row.order, logs, row.weights), logs=True)
            return courses, [exp(each) for each in local], True
    courses, local = courses_of(row, logs=False)
    return courses, [max(0.25, each) for each in local], False


def _shape(times: Sequence[float]) -> tuple[float, float, float]:
    """Mean, relative variance and skewness."""
    mean = sum(times) / len(times)
    vary = sum((each - mean) ** 2 for each in times) / len(times)
    skew = sum((each - mean) ** 3 for each in times) / len(times) / vary**1.5 if vary > 1e-6 * mean**2 else 0.0
    return mean, vary / mean**2, skew


def _sources(row: Row, local: Sequence[float], days: Sequence[Day], week: Sequence[float]) -> list[tuple[int, float]]:
    """Earlier days that the coming ones are drawn from: whole ones of the busier weekdays, where there are any."""
    found = list(zip(row.order, row.values, local, strict=True))
    least = max(week) / 2
    good = [each for each in found if week[each[0] % 7] >= least and days[each[0]].share >= _WHOLE_SHARE]
    chosen = good if any(value > 0 for _, value, _ in good) else found
    times = [value / there for _, value, there in chosen]
    mean, many = sum(times) / len(times), len(times)
    wider = sqrt((many + 1) / (many - 1)) if many > 1 else 1.0  # few days show less than they vary
    return [(each[0], max(0.0, mean + wider * (time - mean))) for each, time in zip(chosen, times, strict=True)]


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
