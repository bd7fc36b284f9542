"""What the vendor's list says: what a place had before a sending, whether a batch that may have arrived is there."""

import asyncio
import math
from dataclasses import replace

from creditdesk.core.pools import Trouble, TroubleKind
from creditdesk.core.sending import Batch, BatchState, Stop, Tracked, next_planned, partly
from creditdesk.core.settling import Finding, Found, Part, Question, Rows, parted, settle
from creditdesk.desk.send_course import Course, Halt
from creditdesk.providers.bulk_rows import LEAST_SIZE

_NOT_BY_THIS = "Not sent: the vendor's list has all rows of it already, and some are new since this import began."
_ON_ITS_WAY = "Its request may still be on its way. Ask again in {seconds} s."
_Known = tuple[frozenset[str], list[str], tuple[str, ...]]


class Look:
    """Looks into the vendor's list for one sending."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._early = False  # whether the last look came too early for one of the batches

    async def baseline(self) -> Halt | None:
        """List what the place has before the first request, once."""
        if await self._course.outbox.kept.baseline(self._course.sending.id) is not None:
            return None
        ids: set[str] = set()
        for _ in range(2):  # rows may move between two pages: what either of two whole lists has was there
            listed = await self._listed()
            if isinstance(listed, Halt):
                return listed
            ids.update(row.id for row in listed)
            if len(listed) <= LEAST_SIZE:
                break
        await self._course.outbox.keep_baseline(self._course.sending.id, ids)
        return None

    async def again(self) -> Halt | None:
        """Look before an import goes on: what is unknown, and what is there although this import did not send it.

        Another program may have made a batch meanwhile; or it was sent, and the outbox is an older copy of itself.
        """
        halt = await self.look()
        if halt is not None or not next_planned(self._course.sending.batches):
            return halt
        listed = await self._listed()
        if isinstance(listed, Halt):
            return listed
        baseline, items, compared = await self._known()
        rows = await asyncio.to_thread(Rows, listed, baseline, compared)
        for batch in self._course.sending.batches:
            part = items[batch.first : batch.first + batch.count]
            if batch.state is BatchState.PLANNED and rows.have(part, self._course.sending.rows):
                after = replace(batch, state=BatchState.ACCEPTED, detail=_NOT_BY_THIS)
                if await self._course.outbox.conclude(self._course.sending.id, after, BatchState.PLANNED):
                    self._course.show(after)
        return None

    async def look(self) -> Halt | None:
        """Look all unknown batches up in the vendor's list, once; a list that cannot be had is a halt."""
        if not self._course.unknown():
            return None
        began = asyncio.get_running_loop().time()
        found: dict[int, tuple[Batch, Finding]] = {}
        for again in (False, True):
            listed = await self._listed()
            if isinstance(listed, Halt):
                return listed
            for batch, finding in await self._findings(listed, began):
                # Rows may move between two pages: only what two whole lists in a row do not have is not there.
                if not again or found[batch.number][1].found is Found.ABSENT:
                    found[batch.number] = (batch, finding)
            if len(listed) <= LEAST_SIZE or all(each.found is not Found.ABSENT for _, each in found.values()):
                break
        self._early = any(finding.found is Found.EARLY for _, finding in found.values())
        for batch, finding in found.values():
            await self._note(batch, finding)
        return None

    async def settle_rest(self, sending_on: bool = True) -> Halt | None:
        """Nothing is left to be sent: look, and wait for the quiet time where it is not over."""
        halt = await self.look()
        if halt is not None or (sending_on and next_planned(self._course.sending.batches)):
            return halt
        unknown = self._course.unknown()
        if self._early and unknown:
            left = [seconds for batch in unknown if (seconds := self._quiet_in(batch)) > 0]
            return await self._course.wait(min(left, default=0.0))
        return Halt(Stop.UNKNOWN, unknown[0].detail) if unknown else None

    async def parts(self, batch: Batch) -> tuple[Part, ...] | Halt:
        """What two whole lists in a row say of each item of an unknown batch. Nothing is written."""
        left = self._quiet_in(batch)
        if left > 0:
            return Halt(Stop.UNKNOWN, _ON_ITS_WAY.format(seconds=math.ceil(left)))
        began = asyncio.get_running_loop().time()
        lists = []
        for _ in range(2):
            listed = await self._listed()
            if isinstance(listed, Halt):
                return listed
            lists.append(listed)
        question = self._question(batch, began, await self._known())
        return await asyncio.to_thread(parted, question, *lists)

    async def _listed(self) -> tuple[Tracked, ...] | Halt:
        async def wait(trouble: Trouble, tries: int) -> bool:
            seconds = self._course.calls.pause_before(trouble, tries)
            return seconds is not None and await self._course.wait(seconds) is None

        rule, place = self._course.job.rule.items, self._course.sending.place.id
        found = await self._course.control.unless_stopped(self._course.calls.whole(self._course.job, rule, place, wait))
        if found is None or self._course.control.wish:
            return Halt(self._course.control.wish)
        if isinstance(found, Trouble):
            unknown = Stop.UNKNOWN if self._course.unknown() else Stop.TROUBLE
            wait_for = found.retry_at if found.kind is TroubleKind.THROTTLED else None
            return Halt(unknown, found.message, wait_for)
        return found

    async def _findings(self, listed: tuple[Tracked, ...], began: float) -> list[tuple[Batch, Finding]]:
        known, found = await self._known(), []
        for batch in self._course.unknown():
            question = self._question(batch, began, known)
            found.append((batch, await asyncio.to_thread(settle, question, listed)))
        return found

    def _question(self, batch: Batch, began: float, known: _Known) -> Question:
        baseline, items, compared = known
        end = batch.first + batch.count
        return Question(
            items=items[batch.first : end],
            rows=self._course.sending.rows,
            compared=compared,
            baseline=baseline,
            others=(*items[: batch.first], *items[end:]),
            quiet=batch.answered or self._quiet_in(batch, began) <= 0,
            accepted=partly(batch),
        )

    async def _known(self) -> _Known:
        """The ids that the place had before, all items, and the fields by which the list's rows are told apart."""
        sending, rule = self._course.sending, self._course.job.rule
        baseline = await self._course.outbox.kept.baseline(sending.id) or frozenset()
        items = [item for _, item in await self._course.outbox.kept.items(sending.id)]
        return baseline, items, tuple(name for name in rule.row_fields if name in rule.items.row.fields)

    async def _note(self, batch: Batch, finding: Finding) -> None:
        """Commit what the list says of a batch that is unknown."""
        absent = BatchState.CANCELLED if self._course.sending.stop is Stop.CANCELLED else BatchState.PLANNED
        states = {Found.THERE: BatchState.ACCEPTED, Found.ABSENT: absent}
        state = states.get(finding.found, BatchState.UNKNOWN)
        after = replace(batch, state=state, detail=finding.detail, answered=batch.answered)
        if state is absent:
            after = replace(after, sent_at=None, ended_at=None, status=None, detail="", answered=False)
        if after != batch and await self._course.outbox.conclude(self._course.sending.id, after, BatchState.UNKNOWN):
            self._course.show(after)

    def _quiet_in(self, batch: Batch, began: float | None = None) -> float:
        """Seconds until a list that begins then may say that this batch is not there; 0 or less: it may now.

        `began` is when a list began, by the loop's clock; None: now. A request of another process is judged by the
        wall clock, and by this process's own where that cannot be right.
        """
        settle_s = self._course.calls.timing.settle_s
        now = asyncio.get_running_loop().time()
        began = now if began is None else began
        key = self._course.key(batch)
        if batch.answered:
            return 0.0
        if key not in self._course.since:
            passed = (self._course.now() - batch.ended_at).total_seconds() if batch.ended_at else 0.0
            self._course.since[key] = now - (passed if passed >= settle_s else 0.0)
        return settle_s - (began - self._course.since[key])
