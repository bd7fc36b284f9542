"""One way to make an import fit, as a value, and the question it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from creditdesk.core.definition import Definition
from creditdesk.core.pools import Snapshot
from creditdesk.core.verdict import Part


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


class LossKind(StrEnum):
    """What is given up by a way. Money is not among it: the way tells it."""

    ITEMS = "items"  # so many items are not sent now
    TIME = "time"  # so many items wait until the reset
    FACTOR = "factor"  # the factor `name` becomes smaller
    ROW = "row"  # the row with this number, from 0, is left out
    TRACKED = "tracked"  # so many rows that are there now are paused or deleted
    RESERVE = "reserve"  # so much of the reserve of the pool `name` is used
    OVERAGE = "overage"  # so much more is billed by the plan, in the pool's unit


@dataclass(frozen=True, slots=True)
class Loss:
    """One thing that is given up; `was` and `becomes` are a factor's values."""

    kind: LossKind
    amount: Decimal = Decimal(0)
    name: str = ""
    was: str = ""
    becomes: str = ""


@dataclass(frozen=True, slots=True)
class Buy:
    """So many of a pack."""

    pack: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Way:
    """One way. `id` is stable: "part", "factor:depth=10", "row:2", "packs:shared", "plan:pro", "free", "pilot".

    `items` are sent now, `kept` are not. `added_now` is what that takes at the most of the binding pool (`pool`, in its
    `unit`), `added_low` at the least; `left_after` what that pool surely has afterwards; None when it cannot be told.
    Where pools are emptied in turn these are sums over all of them, and `pool` is "". `money` is the price of packs,
    the monthly price as far as it is one number, or the overage billed (ALL). `short` is what must come free or be
    added first. `part` is the place of the part whose factor changes (FACTOR, ROW), from 0.
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
    label: str = ""  # the plan's name (PLAN), the factor's label (FACTOR, ROW), the pool's (PACKS, LATER)
    at_least: Decimal | None = None  # PLAN: the first of `limits`, where no plan of the vendor is known
    added_low: Decimal | None = None
    part: int = 0
    price: str = ""  # PLAN: the vendor's own words, such as "EUR 99-149"
    limits: Mapping[str, Decimal] = field(default_factory=dict)  # PLAN: by pool, the limit that it needs, or gets
    then_items: int = 0  # LATER: how many of the rest fit at `at`
    then_left: Decimal | None = None  # LATER: what the pool called `label` holds at `at`
    assumed: bool = False  # LATER: part of the reset's rule is not documented
    gives_up: tuple[Loss, ...] = ()


@dataclass(frozen=True, slots=True)
class WayCase:
    """What was asked of the sizer; see `sizing.size_parts`.

    `rows` is the number of rows (search engines) that the user listed, which is a factor of one of the parts, 0 where
    none are listed. `trackable`: rows that are there can be paused or deleted.
    """

    definition: Definition
    parts: tuple[Part, ...]
    count: int
    snapshot: Snapshot | None
    settings: Mapping[str, str]
    reserve: Mapping[str, Decimal]
    now: datetime
    rows: int = 0
    trackable: bool = False
