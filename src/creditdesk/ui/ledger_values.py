"""What the ledger page shows of one account, and what is typed into it."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from creditdesk.core.charges import Charge, Entry
from creditdesk.core.counted import Counted
from creditdesk.core.tallies import Foretold, Totals

Line = Charge | Entry
"""A row of the ledger."""


class Kind(StrEnum):
    """What a person types into the ledger."""

    BALANCE = "balance"
    TOP_UP = "top-up"
    GRANT = "grant"
    CHARGE = "charge"


@dataclass(frozen=True, slots=True)
class LedgerView:
    """An account's ledger. `lines` are newest first. `older`: there are charges before; `more`: to be asked for."""

    account: str
    counted: Counted
    lines: tuple[Line, ...] = ()
    unexplained: tuple[Charge, ...] = ()
    totals: Totals = field(default_factory=Totals)
    foretold: tuple[Foretold, ...] = ()
    older: bool = False
    more: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing was ever charged or typed."""
        return not self.lines


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed: so much of a pool, at an instant (UTC). A charge below 0 gives back; `expires_at` of a grant."""

    kind: Kind
    pool: str
    amount: Decimal
    at: datetime
    client: str = ""
    operation: str = ""
    note: str = ""
    expires_at: datetime | None = None
