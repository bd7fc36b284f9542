"""Whether a vendor would take an import: prices, a count of items and a snapshot in, a verdict out.

Pure and O(parts x pools), never O(items): it is asked again at every key stroke.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import ROUND_CEILING, Decimal, localcontext

from creditdesk.core.amounts import EXACT
from creditdesk.core.definition import Definition
from creditdesk.core.factors import FactorError, check_factors
from creditdesk.core.holdings import Holding
from creditdesk.core.offers import Operation, Plan, holds
from creditdesk.core.orders import Order
from creditdesk.core.paying import Payment
from creditdesk.core.pools import Snapshot
from creditdesk.core.pricing import ZERO
from creditdesk.core.sizing_lessons import learned_notes, lessons
from creditdesk.core.sizing_notes import choose_plan_note, how_known, overage_note, part_notes, reserve_note
from creditdesk.core.stock import matches
from creditdesk.core.verdict import Demand, Observed, Overage, Part, Probed, Verdict, VerdictKind, Why

__all__ = [
    "Demand",
    "FactorError",
    "Observed",
    "Overage",
    "Part",
    "Probed",
    "Verdict",
    "VerdictKind",
    "Why",
    "check_factors",
    "judge",
    "size",
    "size_parts",
]

_FOUR_PLACES = Decimal("0.0001")


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
    """Whether the vendor would take `count` items of one operation; the rest as in `size_parts`."""
    return size_parts(definition, [Part(operation, factors)], count, snapshot, settings, reserve, now)


def size_parts(
    definition: Definition,
    parts: Sequence[Part],
    count: int,
    snapshot: Snapshot | None,
    settings: Mapping[str, str],
    reserve: Mapping[str, Decimal],
    now: datetime | None = None,
    ask_over: Mapping[str, Decimal] | None = None,
) -> Verdict:
    """Whether the vendor would take all `parts`, in their order, on each of `count` items with what `snapshot` holds.

    `settings` are the account's own, `reserve` amounts by pool id that are to stay, `ask_over` amounts by pool id that
    one import takes without asking. Packages that have expired at `now` (when absent: when the snapshot was true) count
    as gone. Exactly enough fits. FactorError for a factor that is not allowed, ValueError for a negative count, for no
    parts and for less than one time.
    """
    return judge(Order(definition, parts, snapshot, settings, now), count, reserve, ask_over)


def judge(
    order: Order, count: int, reserve: Mapping[str, Decimal], ask_over: Mapping[str, Decimal] | None = None
) -> Verdict:
    """The verdict for so many items of an order; see `size_parts`."""
    if count < 0:
        raise ValueError("a count of items cannot be negative")
    with localcontext(EXACT):
        return _judged(_Case(order, count, reserve), ask_over or {})


@dataclass(slots=True)
class _Case:
    """One question to the sizer, with what the pools would pay."""

    order: Order
    count: int
    reserve: Mapping[str, Decimal]
    low: Payment = field(init=False)
    high: Payment | None = field(init=False)
    hopeful: Payment = field(init=False)  # the lowest cost, where pools that were never read give what is asked
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.low = self.order.pay(self.count, high=False) or Payment()
        self.high = self.order.pay(self.count, high=True)
        self.hopeful = self.low
        if not self.order.known:
            self.hopeful = self.order.pay(self.count, high=False, hopeful=True) or Payment()


def _judged(case: _Case, ask_over: Mapping[str, Decimal]) -> Verdict:
    order = case.order
    case.notes += part_notes(order)
    if case.count and not order.free and any(charge.bill.price for charge in order.charges):
        case.notes += [*how_known(order), *learned_notes(lessons(order, case.count))]
    found = _kind(case)
    demands = tuple(_demand(case, holding) for holding in order.held.values())
    return replace(
        found,
        demands=demands,
        fits_items=case.count if order.free or not case.count else order.most(case.count),
        assumptions=tuple(dict.fromkeys(case.notes)),
        over_limit=_over_limit(demands, ask_over),
        observed=_observed(order, demands),
        lessons=lessons(order, case.count),
    )


def _kind(case: _Case) -> Verdict:
    high, held = case.high, case.order.held.values()
    if high is not None and high.sure:
        return _fitting(case, high)
    if case.hopeful.missing or (high is not None and case.order.known):
        return _short(case)
    if high is None:
        return _unknown(_no_cost(case))
    if all(holding.left is None for holding in held):
        return _unknown(Why.NO_READING)
    return _unknown(Why.POOL_UNKNOWN, next(holding.pool for holding in held if holding.left is None))


def _unknown(why: Why, binding: str = "") -> Verdict:
    return Verdict(VerdictKind.UNKNOWN, why=why, binding_pool=binding)


def _no_cost(case: _Case) -> Why:
    bills = [charge.bill for charge in case.order.charges]
    if any(bill.missing for bill in bills):
        return Why.FACTOR_MISSING
    return Why.NO_PRICE if any(bill.price is None for bill in bills) else Why.COST_UNKNOWN


def _fitting(case: _Case, paid: Payment) -> Verdict:
    """The highest cost is covered: the rest is a matter of the reserve."""
    for holding in case.order.held.values():
        kept, taken = case.reserve.get(holding.pool, ZERO), paid.taken.get(holding.pool, ZERO)
        if holding.left is None or not taken or holding.left - taken >= kept:
            continue
        case.notes.append(reserve_note(holding, kept))
        return Verdict(VerdictKind.THIN, why=Why.RESERVE, binding_pool=holding.pool)
    return Verdict(VerdictKind.FITS)


def _short(case: _Case) -> Verdict:
    """What the pools hold is known, and the highest cost is more, or is not known and the lowest is more."""
    order, high = case.order, case.high
    refused = bool(case.hopeful.missing)
    binding = _binding(case)
    plan = order.definition.plan(order.settings)
    billable = not any(each.each for each in (*case.hopeful.missing, *(high.missing if high else ())))
    if plan is not None and plan.bills_overage and billable:
        case.notes.append(overage_note(plan))
        if high is None:
            return _unknown(_no_cost(case), binding)
        if high.open:
            return _unknown(Why.POOL_UNKNOWN, binding)
        over = _overage(plan, sum((each.amount for each in high.missing), ZERO))
        return Verdict(VerdictKind.THIN, why=Why.OVERAGE, binding_pool=binding, overage=over)
    if not refused:
        return _unknown(Why.RANGE, binding)
    if plan is None and billable and _may_bill(order):
        case.notes.append(choose_plan_note(order))
        return _unknown(Why.PLAN_NOT_CHOSEN, binding)
    return Verdict(VerdictKind.REFUSED, why=Why.SHORT, binding_pool=binding)


def _binding(case: _Case) -> str:
    """The pool that lets the fewest items in: of several parts the one that is short for one more than fits."""
    paid = case.hopeful if case.hopeful.missing else case.high or case.hopeful
    fits = case.order.most(case.count) if len(case.order.charges) > 1 else None
    if fits is not None and fits < case.count:
        tighter = case.order.pay(fits + 1, high=True)
        paid = tighter if tighter is not None and tighter.missing else paid
    return paid.missing[0].pool if paid.missing else ""


def _demand(case: _Case, holding: Holding) -> Demand:
    low = case.low.taken.get(holding.pool, ZERO)
    high = None if case.high is None else case.high.taken.get(holding.pool, ZERO)
    surely = case.hopeful.taken.get(holding.pool, ZERO)
    short = ZERO if holding.left is None or not surely else max(ZERO, surely - holding.left)
    return Demand(holding.pool, holding.label, holding.unit, low, high, holding.left, holding.limit, short)


def _may_bill(order: Order) -> bool:
    return any(plan.bills_overage and holds(plan.when, order.settings) for plan in order.definition.plans)


def _overage(plan: Plan, amount: Decimal) -> Overage:
    return Overage(amount, None if plan.overage is None else amount * plan.overage, plan.currency)


def _over_limit(demands: Sequence[Demand], ask_over: Mapping[str, Decimal]) -> tuple[str, ...]:
    """The pools and families of which more may be taken than is sent without asking; an unknown cost may be more."""
    found = []
    for pattern, limit in ask_over.items():
        highs = [demand.needs_high for demand in demands if matches(pattern, demand.pool)]
        total = sum((high for high in highs if high is not None), ZERO)
        if total > limit or (None in highs):
            found.append(pattern)
    return tuple(found)


def _observed(order: Order, demands: Sequence[Demand]) -> Observed | None:
    """What the account's own use says, where a price asks for it and both pools tell what is in use."""
    for charge in order.charges:
        named = charge.bill.price.observed if charge.bill.price else None
        if named is None or order.snapshot is None:
            continue
        pool, over = (order.snapshot.pool(each) for each in named)
        needs = {
            demand.pool: demand.needs_low if demand.needs_high is None else demand.needs_high for demand in demands
        }
        if pool is None or over is None or pool.used is None or not over.used or over.used < 0 or pool.used < 0:
            continue
        ratio = (pool.used / over.used).quantize(_FOUR_PLACES)
        exact = (needs.get(over.id, ZERO) * pool.used / over.used).to_integral_value(ROUND_CEILING)
        differs = exact != needs.get(pool.id, ZERO)
        return Observed(pool.id, ratio.normalize() + ZERO, exact, over.id, differs)
    return None
