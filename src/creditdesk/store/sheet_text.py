"""One column of a text file, block by block.

Where a piece of the file has no quotes, or only such as stand round whole cells, the column is cut out of its bytes;
the csv module reads what is left: cells with line breaks, odd quotes, and the end of the file with its totals.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import compress, islice
from pathlib import Path

from creditdesk.store.sheet_bytes import Feed, lines_of, opened, records
from creditdesk.store.sheet_choice import HEADER, MOST_LEFT_OUT, TOTALS, LeftOut, Shape
from creditdesk.store.sheet_encoding import mostly_utf8
from creditdesk.store.sheet_error import SheetError
from creditdesk.store.sheet_footer import footer_of
from creditdesk.store.sheet_guard import unguarded, unguarded_lines
from creditdesk.store.sheet_header import Row, column_names
from creditdesk.store.sheet_report import left_to_send

_CERTAIN = 3
"""Delimiters in a cell with line breaks from which it is surely no text."""
_MASK = b"\x1f"
"""Stands for a delimiter inside quotes while the column is cut out."""


MOST_TOLD = 200
"""Characters of a row that was left out."""


class NotUtf8(Exception):
    """What was taken for UTF-8 is none."""


@dataclass(frozen=True, slots=True)
class Block:
    """Cells of a column joined by line feeds, their lines, how many bytes of the file were read, and rows left out.

    `footer` rows were totals or the header once more, `left_out` are they. `passed`: of a report of a sending, the rows
    that were accepted, and those whose fate is not known.
    """

    text: str
    lines: Sequence[int]
    done: int
    footer: int = 0
    passed: tuple[int, int] = (0, 0)
    left_out: tuple[LeftOut, ...] = ()


def left_out(line: int, cells: Sequence[str], why: str) -> LeftOut:
    """A row that is no item, as it is told."""
    return line, " ".join(" · ".join(cell for cell in cells if cell.strip()).split())[:MOST_TOLD], why


def text_blocks(path: Path, shape: Shape, strict: bool) -> Iterator[Block]:
    """The cells below the header. `strict`: NotUtf8 is raised for bytes that are none. Raises SheetError, OSError."""
    with path.open("rb") as file:
        source, codec = opened(file, shape.encoding)
        feed = Feed(source)
        above = [feed.line() for _ in range(shape.first_line - 1)]
        header = b"".join(above[shape.header_line - 1 :]) if shape.header_line else b""
        cutting = _Cutting(path.name, shape, feed, (codec, "strict" if strict else "replace"), header)
        try:
            yield from cutting.blocks()
        except UnicodeDecodeError:
            raise NotUtf8 from None


class _Cutting:
    def __init__(self, file: str, shape: Shape, feed: Feed, codec: tuple[str, str], header: bytes) -> None:
        self._file = file
        self._shape = shape
        self._feed = feed
        self._codec = codec
        self._line = shape.first_line
        self._sure = False  # that it is what it was taken for
        mark = re.escape(shape.delimiter.encode())
        self._mark = shape.delimiter.encode()
        self._header = header.strip() if self._mark and len(shape.columns) > 1 else b""
        self._behind = re.compile(rb"%s.*" % mark) if mark else None
        self._cell = re.compile(rb"(?:[^%s\n]*%s){%d}([^%s\n]*)[^\n]*\n|[^\n]*\n" % (mark, mark, shape.column, mark))

    def blocks(self) -> Iterator[Block]:
        """All of them."""
        while True:
            data, last = self._feed.piece()
            if last:
                if data:
                    yield self._end(data)
                return
            cut = self._cut(data)
            yield self._read(data) if cut is None else self._block(cut)

    def _block(self, data: bytes) -> Block:
        text = self._text(data)
        first, self._line = self._line, self._line + text.count("\n")
        return Block(unguarded_lines(text.removesuffix("\n")), range(first, self._line), self._feed.tell())

    def _cut(self, data: bytes) -> bytes | None:
        """The column of whole lines, a cell a line; None when that needs a closer look."""
        if not self._mark:
            return data
        if self._shape.report or self._is_headed(data):
            return None
        masked = False
        if b'"' in data:
            bare = unquoted(data, self._mark)
            if bare is None:
                return None
            data, masked = bare, _MASK in bare
        if self._shape.column:
            data = b"\n".join(self._cell.findall(data)) + b"\n"
        elif self._behind:
            data = self._behind.sub(b"", data)
        return data.replace(_MASK, self._mark) if masked else data

    def _read(self, data: bytes) -> Block:
        """The column of lines of which the last may go on."""
        return self._taken(*self._unheaded(data))

    def _end(self, data: bytes) -> Block:
        rows, again = self._unheaded(data)
        if self._shape.keep_footer:
            return self._taken(rows, again)
        places = footer_of([cells for _, cells in rows], bool(self._shape.delimiter), self._shape.header_line > 0)
        totals = [left_out(*rows[place], TOTALS) for place in places]
        for place in reversed(places):
            del rows[place]
        return self._taken(rows, [*again, *totals])

    def _is_headed(self, data: bytes) -> bool:
        """Whether the header may stand there once more, as in exports that were put together."""
        return self._header != b"" and self._header in data and not self._shape.keep_footer

    def _unheaded(self, data: bytes) -> tuple[list[Row], list[LeftOut]]:
        """The records of these lines but the header, and where that was left out."""
        rows = self._rows(data)
        if not self._is_headed(data):
            return rows, []
        headed = [column_names(cells) == self._shape.columns for _, cells in rows]
        again = [left_out(*row, HEADER) for row in compress(rows, headed)]
        return [row for row, header in zip(rows, headed, strict=True) if not header], again

    def _taken(self, rows: list[Row], again: list[LeftOut]) -> Block:
        passed = (0, 0)
        if self._shape.report:
            wanted, passed = left_to_send(rows)
            rows = list(compress(rows, wanted))
        text = "\n".join(map(self._cell_of, rows))
        lines, named = [line for line, _ in rows], tuple(again[:MOST_LEFT_OUT])
        return Block(text, lines, self._feed.tell(), len(again), passed, named)

    def _cell_of(self, row: Row) -> str:
        cells, column = row[1], self._shape.column
        return unguarded(cells[column]).replace("\n", " ") if column < len(cells) else ""

    def _rows(self, data: bytes) -> list[Row]:
        """The records of these lines, and of as many more as the last record has."""
        lines = list(lines_of(self._text(data)))
        given, more = 0, list[str]()

        def giving() -> Iterator[str]:
            nonlocal given
            while True:
                if given < len(lines):
                    line = lines[given]
                else:
                    more.append(line := self._line_more())
                given += 1
                if not line:
                    return
                yield line

        rows: list[Row] = []
        reading = records(giving(), self._shape.delimiter, self._line)
        try:
            while given < len(lines):
                rows += islice(reading, 1)
        except csv.Error:
            line = rows[-1][0] + sum(cell.count("\n") for cell in rows[-1][1]) + 1 if rows else self._line
            raise self._unclosed(line) from None
        self._line += given
        swallowed = next(((line, cells) for line, cells in rows if self._has_lines(cells)), None)
        if swallowed and (len(swallowed[1]) != len(self._shape.columns) or not self._is_strict([*lines, *more])):
            raise self._unclosed(swallowed[0])
        return rows

    def _is_strict(self, lines: Sequence[str]) -> bool:
        """Whether every quote stands at the beginning or at the end of a cell, as programs write them."""
        delimiter = self._shape.delimiter
        try:
            for _ in csv.reader(lines, delimiter=delimiter, skipinitialspace=delimiter != "\t", strict=True):
                pass
        except csv.Error:
            return False
        return True

    def _has_lines(self, cells: Sequence[str]) -> bool:
        """Whether the column's cell holds whole lines of the table: a quote in it that is not closed took them in."""
        column = self._shape.column
        breaks = cells[column].count("\n") if column < len(cells) else 0
        if not breaks:
            return False
        return cells[column].count(self._shape.delimiter) >= max(_CERTAIN, breaks * (len(self._shape.columns) - 1))

    def _unclosed(self, line: int) -> SheetError:
        what = "A cell does not end (a quote is not closed)."
        return SheetError(self._file, line, what, "Check the quotes from this line on.")

    def _line_more(self) -> str:
        return "".join(lines_of(self._text(self._feed.line())))

    def _text(self, data: bytes) -> str:
        """Decoded. A damaged character in what has been UTF-8 so far is one, and no other encoding."""
        try:
            text = data.decode(*self._codec)
        except UnicodeDecodeError:
            if not self._sure and not mostly_utf8(data):
                raise
            return data.decode(self._codec[0], "replace")
        self._sure = self._sure or not text.isascii()
        return text


def unquoted(data: bytes, mark: bytes) -> bytes | None:
    """Lines without the quotes round their cells, delimiters inside them masked; None when it is not that simple."""
    parts = data.split(b'"')
    if len(parts) % 2 == 0 or len(parts) > 4 * data.count(b"\n") or _MASK in data:
        return None
    outside, inside = parts[::2], parts[1::2]
    before, behind = {part[-1:] for part in outside[:-1]}, {part[:1] for part in outside[1:]}
    if not before <= {b"", b"\n", mark} or not behind <= {b"", b"\r", b"\n", mark}:
        return None
    text = b'"'.join(inside)
    if b"\n" in text:
        return None
    if mark in text:
        inside = text.replace(mark, _MASK).split(b'"')
    parts[1::2] = inside
    parts[2:-1:2] = [part or b'"' for part in parts[2:-1:2]]  # nothing between two quotes: a quote that is meant
    return b"".join(parts)
