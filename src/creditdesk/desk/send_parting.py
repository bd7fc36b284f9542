"""A request of which only a part arrived: settled item by item, as the vendor's list says, when the user asks for that.

What is listed counts as accepted. What is missing counts as not sent, and is never sent again by this import: the
report has it, as a list to size anew. What cannot be told stays unknown.
"""

from creditdesk.core.sending import Batch, BatchState, Stop
from creditdesk.core.settling import Part
from creditdesk.desk.send_calls import SendError
from creditdesk.desk.send_course import Course, Halt
from creditdesk.desk.send_look import Look
from creditdesk.store.outbox_parting import Share

_NOT_TOLD = "The vendor's list does not tell which items of it are there. Look again in a minute."
_STATES = {
    Part.OPEN: (BatchState.UNKNOWN, "The vendor's list does not tell whether these are there."),
    Part.THERE: (BatchState.ACCEPTED, "The vendor's list has it."),
    Part.MISSING: (BatchState.CANCELLED, "Partly arrived: the vendor's list has others of its request, and not this."),
}


async def part(course: Course, batch: Batch) -> str:
    """Settle an unknown batch item by item; what came of it, in words. Raises SendError where that cannot be told."""
    found = await Look(course).parts(batch)
    if isinstance(found, Halt):
        raise SendError(found.detail if found.stop not in (Stop.PAUSED, Stop.CANCELLED) else "Stopped.")
    if Part.THERE not in found or set(found) == {Part.OPEN}:
        raise SendError(_NOT_TOLD)
    places = {kind: [place for place, said in enumerate(found) if said is kind] for kind in Part}
    shares = [Share(state, places[kind], detail) for kind, (state, detail) in _STATES.items() if places[kind]]
    if not await course.outbox.part(course.sending.id, batch.number, shares):
        raise SendError("What became of this batch is known already.")
    counts = {kind: len(places[kind]) for kind in Part}
    told = f"partly arrived: {counts[Part.THERE]:,} there, {counts[Part.MISSING]:,} missing"
    return told + (f", {counts[Part.OPEN]:,} not known" if counts[Part.OPEN] else "")
