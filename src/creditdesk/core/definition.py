"""What a vendor's definition file says, as checked values. The file is read and checked by `providers.definitions`.

Expressions are JMESPath text (selection only), templates are text with `{name}` holes. Everything a vendor may change
carries `as_of` (a date) and `source` (where it was read).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from creditdesk.core.bulk import BulkRule, ProbeRule
from creditdesk.core.offers import Fact, Notice, Operation, Pack, Plan, holds
from creditdesk.core.pools import PoolKind
from creditdesk.core.requests import Auth, AuthKind, FailRule, RequestRule

__all__ = [
    "Amount",
    "Auth",
    "AuthKind",
    "Credential",
    "Definition",
    "FailRule",
    "Param",
    "PoolRule",
    "RequestRule",
    "When",
]


@dataclass(frozen=True, slots=True)
class Credential:
    """A value the user pastes. `pattern` is what the vendor's keys look like: a mismatch is a hint, not an error."""

    name: str
    label: str
    secret: bool = True
    pattern: str = ""
    hint: str = ""
    power: str = "normal"


@dataclass(frozen=True, slots=True)
class Param:
    """A plain setting of an account. `choices` of () means free text; `default` "" means not set."""

    name: str
    label: str
    default: str = ""
    choices: tuple[str, ...] = ()
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class When:
    """An instant in an answer (`at` with `format`) or a rule (`every` with `anchor` and `tz`)."""

    at: str = ""
    or_at: tuple[str, ...] = ()  # tried after `at`; the first that gives an instant counts
    format: str = "iso"
    every: str = ""
    anchor: str = "unknown"
    tz: str = "UTC"
    end_inclusive: bool = False
    assumed: bool = False
    day_param: str = ""


@dataclass(frozen=True, slots=True)
class Amount:
    """Where an amount stands: `path` selects one value, `total` a list to add up, `minus` two values to subtract.

    `any_of`: the places where it may stand, when the vendor does not document it; it may stand in none of them.
    """

    path: str = ""
    total: str = ""
    minus: tuple[str, str] | None = None
    any_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PoolRule:
    """How one pool, or one pool a row of `each`, is found in an answer; or (`typed`) typed by the user."""

    id: str
    label: str
    kind: PoolKind
    unit: str = ""
    unit_from: str = ""
    units: Mapping[str, str] = field(default_factory=dict)
    from_: str = ""
    each: str = ""
    where: str = ""
    key: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)
    limit: Amount | None = None
    used: Amount | None = None
    remaining: Amount | None = None
    amount: Amount | None = None  # the limit where `used` or `remaining` is found too, else what is left
    empty: str = ""  # why an answer without any row of `each` is refused; "" means it is not
    scale: Decimal = Decimal(1)
    group_sep: str = ""
    unlimited: tuple[Decimal, ...] = ()
    invalid: Mapping[str, object] = field(default_factory=dict)
    optional: bool = False
    typed: bool = False
    typed_limit: bool = False  # the user may type the limit too
    reset: When | None = None
    expires: When | None = None
    hide_when_zero: bool = False
    part_of: str = ""
    shared_by: str = ""  # name of the param whose value makes this pool one and the same across accounts
    inferred: bool = False
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Definition:
    """A vendor, whole. `drain` is the order in which its pools are emptied (ids, `x:*` for a family)."""

    id: str
    name: str
    fact: Fact
    category: str = ""
    homepage: str = ""
    docs: str = ""
    key_url: str = ""
    dashboard: str = ""
    grade: str = ""
    tried: bool = False
    notes: str = ""
    credentials: tuple[Credential, ...] = ()
    params: tuple[Param, ...] = ()
    requests: tuple[RequestRule, ...] = ()
    pools: tuple[PoolRule, ...] = ()
    plan_from: str = ""
    plan_names: Mapping[str, str] = field(default_factory=dict)
    key_expires: When | None = None  # an instant in an answer
    operations: tuple[Operation, ...] = ()
    plans: tuple[Plan, ...] = ()
    packs: tuple[Pack, ...] = ()
    notices: tuple[Notice, ...] = ()
    drain: tuple[str, ...] = ()
    total_label: str = ""  # the label of the tile that adds the drained pools up; "" means none
    bulks: tuple[BulkRule, ...] = ()
    probes: tuple[ProbeRule, ...] = ()

    @property
    def min_interval(self) -> int:
        """Seconds that must pass between two readings by themselves; never under 60."""
        return max([60, *(request.min_interval for request in self.requests)])

    @property
    def readable(self) -> bool:
        """Whether the vendor has an endpoint to read; otherwise balances are typed by hand."""
        return bool(self.requests)

    def operation(self, operation_id: str) -> Operation | None:
        """The operation with this id, or None."""
        return next((each for each in self.operations if each.id == operation_id), None)

    def bulk(self, operation_id: str) -> BulkRule | None:
        """How lists of this operation are sent, or None when the desk cannot send them."""
        return next((each for each in self.bulks if each.operation == operation_id), None)

    def probe(self, operation_id: str) -> ProbeRule | None:
        """The free question that tells what this operation would cost, or None."""
        return next((each for each in self.probes if each.operation == operation_id), None)

    def plan(self, settings: Mapping[str, str]) -> Plan | None:
        """The plan these settings choose, or None."""
        chosen = settings.get("plan", "")
        return next((plan for plan in self.plans if plan.id == chosen and holds(plan.when, settings)), None)

    def settings(self, chosen: Mapping[str, str]) -> dict[str, str]:
        """The defaults of all params with what the user chose over them."""
        return {**{param.name: param.default for param in self.params if param.default}, **chosen}
