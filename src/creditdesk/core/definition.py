"""What a vendor's definition file says, as checked values. The file is read and checked by `providers.definitions`.

Expressions are JMESPath text (selection only), templates are text with `{name}` holes. Everything a vendor may change
carries `as_of` (a date) and `source` (where it was read).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from creditdesk.core.bulk import BulkRule, ProbeRule
from creditdesk.core.metering import GatewayRule
from creditdesk.core.offers import Fact, Notice, Operation, Pack, Plan, holds
from creditdesk.core.pools import PoolKind
from creditdesk.core.requests import Auth, AuthKind, Cost, FailRule, RequestRule

__all__ = [
    "Amount",
    "Auth",
    "AuthKind",
    "Cost",
    "Credential",
    "Definition",
    "FailRule",
    "Own",
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

    def fits(self, value: str) -> bool:
        """Whether a text has the form that the pattern asks for. "" always has: it leaves the setting unset."""
        return not (value and self.pattern) or re.fullmatch(self.pattern, value) is not None


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

    `over`: the lists, one within the other, of whose every row `total` selects a value to add up; none may be missing.
    `any_of`: the places where it may stand, when the vendor does not document it; it may stand in none of them.
    """

    path: str = ""
    total: str = ""
    over: tuple[str, ...] = ()
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
    unit_param: str = ""  # name of the param whose value, or what `units` calls it, is the unit
    units: Mapping[str, str] = field(default_factory=dict)
    from_: str = ""
    each: str = ""
    where: str = ""
    key: str = ""
    label_from: str = ""  # expression for the label; where it finds no text, `label` is it
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

    def unit_at(self, settings: Mapping[str, str]) -> str:
        """The unit for an account with these settings, where no answer tells it."""
        chosen = settings.get(self.unit_param, "") if self.unit_param else ""
        return self.units.get(chosen, chosen) or self.unit


@dataclass(frozen=True, slots=True)
class Own:
    """What is known of a definition that the user brought. Nothing is asked by it unless it is `approved`.

    `digest` names what it sends where (`providers.binding`); `host` is the one host of this computer or its network
    that the user typed when he approved it, "" for none.
    """

    digest: str
    approved: bool = False
    host: str = ""


@dataclass(frozen=True, slots=True)
class Definition:
    """A vendor, whole. `drain` is the order in which its pools are emptied (ids, `x:*` for a family).

    `own` is None for a definition that came with the program.
    """

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
    plan_ends: When | None = None  # an instant in an answer
    key_expires: When | None = None  # an instant in an answer
    identity_from: str = ""  # expression for what names the vendor's account that a key belongs to
    operations: tuple[Operation, ...] = ()
    plans: tuple[Plan, ...] = ()
    packs: tuple[Pack, ...] = ()
    notices: tuple[Notice, ...] = ()
    drain: tuple[str, ...] = ()
    total_label: str = ""  # the label of the tile that adds the drained pools up; "" means none
    bulks: tuple[BulkRule, ...] = ()
    probes: tuple[ProbeRule, ...] = ()
    gateway: GatewayRule | None = None  # None: its requests cannot pass through the gateway
    own: Own | None = None

    @property
    def min_interval(self) -> int:
        """Seconds that must pass between two readings by themselves; never under 60."""
        return max([60, *(request.min_interval for request in self.requests)])

    @property
    def manual(self) -> bool:
        """Whether a reading is made only when the user asks for it: one of its requests costs, or is marked so."""
        return any(request.manual for request in self.requests)

    @property
    def cost(self) -> Cost | None:
        """What one reading costs, None where nothing is known to cost. The loader sees to it that there is one unit."""
        costs = [request.cost for request in self.requests if request.cost is not None]
        return Cost(sum((each.amount for each in costs), Decimal(0)), costs[0].unit) if costs else None

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
