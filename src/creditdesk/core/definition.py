"""What a vendor's definition file says, as checked values. The file is read and checked by `providers.definitions`.

Expressions are JMESPath text (selection only), templates are text with `{name}` holes. Everything a vendor may change
carries `as_of` (a date) and `source` (where it was read).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from creditdesk.core.offers import Fact, Notice, Operation, Pack, Plan, holds
from creditdesk.core.pools import PoolKind, TroubleKind


class AuthKind(StrEnum):
    """Where a secret goes in a request."""

    NONE = "none"
    BEARER = "bearer"
    HEADER = "header"
    QUERY = "query"
    BASIC = "basic"


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
class Auth:
    """How the secret is sent. `name` is the header or query name; `value` a template; basic uses user and password."""

    kind: AuthKind
    name: str = ""
    value: str = ""
    user: str = ""
    password: str = ""


@dataclass(frozen=True, slots=True)
class FailRule:
    """The first rule that matches names the trouble. All given conditions must hold; tried on every status."""

    kind: TroubleKind
    status: tuple[int, ...] = ()
    when: str = ""
    text: str = ""
    message: str = ""  # expression: the vendor's own words, shown in quotes
    hint: str = ""  # our own words on what it means or what to do, shown as they are
    retry_after: str = ""  # expression: seconds to wait, or a date
    wait_s: int = 0  # a fixed wait the vendor documents


@dataclass(frozen=True, slots=True)
class RequestRule:
    """One HTTP request. `url` is https with a literal host; `json` and `form` hold templates and are for POST only."""

    id: str
    url: str
    method: str = "GET"
    auth: tuple[Auth, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    json: Mapping[str, object] | None = None
    form: Mapping[str, str] | None = None
    accept: tuple[int, ...] = (200,)
    body: str = "json"
    pattern: str = ""
    needs: tuple[str, ...] = ()
    capture: Mapping[str, str] = field(default_factory=dict)
    capture_ttl: int = 0
    optional: bool = False
    redact: tuple[str, ...] = ()
    min_interval: int = 0
    retry_after: str = ""
    hint: str = ""  # our own words, shown with an answer that cannot be read
    fail: tuple[FailRule, ...] = ()


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
    operations: tuple[Operation, ...] = ()
    plans: tuple[Plan, ...] = ()
    packs: tuple[Pack, ...] = ()
    notices: tuple[Notice, ...] = ()
    drain: tuple[str, ...] = ()
    total_label: str = ""  # the label of the tile that adds the drained pools up; "" means none

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

    def plan(self, settings: Mapping[str, str]) -> Plan | None:
        """The plan these settings choose, or None."""
        chosen = settings.get("plan", "")
        return next((plan for plan in self.plans if plan.id == chosen and holds(plan.when, settings)), None)

    def settings(self, chosen: Mapping[str, str]) -> dict[str, str]:
        """The defaults of all params with what the user chose over them."""
        return {**{param.name: param.default for param in self.params if param.default}, **chosen}
