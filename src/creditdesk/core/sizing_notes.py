"""What a verdict stands on, as plain sentences: the prices with their dates, how the balance is known, plans."""

from collections.abc import Sequence
from decimal import Decimal

from creditdesk.core.amounts import plain
from creditdesk.core.holdings import Holding
from creditdesk.core.offers import Plan
from creditdesk.core.orders import Order
from creditdesk.core.paying import Charge
from creditdesk.core.pools import Snapshot, Source
from creditdesk.core.verdict import Part

_SOURCES = {
    Source.BY_HAND: "The balance was typed by hand.",
    Source.ESTIMATED: "The balance is an estimate.",
    Source.METERED: "The balance is counted from the vendor's own charges.",
}
_INFERRED = "Which figure of the answer is the balance was inferred, and is not confirmed yet."
_NOT_TYPED = "{label} was not typed and counts as empty."
_RESERVE = "The reserve of {label} is {amount} {unit}."
_OVERAGE = "The plan {plan} bills what is over its limit at {price} {currency} each, as of {as_of} ({source})."
_OVERAGE_UNPRICED = "The plan {plan} bills what is over its limit; the price is not known ({source}, {as_of})."
_CHOOSE_PLAN = "Some plans of {vendor} bill what is over the limit instead of refusing: choose this account's plan."
_PROBED = "{charged} of {items} are charged, as the vendor itself answered."


def part_notes(order: Order) -> list[str]:
    """The assumptions behind each part's price; of several parts each says whose it is."""
    found = []
    for part, charge in zip(order.parts, order.charges, strict=True):
        notes = [*charge.bill.notes, *_probed(charge)]
        found += notes if len(order.parts) == 1 else [f"{_name(part)}: {note}" for note in notes]
    return found


def how_known(order: Order) -> list[str]:
    """How the amounts are known."""
    snapshot = order.snapshot
    if snapshot is None:
        return []
    notes = [_SOURCES[snapshot.source]] if snapshot.source in _SOURCES else []
    if snapshot.inferred:
        notes.append(_INFERRED)
    if snapshot.source in (Source.BY_HAND, Source.ESTIMATED) and order.known:
        notes += _not_typed(order, snapshot)
    return notes


def reserve_note(holding: Holding, kept: Decimal) -> str:
    """What is to stay of a pool."""
    return _RESERVE.format(amount=plain(kept), unit=holding.unit, label=holding.label)


def overage_note(plan: Plan) -> str:
    """What a plan bills over its limit."""
    wording = _OVERAGE_UNPRICED if plan.overage is None else _OVERAGE
    price = "" if plan.overage is None else plain(plan.overage)
    as_of = plan.fact.as_of.isoformat()
    return wording.format(plan=plan.label, price=price, currency=plan.currency, as_of=as_of, source=plan.fact.source)


def choose_plan_note(order: Order) -> str:
    """That the account's plan decides."""
    return _CHOOSE_PLAN.format(vendor=order.definition.name)


def _name(part: Part) -> str:
    return part.operation.label if part.times == 1 else f"{part.operation.label}, {part.times} times"


def _probed(charge: Charge) -> list[str]:
    probed = charge.bill.probed
    return [_PROBED.format(charged=probed.charged, items=probed.items)] if probed else []


def _not_typed(order: Order, snapshot: Snapshot) -> list[str]:
    """Pools that are emptied in turn, could have been typed, and were not."""
    typed = {rule.id: rule.label for rule in order.definition.pools if rule.typed}
    named = _named(order.charges, order.definition.drain)
    absent = [pool for pool in named if pool in typed and snapshot.pool(pool) is None]
    return [_NOT_TYPED.format(label=typed[pool]) for pool in absent]


def _named(charges: Sequence[Charge], drain: tuple[str, ...]) -> list[str]:
    found: dict[str, None] = {}
    for charge in charges:
        price = charge.bill.price
        if price is not None and not charge.each and not charge.bill.free:
            found.update(dict.fromkeys(price.pools or drain))
    return list(found)
