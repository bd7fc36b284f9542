"""One run of a sending: batch after batch until it is done, stopped, or nothing more can be known.

The order of the steps is the safety: the quota is read, `sending` is committed, the request is made, its outcome is
committed. Wherever that is cut off, the batch is found in the state `sending`, and only the vendor's list or the user
takes it from there.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from creditdesk.core.amounts import plain
from creditdesk.core.pools import Snapshot, Trouble
from creditdesk.core.send_sizing import Charged, higher, size_batches
from creditdesk.core.sending import (
    STOPS,
    Batch,
    BatchState,
    Outcome,
    OutcomeKind,
    Stop,
    concluded,
    partly,
)
from creditdesk.core.verdict import Verdict, VerdictKind
from creditdesk.desk.send_calls import SendError
from creditdesk.desk.send_course import Course, Halt
from creditdesk.desk.send_look import Look
from creditdesk.providers.bulk import BulkCase

_BROKEN_OFF = "The desk stopped while this request was on its way."
_NOT_KEPT = "Nothing more was sent: what is sent cannot be written down now."
_LOST_IN_A_ROW = 3
"""So many requests in a row without an answer that can be trusted: they are settled before another one is made."""
_GONE = "The account was removed meanwhile."
_REPLACED = "Nothing more was sent: the outbox was replaced meanwhile."


class Run:
    """Runs one sending while the caller holds its account's lock."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._look = Look(course)
        self._tried: dict[int, int] = {}
        self._lost: list[int] = []  # the last batches in a row that became unknown

    async def go(self) -> Halt:
        """Send what is planned and settle what is unknown; why it ended."""
        course = self._course
        begun = await course.outbox.kept.baseline(course.sending.id) is not None
        halt = await (self._look.again() if begun else self._look.baseline())
        while halt is None:
            batch = course.next_planned()
            if course.control.wish:
                halt = Halt(course.control.wish)
            elif batch is not None:
                halt = await self._send(batch)
            elif course.unknown():
                halt = await self._look.settle_rest()
            else:
                halt = Halt()
        if halt.stop and not course.control.wish and any(map(partly, course.unknown())):
            await self._look.look()  # what the vendor accepted is told as that, whatever stopped the rest
        return halt

    async def settle(self) -> Halt | None:
        """Look unknown batches up, and send nothing. The quiet time is waited for."""
        halt = None
        while halt is None and self._course.unknown():
            halt = await self._look.settle_rest(sending_on=False)
        return halt

    async def _send(self, batch: Batch) -> Halt | None:
        course, sending = self._course, self._course.sending
        if self._tried.get(batch.number, 0) >= course.calls.timing.tries:
            told = f"The vendor took none of {batch.count:,} items although they were sent {batch.tries} times."
            return Halt(Stop.TROUBLE, told)
        halt = await self._quota()
        if halt is not None:
            return halt
        case = await course.calls.case(course.job, sending.place.id)
        if isinstance(case, Trouble):
            return Halt(Stop.TROUBLE, case.message)
        if (changed := self._changed()) is not None:
            return changed
        items = [item for _, item in await course.outbox.kept.items(sending.id, batch.number)]
        if course.control.wish:
            return Halt(course.control.wish)
        if not course.outbox.durable:
            return Halt(Stop.TROUBLE, _NOT_KEPT)
        now = course.now()
        if len(items) != batch.count or not await course.outbox.begin(sending.id, batch.number, now):
            return await self._taken_away()
        batch = replace(batch, state=BatchState.SENDING, sent_at=now, tries=batch.tries + 1)
        return await self._request(batch, case, items)

    async def _request(self, batch: Batch, case: BulkCase, items: Sequence[str]) -> Halt | None:
        """Make the request of a batch that is committed as `sending`, and commit what became of it."""
        course, sending = self._course, self._course.sending
        self._tried[batch.number] = self._tried.get(batch.number, 0) + 1
        try:
            course.show(batch)
            if course.control.wish:
                outcome = Outcome(OutcomeKind.NOT_SENT)
            else:
                course.asked = True
                outcome = await course.calls.create(case, items, sending.rows)
        except BaseException:
            # Given up in the middle: it may have left. The write is on its way, and is not waited for.
            gone = concluded(batch, Outcome(OutcomeKind.UNKNOWN, _BROKEN_OFF), course.now())
            course.outbox.conclude(sending.id, gone, BatchState.SENDING)
            raise
        outcome = self._counted(batch, outcome)
        after = concluded(batch, outcome, course.now())
        if after.state is BatchState.UNKNOWN:
            course.since[course.key(after)] = asyncio.get_running_loop().time()
        kept = await course.outbox.conclude(sending.id, after, BatchState.SENDING)
        course.show(after)
        if not kept:
            return await self._taken_away()
        return await self._after(after, outcome)

    async def _after(self, batch: Batch, outcome: Outcome) -> Halt | None:
        course = self._course
        if course.control.wish:
            return Halt(course.control.wish)
        if outcome.kind in STOPS:
            return Halt(STOPS[outcome.kind], outcome.message)
        if outcome.kind is OutcomeKind.UNKNOWN:
            return await self._lost_one(batch)
        self._lost.clear()
        if outcome.kind is not OutcomeKind.THROTTLED:
            return None
        seconds = course.calls.seconds_until(outcome.retry_at, self._tried[batch.number])
        if seconds is None:
            return Halt(Stop.TROUBLE, outcome.message, outcome.retry_at)
        # The vendor may have done it all the same: it is looked up before anything else.
        return await course.wait(seconds) or await self._look.look()

    async def _lost_one(self, batch: Batch) -> Halt | None:
        """Go on with the other batches, but not for ever: a vendor that answers none of them is not asked again."""
        self._lost.append(batch.number)
        if len(self._lost) < _LOST_IN_A_ROW:
            return None
        halt = await self.settle()
        arrived = [number for number in self._lost if self._is_there(number)]
        self._lost.clear()
        return halt or (None if arrived else Halt(Stop.TROUBLE, batch.detail))

    def _is_there(self, number: int) -> bool:
        batch = self._course.sending.batch(number)
        return batch is not None and batch.state is BatchState.ACCEPTED

    def _counted(self, batch: Batch, outcome: Outcome) -> Outcome:
        """An accepted create whose rows were counted: fewer than asked for are looked up before they are believed."""
        wanted = batch.count * max(len(self._course.sending.rows), 1)
        if outcome.kind is not OutcomeKind.ACCEPTED or outcome.created in (None, wanted):
            return outcome
        made = outcome.created or 0
        told = f"The vendor says that it made {made:,} rows; {wanted:,} were asked for."
        return replace(outcome, kind=OutcomeKind.PARTLY if made < wanted else outcome.kind, message=told)

    def _changed(self) -> Halt | None:
        """The account may be another one since the run began: then nothing more goes out."""
        course = self._course
        try:
            job = course.calls.job(course.sending.account, course.sending.operation)
        except SendError as error:
            return Halt(Stop.TROUBLE, str(error))
        if (job.account.provider, job.account.base_url) != (course.sending.provider, course.sending.base_url):
            return Halt(Stop.TROUBLE, f"{job.account.name} has another vendor or address than before.")
        course.job = job
        return None

    async def _taken_away(self) -> Halt:
        """The batch is not ours to send: it was cancelled elsewhere, or the outbox is not what it was."""
        found = await self._course.outbox.kept.load(self._course.sending.id)
        if found is None or not found.stop:
            return Halt(Stop.TROUBLE, _REPLACED)
        self._course.sending = found
        return Halt(found.stop, found.stop_detail)

    async def _quota(self) -> Halt | None:
        """Read what is left, and stop when the rest of the import does not fit into it."""
        snapshot = await self._read()
        if isinstance(snapshot, Halt):
            return snapshot
        job, sending = self._course.job, self._course.sending
        reserve = {} if sending.confirmed else higher(job.account.reserve, sending.reserve)
        charged = Charged(job.definition, job.operation, sending.factors, job.account, reserve)
        verdict = size_batches(charged, self._course.planned, snapshot, self._course.now())
        if verdict.kind is not VerdictKind.FITS:
            return Halt(Stop.QUOTA_SHORT, shortage(verdict, sending.rest, job.operation.item))
        await self._course.outbox.keep_before(sending.id, left_of(snapshot))
        return None

    async def _read(self) -> Snapshot | Halt:
        course, tries = self._course, 0
        while True:
            try:
                outcome = await course.control.unless_stopped(course.reader.read(course.sending.account))
            except KeyError:
                return Halt(Stop.TROUBLE, _GONE)
            if outcome is None or course.control.wish:
                return Halt(course.control.wish)
            trouble, snapshot = outcome.reading.trouble, outcome.reading.snapshot
            if trouble is None and snapshot is not None:
                return snapshot
            if trouble is None:
                return Halt(Stop.TROUBLE, "What is left of this account is not known.")
            tries += 1
            asked = trouble if trouble.vendor_asked else replace(trouble, retry_at=None)
            seconds = course.calls.pause_before(asked, tries)
            if seconds is None:
                return Halt(Stop.TROUBLE, trouble.message, asked.retry_at)
            if (halt := await course.wait(seconds)) is not None:
                return halt


def left_of(snapshot: Snapshot) -> dict[str, Decimal]:
    """What is left of each pool whose amount is known."""
    return {pool.id: pool.left for pool in snapshot.pools if pool.left is not None}


def shortage(verdict: Verdict, count: int, item: str) -> str:
    """Why the rest of an import is not sent, in words."""
    short = next((demand for demand in verdict.demands if demand.pool == verdict.binding_pool), None)
    if short is None or short.left is None or short.needs_high is None:
        return f"Whether the remaining {count:,} {item}s fit cannot be told."
    kept = " and the reserve stays" if verdict.kind is VerdictKind.THIN else ""
    return (
        f"The remaining {count:,} {item}s need {plain(short.needs_high)} {short.unit} of {short.label}{kept}; "
        f"{plain(short.left)} are left."
    )
