"""Many charges of an account, one after the other, as one: what a count and totals need of them, to the last digit."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal, localcontext

from creditdesk.core.amounts import EXACT
from creditdesk.core.charges import Charge, ChargeState, Draw, Known
from creditdesk.core.tallies import ZERO, Foretold, Total, Totals, cost, day_named, foretold, together

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
NEWEST = 1000
"""From so many charges of an operation (the newest, in whole blocks) it is learned what its price foretells."""


@dataclass(frozen=True, slots=True)
class Summed:
    """Charges of one operation, day (since 1970, UTC), client and token, added up as a `Total` is."""

    operation: str
    day: int
    client: str
    token: str
    requests: int = 0
    amount: Decimal = ZERO
    unknown: int = 0
    unexplained: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Block:
    """All charges of an account that began from `since` to before `until`: so many `rows`.

    `draws` is what those that count took together, one for each order of pools; `unknown` of them have a cost nobody
    knows, `expected` is what their prices said. `last` is when the last one of these began (None: none counts), `ended`
    when the last one of those that took anything was over. `mixed`: some gave back, so that they are to be told one by
    one. `sums` and `told` are for the totals, and hold all of them.
    """

    since: datetime
    until: datetime
    rows: int
    draws: tuple[Draw, ...] = ()
    unknown: int = 0
    expected: Decimal = ZERO
    last: datetime | None = None
    ended: datetime | None = None
    mixed: bool = False
    sums: tuple[Summed, ...] = ()
    told: tuple[Foretold, ...] = ()


def rolled(charges: Sequence[Charge], until: datetime) -> Block:
    """The block of these charges, the earliest first; at least one."""
    drawn: dict[tuple[str, ...], Decimal] = {}
    unknown, expected, mixed = 0, ZERO, False
    last = ended = None
    with localcontext(EXACT):
        for charge in charges:
            if charge.state is ChargeState.UNDONE or charge.state is ChargeState.OPEN or _is_unexplained(charge):
                continue
            last = charge.at
            if charge.draws is None:
                unknown += 1
                expected += charge.expected or ZERO
                continue
            for draw in charge.draws:
                drawn[draw.pools] = drawn.get(draw.pools, ZERO) + draw.amount
                mixed = mixed or draw.amount < 0
            if charge.draws and charge.ended_at is not None and (ended is None or charge.ended_at > ended):
                ended = charge.ended_at
        sums = _summed(charges)
    draws = tuple(Draw(amount, pools) for pools, amount in drawn.items())
    told = _told(charges)
    return Block(charges[0].at, until, len(charges), draws, unknown, expected, last, ended, mixed, sums, told)


def totals(blocks: Iterable[Block]) -> Totals:
    """All that these blocks hold, by operation, day, client and token."""
    found: dict[tuple[str, int, str, str], Summed] = {}
    with localcontext(EXACT):
        for block in blocks:
            for each in block.sums:
                key = (each.operation, each.day, each.client, each.token)
                before = found.get(key)
                found[key] = each if before is None else _both(before, each)
        rows = list(found.values())
        operations = _by(rows, lambda each: each.operation)
        days = _by(rows, lambda each: day_named(str(each.day)))
        clients, tokens = _by(rows, lambda each: each.client), _by(rows, lambda each: each.token)
    return Totals(operations, days, clients, tokens, together(operations))


def foretold_by(blocks: Sequence[Block]) -> tuple[Foretold, ...]:
    """What the newest charges of each operation teach of its price; `blocks` are the earliest first."""
    found: dict[str, Foretold] = {}
    for block in reversed(blocks):
        for each in block.told:
            newer = found.get(each.operation)
            if newer is None:
                found[each.operation] = each
            elif newer.charges < NEWEST:
                items = None if newer.items is None or each.items is None else newer.items + each.items
                found[each.operation] = replace(
                    newer,
                    charges=newer.charges + each.charges,
                    items=items,
                    expected=EXACT.add(newer.expected, each.expected),
                    charged=EXACT.add(newer.charged, each.charged),
                )
    return tuple(found[each] for each in sorted(found))


def _is_unexplained(charge: Charge) -> bool:
    return charge.known is Known.UNEXPLAINED


def _summed(charges: Iterable[Charge]) -> tuple[Summed, ...]:
    found: dict[tuple[str, int, str, str], list[int | Decimal]] = {}
    for each in charges:
        if each.state is ChargeState.UNDONE:
            continue
        key = (each.operation, (each.at - _EPOCH) // _DAY, each.client, each.token)
        so_far = found.setdefault(key, [0, ZERO, 0, ZERO])
        if each.known is Known.UNEXPLAINED:
            so_far[3] += cost(each.draws or ())
            continue
        so_far[0] += 1
        if each.draws is None:
            so_far[2] += 1
        for draw in each.draws or ():
            so_far[1] += draw.amount
    return tuple(
        Summed(*key, int(requests), Decimal(amount), int(unknown), Decimal(unexplained))
        for key, (requests, amount, unknown, unexplained) in found.items()
    )


def _told(charges: Sequence[Charge]) -> tuple[Foretold, ...]:
    foreseen: dict[str, list[Charge]] = {}
    for each in reversed(charges):
        if each.expected is not None and each.operation:
            foreseen.setdefault(each.operation, []).append(each)
    found = [foretold(each) for each in foreseen.values()]
    return tuple(each for each in found if each is not None)


def _both(one: Summed, other: Summed) -> Summed:
    amounts = (one.requests + other.requests, one.amount + other.amount, one.unknown + other.unknown)
    return Summed(one.operation, one.day, one.client, one.token, *amounts, one.unexplained + other.unexplained)


def _by(rows: Iterable[Summed], key: Callable[[Summed], str]) -> tuple[Total, ...]:
    found: dict[str, Total] = {}
    for each in rows:
        name = key(each)
        so_far = found.get(name, Total(name))
        amounts = (so_far.requests + each.requests, so_far.amount + each.amount, so_far.unknown + each.unknown)
        found[name] = Total(name, *amounts, so_far.unexplained + each.unexplained)
    return tuple(found[name] for name in sorted(found))
