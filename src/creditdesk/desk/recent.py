"""An account's last weeks in memory: enough for a forecast and a sparkline, and little enough for months.

A reading that says the same as the one before touches a few words here, whatever the number of points: they lie far
apart in memory, and going through them for every reading costs more than asking the vendor.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from creditdesk.core.definition import Definition
from creditdesk.core.pools import Pool, PoolKind, Snapshot
from creditdesk.core.series import Point, Series
from creditdesk.core.spending import left_at
from creditdesk.core.stock import is_top_up

LOOK_BACK = timedelta(days=60)
SPARK_POINTS = 40
DENSE = timedelta(days=2)
SPARSE = timedelta(hours=1)
THIN_AGAIN = 256
PREPAID = (PoolKind.WALLET, PoolKind.PACKAGE)

Spark = tuple[tuple[datetime, Decimal], ...]


@dataclass(slots=True, eq=False)
class _Line:
    """One pool's points, oldest first. Of the newest one, `last_seen` and `resets_at` are kept here and not in it."""

    label: str
    kind: PoolKind
    unit: str
    points: list[Point]
    last_seen: datetime
    resets_at: datetime | None
    spark: Spark | None = None  # None until it is needed

    def whole(self) -> tuple[Point, ...]:
        """All points, the newest one as it is now."""
        newest = replace(self.points[-1], last_seen=self.last_seen, resets_at=self.resets_at)
        return (*self.points[:-1], newest)

    def is_same(self, pool: Pool) -> bool:
        """Whether the pool's amounts are those of the newest point."""
        last = self.points[-1]
        return last.left == pool.left and last.limit == pool.limit and last.used == pool.used

    def hold(self, at: datetime, resets_at: datetime | None) -> None:
        """The newest point still holds."""
        self.last_seen, self.resets_at = at, resets_at
        if self.spark and self.points[-1].left is not None:
            self.spark = (*self.spark[:-1], (at, self.spark[-1][1]))

    def add(self, point: Point) -> None:
        """Another point follows."""
        self.points[-1] = replace(self.points[-1], last_seen=self.last_seen, resets_at=self.resets_at)
        self.points.append(point)
        self.last_seen, self.resets_at, self.spark = point.last_seen, point.resets_at, None
        if len(self.points) % THIN_AGAIN == 0:
            self.points = list(thinned(self.points))

    def few(self) -> Spark:
        """A few recent (instant, left), the newest among them; a pool of thousands of points is not gone through."""
        if self.spark is None:
            step = -(-len(self.points) // SPARK_POINTS)
            chosen = self.points[::-step][::-1]
            pairs = [(point.last_seen, point.left) for point in chosen[:-1]]
            pairs.append((self.last_seen, chosen[-1].left))
            self.spark = tuple((at, left) for at, left in pairs if left is not None)
        return self.spark


class Recent:
    """What was lately left of an account's pools. `topped_up` says when a prepaid one, by its id, last rose."""

    __slots__ = ("_lines", "topped_up")

    def __init__(self, series: Iterable[Series]) -> None:
        self._lines: dict[str, _Line] = {}
        self.topped_up: dict[str, datetime] = {}
        for each in series:
            points = thinned(each.points)
            if not points:
                continue
            last = points[-1]
            self._lines[each.pool] = _Line(
                each.label, each.kind, each.unit, list(points), last.last_seen, last.resets_at
            )
            if (at := _last_rise(each.kind, points)) is not None:
                self.topped_up[each.pool] = at

    def extend(self, snapshot: Snapshot) -> bool:
        """Take a good reading in; whether it is worth a new forecast at once, because little was known before."""
        return any([self._extend(pool, snapshot) for pool in snapshot.pools if pool.kind is not PoolKind.RATE])

    def series(self) -> tuple[Series, ...]:
        """All of it, as the forecast wants it."""
        return tuple(
            Series("", pool, line.label, line.kind, line.unit, line.whole()) for pool, line in self._lines.items()
        )

    def spark(self, definition: Definition) -> Spark:
        """A few recent (instant, left) of the account's first pool."""
        if not self._lines:
            return ()
        first = next((rule.id for rule in definition.pools if rule.id in self._lines), next(iter(self._lines)))
        return self._lines[first].few()

    def _extend(self, pool: Pool, snapshot: Snapshot) -> bool:
        at, line = snapshot.read_at, self._lines.get(pool.id)
        if line is None:
            point = _point(pool, snapshot)
            self._lines[pool.id] = _Line(pool.label, pool.kind, pool.unit, [point], at, pool.resets_at)
            return True
        line.label, line.kind, line.unit = pool.label, pool.kind, pool.unit
        if line.is_same(pool):
            line.hold(at, pool.resets_at)
            return False
        if pool.kind in PREPAID and _rose(line.points[-1].left, pool.left):
            self.topped_up[pool.id] = at
        line.add(_point(pool, snapshot))
        return len(line.points) <= SPARK_POINTS


def thinned(points: Sequence[Point]) -> tuple[Point, ...]:
    """The points of the last two days, and one an hour of those before, back to LOOK_BACK: memory has an end.

    What was used is told by the falls between points, so that none is lost by leaving out some in between; both ends
    of a rise stay, and what is unknown.
    """
    if len(points) < THIN_AGAIN:
        return tuple(points)
    newest = points[-1].last_seen
    kept = [points[0]]
    for point, after in pairwise(points[1:]):
        near = point.last_seen - kept[-1].last_seen < SPARSE and newest - point.last_seen > DENSE
        if not near or _rises(kept[-1], point) or _rises(point, after):
            kept.append(point)
    return tuple(point for point in (*kept, points[-1]) if newest - point.last_seen <= LOOK_BACK)


def _point(pool: Pool, snapshot: Snapshot) -> Point:
    at, amounts = snapshot.read_at, (pool.left, pool.limit, pool.used)
    return Point(at, at, *amounts, snapshot.source, pool.resets_at, pool.expires_at)


def _rises(before: Point, after: Point) -> bool:
    """Whether more is left than before, or that cannot be told."""
    had, has = left_at(before), left_at(after)
    return had is None or has is None or had < has


def _rose(had: Decimal | None, has: Decimal | None) -> bool:
    return had is not None and has is not None and is_top_up(had, has)


def _last_rise(kind: PoolKind, points: Sequence[Point]) -> datetime | None:
    """When what was prepaid last rose: a top-up."""
    if kind not in PREPAID:
        return None
    pairs = zip(reversed(points[:-1]), reversed(points), strict=False)
    return next((after.first_seen for before, after in pairs if _rose(before.left, after.left)), None)
