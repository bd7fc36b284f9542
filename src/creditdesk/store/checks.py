"""Rows that the disk has changed are found when they are read: left out, kept aside, and named once."""

import logging
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import NamedTuple

from creditdesk.store.rows import Row, instant, micros
from creditdesk.store.statements_points import LABEL, PUT_ASIDE
from creditdesk.store.sums import row_sum
from creditdesk.store.writing import WritingConnection

_log = logging.getLogger(__name__)
_KEYS = {
    "condition": ("account",),
    "pool": ("account", "pool"),
    "point": ("series", "first_seen"),
    "typed": ("account", "pool"),
    "event": ("id",),
    "episode": ("id",),
    "charge": ("id",),
    "entry": ("id",),
}
"""The first columns of a row as it is read, by which it is found again."""
_ACCOUNT = {"event": 2, "episode": 1, "charge": 1, "entry": 1}
_INSTANT = {"condition": 1, "pool": 11, "point": 1, "typed": 2, "event": 1, "episode": 3, "charge": 2, "entry": 5}
"""Where a row as it is read says whose it is (elsewhere: first) and of when."""


class Damage(NamedTuple):
    """A row that is not as it was written: its table, and its values as they were read, the sum last."""

    table: str
    row: Row


class Named(NamedTuple):
    """What a bad row was about, as far as that can be told: an account's id, a pool's label, an instant."""

    account: str
    label: str
    at: datetime | None


def good(connection: sqlite3.Connection, table: str, rows: Iterable[Row], start: int = 0) -> Iterator[Row]:
    """The rows that are as they were written; the others are remembered at the connection. The sum is the last value.

    The first `start` values do not count for the sum (an id that the database gives).
    """
    for row in rows:
        if row_sum(*row[start:-1]) == row[-1]:
            yield row
        else:
            remember(connection, table, row)


def is_good(connection: sqlite3.Connection, table: str, row: Row, start: int = 0) -> bool:
    """Whether this row is as it was written; if not, it is remembered."""
    return next(good(connection, table, (row,), start), None) is not None


def remember(connection: sqlite3.Connection, table: str, row: Row) -> None:
    """Remember a bad row at the connection that read it, until somebody puts it aside."""
    assert isinstance(connection, WritingConnection)
    connection.damaged.append(Damage(table, row))


def taken(connection: sqlite3.Connection) -> list[Damage]:
    """The bad rows that were remembered at the connection, which forgets them."""
    assert isinstance(connection, WritingConnection)
    found, connection.damaged = connection.damaged, []
    return [Damage(*each) for each in found]


def read_leniently(connection: sqlite3.Connection, error: sqlite3.Error) -> bool:
    """If a text was no UTF-8: from now on such texts are read as they are, and the sums of their rows tell."""
    if "decode to UTF-8" not in str(error) or connection.text_factory is not str:
        return False
    connection.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
    return True


def put_aside(connection: sqlite3.Connection, found: Sequence[tuple[str, Row]]) -> None:
    """Move bad rows out of their tables into `damaged`, where what they hold is kept. Inside a transaction.

    One that was written anew meanwhile stays.
    """
    now = micros(datetime.now(UTC))
    for table, row in list(found):
        keys = _KEYS[table]
        values = (*row[: len(keys)], row[-1])
        with suppress(UnicodeEncodeError):
            if any(connection.execute(_delete(table, keys, by), values).rowcount for by in ("", "+")):
                connection.execute(PUT_ASIDE, (now, table, _of(connection, table, row).account, ascii(row)))


def put_all_aside(connection: sqlite3.Connection) -> None:
    """Put the bad rows aside that are remembered at the connection, which goes on remembering them."""
    assert isinstance(connection, WritingConnection)
    put_aside(connection, connection.damaged)


def _delete(table: str, keys: Sequence[str], by: str) -> str:
    """Deletes one row. With a "+" no index is used: a row whose key is bad is not where it would be searched."""
    return f"DELETE FROM {table} WHERE {' AND '.join(f'{by}{key} = ?' for key in keys)} AND sum = ?"


def name(connection: sqlite3.Connection, damage: Damage) -> Named:
    """What a bad row was about. It may be the very name that is wrong; then it is left empty."""
    told = _of(connection, *damage)
    _log.warning("a row of table %s was damaged and is left out: %s %s", damage.table, told.label, told.at)
    return told


def _of(connection: sqlite3.Connection, table: str, row: Row) -> Named:
    if table == "point":
        account, label = connection.execute(LABEL, (row[0],)).fetchone() or ("", "")
    else:
        account, label = row[_ACCOUNT.get(table, 0)], row[1] if table in ("pool", "typed") else ""
    at = row[_INSTANT[table]]
    when = None
    with suppress(OverflowError, TypeError):
        when = instant(at)
    known = isinstance(account, str) and account.isprintable()
    return Named(account if known else "", label if str(label).isprintable() else "", when)
