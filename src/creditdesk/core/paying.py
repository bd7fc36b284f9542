"""Paying for an import as the vendor would: part after part, out of pools that the parts share.

Pure; each payment costs O(parts x pools), never O(items).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal
from functools import partial

from creditdesk.core.holdings import Holding
from creditdesk.core.pricing import ZERO, Bill
from creditdesk.core.verdict import Learned

_NEAR = Decimal("1e-9")


@dataclass(frozen=True, slots=True)
class Charge:
    """One part of an import: its bill, the pools that pay it in their order, and those that pay whole items first."""

    bill: Bill
    pools: tuple[Holding, ...]
    covers: tuple[Holding, ...] = ()
    learned: Learned | None = None

    @property
    def each(self) -> bool:
        """Whether every pool pays the whole cost."""
        return self.bill.price is not None and self.bill.price.draw == "each"

    def really(self, count: int, pool: str = "") -> Decimal:
        """What `count` items take by what was learned, of a pool or ("") of all; 0 where that does not count."""
        return self.taught(count, pool) if self.learned and self.learned.counts else ZERO

    def taught(self, count: int, pool: str = "") -> Decimal:
        """The same, whether it counts or not; 0 where nothing was learned."""
        high = self.bill.high(count) if self.learned and not self.covers else None
        if high is None or self.learned is None:
            return ZERO
        times = self.learned.times.get(pool, ZERO) if pool else self.learned.whole
        return rounded_up(high * times, high)


def rounded_up(amount: Decimal, like: Decimal) -> Decimal:
    """Up to a whole unit where a price is in whole units; what a division left behind it is no part of a unit."""
    near = amount.quantize(_NEAR)
    return near.to_integral_value(ROUND_CEILING) if like == like.to_integral_value() else near


@dataclass(frozen=True, slots=True)
class Missing:
    """What a known pool did not hold. `each`: other pools pay the same, so that it cannot be billed as overage."""

    pool: str
    amount: Decimal
    each: bool


@dataclass(slots=True)
class Payment:
    """What each pool gave or would have to give, and what was missing.

    `open`: a pool that was never read would have to give; whether it can is not known.
    """

    taken: dict[str, Decimal] = field(default_factory=dict)
    missing: list[Missing] = field(default_factory=list)
    open: bool = False

    @property
    def sure(self) -> bool:
        """Whether what is known to be there pays for all of it."""
        return not self.missing and not self.open


@dataclass(slots=True)
class _Till:
    """Paying one import: what is left of each pool so far."""

    left: dict[str, Decimal]
    hopeful: bool
    paid: Payment = field(default_factory=Payment)

    def give(self, holding: Holding, amount: Decimal) -> None:
        self.paid.taken[holding.pool] = self.paid.taken.get(holding.pool, ZERO) + amount
        if holding.left is not None:
            self.left[holding.pool] = max(ZERO, self.left[holding.pool] - amount)

    def each(self, pools: Sequence[Holding], cost: Decimal, really: Callable[[str], Decimal]) -> None:
        """The whole cost from every pool; of one that really gives more than that, so much."""
        costs = {holding.pool: max(cost, really(holding.pool)) for holding in pools}
        known = [holding.pool for holding in pools if holding.left is not None]
        same = len(set(costs.values())) == 1
        # What lasts for the smallest part of it lets the fewest items in.
        tightest = min(known, key=lambda pool: self.left[pool] / (1 if same else costs[pool] or 1), default=None)
        if tightest is not None and costs[tightest] > self.left[tightest]:
            self.paid.missing.append(Missing(tightest, costs[tightest] - self.left[tightest], each=True))
        self.paid.open = self.paid.open or (bool(cost) and len(known) < max(1, len(pools)))
        for holding in pools:
            self.give(holding, costs[holding.pool])

    def drain(self, pools: Sequence[Holding], cost: Decimal) -> None:
        """One pool after the other; what none of them holds is asked of one never read, else of the last."""
        unread = next((holding for holding in pools if holding.left is None), None)
        for holding in pools:
            if holding.left is None and not self.hopeful:
                continue
            part = cost if holding.left is None else min(self.left[holding.pool], cost)
            self.give(holding, part)
            cost -= part
        if not cost:
            return
        if unread is not None or not pools:
            self.paid.open = True
        else:
            self.paid.missing.append(Missing(pools[-1].pool, cost, each=False))
        if pools:
            self.give(unread or pools[-1], cost)

    def cover(self, pools: Sequence[Holding], tasks: Decimal) -> Decimal:
        """How many tasks these pools do not pay, one unit a task."""
        for holding in pools:
            if holding.left is None:
                part = tasks if self.hopeful else ZERO
            else:
                part = min(self.left[holding.pool].to_integral_value(rounding="ROUND_FLOOR"), tasks)
            self.give(holding, part)
            tasks -= part
        return tasks


def pay(
    charges: Sequence[Charge], held: Mapping[str, Holding], count: int, high: bool, hopeful: bool = False
) -> Payment | None:
    """Pay for `count` items at the highest (`high`) or the lowest cost; None when the highest is not known.

    Pools that were never read hold nothing, or (`hopeful`) whatever is asked of them. What pays less, or asks for
    fewer items, never leaves any pool with less.
    """
    till = _Till({pool: holding.available for pool, holding in held.items()}, hopeful)
    for charge in charges:
        if charge.covers:
            tasks = till.cover(charge.covers, Decimal(count * charge.bill.times))
            cost = charge.bill.units(tasks, high)
        else:
            cost = charge.bill.high(count) if high else charge.bill.low(count)
        if cost is None:
            return None
        if charge.each:
            till.each(charge.pools, cost, partial(charge.really, count))
        else:
            till.drain(charge.pools, max(cost, charge.really(count)))
    return till.paid
