"""One column of a workbook: XLSX, XLSB, XLS or ODS, by python-calamine."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import compress, islice
from math import isfinite
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    load_workbook,
)

from creditdesk.store.sheet_choice import TOTALS, Choice, Shape
from creditdesk.store.sheet_error import SheetError
from creditdesk.store.sheet_footer import TAIL_ROWS, footer_of
from creditdesk.store.sheet_guard import unguarded
from creditdesk.store.sheet_header import PREAMBLE_ROWS, SAMPLE_ROWS, Row, header_of, shape_from
from creditdesk.store.sheet_report import left_to_send
from creditdesk.store.sheet_text import Block, left_out
from creditdesk.store.sheet_words import KNOWN, plain
from creditdesk.store.sheet_zip import BROKEN, LOCKED, MEND, SAVE_AGAIN, UNLOCK

MOST_SHEETS = 50
"""Sheets that are looked into for the likeliest one."""
_BLOCK = 4096  # rows
_WHOLE = 1e15
"""Below it a number's every digit is shown; a spreadsheet knows 15."""

Value = int | float | str | bool | time | date | datetime | timedelta

_Raw = tuple[int, list[Value]]


@dataclass(frozen=True, slots=True)
class Book:
    """A sheet that was opened, and how it is read."""

    shape: Shape
    sheet: CalamineSheet
    size: int


def open_book(path: Path, kind: str, choice: Choice) -> Book:
    """The sheet that is meant, and its column. Raises SheetError."""
    try:
        with path.open("rb") as file, load_workbook(path if _is_named(path, kind) else file) as book:
            names = _names(book)
            name, sheet = _sheet_of(path.name, book, names, choice)
    except PasswordError:
        raise SheetError(path.name, 0, LOCKED, UNLOCK) from None
    except CalamineError as error:
        if "limit" in str(error).casefold():
            raise SheetError(path.name, 0, "The sheet has too many cells to be read.", SAVE_AGAIN) from None
        raise SheetError(path.name, 0, BROKEN, MEND) from None
    except OSError as error:
        if error.errno is not None:
            raise
        raise SheetError(path.name, 0, BROKEN, MEND) from None  # the library's own, for a zip that it can't follow
    asked = {plain(choice.column)} if choice.column and not choice.column.isdecimal() else set()
    most = max(SAMPLE_ROWS, (choice.header_line or 0) + SAMPLE_ROWS)
    shape = shape_from(path.name, _first_rows(sheet, most), asked.union(KNOWN), choice, (kind, ""))
    return Book(replace(shape, sheet=name, sheets=names), sheet, path.stat().st_size)


def book_blocks(book: Book) -> Iterator[Block]:
    """The cells below the header."""
    shape, rows = book.shape, book.sheet.total_height
    held: deque[_Raw] = deque()
    reading = islice(enumerate(book.sheet.iter_rows(), 1), shape.first_line - 1, None)
    while taken := list(islice(reading, _BLOCK)):
        ready = [*held, *taken]
        held = deque(ready[-TAIL_ROWS:])
        yield _block(ready[:-TAIL_ROWS], shape, book.size * taken[-1][0] // max(1, rows + 1))
    texts = [[_text(cell) for cell in row] for _, row in held]
    places = [] if shape.keep_footer else footer_of(texts, True, shape.header_line > 0)
    kept = [row for place, row in enumerate(held) if place not in places]
    totals = tuple(left_out(held[place][0], texts[place], TOTALS) for place in places)
    yield replace(_block(kept, shape, book.size), footer=len(totals), left_out=totals)


def _block(rows: Sequence[_Raw], shape: Shape, done: int) -> Block:
    column, passed = shape.column, (0, 0)
    if shape.report:
        wanted, passed = left_to_send(rows)
        rows = list(compress(rows, wanted))
    cells = ["" if column >= len(row) else unguarded(_text(row[column])).replace("\n", " ") for _, row in rows]
    return Block("\n".join(cells), [line for line, _ in rows], done, 0, passed)


def _is_named(path: Path, kind: str) -> bool:
    """Whether the ending is the kind's own: the library believes it. Of bytes it tries one kind after the other."""
    return path.suffix.casefold() in {f".{kind}", ".xlsm" if kind == "xlsx" else ""}


def _names(book: CalamineWorkbook) -> tuple[str, ...]:
    """The sheets that hold cells: those that are shown first."""
    sheets = [each for each in book.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
    sheets.sort(key=lambda each: each.visible != SheetVisibleEnum.Visible)  # the order stays otherwise
    return tuple(each.name for each in sheets)


def _sheet_of(file: str, book: CalamineWorkbook, names: Sequence[str], choice: Choice) -> tuple[str, CalamineSheet]:
    """The sheet that was asked for, or the likeliest: with a column of keywords, else of addresses, else with cells."""
    if not names:
        raise SheetError(file, 0, "The workbook has no sheet with cells.", "Choose another file.")
    if choice.sheet is not None:
        if choice.sheet not in names:
            shown = ", ".join(names[:20])
            raise SheetError(file, 0, f'There is no sheet "{choice.sheet}".', f"The sheets are: {shown}.")
        return choice.sheet, book.get_sheet_by_name(choice.sheet)
    best: tuple[int, str, CalamineSheet] | None = None
    for name in names[:MOST_SHEETS]:
        sheet = book.get_sheet_by_name(name)
        rank = _rank(sheet) if len(names) > 1 else 0
        if best is None or rank < best[0]:
            best = rank, name, sheet
        if rank == 0:
            break
    if best is None:
        raise SheetError(file, 0, "The workbook has no sheet with cells.", "Choose another file.")
    return best[1], best[2]


def _rank(sheet: CalamineSheet) -> int:
    """How unlikely a sheet is to be the list: by the column it has, by whether it has cells at all."""
    rows = _first_rows(sheet, PREAMBLE_ROWS + SAMPLE_ROWS)
    place = header_of(rows, set(KNOWN))
    if place is not None:
        names = {plain(cell) for cell in rows[place][1]}
        return min(KNOWN.index(name) for name in names if name in KNOWN)
    return len(KNOWN) if rows else len(KNOWN) + 1


def _first_rows(sheet: CalamineSheet, most: int) -> list[Row]:
    return [(line, [_text(cell) for cell in row]) for line, row in enumerate(islice(sheet.iter_rows(), most), 1)]


def _text(value: Value) -> str:
    """A cell as it is seen: 12 and not 12.0, and no more digits than a spreadsheet knows."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        if not isfinite(value):
            return str(value)
        return str(int(value)) if value.is_integer() and abs(value) < _WHOLE else format(value, ".15g")
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds" if value.second else "minutes")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)
