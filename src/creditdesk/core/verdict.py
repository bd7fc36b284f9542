"""The sizer's question and answer, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from creditdesk.core.offers import Operation


@dataclass(frozen=True, slots=True)
class Probed:
    """What a free question told of a list of `items`: how many of them are charged; the others cost the least."""

    items: int
    charged: int


@dataclass(frozen=True, slots=True)
class Learned:
    """What an import of `items` that ended at `at` really took.

    By pool id: the units for one item on one row (`each`), and that by what the price says at the most (`times`);
    `whole` is the latter of all pools together. `counts` False: the user wants the price to be counted all the same.
    `charged`: it was no import but the newest charges of the ledger, up to `at`.
    """

    items: int
    at: datetime
    each: Mapping[str, Decimal]
    times: Mapping[str, Decimal]
    whole: Decimal
    counts: bool = True
    charged: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One operation on every item of a list, done `times` times. `factors` are as the user gave them.

    `learned` is what it really took before: where that is more than the price says, it is what counts.
    """

    operation: Operation
    factors: Mapping[str, str] = field(default_factory=dict)
    times: int = 1
    probed: Probed | None = None
    learned: Learned | None = None


class VerdictKind(StrEnum):
    """Whether the vendor would take the import."""

    FITS = "fits"
    THIN = "thin"  # it is taken, but the reserve is touched or overage is billed
    REFUSED = "refused"
    UNKNOWN = "unknown"


class Why(StrEnum):
    """What a verdict that is not a plain fit hangs on."""

    NONE = ""
    RESERVE = "reserve"  # thin: less than the reserve stays
    OVERAGE = "overage"  # thin: the plan bills what is over
    SHORT = "short"  # refused: a pool does not hold the cost
    RANGE = "range"  # unknown: the lowest cost fits and the highest does not
    COST_UNKNOWN = "cost_unknown"  # unknown: the highest cost is not documented
    NO_PRICE = "no_price"  # unknown: no price holds under the account's settings
    FACTOR_MISSING = "factor_missing"  # unknown: a factor must be given
    NO_READING = "no_reading"  # unknown: none of the pools was ever read
    POOL_UNKNOWN = "pool_unknown"  # unknown: what the binding pool holds is not known
    NOT_CURRENT = "not_current"  # unknown: the reading is old, or the account was refused since
    PLAN_NOT_CHOSEN = "plan_not_chosen"  # unknown: it is over the limit, and some plans bill that


@dataclass(frozen=True, slots=True)
class Demand:
    """What an import needs of one pool, in its unit.

    `needs_high` None: not documented. `left` is the pool's own figure, negative ones too, None when unknown. `short` is
    what is missing for certain, against `needs_low`; 0 when nothing is.
    """

    pool: str
    label: str
    unit: str
    needs_low: Decimal
    needs_high: Decimal | None
    left: Decimal | None
    limit: Decimal | None
    short: Decimal


@dataclass(frozen=True, slots=True)
class Overage:
    """What a plan bills over its limit at the most: `amount` in the pool's unit, `money` None where unpriced."""

    amount: Decimal
    money: Decimal | None
    currency: str


@dataclass(frozen=True, slots=True)
class Observed:
    """What `pool` would need by the account's own use: `ratio` of its units are in use for each unit of `over`.

    `ratio` is rounded to four places, `needs` is up to a whole unit. It stands beside the documented price and decides
    nothing. `differs`: it is not what the price says.
    """

    pool: str
    ratio: Decimal
    needs: Decimal
    over: str = ""
    differs: bool = True


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a pool would need by what was learned (`needs`), beside what the price says at the most (`documented`).

    `each` is what one item on one row really took, `times` that by the price. It was learned from `items` items at
    `at` (`charged`: from charges up to then). Of pools that are emptied in turn `pool` is "". `counts` False: the user
    wants the price to be counted.
    """

    pool: str
    label: str
    unit: str
    documented: Decimal
    needs: Decimal
    each: Decimal | None
    times: Decimal
    items: int
    at: datetime
    counts: bool = True
    charged: bool = False

    @property
    def counted(self) -> bool:
        """Whether it is more than the price says, and the verdict stands on it."""
        return self.counts and self.needs > self.documented


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether `count` items would be taken, and what that hangs on.

    `binding_pool` is the pool that lets the fewest items in (of pools emptied in turn, the last), "" when none binds.
    `fits_items` is the largest number of items that the pools surely hold, without overage and before any reserve (the
    whole list where more items cost no more), None when it cannot be told. `assumptions` are plain sentences, those
    about the vendor with their date. `over_limit` names the pools (or families, `grant:*`) of which more is taken, or
    may be, than the account sends without asking. `lessons` are what earlier imports of these operations really took.
    """

    kind: VerdictKind
    demands: tuple[Demand, ...] = ()
    binding_pool: str = ""
    fits_items: int | None = None
    assumptions: tuple[str, ...] = ()
    why: Why = Why.NONE
    overage: Overage | None = None
    over_limit: tuple[str, ...] = ()
    observed: Observed | None = None
    lessons: tuple[Lesson, ...] = ()
