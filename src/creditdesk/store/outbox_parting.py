"""A batch of which only a part arrived is split in the outbox: what is there, what is missing, what cannot be told."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace

from creditdesk.core.sending import Batch, BatchState
from creditdesk.store import statements
from creditdesk.store.outbox_rows import batch_of, batch_row, json_text

_FOUND = f"""SELECT account, items, line_numbers, {statements.BATCH_COLUMNS} FROM batch
    WHERE sending = ? AND number = ? AND state = 'unknown'"""
_SHRINK = """UPDATE batch SET count = ?, state = ?, sent_at = ?, ended_at = ?, status = ?, detail = ?, answered = ?,
    items = ?, line_numbers = ? WHERE sending = ? AND number = ?"""
_LAST = "SELECT max(number) FROM batch WHERE sending = ?"


@dataclass(frozen=True, slots=True)
class Share:
    """Some items of a batch, by their places in it, and what became of them."""

    state: BatchState
    places: Sequence[int]
    detail: str


def split_batch(connection: sqlite3.Connection, sending: str, number: int, shares: Sequence[Share]) -> bool:
    """Give an unknown batch's items to these shares: the first keeps its number, the others get new ones.

    They stand where the batch stood, so that all other batches keep their numbers and their places in the list.
    False, and nothing is written, when the batch is not unknown, or its shares are not just its items.
    """
    row = connection.execute(_FOUND, (sending, number)).fetchone()
    if row is None:
        return False
    account, items, lines, batch = row[0], json.loads(row[1]), json.loads(row[2]), batch_of(row[3:])
    if sorted(place for share in shares for place in share.places) != list(range(batch.count)):
        return False
    texts = [tuple(json_text([given[place] for place in share.places]) for given in (items, lines)) for share in shares]
    first = _shared(batch, shares[0])
    values = batch_row(first)  # number, first_item, count, state, ends, answered, tries
    connection.execute(_SHRINK, (*values[2:9], *texts[0], sending, number))
    number, place = connection.execute(_LAST, (sending,)).fetchone()[0], first.first + first.count
    for share, text in zip(shares[1:], texts[1:], strict=True):
        number += 1
        made = replace(_shared(batch, share), number=number, first=place)
        connection.execute(statements.ADD_BATCH, (sending, account, *batch_row(made), *text))
        place += made.count
    return True


def _shared(batch: Batch, share: Share) -> Batch:
    """What is missing was not sent, as far as anybody can tell; the others stay what their request was."""
    made = replace(batch, count=len(share.places), state=share.state, detail=share.detail)
    if share.state is BatchState.CANCELLED:
        return replace(made, sent_at=None, ended_at=None, status=None, answered=False)
    return replace(made, answered=batch.answered and share.state is BatchState.UNKNOWN)
