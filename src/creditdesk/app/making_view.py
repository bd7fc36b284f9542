"""What the page for an own vendor shows of its file: marks in the tree, what is offered, the card as it would be."""

from datetime import datetime

from creditdesk.core import levels
from creditdesk.core.own_vendor import Found, Guess, Look, Place, Role
from creditdesk.core.pools import Account, Level, Reading, Snapshot
from creditdesk.core.settings import Settings
from creditdesk.ui.board import Entry
from creditdesk.ui.maker_words import role_word


def marks_of(look: Look, request: str) -> dict[Place, str]:
    """The words at the values of this request's answer."""
    last = look.requests[-1].id if look.requests else ""
    marks: dict[Place, str] = {}
    for pool in look.pools:
        if (pool.request or last) == request:
            of = f" of {pool.label}" if len(look.pools) > 1 and not pool.rows else ""
            for each in pool.found:
                _join(marks, each, of)
    for each in look.account:
        _join(marks, each)
    secrets = next((each.secrets for each in look.requests if each.id == request), ())
    marks |= dict.fromkeys(secrets, role_word(Role.SECRET))
    return marks


def offer_words(guesses: tuple[Guess, ...]) -> str:
    """What an answer looks like: "left, limit and reset"; "" for nothing."""
    *most, last = [role_word(each.role).lower() for each in guesses] or [""]
    return f"{', '.join(most)} and {last}" if most else last


def entry_of(look: Look, settings: Settings, now: datetime) -> Entry | None:
    """The card as it would be; None while the file or the answer does not give one."""
    if look.definition is None or look.result is None:
        return None
    account = Account("maker", look.name, look.provider)
    if not isinstance(look.result, Snapshot):
        return Entry(Reading(account, None, look.result, Level.NOT_READ), look.definition)
    level = levels.level(levels.Evidence(look.definition, look.result), settings.thresholds, settings, now)
    return Entry(Reading(account, look.result, None, level), look.definition)


def _join(marks: dict[Place, str], found: Found, of: str = "") -> None:
    """Add a word to the mark of a place."""
    if found.place is not None:
        before, word = marks.get(found.place, ""), f"{role_word(found.role)}{of}"
        marks[found.place] = f"{before}, {word.lower()}" if before else word
