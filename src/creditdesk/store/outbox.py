"""The outbox: what is to be sent, what is being sent, and what became of it. It is written before a request is made.

A step from one state to the next names the state that it leaves, and says whether it was taken: two processes, a
cancelled import or a file that was replaced can never let a batch go out twice.
"""

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from creditdesk.core.queueing import Queue
from creditdesk.core.sending import Batch, BatchState, Sending, Stop
from creditdesk.store import statements, statements_queue
from creditdesk.store.connections import Connections
from creditdesk.store.lock import FileLock
from creditdesk.store.outbox_parting import Share, split_batch
from creditdesk.store.outbox_rows import amounts, amounts_text, batch_row, json_text, loaded, queue_text, sending_row
from creditdesk.store.pending import Pending
from creditdesk.store.rows import Row, maybe_micros, micros

Entry = tuple[Sending, Sequence[str], Sequence[int]]
"""A sending, its items, and the line of each."""

_CAUGHT = "The desk was stopped while this request was on its way."


class Kept:
    """What the outbox holds. Every method gives a `Pending`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def sendings(self, account: str | None = None) -> Pending[tuple[Sending, ...]]:
        """The sendings of an account (None: of all), newest first, with their batches."""
        where, values = ("", ()) if account is None else (" WHERE account = ?", (account,))
        query = f"{statements.SENDINGS}{where} ORDER BY created_at DESC, id"
        return self._connections.read(lambda connection: tuple(loaded(connection, query, values)))

    def load(self, sending: str) -> Pending[Sending | None]:
        """One sending, or None."""
        query = f"{statements.SENDINGS} WHERE id = ?"
        return self._connections.read(lambda connection: next(loaded(connection, query, (sending,)), None))

    def items(self, sending: str, batch: int | None = None) -> Pending[tuple[tuple[int, str], ...]]:
        """The items of a sending, or of one batch of it, each with its line number."""

        def work(connection: sqlite3.Connection) -> tuple[tuple[int, str], ...]:
            if batch is None:
                rows = connection.execute(statements.ALL_ITEMS, (sending,))
            else:
                rows = connection.execute(statements.BATCH_ITEMS, (sending, batch))
            return tuple(
                (line, item)
                for items, lines in rows
                for line, item in zip(json.loads(lines), json.loads(items), strict=True)
            )

        return self._connections.read(work)

    def baseline(self, sending: str) -> Pending[frozenset[str] | None]:
        """The ids that the place had before the first request; None while they were not listed."""

        def work(connection: sqlite3.Connection) -> frozenset[str] | None:
            row = connection.execute(statements.BASELINE, (sending,)).fetchone()
            return None if row is None or row[0] is None else frozenset(json.loads(row[0]))

        return self._connections.read(work)

    def before(self, sending: str) -> Pending[dict[str, Decimal]]:
        """What the pools had before the first request that is not counted in `spent`, by id; empty without one."""

        def work(connection: sqlite3.Connection) -> dict[str, Decimal]:
            row = connection.execute(statements.BASELINE, (sending,)).fetchone()
            return amounts(row[1]) or {} if row else {}

        return self._connections.read(work)

    def caught(self) -> Pending[tuple[str, ...]]:
        """The accounts that have a batch in the state sending, of a process that lives or is gone."""
        query = statements.CAUGHT_SENDING
        return self._connections.read(lambda connection: tuple(row[0] for row in connection.execute(query)))

    def sent_since(self, sending: Sending) -> Pending[tuple[str, ...]]:
        """The items that other imports brought to the same place since this one was written."""
        row = (sending.account, sending.place.id, sending.operation, sending.id, micros(sending.created_at))

        def work(connection: sqlite3.Connection) -> tuple[str, ...]:
            found = connection.execute(statements_queue.SENT_SINCE, row)
            return tuple(item for (items,) in found for item in json.loads(items))

        return self._connections.read(work)

    def there(self, account: str, operation: str, place: str) -> Pending[frozenset[str]]:
        """The ids of all sendings of an operation to a place."""
        row = (account, place, operation)
        return self._connections.read(
            lambda connection: frozenset(found for (found,) in connection.execute(statements_queue.THERE, row))
        )

    def brought(self, account: str, operation: str, place: str) -> Pending[tuple[Row, ...]]:
        """What imports brought to a place, or still may: rows for `outbox_rows.brought_of`, which reads them."""
        row = (account, place, operation)
        return self._connections.read(lambda connection: tuple(connection.execute(statements_queue.BROUGHT, row)))

    def unsettled(self, account: str, operation: str, place: str) -> Pending[dict[str, tuple[str, ...]]]:
        """The items that may have been sent to a place and are not settled, by their sending's id."""

        def work(connection: sqlite3.Connection) -> dict[str, tuple[str, ...]]:
            found: dict[str, tuple[str, ...]] = {}
            for items, sending in connection.execute(statements.UNSETTLED, (account, place, operation)):
                found[sending] = (*found.get(sending, ()), *json.loads(items))
            return found

        return self._connections.read(work)


class Outbox:
    """The sendings of one desk. A step gives a `Pending`: it has been committed when that is there."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self.kept = Kept(connections)

    @property
    def durable(self) -> bool:
        """Whether what is written outlives this process; otherwise nothing may be sent."""
        return self._connections.durable

    def lock(self, account: str) -> FileLock | None:
        """What a process holds while it sends for an account, so that no other does; None where nothing is kept.

        The system lets go of it when the process dies. Holding it raises LockBusy at once when another one has it.
        """
        folder = self._connections.folder
        return FileLock(folder / f"sending-{account}.lock", limit_s=0.0) if folder else None

    def add(
        self,
        sending: Sending,
        items: Sequence[str],
        lines: Sequence[int],
        *more: Entry,
        seen: Collection[str] | None = None,
    ) -> Pending[bool]:
        """Write a sending with its batches and items; `lines` are their line numbers. Raises HistoryError.

        `more` are written with it, all or none. False: another one was begun by the same plan, or (where `seen` is
        given: the ids of those that were looked at) any other one for the same place, perhaps a moment ago by another
        process; nothing was written.
        """

        def work(connection: sqlite3.Connection) -> bool:
            entries = ((sending, items, lines), *more)
            for each, _, _ in entries:
                if connection.execute(statements.BEGUN, (each.account, each.plan)).fetchone():
                    return False
                if seen is not None and not _there(connection, each) <= set(seen):
                    return False
            for entry in entries:
                _add(connection, *entry)
            return True

        return self._connections.write(work)

    def keep_baseline(self, sending: str, ids: Iterable[str]) -> Pending[bool]:
        """Keep the ids that the place had before; only the first ones are taken."""
        row = (json_text(sorted(ids)), sending)
        return self._connections.write(lambda connection: _did(connection, statements.PUT_BASELINE, row))

    def keep_before(self, sending: str, left: Mapping[str, Decimal]) -> Pending[bool]:
        """Keep what the pools had before the first request of a run; only the first ones since `close` are taken."""
        row = (amounts_text(left), sending)
        return self._connections.write(lambda connection: _did(connection, statements.PUT_BEFORE, row))

    def begin(self, sending: str, number: int, now: datetime) -> Pending[bool]:
        """Planned -> sending, before the request is made. False: it may not be sent (any more)."""
        row = (micros(now), sending, number)
        return self._connections.write(lambda connection: _did(connection, statements.BEGIN_BATCH, row))

    def conclude(self, sending: str, batch: Batch, before: BatchState) -> Pending[bool]:
        """Write what became of a batch that was in the state `before`. False: it was not in that state."""
        ends = (batch.state.value, maybe_micros(batch.sent_at), maybe_micros(batch.ended_at), batch.status)
        row = (*ends, batch.detail, int(batch.answered), sending, batch.number, before.value)
        return self._connections.write(lambda connection: _did(connection, statements.END_BATCH, row))

    def part(self, sending: str, number: int, shares: Sequence[Share]) -> Pending[bool]:
        """Split a batch that is unknown. False: it is not unknown (any more)."""
        return self._connections.write(lambda connection: split_batch(connection, sending, number, shares))

    def recover(self, account: str, now: datetime) -> Pending[int]:
        """Sending -> unknown, for the batches of a process that is gone. The caller holds the account's lock."""
        row = (micros(now), _CAUGHT, account)
        return self._connections.write(lambda connection: connection.execute(statements.RECOVER, row).rowcount)

    def stop(self, sending: str, stop: Stop, detail: str = "", retry_at: datetime | None = None) -> Pending[bool]:
        """Note why a sending stands still; `Stop.NONE` lets it go on. False for one that was cancelled."""
        row = (stop.value, detail, maybe_micros(retry_at), sending)
        return self._connections.write(lambda connection: _did(connection, statements.STOP, row))

    def requeue(self, sending: str, queue: Queue | None) -> Pending[bool]:
        """Wait for something else; None: its day has come, and it may be sent. False for what waits for nothing."""
        row = (queue_text(queue), sending)
        return self._connections.write(lambda connection: _did(connection, statements_queue.REQUEUE, row))

    def cancel(self, sending: str) -> Pending[int]:
        """Planned -> cancelled, and the sending for good; how many batches that were."""

        def work(connection: sqlite3.Connection) -> int:
            count = connection.execute(statements.CANCEL_BATCHES, (sending,)).rowcount
            connection.execute(statements.STOP, (Stop.CANCELLED.value, "", None, sending))
            return count

        return self._connections.write(work)

    def replan(self, sending: str) -> Pending[int]:
        """Refused for want of quota or of a good key -> planned, when the user goes on; how many batches that were."""
        return self._connections.write(lambda connection: connection.execute(statements.REPLAN, (sending,)).rowcount)

    def close(self, sending: str, spent: Mapping[str, Decimal] | None, ended_at: datetime | None) -> Pending[bool]:
        """Note when the sending ended, and what the pools really lost until now (None: what is noted stays).

        What is lost from now on is counted from the next amounts that `keep_before` is given.
        """

        def work(connection: sqlite3.Connection) -> bool:
            if spent is not None:
                connection.execute(statements.SPENT, (amounts_text(spent), sending))
            return _did(connection, statements.ENDED, (maybe_micros(ended_at), sending))

        return self._connections.write(work)


def _add(connection: sqlite3.Connection, sending: Sending, items: Sequence[str], lines: Sequence[int]) -> None:
    connection.execute(statements.ADD_SENDING, (sending.id, *sending_row(sending)))
    for batch in sending.batches:
        part = slice(batch.first, batch.first + batch.count)
        texts = (json_text(list(items[part])), json_text(list(lines[part])))
        connection.execute(statements.ADD_BATCH, (sending.id, sending.account, *batch_row(batch), *texts))


def _there(connection: sqlite3.Connection, sending: Sending) -> set[str]:
    row = (sending.account, sending.place.id, sending.operation)
    return {found for (found,) in connection.execute(statements_queue.THERE, row)}


def _did(connection: sqlite3.Connection, statement: str, row: Row) -> bool:
    return connection.execute(statement, row).rowcount == 1
