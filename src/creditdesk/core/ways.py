"""Ways to make an import fit: what each adds now, leaves, costs in money, gives up; the least loss first."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class WayKind(StrEnum):
    """What a way does."""

    ALL = "all"  # send all of it
    PART = "part"  # send the first items that fit, keep the rest
    RESERVE = "reserve"  # send the part that leaves the reserve untouched
    LATER = "later"  # the part now, the rest after the reset
    FACTOR = "factor"  # a smaller factor: depth 100 -> 10
    ROW = "row"  # without one of the rows: a search engine
    FREE = "free"  # pause or delete rows that are there
    PACKS = "packs"  # buy packs
    PLAN = "plan"  # a larger plan
    PILOT = "pilot"  # a few items first


@dataclass(frozen=True, slots=True)
class Buy:
    """So many of a pack."""

    pack: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Way:
    """One way. `id` is stable: "part", "factor:depth=10", "row:2", "packs:shared", "plan:pro", "free", "pilot".

    `items` are sent now, `kept` stay for later. `added_now` is what that takes of the binding pool (`pool`, in its
    `unit`), `left_after` what that pool surely has afterwards, None when it cannot be told. `money` is the price of
    packs or the monthly price as far as it is known. `short` is what must come free or be added first.
    """

    id: str
    kind: WayKind
    items: int
    kept: int
    pool: str = ""
    unit: str = ""
    added_now: Decimal | None = None
    left_after: Decimal | None = None
    money: Decimal | None = None
    currency: str = ""
    url: str = ""
    at: datetime | None = None  # when the rest can go (LATER)
    factors: Mapping[str, str] = field(default_factory=dict)  # what changes: {"depth": "10"}
    row: int = -1  # the row left out (ROW), from 0
    short: Decimal = Decimal(0)  # FREE: how many rows must come free; PACKS, PLAN: how much is missing
    buys: tuple[Buy, ...] = ()
    label: str = ""  # the plan's name (PLAN), the factor's label (FACTOR)
    at_least: Decimal | None = None  # PLAN: the limit that is needed where no plan of the vendor is known
