"""A CSV of past readings as others write it: which column is which, its instants and amounts, and what is wrong where.

No line is repeated in an error: a file given by mistake may hold a key.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path

from creditdesk.core.amounts import parse_amount
from creditdesk.core.pools import PoolKind, Source
from creditdesk.core.series import Point, Series

MISSING = frozenset({"", "-", "?", "na", "n/a", "nan", "nil", "none", "null", "unknown", "inf", "-inf", "infinity"})
LEFT_NAMES = ("left", "remaining", "balance", "credits", "value", "amount", "y")
TIME_NAMES = ("time", "timestamp", "datetime", "date", "instant", "at", "ds", "ts", "day")

_EPOCH = re.compile(r"-?[0-9]{9,}(\.[0-9]+)?")
_MOST = Decimal("1e300")
_MILLIS = 1e11  # as seconds it would be the year 5138


class SeriesError(Exception):
    """A file of readings is not as documented; the message names the line and repeats nothing of it."""


@dataclass(frozen=True, slots=True)
class Ends:
    """When a pool refills (`resets_at`) or is gone (`expires_at`), UTC."""

    resets_at: datetime | None = None
    expires_at: datetime | None = None


def series_of(path: Path, kind: PoolKind, ends: Ends, until: datetime | None, look_back: timedelta) -> Series:
    """The readings of a CSV of time and left, up to `until` (default: its last), oldest first, as one pool.

    A missing value is a gap; of two at one instant the later line counts; what is `look_back` older than the newest one
    is left out. Raises SeriesError and OSError.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeError:
        raise SeriesError("the file is no UTF-8 text") from None
    known = dict(_rows(text))
    times = sorted(at for at in known if until is None or at <= until)
    since = times[-1] - look_back if times else None
    points = [
        Point(at, at, known[at], None, None, Source.LIVE, ends.resets_at, ends.expires_at)
        for at in times
        if since is None or at >= since
    ]
    return Series("", path.stem, path.stem, kind, "", tuple(points))


def instant(text: str) -> datetime:
    """An instant, UTC: ISO 8601 (a date alone is its midnight, no zone is UTC) or seconds since 1970.

    Numbers too large for seconds are milliseconds. Raises SeriesError.
    """
    text = text.strip()
    try:
        if _EPOCH.fullmatch(text):
            seconds = float(text)
            return datetime.fromtimestamp(seconds / 1000 if abs(seconds) >= _MILLIS else seconds, UTC)
        at = datetime.fromisoformat(text.removesuffix(" UTC").replace("/", "-"))
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        raise SeriesError("an instant is written as 2026-11-21T12:00:00Z or in seconds since 1970") from None


def _rows(text: str) -> Iterator[tuple[datetime, Decimal]]:
    """The instants and amounts of a CSV, in their order; a first line that is no reading is its header."""
    lines = io.StringIO(text, newline="")
    first = next((line for line in lines if line.strip()), "")
    lines.seek(0)
    reader = csv.reader(lines, delimiter=max(",;\t", key=first.count))
    columns: tuple[int, int] | None = None
    try:
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if columns is None:
                columns, is_header = _columns(row)
                if is_header:
                    continue
            if (found := _reading(row, columns, reader.line_num)) is not None:
                yield found
    except csv.Error:
        raise SeriesError(f"line {reader.line_num}: it is not written as a line of CSV") from None


def _columns(row: Sequence[str]) -> tuple[tuple[int, int], bool]:
    """The columns of time and left, and whether this first line is a header."""
    names = [cell.strip().lower() for cell in row]
    time = next((names.index(each) for each in TIME_NAMES if each in names), None)
    left = next((names.index(each) for each in LEFT_NAMES if each in names), None)
    if time is not None or left is not None:
        time = time if time is not None else (1 if left == 0 else 0)
        return (time, left if left is not None else (1 if time == 0 else 0)), True
    try:
        instant(row[0])
    except SeriesError:
        return (0, 1), True
    return (0, 1), False


def _reading(row: Sequence[str], columns: tuple[int, int], line: int) -> tuple[datetime, Decimal] | None:
    """The reading of one line, None for a missing value."""
    if len(row) <= max(columns):
        raise SeriesError(f"line {line}: it is no instant and amount, separated by a comma")
    try:
        at = instant(row[columns[0]])
    except SeriesError as error:
        raise SeriesError(f"line {line}: its time cannot be read; {error}") from None
    left = _amount(row[columns[1]].strip())
    if left is None:
        if row[columns[1]].strip().lower() in MISSING:
            return None
        raise SeriesError(f"line {line}: its amount cannot be read; it is written as 1250 or 12.5")
    return at, left


def _amount(text: str) -> Decimal | None:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return parse_amount(text, ",")
    return amount if amount.is_finite() and abs(amount) < _MOST else None
