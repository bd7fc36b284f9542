"""Keyword files: one column of a CSV, TSV or plain text file, read by a child process that has limits.

The child (creditdesk.store.sheets_child) writes a line of JSON about the file, the cells of the column, a line each,
and a last line that says how it ended. The parent takes them in pieces: a million lines never hold the window up.
"""

import csv
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from creditdesk.store.sheet_error import SheetError
from creditdesk.store.sheet_shape import Shape, is_known, records, shape_of

__all__ = ["Column", "SheetError", "is_known", "read_column", "read_in_child"]

CHILD_S = 30.0
MOST_ROWS = 2_000_000
MOST_CELL = 10_000
"""Characters of a cell that are kept: far more than any keyword has, so a longer one is still seen to be too long."""
CHILD_OPTION = "--read-sheet"
"""What the frozen app is started with to be the child; see `__main__`."""
_PIECE = 4096  # lines
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "LD_LIBRARY_PATH", "PYTHONPATH")
"""The child's whole environment: a key in a variable stays out of it."""
_SPLIT_IT = "Split the file, or save the column alone as text."


@dataclass(frozen=True, slots=True)
class Column:
    """The cells of one column, in the file's order, blank ones included; and how the file was understood.

    `header_line` is 1-based, 0 for none; `delimiter` "" means that a line is an item.
    """

    lines: list[str]
    name: str
    columns: tuple[str, ...]
    encoding: str
    delimiter: str
    header_line: int


def read_column(path: Path, column: str | None = None) -> Column:
    """One column of a file, read in this process. `column` is a name or a 1-based number; None: the likeliest.

    Raises SheetError.
    """
    shape, cells = open_column(path, column)
    return _column(shape, list(cells))


def open_column(path: Path, column: str | None) -> tuple[Shape, Iterator[str]]:
    """The shape of a file, and the cells of its column as they are read. Both raise SheetError."""
    try:
        shape = shape_of(path, column)
    except OSError as error:
        raise SheetError(path.name, 0, f"The file can't be read ({error.strerror}).") from None
    except csv.Error:
        raise SheetError(path.name, 0, "The first rows can't be told apart.", "Check the quotes.") from None
    return shape, _cells(path, shape)


def _cells(path: Path, shape: Shape) -> Iterator[str]:
    line = 0
    try:
        with path.open(encoding=shape.encoding, errors="replace", newline="" if shape.delimiter else None) as file:
            for number, (line, cells) in enumerate(records(iter(file), shape.delimiter)):
                if number - shape.skip >= MOST_ROWS:
                    raise SheetError(path.name, line, f"The file has over {MOST_ROWS:,} rows.", _SPLIT_IT)
                if number >= shape.skip:
                    yield cells[shape.column][:MOST_CELL] if shape.column < len(cells) else ""
    except csv.Error:
        what = "A cell does not end (a quote is not closed)."
        raise SheetError(path.name, line + 1, what, "Check the quotes from this line on.") from None
    except OSError as error:
        raise SheetError(path.name, line, f"The file can't be read ({error.strerror}).") from None


async def read_in_child(source: Path | bytes, column: str | None = None, limit_s: float = CHILD_S) -> Column:
    """One column of a file, or of pasted text as UTF-8 bytes, read in a child process.

    The child may use 1 GiB and `limit_s` seconds; it ends when the caller is cancelled. Raises SheetError.
    """
    import asyncio  # 56 ms that the first paint should not pay for

    with tempfile.TemporaryDirectory(prefix="creditdesk-") as folder:
        path = source if isinstance(source, Path) else Path(folder) / "pasted text"
        if isinstance(source, bytes):
            path.write_bytes(source)
        child = _start(path, column)
        try:
            return await asyncio.to_thread(_collect, child, path.name, limit_s)
        finally:
            child.kill()
            child.wait()


def _start(path: Path, column: str | None) -> "subprocess.Popen[bytes]":
    program = [CHILD_OPTION] if getattr(sys, "frozen", False) else ["-P", "-m", "creditdesk.store.sheets_child"]
    wanted = [] if column is None else ["--column", column]
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return subprocess.Popen(
        [sys.executable, *program, str(path.absolute()), *wanted],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**environment, "PYTHONUTF8": "1"},
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


def _collect(child: "subprocess.Popen[bytes]", file: str, limit_s: float) -> Column:
    late = threading.Event()

    def end() -> None:
        late.set()
        child.kill()

    watch = threading.Timer(limit_s, end)
    watch.daemon = True
    watch.start()
    try:
        lines = list(_lines(child))
        child.wait()
    finally:
        watch.cancel()
    if late.is_set():
        raise SheetError(file, 0, f"Reading took over {limit_s:.0f} seconds.", _SPLIT_IT)
    ending = _ending(lines)
    if ending is None:
        raise SheetError(file, 0, "The file needs too much memory to be read.", _SPLIT_IT)
    if "error" in ending:
        raise SheetError(**ending["error"])
    shape = json.loads(lines[0])
    return _column(Shape(**{**shape, "columns": tuple(shape["columns"])}), lines[1:-1])


def _lines(child: "subprocess.Popen[bytes]") -> Iterator[str]:
    """What the child writes, line by line, giving way to other threads now and then."""
    if child.stdout is None:
        return
    with io.TextIOWrapper(child.stdout, encoding="utf-8", newline="\n") as answer:
        while piece := list(islice(answer, _PIECE)):
            yield from (unpacked(line.removesuffix("\n")) for line in piece)
            time.sleep(0)


def _ending(lines: list[str]) -> dict[str, Any] | None:
    """What the child said last; None when it died before."""
    try:
        ending = json.loads(lines[-1])
    except (IndexError, ValueError):
        return None
    return ending if isinstance(ending, dict) and ending.keys() & {"done", "error"} else None


def packed(cell: str) -> str:
    """A cell on one line."""
    if "\\" not in cell and "\n" not in cell:
        return cell
    return cell.replace("\\", "\\\\").replace("\n", "\\n")


def unpacked(line: str) -> str:
    """The cell that `packed` wrote."""
    if "\\" not in line:
        return line
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] == "n" else match[1], line)


def _column(shape: Shape, lines: list[str]) -> Column:
    name = shape.columns[shape.column] if shape.columns else ""
    return Column(lines, name, shape.columns, shape.encoding, shape.delimiter, shape.header_line)
