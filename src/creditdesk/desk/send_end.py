"""How a run ends: why it stands still is written down, what it really cost is read, and the activity page is told."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from creditdesk.core.sending import BatchState, Sending, Stop
from creditdesk.core.series import Event, EventKind
from creditdesk.desk.send_course import Course, Halt
from creditdesk.desk.send_run import left_of
from creditdesk.store.timeline import Timeline

_QUIET = (Stop.PAUSED, Stop.CANCELLED)
"""Stops after which nothing more is asked, not even what is left."""
_WHY = {
    Stop.OVER_QUOTA: "the vendor refused for want of quota",
    Stop.QUOTA_SHORT: "what is left does not suffice",
    Stop.REFUSED: "the vendor refused it",
    Stop.UNKNOWN: "what became of a part is not known",
    Stop.TROUBLE: "it could not be sent",
    Stop.PAUSED: "paused",
    Stop.CANCELLED: "cancelled",
}


async def ended(course: Course, halt: Halt) -> Sending:
    """Write down how a run ended; the sending as it is then. Raises HistoryError."""
    outbox, sending_id = course.outbox, course.sending.id
    if Stop.CANCELLED in (halt.stop, course.sending.stop) and not course.sending.done:
        await outbox.cancel(sending_id)
    else:
        await outbox.stop(sending_id, halt.stop, halt.detail, halt.retry_at)
    # Where the outbox is gone, what this run knows is told all the same.
    gone = replace(course.sending, stop=halt.stop, stop_detail=halt.detail, retry_at=halt.retry_at)
    sending = await outbox.kept.load(sending_id) or gone
    spent = None
    if course.asked and halt.stop not in _QUIET:
        spent = await _spent(course, sending.spent or {})
    now = course.now()
    await outbox.close(sending_id, spent, (sending.ended_at or now) if sending.done else None)
    await _tell(course, sending, halt, now)
    return await outbox.kept.load(sending_id) or sending


async def _spent(course: Course, so_far: Mapping[str, Decimal]) -> dict[str, Decimal] | None:
    """What the pools lost in the runs before and in this one, by a reading made now; None when it fails."""
    before = await course.outbox.kept.before(course.sending.id)
    try:
        reading = (await course.reader.read(course.sending.account)).reading
    except KeyError:  # the account was removed meanwhile
        return None
    if reading.trouble is not None or reading.snapshot is None:
        return None
    after = left_of(reading.snapshot)
    lost = {pool: left - after[pool] for pool, left in before.items() if pool in after}
    return {pool: amount + so_far.get(pool, Decimal(0)) for pool, amount in lost.items()}


async def _tell(course: Course, sending: Sending, halt: Halt, now: datetime) -> None:
    accepted = sending.items_in(BatchState.ACCEPTED)
    noun = course.job.operation.item
    kind = EventKind.SEND_STOPPED if halt.stop else EventKind.SENT
    told = f"{accepted:,} of {sending.count:,} {noun}s sent to {sending.place.name}"
    if sending.client != course.job.account.client:
        told = f"{told}, for {sending.client}"
    if halt.stop:
        told = f"{_WHY[halt.stop]}: {told}"
    event = Event(now, sending.account, kind, amount=Decimal(accepted), unit=f"{noun}s", detail=told)
    await Timeline(course.calls.tools.history.connections).add(event, sending.client)
