"""A case of the ways, looked at once: its order, its verdict, and the figures that every way tells."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from creditdesk.core.orders import Order
from creditdesk.core.pools import Pool, PoolKind, Snapshot
from creditdesk.core.pricing import ZERO
from creditdesk.core.sizing import judge
from creditdesk.core.stock import left_of
from creditdesk.core.verdict import Demand, Part, Verdict, VerdictKind, Why
from creditdesk.core.way import Loss, Way, WayCase, WayKind

_GRADES = {VerdictKind.FITS: 3, VerdictKind.THIN: 2}


@dataclass(frozen=True, slots=True)
class Look:
    """A case with its order and verdict."""

    case: WayCase
    order: Order
    verdict: Verdict

    @property
    def fits(self) -> int | None:
        """How many of the items surely fit, the whole list at the most; None when it cannot be told."""
        most = self.verdict.fits_items
        return None if most is None else min(most, self.case.count)

    def judged(self, count: int) -> Verdict:
        """The verdict for so many of the items."""
        return judge(self.order, count, self.case.reserve)

    def with_parts(self, parts: tuple[Part, ...]) -> "Look":
        """The same with other parts."""
        return look(replace(self.case, parts=parts))

    def with_pools(self, added: Mapping[str, Decimal]) -> "Look":
        """The same with so much more in these pools, their limits too."""
        return look(replace(self.case, snapshot=raised(self.case.snapshot, added)))

    def kind_of(self, pool_id: str) -> PoolKind | None:
        """How a pool that is drawn on empties and fills."""
        pool = self.case.snapshot.pool(pool_id) if self.case.snapshot else None
        return pool.kind if pool else None

    def way(self, way_id: str, kind: WayKind, items: int, gives_up: Sequence[Loss] = ()) -> Way:
        """A way that sends the first `items`, with the figures of what that takes."""
        verdict = self.verdict if items == self.case.count else self.judged(items)
        pool, unit, sums = figures(self.order, verdict)
        return Way(
            way_id,
            kind,
            items,
            self.case.count - items,
            pool,
            unit,
            sums[1],
            sums[2],
            added_low=sums[0],
            gives_up=tuple(gives_up),
        )

    def reserve_used(self, verdict: Verdict) -> dict[str, Decimal]:
        """How much of each pool's reserve an import takes at the most."""
        used = {}
        for demand in verdict.demands:
            after = left_after(demand)
            kept = self.case.reserve.get(demand.pool, ZERO)
            if after is not None and demand.needs_high and after < kept:
                used[demand.pool] = kept - after
        return used


def look(case: WayCase) -> Look:
    """The case with its order and verdict."""
    order = Order(case.definition, case.parts, case.snapshot, case.settings, case.now)
    return Look(case, order, judge(order, case.count, case.reserve))


def taken(verdict: Verdict) -> bool:
    """Whether the vendor takes it."""
    return verdict.kind in _GRADES


def better(verdict: Verdict, than: Verdict) -> bool:
    """Whether a verdict on all items is a step forward: taken, and with less touched or billed."""
    return _grade(verdict) > _grade(than)


def _grade(verdict: Verdict) -> int:
    return _GRADES.get(verdict.kind, 0) - (verdict.why is Why.OVERAGE)


def left_after(demand: Demand) -> Decimal | None:
    """What a pool surely has afterwards; None when it cannot be told."""
    return None if demand.left is None or demand.needs_high is None else demand.left - demand.needs_high


Sums = tuple[Decimal | None, Decimal | None, Decimal | None]


def figures(order: Order, verdict: Verdict) -> tuple[str, str, Sums]:
    """(pool, unit, (needs at the least, at the most, left after)) of the binding pool, or of all emptied in turn."""
    demands = verdict.demands
    if not demands:
        return "", "", (None, None, None)
    if not order.in_turn or len(demands) == 1:
        chosen = binding(verdict, {holding.pool for charge in order.charges for holding in charge.covers})
        return chosen.pool, chosen.unit, (chosen.needs_low, chosen.needs_high, left_after(chosen))
    low = sum((demand.needs_low for demand in demands), ZERO)
    high = _sum([demand.needs_high for demand in demands])
    return "", demands[0].unit, (low, high, _sum([left_after(demand) for demand in demands]))


def binding(verdict: Verdict, covers: Collection[str] = ()) -> Demand:
    """The demand the verdict hangs on: that of the pool that binds, else of the one with the least left afterwards.

    Pools that pay whole items (`covers`) are named only where no other one pays.
    """
    named = next((demand for demand in verdict.demands if demand.pool == verdict.binding_pool), None)
    if named is not None:
        return named
    paying = [demand for demand in verdict.demands if demand.pool not in covers] or list(verdict.demands)
    known = [demand for demand in paying if left_after(demand) is not None and demand.needs_high]
    return min(known or paying, key=lambda demand: left_after(demand) or ZERO)


def raised(snapshot: Snapshot | None, added: Mapping[str, Decimal]) -> Snapshot | None:
    """The snapshot with so much more in these pools, as after a purchase."""
    if snapshot is None:
        return None
    return replace(snapshot, pools=tuple(_raised(pool, added.get(pool.id, ZERO)) for pool in snapshot.pools))


def refilled(snapshot: Snapshot, spent: Mapping[str, Decimal], at: datetime) -> Snapshot:
    """The snapshot as it will stand at `at`, when so much was spent before: what resets until then is full again."""
    pools = []
    for pool in snapshot.pools:
        left = left_of(pool)
        if pool.resets_at is not None and pool.resets_at <= at and pool.limit is not None:
            pools.append(replace(pool, left=pool.limit, used=ZERO, resets_at=None))
        else:
            pools.append(_raised(pool, -spent.get(pool.id, ZERO), limit=False) if left is not None else pool)
    return replace(snapshot, pools=tuple(pools))


def _raised(pool: Pool, more: Decimal, limit: bool = True) -> Pool:
    left = left_of(pool)
    if not more or left is None:
        return pool
    higher = pool.limit + more if limit and pool.limit is not None else pool.limit
    return replace(pool, left=left + more, limit=higher)


def _sum(amounts: Sequence[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, ZERO) if len(known) == len(amounts) else None
