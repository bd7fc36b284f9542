"""What was charged, added up by operation, day, client or token; and what prices foretold beside what was charged."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal, localcontext

from creditdesk.core.amounts import EXACT
from creditdesk.core.charges import Charge, ChargeState, Draw, Known
from creditdesk.core.verdict import Learned

ZERO = Decimal(0)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Tally:
    """So many charges of one kind that cost the same; `key` is what they are told apart by."""

    key: str
    state: ChargeState
    known: Known
    draws: tuple[Draw, ...] | None
    count: int


@dataclass(frozen=True, slots=True)
class Total:
    """What was charged under one name: so many requests, their cost, and of how many it is not known.

    `unexplained` is what certain points found beside the charges; it is in no request and not in `amount`.
    """

    key: str
    requests: int = 0
    amount: Decimal = ZERO
    unknown: int = 0
    unexplained: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Totals:
    """The same charges added up in four ways; `days` are UTC, as YYYY-MM-DD."""

    operations: tuple[Total, ...] = ()
    days: tuple[Total, ...] = ()
    clients: tuple[Total, ...] = ()
    tokens: tuple[Total, ...] = ()
    whole: Total = field(default_factory=lambda: Total(""))


@dataclass(frozen=True, slots=True)
class Foretold:
    """What the prices of an operation said before, beside what its newest charges came to; in units.

    `charges` are those of which both are known, `items` what they were for (None where any did not say).
    """

    operation: str
    charges: int
    items: int | None
    expected: Decimal
    charged: Decimal
    at: datetime

    @property
    def off(self) -> Decimal:
        """By how much more was charged than foretold; below 0: less."""
        return EXACT.subtract(self.charged, self.expected)


def lesson(told: Foretold) -> Learned | None:
    """What the charges of an operation teach the sizer; None where the price said that they cost nothing."""
    if not told.expected or told.charged < 0:
        return None
    return Learned(told.items or told.charges, told.at, {}, {}, told.charged / told.expected, charged=True)


def newest_lessons(imports: Mapping[str, Learned | None], told: Iterable[Foretold]) -> dict[str, Learned]:
    """By operation, what its last import or its newest charges teach, whichever is newer."""
    found = {operation: each for operation, each in imports.items() if each is not None}
    for each in told:
        of_charges, of_import = lesson(each), found.get(each.operation)
        if of_charges is not None and (of_import is None or of_charges.at > of_import.at):
            found[each.operation] = of_charges
    return found


def cost(draws: Iterable[Draw]) -> Decimal:
    """All draws together."""
    with localcontext(EXACT):
        return sum((draw.amount for draw in draws), ZERO)


def added_up(tallies: Iterable[Tally]) -> tuple[Total, ...]:
    """Totals by key, in the order of the keys."""
    found: dict[str, Total] = {}
    with localcontext(EXACT):
        for each in tallies:
            so_far = found.get(each.key, Total(each.key))
            amount = cost(each.draws or ()) * each.count
            if each.known is Known.UNEXPLAINED:
                more = Total(each.key, so_far.requests, so_far.amount, so_far.unknown, so_far.unexplained + amount)
            else:
                unknown = so_far.unknown + (each.count if each.draws is None else 0)
                requests = so_far.requests + each.count
                more = Total(each.key, requests, so_far.amount + amount, unknown, so_far.unexplained)
            found[each.key] = more
    return tuple(found[key] for key in sorted(found))


def together(totals: Iterable[Total]) -> Total:
    """One total of them all."""
    rows = list(totals)
    with localcontext(EXACT):
        amount, unexplained = (sum(each, ZERO) for each in ([t.amount for t in rows], [t.unexplained for t in rows]))
    return Total("", sum(each.requests for each in rows), amount, sum(each.unknown for each in rows), unexplained)


def day_named(number: str) -> str:
    """The day of so many days since 1970, as YYYY-MM-DD."""
    return (_EPOCH + timedelta(days=int(number))).date().isoformat()


def foretold(charges: Sequence[Charge]) -> Foretold | None:
    """What these charges of one operation, the newest first, teach of its price; None where none of them tells."""
    known = [
        each
        for each in charges
        if each.state is ChargeState.BOOKED
        and each.known is Known.REPORTED
        and each.expected is not None
        and each.draws is not None
        and (each.draws or not each.job)  # a job is told more than once
    ]
    if not known:
        return None
    items = [each.items for each in known]
    with localcontext(EXACT):
        expected = sum((each.expected or ZERO for each in known), ZERO)
        charged = sum((cost(each.draws or ()) for each in known), ZERO)
    counted = None if None in items else sum(each or 0 for each in items)
    return Foretold(known[0].operation, len(known), counted, expected, charged, known[0].at)
