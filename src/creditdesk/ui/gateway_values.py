"""What the gateway page shows: how the gateway stands, the scripts with their tokens, and the way to each account."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from creditdesk.core.guard import Guard
from creditdesk.core.tallies import Total


class Phase(StrEnum):
    """How the gateway of this window stands."""

    OFF = "off"
    STARTING = "starting"
    ON = "on"
    STOPPING = "stopping"
    ELSEWHERE = "elsewhere"  # another process serves this folder
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Standing:
    """The gateway now. `url` ends with a slash; `usual`: it has its usual port; `problem` is a whole sentence."""

    phase: Phase = Phase.OFF
    url: str = ""
    usual: bool = True
    problem: str = ""

    @property
    def serves(self) -> bool:
        """Whether scripts can reach it."""
        return self.phase is Phase.ON


@dataclass(frozen=True, slots=True)
class Way:
    """An account that requests can pass to. `path` is what follows the gateway's URL, `vendor` what it replaces.

    `key` says in words where its vendor wants the key; `unit` is what it charges in.
    """

    account: str
    path: str
    vendor: str
    key: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Script:
    """A token and what came with it. Amounts are in the vendor's unit, by UTC day and month; a budget None: none.

    `refused` and `failed` count since the gateway of this window began.
    """

    id: str
    account: str
    client: str
    guard: Guard
    created_at: datetime
    used_at: datetime | None = None
    budget_day: Decimal | None = None
    budget_month: Decimal | None = None
    today: Total = field(default_factory=lambda: Total(""))
    month: Total = field(default_factory=lambda: Total(""))
    refused: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """A token that is to be made. `account` is an id; budgets are in the vendor's unit, None: none."""

    account: str
    client: str
    guard: Guard
    budget_day: Decimal | None = None
    budget_month: Decimal | None = None
