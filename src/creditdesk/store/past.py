"""A part of the history as it travels in a file: an account, its pools over time, what happened, what was warned of.

Amounts travel as text with every digit, instants as ISO 8601 in UTC to the microsecond. What comes back is checked cell
by cell: a file is somebody's, until every row of it was read.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal

from creditdesk.core.amounts import instant_text, plain
from creditdesk.core.pools import PoolKind, Source
from creditdesk.core.series import Episode, Event, Point, Series

COLUMNS = (
    *("account_id", "account", "provider", "pool", "label", "kind", "unit"),
    *("first_seen", "last_seen", "left", "limit", "used", "source", "resets_at", "expires_at"),
)
"""The cells of a point in a table. `account` is its name."""
ORIGIN_CELLS, POOL_CELLS = 3, 7
MOST_TEXT = 10_000

_AMOUNT = re.compile(r"[+-]?[0-9]{1,100}(\.[0-9]{1,100})?")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")

Cells = tuple[str, ...]


class PastError(Exception):
    """A file of history is not as documented; the text is one plain sentence that says where."""


@dataclass(frozen=True, slots=True)
class Origin:
    """An account as a file names it."""

    id: str
    name: str
    provider: str


@dataclass(frozen=True, slots=True)
class Past:
    """Some of an account's history. A table has its points only, so `events` and `episodes` are empty then."""

    origin: Origin
    series: tuple[Series, ...] = ()
    events: tuple[Event, ...] = ()
    episodes: tuple[Episode, ...] = ()

    @property
    def points(self) -> int:
        """How many points its pools have."""
        return sum(len(each.points) for each in self.series)


def point_cells(point: Point) -> Cells:
    """The last eight of COLUMNS; "" is unknown."""
    amounts = ("" if value is None else plain(value) for value in (point.left, point.limit, point.used))
    times = (instant_text(point.first_seen), instant_text(point.last_seen))
    ends = ("" if at is None else instant_text(at) for at in (point.resets_at, point.expires_at))
    return (*times, *amounts, point.source.value, *ends)


def point_of_cells(cells: Cells) -> Point:
    """The point that `point_cells` wrote. Raises PastError."""
    first, last, left, limit, used, source, resets, expires = cells
    begun, ended = read_instant(first), read_instant(last)
    if begun is None or ended is None or ended < begun:
        raise PastError("a point has no beginning, or ends before it begins")
    amounts = (read_amount(left), read_amount(limit), read_amount(used))
    return Point(begun, ended, *amounts, _source(source), read_instant(resets), read_instant(expires))


def pool_cells(series: Series) -> Cells:
    """The pool's four of COLUMNS."""
    return (series.pool, series.label, series.kind.value, series.unit)


def series_of_cells(account_id: str, cells: Cells) -> Series:
    """A pool without points. Raises PastError."""
    pool, label, kind, unit = (read_text(cell) for cell in cells)
    if not pool:
        raise PastError("a pool has no id")
    return Series(account_id, pool, label, _kind(kind), unit, ())


def origin_of_cells(cells: Cells) -> Origin:
    """The account's three of COLUMNS. Raises PastError."""
    found = Origin(*(read_text(cell) for cell in cells))
    if not found.id and not (found.name and found.provider):
        raise PastError("an account has neither an id nor a name and a provider")
    return found


def read_text(value: object) -> str:
    """A text of a sensible length without control characters. Raises PastError."""
    if not isinstance(value, str) or len(value) > MOST_TEXT or any(ord(char) < 32 and char != "\n" for char in value):
        raise PastError("a text is too long, or has control characters")
    return value


def read_amount(text: str) -> Decimal | None:
    """An amount as `plain` writes it, None for "". Raises PastError."""
    if not text:
        return None
    if not _AMOUNT.fullmatch(text):
        raise PastError("an amount is no plain number")
    return Decimal(text)


def read_instant(text: str) -> datetime | None:
    """An instant as `instant_text` writes it, None for "". Raises PastError."""
    if not text:
        return None
    try:
        if not _INSTANT.fullmatch(text):
            raise ValueError
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise PastError("an instant is not written as 2026-11-21T12:00:00Z") from None


def moved(past: Past, account_id: str) -> Past:
    """The same history as another account's."""
    return replace(
        past,
        series=tuple(replace(each, account=account_id) for each in past.series),
        events=tuple(replace(each, account=account_id) for each in past.events),
        episodes=tuple(replace(each, account=account_id) for each in past.episodes),
    )


def _source(text: str) -> Source:
    try:
        return Source(text)
    except ValueError:
        raise PastError("a source is none of live, metered, estimated, by_hand") from None


def _kind(text: str) -> PoolKind:
    try:
        return PoolKind(text)
    except ValueError:
        raise PastError("a pool's kind is not known here") from None
