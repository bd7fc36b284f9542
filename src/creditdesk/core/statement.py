"""A month's statement: what each client used, and what is of no client, each with its reason.

All clients and what is of none add up to what was used, exactly. It is made by `statement_making`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, localcontext
from enum import StrEnum

from creditdesk.core.amounts import EXACT
from creditdesk.core.statement_prices import NoPrice, Rate


class Reason(StrEnum):
    """Why use is of no client."""

    NO_CLIENT = "no_client"  # its account has none
    REMOVED = "removed"  # its account was removed, and its client with it
    SHARED = "shared"  # its account is for one client, and imports for others were sent by it
    SHARED_POOL = "shared_pool"  # one pool at the vendor, held by accounts of different clients
    OVER = "over"  # below 0: the imports took more than the readings saw


@dataclass(frozen=True, slots=True)
class Line:
    """What a client ("": none, for `reason`) used of a pool. `accounts`: one, or all that share the pool.

    `money` is in `rate.currency`; None with a NoPrice as its rate. `typed`: it is known from typed balances.
    """

    client: str
    accounts: tuple[str, ...]
    pool: str
    label: str
    unit: str
    amount: Decimal
    rate: Rate | NoPrice
    reason: Reason | None = None
    typed: bool = False

    @property
    def money(self) -> Decimal | None:
        """What it comes to."""
        return self.rate.money(self.amount) if isinstance(self.rate, Rate) else None


@dataclass(frozen=True, slots=True)
class Imported:
    """An import: when it ended, its operation, where to, how many items arrived, and what it took (None: not known)."""

    client: str
    at: datetime
    account: str
    operation: str
    place: str
    items: int
    used: tuple[tuple[str, str, Decimal], ...] | None  # (label, unit, amount) of each pool


@dataclass(frozen=True, slots=True)
class ToppedUp:
    """A top-up, and its price where its amount is a pack's. It is told, not added: what is used of it is."""

    client: str
    at: datetime
    account: str
    label: str
    unit: str
    amount: Decimal
    rate: Rate | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """A month, of everybody or (`of`) of one client. `until` is not part of it; `so_far`: when it was made, if before.

    Instants are UTC; `zone` says which wall clock the month is by.
    """

    month: str
    since: datetime
    until: datetime
    zone: str = "UTC"
    so_far: datetime | None = None
    lines: tuple[Line, ...] = ()
    imports: tuple[Imported, ...] = ()
    top_ups: tuple[ToppedUp, ...] = ()

    @property
    def clients(self) -> tuple[str, ...]:
        """The clients in it, by name."""
        found = {each.client for each in self.lines}
        found |= {each.client for each in self.imports} | {each.client for each in self.top_ups}
        return tuple(sorted(found - {""}, key=lambda name: (name.casefold(), name)))

    def of(self, client: str) -> "Statement":
        """What is of this client, or ("") of none."""
        return replace(
            self,
            lines=tuple(each for each in self.lines if each.client == client),
            imports=tuple(each for each in self.imports if each.client == client),
            top_ups=tuple(each for each in self.top_ups if each.client == client),
        )

    @property
    def empty(self) -> bool:
        """Whether nothing was used, sent or topped up."""
        return not (self.lines or self.imports or self.top_ups)

    @property
    def units(self) -> dict[str, Decimal]:
        """What was used, by unit."""
        return added((each.unit, each.amount) for each in self.lines)

    @property
    def money(self) -> dict[str, Decimal]:
        """What it comes to, by currency: the sum of the lines' money."""
        rates = ((each.rate, each.amount) for each in self.lines)
        return added((rate.currency, rate.money(amount)) for rate, amount in rates if isinstance(rate, Rate))

    @property
    def unpriced(self) -> dict[str, Decimal]:
        """What was used without a known price, by unit."""
        return added((each.unit, each.amount) for each in self.lines if isinstance(each.rate, NoPrice))


def added(rows: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    """Exact sums by name, in the order of the names."""
    sums: dict[str, Decimal] = {}
    with localcontext(EXACT):
        for name, amount in rows:
            sums[name] = sums.get(name, Decimal(0)) + amount
    return {name: sums[name] for name in sorted(sums)}
