"""What an import that is being sent says: how far it is, why it stopped, what to do, what it really took."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from creditdesk.core.pools import Level
from creditdesk.core.queueing import Queue
from creditdesk.core.sending import Batch, BatchState, Sending, Stop
from creditdesk.ui import words
from creditdesk.ui.nouns import counted


@dataclass(frozen=True, slots=True)
class Told:
    """Where an import is: its level, a sentence, and what the user may do."""

    level: Level
    headline: str
    what: str


_STOPS: Mapping[Stop, tuple[Level, str, str]] = {
    Stop.OVER_QUOTA: (
        Level.CRITICAL,
        "Stopped: the vendor answered 402",
        "Nothing was sent after that. Make room, then go on; only what was not taken is sent.",
    ),
    Stop.QUOTA_SHORT: (
        Level.LOW,
        "Stopped: what is left does not hold the rest",
        "It was read before a request, and nothing was sent after that. Make room, then go on.",
    ),
    Stop.REFUSED: (
        Level.CRITICAL,
        "Stopped: the vendor refused a request",
        "What was refused was not created. Read why below; going on sends only the requests that were not made yet.",
    ),
    Stop.UNKNOWN: (
        Level.LOW,
        "Stopped: it is not known whether a request arrived",
        "It is never sent again by itself. Look again in a moment, or look at the vendor's page and say what you see.",
    ),
    Stop.TROUBLE: (
        Level.LOW,
        "Stopped: the vendor could not be asked",
        "What was not sent waits here. Go on when it can be reached again.",
    ),
    Stop.PAUSED: (Level.NOT_READ, "Paused", "Nothing is sent until you go on."),
    Stop.CANCELLED: (Level.NOT_READ, "Cancelled", "The rest is not sent any more."),
}


def told(sending: Sending, running: bool, item: str, place: str, now: datetime) -> Told:
    """How far this import is at `now`; `place` is where it goes, as it may be shown."""
    where = f" to {place or sending.place.name}" if sending.place.name else ""
    if running:
        return Told(Level.GOOD, f"Sending {counted(sending.count, item)}{where}", "")
    unknown = sending.items_in(BatchState.UNKNOWN, BatchState.SENDING)
    if sending.stop is Stop.QUEUED and sending.queue is not None:
        headline = f"{queue_words(sending.queue, now)}: {counted(sending.count, item)}{where}"
        return Told(Level.NOT_READ, headline, _waits(sending.queue, now))
    if sending.stop in _STOPS and not (sending.stop is Stop.CANCELLED and unknown):
        return Told(*_STOPS[sending.stop])
    if unknown:
        return Told(*_STOPS[Stop.UNKNOWN])
    if sending.items_in(BatchState.PLANNED):
        return Told(
            Level.NOT_READ, f"Not finished: {counted(sending.count, item)}{where}", "Nothing is sent until you go on."
        )
    refused = sending.items_in(BatchState.REFUSED)
    if refused:
        return Told(Level.LOW, f"Sent, but {refused:,} were refused", "What was refused was not created.")
    missing = sending.items_in(BatchState.CANCELLED)
    if missing:
        there = f"Partly arrived: {sending.items_in(BatchState.ACCEPTED):,} there, {missing:,} missing"
        what = "What is missing is not sent again by this import. Save the report and drop it here to send that anew."
        return Told(Level.LOW, there, what)
    return Told(Level.GOOD, f"Sent {counted(sending.count, item)}{where}", "")


def queue_words(queue: Queue, now: datetime) -> str:
    """ "Queued for 1 Dec, 02:00", "Queued until there is room"."""
    if queue.at is None:
        return "Queued until there is room"
    return f"Queued for {words.short_day(queue.at, now)}, {words.clock(queue.at)}"


def _waits(queue: Queue, now: datetime) -> str:
    """What happens to it, and when."""
    if not queue.by_itself:
        over = queue.at is not None and queue.due(now)
        return "Its time has come. Start it when you like." if over else "Nothing is sent until you press “Start now”."
    if queue.at is None:
        return "It starts by itself as soon as there is room, while creditdesk is open. What is left is read first."
    return "It starts by itself then, or when creditdesk is opened after that. What is left is read first."


def counts_line(sending: Sending, running: bool = False) -> str:
    """ "400 accepted · 0 refused · 100 unknown · 120 not sent"; what is on its way now is not called unknown."""
    summary = dict(sending.summary)
    on_its_way = sending.items_in(BatchState.SENDING) if running else 0
    summary["unknown"] -= on_its_way
    said = [("accepted", "accepted"), ("refused", "refused"), ("unknown", "unknown"), ("not_sent", "not sent")]
    told = [f"{summary[name]:,} {word}" for name, word in said]
    if on_its_way:
        told.insert(3, f"{on_its_way:,} on the way")
    return " · ".join(told)


def done_items(sending: Sending) -> int:
    """How many items the vendor answered for."""
    return sending.items_in(BatchState.ACCEPTED, BatchState.REFUSED)


def ended_words(sending: Sending, item: str, place: str) -> str:
    """That it is not sent any more, for whoever looks elsewhere. `place` as it may be shown."""
    accepted = sending.items_in(BatchState.ACCEPTED)
    if accepted == sending.count:
        return f"Sent {counted(accepted, item)} to {place}."
    return f"The import to {place} stopped: {accepted:,} of {counted(sending.count, item)} accepted."


def left_line(sending: Sending, began_at: datetime | None, before: int, now: datetime) -> str:
    """How long the rest takes, by what was done since `began_at` with `before` items done; "" while not known."""
    done = sending.items_in(BatchState.ACCEPTED) - before
    rest = sending.items_in(BatchState.PLANNED, BatchState.SENDING)
    if began_at is None or done <= 0 or not rest:
        return ""
    seconds = (now - began_at).total_seconds() * rest / done
    return "less than a second left" if seconds < 1 else f"about {words.duration(seconds)} left"


def batch_line(batch: Batch, item: str, now: datetime) -> str:
    """ "Keywords 401 to 500, sent Today 09:14: the connection was lost"."""
    noun = counted(2, item).split(" ", 1)[1]
    first, last = batch.first + 1, batch.first + batch.count
    which = (
        f"{noun[:1].upper()}{noun[1:]} {first:,} to {last:,}" if batch.count > 1 else f"{item.capitalize()} {first:,}"
    )
    when = f", sent {words.moment(batch.sent_at, now)}" if batch.sent_at else ""
    return f"{which}{when}{f': {batch.detail}' if batch.detail else ''}"


def spent_lines(sending: Sending, labels: Mapping[str, tuple[str, str]], hide: bool = False) -> tuple[str, ...]:
    """What the pools really lost beside what was expected; `labels` are (label, unit) by pool id."""
    if sending.spent is None:
        return ()
    lines = []
    for pool, spent in sending.spent.items():
        label, unit = labels.get(pool, (pool, ""))
        expected = sending.expected.get(pool)
        if not spent and not expected:
            continue  # it was never drawn on
        line = f"{label}: {words.amount(spent, unit, hide)} really used"
        if expected is not None:
            line += ", as expected" if expected == spent else f", {words.number(expected, unit, hide)} were expected"
        lines.append(f"{line}{_ratio(spent, sending, hide)}.")
    return tuple(lines)


def _ratio(spent: Decimal, sending: Sending, hide: bool) -> str:
    accepted = sending.items_in(BatchState.ACCEPTED)
    if not accepted or hide:
        return ""
    ratio = (spent / accepted).quantize(Decimal("0.01"))
    return f" ({words.number(ratio)} for each of {accepted:,} accepted)"
