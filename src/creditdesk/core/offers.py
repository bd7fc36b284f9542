"""What a vendor sells and charges for: operations with prices, plans, packs, and what the desk says about them.

Everything a vendor may change carries a `Fact`: when it was true and where it was read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Fact:
    """When something was true and where it was read."""

    as_of: date
    source: str


@dataclass(frozen=True, slots=True)
class Factor:
    """What multiplies an operation's price. `kind`: integer, decimal or choice. `default` "" means it must be given."""

    name: str
    label: str
    kind: str = "integer"
    default: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    choices: tuple[str, ...] = ()
    words: tuple[str, ...] = ()  # text values allowed beside numbers, such as "all"
    as_rows: bool = False  # the interface lets the user list rows (search engines); their count is the factor


@dataclass(frozen=True, slots=True)
class Step:
    """How a factor's value becomes a multiplier.

    `value`: the factor itself; `ceil`: divided by `per` and rounded up; `table`: looked up in `values`, with
    `capped` as the largest multiplier for numbers not listed. A value in `assumed_unless` is documented; others are
    multiplied all the same, and the assumption `why` is listed.
    """

    factor: str
    rule: str = "value"
    per: Decimal = Decimal(1)
    values: Mapping[str, Decimal] = field(default_factory=dict)
    capped: Decimal | None = None
    documented: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Price:
    """What one item costs. `low` and `high` per item (or per run) in the pool's unit; `high` None means not documented.

    `per`: "item"; "run" (once for the whole list); "item_or_run" (between once and once an item). `pools` lists the
    ids of pools (`package:*` matches a family). `draw`: "each" takes the whole cost from every pool; "drain" empties
    them in order. `covers` names pools that pay items first, one unit an item, the earliest expiry first; only what
    they do not pay costs money or credits. `observed` is (pool, over): what of `pool` is in use for each unit of
    `over` is told beside the price. `repeats` is what the price list says of repeated items: "once" (they count once),
    "each" (each counts), "" (nothing).
    """

    fact: Fact
    low: Decimal
    high: Decimal | None
    pools: tuple[str, ...] = ()
    draw: str = "drain"
    per: str = "item"
    steps: tuple[Step, ...] = ()
    minimum: Decimal = Decimal(0)
    when: Mapping[str, str] = field(default_factory=dict)
    assumptions: tuple[str, ...] = ()
    unknown: str = ""  # why the cost is not known, when it is not
    covers: tuple[str, ...] = ()
    observed: tuple[str, str] | None = None
    repeats: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """Something the vendor charges for, or lists as free (price 0). `item` names what a line of the list is."""

    id: str
    label: str
    item: str
    prices: tuple[Price, ...]
    factors: tuple[Factor, ...] = ()
    whole: bool = False  # a request fits entirely or is refused entirely
    most: int = 0  # items a request at the most, 0: not documented
    repeats: str = ""  # what is known of repeated items


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan of the vendor: limits it sets, what it costs, what happens over it.

    `when` restricts it (edition = pakistan). `limits` maps a pool id to its limit. `overage` is the price of one unit
    over the limit in `currency` when the vendor bills instead of refusing. `upgrade` is shown instead of balances.
    `unit_price` is what one unit inside the limit comes to, `valid_months` how long unused units stay (0: not told).
    """

    id: str
    label: str
    fact: Fact
    when: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, Decimal] = field(default_factory=dict)
    price: str = ""
    currency: str = ""
    overage: Decimal | None = None
    bills_overage: bool = False
    upgrade: str = ""
    upgrade_url: str = ""
    trial: bool = False
    unit_price: Decimal | None = None
    valid_months: int = 0
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Pack:
    """A one-time purchase that raises a pool."""

    id: str
    label: str
    pool: str
    amount: Decimal
    price: Decimal
    currency: str
    url: str
    fact: Fact


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the account says to its user while `when` holds; `set` is the setting its button changes."""

    text: str
    fact: Fact
    when: Mapping[str, str] = field(default_factory=dict)
    set: Mapping[str, str] = field(default_factory=dict)
    button: str = ""


def holds(when: Mapping[str, str], settings: Mapping[str, str]) -> bool:
    """Whether every setting named in `when` has that value. A value "a|b" allows either."""
    return all(settings.get(name, "") in value.split("|") for name, value in when.items())
