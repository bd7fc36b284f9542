"""An import that is being sent: its batches, their states, and what may follow. Pure; the outbox keeps it.

The one rule: what may have reached the vendor is never sent again until the vendor's own list, or the user, says that
it is not there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class BatchState(StrEnum):
    """Where a batch is. `SENDING` is committed before its request leaves; found after a crash it is `UNKNOWN`."""

    PLANNED = "planned"
    SENDING = "sending"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


class Stop(StrEnum):
    """Why a sending stopped before its end."""

    NONE = ""
    OVER_QUOTA = "over_quota"  # the vendor answered 402
    QUOTA_SHORT = "quota_short"  # a reading before a request said that the rest does not fit
    REFUSED = "refused"  # the vendor refused a batch for another reason
    UNKNOWN = "unknown"  # a batch may or may not have arrived, and cannot be settled yet
    TROUBLE = "trouble"  # nothing was sent: no network, key rejected, the reading failed
    PAUSED = "paused"  # by the user
    CANCELLED = "cancelled"  # by the user, for good


class OutcomeKind(StrEnum):
    """What became of one request to create."""

    ACCEPTED = "accepted"
    OVER_QUOTA = "over_quota"
    REFUSED = "refused"  # a definite no: nothing was created
    THROTTLED = "throttled"  # asked to wait; looked up before it is sent again
    NOT_SENT = "not_sent"  # the request never left
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to one create. `created` is how many rows the vendor says it made; `message` has no secret."""

    kind: OutcomeKind
    message: str = ""
    status: int | None = None
    retry_at: datetime | None = None
    created: int | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Some items of a sending, in one request: `count` items from `first` (0-based) on. Instants are UTC."""

    number: int
    first: int
    count: int
    state: BatchState = BatchState.PLANNED
    sent_at: datetime | None = None
    ended_at: datetime | None = None
    status: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a list can go: a domain of the account."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Tracked:
    """A row that the vendor lists at a place. `active` None, `since` None, `rank` None: not told."""

    id: str
    text: str
    fields: Mapping[str, str] = field(default_factory=dict)
    active: bool | None = None
    since: datetime | None = None
    rank: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Sending:
    """An import in the outbox. `rows` are the engines (each name -> text), `items` are kept in the outbox.

    `spent` is what the pools really lost from the reading before the first request to the one after the last, by pool
    id; None while that is not known.
    """

    id: str
    account: str
    operation: str
    place: Place
    count: int
    batch_size: int
    created_at: datetime
    rows: tuple[Mapping[str, str], ...] = ()
    factors: Mapping[str, str] = field(default_factory=dict)
    file: str = ""  # the source's name, for people
    plan: str = ""  # the fingerprint of the approved plan
    stop: Stop = Stop.NONE
    stop_detail: str = ""
    retry_at: datetime | None = None
    ended_at: datetime | None = None
    expected: Mapping[str, Decimal] = field(default_factory=dict)
    spent: Mapping[str, Decimal] | None = None
    batches: tuple[Batch, ...] = ()

    def items_in(self, *states: BatchState) -> int:
        """How many items stand in batches of these states."""
        return sum(batch.count for batch in self.batches if batch.state in states)

    @property
    def summary(self) -> dict[str, int]:
        """How many items were accepted, refused, are unknown, and were not sent."""
        return {
            "accepted": self.items_in(BatchState.ACCEPTED),
            "refused": self.items_in(BatchState.REFUSED),
            "unknown": self.items_in(BatchState.UNKNOWN, BatchState.SENDING),
            "not_sent": self.items_in(BatchState.PLANNED, BatchState.CANCELLED),
        }
