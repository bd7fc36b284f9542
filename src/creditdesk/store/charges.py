"""The ledger's rows: charges, journalled before a request is sent and settled after it, and what was typed.

What was begun is in the file when its `Pending` is done. A charge that is settled is settled once: what is told of it
later changes nothing. A job is charged once, however often the vendor tells what it cost.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from creditdesk.core.charges import Charge, ChargeState, Entry, Known
from creditdesk.core.tallies import Tally
from creditdesk.store import statements_charges as statements
from creditdesk.store.charge_rows import charge_of, charge_row, draws_of, entry_of
from creditdesk.store.checks import good, put_all_aside
from creditdesk.store.connections import Connections
from creditdesk.store.entries import add_entry, undo_entry
from creditdesk.store.pending import Pending
from creditdesk.store.rows import Row, micros

_DONE = (ChargeState.BOOKED, ChargeState.UNDONE)


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back, as it is now; both None where there is nothing of this id, or it was undone before."""

    charge: Charge | None = None
    entry: Entry | None = None


class Charges:
    """Keeps charges and entries. Every method gives a `Pending` and may raise HistoryError."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def begin(self, charge: Charge, owner: str = "") -> Pending[None]:
        """Journal a charge before its request is sent. `owner` names the process that will settle it."""
        return self._connections.write(lambda connection: _put(connection, charge, owner), urgent=True, light=True)

    def settle(self, charge: Charge) -> Pending[Charge]:
        """Keep what became of a charge, by its id; gives it as it is kept.

        One that is booked or undone stays as it is. One that was never begun is added. Where its job was charged
        already it costs nothing more.
        """
        return self._connections.write(lambda connection: _settle(connection, charge), urgent=True, light=True)

    def settle_all(self, charges: Sequence[Charge]) -> Pending[tuple[Charge, ...]]:
        """`settle` for several, all or none; it may be gathered with what comes a moment later."""

        def work(connection: sqlite3.Connection) -> tuple[Charge, ...]:
            return tuple(_settle(connection, each) for each in charges)

        return self._connections.write(work, light=True)

    def book(self, charges: Sequence[Charge], owner: str = "") -> Pending[tuple[Charge, ...]]:
        """Add charges that are over, all or none; those that are kept already are passed over. Gives the new."""

        def work(connection: sqlite3.Connection) -> tuple[Charge, ...]:
            new = _new(connection, charges)
            rows = ((*charge_row(each), owner) for each in new if not each.job)
            connection.executemany(statements.ADD_CHARGE, rows)
            return tuple(_settle(connection, each) if each.job else each for each in new)

        return self._connections.write(work)

    def replace(self, gone: Sequence[str], charges: Sequence[Charge]) -> Pending[None]:
        """Put charges in the place of those with these ids: what is not explained is worked out anew."""

        def work(connection: sqlite3.Connection) -> None:
            there = {each.id for each in charges}
            for charge_id in gone:
                if charge_id not in there and (known := _found(connection, charge_id)):
                    _change(connection, replace(known, draws=()))
            for each in charges:
                if (known := _found(connection, each.id)) is None:
                    _put(connection, each, "")
                elif known != each:
                    _change(connection, each)

        return self._connections.write(work)

    def recover(self, before: datetime, owner: str | None = None) -> Pending[tuple[Charge, ...]]:
        """What is still open and began before an instant becomes unknown; only what `owner` began, if given."""

        def work(connection: sqlite3.Connection) -> tuple[Charge, ...]:
            which = (micros(before),) if owner is None else (micros(before), owner)
            rows = connection.execute(statements.OPEN if owner is None else statements.OPEN_OF, which).fetchall()
            found = [replace(each, state=ChargeState.UNKNOWN) for each in _good(connection, rows)]
            for each in found:
                _change(connection, each)
            return tuple(found)

        return self._connections.write(work)

    def add(self, entry: Entry) -> Pending[Entry]:
        """Keep an entry. A typed balance is the one that is shown from then on, unless a later one is known."""
        return self._connections.write(lambda connection: add_entry(connection, entry))

    def undo(self, id_: str) -> Pending[Undone]:
        """Take back an entry or a charge that is over. The balance before an undone one counts again."""

        def work(connection: sqlite3.Connection) -> Undone:
            known = _found(connection, id_)
            if known is None:
                return Undone(entry=undo_entry(connection, id_))
            if known.state not in (ChargeState.BOOKED, ChargeState.UNKNOWN):
                return Undone()
            gone = replace(known, state=ChargeState.UNDONE, draws=known.draws or ())
            _change(connection, gone)
            return Undone(gone)

        return self._connections.write(work)

    def of(self, account_id: str, since: datetime) -> Pending[tuple[Charge, ...]]:
        """The account's charges that began at or after an instant, oldest first."""
        return self._read(statements.SINCE, (account_id, micros(since)))

    def newest(self, account_id: str, limit: int = 100, free: bool = False) -> Pending[tuple[Charge, ...]]:
        """The newest charges that cost something, may have, or are under way; not what is unexplained.

        `free`: those that cost nothing, too.
        """
        return self._read(statements.NEWEST_ALL if free else statements.NEWEST, (account_id, limit))

    def unexplained(self, account_id: str) -> Pending[tuple[Charge, ...]]:
        """What was found at certain points, oldest first; also where nothing was amiss."""
        return self._read(statements.UNEXPLAINED, (account_id,))

    def unknown(self, charges: Sequence[Charge]) -> Pending[tuple[Charge, ...]]:
        """Those of these charges that `book` would add: neither their id nor their request is known."""
        return self._connections.read(
            lambda connection: tuple(each for each in charges if not _is_kept(connection, each))
        )

    def entries(self, account_id: str, most_read: int = 20) -> Pending[tuple[Entry, ...]]:
        """All that was typed for an account, undone ones too, and what was read last; oldest first."""

        def work(connection: sqlite3.Connection) -> tuple[Entry, ...]:
            typed = connection.execute(statements.TYPED_ENTRIES, (account_id,)).fetchall()
            read = connection.execute(statements.NEWEST_READ, (account_id, most_read)).fetchall()
            return tuple(sorted(map(entry_of, good(connection, "entry", [*typed, *read[::-1]])), key=_when))

        return self._connections.read(work)

    def tallies(self, account_id: str, span: tuple[datetime, datetime], by: str) -> Pending[tuple[Tally, ...]]:
        """How often each cost came from the first instant of the span to before the second.

        `by` is operation, client, token or day (UTC, as YYYY-MM-DD). KeyError for another word.
        """
        column = _BY[by]
        values = (account_id, micros(span[0]), micros(span[1]))

        def work(connection: sqlite3.Connection) -> tuple[Tally, ...]:
            rows = connection.execute(statements.TALLY.format(by=column), values)
            return tuple(
                Tally(str(key), ChargeState(state), Known(known), draws_of(draws), count)
                for key, state, known, draws, count in rows
            )

        return self._connections.read(work)

    def _read(self, statement: str, values: Row) -> Pending[tuple[Charge, ...]]:
        return self._connections.read(
            lambda connection: tuple(_good(connection, connection.execute(statement, values)))
        )


_BY = {"operation": "operation", "client": "client", "token": "token", "day": f"at / {statements.DAY_US}"}


def _good(connection: sqlite3.Connection, rows: Iterable[Row]) -> list[Charge]:
    return [charge_of(row) for row in good(connection, "charge", rows)]


def _found(connection: sqlite3.Connection, charge_id: str) -> Charge | None:
    rows = connection.execute(statements.CHARGE, (charge_id,)).fetchall()
    found = _good(connection, rows)
    if rows and not found:
        put_all_aside(connection)
    return found[0] if found else None


def _when(entry: Entry) -> datetime:
    return entry.at


def _is_kept(connection: sqlite3.Connection, charge: Charge) -> bool:
    which = (charge.id, charge.account, charge.request_id)
    return connection.execute(statements.HAS_CHARGE, which).fetchone() is not None


def _new(connection: sqlite3.Connection, charges: Sequence[Charge]) -> list[Charge]:
    """Those that are not kept and were not told before among these."""
    found, seen = list[Charge](), set[object]()
    for each in charges:
        marks = {each.id, (each.account, each.request_id)} if each.request_id else {each.id}
        if seen.isdisjoint(marks) and not _is_kept(connection, each):
            found.append(each)
            seen |= marks
    return found


def _put(connection: sqlite3.Connection, charge: Charge, owner: str) -> None:
    connection.execute(statements.ADD_CHARGE, (*charge_row(charge), owner))


def _change(connection: sqlite3.Connection, charge: Charge) -> None:
    connection.execute(statements.CHANGE_CHARGE, charge_row(charge))


def _settle(connection: sqlite3.Connection, charge: Charge) -> Charge:
    known = _found(connection, charge.id)
    if known is not None and known.state in _DONE:
        return known
    kept = _once_a_job(connection, charge)
    if known is None:
        _put(connection, kept, "")
    else:
        _change(connection, kept)
    return kept


def _once_a_job(connection: sqlite3.Connection, charge: Charge) -> Charge:
    """The charge as it is to be kept, where its job may have been told before.

    What the vendor reports takes the place of what a price said, and of what was not known.
    """
    if not charge.job or charge.state is not ChargeState.BOOKED or charge.draws == ():
        return charge
    values = (charge.account, charge.job, charge.id)
    others = _good(connection, connection.execute(statements.OF_JOB, values).fetchall())
    told = next((each for each in others if each.state in _DONE and each.draws), None)
    open_one = next((each for each in others if each.state is ChargeState.UNKNOWN), None)
    first = told or open_one
    if first is None:
        return charge
    better = charge.known is Known.REPORTED and first.known is Known.PRICED and first.state is not ChargeState.UNDONE
    if told is None or better:
        _change(connection, replace(first, draws=charge.draws, known=charge.known, state=ChargeState.BOOKED))
    return replace(charge, draws=(), note=f"counted with {first.id}")
