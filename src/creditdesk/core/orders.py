"""An order: the parts of an import with their bills and the pools that pay for them, all looked up once."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal, localcontext

from creditdesk.core.amounts import EXACT
from creditdesk.core.definition import Definition
from creditdesk.core.factors import check_factors
from creditdesk.core.holdings import Holding, covering, holdings
from creditdesk.core.paying import Charge, Payment, pay
from creditdesk.core.pools import Snapshot
from creditdesk.core.pricing import ZERO, bill
from creditdesk.core.verdict import Part

_ENDLESS = -1


class Order:
    """What an import asks for, and what there is to pay it with, for any number of items. Amounts are exact.

    `charges` has one entry a part, `paying` those that may cost something (all, where none does), `held` every pool
    that pays, in the order in which they give.
    """

    def __init__(
        self,
        definition: Definition,
        parts: Sequence[Part],
        snapshot: Snapshot | None,
        settings: Mapping[str, str],
        now: datetime | None = None,
    ) -> None:
        """Arguments as in `sizing.size_parts`. FactorError; ValueError for no parts and for less than one time."""
        if not parts or any(part.times < 1 for part in parts):
            raise ValueError("an import has at least one operation, done at least once")
        self.definition = definition
        self.parts = tuple(parts)
        self.snapshot = snapshot
        self.settings = definition.settings(settings)
        at = now or (snapshot.read_at if snapshot else None)
        with localcontext(EXACT):
            self.charges = tuple(self._charge(part, at) for part in self.parts)
        self.paying = tuple(each for each in self.charges if not each.bill.free) or self.charges
        self.held: dict[str, Holding] = {}
        for charge in self.paying:
            for holding in (*charge.covers, *charge.pools):
                self.held.setdefault(holding.pool, holding)
        self._largest: int | None = None
        self._looked = False

    @property
    def free(self) -> bool:
        """Whether all of it is known to cost nothing."""
        return all(charge.bill.free for charge in self.charges)

    @property
    def known(self) -> bool:
        """Whether every pool was read."""
        return bool(self.held) and all(holding.left is not None for holding in self.held.values())

    @property
    def in_turn(self) -> bool:
        """Whether the pools are emptied one after the other in one unit, so that what they hold adds up."""
        units = {holding.unit for holding in self.held.values()}
        return len(units) <= 1 and not any(charge.each or charge.covers for charge in self.paying)

    def pay(self, count: int, high: bool, hopeful: bool = False) -> Payment | None:
        """What the pools give for so many items; see `paying.pay`."""
        with localcontext(EXACT):
            return pay(self.paying, self.held, count, high, hopeful)

    def pays(self, count: int) -> bool:
        """Whether what is known to be there pays the highest cost of so many items; no reserve is kept."""
        paid = self.pay(count, high=True)
        return paid is not None and paid.sure

    def most(self, count: int) -> int | None:
        """The largest number of items that the pools surely pay, `count` where more cost no more; None: cannot tell."""
        if not self._looked:
            with localcontext(EXACT):
                self._largest, self._looked = self._find_largest(), True
        return count if self._largest == _ENDLESS else self._largest

    def _charge(self, part: Part, at: datetime | None) -> Charge:
        factors = check_factors(part.operation, part.factors)
        billed = bill(part.operation, factors, self.settings, part.times, part.probed)
        price = billed.price
        if price is None:
            return Charge(billed, (), learned=part.learned)
        price = price if price.pools else replace(price, pools=self.definition.drain)
        covers = covering(self.definition, price, self.snapshot, at)
        return Charge(billed, holdings(self.definition, price, self.snapshot, at), covers, part.learned)

    def _find_largest(self) -> int | None:
        """By halving, since the cost of more items never falls; with one part the first bound is the answer."""
        if any(_cannot_tell(charge) for charge in self.paying):
            return None
        first = self.pay(1, high=True)
        if first is None or not first.sure:
            return None if first is None else 0
        bounds = [bound for charge in self.paying if (bound := _bound(charge)) is not None]
        if not bounds:
            return _ENDLESS
        low, high = 1, max(1, min(bounds))
        middle = high
        while low < high:
            if self.pays(middle):
                low = middle
            else:
                high = middle - 1
            middle = (low + high + 1) // 2
        return low


def _cannot_tell(charge: Charge) -> bool:
    """Whether a pool that was never read has to pay for this part, whatever the others hold."""
    unread = [holding.left is None for holding in (*charge.covers, *charge.pools)]
    return any(unread) if charge.each else all(unread)


def _bound(charge: Charge) -> int | None:
    """More items than this the pools of a part do not pay, even if no other part drew on them; None: no end."""
    slope = charge.bill.slope
    if not slope:
        return None
    known = [holding.available for holding in charge.pools if holding.left is not None]
    room = min(known, default=ZERO) if charge.each else sum(known, ZERO)
    calls = sum((holding.available for holding in charge.covers), ZERO)
    probed = charge.bill.probed.items if charge.bill.probed else 0
    return int((room + _paid_by(charge, calls)) // slope) + probed


def _paid_by(charge: Charge, calls: Decimal) -> Decimal:
    """What so many calls of packages are worth at this part's highest price."""
    return charge.bill.units(calls, high=True) or ZERO
