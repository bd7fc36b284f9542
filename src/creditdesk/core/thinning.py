"""Which points of a pool are kept as they grow old, and which uses of it are put together. Pure.

Every point is kept for 90 days, then what tells an hour, after 400 days what tells a day (of UTC).
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from creditdesk.core.amounts import EXACT
from creditdesk.core.series import Event, EventKind, Point

ALL_FOR = timedelta(days=90)
HOURLY_FOR = timedelta(days=400)
USES_FOR = timedelta(days=7)
"""The uses of a day are lines of their own, an hour each, for so long."""
GAP = timedelta(hours=1)
"""Points further apart than this have a gap between them, and a gap stays one."""
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Ages:
    """Up to which instants (UTC midnights) points are thinned out at `now`: to hours, and before `daily`, to days; and
    up to which uses are put together."""

    now: datetime
    hourly: datetime
    daily: datetime
    uses: datetime

    def bucket(self, at: datetime) -> datetime | None:
        """When the hour or the day of this instant ends, whichever counts at its age; None: all is kept."""
        if at >= self.hourly:
            return None
        width = _DAY if at < self.daily else _HOUR
        return _floor(at, width) + width


def ages(now: datetime) -> Ages:
    """The ages that count at this instant."""
    return Ages(now, _floor(now - ALL_FOR, _DAY), _floor(now - HOURLY_FOR, _DAY), _floor(now - USES_FOR, _DAY))


def thinned(points: Sequence[Point], marks: Collection[datetime], now: datetime) -> tuple[Point, ...]:
    """The points of a pool that are kept, oldest first as they are given.

    Of each hour or day the last point and the lowest; the first and the last of all; both sides of a gap, a rise, a
    change of limit or source, and of each of `marks` (resets and top-ups, by their instants). The time of a point that
    is dropped goes to the kept one before it. So the line is drawn over the same times, with the same rises, the same
    lowest values, and the same value at the end of each hour or day; thinned twice, it is as thinned once.
    """
    kept = _kept(points, frozenset(marks), ages(now))
    found: list[Point] = []
    for point, keep in zip(points, kept, strict=True):
        if keep:
            found.append(point)
        elif point.last_seen > found[-1].last_seen:
            found[-1] = replace(found[-1], last_seen=point.last_seen)
    return tuple(found)


def _kept(points: Sequence[Point], marks: frozenset[datetime], at: Ages) -> list[bool]:
    kept = [False] * len(points)
    lowest: int | None = None
    for place, point in enumerate(points):
        after = points[place + 1] if place + 1 < len(points) else None
        bucket = at.bucket(point.first_seen)
        if lowest is None or _value(point) < _value(points[lowest]):
            lowest = place
        ends = after is None or at.bucket(after.first_seen) != bucket
        kept[place] |= ends or bucket is None or place == 0 or point.first_seen in marks
        if ends:
            kept[lowest], lowest = True, None
        if after is not None and (after.first_seen in marks or _breaks(point, after)):
            kept[place] = kept[place + 1] = True
    return kept


def _breaks(before: Point, after: Point) -> bool:
    return (
        after.first_seen - before.last_seen > GAP
        or _value(after) > _value(before)
        or (before.left is None) != (after.left is None)
        or (before.limit, before.source) != (after.limit, after.source)
    )


def _value(point: Point) -> Decimal:
    """What falls as it is used: what is left, or where only the use is known, its negative."""
    if point.left is not None:
        return point.left
    return Decimal(0) if point.used is None else -point.used


def folds_days(at: datetime) -> bool:
    """Whether the uses of this day (of UTC) may become one line: not on the first and the last day of a month, so that
    the use of a month stays right in every zone."""
    return at.day > 1 and (at + _DAY).day != 1


def folded(uses: Iterable[Event]) -> tuple[Event, ...]:
    """The uses of one day, as one line a pool and sign: the last one, with all of their amounts.

    Given oldest first; those that are no uses, or have no amount or a detail, stay as they are.
    """
    found: dict[object, Event] = {}
    for event in uses:
        plain = event.kind is EventKind.USED and event.amount is not None and not event.detail
        key = (event.account, event.pool, event.unit, (event.amount or 0) < 0) if plain else event.id
        before = found.pop(key, None)
        sofar = before.amount if before is not None else None
        found[key] = event if sofar is None else replace(event, amount=EXACT.add(sofar, event.amount or Decimal(0)))
    return tuple(found.values())


def _floor(at: datetime, width: timedelta) -> datetime:
    return at - (at - _EPOCH) % width
