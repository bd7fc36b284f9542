"""Ways the use may go on from here, each made of whole earlier days; when what is left is used up on each of them.

The draws are the same every time: the same points give the same answer, and a quarter of an hour later nearly so.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import erf, exp, inf, sqrt

from creditdesk.core.forecast_pace import Pace
from creditdesk.core.spending import DAY_S, Day, Use

PATHS = 100
FARTHEST_DAYS = 1096
"""A pool that lasts longer has no run-out."""

_STEPS = 45  # about so many draws a way
_TENTH = 1.2816  # standard deviations between the middle and the outer tenth
_GROWS_DAYS = 20.0  # a trend fades so fast
_DRIFTS_ON = 3.0  # calibrated (bench/forecast.py): how much more a pace drifts than it did
_DRAWN = 9973
_IN_A_ROW = 0.6  # how often a day is followed by the one that followed it then


@dataclass(frozen=True, slots=True)
class Ways:
    """Everything that a way is made of. `until` is the end of the newest day, in the seconds of `use`."""

    pace: Pace
    days: Sequence[Day]
    use: Use
    until: float


@dataclass(frozen=True, slots=True)
class _Steps:
    """A way's steps of `stride` days: how unsure the pace is at each, how much is used, and what may be drawn."""

    stride: int
    spreads: list[float]
    sizes: list[float]
    sums: list[float]


def ends(ways: Ways, left: float) -> list[float]:
    """After how many days `left` is used up, sorted, on each of PATHS ways; infinite for one that takes years."""
    pace = ways.pace
    expected = left / pace.a_day
    if expected > 4 * FARTHEST_DAYS:
        return [inf] * PATHS
    steps = _steps(pace, expected)
    standing, _ = _draws()
    lean = [max(-2.0, each) + pace.lean * (1 + 2 * min(4.0, each * each)) for each in standing]
    return sorted(_end(ways, steps, left / pace.level, (path, lean[path])) for path in range(PATHS))


def _steps(pace: Pace, expected: float) -> _Steps:
    stride = 7 * (1 + int(expected / _STEPS / 7)) if expected > _STEPS * 0.8 else 1
    count = min(6 * _STEPS, 2 + int(1.5 * FARTHEST_DAYS / stride))
    middles = [(step + 0.5) * stride for step in range(count)]
    fading = [pace.trend[0] * _GROWS_DAYS * (1 - exp(-middle / _GROWS_DAYS)) for middle in middles]
    week = [pace.week[6 - step % 7] if stride == 1 else 1.0 for step in range(count)]
    sizes = [exp(grown) * factor for grown, factor in zip(fading, week, strict=True)]
    return _Steps(stride, [_spread(pace, middle) for middle in middles], sizes, _sums(pace, stride))


def _end(ways: Ways, steps: _Steps, left: float, way: tuple[int, float]) -> float:
    """After how many days one way, by its number and its standing among all of them, has used up what is left."""
    path, standing = way
    pace, drawn, sums = ways.pace, _draws()[1], steps.sums
    again = steps.stride / max(7, pace.days) if pace.step and path % 2 else 0.0  # half the time a step comes again
    turn, pick, many = path * 677, -1, len(steps.sums)
    for step, spread in enumerate(steps.spreads):
        turn += 1
        chance = drawn[turn % len(drawn)]
        if pick < 0:
            pick = int(chance * many)
        elif chance < _IN_A_ROW:
            pick = (pick + 1) % many
        else:
            pick = int((chance - _IN_A_ROW) / (1 - _IN_A_ROW) * many)
        amount = sums[pick] * exp(standing * spread) * steps.sizes[step]
        if again:
            turn += 1
            amount += pace.step if drawn[turn % len(drawn)] < again else 0.0
        if amount >= left and amount > 0:
            share = left / amount
            return (step + (_within(ways, pace.sources[pick][0], share) if steps.stride == 1 else share)) * steps.stride
        left -= amount
    return inf


def used_by(pace: Pace, days: float, tail: int) -> float:
    """What is used after so many days: `tail` 0 the middle, 1 the upper and -1 the lower end of 8 in 10."""
    if days <= 0:
        return 0.0
    vary = sum((times / pace.shown - 1) ** 2 for _, times in pace.sources) / len(pace.sources)
    grown = pace.trend[0] * _GROWS_DAYS * (1 - (1 - exp(-days / _GROWS_DAYS)) * _GROWS_DAYS / days)
    return pace.a_day * days * exp(grown + tail * _TENTH * sqrt(_spread(pace, days) ** 2 + vary / days))


def _spread(pace: Pace, days: float) -> float:
    """How unsure the mean pace over so many days is, relative to itself, what days differ by left out."""
    drift = _DRIFTS_ON * pace.drift * days / 3 + pace.trend[1] * min(days, _GROWS_DAYS) ** 2 / 4
    return sqrt(min(1.5, pace.doubt + drift + pace.noise / max(1.0, days)))


def _sums(pace: Pace, stride: int) -> list[float]:
    """What so many days in a row, begun at any of the sources, amounted to."""
    times = [each for _, each in pace.sources]
    if stride == 1:
        return times
    whole, rest = divmod(stride, len(times))
    total, twice = sum(times), times * 2
    return [whole * total + sum(twice[start : start + rest]) for start in range(len(times))]


def _within(ways: Ways, index: int, share: float) -> float:
    """Which part of an earlier day had gone when this share of its use was used."""
    day, use = ways.days[index], ways.use
    wanted = day.before + share * day.amount
    begin = ways.until - DAY_S * (index + 1)
    place = bisect_left(use.used, wanted)
    if place == 0 or place >= len(use.used):
        return share
    low, high = use.used[place - 1], use.used[place]
    part = (wanted - low) / (high - low) if high > low else 1.0
    at = use.at[place - 1] + part * (use.at[place] - use.at[place - 1])
    return min(1.0, max(0.0, (at - begin) / DAY_S))


@lru_cache(maxsize=1)
def _draws() -> tuple[list[float], list[float]]:
    """The standing of each way among all of them, and evenly spread numbers from 0 to 1.

    They are worked out here (a linear congruential generator of 32 bits, "Numerical Recipes", ranqd1): the modules that
    could do it are slow to import, and their numbers might change with the version.
    """
    state, drawn = 20, []
    for _ in range(_DRAWN):
        state = (1664525 * state + 1013904223) % 2**32
        drawn.append(state / 2**32)
    order = sorted(range(PATHS), key=lambda path: drawn[path])
    return [_quantile((path + 0.5) / PATHS) for path in order], drawn


def _quantile(share: float) -> float:
    """The standard normal value that this share lies below."""
    low, high = -8.0, 8.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if (1 + erf(middle / sqrt(2))) / 2 < share else (low, middle)
    return high
