"""The story of an import: planned, written into the outbox, sent batch after batch, settled, told line by line.

A keyword that may have reached the vendor is never sent again until the vendor's own list, or the user, says that it is
not there. docs/sending.md tells it to people.
"""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

from creditdesk.core.import_plan import ImportPlan, Source, begun_by, begun_mark
from creditdesk.core.keywords import same
from creditdesk.core.sending import BatchState, Place, Sending, Stop, split
from creditdesk.core.series import Event, EventKind
from creditdesk.desk.reading import Reader
from creditdesk.desk.send_calls import AsksInBulk, Calls, Control, Job, SendError, Timing
from creditdesk.desk.send_course import Course, Halt, Since
from creditdesk.desk.send_end import ended
from creditdesk.desk.send_plans import OverLimit, Plans, PlanVoid, Wanted
from creditdesk.desk.send_run import Run
from creditdesk.desk.tools import Tools
from creditdesk.desk.vendor_rows import VendorRows
from creditdesk.providers.bulk import BulkExchange
from creditdesk.providers.transport import open_client
from creditdesk.store.connections import HistoryError
from creditdesk.store.lock import LockBusy
from creditdesk.store.outbox import Outbox

__all__ = ["OverLimit", "PlanVoid", "SendError", "Sender", "Source", "Timing"]

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
_BEGUN = "This plan was begun already. Go on with that import, or make a new plan."
_NOT_KEPT = "Nothing was sent: what is sent cannot be written down, because the history's file cannot be used."


class Sender:
    """Sends imports. One sending of an account at a time, over all processes of this desk.

    `places`, `tracked`, `pause_rows`, `resume_rows` and `remove_rows` are those of `VendorRows`.
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
    ) -> ImportPlan:
        """The plan of an import of these items, bound to what holds now. Nobody is asked. Raises SendError."""
        wanted = Wanted(items, place, tuple(rows), factors, source or Source(), first, tuple(leave_out), batch)
        return await self._plans.make(account_id, operation, wanted)

    async def start(self, plan: ImportPlan, items: Sequence[str] | None = None, confirmed: bool = False) -> Sending:
        """Write an approved plan into the outbox; `run` sends it. What is left is read, nothing is sent.

        Raises PlanVoid when something that the plan is bound to has changed, OverLimit unless `confirmed` when it
        passes a spending limit or the reserve, SendError when it cannot be sent or kept.
        """
        if begun_by(plan, await self.sendings(plan.account)):
            raise PlanVoid(_BEGUN)
        checked = await self._plans.check(plan, items, confirmed)
        await self._check_overlap(plan.account, plan.operation, plan.place.id, checked.items)
        sending = Sending(
            id=os.urandom(8).hex(),
            account=plan.account,
            operation=plan.operation,
            place=plan.place,
            count=plan.count,
            batch_size=plan.batch,
            created_at=self._tools.clock(),
            rows=plan.rows,
            factors=plan.factors,
            file=plan.name,
            plan=begun_mark(plan),
            expected=plan.expected,
            batches=split(plan.count, plan.batch),
            confirmed=confirmed,
            base_url=plan.base_url,
            provider=plan.provider,
        )
        if not self._outbox.durable:
            raise SendError(_NOT_KEPT)
        if not await self._kept(self._outbox.add(sending, checked.items, checked.lines)):
            raise PlanVoid(_BEGUN)  # by somebody else, while the checks above were made
        return sending

    async def run(self, sending_id: str, told: Told | None = None) -> Sending:
        """Send until it is done or stopped; `Sending.stop` says why. To run it again goes on with it.

        Raises SendError when it cannot be begun: another one runs, the account is another one now, nothing can be
        written down. A cancelled sending is only settled.
        """
        sending = await self._found(sending_id)
        job = self._same_account(sending)
        async with self._held(sending) as control:
            if sending.stop is not Stop.CANCELLED:
                await self._kept(self._outbox.replan(sending_id))
                await self._kept(self._outbox.stop(sending_id, Stop.NONE))
            sending = await self._found(sending_id)
            if sending.rest:
                items = [item for _, item in await self._kept(self._outbox.kept.items(sending_id))]
                await self._check_overlap(sending.account, sending.operation, sending.place.id, items, sending_id)
            course = self._course(sending, job, control, told)
            going = Run(course).go if sending.stop is not Stop.CANCELLED else Run(course).settle
            halt = await self._kept(going()) or Halt()
            return await self._kept(ended(course, halt))

    async def settle(self, sending_id: str, told: Told | None = None) -> Sending:
        """Look up what is unknown in the vendor's list; nothing is sent. It may wait until the list can be trusted."""
        sending = await self._found(sending_id)
        job = self._same_account(sending)
        async with self._held(sending) as control:
            course = self._course(await self._found(sending_id), job, control, told)
            before = course.sending
            halt = await self._kept(Run(course).settle())
            if halt is None and not course.sending.done:  # it stands where it stood
                halt = Halt(before.stop, before.stop_detail, before.retry_at)
            return await self._kept(ended(course, halt or Halt()))

    async def settle_by_hand(self, sending_id: str, batch: int, arrived: bool) -> Sending:
        """The user says what became of an unknown batch. Raises SendError for a batch that is not unknown."""
        sending = await self._found(sending_id)
        async with self._held(sending):
            found = (await self._found(sending_id)).batch(batch)
            if found is None or found.state is not BatchState.UNKNOWN:
                raise SendError("What became of this batch is known already.")
            absent = BatchState.CANCELLED if sending.stop is Stop.CANCELLED else BatchState.PLANNED
            told = "Settled by hand: it arrived." if arrived else ""
            after = replace(found, state=BatchState.ACCEPTED if arrived else absent, detail=told, answered=False)
            await self._kept(self._outbox.conclude(sending_id, after, BatchState.UNKNOWN))
            words = f"Batch {batch}, {found.count:,} items: settled by hand as {'there' if arrived else 'not there'}."
            await self._note(sending, EventKind.SETTLED, words)
            return await self._found(sending_id)

    async def pause(self, sending_id: str) -> Sending:
        """Make no further request until `run` is called again; one that is on its way is waited for by `run`."""
        control = self._running.get(sending_id)
        if control is not None:
            control.stop(Stop.PAUSED)
        if not (await self._found(sending_id)).done:
            await self._kept(self._outbox.stop(sending_id, Stop.PAUSED))
        return await self._found(sending_id)

    async def cancel(self, sending_id: str) -> Sending:
        """Make no further request, for good. What was not sent stays unsent; what is unknown can still be settled."""
        control = self._running.get(sending_id)
        if control is not None:
            control.stop(Stop.CANCELLED)
        if not (await self._found(sending_id)).done:
            await self._kept(self._outbox.cancel(sending_id))
        return await self._found(sending_id)

    async def sendings(self, account_id: str | None = None) -> tuple[Sending, ...]:
        """The sendings, newest first. What a process that is gone left on its way is unknown."""
        for account in await self._kept(self._outbox.kept.caught()):
            lock = self._outbox.lock(account)
            try:
                if lock is not None:
                    with lock.hold():
                        await self._outbox.recover(account, self._tools.clock())
            except OSError:  # a process that lives is sending
                continue
        return await self._kept(self._outbox.kept.sendings(account_id))

    async def observed(self, account_id: str, operation: str) -> Mapping[str, Decimal]:
        """What the account's newest whole import really took for one item on one row, by pool id; empty without one."""
        sendings = await self._kept(self._outbox.kept.sendings(account_id))
        return next((each.ratios for each in sendings if each.operation == operation and each.done and each.spent), {})

    async def items(self, sending_id: str) -> tuple[str, ...]:
        """The items of a sending, in their order."""
        return tuple(item for _, item in await self._kept(self._outbox.kept.items(sending_id)))

    async def report(self, sending_id: str) -> tuple[tuple[int, str, str, str], ...]:
        """(line, item, fate, detail) for every item: accepted, refused, unknown or not sent."""
        sending = await self._found(sending_id)
        items = await self._kept(self._outbox.kept.items(sending_id))
        return tuple(
            (line, item, _FATES[batch.state], batch.detail)
            for batch in sending.batches
            for line, item in items[batch.first : batch.first + batch.count]
        )

    async def close(self) -> None:
        """Stop what runs and close the connections."""
        for control in self._running.values():
            control.stop(Stop.PAUSED)
        await self._calls.close()

    def _course(self, sending: Sending, job: Job, control: Control, told: Told | None) -> Course:
        course = Course(sending, job, self._calls, self._reader, self._outbox, control, self._since)
        course.told = told or course.told
        return course

    async def _found(self, sending_id: str) -> Sending:
        found = await self._kept(self._outbox.kept.load(sending_id))
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
            raise SendError(_NOT_KEPT)
        with ExitStack() as held:
            try:
                held.enter_context(lock.hold())
            except LockBusy:
                raise SendError(_BUSY) from None
            except OSError as error:
                raise SendError(f"{_NOT_KEPT} ({error.strerror})") from None
            control = self._running[sending.id] = Control()
            try:
                await self._kept(self._outbox.recover(sending.account, self._tools.clock()))
                yield control
            finally:
                del self._running[sending.id]

    async def _check_overlap(
        self, account: str, operation: str, place: str, items: Sequence[str], own: str = ""
    ) -> None:
        """Raises SendError when an item may be there already by another import whose outcome is not known."""
        unsettled = await self._kept(self._outbox.kept.unsettled(account, operation, place))
        open_items = {same(item) for sending, each in unsettled.items() if sending != own for item in each}
        count = sum(same(item) in open_items for item in items) if open_items else 0
        if count:
            raise SendError(
                f"{count:,} of these items are in another import whose outcome is not known yet. Settle that one first."
            )

    async def _note(self, sending: Sending, kind: EventKind, words: str) -> None:
        event = Event(self._tools.clock(), sending.account, kind, detail=words)
        await self._kept(self._tools.history.add_event(event))

    async def _kept(self, work: Awaitable[T]) -> T:
        """What comes of it; SendError when the outbox cannot be written or read."""
        try:
            return await work
        except HistoryError as error:
            raise SendError(f"The import stands still: {error} What was on its way is looked up first.") from None
