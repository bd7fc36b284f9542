"""What was spent and what was typed in: the values of the ledger.

A charge is one request (or job) that cost credits, or may have: it is journalled before the
request is sent and settled after. An entry is what a person typed: a balance seen, a top-up
bought, a grant. Amounts are in the vendor's own unit of the pool; instants are aware, in UTC.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class Known(StrEnum):
    """How an amount is known."""

    REPORTED = "reported"  # the vendor said so in its answer
    PRICED = "priced"  # worked out from the definition's price
    TYPED = "typed"  # a person wrote it down
    IMPORTED = "imported"  # read from a file
    UNEXPLAINED = "unexplained"  # the difference found at a new certain point


class ChargeState(StrEnum):
    """How far a charge has come."""

    OPEN = "open"  # journalled, the answer is not known yet
    BOOKED = "booked"  # its draws are what it cost
    UNKNOWN = "unknown"  # it was sent, and nobody knows what it cost
    UNDONE = "undone"  # taken back; it counts for nothing


class EntryKind(StrEnum):
    """What a typed entry says."""

    BALANCE = "balance"  # this was left in the pool at that instant: a certain point
    TOP_UP = "top-up"  # so much was added and does not expire
    GRANT = "grant"  # so much was added until `expires_at`


@dataclass(frozen=True, slots=True)
class Draw:
    """One amount taken from one pool, or from several emptied one after the other.

    `pools` are ids in the order in which they are emptied; `()` is the vendor's own drain order.
    Two draws in a charge mean that each is paid by itself (rows and keywords).
    A negative amount gives back; only what is UNEXPLAINED or TYPED has one.
    """

    amount: Decimal
    pools: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Charge:
    """One request or job and what it cost.

    `draws` is None as long as the cost is not known, and `()` where it cost nothing.
    `expected` is what the price said before the request was sent, all draws together, in units.
    `job` names the vendor's job: an account is charged once for a job however often it is told.
    `client` and `token` are names, never secrets; `status` is the HTTP status of the answer. `at` is when
    the request began, `ended_at` when its cost was settled (the ledger notes that itself).
    """

    id: str
    account: str
    at: datetime
    operation: str = ""
    draws: tuple[Draw, ...] | None = None
    client: str = ""
    token: str = ""
    request_id: str = ""
    job: str = ""
    known: Known = Known.PRICED
    state: ChargeState = ChargeState.OPEN
    status: int | None = None
    items: int | None = None
    expected: Decimal | None = None
    note: str = ""
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A balance seen, a top-up bought or a grant, for one pool; `expires_at` is a grant's end.

    A balance that is REPORTED was read from the vendor, any other one was typed.
    """

    id: str
    account: str
    pool: str
    kind: EntryKind
    amount: Decimal
    at: datetime
    client: str = ""
    note: str = ""
    expires_at: datetime | None = None
    undone: bool = False
    known: Known = Known.TYPED
