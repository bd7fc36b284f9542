"""Typed entries as rows. A typed balance stands in three places, in one transaction: here, as what is typed, and as a
line of the activity page; so `accounts set`, the window and the ledger can never tell different balances."""

import os
import sqlite3
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from creditdesk.core.charges import Entry, EntryKind, Known
from creditdesk.core.series import Event, EventKind
from creditdesk.store import recording, statements
from creditdesk.store import statements_charges as ledger
from creditdesk.store.charge_rows import entry_of, entry_row
from creditdesk.store.checks import good
from creditdesk.store.rows import micros, text


def add_entry(connection: sqlite3.Connection, entry: Entry) -> Entry:
    """Write an entry; one whose id is there already stays as it is, and is given."""
    if not connection.execute(ledger.ADD_ENTRY, entry_row(entry)).rowcount:
        return _found(connection, entry.id) or entry
    if _is_typed(entry):
        known = connection.execute(statements.UNIT, (entry.account, entry.pool)).fetchone()
        unit = known[0] if known else ""
        told = Event(entry.at, entry.account, EventKind.TYPED, entry.pool, entry.amount, unit)
        recording.add_event(connection, told)
        _stand(connection, entry.account, entry.pool)
    return entry


def typed_entry(account: str, pool: str, left: Decimal, at: datetime) -> Entry:
    """The entry of a balance that was typed, with a new id."""
    return Entry(new_id(), account, pool, EntryKind.BALANCE, left, at)


def new_id() -> str:
    """An id that no other charge or entry has."""
    return os.urandom(8).hex()


def undo_entry(connection: sqlite3.Connection, id_: str) -> Entry | None:
    """Take an entry back; None where there is none, or it was undone before, or the vendor told it."""
    found = _found(connection, id_)
    if found is None or found.undone or found.known is Known.REPORTED:
        return None
    undone = replace(found, undone=True)
    connection.execute(ledger.CHANGE_ENTRY, (1, entry_row(undone)[-1], id_))
    if _is_typed(found):
        connection.execute(ledger.UNTYPE_EVENT, (found.account, found.pool, micros(found.at)))
        _stand(connection, found.account, found.pool)
    if found.kind is not EntryKind.BALANCE:
        _drop_line(connection, found)
    return undone


def _drop_line(connection: sqlite3.Connection, entry: Entry) -> None:
    """Take the line of a top-up from the activity, where what was left was seen to rise by just that."""
    rows = connection.execute(ledger.TOP_UPS, (entry.account, entry.pool, micros(entry.at))).fetchall()
    for id_, risen in rows:
        if risen is not None and Decimal(risen) == entry.amount:
            connection.execute(ledger.DROP_EVENT, (id_,))
            return


def _found(connection: sqlite3.Connection, id_: str) -> Entry | None:
    rows = connection.execute(ledger.ENTRY, (id_,)).fetchall()
    return next((entry_of(row) for row in good(connection, "entry", rows)), None)


def _is_typed(entry: Entry) -> bool:
    return entry.kind is EntryKind.BALANCE and entry.known is Known.TYPED


def _stand(connection: sqlite3.Connection, account: str, pool: str) -> None:
    """What is typed for a pool is its last balance that was not undone."""
    rows = connection.execute(ledger.LAST_BALANCE, (account, pool)).fetchall()
    last = next((entry_of(row) for row in good(connection, "entry", rows)), None)
    if last is None:
        connection.execute(ledger.UNTYPE, (account, pool))
    else:
        recording.put_typed(connection, (account, pool, micros(last.at), text(last.amount), None))
