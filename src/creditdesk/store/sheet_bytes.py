"""The bytes of a text file as UTF-8 or one byte a character, in pieces that end with a line.

The columns of a million lines are cut out of bytes, which is faster than decoding all of it first. A line ends with
\\n, \\r\\n or \\r, also where one file has several of them; of \\r\\r\\n the first is white space.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from typing import BinaryIO, Protocol

from creditdesk.store.sheet_header import Row

PIECE = 1 << 16  # bytes: what is done to a piece at once stays in the processor's cache
_TAIL = 1 << 12
"""Bytes that the last piece has at least, if the file has them: rows of totals are looked for in it."""
MOST_CELL = 1 << 24
"""Characters that a cell may have: a column of web pages is passed over, and a quote that never closes is found out."""
csv.field_size_limit(MOST_CELL)

# Line ends without a line feed: a run of them at once, or a file of nothing else takes the square of its length.
_ALONE = re.compile(r"(?<!\r)\r++(?!\n)")
_ALONE_BYTES = re.compile(rb"(?<!\r)\r++(?!\n)")
_MAYBE_ALONE = re.compile(rb"\r(?!\n)")  # the quicker one, where there is none
_AS_THEY_ARE = frozenset({"utf-8", "cp1252", "iso8859-1", "ascii"})


class Bytes(Protocol):
    """What is read from."""

    def read(self, size: int, /) -> bytes:
        """So many bytes or a few more; fewer only at the end."""
        ...

    def readline(self) -> bytes:
        """The rest of the line."""
        ...

    def tell(self) -> int:
        """Bytes of the file that were read."""
        ...


class Transcoded:
    """A file of any encoding and any line ends, as UTF-8 with \\n."""

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        self._file = file
        self._text = io.TextIOWrapper(file, encoding, "replace", newline=None)

    def read(self, size: int, /) -> bytes:
        """So many characters."""
        return self._text.read(size).encode("utf-8", "replace")

    def readline(self) -> bytes:
        """The rest of the line."""
        return self._text.readline().encode("utf-8", "replace")

    def tell(self) -> int:
        """Bytes of the file that were read."""
        return 0 if self._file.closed else self._file.tell()


def opened(file: BinaryIO, encoding: str) -> tuple[Bytes, str]:
    """The file's bytes from its first character on, and what they are to be decoded with."""
    known = codecs.lookup(encoding).name
    start = file.read(1 << 14)
    file.seek(0)
    if known == "utf-8-sig" or (known == "utf-8" and start.startswith(codecs.BOM_UTF8)):
        file.seek(len(codecs.BOM_UTF8) if start.startswith(codecs.BOM_UTF8) else 0)
        known = "utf-8"
    if known in _AS_THEY_ARE and (b"\n" in start or b"\r" not in start):
        return file, known
    return Transcoded(file, known), "utf-8"


class Feed:
    """A file's lines in pieces, each of whole lines."""

    def __init__(self, source: Bytes) -> None:
        self._source = source
        self._ahead = self._read()

    def piece(self) -> tuple[bytes, bool]:
        """The next lines, and whether they are the last ones. Nothing at the end."""
        data, self._ahead = self._ahead, self._read()
        if len(self._ahead) < _TAIL:
            data += self._ahead
            self._ahead = b""
        return data, not self._ahead

    def line(self) -> bytes:
        """One line."""
        end = self._ahead.find(b"\n") + 1 or len(self._ahead)
        line, self._ahead = self._ahead[:end], self._ahead[end:] or self._read()
        return line

    def tell(self) -> int:
        """Bytes of the file that were read."""
        return self._source.tell()

    def _read(self) -> bytes:
        data = self._source.read(PIECE)
        if data and not data.endswith(b"\n"):
            data += self._source.readline()
        if b"\r" in data and _MAYBE_ALONE.search(data):
            data = _ALONE_BYTES.sub(lambda run: b"\n" * len(run[0]), data)
        return data


def lines_of(text: str) -> Iterator[str]:
    """The lines of a text. The first of \\r\\r\\n becomes \\v, white space that is no line's end to the csv module."""
    if "\r" in text:
        text = _ALONE.sub(lambda run: "\n" * len(run[0]), text).replace("\r\n", "\n").replace("\r", "\v")
    return io.StringIO(text, newline="\n")


def records(lines: Iterator[str], delimiter: str, first: int = 1) -> Iterator[Row]:
    """(the line it begins on, its cells) of every record. Raises csv.Error for a cell that does not end.

    A space between a delimiter and a quote is no part of the cell.
    """
    if not delimiter:
        for number, line in enumerate(lines, first):
            yield number, [line.rstrip("\r\n")]
        return
    ended = False

    def giving() -> Iterator[str]:
        nonlocal ended
        yield from lines
        ended = True

    reader, begun = csv.reader(giving(), delimiter=delimiter, skipinitialspace=delimiter != "\t"), 0
    for cells in reader:
        if ended:  # the csv module takes the end of a file for the end of a cell
            raise csv.Error("a quote is not closed")
        yield first + begun, cells or [""]
        begun = reader.line_num
