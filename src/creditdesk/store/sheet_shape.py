"""What a file of keywords looks like: its encoding, its delimiter, its header, and which column is meant. Guesses, all
of them, made from the first rows; the page shows them."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

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

_NUMBER = re.compile(r"[-+]?[\d.,\s]*\d\s*%?")


class SheetError(Exception):
    """A file that can't be read. `line` is 1-based, 0 when it can't be told; `advice` says what to do."""

    def __init__(self, file: str, line: int, what: str, advice: str = "") -> None:
        super().__init__(
            f"{file}, line {line}: {what} {advice}".strip() if line else f"{file}: {what} {advice}".strip()
        )
        self.file = file
        self.line = line
        self.what = what
        self.advice = advice


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
    """The shape of a file. Raises SheetError, OSError."""
    encoding = encoding_of(path)
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        sample = file.read(1 << 18)
    delimiter = _delimiter_of(sample)
    lines = io.StringIO(sample, newline="" if delimiter else None)
    rows: list[tuple[int, list[str]]] = []
    with suppress(csv.Error):  # whoever reads the whole file says where
        rows.extend(islice(records(lines, delimiter), SAMPLE_ROWS))
    skip, header_line, columns = _header_of(rows)
    body = [cells for _, cells in rows[skip:]]
    return Shape(encoding, delimiter, header_line, skip, columns, _column_of(path.name, columns, body, column))


def records(lines: Iterator[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """(the 1-based line it ends on, cells) of every record. Raises csv.Error."""
    if not delimiter:
        for number, line in enumerate(lines, 1):
            yield number, [line.rstrip("\r\n")]
        return
    reader = csv.reader(lines, delimiter=delimiter)
    for cells in reader:
        yield reader.line_num, cells or [""]


def encoding_of(path: Path) -> str:
    """The encoding of a text file: by its mark, else UTF-16 by its zero bytes, UTF-8 if valid, else Windows-1252."""
    with path.open("rb") as file:
        start = file.read(4096)
        if start.startswith(codecs.BOM_UTF8):
            return "utf-8-sig"
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if len(start) > 3 and start.count(0) > len(start) // 4:
            return "utf-16-le" if start[1::2].count(0) > start[::2].count(0) else "utf-16-be"
        file.seek(0)
        return "utf-8" if _is_utf8(file) else "cp1252"


def _is_utf8(file: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := file.read(1 << 20):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _delimiter_of(sample: str) -> str:
    """The delimiter that splits most rows into the same number of cells; "" when none splits them evenly.

    Below a known header half of the rows are enough. A list whose every line is quoted is a table of one column.
    """
    lines = list(islice(io.StringIO(sample, newline=""), SAMPLE_ROWS))
    best = (0.0, 0, "")
    for delimiter in DELIMITERS:
        try:
            rows = [row for row in csv.reader(lines, delimiter=delimiter) if row]
        except csv.Error:
            continue
        widths = [len(row) for row in rows]
        wide, count = next(iter(Counter(width for width in widths if width > 1).most_common(1)), (0, 0))
        share = count / max(1, len(widths) - _preamble(widths, wide))
        enough = 0.5 if rows and len(rows[0]) > 1 and any(_plain(cell) in KNOWN for cell in rows[0]) else 0.8
        if wide and share >= enough and (share, wide) > best[:2]:
            best = (share, wide, delimiter)
    if best[2]:
        return best[2]
    filled = [line.strip() for line in lines if line.strip()]
    quoted = bool(filled) and all(len(line) > 1 and line[0] == line[-1] == '"' for line in filled)
    return "," if quoted else ""


def _preamble(widths: Sequence[int], wide: int) -> int:
    """How many rows stand above the first one of the usual width."""
    above = next((number for number, width in enumerate(widths) if width == wide), 0)
    return above if above <= PREAMBLE_ROWS else 0


def _header_of(rows: Sequence[tuple[int, list[str]]]) -> tuple[int, int, tuple[str, ...]]:
    """(records above the first item, the header's line or 0, the columns' names)."""
    above = 0  # the most filled cells of a row seen so far: a header has more than what stands above it
    for number, (line, cells) in enumerate(rows[: PREAMBLE_ROWS + 1]):
        filled = sum(bool(cell.strip()) for cell in cells)
        if filled > above and any(_plain(cell) in KNOWN for cell in cells):
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
    if wanted.strip().isdigit() and 1 <= int(wanted) <= len(columns):
        return int(wanted) - 1
    shown = ", ".join(columns[:20])
    raise SheetError(file, 0, f'There is no column "{wanted}".', f"The columns are: {shown}.")
