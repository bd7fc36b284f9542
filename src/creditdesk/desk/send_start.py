"""How an import comes into the outbox, to be sent now or to wait there, and what has to hold when its waiting ends."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from creditdesk.core.import_plan import ImportPlan, begun_by, begun_mark
from creditdesk.core.keywords import same
from creditdesk.core.queueing import Queue
from creditdesk.core.sending import Sending, Stop, split
from creditdesk.core.sent_before import Before, before_words, sent_before
from creditdesk.desk.notes import holds_key
from creditdesk.desk.send_before import SentBefore
from creditdesk.desk.send_calls import Calls, SendError
from creditdesk.desk.send_course import Course, Halt
from creditdesk.desk.send_plans import NoRoom, Plans, PlanVoid, VendorTrouble
from creditdesk.store.connections import HistoryError
from creditdesk.store.outbox import Entry, Outbox
from creditdesk.store.outbox_rows import brought_of

T = TypeVar("T")
_TRIES = 5

NOT_KEPT = "Nothing was sent: what is sent cannot be written down, because the history's file cannot be used."
_BEGUN = "This plan was begun already. Go on with that import, or make a new plan."
_PAST = "It cannot wait for an instant that is over."
_CROWDED = "Nothing was sent: other imports to the same place are begun all the time. Try again."
_AGAIN = "{count:,} of these items were sent there by another import since this one was queued. Cancel it, size anew."


@dataclass(frozen=True, slots=True)
class Rest:
    """An import that is queued in the same step as another one is begun: all, or nothing, of both is kept."""

    plan: ImportPlan
    queue: Queue


class Starting:
    """Writes imports into the outbox. `listed` gives the imports of an account."""

    def __init__(
        self,
        calls: Calls,
        plans: Plans,
        outbox: Outbox,
        listed: Callable[[str], Awaitable[Sequence[Sending]]],
    ) -> None:
        self._calls = calls
        self._plans = plans
        self._outbox = outbox
        self._listed = listed

    async def start(
        self,
        plan: ImportPlan,
        items: Sequence[str] | None = None,
        confirmed: bool = False,
        rest: Rest | None = None,
        *,
        client: str = "",
        again: bool = False,
    ) -> Sending:
        """Write an approved plan into the outbox; `run` sends it. What is left is read, nothing is sent.

        `rest` is queued with it. `client` is whom it is for, "" for its account's client. Raises PlanVoid when
        something that the plan is bound to has changed, OverLimit unless `confirmed` when it passes a spending limit or
        the reserve, SentBefore unless `again` when an import brought something of it there before, SendError when it
        cannot be sent or kept.
        """
        await self._not_begun(plan)
        checked = await self._plans.bound(plan, items)
        await self.check_overlap(plan.account, plan.operation, plan.place.id, checked.items)
        more = [] if rest is None else [await self._queued(rest, None, confirmed, client)]
        entry = (self._sending(plan, confirmed, client), checked.items, checked.lines)

        async def room() -> None:
            await self._plans.room(checked.job, plan.factors, (plan.count, plan.batch), confirmed, plan.reserve)

        return await self._add(plan, (entry, *more), again, room)

    async def queue(
        self,
        plan: ImportPlan,
        queue: Queue,
        items: Sequence[str] | None = None,
        confirmed: bool = False,
        *,
        client: str = "",
        again: bool = False,
    ) -> Sending:
        """Write an approved plan into the outbox, where it waits. Nothing is asked; whether it fits is read then.

        `client` and `again` as in `start`. Raises PlanVoid, SentBefore and SendError.
        """
        entry = await self._queued(Rest(plan, queue), items, confirmed, client)
        return await self._add(plan, (entry,), again)

    async def sent_before(
        self, account: str, operation: str, place: str, rows: Sequence[Mapping[str, str]], items: Sequence[str]
    ) -> Before | None:
        """What of these items the outbox knows to be there on these rows, or on its way there; nobody is asked."""
        brought = await kept(self._outbox.kept.brought(account, operation, place))
        if not brought:
            return None
        return await asyncio.to_thread(sent_before, items, rows, map(brought_of, brought))

    async def due(self, course: Course, early: bool = False) -> Halt | None:
        """Let a queued import go, where its day has come (or `early`) and all that it is bound to holds; else why not.

        What is left is read. A halt of the kind `Stop.QUEUED` means that it goes on waiting.
        """
        sending, queue = course.sending, course.sending.queue
        if queue is None:
            return None
        if not early and not queue.due(course.now()):
            return Halt(Stop.QUEUED)
        try:
            await self._plans.still(course.job, queue)
            again = {same(item) for item in await self._outbox.kept.sent_since(sending)}
            items = [item for _, item in await self._outbox.kept.items(sending.id)]
            if count := sum(same(item) in again for item in items) if again else 0:
                return Halt(Stop.TROUBLE, _AGAIN.format(count=count))
            counted = (sending.rest, sending.batch_size)
            await self._plans.room(course.job, sending.factors, counted, sending.confirmed, queue.reserve)
        except VendorTrouble as error:  # it may be over soon
            return Halt(Stop.QUEUED, str(error))
        except NoRoom as error:
            return Halt(Stop.QUEUED if queue.at is None else Stop.QUOTA_SHORT, str(error))
        except SendError as error:
            return Halt(Stop.TROUBLE, str(error))
        if course.control.wish:
            return Halt(course.control.wish)
        await self._outbox.requeue(sending.id, None)
        course.sending = replace(sending, queue=None)
        return None

    async def check_overlap(
        self, account: str, operation: str, place: str, items: Sequence[str], own: str = ""
    ) -> None:
        """Raises SendError when an item may be there already by another import whose outcome is not known."""
        unsettled = await kept(self._outbox.kept.unsettled(account, operation, place))
        open_items = {same(item) for sending, each in unsettled.items() if sending != own for item in each}
        count = sum(same(item) in open_items for item in items) if open_items else 0
        if count:
            raise SendError(
                f"{count:,} of these items are in another import whose outcome is not known yet. Settle that one first."
            )

    async def _queued(self, rest: Rest, items: Sequence[str] | None, confirmed: bool, client: str) -> Entry:
        plan, queue = rest.plan, rest.queue
        if queue.at is not None and queue.due(self._calls.tools.clock()):
            raise SendError(_PAST)
        await self._not_begun(plan)
        checked = await self._plans.bound(plan, items)
        marked = Queue(queue.at, queue.by_itself, plan.prices, plan.file, plan.file_sha256, plan.reserve)
        sending = replace(self._sending(plan, confirmed, client), queue=marked, stop=Stop.QUEUED)
        return sending, checked.items, checked.lines

    async def _not_before(self, plan: ImportPlan, items: Sequence[str], rest: bool = False) -> None:
        found = await self.sent_before(plan.account, plan.operation, plan.place.id, plan.rows, items)
        if found is not None:
            item = self._calls.job(plan.account, plan.operation).operation.item
            words = before_words(found, item, plan.place.name or plan.place.id)
            raise SentBefore(words, replace(found, rest=rest))

    async def _not_begun(self, plan: ImportPlan) -> None:
        if begun_by(plan, await self._listed(plan.account)):
            raise PlanVoid(_BEGUN)

    def _sending(self, plan: ImportPlan, confirmed: bool, client: str) -> Sending:
        return Sending(
            id=os.urandom(8).hex(),
            account=plan.account,
            operation=plan.operation,
            place=plan.place,
            count=plan.count,
            batch_size=plan.batch,
            created_at=self._calls.tools.clock(),
            rows=plan.rows,
            factors=plan.factors,
            file=plan.name,
            plan=begun_mark(plan),
            expected=plan.expected,
            batches=split(plan.count, plan.batch),
            confirmed=confirmed,
            base_url=plan.base_url,
            provider=plan.provider,
            client=self._client(client) or self._calls.tools.chosen.account(plan.account).client,
            reserve=dict(plan.reserve),
        )

    def _client(self, given: str) -> str:
        if holds_key(self._calls.tools, given):
            raise SendError("The client's name looks like a key. Keys belong in the keyring.")
        return given.strip()

    async def _add(
        self,
        plan: ImportPlan,
        entries: Sequence[Entry],
        again: bool,
        room: Callable[[], Awaitable[None]] | None = None,
    ) -> Sending:
        """Write what nothing else has brought there, and where there is `room`; looked at anew when another process
        wrote one for the same place meanwhile."""
        if not self._outbox.durable:
            raise SendError(NOT_KEPT)
        for _ in range(_TRIES):
            seen = None if again else await kept(self._outbox.kept.there(plan.account, plan.operation, plan.place.id))
            for number, entry in enumerate(entries if seen is not None else ()):
                await self._not_before(plan, entry[1], rest=number > 0)
            if room is not None:
                await room()
            if await kept(self._outbox.add(*entries[0], *entries[1:], seen=seen)):
                return entries[0][0]
            await self._not_begun(plan)
        raise SendError(_CROWDED)


async def kept(work: Awaitable[T]) -> T:
    """What comes of it; SendError when the outbox cannot be written or read."""
    try:
        return await work
    except HistoryError as error:
        raise SendError(f"The import stands still: {error} What was on its way is looked up first.") from None
