"""`send --at`: what a plan waits for, from its word, and as words and JSON."""

from datetime import UTC, datetime

from creditdesk.core.import_plan import ImportPlan
from creditdesk.core.queueing import Queue, next_reset
from creditdesk.core.sending import Sending, Stop
from creditdesk.desk.accounts import AccountError
from creditdesk.desk.opening import Desk


def queue_of(text: str, plan: ImportPlan, desk: Desk) -> Queue:
    """What the word says: an instant, `reset` (the next one of the account's pools) or `room`. Raises AccountError."""
    if text == "room":
        return Queue()
    if text == "reset":
        at = next_reset(desk.reader.reading(desk.registry.named(plan.account_name)).snapshot, desk.tools.clock())
        if at is None:
            raise AccountError("--at", f"No reset is known of {plan.account_name}. Give a date, or --at room.")
        return Queue(at)
    try:
        # A time without a zone is this computer's, as the user reads it off the clock.
        return Queue(datetime.fromisoformat(text).astimezone(UTC))
    except (ValueError, OverflowError):
        wanted = "reset, room, or an instant such as 2026-12-01T02:00Z"
        raise AccountError("--at", f"--at wants {wanted}, not {text!r}.") from None


def queue_json(sending: Sending) -> dict[str, object] | None:
    """What it waits for, as JSON (docs/cli.md); None where it may be sent."""
    queue = sending.queue
    return None if queue is None else {"until": "room" if queue.at is None else "instant", "at": queue.at}


def queue_line(sending: Sending) -> str:
    """ "Queued until 2026-12-01 02:00 UTC."; "" for what is not queued."""
    queue = sending.queue
    if queue is None or sending.stop is not Stop.QUEUED:
        return ""
    if queue.at is None:
        return f"Queued until there is room. {sending.stop_detail}".strip()
    return f"Queued until {queue.at:%Y-%m-%d %H:%M} UTC. {sending.stop_detail}".strip()
