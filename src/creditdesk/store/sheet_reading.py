"""A keyword file, whatever it is, as blocks of cells; and as one whole column, in this process."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from creditdesk.store.sheet_choice import MOST_LEFT_OUT, Choice, Column, LeftOut, Shape, column_of
from creditdesk.store.sheet_error import SheetError
from creditdesk.store.sheet_report import as_report
from creditdesk.store.sheet_shape import shape_of
from creditdesk.store.sheet_text import Block, NotUtf8, text_blocks
from creditdesk.store.sheet_zip import workbook_kind

MOST_ROWS = 2_000_000
_SPLIT_IT = "Split the file, or save the column alone as text."


def read_file(path: Path, choice: Choice) -> Iterator[Shape | Block]:
    """How the file is read, and then its cells. A second Shape makes void what came before it.

    Raises SheetError.
    """
    rows = 0
    try:
        for found in _read(path, choice):
            rows = 0 if isinstance(found, Shape) else rows + len(found.lines)
            if rows > MOST_ROWS:
                raise SheetError(path.name, 0, f"The file has over {MOST_ROWS:,} rows.", _SPLIT_IT)
            yield found
    except OSError as error:
        raise SheetError(path.name, 0, f"The file can't be read ({error.strerror}).") from None
    except csv.Error:
        raise SheetError(path.name, 0, "The first rows can't be told apart.", "Check the quotes.") from None


def read_column(path: Path, choice: Choice | str | None = None) -> Column:
    """One column of a file with its cells as they stand, line breaks aside, read in this process. Raises SheetError."""
    if not isinstance(choice, Choice):
        choice = Choice(column=choice)
    shape, lines, footer, accepted, unknown, named = None, list[str](), 0, 0, 0, list[LeftOut]()
    for found in read_file(path, choice):
        if isinstance(found, Shape):
            shape, lines, footer, accepted, unknown, named = found, [], 0, 0, 0, []
            continue
        if found.lines:
            lines += [cell.removesuffix("\r") for cell in found.text.split("\n")]
        footer += found.footer
        named += found.left_out
        accepted, unknown = accepted + found.passed[0], unknown + found.passed[1]
    if shape is None:
        raise SheetError(path.name, 0, "The file can't be read.")
    return column_of(shape, footer, lines, (accepted, unknown), tuple(named[:MOST_LEFT_OUT]))


def _read(path: Path, choice: Choice) -> Iterator[Shape | Block]:
    kind = workbook_kind(path)
    if kind:
        from creditdesk.store.sheet_book import book_blocks, open_book  # a text file does without the library

        book = open_book(path, kind, choice)
        if (told := as_report(book.shape, choice)) is not None:
            book = open_book(path, kind, replace(told, delimiter=choice.delimiter, sheet=book.shape.sheet))
            book = replace(book, shape=replace(book.shape, report=True))
        book = replace(book, shape=replace(book.shape, keep_footer=choice.keep_footer))
        yield book.shape
        yield from book_blocks(book)
        return
    shape = _text_shape(path, choice)
    yield shape
    try:
        yield from text_blocks(path, shape, choice.encoding is None and shape.encoding == "utf-8")
    except NotUtf8:
        shape = _text_shape(path, replace(choice, encoding="cp1252"))
        yield shape
        yield from text_blocks(path, shape, False)


def _text_shape(path: Path, choice: Choice) -> Shape:
    shape = shape_of(path, choice)
    told = as_report(shape, choice)
    if told is not None:
        shape = replace(shape_of(path, told), report=True)
    return replace(shape, keep_footer=choice.keep_footer)
