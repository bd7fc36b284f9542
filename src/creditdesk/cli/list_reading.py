"""The list that `size` is given: read, refused when it is none, and what was assumed about it in words and as JSON."""

import signal
import stat
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import cast

from creditdesk.desk import listing
from creditdesk.desk.listing import Listed
from creditdesk.store.sheets import Choice, Column, SheetError, is_known

MOST_BYTES = 256 * 1024 * 1024
_OF_THIS_PROCESS = ("/dev/fd/", "/dev/stdin", "/proc/self/")
"""Names of what this process holds open; in the process that reads files they are something else."""
DELIMITERS: Mapping[str, str] = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


async def read_list(file: str, choice: Choice) -> Listed:
    """The items of a file, or of standard input for "-". Raises SheetError, also when there is nothing to send."""
    if not file:
        raise SheetError("FILE", 0, "It is empty.", "Give a file, or - for standard input.")
    name = "standard input" if file == "-" else Path(file).name or file
    if choice.column is not None and not choice.column.strip():
        raise SheetError(name, 0, "--column wants a column's name or number, and got an empty text.")
    listed = await listing.read_list(_streamed(file, name) if is_stream(file) else Path(file), name, choice)
    _check_sheet(listed, choice)
    return listed


def _check_sheet(listed: Listed, choice: Choice) -> None:
    if choice.sheet is not None and not listed.column.sheet:
        raise SheetError(listed.name, 0, "It is no workbook: there are no sheets to choose from.", "Leave --sheet out.")


def is_stream(file: str) -> bool:
    """Whether this is standard input or another pipe: it can be read once, and by this process alone."""
    if file == "-" or file.startswith(_OF_THIS_PROCESS):
        return True
    try:
        mode = Path(file).stat().st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)


def file_json(column: Column) -> dict[str, object]:
    """How the file was understood (docs/cli.md)."""
    named = column.delimiter or column.header_line or column.sheet
    return {
        "encoding": column.encoding,
        "delimiter": column.delimiter or None,
        "header_line": column.header_line or None,
        "column": column.name if named else None,
        "sheet": column.sheet or None,
    }


def file_words(listed: Listed) -> str:
    """How the file was understood, as a line for a person."""
    column = listed.column
    header = f"header in line {column.header_line}" if column.header_line else "no header"
    if column.sheet:
        kind = {"ods": "an ODS workbook"}.get(column.encoding, f"an {column.encoding.upper()} workbook")
        return f'Read as {kind}, sheet "{column.sheet}", {header}, column "{column.name}".'
    if not column.delimiter:
        word = f' ("{column.name}")' if column.header_line else ""
        return f"Read as text, one item a line, {header}{word} ({column.encoding})."
    kind = f"CSV with {DELIMITERS.get(column.delimiter, column.delimiter)}"
    kind = "a table with tabs" if column.delimiter == "\t" else kind
    return f'Read as {kind}, {header}, column "{column.name}" ({column.encoding}).'


def list_notes(listed: Listed) -> list[str]:
    """What was assumed about the list, and what of it can't be sent."""
    column, items, notes = listed.column, listed.items, []
    if column.report:
        notes.append(listing.report_words(listed))
    others = len(column.columns) - 1
    if not column.report and others > 0 and not listed.chosen and not is_known(column.name):
        header = "no header" if not column.header_line else "no header that says which column is meant"
        notes.append(
            f'The file has {header}: "{column.name}" of its {others + 1} columns was taken, the others were left out. '
            "--column chooses another."
        )
    if len(column.sheets) > 1:
        others_there = ", ".join(f'"{each}"' for each in column.sheets if each != column.sheet)
        notes.append(f'The sheet "{column.sheet}" was read; --sheet chooses another: {others_there}.')
    if column.encoding == "cp1252" and listed.choice.encoding is None:
        seen = next((item for item in items.unique if not item.isascii()), "")
        notes += (
            [f'It is not UTF-8 and was read as Windows-1252. If "{seen[:40]}" looks wrong, --encoding helps.']
            if seen
            else []
        )
    if column.footer:
        rows = "1 row" if column.footer == 1 else f"{column.footer:,} rows"
        were = "was" if column.footer == 1 else "were"
        said = f"{rows} {listing.why_left_out(column)} {were} left out: {_named(column)}."
        notes.append(f"{said} --keep-footer takes {'it' if column.footer == 1 else 'them'}.")
    if items.rejected:
        count = len(items.rejected)
        unsent = f"{listing.lines_words(count)} can't be sent and {'is' if count == 1 else 'are'} not counted"
        notes.append(f"{unsent}: {listing.where_rejected(listed)}.")
    return notes


def _named(column: Column) -> str:
    """The first rows that were left out: "line 9 (Total · 120)"."""
    told = [f"line {line:,} ({text})" for line, text, _ in column.left_out[:3]]
    more = column.footer - len(told)
    return ", ".join(told) + (f" and {more:,} more" if more > 0 else "")


def _streamed(file: str, name: str) -> bytes:
    """All that comes through a pipe. Raises SheetError."""
    try:
        with _stoppable():
            if file != "-":
                with Path(file).open("rb") as stream:
                    return _all_of(stream, name)
            if sys.stdin is None:
                raise SheetError(name, 0, "It is closed.", "Give a file, or pipe the list in.")
            return _all_of(cast("BufferedReader", sys.stdin.buffer), name)
    except OSError as error:
        raise SheetError(name, 0, f"The file can't be read ({error.strerror}).") from None


def _all_of(stream: BufferedReader, name: str) -> bytes:
    """In pieces: a signal is looked for between two of them."""
    data = bytearray()
    while piece := stream.read1(1 << 16):
        data += piece
        if len(data) > MOST_BYTES:
            raise SheetError(name, 0, f"It holds over {MOST_BYTES >> 20} MiB.", "Split the list.")
    return bytes(data)


@contextmanager
def _stoppable() -> Iterator[None]:
    """Ctrl+C ends a wait that the event loop knows nothing of; the loop would only take note of it."""
    before = signal.getsignal(signal.SIGINT)
    if before is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
