"""What an operation really took at an account, learned from imports that were sent: a pilot, or earlier ones."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from creditdesk.core.sending import BatchState, Sending
from creditdesk.core.verdict import Learned, Part


def learned_by(sendings: Iterable[Sending], operation: str) -> Learned | None:
    """What the first of these imports (the newest first) that ended and was counted teaches of an operation.

    None where none of them tells anything: what came free meanwhile may make it less than nothing.
    """
    for each in sendings:
        if each.operation == operation and each.done and each.spent is not None:
            return _from(each)
    return None


def taught(parts: Iterable[Part], lessons: Mapping[str, Learned], by_price: bool = False) -> tuple[Part, ...]:
    """The parts, each with what is known of its operation; `by_price`: it is told, and the price counts."""
    found = []
    for part in parts:
        learned = lessons.get(part.operation.id)
        counts = learned.counts and not by_price if learned else False
        found.append(replace(part, learned=replace(learned, counts=counts) if learned else None))
    return tuple(found)


def _from(sending: Sending) -> Learned | None:
    accepted = sending.items_in(BatchState.ACCEPTED)
    at = sending.ended_at or sending.created_at
    each, times, lost, said = {}, {}, Decimal(0), Decimal(0)
    for pool, expected in sending.expected.items():
        spent = (sending.spent or {}).get(pool)
        if spent is None or spent < 0 or not expected or not accepted:
            continue
        price = expected * accepted / sending.count
        each[pool], times[pool] = spent / (accepted * max(len(sending.rows), 1)), spent / price
        lost, said = lost + spent, said + price
    return Learned(accepted, at, each, times, lost / said) if times else None
