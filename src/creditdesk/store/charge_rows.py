"""Charges and entries as rows of the database, and back. What cost nothing is '', what is not known is NULL."""

import json
from functools import lru_cache

from creditdesk.core.amounts import plain
from creditdesk.core.charges import Charge, ChargeState, Draw, Entry, EntryKind, Known
from creditdesk.store.rows import Row, amount, instant, maybe_instant, maybe_micros, micros, text
from creditdesk.store.sums import row_sum

Draws = tuple[Draw, ...]


def charge_row(charge: Charge) -> Row:
    """CHARGE_COLUMNS of a charge, and their sum."""
    row = (
        charge.id,
        charge.account,
        micros(charge.at),
        maybe_micros(charge.ended_at),
        charge.state.value,
        charge.operation,
        draws_text(charge.draws),
        charge.client,
        charge.token,
        charge.request_id,
        charge.job,
        charge.known.value,
        charge.status,
        charge.items,
        text(charge.expected),
        charge.note,
    )
    return (*row, row_sum(*row))


def charge_of(row: Row) -> Charge:
    """The charge of a row of CHARGE_COLUMNS and their sum, which is not looked at (`store.checks`)."""
    id_, account, at, ended_at, state, operation, draws, client, token, request_id, job, known, *more = row[:-1]
    status, items, expected, note = more
    return Charge(
        id_,
        account,
        instant(at),
        operation,
        draws_of(draws),
        client,
        token,
        request_id,
        job,
        Known(known),
        ChargeState(state),
        status,
        items,
        amount(expected),
        note,
        maybe_instant(ended_at),
    )


def entry_row(entry: Entry) -> Row:
    """ENTRY_COLUMNS of an entry, and their sum."""
    told = (entry.id, entry.account, entry.pool, entry.kind.value, text(entry.amount), micros(entry.at), entry.client)
    row = (*told, entry.note, maybe_micros(entry.expires_at), int(entry.undone), entry.known.value)
    return (*row, row_sum(*row))


def entry_of(row: Row) -> Entry:
    """The entry of a row of ENTRY_COLUMNS and their sum, which is not looked at (`store.checks`)."""
    id_, account, pool, kind, value, at, client, note, expires_at, undone, known = row[:-1]
    ends = maybe_instant(expires_at)
    worth = amount(value)
    assert worth is not None
    return Entry(
        id_, account, pool, EntryKind(kind), worth, instant(at), client, note, ends, bool(undone), Known(known)
    )


def draws_text(draws: Draws | None) -> str | None:
    """The draws as JSON; what draws nothing is left out."""
    if draws is None:
        return None
    told = [[plain(draw.amount), *draw.pools] for draw in draws if draw.amount]
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")) if told else ""


@lru_cache(maxsize=1024)
def draws_of(told: str | None) -> Draws | None:
    """What `draws_text` wrote."""
    if not told:
        return None if told is None else ()
    found = []
    for value, *pools in json.loads(told):
        worth = amount(value)
        assert worth is not None
        found.append(Draw(worth, tuple(pools)))
    return tuple(found)
