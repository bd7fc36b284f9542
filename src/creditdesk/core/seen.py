"""One request as the gateway saw it: who asked what, what was done with it, and what it cost. No key, no body."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from creditdesk.core.charges import Known


class Done(StrEnum):
    """What the gateway did with a request."""

    PASSED = "passed"
    WARNED = "warned"  # passed, and what is left does not cover it
    REFUSED = "refused"  # not sent: it could not be paid
    FAILED = "failed"  # not sent, or no whole answer came


@dataclass(frozen=True, slots=True)
class Seen:
    """One request. `account` and `token` are ids; `cost` is in the vendor's unit, None where nobody knows.

    `status` is the HTTP status that the script got, 0 where it got none; `known` says how the cost is known; `note`
    says in words what was amiss.
    """

    number: int
    at: datetime
    account: str
    token: str
    client: str
    operation: str
    done: Done
    status: int
    cost: Decimal | None = None
    note: str = ""
    known: Known | None = None
