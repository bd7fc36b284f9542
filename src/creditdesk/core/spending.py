"""How much of a pool was used when, from its points: a cumulative use over time, and the use of whole days.

Only falls are use. A stretch with a rise, a reset or another limit says nothing, and neither does one in which nothing
was left to be used; both count as time that was not observed.
"""

import itertools
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from creditdesk.core.series import Point

LOOK_BACK_DAYS = 60
DAY_S = 86400.0

_OLDEST_S = -LOOK_BACK_DAYS * DAY_S
_SAME = 1 + 1e-9  # a smaller rise is an inexact number and no top-up


@dataclass(frozen=True, slots=True)
class Step:
    """A single use of a pool, in its unit, that is known from elsewhere: an import that was sent, or is planned."""

    at: datetime
    pool: str
    amount: Decimal
    sent: bool = True


@dataclass(slots=True)
class Use:
    """Use over time. `at` ascends, in seconds before (below 0) the instant that it is told for.

    `used` is what was used up to each of them since the first, in the pool's unit, `seen` the seconds observed. `steps`
    are single known uses beside that.
    """

    at: list[float] = field(default_factory=list)
    used: list[float] = field(default_factory=list)
    seen: list[float] = field(default_factory=list)
    points: int = 0
    steps: list[float] = field(default_factory=list)

    def add(self, at: float, used: float, seen: float) -> None:
        """Another instant, not before the last one."""
        self.at.append(at)
        self.used.append(used)
        self.seen.append(seen)

    def by(self, at: float) -> tuple[float, float]:
        """What was used, and how many seconds were observed, up to an instant."""
        index = bisect_right(self.at, at)
        if index == 0:
            return 0.0, 0.0
        if index == len(self.at):
            return self.used[-1], self.seen[-1]
        begin = self.at[index - 1]
        share = (at - begin) / (self.at[index] - begin)
        used, seen = self.used[index - 1], self.seen[index - 1]
        return used + share * (self.used[index] - used), seen + share * (self.seen[index] - seen)


@dataclass(frozen=True, slots=True)
class Day:
    """24 hours: the use in them, the share of them that was observed, and the cumulative use at their beginning."""

    amount: float
    share: float
    before: float


def left_at(point: Point) -> Decimal | None:
    """What was left at a point, also where only limit and used are known."""
    if point.left is None and point.limit is not None and point.used is not None:
        return point.limit - point.used
    return point.left


def use_of(points: Iterable[Point], now: datetime, stands_in: bool = False, known: Sequence[Step] = ()) -> Use:
    """The use that these points show up to `now`. `stands_in`: while it is empty another pool is used, so 0 is 0.

    What emptied a pool may have wanted more than was there: it counts as the mean of the falls that were no smaller.
    `known` uses are no falls, but `steps` of the use; they may be charged up to a day late.
    """
    use, falls, cut = Use(), [], []
    total = watched = end = had = 0.0
    before: Point | None = None
    owed = _Owed(known, now)
    seen_at, used, seen = use.at.append, use.used.append, use.seen.append
    for point in points:
        first = point.first_seen
        begin = (first - now).total_seconds()
        if begin > 0:
            break
        last = begin if point.last_seen is first else min(0.0, (point.last_seen - now).total_seconds())
        left = point.left if point.left is not None else left_at(point)
        if left is None or last < _OLDEST_S:
            continue
        has = float(left)
        if has <= had * _SAME and begin >= end and (had > 0 or stands_in) and _same_window(before, point):
            fall = had - has if had > has else 0.0
            if known:
                fall -= owed.paid(use, begin, fall)
            falls.append(fall)
            if has <= 0 and not stands_in:
                cut.append((len(use.at), fall))
            total += fall
            watched += begin - end
        seen_at(begin)
        used(total)
        seen(watched)
        if last > begin:
            watched += last - begin if has > 0 or stands_in else 0.0
            use.add(last, total, watched)
        use.points += 1
        before, had, end = point, has, last
    for place, fall in cut:
        more = [each for each in falls if each >= fall]
        lacking = sum(more) / len(more) - fall
        use.used[place:] = [each + lacking for each in use.used[place:]]
    return use


class _Owed:
    """Known uses not seen as a fall yet: since when, how much, and the place of each among the steps of the use."""

    def __init__(self, known: Sequence[Step], now: datetime) -> None:
        self._ahead = sorted(((each.at - now).total_seconds(), float(each.amount)) for each in known if each.sent)
        self._owed: list[tuple[float, float, int]] = []

    def paid(self, use: Use, at: float, fall: float) -> float:
        """How much of a fall seen at an instant they are; the use learns how much of each was paid."""
        while self._ahead and self._ahead[0][0] < at:
            self._owed.append((*self._ahead.pop(0), len(use.steps)))
            use.steps.append(0.0)
        rest, kept = fall, []
        for begun, amount, place in self._owed:
            taken = min(rest, amount)
            rest -= taken
            use.steps[place] += taken
            if taken < amount and at - begun < DAY_S:
                kept.append((begun, amount - taken, place))
        self._owed = kept
        return fall - rest


def _same_window(before: Point | None, after: Point) -> bool:
    """Whether nothing but use can have changed what is left: no reset in between, and the same limit."""
    if before is None:
        return False
    resets = before.resets_at
    return before.limit == after.limit and (resets is None or resets > after.first_seen)


def together(uses: Sequence[Use]) -> Use:
    """The use of pools that stand in for one another: added up, over the time of the one observed the longest."""
    found = [use for use in uses if use.at]
    if len(found) < 2:
        return found[0] if found else Use()
    longest = max(found, key=lambda use: use.seen[-1])
    points, steps = max(use.points for use in found), [step for use in found for step in use.steps]
    if all(use.at == longest.at for use in found):  # they were read together, as pools of an account are
        used = [sum(row) for row in zip(*(use.used for use in found), strict=True)]
        return Use(longest.at, used, longest.seen, points, steps)
    at = sorted({instant for use in found for instant in use.at})
    used = [sum(use.by(instant)[0] for use in found) for instant in at]
    return Use(at, used, [longest.by(instant)[1] for instant in at], points, steps)


def days_of(use: Use, until: float) -> list[Day]:
    """The days before `until` (seconds, as in the use), the newest first, back to the first that was observed."""
    if not use.at:
        return []
    edges = [use.by(until)]
    count = min(LOOK_BACK_DAYS, int(-(-(until - use.at[0]) // DAY_S)))
    edges += [use.by(until - DAY_S * (index + 1)) for index in range(count)]
    return [
        Day(max(0.0, used - before), (seen - watched) / DAY_S, before)
        for (used, seen), (before, watched) in itertools.pairwise(edges)
    ]
