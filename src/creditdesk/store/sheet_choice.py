"""How a keyword file is to be read, and how it was."""

from collections.abc import Sequence
from dataclasses import dataclass

from creditdesk.store.sheet_error import SheetError
from creditdesk.store.sheet_words import plain

PREVIEW_ROWS = 8


@dataclass(frozen=True, slots=True)
class Choice:
    """What the user says about a file; None is guessed.

    `delimiter` "" means that a line is an item; `header_line` is 1-based, 0 for none; `column` a name or a 1-based
    number; `sheet` a sheet's name in a workbook. `keep_footer`: rows of totals, and the header once more, are items,
    too.
    """

    encoding: str | None = None
    delimiter: str | None = None
    header_line: int | None = None
    column: str | None = None
    sheet: str | None = None
    keep_footer: bool = False


LeftOut = tuple[int, str, str]
"""A row that was left out: its line, its text, and why: TOTALS or HEADER."""
TOTALS, HEADER = "totals", "header"
MOST_LEFT_OUT = 1_000
"""So many of them are named; all are counted."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How a file is read. `delimiter` "" means that a line is an item; `header_line` is 1-based, 0 for none.

    `column` is the 0-based one that is meant; `first_line` that of the first item. `encoding` is "xlsx", "xlsb", "xls"
    or "ods" for a workbook, whose `sheet` is read of its `sheets`. `preview` has the cells of the first rows, or of
    those round a header further down, and `preview_lines` their lines.
    """

    encoding: str
    delimiter: str
    header_line: int
    first_line: int
    columns: tuple[str, ...]
    column: int
    preview: tuple[tuple[str, ...], ...] = ()
    preview_lines: tuple[int, ...] = ()
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    report: bool = False  # of a sending: rows are taken by their fate
    keep_footer: bool = False

    @property
    def name(self) -> str:
        """The column's name."""
        return self.columns[self.column] if self.columns else ""


@dataclass(frozen=True, slots=True)
class Column:
    """How a file was understood, and the column that was taken.

    `delimiter` "" means that a line is an item; `header_line` is 1-based, 0 for none; `first_line` is that of the first
    item. `encoding` is "xlsx", "xlsb", "xls" or "ods" for a workbook, whose `sheet` was read of its `sheets`. `preview`
    has the cells of the file's first rows, or of those round a header further down, and `preview_lines` their lines.
    `footer` rows of totals, or with the header once more, were left out, the first of them are in `left_out`; of a
    `report` of a sending also the `passed` rows: those that were accepted, and those whose fate is not known. `lines`
    has the cells themselves where they were asked for, below the header.
    """

    lines: list[str]
    name: str
    columns: tuple[str, ...]
    encoding: str
    delimiter: str
    header_line: int
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    preview: tuple[tuple[str, ...], ...] = ()
    preview_lines: tuple[int, ...] = ()
    footer: int = 0
    first_line: int = 1
    report: bool = False
    passed: tuple[int, int] = (0, 0)
    left_out: tuple[LeftOut, ...] = ()


def column_of(
    shape: Shape, footer: int, lines: list[str], passed: tuple[int, int] = (0, 0), left_out: tuple[LeftOut, ...] = ()
) -> Column:
    """What is told of a file that was read so."""
    return Column(
        lines,
        shape.name,
        shape.columns,
        shape.encoding,
        shape.delimiter,
        shape.header_line,
        shape.sheet,
        shape.sheets,
        shape.preview,
        shape.preview_lines,
        footer,
        shape.first_line,
        shape.report,
        passed,
        left_out,
    )


def named_column(file: str, columns: Sequence[str], wanted: str) -> int:
    """The place of a column that was asked for by its name or its number from 1. Raises SheetError."""
    names = [plain(name) for name in columns]
    if plain(wanted) in names:
        return names.index(plain(wanted))
    number = wanted.strip()
    if number.isdecimal() and len(number) < 7 and 1 <= int(number) <= len(columns):
        return int(number) - 1
    shown = ", ".join(columns[:20])
    raise SheetError(file, 0, f'There is no column "{wanted}".', f"The columns are: {shown}.")
