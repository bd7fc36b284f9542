"""A sending on its way: what the steps of one run share, and how they wait and tell."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from creditdesk.core.sending import Batch, BatchState, Sending, Stop, next_planned
from creditdesk.desk.reading import Reader
from creditdesk.desk.send_calls import Calls, Control, Job
from creditdesk.store.outbox import Outbox

Since = dict[tuple[str, int, int], float]
"""Since when, by the loop's clock, the n-th request of a batch can no longer be leaving: (sending, batch, n) -> s."""


@dataclass(frozen=True, slots=True)
class Halt:
    """Why a run ends."""

    stop: Stop = Stop.NONE
    detail: str = ""
    retry_at: datetime | None = None


@dataclass(slots=True)
class Course:
    """A sending, what it is sent with, and whoever is told of it. `since` outlives the run."""

    sending: Sending
    job: Job
    calls: Calls
    reader: Reader
    outbox: Outbox
    control: Control
    since: Since = field(default_factory=dict)
    told: Callable[[Sending], object] = lambda _: None
    asked: bool = False  # whether a create was made
    _planned: Counter[int] | None = None
    _first: int = 0  # none of so many first batches is planned

    def now(self) -> datetime:
        """The instant, aware UTC."""
        return self.calls.tools.clock()

    def key(self, batch: Batch) -> tuple[str, int, int]:
        """What the last request of a batch is called in `since`."""
        return self.sending.id, batch.number, batch.tries

    def unknown(self) -> list[Batch]:
        """The batches that may have arrived."""
        return [batch for batch in self.sending.batches if batch.state is BatchState.UNKNOWN]

    def show(self, batch: Batch) -> None:
        """Take a changed batch over, and tell."""
        before = self.sending.batches[batch.number - 1]
        planned = self.planned
        planned[before.count] -= before.state is BatchState.PLANNED
        planned[batch.count] += batch.state is BatchState.PLANNED
        if batch.state is BatchState.PLANNED:
            self._first = min(self._first, batch.number - 1)
        self.sending = self.sending.with_batch(batch)
        self.told(self.sending)

    @property
    def planned(self) -> Counter[int]:
        """How many batches of how many items each are still to be sent; kept from step to step."""
        if self._planned is None:
            states = self.sending.batches
            self._planned = Counter(batch.count for batch in states if batch.state is BatchState.PLANNED)
        return self._planned

    def next_planned(self) -> Batch | None:
        """The batch that is sent next, or None; those before it are not looked at again."""
        found = next_planned(self.sending.batches, self._first)
        self._first = found.number - 1 if found else len(self.sending.batches)
        return found

    async def wait(self, seconds: float) -> Halt | None:
        """Wait, and say until when; a halt when the user wants to stop."""
        self.told(replace(self.sending, retry_at=self.calls.later(seconds)))
        went_on = await self.control.wait(seconds)
        self.told(self.sending)
        return None if went_on else Halt(self.control.wish)
