"""What was observed over time, as values: points of a pool, and what happened to an account."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from creditdesk.core.pools import Level, PoolKind, Source


@dataclass(frozen=True, slots=True)
class Point:
    """A pool's amounts, true at every reading from `first_seen` to `last_seen` (UTC)."""

    first_seen: datetime
    last_seen: datetime
    left: Decimal | None
    limit: Decimal | None
    used: Decimal | None
    source: Source
    resets_at: datetime | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """A pool of an account over time, oldest point first."""

    account: str
    pool: str
    label: str
    kind: PoolKind
    unit: str
    points: tuple[Point, ...]


class EventKind(StrEnum):
    """What can happen to an account."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"
    KEY_CHANGED = "key_changed"
    TYPED = "typed"  # a balance typed by hand
    TOP_UP = "top_up"  # what is left rose without a reset
    RESET = "reset"
    USED = "used"  # what is left fell between two readings
    TROUBLE = "trouble"  # reading began to fail
    RECOVERED = "recovered"  # reading works again
    ALERT = "alert"
    SIZED = "sized"
    SENT = "sent"  # an import was sent, whole or in part
    SEND_STOPPED = "send_stopped"  # an import stopped before its end
    SETTLED = "settled"  # what was not known of an import is known now
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the activity page. `amount` is signed (a use is negative), in `unit`; `detail` is plain text."""

    at: datetime
    account: str
    kind: EventKind
    pool: str = ""
    amount: Decimal | None = None
    unit: str = ""
    detail: str = ""
    id: int = 0


PENDING = "pending"
RECOVERING = "recovering"


@dataclass(frozen=True, slots=True)
class Episode:
    """A crossing of an account into a worse level: fired once, delivered once, cleared by a good reading only.

    `window` tells resets apart, so that a new allowance window may warn again. `delivered` names the way it was shown
    ("notification", "balloon", "banner", "missed"), "" while it is not. `rule` is a `RuleKind`; `numbers` what it fired
    on, as compact JSON of texts. `state` is "" while it is as its level says, `PENDING` before it is certain enough to
    be told, `RECOVERING` while the last reading is better but not yet clear of the threshold.
    """

    account: str
    level: Level
    fired_at: datetime
    pool: str = ""
    window: str = ""
    why: str = ""
    delivered: str = ""
    cleared_at: datetime | None = None
    snoozed_until: datetime | None = None
    id: int = 0
    rule: str = "level"
    numbers: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One try to tell an episode, by its id. `detail` is plain text without any secret.

    `channel`: desktop, balloon, banner, apprise or digest; `outcome`: shown, failed, withdrawn or missed.
    """

    episode: int
    at: datetime
    channel: str
    outcome: str
    detail: str = ""
