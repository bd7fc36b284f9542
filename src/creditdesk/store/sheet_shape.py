"""What a text file of keywords looks like: its delimiter and its header. Guesses, made from the first rows; they are
shown and can be changed.

A comma in a keyword is common, so a line is an item until the file shows that it is a table: by a known header in a
row of several names, by its suffix (.csv, .tsv) with rows that all split alike, by tabs that do, by a first line
"sep=;", or by a column or a delimiter that the user asked for.
"""

import csv
import re
from collections import Counter
from collections.abc import Sequence, Set
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path

from creditdesk.store.sheet_bytes import lines_of, opened, records
from creditdesk.store.sheet_choice import Choice, Shape
from creditdesk.store.sheet_encoding import chosen_encoding, encoding_of
from creditdesk.store.sheet_error import SheetError
from creditdesk.store.sheet_footer import footer_of
from creditdesk.store.sheet_header import PREAMBLE_ROWS, SAMPLE_ROWS, Row, shape_from
from creditdesk.store.sheet_words import KNOWN, UNMISTAKABLE, plain

DELIMITERS = "\t;,|"
TABLES = (".csv", ".tsv", ".tab", ".xls", ".xlsx")
"""Suffixes of files that are tables; tools write text under the last two, too."""
_SAMPLE = 1 << 18  # characters

_SEPARATOR = re.compile(r'\s*"?sep=(.)"?\s*', re.IGNORECASE)


def shape_of(path: Path, choice: Choice) -> Shape:
    """The shape of a text file; a column or delimiter asked for makes it a table. Raises SheetError, OSError."""
    encoding = chosen_encoding(path.name, choice.encoding) or encoding_of(path)
    with path.open("rb") as file:
        source, codec = opened(file, encoding)
        sample = source.read(_SAMPLE).decode(codec, "replace")
    lines = list(lines_of(sample))
    told = _SEPARATOR.fullmatch(lines[0]) if lines else None
    if told:
        lines = lines[1:]
    table = path.suffix.casefold() in TABLES
    asked = {plain(choice.column)} if choice.column and not choice.column.isdecimal() else set()
    delimiter = choice.delimiter
    if delimiter and (len(delimiter) > 1 or delimiter in '"\r\n' or not delimiter.isascii()):
        raise SheetError(path.name, 0, f"{delimiter!r} can't stand between cells.", "Choose a single character.")
    if delimiter is None:
        found = _delimiter_of(lines, asked.union(KNOWN), table, bool(choice.column))
        delimiter = told[1] if told else found
    rows = _first_rows(lines, delimiter, 2 if told else 1, choice)
    alone = all(len(cells) < 2 for _, cells in rows)
    heads = asked.union(UNMISTAKABLE if alone and not table else KNOWN)
    shape = shape_from(path.name, rows, heads, choice, (encoding, delimiter))
    return replace(shape, first_line=max(2, shape.first_line)) if told else shape


def _first_rows(lines: Sequence[str], delimiter: str, first: int, choice: Choice) -> list[Row]:
    rows: list[Row] = []
    most = max(SAMPLE_ROWS, (choice.header_line or 0) + SAMPLE_ROWS)
    with suppress(csv.Error):  # whoever reads the whole file says where
        rows.extend(islice(records(iter(lines), delimiter, first), most))
    return rows


def _delimiter_of(lines: Sequence[str], known: Set[str], table: bool, forced: bool) -> str:
    """The delimiter of a table; "" for a list whose lines are its items.

    A list whose every line is quoted is a table of one column, and so is a .csv file with quotes that splits nowhere.
    """
    lines = lines[:SAMPLE_ROWS]
    best: tuple[bool, float, int, str] = (False, 0.0, 0, "")
    for delimiter in DELIMITERS:
        rows, whole = _split(lines, delimiter)
        del rows[len(rows) - len(footer_of(rows, True, True)) :]
        header = _header(rows, known, table or forced or delimiter == "\t")
        share, wide = _share(rows, header)
        if (
            wide
            and (whole or header is not None)
            and _is_table(rows, (share, header is not None), delimiter, (table, forced))
        ):
            best = max(best, (header is not None, share, wide, delimiter))
    if best[3]:
        return best[3]
    filled = [line.strip() for line in lines if line.strip()]
    quoted = [len(line) > 1 and line[0] == line[-1] == '"' for line in filled]
    one_column = any(quoted) and all(len(row) == 1 for row in _split(lines, ",")[0])
    return "," if one_column and (table or all(quoted)) else ""


def _split(lines: Sequence[str], delimiter: str) -> tuple[list[list[str]], bool]:
    """The rows that are not blank, and whether all of them end."""
    rows: list[list[str]] = []
    try:
        rows.extend(cells for _, cells in records(iter(lines), delimiter) if any(cell.strip() for cell in cells))
    except csv.Error:
        return rows, False
    return rows, True


def _header(rows: Sequence[Sequence[str]], known: Set[str], preamble: bool) -> int | None:
    """The place of the first row of several cells with a known name among them.

    In what need not be a table a `preamble` is believed only when it has fewer cells and all rows below have as many.
    """
    for place, row in enumerate(rows[: PREAMBLE_ROWS + 1]):
        if sum(bool(cell.strip()) for cell in row) > 1 and not known.isdisjoint(map(plain, row)):
            above = max((len(each) for each in rows[:place]), default=0)
            alike = place + 1 < len(rows) and all(len(each) == len(row) for each in rows[place + 1 :])
            if preamble or place == 0 or (above < len(row) and alike):
                return place
    return None


def _share(rows: Sequence[Sequence[str]], header: int | None) -> tuple[float, int]:
    """(which share of the rows splits as it should, into how many cells).

    Below a header a row may be shorter or longer by its empty cells and by commas in numbers; without, it may not.
    """
    widths = [len(row) for row in rows]
    if header is not None:
        below = widths[header + 1 :]
        return (sum(width > 1 for width in below) / len(below) if below else 1.0), len(rows[header])
    wide, count = next(iter(Counter(width for width in widths if width > 1).most_common(1)), (0, 0))
    above = next((number for number, width in enumerate(widths) if width == wide), 0)
    return count / max(1, len(widths) - (above if above <= PREAMBLE_ROWS else 0)), wide


def _is_table(
    rows: Sequence[Sequence[str]], share: tuple[float, bool], delimiter: str, sure: tuple[bool, bool]
) -> bool:
    """Whether these rows, of which such a `share` splits (below a header or not), are a table's.

    `sure`: by its suffix, by the user.
    """
    table, forced = sure
    if share[1]:
        return share[0] >= (0.5 if table or forced else 0.8)
    if forced:
        return share[0] >= 0.8
    return (table or delimiter == "\t") and share[0] >= 0.8 and all(len(row) > 1 for row in rows)
