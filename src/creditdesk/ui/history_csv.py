"""Series as CSV: one line a point, every digit, instants in UTC. Pure; run it away from the window if there is much."""

import csv
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO

from creditdesk.core.amounts import plain
from creditdesk.core.series import Series

HEADER = ("account", "pool", "unit", "first_seen", "last_seen", "left", "limit", "used", "source")


def csv_lines(series: Iterable[Series]) -> Iterator[str]:
    """The lines of the file, the header first, each with its line end. Unknown amounts are empty."""
    yield _line(HEADER)
    for each in series:
        for point in each.points:
            amounts = (_amount(point.left), _amount(point.limit), _amount(point.used))
            times = (_instant(point.first_seen), _instant(point.last_seen))
            yield _line((each.account, each.pool, each.unit, *times, *amounts, point.source.value))


def csv_text(series: Iterable[Series]) -> str:
    """The whole file as text with line feeds; write it as UTF-8."""
    return "".join(csv_lines(series))


def _amount(value: Decimal | None) -> str:
    return "" if value is None else plain(value)


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _line(cells: Iterable[str]) -> str:
    out = StringIO()
    csv.writer(out, lineterminator="\n").writerow(_guarded(cell) for cell in cells)
    return out.getvalue()


def _guarded(cell: str) -> str:
    """A text that a spreadsheet would run as a formula gets an apostrophe; numbers and instants stay as they are."""
    return f"'{cell}" if cell[:1] in ("=", "@", "\t", "\r") else cell
