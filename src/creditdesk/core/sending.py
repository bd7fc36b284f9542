"""An import that is being sent: its batches, their states, and what may follow. Pure; the outbox keeps it.

The one rule: what may have reached the vendor is never sent again until the vendor's own list, or the user, says that
it is not there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from itertools import islice

from creditdesk.core.queueing import Queue


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
    QUEUED = "queued"  # nothing of it was sent yet: it waits for its day, or for room


class OutcomeKind(StrEnum):
    """What became of one request to create."""

    ACCEPTED = "accepted"
    PARTLY = "partly"  # accepted, but fewer rows were made than asked for: looked up before that is believed
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
    """Some items of a sending, in one request: `count` items from `first` (0-based) on. Instants are UTC.

    `ended_at` is when the desk had its answer, or gave it up: the request left before. `answered`: the vendor did
    answer an unknown batch (503, 429, or a good status with fewer rows), so its list settles it at once.
    `tries` counts the requests made.
    """

    number: int
    first: int
    count: int
    state: BatchState = BatchState.PLANNED
    sent_at: datetime | None = None
    ended_at: datetime | None = None
    status: int | None = None
    detail: str = ""
    answered: bool = False
    tries: int = 0


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

    `spent` is what the pools really lost while it was sent, by pool id: from the reading before the first request of a
    run to the one after the last, all runs together; None while that is not known. `queue` is what it waits for, None
    once that was looked at and found right: only then anything of it may be sent.
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
    plan: str = ""  # the mark of the approved plan (import_plan.begun_mark)
    stop: Stop = Stop.NONE
    stop_detail: str = ""
    retry_at: datetime | None = None
    ended_at: datetime | None = None
    expected: Mapping[str, Decimal] = field(default_factory=dict)
    spent: Mapping[str, Decimal] | None = None
    batches: tuple[Batch, ...] = ()
    confirmed: bool = False  # the user agreed to pass a spending limit, or to go under the reserve
    base_url: str = ""
    provider: str = ""
    queue: Queue | None = None
    client: str = ""  # whom it is for; "" is its account's client
    reserve: Mapping[str, Decimal] = field(default_factory=dict)  # what its plan keeps beside the account's reserve
    _tally: Mapping[BatchState, int] | None = field(default=None, init=False, repr=False, compare=False)

    def items_in(self, *states: BatchState) -> int:
        """How many items stand in batches of these states."""
        tally = self._counted()
        return sum(tally.get(state, 0) for state in states)

    @property
    def summary(self) -> dict[str, int]:
        """How many items were accepted, refused, are unknown, and were not sent."""
        return {
            "accepted": self.items_in(BatchState.ACCEPTED),
            "refused": self.items_in(BatchState.REFUSED),
            "unknown": self.items_in(BatchState.UNKNOWN, BatchState.SENDING),
            "not_sent": self.items_in(BatchState.PLANNED, BatchState.CANCELLED),
        }

    @property
    def rest(self) -> int:
        """How many items are still to be sent."""
        return self.items_in(BatchState.PLANNED)

    @property
    def done(self) -> bool:
        """Whether nothing of it is to be sent or to be settled any more."""
        return not self.items_in(BatchState.PLANNED, BatchState.SENDING, BatchState.UNKNOWN)

    def batch(self, number: int) -> Batch | None:
        """The batch of this number, or None. They stand in the order of their numbers, from 1."""
        return self.batches[number - 1] if 0 < number <= len(self.batches) else None

    def with_batch(self, changed: Batch) -> "Sending":
        """A copy with one batch changed. It is not counted anew: the cost of a step does not grow with the batches."""
        place = changed.number - 1
        before = self.batches[place]
        made = replace(self, batches=(*self.batches[:place], changed, *self.batches[place + 1 :]))
        tally = dict(self._counted())
        tally[before.state] -= before.count
        tally[changed.state] = tally.get(changed.state, 0) + changed.count
        object.__setattr__(made, "_tally", tally)
        return made

    def _counted(self) -> Mapping[BatchState, int]:
        """How many items stand in each state; counted once, since it is asked for at every step."""
        if self._tally is not None:
            return self._tally
        tally: dict[BatchState, int] = {}
        for batch in self.batches:
            tally[batch.state] = tally.get(batch.state, 0) + batch.count
        object.__setattr__(self, "_tally", tally)
        return tally


RETRIED = frozenset({401, 402, 403})
"""Refusals that are no fault of the batch: nothing was created, and it may be sent when the user goes on."""


def partly(batch: Batch) -> bool:
    """Whether the vendor accepted this batch, and made fewer rows than it asked for."""
    is_open = batch.state is BatchState.UNKNOWN and batch.answered
    return is_open and batch.status is not None and batch.status // 100 == 2


def split(count: int, size: int) -> tuple[Batch, ...]:
    """The batches of `count` items, `size` a request, numbered from 1. ValueError for a size under 1."""
    if size < 1 or count < 0:
        raise ValueError("a batch holds at least one item")
    firsts = range(0, count, size)
    return tuple(Batch(number, first, min(size, count - first)) for number, first in enumerate(firsts, 1))


def next_planned(batches: Sequence[Batch], after: int = 0) -> Batch | None:
    """The batch that is sent next, or None; of the first `after` ones none is planned."""
    return next((batch for batch in islice(batches, after, None) if batch.state is BatchState.PLANNED), None)


def concluded(batch: Batch, outcome: Outcome, now: datetime) -> Batch:
    """A batch whose request was made, after its outcome. What may have been created is `UNKNOWN`, never planned."""
    state = _STATES[outcome.kind]
    return replace(
        batch,
        state=state,
        ended_at=None if state is BatchState.PLANNED else now,
        sent_at=None if state is BatchState.PLANNED else batch.sent_at,
        status=None if _is_odd(outcome) else outcome.status,
        detail=outcome.message,
        answered=outcome.kind in (OutcomeKind.THROTTLED, OutcomeKind.PARTLY),
    )


def _is_odd(outcome: Outcome) -> bool:
    """A wish to wait under a good status; such a status would say that the vendor accepted it."""
    return outcome.kind is OutcomeKind.THROTTLED and outcome.status is not None and outcome.status // 100 == 2


_STATES = {
    OutcomeKind.ACCEPTED: BatchState.ACCEPTED,
    OutcomeKind.PARTLY: BatchState.UNKNOWN,
    OutcomeKind.OVER_QUOTA: BatchState.REFUSED,
    OutcomeKind.REFUSED: BatchState.REFUSED,
    OutcomeKind.THROTTLED: BatchState.UNKNOWN,
    OutcomeKind.NOT_SENT: BatchState.PLANNED,
    OutcomeKind.UNKNOWN: BatchState.UNKNOWN,
}

STOPS = {
    OutcomeKind.OVER_QUOTA: Stop.OVER_QUOTA,
    OutcomeKind.REFUSED: Stop.REFUSED,
    OutcomeKind.NOT_SENT: Stop.TROUBLE,
}
"""The outcomes after which no further request is made."""
