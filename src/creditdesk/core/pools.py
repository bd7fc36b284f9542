"""The words of the desk as values: pools, snapshots, troubles, accounts and readings.

Amounts are `Decimal` in the vendor's own unit, instants are aware UTC datetimes. `None` means unknown, never zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class PoolKind(StrEnum):
    """How a pool empties and fills."""

    ALLOWANCE = "allowance"  # refills at a reset
    WALLET = "wallet"  # prepaid, only a top-up raises it
    PACKAGE = "package"  # prepaid, gone at an expiry
    SLOTS = "slots"  # occupied, freed by removing; never resets
    SPEND = "spend"  # only what was used is known
    RATE = "rate"  # a short window; hidden unless asked for


class Source(StrEnum):
    """How a number is known."""

    LIVE = "live"  # read from the vendor
    METERED = "metered"  # counted from the vendor's own charges
    ESTIMATED = "estimated"  # inferred since the last certain point
    BY_HAND = "by_hand"  # typed by the user


class TroubleKind(StrEnum):
    """Why an account could not be read. Branch on this, never on the message."""

    NO_KEY = "no_key"
    KEYRING_LOCKED = "keyring_locked"
    KEY_REJECTED = "key_rejected"
    NO_ACCESS = "no_access"
    EXHAUSTED = "exhausted"
    THROTTLED = "throttled"
    VENDOR_DOWN = "vendor_down"
    BAD_ANSWER = "bad_answer"
    NO_NETWORK = "no_network"
    NOT_APPROVED = "not_approved"


STOPS_READING = frozenset(
    {TroubleKind.NO_KEY, TroubleKind.KEY_REJECTED, TroubleKind.NO_ACCESS, TroubleKind.NOT_APPROVED}
)
"""Troubles after which an account is not read again by itself until the user acts."""


class Level(StrEnum):
    """The state of an account in one word."""

    GOOD = "good"
    LOW = "low"
    CRITICAL = "critical"
    EXHAUSTED = "exhausted"
    NOT_READ = "not_read"

    @property
    def severity(self) -> int:
        """0 good, 1 not read, 2 low, 3 critical, 4 exhausted; the overview shows the highest first."""
        return _SEVERITY[self]


_SEVERITY = {Level.GOOD: 0, Level.NOT_READ: 1, Level.LOW: 2, Level.CRITICAL: 3, Level.EXHAUSTED: 4}


@dataclass(frozen=True, slots=True)
class Pool:
    """One thing that runs out, at an instant.

    `left` may be negative and may exceed `limit`; it is shown as it is. `resets_at` and `expires_at` are UTC.
    `shared_by` is equal for pools that are one and the same at the vendor (a licence's shared credits on several
    sites), so that a total counts them once. `part_of` names a pool of the same account that already contains this one.
    """

    id: str
    label: str
    kind: PoolKind
    unit: str
    left: Decimal | None = None
    limit: Decimal | None = None
    used: Decimal | None = None
    resets_at: datetime | None = None
    expires_at: datetime | None = None
    reset_assumed: bool = False
    derived: tuple[str, ...] = ()  # which of left, limit, used the desk worked out from the other two
    shared_by: str = ""
    part_of: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The pools of an account at an instant, with their source. `inferred`: fields were guessed, unconfirmed.

    `key_expires_at` is when the key itself stops being taken, `plan_ends_at` when the plan does, UTC; None where the
    vendor does not tell. `identity` names the vendor's account that the key belongs to, as the vendor writes it; ""
    where it is not told. It may be an address of e-mail: it is compared, and never kept or shown as it is.
    """

    read_at: datetime
    source: Source
    pools: tuple[Pool, ...]
    plan: str = ""
    inferred: bool = False
    key_expires_at: datetime | None = None
    plan_ends_at: datetime | None = None
    identity: str = field(default="", repr=False)

    def pool(self, pool_id: str) -> Pool | None:
        """The pool with this id, or None."""
        return next((pool for pool in self.pools if pool.id == pool_id), None)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A reading that failed. `message` is one plain sentence without any secret; `retry_at` is when it is tried next.

    `vendor_asked` is true when `retry_at` was asked for by the vendor (Retry-After): even an explicit refresh waits.
    """

    kind: TroubleKind
    message: str
    retry_at: datetime | None = None
    vendor_asked: bool = False
    since: datetime | None = None


AS_A_NEW_ACCOUNT = "add it as a new account"
"""Stands in the message about a key of another account: it says itself what to do, and nothing else helps."""


class Custody(StrEnum):
    """Where an account's key is kept."""

    KEYRING = "keyring"
    ENVIRONMENT = "environment"
    SESSION = "session"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When an account is low or critical: percent of the limit, or an amount for one pool (wins over percent)."""

    low_percent: Decimal = Decimal(20)
    critical_percent: Decimal = Decimal(5)
    low_amounts: Mapping[str, Decimal] = field(default_factory=dict)
    critical_amounts: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Account:
    """One key at one vendor. Never holds the key: only where it is kept.

    `settings` are the definition's params (plan, edition, licence, price list). `base_url` is "" or a loopback origin
    that replaces scheme and host of the definition's URLs. `interval_s` of 0 means the desk's interval. `reserve` maps
    a pool id to an amount that the sizer keeps untouched, `ask_over` a pool id (or a family, `grant:*`) to the amount
    that one import may take of it without asking.
    """

    id: str
    name: str
    provider: str
    custody: Custody = Custody.NONE
    key_env: str = ""
    base_url: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    client: str = ""
    interval_s: int = 0
    thresholds: Thresholds | None = None
    reserve: Mapping[str, Decimal] = field(default_factory=dict)
    ask_over: Mapping[str, Decimal] = field(default_factory=dict)
    muted: bool = False
    confirmed: bool = False  # the user confirmed that inferred fields are right
    remind_days: int = 0  # a balance by hand is to be looked up again after so many days; 0: never
    rules_off: tuple[str, ...] = ()  # rules of warning (`rules.RuleKind`) that are off for this account

    def changed(self, **values: object) -> "Account":
        """A copy with some fields changed."""
        return replace(self, **values)  # type: ignore[arg-type]  # dataclasses.replace checks the names at run time


@dataclass(frozen=True, slots=True)
class RunOut:
    """When a pool will be empty (or, for slots, full): the middle and the 8-in-10 range, UTC. `high` None: may never.

    `pool` "" is the account's pools that are emptied in turn, together; `in_turn` marks one of them by itself, which
    is no news: another one is drawn on after it. `sure` is "sure", "likely" or "rough"; an alert should not rest on
    a rough one. `wasted` is what a package still holds at its expiry, where it expires before it is used up.
    """

    pool: str
    at: datetime
    low: datetime
    high: datetime | None
    per_day: Decimal
    before_reset: bool = False
    in_turn: bool = False
    sure: str = "sure"
    wasted: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What the desk knows of an account now: the last good snapshot, what went wrong since, and what follows."""

    account: Account
    snapshot: Snapshot | None
    trouble: Trouble | None
    level: Level
    stale: bool = False
    run_outs: tuple[RunOut, ...] = ()
    spark: tuple[tuple[datetime, Decimal], ...] = ()  # recent (instant, left) of the account's first pool
    due_at: datetime | None = None  # when it is read next by itself; None: not until the user acts
    untried: bool = False  # the vendor's file was never tried with a live key, and this account was never read well

    @property
    def read_at(self) -> datetime | None:
        """When the snapshot shown was true, UTC; None when the account was never read."""
        return self.snapshot.read_at if self.snapshot else None
