"""Imports as rows of the outbox's tables, and back."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from decimal import Decimal

from creditdesk.core.queueing import Queue
from creditdesk.core.sending import Batch, BatchState, Place, Sending, Stop
from creditdesk.core.sent_before import Brought
from creditdesk.store import statements
from creditdesk.store.rows import Row, instant, maybe_instant, maybe_micros, micros


def json_text(value: object) -> str:
    """A value as compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def amounts_text(given: Mapping[str, Decimal]) -> str:
    """Amounts by pool id, with every digit."""
    return json_text({pool: str(amount) for pool, amount in given.items()})


def queue_text(queue: Queue | None) -> str | None:
    """What a sending waits for; None for nothing."""
    if queue is None:
        return None
    marks = {"prices": queue.prices, "file": queue.file, "sha256": queue.file_sha256}
    kept = {"reserve": {pool: str(amount) for pool, amount in queue.reserve.items()}} if queue.reserve else {}
    return json_text({"at": maybe_micros(queue.at), "by_itself": queue.by_itself, **marks, **kept})


def queue_of(text: str | None) -> Queue | None:
    """The queue that `queue_text` wrote."""
    if text is None:
        return None
    said = json.loads(text)
    reserve = {pool: Decimal(amount) for pool, amount in said.get("reserve", {}).items()}
    return Queue(maybe_instant(said["at"]), said["by_itself"], said["prices"], said["file"], said["sha256"], reserve)


def amounts(text: str | None) -> dict[str, Decimal] | None:
    """What `amounts_text` wrote."""
    return None if text is None else {pool: Decimal(amount) for pool, amount in json.loads(text).items()}


def sending_row(sending: Sending) -> Row:
    """SENDING_COLUMNS of a sending."""
    texts = (
        json_text([dict(row) for row in sending.rows]),
        json_text(dict(sending.factors)),
        sending.file,
        sending.plan,
    )
    return (
        *(sending.account, sending.operation, sending.place.id, sending.place.name),
        *(sending.count, sending.batch_size, micros(sending.created_at), *texts),
        *(sending.stop.value, sending.stop_detail, maybe_micros(sending.retry_at), maybe_micros(sending.ended_at)),
        *(amounts_text(sending.expected), None if sending.spent is None else amounts_text(sending.spent)),
        *(int(sending.confirmed), sending.base_url, sending.provider, queue_text(sending.queue), sending.client),
        amounts_text(sending.reserve) if sending.reserve else None,
    )


def batch_row(batch: Batch) -> Row:
    """BATCH_COLUMNS of a batch."""
    ends = (maybe_micros(batch.sent_at), maybe_micros(batch.ended_at), batch.status, batch.detail)
    return (batch.number, batch.first, batch.count, batch.state.value, *ends, int(batch.answered), batch.tries)


def loaded(connection: sqlite3.Connection, query: str, values: Row) -> Iterator[Sending]:
    """The sendings that a query finds, with their batches."""
    for row in connection.execute(query, values).fetchall():
        batches = connection.execute(statements.BATCHES, (row[0],))
        yield sending_of(row, tuple(batch_of(each) for each in batches))


def batch_of(row: Row) -> Batch:
    """The batch of a row of BATCH_COLUMNS."""
    number, first, count, state, sent_at, ended_at, status, detail, answered, tries = row
    instants = (maybe_instant(sent_at), maybe_instant(ended_at))
    return Batch(number, first, count, BatchState(state), *instants, status, detail, bool(answered), tries)


def brought_of(row: Row) -> Brought:
    """A batch of an earlier import out of a row of BROUGHT."""
    items, lists, state, at = row
    return Brought(json.loads(items), tuple(json.loads(lists)), BatchState(state), instant(at))


def sending_of(row: Row, batches: tuple[Batch, ...]) -> Sending:
    """The sending of a row of id and SENDING_COLUMNS."""
    id_, account, operation, place, place_name, count, size, created_at, lists, factors, file, plan, *rest = row
    stop, stop_detail, retry_at, ended_at, expected, spent, confirmed, base_url, provider, queue, client, reserve = rest
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
        amounts(expected) or {},
        amounts(spent),
        batches,
        bool(confirmed),
        base_url,
        provider,
        queue_of(queue),
        client,
        amounts(reserve) or {},
    )
