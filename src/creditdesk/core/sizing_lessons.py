"""What earlier imports really took, beside what the price says of this one: as values and as plain sentences."""

from collections.abc import Iterable

from creditdesk.core.amounts import plain
from creditdesk.core.orders import Order
from creditdesk.core.paying import Charge
from creditdesk.core.verdict import Learned, Lesson

_TOOK = "{items} {how} {day} really took {times} times what the price says of {label}."
_COUNTED = _TOOK + (" So this import needs {needs}, where the price says {documented}; the verdict counts the higher.")
_LESS = _TOOK + " The verdict counts the price."
_PASSED = _TOOK + " The price counts, as you chose."


def lessons(order: Order, count: int) -> tuple[Lesson, ...]:
    """What is known of each part that was sent before, by pool."""
    found = []
    for charge in order.charges:
        if charge.learned is not None and count and not charge.covers:
            found += list(_of(charge, charge.learned, count))
    return tuple(found)


def _of(charge: Charge, learned: Learned, count: int) -> Iterable[Lesson]:
    high = charge.bill.high(count)
    if not high or not charge.pools:
        return
    told = (learned.items, learned.at, learned.counts, learned.charged)
    if not charge.each:
        first = charge.pools[0]
        yield Lesson("", first.label, first.unit, high, charge.taught(count), None, learned.whole, *told)
        return
    for pool in charge.pools:
        times = learned.times.get(pool.pool)
        if times is not None:
            needs = charge.taught(count, pool.pool)
            yield Lesson(pool.pool, pool.label, pool.unit, high, needs, learned.each.get(pool.pool), times, *told)


def learned_notes(found: Iterable[Lesson]) -> list[str]:
    """A sentence for each that says another thing than the price."""
    return [
        (_COUNTED if each.counted else _LESS if each.counts else _PASSED).format(
            items="1 item" if each.items == 1 else f"{each.items:,} items",
            how="charged up to" if each.charged else "sent on",
            day=each.at.date().isoformat(),
            times=plain(round(each.times, 2).normalize()),
            label=each.label,
            needs=f"{each.needs:,f}",
            documented=f"{each.documented:,f}",
        )
        for each in found
        if each.times != 1
    ]
