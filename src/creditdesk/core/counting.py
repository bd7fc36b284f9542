"""What is left of an account's pools, counted: the last certain point, and what was added and charged since.

Exact, and the same whatever the order in which charges are told: they are counted in the order in which they began.
At one instant a reset comes first, then what was typed or read, then charges.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal, localcontext
from typing import NamedTuple

from creditdesk.core.amounts import EXACT
from creditdesk.core.charge_blocks import Block
from creditdesk.core.charges import Charge, ChargeState, Draw, Entry, EntryKind, Known
from creditdesk.core.counted import Certain, Counted, CountedPool, counted_pool
from creditdesk.core.counting_pools import ZERO, Held
from creditdesk.core.definition import Definition
from creditdesk.core.pools import Source
from creditdesk.core.stock import in_order, place, standing

__all__ = ["Certain", "Count", "Counted", "CountedPool", "Gap", "count"]

LOST_AFTER = timedelta(minutes=10)
"""A charge that is open for longer than this is counted as one whose cost is not known."""
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_REMEMBERED = 64


class Gap(NamedTuple):
    """At a certain point of a pool: by how much more was counted than was there, 0 too.

    `unknown` charges before it had a cost nobody knew: it is in there.
    """

    pool: str
    at: datetime
    amount: Decimal
    unknown: int


class Count:
    """Counts forward in time. `take` may be told a charge late, as long as `takes` it: nothing else happened since.

    `certain` names every pool of the account; one whose `left` is None was never said. `gaps` are what charges did not
    explain at each certain point after the first.
    """

    def __init__(self, definition: Definition, certain: Iterable[Certain], entries: Iterable[Entry] = ()) -> None:
        self._drain = definition.drain
        rules = {rule.id: rule for rule in definition.pools}
        told = list(certain)
        self._held = {each.pool.id: Held(each.pool, rules.get(each.pool.id)) for each in told}
        points: list[Certain | Entry] = [
            each for each in told if each.pool.left is not None or each.pool.used is not None
        ]
        ahead = [(each.at, number, each) for number, each in enumerate([*points, *entries])]
        self._ahead = sorted(ahead, key=lambda each: each[:2], reverse=True)
        self._next_end: datetime | None = _LONG_AGO  # nothing ends by itself before it
        self._edge: datetime | None = None  # a charge that began before it changes what was counted since
        self._last: datetime | None = None
        self._orders: dict[tuple[str, ...], list[Held]] = {}
        self._recent: list[tuple[datetime, list[tuple[Held, Decimal]]]] = []
        self._dry = False  # since the edge a draw was not paid whole by its first pool
        self._unplaced = ZERO
        self._metered = False
        self.gaps: list[Gap] = []

    @property
    def edge(self) -> datetime | None:
        """The last instant at which anything but a charge happened; None: nothing did."""
        return self._edge

    def takes(self, charge: Charge) -> bool:
        """Whether it can still be counted; else all of it must be counted anew."""
        if (self._edge is not None and charge.at < self._edge) or any(draw.amount < 0 for draw in charge.draws or ()):
            return False
        late = self._last is not None and charge.at < self._last
        ways = {*self._orders, *(draw.pools for draw in charge.draws or ())}
        return not late or len(ways) < 2 or (not self._dry and self._pay_first(charge.draws or ()))

    def take(self, charge: Charge) -> list[tuple[str, Decimal]]:
        """Count a charge that is not open; what it took of which pools.

        One found at a certain point, or undone, counts for nothing.
        """
        self.advance(charge.at)
        if charge.known is Known.UNEXPLAINED or charge.state is ChargeState.UNDONE:
            return []
        self._metered = True
        self._last = max(self._last or charge.at, charge.at)
        if charge.draws is None:
            self._unknown(1, charge.expected or ZERO)
            return []
        with localcontext(EXACT):
            taken = [each for draw in charge.draws for each in self._draw(draw)]
        if charge.ended_at is not None and charge.ended_at > charge.at and taken:
            if len(self._recent) >= _REMEMBERED:
                self._recent = [each for each in self._recent if each[0] > charge.at]
            self._recent.append((charge.ended_at, taken))
        return [(held.pool.id, amount) for held, amount in taken]

    def take_all(self, block: Block) -> bool:
        """Count all charges of a block at once; False where they are to be counted one by one."""
        self.advance(block.since)
        if block.last is None:
            return True
        ends = [end for held in self._held.values() if (end := held.ends_at) is not None]
        next_ = min([*ends, *(each[0] for each in self._ahead[-1:])], default=None)
        if next_ is not None and (next_ <= block.last or (block.ended is not None and next_ < block.ended)):
            return False
        with localcontext(EXACT):
            if block.mixed or not self._is_any_order(block.draws):
                return False
            self._metered = True
            self._last = max(self._last or block.last, block.last)
            if block.unknown:
                self._unknown(block.unknown, block.expected)
            for draw in block.draws:
                self._draw(draw)
        return True

    def advance(self, until: datetime) -> None:
        """Let happen what happens by itself up to and at an instant: resets, expiries, and what was typed or read."""
        with localcontext(EXACT):
            while self._ahead and self._ahead[-1][0] <= until:
                at, _, thing = self._ahead.pop()
                self._elapse(at)
                self._happen(at, thing)
            self._elapse(until)

    def counted(self, now: datetime, under_way: Sequence[Charge] = ()) -> Counted:
        """What is left at `now`; `under_way` are the charges that are open."""
        self.advance(now)
        lost = [charge for charge in under_way if charge.at < now - LOST_AFTER]
        with localcontext(EXACT):
            pools = tuple(counted_pool(held, lost, now) for held in self._held.values())
            reserved = sum((charge.expected or ZERO for charge in under_way), ZERO)
        seen = [self._last] if self._last else []
        at = max([*seen, *(each.certain_at for each in pools if each.certain_at)], default=now)
        metered = self._metered or bool(under_way)
        return Counted(min(at, now), pools, metered, len(under_way), reserved, self._unplaced)

    def _happen(self, at: datetime, thing: Certain | Entry) -> None:
        pool = thing.pool if isinstance(thing, Entry) else thing.pool.id
        held = self._held.get(pool)
        if held is None or (isinstance(thing, Entry) and thing.undone):
            return
        if isinstance(thing, Certain):
            self._gap(held, thing.pool.left, at)
            held.stands(thing.pool.left, at, thing.source)
        elif thing.kind is EntryKind.BALANCE:
            self._gap(held, thing.amount, at)
            held.stands(thing.amount, at, Source.LIVE if thing.known is Known.REPORTED else Source.BY_HAND)
        else:
            held.add(thing.amount, thing.expires_at if thing.kind is EntryKind.GRANT else None)
            self._metered = True
        self._boundary(at)
        self._last = max(self._last or at, at)

    def _gap(self, held: Held, left: Decimal | None, at: datetime) -> None:
        """Note what was counted beside what stands there from now on, where both are known."""
        had = held.left
        if had is not None and left is not None and held.certain_at is not None and not held.unsure:
            self.gaps.append(Gap(held.pool.id, at, had - left, held.unknown))

    def _elapse(self, until: datetime) -> None:
        """Resets and expiries up to an instant."""
        while self._next_end is not None and self._next_end <= until:
            ends = [(end, held) for held in self._held.values() if (end := held.ends_at) is not None]
            end, held = min(ends, key=lambda each: each[0], default=(None, None))
            self._next_end = end
            if end is None or held is None or end > until:
                return
            self._boundary(held.end(end, until))

    def _boundary(self, at: datetime) -> None:
        """Something else than a charge happened; charges under way then may be of before or of after."""
        self._edge = at if self._edge is None else max(self._edge, at)
        self._next_end = _LONG_AGO  # it is looked for anew
        self._orders.clear()
        self._dry = False
        self._recent = [each for each in self._recent if each[0] > at]
        begun = [held for held in self._held.values() if at in (held.certain_at, held.refilled_at)]
        for held in begun:  # anew, as several points may be of one instant
            held.doubt = sum((amount for _, taken in self._recent for each, amount in taken if each is held), ZERO)

    def _draw(self, draw: Draw) -> list[tuple[Held, Decimal]]:
        """Take an amount from pools one after the other. What none of them holds is owed by the last one."""
        order, rest = self._order(draw.pools), draw.amount
        if not order:
            self._unplaced += rest
            return []
        taken: list[tuple[Held, Decimal]] = []
        for number, held in enumerate(order):
            unknown, last = held.left is None, held is order[-1]
            part = rest if unknown or last or rest < 0 else min(rest, max(held.left or ZERO, ZERO))
            if part:
                self._charge(held, part, order)
                taken.append((held, part))
            rest -= part
            if unknown:  # it may have held less
                for after in order[number + 1 :]:
                    after.unsure = True
            if not rest:
                break
        first = order[0]
        self._dry = self._dry or len(taken) != 1 or taken[0][0] is not first or (first.left or ZERO) < 0
        return taken

    def _charge(self, held: Held, amount: Decimal, order: Sequence[Held]) -> None:
        held.take(amount)
        whole = self._held.get(held.pool.part_of)
        if whole is not None and whole not in order:
            whole.take(amount)

    def _unknown(self, number: int, expected: Decimal) -> None:
        for held in self._order(()) or self._held.values():
            held.unknown += number
            held.doubt += expected

    def _pay_first(self, draws: Iterable[Draw]) -> bool:
        """Whether the first pool of each draw holds enough for it now, as it then did before, too."""
        demands: dict[int, Decimal] = {}
        for draw in draws:
            first = next(iter(self._order(draw.pools)), None)
            if first is not None and first.left is not None:
                demands[id(first)] = EXACT.add(demands.get(id(first), ZERO), draw.amount)
                if first.left < demands[id(first)]:
                    return False
        return not any(held.pool.part_of for held in self._held.values())

    def _is_any_order(self, draws: Iterable[Draw]) -> bool:
        """Whether these draws come to the same in whatever order and parts they are taken, if nothing else happens.

        They do where all are paid by the same pools, or each whole by its first pool that holds anything.
        """
        paying, demands = list[list[Held]](), dict[int, Decimal]()
        for draw in draws:
            if order := self._order(draw.pools):
                paying.append([*(each for each in order[:-1] if each.left is None or each.left > 0), order[-1]])
                first = paying[-1][0]
                whole = self._held.get(first.pool.part_of)
                for each in {first} if whole is None or whole in order else {first, whole}:
                    demands[id(each)] = demands.get(id(each), ZERO) + draw.amount
        if all(each == paying[0] for each in paying):
            return True
        return all(len(each) == 1 or each[0].left is None or demands[id(each[0])] <= each[0].left for each in paying)

    def _order(self, pools: tuple[str, ...]) -> list[Held]:
        """The pools of a draw in the order in which they are emptied; of the vendor's own, none within another one."""
        found = self._orders.get(pools)
        if found is None:
            order = pools or self._drain
            there = [held.pool for held in self._held.values() if not held.gone]
            if not order:
                chosen = there if len(there) == 1 else []
            else:
                named = [pool for pool in there if place(order, pool.id) is not None]
                chosen = in_order(named if pools else standing(named, _LONG_AGO), order)
            found = self._orders[pools] = [self._held[pool.id] for pool in chosen]
        return found


def count(
    definition: Definition,
    certain: Iterable[Certain],
    entries: Iterable[Entry],
    charges: Iterable[Charge],
    now: datetime,
) -> Counted:
    """What is left of an account's pools at `now`.

    `certain` are its last readings, one of every pool, `entries` all that was typed, `charges` all since the earliest
    of both; in any order. A charge ahead of `now` (the clock went back) counts as of `now`; an entry ahead of it not
    yet.
    """
    counting = Count(definition, certain, entries)
    known = sorted((_not_ahead(each, now) for each in charges), key=lambda each: each.at)
    for charge in known:
        if charge.state is not ChargeState.OPEN:
            counting.take(charge)
    return counting.counted(now, [each for each in known if each.state is ChargeState.OPEN])


def _not_ahead(charge: Charge, now: datetime) -> Charge:
    return replace(charge, at=now) if charge.at > now else charge
