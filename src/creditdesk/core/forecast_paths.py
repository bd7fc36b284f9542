"""Ways the use may go on from here, each made of whole earlier days; when what is left is used up on each of them.

The draws are the same every time: the same points give the same answer, and a quarter of an hour later nearly so.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import cycle
from math import ceil, erf, exp, inf, log, sqrt

from creditdesk.core.forecast_courses import Course
from creditdesk.core.forecast_pace import Pace
from creditdesk.core.spending import DAY_S, Day, Use

PATHS = 100
FARTHEST_DAYS = 1096
"""A pool that lasts longer has no run-out."""

MONTH_DAYS = 365.25 / 12

_STEPS = 45  # about so many draws a way
_FADES = (30.0, 100.0, 400.0)  # a growth fades in so many days, each on a third of the ways
_KNOTS = ((1, 1), (2, 1), (4, 2), (7, 3), (11, 4), (17, 6), (26, 9), (40, 14), (65, 25), (110, 45), (180, 160))
"""Until which step, and how many there are: how sure the pace is changes little between them; the last holds on."""

_MOST = 2.0  # a variance
_DRAWN = 9973
# chosen on simulated users that the backtest does not judge by (docs/forecast.md)
_IN_A_ROW = 0.5  # how often a day is followed by the one that followed it then
_JUMP, _JUMP_EVEN, _JUMP_DAYS = 2.6, 0.1, 18.0  # how often a pace changes for good: so often in all days seen and these
_JUMP_SIZE = 0.7


@dataclass(frozen=True, slots=True)
class Ways:
    """Everything that a way is made of. `until` is the end of the newest day, in the seconds of `use`.

    `planned` are known uses ahead: after how many days, and how much.
    """

    pace: Pace
    days: Sequence[Day]
    use: Use
    until: float
    planned: Sequence[tuple[float, float]] = ()


@dataclass(slots=True)
class Monthly:
    """What refills: `left` now, `limit` again after `reset_in` days and every month from then."""

    left: float
    limit: float
    reset_in: float


@dataclass(frozen=True, slots=True)
class _Steps:
    """A way's steps of `stride` days: how much is used at each, and how unsure that is, by course and fading.

    `sums` are what may be drawn: what so many days in a row, begun at any of the sources, amounted to. `planned` are
    the known uses by their step: at which share of it, and how much.
    """

    stride: int
    count: int
    sums: list[float]
    planned: Mapping[int, tuple[float, float]]
    made: dict[tuple[int, int], tuple[list[float], list[float]]] = field(default_factory=dict)


def ends(ways: Ways, left: float) -> list[float]:
    """After how many days `left` is used up, sorted, on each of PATHS ways; infinite for one that takes years."""
    steps = _steps(ways, left / ways.pace.a_day)
    return sorted(_end(ways, steps, left, path) for path in range(PATHS)) if steps else [inf] * PATHS


def ends_together(ways: Ways, prepaid: float, monthly: Sequence[Monthly]) -> list[float]:
    """The same, with allowances that are used before what is prepaid and come again every month."""
    steps = _steps(ways, (prepaid + sum(each.left for each in monthly)) / ways.pace.a_day)
    many = range(0, PATHS, 3)  # a way may go on for years
    return sorted(_end_together(ways, steps, path, prepaid, monthly) for path in many) if steps else [inf] * len(many)


def used_within(ways: Ways, days: float) -> list[float]:
    """How much is used within so many days, sorted, on each of PATHS ways."""
    steps = _steps(ways, min(days, FARTHEST_DAYS))
    return sorted(_used(ways, steps, days, path) for path in range(PATHS)) if steps else [0.0]


def _end(ways: Ways, steps: _Steps, left: float, path: int) -> float:
    stride = steps.stride
    for step, (amount, pick) in enumerate(_way(ways, steps, path)):
        at = 0.0
        if step in steps.planned:
            at, due = steps.planned[step]
            if left - at * amount <= due:
                before = amount * at >= left > 0
                return (step + (left / amount if before else at)) * stride
            left -= due
        if amount >= left and amount > 0:
            share = left / amount
            within = _within(ways, ways.pace.sources[pick][0], share) if stride == 1 else share
            return (step + max(at, within)) * stride
        left -= amount
    return inf


def _end_together(ways: Ways, steps: _Steps, path: int, prepaid: float, monthly: Sequence[Monthly]) -> float:
    lefts, resets = [each.left for each in monthly], [each.reset_in for each in monthly]
    there = prepaid + sum(lefts)
    for step, (amount, _) in enumerate(_way(ways, steps, path)):
        need = amount + (steps.planned[step][1] if step in steps.planned else 0.0)
        if need >= there and need > 0:
            return (step + there / need) * steps.stride
        there = 0.0
        for index, left in enumerate(lefts):
            lefts[index] = left - min(left, need)
            need -= min(left, need)
            if resets[index] <= (step + 1) * steps.stride:
                lefts[index] = monthly[index].limit
                resets[index] += MONTH_DAYS * max(1, ceil(steps.stride / MONTH_DAYS))
            there += lefts[index]
        prepaid -= need
        there += prepaid
    return inf


def _used(ways: Ways, steps: _Steps, days: float, path: int) -> float:
    used = 0.0
    for step, (amount, _) in enumerate(_way(ways, steps, path)):
        share = min(1.0, days / steps.stride - step)
        if share <= 0:
            break
        at, due = steps.planned.get(step, (0.0, 0.0))
        used += amount * share + (due if at < share else 0.0)
    return used


def _way(ways: Ways, steps: _Steps, path: int) -> Iterator[tuple[float, int]]:
    """What is used in each step of one way, and which of the sums was drawn."""
    pace, sums, draws, many = ways.pace, steps.sums, _draws(), len(steps.sums)
    course = bisect_left(pace.bounds, draws.which[path])
    standing, jump, by, again = _standing(pace, course, path)
    jump, again = int(jump / steps.stride), again * steps.stride
    begin = path * 677 % _DRAWN
    chances = draws.drawn[begin : begin + steps.count]
    others = draws.drawn[begin + steps.count : begin + 2 * steps.count] if again else chances
    spread, surprise, scale = -1.0, 1.0, many / (1 - _IN_A_ROW)
    pick = int(draws.firsts[path] * many) - 1
    chances[0] = 0.0
    sizes, spreads = _course_steps(pace, steps, course, path % 3)
    for step, (chance, size, unsure) in enumerate(zip(chances, sizes, spreads, strict=False)):
        pick = (pick + 1) % many if chance < _IN_A_ROW else int((chance - _IN_A_ROW) * scale)
        if unsure != spread:
            spread, surprise = unsure, exp(standing * unsure)
        amount = sums[pick] * surprise * size
        if step >= jump:
            amount *= by
        if again and others[step] < again:
            amount += pace.steps[int(others[step] / again * len(pace.steps))]
        yield amount, pick


def _standing(pace: Pace, course: int, path: int) -> tuple[float, float, float, float]:
    """Of one way: its standing among all, after how many days its pace jumps by what, and how often a step comes."""
    draws = _draws()
    normal = draws.normal[path]
    standing = max(-2.0, normal) + pace.lean * (1 + 2 * min(4.0, normal * normal))
    rate = (_JUMP if pace.courses[course].moves else _JUMP_EVEN) / (pace.days + _JUMP_DAYS)
    again = len(pace.steps) / max(7, pace.days)
    return standing, draws.waits[path] / rate, exp(_JUMP_SIZE * draws.sizes[path]), again


def _steps(ways: Ways, expected: float) -> _Steps | None:
    """The steps of a way that is expected to end after so many days; None for one that takes too many years."""
    if expected > 4 * FARTHEST_DAYS:
        return None
    stride = 7 * (1 + int(expected / _STEPS / 7)) if expected > _STEPS * 0.8 else 1
    planned: dict[int, tuple[float, float]] = {}
    for at, amount in ways.planned:
        step, share = divmod(max(0.0, at) / stride, 1)
        found = planned.get(int(step), (share, 0.0))
        planned[int(step)] = min(share, found[0]), found[1] + amount
    count = min(6 * _STEPS, 2 + int(1.5 * FARTHEST_DAYS / stride))
    return _Steps(stride, count, _sums(ways.pace, stride), planned)


def _course_steps(pace: Pace, steps: _Steps, number: int, fading: int) -> tuple[list[float], list[float]]:
    """How much a course uses at each step, relative to the sums, and how unsure the logarithm of that is."""
    course = pace.courses[number]
    key = number, fading if course.growth else 0
    if key not in steps.made:
        steps.made[key] = _laid_out(pace, course, steps, _FADES[key[1]])
    return steps.made[key]


def _laid_out(pace: Pace, course: Course, steps: _Steps, fade: float) -> tuple[list[float], list[float]]:
    stride, sizes, spreads = steps.stride, [], []
    before = passed = 0.0
    size = spread = 0.0
    for knot, many in _KNOTS:
        until = knot * stride
        whole = until * sqrt(min(_MOST, max(course.variance(until, fade), pace.least) + pace.extra))
        spread = (whole - passed) / (until - before)
        size = pace.mean * exp(max(-6.0, min(6.0, course.middle((until + before) / 2, fade))))
        before, passed = until, whole
        sizes += [size] * many
        spreads += [spread] * many
    if stride == 1:
        sizes = [each * factor for each, factor in zip(sizes, cycle(reversed(pace.week)), strict=False)]
    return sizes[: steps.count], spreads


def _sums(pace: Pace, stride: int) -> list[float]:
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


@dataclass(frozen=True, slots=True)
class _Draws:
    """What chance decides, the same every time: evenly spread numbers from 0 to 1, and five numbers for every way.

    Its standing among all (a standard normal value), its course (0 to 1), how long it waits for its jump (as a share of
    the usual wait), how far it jumps (normal), and which day comes first (0 to 1).
    """

    drawn: list[float]
    normal: list[float]
    which: list[float]
    waits: list[float]
    sizes: list[float]
    firsts: list[float]


@lru_cache(maxsize=1)
def _draws() -> _Draws:
    """By a linear congruential generator of 32 bits ("Numerical Recipes", ranqd1).

    The modules that could do it are slow to import, and their numbers might change with the version.
    """
    state, drawn = 20, []
    for _ in range(_DRAWN + 12 * _STEPS):
        state = (1664525 * state + 1013904223) % 2**32
        drawn.append(state / 2**32)
    return _Draws(
        drawn,
        [_quantile((path + 0.5) / PATHS) for path in range(PATHS)],
        _spread_out(0.5, 0.6180339887498949),
        [-log(1 - each) for each in _spread_out(0.3, 0.7548776662466927)],
        [_quantile(each) for each in _spread_out(0.1, 0.5698402909980532)],
        _spread_out(0.05, 0.4142135623730951),
    )


def _spread_out(begin: float, by: float) -> list[float]:
    """A number from 0 to 1 for every way, as even as can be: multiples of a number that is far from any fraction."""
    return [(begin + path * by) % 1.0 for path in range(PATHS)]


def _quantile(share: float) -> float:
    """The standard normal value that this share lies below."""
    low, high = -8.0, 8.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if (1 + erf(middle / sqrt(2))) / 2 < share else (low, middle)
    return high
