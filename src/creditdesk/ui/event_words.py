"""What happened, in words: one line for every kind of event, and the groups by which they are chosen."""

import re
from collections.abc import Mapping
from enum import StrEnum

from creditdesk.core.definition import Definition
from creditdesk.core.pools import Level, Trouble, TroubleKind
from creditdesk.core.series import Event, EventKind
from creditdesk.core.timeline import Totals, UnitTotal
from creditdesk.ui import words
from creditdesk.ui.bulletin_words import HEADLINES, cause_words


class Group(StrEnum):
    """Kinds of events as one chooses them on the activity page; the value is what the choice says."""

    ALL = "Everything"
    USE = "Use"
    FILLED = "Top-ups and resets"
    ALERTS = "Warnings"
    TROUBLES = "Troubles"
    IMPORTS = "Imports"
    ACCOUNTS = "Accounts and keys"
    NOTES = "Notes"


_GROUPS: Mapping[EventKind, Group] = {
    EventKind.USED: Group.USE,
    EventKind.TOP_UP: Group.FILLED,
    EventKind.RESET: Group.FILLED,
    EventKind.TYPED: Group.FILLED,
    EventKind.ALERT: Group.ALERTS,
    EventKind.TROUBLE: Group.TROUBLES,
    EventKind.RECOVERED: Group.TROUBLES,
    EventKind.SIZED: Group.IMPORTS,
    EventKind.SENT: Group.IMPORTS,
    EventKind.SEND_STOPPED: Group.IMPORTS,
    EventKind.SETTLED: Group.IMPORTS,
    EventKind.ADDED: Group.ACCOUNTS,
    EventKind.CHANGED: Group.ACCOUNTS,
    EventKind.REMOVED: Group.ACCOUNTS,
    EventKind.KEY_CHANGED: Group.ACCOUNTS,
    EventKind.NOTE: Group.NOTES,
}

_LINES: Mapping[EventKind, str] = {
    EventKind.ADDED: "Account added",
    EventKind.CHANGED: "Account changed",
    EventKind.REMOVED: "Account removed",
    EventKind.KEY_CHANGED: "Key changed",
    EventKind.TROUBLE: "Reading failed",
    EventKind.RECOVERED: "Reading works again",
    EventKind.ALERT: "Warning",
    EventKind.SIZED: "Import sized",
    EventKind.SENT: "Import sent",
    EventKind.SEND_STOPPED: "Import stopped",
    EventKind.SETTLED: "Import settled",
    EventKind.NOTE: "Note",
}

_OF_A_POOL: Mapping[EventKind, str] = {
    EventKind.USED: "used",
    EventKind.TOP_UP: "topped up",
    EventKind.RESET: "reset",
    EventKind.TYPED: "typed by hand",
}

_SPEAKS_FOR_ITSELF = frozenset({EventKind.ALERT, EventKind.SIZED, EventKind.NOTE})
_UNSIGNED = frozenset({EventKind.TYPED, EventKind.SENT, EventKind.SEND_STOPPED})
"""A balance that was typed is no change, and what was sent is counted, not won."""
_LEVELS = {level.value: level for level in Level}
_TROUBLES = {kind.value: kind for kind in TroubleKind}
_FIGURES = re.compile(r"[$€£¥₹]?\d[\d,.]*")
_PLACE = re.compile(r"(?<=\bsent to )\S.*")
"""Where an import went: its account's client, as often as not."""


def group(kind: EventKind) -> Group:
    """The group that an event of this kind belongs to."""
    return _GROUPS[kind]


def kinds_of(chosen: Group) -> tuple[EventKind, ...]:
    """The kinds of events in a group."""
    return tuple(kind for kind, each in _GROUPS.items() if each == chosen)


def totals_words(totals: Totals, hide: bool = False) -> str:
    """What all events under a filter add up to, unit by unit; "" for nothing. What cannot be added is said."""
    said = [_unit_words(each, hide) for each in totals.units]
    if totals.unknown:
        noun = "change" if totals.unknown == 1 else "changes"
        said.append(f"{totals.unknown:,} {noun} of unknown size not added")
    if totals.left_out:
        said.append(f"{totals.left_out:,} not added, because another pool or account counts them already")
    return " · ".join(each for each in said if each)


def _unit_words(total: UnitTotal, hide: bool) -> str:
    verbs = (
        (total.used, "used"),
        (total.freed, "came free"),
        (total.topped_up, "topped up"),
        (total.refilled, "refilled"),
    )
    told = [(amount, verb) for amount, verb in verbs if amount]
    if not told:
        return ""
    first, *rest = told
    parts = [f"{words.amount(first[0], total.unit, hide)} {first[1]}"]
    return ", ".join([*parts, *(f"{words.number(amount, total.unit, hide)} {verb}" for amount, verb in rest)])


def what(
    event: Event,
    definition: Definition | None = None,
    hide: bool = False,
    labels: Mapping[str, str] | None = None,
    hide_names: bool = False,
) -> str:
    """What happened, one line: "Monthly reset", "Reading failed: Key rejected", "Low: under 20 % left".

    `hide` puts dots in the place of every figure that the event's own text holds, `hide_names` in that of the account's
    name, and of the place that an import went to. `labels` are the account's own names of its pools, by id.
    """
    detail = event.detail.strip()
    if hide_names and detail and group(event.kind) is Group.ACCOUNTS:
        detail = words.HIDDEN
    if hide_names:
        detail = _PLACE.sub(words.HIDDEN, detail)
    if event.kind is EventKind.TROUBLE and detail in _TROUBLES:
        detail = words.remedy(Trouble(_TROUBLES[detail], "")).title
    if event.kind is EventKind.ALERT:
        together, _, unit = event.pool.partition(":")
        label = f"All {unit}".strip() if together == "total" else (labels or {}).get(event.pool, "")
        detail = _warning(detail, label)
    detail = _FIGURES.sub(words.HIDDEN, detail) if hide else detail
    if event.kind in _SPEAKS_FOR_ITSELF and detail:
        return detail
    line = _line(event, definition, labels or {})
    return f"{line}: {detail}" if detail else line


def _warning(detail: str, label: str = "") -> str:
    """ "low percent" as the database keeps it: "Low: less is left than the share you set.", or "Monthly low: ..."."""
    level, _, cause = detail.partition(" ")
    if level not in _LEVELS:
        return f"{label}: {detail}" if label else detail
    word, said = HEADLINES.get(cause, words.level_word(_LEVELS[level])), cause_words(cause)
    word = f"{label} {word.lower()}" if label else word
    return f"{word}: {said[:1].lower()}{said[1:]}" if said else word


def pool_label(pool_id: str, definition: Definition | None) -> str:
    """A pool's label by its vendor's file; for members of a family the family's, or the id itself."""
    if definition is not None:
        family = pool_id.partition(":")[0]
        for rule in definition.pools:
            if rule.id == pool_id or rule.id.partition(":")[0] == family:
                return pool_id if "{" in rule.label else rule.label or pool_id
    return pool_id.partition(":")[0].replace("-", " ").capitalize()


def change(event: Event, hide: bool = False, unit: bool = True) -> str:
    """The event's amount with its sign and unit: "−40 credits", "+$5.00", ""; what was typed or sent has no sign."""
    if event.amount is None:
        return ""
    if event.kind in _UNSIGNED:
        figure = words.number(event.amount, event.unit, hide)
    else:
        figure = words.signed(event.amount, event.unit, hide)
    if not unit or not event.unit or words.is_money(event.unit):
        return figure
    return f"{figure} {words.unit_word(event.unit, abs(event.amount))}"


def _line(event: Event, definition: Definition | None, labels: Mapping[str, str]) -> str:
    verb = _OF_A_POOL.get(event.kind)
    if verb is None:
        return _LINES[event.kind]
    if event.kind is EventKind.USED and event.amount is not None and event.amount > 0:
        verb = "came free"  # places, such as those of paused keywords
    label = labels.get(event.pool) or pool_label(event.pool, definition)
    return f"{label} {verb}" if event.pool else verb.capitalize()
