"""The accounts as the page shows them: by client where any has one, in the user's order. Pure; no widgets."""

from collections import Counter
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from creditdesk.core.pools import Level
from creditdesk.core.settings import Settings
from creditdesk.core.totals import totals
from creditdesk.ui import words
from creditdesk.ui.board import Entry
from creditdesk.ui.totals_words import totals_line

NOBODY = "No client"


@dataclass(frozen=True, slots=True)
class Group:
    """The accounts of one client, "" for those of none. `shown` False: its accounts are folded away."""

    client: str
    entries: tuple[Entry, ...]
    shown: bool = True


Row = Group | Entry


def groups(entries: Iterable[Entry], folded: Set[str] = frozenset()) -> tuple[Group, ...]:
    """The accounts by client, in the order of each client's first account; () where no account has a client."""
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.reading.account.client, []).append(entry)
    if not any(found):
        return ()
    return tuple(Group(client, tuple(each), client not in folded) for client, each in found.items())


def rows(entries: Sequence[Entry], folded: Set[str] = frozenset()) -> list[Row]:
    """The lines of the table: a heading a client and its accounts below; the accounts alone where none has a client."""
    made: list[Row] = []
    for group in groups(entries, folded):
        made.append(group)
        made += group.entries if group.shown else ()
    return made or list(entries)


def heading(group: Group, now: datetime, settings: Settings) -> str:
    """ "Client A · 3 accounts · 1 low · Serp credits: 240 left in 2 accounts": only what can be said honestly."""
    name = words.HIDDEN if settings.hide_names and group.client else group.client or NOBODY
    parts = [name, words.count(len(group.entries), "accounts")]
    levels = Counter(each.reading.level for each in group.entries)
    bad = [level for level in (Level.EXHAUSTED, Level.CRITICAL, Level.LOW) if levels[level]]
    parts += [f"{levels[level]} {words.level_word(level).lower()}" for level in bad]
    found = totals(((each.definition, each.reading) for each in group.entries), now)
    if line := totals_line(found, (each.definition for each in group.entries), settings):
        parts.append(line)
    return " · ".join(parts)


def moved(entries: Sequence[Entry], row: Row, by: int) -> tuple[str, ...]:
    """The ids in their new order when this line goes up (-1) or down (1): an account within its client's, a whole
    client among the clients. The order is that on screen. () when it stands at the end."""
    shelves = [list(each.entries) for each in groups(entries)] or [list(entries)]
    if isinstance(row, Group):
        clients = [each.client for each in groups(entries)]
        at = clients.index(row.client)
        shelf: list[list[Entry]] | list[Entry] = shelves
    else:
        shelf = next(each for each in shelves if any(one.id == row.id for one in each))
        at = [one.id for one in shelf].index(row.id)
    if not 0 <= at + by < len(shelf):
        return ()
    shelf.insert(at + by, shelf.pop(at))  # type: ignore[arg-type]  # what was taken out is put back
    return tuple(entry.id for each in shelves for entry in each)


def steps(lines: Sequence[Row], row: Row, place: int) -> int:
    """By how many steps a line goes when it is dropped before the line at `place` (len(lines): at the end).

    0 where it cannot go: an account stays among its client's.
    """
    peers = [at for at, each in enumerate(lines) if _shelf(each) == _shelf(row)]
    own = next((at for at in peers if key_of(lines[at]) == key_of(row)), None)
    if own is None or (isinstance(row, Entry) and not peers[0] <= place <= peers[-1] + 1):
        return 0
    before = sum(at < place for at in peers)
    return before - peers.index(own) - (1 if place > own else 0)


def key_of(row: Row) -> tuple[str, str]:
    """What tells a line from every other, also when it was made anew."""
    return ("client", row.client) if isinstance(row, Group) else ("account", row.id)


def _shelf(row: Row) -> tuple[bool, str]:
    return (True, "") if isinstance(row, Group) else (False, row.reading.account.client)
