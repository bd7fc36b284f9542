"""The story of an import: planned, written into the outbox, sent batch after batch, settled, told line by line.

A keyword that may have reached the vendor is never sent again until the vendor's own list, or the user, says that it is
not there. docs/sending.md tells it to people.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

from creditdesk.core.import_plan import ImportPlan, Source
from creditdesk.core.sending import BatchState, Place, Sending, Stop
from creditdesk.core.series import Event, EventKind
from creditdesk.core.verdict import Learned
from creditdesk.desk.learning import learned
from creditdesk.desk.reading import Reader
from creditdesk.desk.send_calls import AsksInBulk, Calls, Control, Job, SendError, Timing
from creditdesk.desk.send_course import Course, Halt, Since
from creditdesk.desk.send_end import ended
from creditdesk.desk.send_parting import part
from creditdesk.desk.send_plans import OverLimit, Plans, PlanVoid, Wanted
from creditdesk.desk.send_run import Run
from creditdesk.desk.send_start import NOT_KEPT, Rest, Starting, kept
from creditdesk.desk.tools import Tools
from creditdesk.desk.vendor_rows import VendorRows
from creditdesk.providers.bulk import BulkExchange
from creditdesk.providers.transport import open_client
from creditdesk.store.lock import LockBusy
from creditdesk.store.outbox import Outbox
from creditdesk.store.timeline import Timeline

__all__ = ["OverLimit", "PlanVoid", "Rest", "SendError", "Sender", "Source", "Timing"]

T = TypeVar("T")
Told = Callable[[Sending], object]

_FATES = {
    BatchState.ACCEPTED: "accepted",
    BatchState.REFUSED: "refused",
    BatchState.UNKNOWN: "unknown",
    BatchState.SENDING: "unknown",
    BatchState.PLANNED: "not sent",
    BatchState.CANCELLED: "not sent",
}
_BUSY = "This account is sending already. Wait until that has ended, or stop it."


class Sender:
    """Sends imports. One sending of an account at a time, over all processes of this desk.

    `start`, `queue` and `sent_before` are those of `Starting`; `places`, `tracked`, `pause_rows`, `resume_rows` and
    `remove_rows` are those of `VendorRows`.
    """

    def __init__(
        self,
        tools: Tools,
        reader: Reader,
        open_bulk: Callable[[], AsksInBulk] | None = None,
        timing: Timing | None = None,
    ) -> None:
        self._tools = tools
        self._reader = reader
        timing = timing or Timing()

        def ask_the_network() -> AsksInBulk:
            client = open_client(tools.chosen.settings.ca_file)
            return BulkExchange(client, tools.clock, timing.deadline_s)

        self._calls = Calls(tools, open_bulk or ask_the_network, timing)
        self._outbox = Outbox(tools.history.connections)
        self._plans = Plans(self._calls, reader)
        self._running: dict[str, Control] = {}  # by sending
        self._since: Since = {}
        self._starting = Starting(self._calls, self._plans, self._outbox, self.sendings)
        self.start, self.queue = self._starting.start, self._starting.queue
        self.sent_before = self._starting.sent_before
        rows = VendorRows(self._calls, reader)
        self.places, self.tracked = rows.places, rows.tracked
        self.pause_rows, self.resume_rows, self.remove_rows = rows.pause, rows.resume, rows.remove

    async def plan(
        self,
        account_id: str,
        operation: str,
        items: Sequence[str],
        *,
        place: Place,
        rows: Sequence[Mapping[str, str]] = (),
        factors: Mapping[str, str] | None = None,
        source: Source | None = None,
        first: int = 0,
        leave_out: Sequence[str] = (),
        batch: int = 0,
        reserve: Mapping[str, Decimal] | None = None,
    ) -> ImportPlan:
        """The plan of an import of these items, bound to what holds now. Nobody is asked. Raises SendError."""
        chosen = (source or Source(), first, tuple(leave_out), batch, reserve or {})
        wanted = Wanted(items, place, tuple(rows), factors, *chosen)
        return await self._plans.make(account_id, operation, wanted)

    async def run(self, sending_id: str, told: Told | None = None, early: bool = False) -> Sending:
        """Send until it is done or stopped; `Sending.stop` says why. To run it again goes on with it.

        A queued one goes on waiting until its day has come, unless `early`, and until all that it is bound to was seen
        to hold. Raises SendError when it cannot be begun: another one runs, the account is another one now, nothing can
        be written down. A cancelled sending is only settled.
        """
        sending = await self._found(sending_id)
        job = self._same_account(sending)
        async with self._held(sending) as control:
            sending = await self._found(sending_id)
            if sending.queue is not None and sending.stop is not Stop.CANCELLED:
                course = self._course(sending, job, control, told)
                halt = await kept(self._starting.due(course, early))
                if halt is not None:
                    return await self._waits(course, halt)
            if sending.stop is not Stop.CANCELLED:
                await kept(self._outbox.replan(sending_id))
                await kept(self._outbox.stop(sending_id, Stop.NONE))
            sending = await self._found(sending_id)
            if sending.rest:
                items = [item for _, item in await kept(self._outbox.kept.items(sending_id))]
                await self._starting.check_overlap(
                    sending.account, sending.operation, sending.place.id, items, sending_id
                )
            course = self._course(sending, job, control, told)
            going = Run(course).go if sending.stop is not Stop.CANCELLED else Run(course).settle
            halt = await kept(going()) or Halt()
            return await kept(ended(course, halt))

    async def settle(self, sending_id: str, told: Told | None = None) -> Sending:
        """Look up what is unknown in the vendor's list; nothing is sent. It may wait until the list can be trusted."""
        sending = await self._found(sending_id)
        job = self._same_account(sending)
        async with self._held(sending) as control:
            course = self._course(await self._found(sending_id), job, control, told)
            before = course.sending
            halt = await kept(Run(course).settle())
            if halt is None and not course.sending.done:  # it stands where it stood
                halt = Halt(before.stop, before.stop_detail, before.retry_at)
            return await kept(ended(course, halt or Halt()))

    async def settle_by_hand(self, sending_id: str, batch: int, arrived: bool | None) -> Sending:
        """The user says what became of an unknown batch; None: take the vendor's list, item by item.

        Raises SendError for a batch that is not unknown, or of which the list does not tell.
        """
        sending = await self._found(sending_id)
        job = self._same_account(sending) if arrived is None else None
        async with self._held(sending) as control:
            sending = await self._found(sending_id)
            found = sending.batch(batch)
            if found is None or found.state is not BatchState.UNKNOWN:
                raise SendError("What became of this batch is known already.")
            if job is not None:
                words = await kept(part(self._course(sending, job, control, None), found))
            else:
                absent = BatchState.CANCELLED if sending.stop is Stop.CANCELLED else BatchState.PLANNED
                told = "Settled by hand: it arrived." if arrived else ""
                after = replace(found, state=BatchState.ACCEPTED if arrived else absent, detail=told, answered=False)
                await kept(self._outbox.conclude(sending_id, after, BatchState.UNKNOWN))
                words = f"settled by hand as {'there' if arrived else 'not there'}"
            await self._note(sending, EventKind.SETTLED, f"Batch {batch}, {found.count:,} items: {words}.")
            sending = await self._found(sending_id)
            if sending.stop is Stop.UNKNOWN and not sending.summary["unknown"]:
                await kept(self._outbox.stop(sending_id, Stop.NONE))  # why it stood still is over
            return await self._found(sending_id)

    async def pause(self, sending_id: str) -> Sending:
        """Make no further request until `run` is called again; one that is on its way is waited for by `run`."""
        control = self._running.get(sending_id)
        if control is not None:
            control.stop(Stop.PAUSED)
        if not (await self._found(sending_id)).done:
            await kept(self._outbox.stop(sending_id, Stop.PAUSED))
        return await self._found(sending_id)

    async def cancel(self, sending_id: str) -> Sending:
        """Make no further request, for good. What was not sent stays unsent; what is unknown can still be settled."""
        control = self._running.get(sending_id)
        if control is not None:
            control.stop(Stop.CANCELLED)
        if not (await self._found(sending_id)).done:
            await kept(self._outbox.cancel(sending_id))
        return await self._found(sending_id)

    async def sendings(self, account_id: str | None = None) -> tuple[Sending, ...]:
        """The sendings, newest first. What a process that is gone left on its way is unknown."""
        for account in await kept(self._outbox.kept.caught()):
            lock = self._outbox.lock(account)
            try:
                if lock is not None:
                    with lock.hold():
                        await self._outbox.recover(account, self._tools.clock())
            except OSError:  # a process that lives is sending
                continue
        return await kept(self._outbox.kept.sendings(account_id))

    async def observed(self, account_id: str, operation: str) -> Learned | None:
        """What the account's newest whole import really took; None without one."""
        return (await learned(self._tools.history, account_id)).get(operation)

    async def items(self, sending_id: str) -> tuple[str, ...]:
        """The items of a sending, in their order."""
        return tuple(item for _, item in await kept(self._outbox.kept.items(sending_id)))

    async def report(self, sending_id: str) -> tuple[tuple[int, str, str, str], ...]:
        """(line, item, fate, detail) for every item: accepted, refused, unknown or not sent."""
        sending = await self._found(sending_id)
        items = await kept(self._outbox.kept.items(sending_id))
        rows = (
            (line, item, _FATES[batch.state], batch.detail)
            for batch in sending.batches
            for line, item in items[batch.first : batch.first + batch.count]
        )
        return tuple(sorted(rows, key=lambda row: row[0]))  # those of a batch that was split stand otherwise

    async def close(self) -> None:
        """Stop what runs and close the connections."""
        for control in self._running.values():
            control.stop(Stop.PAUSED)
        await self._calls.close()

    async def _waits(self, course: Course, halt: Halt) -> Sending:
        """A queued import is not sent now: it goes on waiting, or the user is told why it does not."""
        if halt.stop is not Stop.QUEUED:
            return await kept(ended(course, halt))
        await kept(self._outbox.stop(course.sending.id, Stop.QUEUED, halt.detail))
        return await self._found(course.sending.id)

    def _course(self, sending: Sending, job: Job, control: Control, told: Told | None) -> Course:
        course = Course(sending, job, self._calls, self._reader, self._outbox, control, self._since)
        course.told = told or course.told
        return course

    async def _found(self, sending_id: str) -> Sending:
        found = await kept(self._outbox.kept.load(sending_id))
        if found is None:
            raise SendError("There is no such import in the outbox.")
        return found

    def _same_account(self, sending: Sending) -> Job:
        """The account that the sending was approved for. Raises SendError."""
        job = self._calls.job(sending.account, sending.operation)
        if (job.account.provider, job.account.base_url) != (sending.provider, sending.base_url):
            raise SendError(f"{job.account.name} has another vendor or address than when this import was approved.")
        return job

    @asynccontextmanager
    async def _held(self, sending: Sending) -> AsyncIterator[Control]:
        """Hold the account, so that nobody else sends for it; what a process that is gone left is unknown then."""
        lock = self._outbox.lock(sending.account)
        if lock is None:
            raise SendError(NOT_KEPT)
        with ExitStack() as held:
            try:
                held.enter_context(lock.hold())
            except LockBusy:
                raise SendError(_BUSY) from None
            except OSError as error:
                raise SendError(f"{NOT_KEPT} ({error.strerror})") from None
            control = self._running[sending.id] = Control()
            try:
                await kept(self._outbox.recover(sending.account, self._tools.clock()))
                yield control
            finally:
                del self._running[sending.id]

    async def _note(self, sending: Sending, kind: EventKind, words: str) -> None:
        event = Event(self._tools.clock(), sending.account, kind, detail=words)
        await kept(Timeline(self._tools.history.connections).add(event, sending.client))
