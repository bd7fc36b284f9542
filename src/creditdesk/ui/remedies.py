"""What each trouble is called, why it is, and what to do about it. The one table from troubles to words."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from creditdesk.core.pools import STOPS_READING, Trouble, TroubleKind


class Action(StrEnum):
    """What the button of a trouble does."""

    RETRY = "retry"
    EDIT_KEY = "edit_key"
    UNLOCK = "unlock"
    OPEN_DASHBOARD = "open_dashboard"
    TYPE_BALANCE = "type_balance"
    WAIT = "wait"
    APPROVE = "approve"


@dataclass(frozen=True, slots=True)
class Words:
    """A title, one sentence why, and a button. `button_label` is "" when there is nothing to press."""

    title: str
    why: str
    button_label: str
    action: Action


_REMEDIES = {
    TroubleKind.NO_KEY: Words("No key", "There is no key for this account.", "Add the key", Action.EDIT_KEY),
    TroubleKind.KEYRING_LOCKED: Words(
        "Keyring locked", "The system's keyring is locked, so the key cannot be read.", "Unlock", Action.UNLOCK
    ),
    TroubleKind.KEY_REJECTED: Words(
        "Key rejected",
        "The vendor does not accept this key.",
        "Change the key",
        Action.EDIT_KEY,
    ),
    TroubleKind.NO_ACCESS: Words(
        "No API access",
        "The vendor knows the key, but the plan or the key may not use the API.",
        "Open the dashboard",
        Action.OPEN_DASHBOARD,
    ),
    TroubleKind.EXHAUSTED: Words(
        "Used up", "The vendor refuses requests because nothing is left.", "Open the dashboard", Action.OPEN_DASHBOARD
    ),
    TroubleKind.THROTTLED: Words("Throttled", "The server is throttling requests.", "Try now", Action.RETRY),
    TroubleKind.VENDOR_DOWN: Words("Vendor down", "The vendor's server does not work now.", "Try now", Action.RETRY),
    TroubleKind.BAD_ANSWER: Words(
        "Unreadable answer", "The vendor's answer is not what it documents.", "Try now", Action.RETRY
    ),
    TroubleKind.NO_NETWORK: Words("No network", "The vendor cannot be reached from here.", "Try now", Action.RETRY),
    TroubleKind.NOT_APPROVED: Words(
        "Not approved",
        "Nothing is sent by a definition of your own before you approve what it sends where.",
        "Look and approve",
        Action.APPROVE,
    ),
}

_STOPPED = {
    TroubleKind.KEY_REJECTED: "It is not asked again until you change the key.",
    TroubleKind.NO_ACCESS: "It is not asked again until you act.",
    TroubleKind.NOT_APPROVED: "It is not asked until you approve it.",
}


def remedy(trouble: Trouble) -> Words:
    """The words of a trouble. Its own message, one plain sentence, is the reason when it has one."""
    words = _REMEDIES[trouble.kind]
    why = trouble.message.strip() or words.why
    if not why.endswith((".", "?", "…")):
        why += "."
    if trouble.vendor_asked and words.action is Action.RETRY:
        return Words(words.title, why, "", Action.WAIT)
    return Words(words.title, why, words.button_label, words.action)


def next_try(trouble: Trouble, now: datetime) -> str:
    """When the account is read again, one sentence: "Next try in 4 min."; or what it waits for; "" when unknown."""
    if trouble.kind in STOPS_READING:
        return _STOPPED.get(trouble.kind, "")
    if trouble.retry_at is None:
        return ""
    seconds = (trouble.retry_at - now).total_seconds()
    if seconds < 1:
        return "Trying again now."
    asked = "The vendor asked to wait. " if trouble.vendor_asked else ""
    return f"{asked}Next try in {_span(seconds)}."


def _span(seconds: float) -> str:
    if seconds < 90:
        return f"{round(seconds)} s"
    if seconds < 5400:
        return f"{round(seconds / 60)} min"
    return f"{round(seconds / 3600)} h" if seconds < 172800 else f"{round(seconds / 86400)} d"
