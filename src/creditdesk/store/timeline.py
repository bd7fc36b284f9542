"""The timeline: what happened, filtered and added up in the database, a page at a time; and notes.

A query is asked as one search in an index for each account or kind that it names; their answers are merged. So a page
costs the same with a thousand events as with a million.
"""

import heapq
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from decimal import Decimal
from itertools import islice

from creditdesk.core.amounts import EXACT
from creditdesk.core.series import Event, EventKind
from creditdesk.core.timeline import ADDED_UP, Counted, TimelineQuery, Totals, Word, totals
from creditdesk.store import statements_activity as statements
from creditdesk.store.checks import good
from creditdesk.store.connections import Connections
from creditdesk.store.pending import Pending
from creditdesk.store.recording import add_event
from creditdesk.store.rows import event_of, micros
from creditdesk.store.statements import EVENTS, NEWEST_FIRST

PAGE = 200
_MOST_SEARCHES = 400
"""More accounts than this are looked for in one pass over the time."""

Where = tuple[str, tuple[object, ...]]
"""Conditions that are joined by AND, "" for none, and their values."""


class Timeline:
    """The events of one desk. Every method gives a `Pending` and may raise HistoryError."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def events(self, query: TimelineQuery, before: Event | None = None, limit: int = PAGE) -> Pending[list[Event]]:
        """What happened, newest first, at most `limit`. `before` is the last event of the page before."""
        return self._connections.read(lambda connection: events(connection, query, before, limit))

    def totals(self, query: TimelineQuery) -> Pending[Totals]:
        """All events under a query, added up."""
        return self._connections.read(lambda connection: _totals(connection, query))

    def add(self, event: Event, client: str = "") -> Pending[int]:
        """Write an event that is of this client ("": of its account's); gives its id."""

        def work(connection: sqlite3.Connection) -> int:
            number = add_event(connection, event)
            if client:
                connection.execute(statements.NOTE_CLIENT, (number, event.account, client))
            return number

        return self._connections.write(work)

    def remove_note(self, number: int) -> Pending[tuple[Event, str] | None]:
        """Delete a note; gives it with its client ("": its account's), for `add` to bring it back. None: it is gone."""

        def work(connection: sqlite3.Connection) -> tuple[Event, str] | None:
            row = connection.execute(statements.ONE_NOTE, (number,)).fetchone()
            if row is None:
                return None
            client = connection.execute(statements.CLIENT_OF, (number,)).fetchone()
            connection.execute(statements.FORGET_CLIENT, (number,))
            connection.execute(statements.DELETE_NOTE, (number,))
            return event_of(row), client[0] if client else ""

        return self._connections.write(work)


def events(connection: sqlite3.Connection, query: TimelineQuery, before: Event | None, limit: int) -> list[Event]:
    """A page of a query."""
    below: Where = ("", ()) if before is None else ("(at, id) < (?, ?)", (micros(before.at), before.id))
    with ExitStack() as opened:
        found = []
        for branch in _branches(connection, query, _searches(query)):
            where, values = _joined(branch, below)
            rows = connection.execute(f"{EVENTS}{_where(where)}{NEWEST_FIRST}", (*values, limit))
            opened.callback(rows.close)  # most of them are not read to their end
            found.append(map(event_of, good(connection, "event", rows, 1)))
        merged = heapq.merge(*found, key=lambda each: (each.at, each.id), reverse=True)
        return list(islice(merged, limit))


def _totals(connection: sqlite3.Connection, query: TimelineQuery) -> Totals:
    elsewhere = _elsewhere(connection, query)
    counted: list[Counted] = []
    left_out = 0
    for branch in _branches(connection, query, [("", ())]):
        if elsewhere:
            pairs = f"(account, pool) IN (VALUES {', '.join(['(?, ?)'] * len(elsewhere))})"
            values = tuple(value for pair in elsewhere for value in pair)
            kinds = f"kind IN ({_marks(len(ADDED_UP))})"
            where, all_values = _joined(branch, (f"{kinds} AND {pairs}", (*ADDED_UP, *values)))
            left_out += connection.execute(f"{statements.COUNT}{_where(where)}", all_values).fetchone()[0]
            branch = _joined(branch, (f"NOT ({kinds} AND {pairs})", (*ADDED_UP, *values)))
        counted += _counted(connection, branch)
    found = totals(counted, left_out)
    return Totals(found.events + left_out, found.units, found.unknown, left_out)


def _counted(connection: sqlite3.Connection, branch: Where) -> Iterator[Counted]:
    """The events of a branch, those of the same amount together. Amounts are added by us, so no digit is lost."""
    where, values = branch
    rows = connection.execute(f"{statements.AMOUNTS}{_where(where)}{statements.BY_AMOUNT}", values)
    for name, unit, amount, count in rows:
        if amount is None:
            yield Counted(EventKind(name), unit, Decimal(0), count, count)
        else:
            yield Counted(EventKind(name), unit, EXACT.multiply(Decimal(amount), count), count)


def _searches(query: TimelineQuery) -> list[Where]:
    """The query cut so that each part is one stretch of an index: by account, else by kind, else by time."""
    if query.accounts and len(query.accounts) <= _MOST_SEARCHES:
        return [("account = ?", (account,)) for account in dict.fromkeys(query.accounts)]
    if query.kinds and len(query.kinds) < len(EventKind) / 2:
        return [("kind = ?", (kind.value,)) for kind in dict.fromkeys(query.kinds)]
    return [("", ())]


def _branches(connection: sqlite3.Connection, query: TimelineQuery, searches: Sequence[Where]) -> list[Where]:
    """The conditions of the parts that a query consists of; no event is in two of them."""
    rest = _rest(query)
    if query.client is None:
        return [_joined(search, rest) for search in searches]
    found = []
    noted = connection.execute(statements.ANY_NOTED).fetchone() is not None
    own = sorted(account for account, client in query.clients.items() if client == query.client)
    if not query.client:
        others = sorted(account for account, client in query.clients.items() if client)
        found += [_joined(search, _among("account", others, negated=True), rest) for search in searches]
    elif query.accounts:
        wanted = [account for account in own if account in query.accounts]
        found += [_joined(("account = ?", (account,)), rest) for account in wanted]
    elif len(own) <= _MOST_SEARCHES:
        found += [_joined(("account = ?", (account,)), rest) for account in own]
    else:
        found.append(_joined(_among("account", own), rest))
    if noted:
        found = [_joined(branch, (statements.NOT_NOTED, ())) for branch in found]
        found.append(_joined((statements.NOTED, (query.client,)), _among("account", query.accounts), rest))
    return found


def _rest(query: TimelineQuery) -> Where:
    """What every part of a query has in common."""
    conditions = [
        _among("account", query.accounts),
        _among("pool", query.pools),
        _among("kind", [kind.value for kind in query.kinds]),
    ]
    if query.since is not None:
        conditions.append(("at >= ?", (micros(query.since),)))
    if query.until is not None:
        conditions.append(("at < ?", (micros(query.until),)))
    return _joined(*conditions, *map(_word, query.words))


def _word(word: Word) -> Where:
    """A word stands in the text, the unit or the amount of an event, or its account, pool or kind is called so."""
    spellings = dict.fromkeys((word.text, word.text.lower(), word.text.upper(), word.text.capitalize()))
    if word.text.isascii():
        spellings = {word.text: None}  # the database itself takes small and large letters of these for the same
    places = ["detail", "unit", *(["amount"] if word.figures else [])]
    found = [(f"{place} LIKE ? ESCAPE '!'", (_pattern(text),)) for place in places for text in spellings]
    named = [
        _among("account", word.accounts),
        _among("pool", word.pools),
        _among("kind", [kind.value for kind in word.kinds]),
    ]
    parts: list[Where] = [*found, *(each for each in named if each[0])]
    return f"({' OR '.join(part for part, _ in parts)})", tuple(value for _, values in parts for value in values)


def _pattern(text: str) -> str:
    for sign in "!%_":
        text = text.replace(sign, f"!{sign}")
    return f"%{text}%"


def _elsewhere(connection: sqlite3.Connection, query: TimelineQuery) -> list[tuple[str, str]]:
    """The pools (account, id) that must not be added, because another one that the query wants holds the same."""
    found: list[tuple[str, str]] = []
    shared: set[str] = set()
    for account, pool, kind, part_of, shared_by in connection.execute(statements.COUNTED_ELSEWHERE):
        if query.accounts and account not in query.accounts:
            continue
        if query.pools and (pool not in query.pools or (part_of and part_of not in query.pools)):
            part_of = ""
        if query.client and query.clients.get(account) != query.client:
            continue
        if part_of or (kind == "rate" and not query.pools) or shared_by in shared:
            found.append((account, pool))
        elif shared_by:
            shared.add(shared_by)
    return found


def _among(column: str, values: Sequence[str], negated: bool = False) -> Where:
    """That a column has one of these values; "" for none of them."""
    if not values:
        return "", ()
    return f"{column} {'NOT ' if negated else ''}IN ({_marks(len(values))})", tuple(values)


def _joined(*parts: Where) -> Where:
    conditions = " AND ".join(condition for condition, _ in parts if condition)
    return conditions, tuple(value for _, values in parts for value in values)


def _where(condition: str) -> str:
    return f" WHERE {condition}" if condition else ""


def _marks(count: int) -> str:
    return ", ".join("?" * count)
