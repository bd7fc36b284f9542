"""The outbox: what is to be sent, what is being sent, and what became of it. It is written before a request is made.

A step from one state to the next names the state that it leaves, and says whether it was taken: two processes, a
cancelled import or a file that was replaced can never let a batch go out twice.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from creditdesk.core.sending import Batch, BatchState, Place, Sending, Stop
from creditdesk.store import statements
from creditdesk.store.connections import Connections
from creditdesk.store.lock import FileLock
from creditdesk.store.pending import Pending
from creditdesk.store.rows import Row, instant, maybe_instant, maybe_micros, micros

_CAUGHT = "The desk was stopped while this request was on its way."


class Kept:
    """What the outbox holds. Every method gives a `Pending`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def sendings(self, account: str | None = None) -> Pending[tuple[Sending, ...]]:
        """The sendings of an account (None: of all), newest first, with their batches."""
        where, values = ("", ()) if account is None else (" WHERE account = ?", (account,))
        query = f"{statements.SENDINGS}{where} ORDER BY created_at DESC, id"
        return self._connections.read(lambda connection: tuple(_loaded(connection, query, values)))

    def load(self, sending: str) -> Pending[Sending | None]:
        """One sending, or None."""
        query = f"{statements.SENDINGS} WHERE id = ?"
        return self._connections.read(lambda connection: next(_loaded(connection, query, (sending,)), None))

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
            return _amounts(row[1]) or {} if row else {}

        return self._connections.read(work)

    def caught(self) -> Pending[tuple[str, ...]]:
        """The accounts that have a batch in the state sending, of a process that lives or is gone."""
        query = statements.CAUGHT_SENDING
        return self._connections.read(lambda connection: tuple(row[0] for row in connection.execute(query)))

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

    def add(self, sending: Sending, items: Sequence[str], lines: Sequence[int]) -> Pending[bool]:
        """Write a sending with its batches and items; `lines` are their line numbers. Raises HistoryError.

        False: another one was begun by the same plan, perhaps a moment ago by another process; nothing was written.
        """

        def work(connection: sqlite3.Connection) -> bool:
            if connection.execute(statements.BEGUN, (sending.account, sending.plan)).fetchone():
                return False
            connection.execute(statements.ADD_SENDING, (sending.id, *_sending_row(sending)))
            for batch in sending.batches:
                part = slice(batch.first, batch.first + batch.count)
                texts = (_json(list(items[part])), _json(list(lines[part])))
                row = (sending.id, sending.account, *_batch_row(batch), *texts)
                connection.execute(statements.ADD_BATCH, row)
            return True

        return self._connections.write(work)

    def keep_baseline(self, sending: str, ids: Iterable[str]) -> Pending[bool]:
        """Keep the ids that the place had before; only the first ones are taken."""
        row = (_json(sorted(ids)), sending)
        return self._connections.write(lambda connection: _did(connection, statements.PUT_BASELINE, row))

    def keep_before(self, sending: str, amounts: Mapping[str, Decimal]) -> Pending[bool]:
        """Keep what the pools had before the first request of a run; only the first ones since `close` are taken."""
        row = (_amounts_text(amounts), sending)
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

    def recover(self, account: str, now: datetime) -> Pending[int]:
        """Sending -> unknown, for the batches of a process that is gone. The caller holds the account's lock."""
        row = (micros(now), _CAUGHT, account)
        return self._connections.write(lambda connection: connection.execute(statements.RECOVER, row).rowcount)

    def stop(self, sending: str, stop: Stop, detail: str = "", retry_at: datetime | None = None) -> Pending[bool]:
        """Note why a sending stands still; `Stop.NONE` lets it go on. False for one that was cancelled."""
        row = (stop.value, detail, maybe_micros(retry_at), sending)
        return self._connections.write(lambda connection: _did(connection, statements.STOP, row))

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
                connection.execute(statements.SPENT, (_amounts_text(spent), sending))
            return _did(connection, statements.ENDED, (maybe_micros(ended_at), sending))

        return self._connections.write(work)


def _did(connection: sqlite3.Connection, statement: str, row: Row) -> bool:
    return connection.execute(statement, row).rowcount == 1


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _amounts_text(amounts: Mapping[str, Decimal]) -> str:
    return _json({pool: str(amount) for pool, amount in amounts.items()})


def _amounts(text: str | None) -> dict[str, Decimal] | None:
    return None if text is None else {pool: Decimal(amount) for pool, amount in json.loads(text).items()}


def _sending_row(sending: Sending) -> Row:
    """SENDING_COLUMNS of a sending."""
    texts = (_json([dict(row) for row in sending.rows]), _json(dict(sending.factors)), sending.file, sending.plan)
    return (
        *(sending.account, sending.operation, sending.place.id, sending.place.name),
        *(sending.count, sending.batch_size, micros(sending.created_at), *texts),
        *(sending.stop.value, sending.stop_detail, maybe_micros(sending.retry_at), maybe_micros(sending.ended_at)),
        *(_amounts_text(sending.expected), None if sending.spent is None else _amounts_text(sending.spent)),
        *(int(sending.confirmed), sending.base_url, sending.provider),
    )


def _batch_row(batch: Batch) -> Row:
    """BATCH_COLUMNS of a batch."""
    ends = (maybe_micros(batch.sent_at), maybe_micros(batch.ended_at), batch.status, batch.detail)
    return (batch.number, batch.first, batch.count, batch.state.value, *ends, int(batch.answered), batch.tries)


def _loaded(connection: sqlite3.Connection, query: str, values: Row) -> Iterator[Sending]:
    for row in connection.execute(query, values).fetchall():
        batches = connection.execute(statements.BATCHES, (row[0],))
        yield _sending_of(row, tuple(_batch_of(each) for each in batches))


def _batch_of(row: Row) -> Batch:
    number, first, count, state, sent_at, ended_at, status, detail, answered, tries = row
    instants = (maybe_instant(sent_at), maybe_instant(ended_at))
    return Batch(number, first, count, BatchState(state), *instants, status, detail, bool(answered), tries)


def _sending_of(row: Row, batches: tuple[Batch, ...]) -> Sending:
    id_, account, operation, place, place_name, count, size, created_at, lists, factors, file, plan, *rest = row
    stop, stop_detail, retry_at, ended_at, expected, spent, confirmed, base_url, provider = rest
    return Sending(
        id_,
        account,
        operation,
        Place(place, place_name),
        count,
        size,
        instant(created_at),
        tuple(json.loads(lists)),
        json.loads(factors),
        file,
        plan,
        Stop(stop),
        stop_detail,
        maybe_instant(retry_at),
        maybe_instant(ended_at),
        _amounts(expected) or {},
        _amounts(spent),
        batches,
        bool(confirmed),
        base_url,
        provider,
    )
