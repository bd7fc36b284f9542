"""The story of a note: what the user wants to remember of a day, on the timeline, and never a key."""

from datetime import datetime

from creditdesk.core.series import Event, EventKind
from creditdesk.desk.accounts import looks_like_key
from creditdesk.desk.tools import Declined, Tools
from creditdesk.store.timeline import Timeline

MOST = 500


async def add_note(tools: Tools, text: str, at: datetime, account_id: str = "") -> Event:
    """Write a note of an instant (UTC), of an account or ("") of none; gives it with its id.

    Raises Declined for an empty or a very long one, and for one with a key in it, which it does not repeat.
    """
    told = " ".join(text.split())
    if not told:
        raise Declined("Write what there is to note.")
    if len(told) > MOST:
        raise Declined(f"A note has at most {MOST} characters.")
    if holds_key(tools, told):
        raise Declined("That looks like a key. Keys belong in the keyring.")
    event = Event(at, account_id, EventKind.NOTE, detail=told)
    number = await Timeline(tools.history.connections).add(event)
    return Event(at, account_id, EventKind.NOTE, detail=told, id=number)


def holds_key(tools: Tools, text: str) -> bool:
    """Whether a word of a text looks like a key of one of the vendors: such a text is not written down."""
    words = [word.strip(".,;:()'\"") for word in text.split()]
    return any(looks_like_key(word, vendor) for vendor in tools.catalogue.all() for word in words)
