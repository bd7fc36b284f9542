"""Whether a vendor would take an import: a price, a count of items and a snapshot in, a verdict out.

Pure and O(pools), never O(items): it is asked again at every key stroke.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal, localcontext

from creditdesk.core.amounts import EXACT, plain
from creditdesk.core.definition import Definition
from creditdesk.core.factors import FactorError, check_factors
from creditdesk.core.holdings import Holding, holdings
from creditdesk.core.offers import Operation, Plan, Price, holds
from creditdesk.core.pools import Snapshot, Source
from creditdesk.core.pricing import ZERO, Bill, bill
from creditdesk.core.verdict import Demand, Overage, Verdict, VerdictKind, Why

__all__ = ["Demand", "FactorError", "Overage", "Verdict", "VerdictKind", "Why", "check_factors", "size"]

_SOURCES = {
    Source.BY_HAND: "The balance was typed by hand.",
    Source.ESTIMATED: "The balance is an estimate.",
    Source.METERED: "The balance is counted from the vendor's own charges.",
}
_INFERRED = "Which figure of the answer is the balance was inferred, and is not confirmed yet."
_NOT_TYPED = "{label} was not typed and counts as empty."
_RESERVE = "{amount} {unit} of {label} are kept as a reserve."
_OVERAGE = "The plan {plan} bills what is over its limit at {price} {currency} each, as of {as_of} ({source})."
_OVERAGE_UNPRICED = "The plan {plan} bills what is over its limit; the price is not known ({source}, {as_of})."
_CHOOSE_PLAN = "Some plans of {vendor} bill what is over the limit instead of refusing: choose this account's plan."


@dataclass(frozen=True, slots=True)
class _Case:
    """One question to the sizer, with everything looked up."""

    definition: Definition
    bill: Bill
    price: Price
    count: int
    holdings: tuple[Holding, ...]
    settings: Mapping[str, str]
    reserve: Mapping[str, Decimal]
    snapshot: Snapshot | None = None
    low: Decimal = ZERO
    high: Decimal | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def each(self) -> bool:
        return self.price.draw == "each"

    @property
    def complete(self) -> bool:
        return bool(self.holdings) and all(holding.left is not None for holding in self.holdings)

    @property
    def room(self) -> Decimal | None:
        """The cost that the known pools hold; None when none is known."""
        known = [holding.available for holding in self.holdings if holding.left is not None]
        if not known:
            return None
        return min(known) if self.each else sum(known, ZERO)


def size(
    definition: Definition,
    operation: Operation,
    count: int,
    factors: Mapping[str, str],
    snapshot: Snapshot | None,
    settings: Mapping[str, str],
    reserve: Mapping[str, Decimal],
    now: datetime | None = None,
) -> Verdict:
    """Whether the vendor would take `count` items of `operation` with what `snapshot` holds.

    `factors` as the user gave them, `settings` the account's own, `reserve` amounts by pool id that are to stay.
    Packages that have expired at `now` (when absent: when the snapshot was true) count as gone. Exactly enough fits.
    FactorError for a factor that is not allowed, ValueError for a negative count.
    """
    if count < 0:
        raise ValueError("a count of items cannot be negative")
    with localcontext(EXACT):
        settings = definition.settings(settings)
        billed = bill(operation, check_factors(operation, factors), settings)
        if billed.price is None:
            return Verdict(VerdictKind.UNKNOWN, assumptions=billed.notes, why=Why.NO_PRICE)
        at = now or (snapshot.read_at if snapshot else None)
        price = billed.price if billed.price.pools else replace(billed.price, pools=definition.drain)
        found = holdings(definition, price, snapshot, at)
        case = _Case(definition, billed, price, count, found, settings, reserve, snapshot)
        return _judge(replace(case, low=billed.low(count), high=billed.high(count), notes=[*billed.notes]))


def _judge(case: _Case) -> Verdict:
    if not case.bill.free and case.count:
        case.notes.extend(_told(case))
    if case.low == 0 and case.high == 0:
        return _verdict(case, VerdictKind.FITS, Why.NONE)
    if case.bill.multiplier is None:
        return _verdict(case, VerdictKind.UNKNOWN, Why.FACTOR_MISSING if case.bill.missing else Why.COST_UNKNOWN)
    room = case.room
    if room is not None and case.high is not None and case.high <= room and (case.complete or not case.each):
        return _judge_fit(case)
    if case.complete or (case.each and room is not None and case.low > room):
        return _judge_shortage(case, room or ZERO)
    if case.high is None:
        return _verdict(case, VerdictKind.UNKNOWN, Why.COST_UNKNOWN)
    if all(holding.left is None for holding in case.holdings):
        return _verdict(case, VerdictKind.UNKNOWN, Why.NO_READING)
    unknown = next(holding.pool for holding in case.holdings if holding.left is None)
    return replace(_verdict(case, VerdictKind.UNKNOWN, Why.POOL_UNKNOWN), binding_pool=unknown)


def _judge_fit(case: _Case) -> Verdict:
    """The highest cost is covered: the rest is a matter of the reserve."""
    for demand in _demands(case):
        kept = case.reserve.get(demand.pool, ZERO)
        if demand.left is None or not demand.needs_high or demand.left - demand.needs_high >= kept:
            continue
        case.notes.append(_RESERVE.format(amount=plain(kept), unit=demand.unit, label=demand.label))
        return replace(_verdict(case, VerdictKind.THIN, Why.RESERVE), binding_pool=demand.pool)
    return _verdict(case, VerdictKind.FITS, Why.NONE)


def _judge_shortage(case: _Case, room: Decimal) -> Verdict:
    """What the pools hold is known, and the highest cost is more, or is not known."""
    refused = case.low > room
    if case.high is None and not refused:
        return _verdict(case, VerdictKind.UNKNOWN, Why.COST_UNKNOWN)
    plan = case.definition.plan(case.settings)
    binding = _binding(case)
    if plan is not None and plan.bills_overage and not case.each:
        case.notes.append(_overage_note(plan))
        if case.high is None:
            return replace(_verdict(case, VerdictKind.UNKNOWN, Why.COST_UNKNOWN), binding_pool=binding)
        verdict = _verdict(case, VerdictKind.THIN, Why.OVERAGE)
        return replace(verdict, binding_pool=binding, overage=_overage(plan, case.high - room))
    if not refused:
        return replace(_verdict(case, VerdictKind.UNKNOWN, Why.RANGE), binding_pool=binding)
    if plan is None and not case.each and _may_bill(case):
        case.notes.append(_CHOOSE_PLAN.format(vendor=case.definition.name))
        return replace(_verdict(case, VerdictKind.UNKNOWN, Why.PLAN_NOT_CHOSEN), binding_pool=binding)
    return replace(_verdict(case, VerdictKind.REFUSED, Why.SHORT), binding_pool=binding)


def _verdict(case: _Case, kind: VerdictKind, why: Why) -> Verdict:
    return Verdict(kind, _demands(case), "", _fits_items(case), tuple(dict.fromkeys(case.notes)), why)


def _fits_items(case: _Case) -> int | None:
    if case.bill.free or not case.count:
        return case.count
    if case.room is None or (case.each and not case.complete):
        return None
    return case.bill.most(case.room, case.count)


def _binding(case: _Case) -> str:
    known = [holding for holding in case.holdings if holding.left is not None]
    if not case.each:
        return known[-1].pool
    return min(known, key=lambda holding: holding.available).pool


def _demands(case: _Case) -> tuple[Demand, ...]:
    """What each pool must give. Emptied in turn: all it has, and the last (or the first unknown one) the rest."""
    if case.each:
        return tuple(_demand(holding, case.low, case.high) for holding in case.holdings)
    open_end = next((holding for holding in case.holdings if holding.left is None), None)
    open_end = open_end or (case.holdings[-1] if case.holdings else None)
    lows, highs = _split(case.low, case.holdings, open_end), _split(case.high, case.holdings, open_end)
    return tuple(_demand(holding, lows[i] or ZERO, highs[i]) for i, holding in enumerate(case.holdings))


def _split(cost: Decimal | None, found: tuple[Holding, ...], open_end: Holding | None) -> list[Decimal | None]:
    if cost is None:
        return [None] * len(found)
    taken: list[Decimal | None] = []
    for holding in found:
        part = ZERO if holding is open_end else min(holding.available, cost)
        taken.append(part)
        cost -= part
    return [cost if holding is open_end else part for holding, part in zip(found, taken, strict=True)]


def _demand(holding: Holding, low: Decimal, high: Decimal | None) -> Demand:
    short = ZERO if holding.left is None or not low else max(ZERO, low - holding.left)
    return Demand(holding.pool, holding.label, holding.unit, low, high, holding.left, holding.limit, short)


def _told(case: _Case) -> list[str]:
    """How the amounts are known."""
    snapshot = case.snapshot
    if snapshot is None:
        return []
    notes = [_SOURCES[snapshot.source]] if snapshot.source in _SOURCES else []
    if snapshot.inferred:
        notes.append(_INFERRED)
    if snapshot.source in (Source.BY_HAND, Source.ESTIMATED) and not case.each:
        typed = {rule.id: rule.label for rule in case.definition.pools if rule.typed}
        absent = [pool for pool in case.price.pools if pool in typed and snapshot.pool(pool) is None]
        notes += [_NOT_TYPED.format(label=typed[pool]) for pool in absent if case.complete]
    return notes


def _may_bill(case: _Case) -> bool:
    return any(plan.bills_overage and holds(plan.when, case.settings) for plan in case.definition.plans)


def _overage(plan: Plan, amount: Decimal) -> Overage:
    return Overage(amount, None if plan.overage is None else amount * plan.overage, plan.currency)


def _overage_note(plan: Plan) -> str:
    wording = _OVERAGE_UNPRICED if plan.overage is None else _OVERAGE
    price = "" if plan.overage is None else plain(plan.overage)
    as_of = plan.fact.as_of.isoformat()
    return wording.format(plan=plan.label, price=price, currency=plan.currency, as_of=as_of, source=plan.fact.source)
