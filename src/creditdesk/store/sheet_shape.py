"""What a file of keywords looks like: its delimiter, its header, and which column is meant. Guesses, all of them, made
from the first rows; the page and `size` show them.

A comma in a keyword is common, so a line is an item until the file shows that it is a table: by a known header in a
row of several names, by its suffix (.csv, .tsv) with rows that all split alike, by tabs that do, or by a column that
the user asked for.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from creditdesk.store.sheet_encoding import encoding_of
from creditdesk.store.sheet_error import SheetError

SAMPLE_ROWS = 60
PREAMBLE_ROWS = 12
"""Rows that a tool may write above its header at the most (ad planners write two)."""
DELIMITERS = "\t;,|"
KNOWN = [
    *("keyword", "keywords", "key phrase", "key word", "query", "queries", "top queries", "search query"),
    *("search term", "search terms", "phrase", "term", "domain", "domains", "target", "url", "urls", "page"),
    *("address", "landing page", "ip", "ips", "ip address"),
]
"""Names of columns that hold what is imported, the likeliest first."""
UNMISTAKABLE = ("keyword", "keywords", "top queries", "search term", "search terms")
"""Those that are a header also above a plain list; any other word there may be an item of it."""
TABLES = (".csv", ".tsv", ".tab")
"""Suffixes of files that are tables."""

_NUMBER = re.compile(r"[-+]?[\d.,\s]*\d\s*%?")


@dataclass(frozen=True, slots=True)
class Shape:
    """How to read a file. `delimiter` "" means that a line is an item. `header_line` is 1-based, 0 for none.

    `skip` is the number of records above the first item, `column` the 0-based one that is meant.
    """

    encoding: str
    delimiter: str
    header_line: int
    skip: int
    columns: tuple[str, ...]
    column: int


def shape_of(path: Path, column: str | None) -> Shape:
    """The shape of a file; a `column` asked for makes it a table wherever it can be one. Raises SheetError, OSError."""
    encoding = encoding_of(path)
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        sample = file.read(1 << 18)
    asked = {_plain(column)} if column and not column.isdecimal() else set()
    table = path.suffix.casefold() in TABLES
    delimiter = _delimiter_of(sample, asked.union(KNOWN), table, bool(column))
    lines = io.StringIO(sample, newline="" if delimiter else None)
    rows: list[tuple[int, list[str]]] = []
    with suppress(csv.Error):  # whoever reads the whole file says where
        rows.extend(islice(records(lines, delimiter), SAMPLE_ROWS))
    alone = all(len(cells) < 2 for _, cells in rows)
    heads = asked.union(UNMISTAKABLE if alone and not table else KNOWN)
    skip, header_line, columns = _header_of(rows, heads)
    body = [cells for _, cells in rows[skip:]]
    return Shape(encoding, delimiter, header_line, skip, columns, _column_of(path.name, columns, body, column))


def is_known(name: str) -> bool:
    """Whether a column of this name is one that holds what is imported."""
    return _plain(name) in KNOWN


def records(lines: Iterator[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """(the 1-based line it ends on, cells) of every record. Raises csv.Error."""
    if not delimiter:
        for number, line in enumerate(lines, 1):
            yield number, [line.rstrip("\r\n")]
        return
    reader = csv.reader(lines, delimiter=delimiter)
    for cells in reader:
        yield reader.line_num, cells or [""]


def _delimiter_of(sample: str, known: Set[str], table: bool, forced: bool) -> str:
    """The delimiter of a table; "" for a list whose lines are its items.

    A list whose every line is quoted is a table of one column, and so is a .csv file with quotes that splits nowhere.
    """
    lines = list(islice(io.StringIO(sample, newline=""), SAMPLE_ROWS))
    best = (0.0, 0, "")
    for delimiter in DELIMITERS:
        rows = _split(lines, delimiter)
        widths = [len(row) for row in rows]
        wide, count = next(iter(Counter(width for width in widths if width > 1).most_common(1)), (0, 0))
        share = count / max(1, len(widths) - _preamble(widths, wide))
        if wide and (share, wide) > best[:2] and _is_table(rows, share, known, delimiter, (table, forced)):
            best = (share, wide, delimiter)
    if best[2]:
        return best[2]
    filled = [line.strip() for line in lines if line.strip()]
    quoted = [len(line) > 1 and line[0] == line[-1] == '"' for line in filled]
    one_column = any(quoted) and all(len(row) == 1 for row in _split(lines, ","))
    return "," if one_column and (table or all(quoted)) else ""


def _split(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    """The rows that are not blank; none when they can't be told apart."""
    try:
        return [row for row in csv.reader(lines, delimiter=delimiter) if any(cell.strip() for cell in row)]
    except csv.Error:
        return []


def _is_table(
    rows: Sequence[Sequence[str]], share: float, known: Set[str], delimiter: str, sure: tuple[bool, bool]
) -> bool:
    """Whether these rows, of which `share` have the usual width, are a table's; `sure`: by its suffix, by the user."""
    table, forced = sure
    above = PREAMBLE_ROWS + 1 if table or forced or delimiter == "\t" else 1
    headed = any(
        sum(bool(cell.strip()) for cell in row) > 1 and any(_plain(cell) in known for cell in row)
        for row in rows[:above]
    )
    if headed:
        return share >= (0.5 if table or forced else 0.8)
    if forced:
        return share >= 0.8
    return (table or delimiter == "\t") and share >= 0.8 and all(len(row) > 1 for row in rows)


def _preamble(widths: Sequence[int], wide: int) -> int:
    """How many rows stand above the first one of the usual width."""
    above = next((number for number, width in enumerate(widths) if width == wide), 0)
    return above if above <= PREAMBLE_ROWS else 0


def _header_of(rows: Sequence[tuple[int, list[str]]], known: Set[str]) -> tuple[int, int, tuple[str, ...]]:
    """(records above the first item, the header's line or 0, the columns' names)."""
    above = 0  # the most filled cells of a row seen so far: a header has more than what stands above it
    for number, (line, cells) in enumerate(rows[: PREAMBLE_ROWS + 1]):
        filled = sum(bool(cell.strip()) for cell in cells)
        if filled > above and any(_plain(cell) in known for cell in cells):
            return number + 1, line, _names(cells)
        above = max(above, filled)
    width = Counter(len(cells) for _, cells in rows).most_common(1)[0][0] if rows else 1
    first = next((number for number, (_, cells) in enumerate(rows) if len(cells) == width), 0)
    if width > 1 and _has_numbers_below_a_word([cells for _, cells in rows[first:] if len(cells) == width]):
        return first + 1, rows[first][0], _names(rows[first][1])
    return 0, 0, _names([""] * max([len(cells) for _, cells in rows], default=1))


def _has_numbers_below_a_word(rows: Sequence[Sequence[str]]) -> bool:
    top, below = rows[0], rows[1:]
    if not below or any(_NUMBER.fullmatch(cell.strip()) for cell in top):
        return False
    return any(all(_NUMBER.fullmatch(row[column].strip()) for row in below) for column in range(len(top)))


def _names(cells: Sequence[str]) -> tuple[str, ...]:
    return tuple(cell.strip() or f"Column {number}" for number, cell in enumerate(cells, 1))


def _plain(cell: str) -> str:
    return " ".join(cell.replace("_", " ").split()).casefold()


def _column_of(file: str, columns: Sequence[str], body: Sequence[Sequence[str]], wanted: str | None) -> int:
    if wanted:
        return _named_column(file, columns, wanted)
    names = [_plain(name) for name in columns]
    for known in KNOWN:
        if known in names:
            return names.index(known)
    for number in range(len(columns)):
        cells = [row[number].strip() for row in body if len(row) > number and row[number].strip()]
        if cells and sum(bool(_NUMBER.fullmatch(cell)) for cell in cells) * 2 < len(cells):
            return number
    return 0


def _named_column(file: str, columns: Sequence[str], wanted: str) -> int:
    names = [_plain(name) for name in columns]
    if _plain(wanted) in names:
        return names.index(_plain(wanted))
    number = wanted.strip()
    if number.isdecimal() and len(number) < 7 and 1 <= int(number) <= len(columns):
        return int(number) - 1
    shown = ", ".join(columns[:20])
    raise SheetError(file, 0, f'There is no column "{wanted}".', f"The columns are: {shown}.")
