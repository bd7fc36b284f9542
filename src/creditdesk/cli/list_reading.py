"""The list that `size` is given: read, refused when it is none, and what was assumed about it in words and as JSON."""

import sys
from collections.abc import Mapping
from pathlib import Path

from creditdesk.desk import listing
from creditdesk.desk.listing import Listed
from creditdesk.store.sheets import Choice, Column, SheetError, is_known

MOST_BYTES = 256 * 1024 * 1024
DELIMITERS: Mapping[str, str] = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


async def read_list(file: str, choice: Choice) -> Listed:
    """The items of a file, or of standard input for "-". Raises SheetError, also when there is nothing to send."""
    name = "standard input" if file == "-" else Path(file).name
    if choice.column is not None and not choice.column.strip():
        raise SheetError(name, 0, "--column wants a column's name or number, and got an empty text.")
    return await listing.read_list(_standard_input() if file == "-" else Path(file), name, choice)


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
    others = len(column.columns) - 1
    if others > 0 and not listed.chosen and not is_known(column.name):
        header = "no header" if not column.header_line else "no header that says which column is meant"
        notes.append(
            f'The file has {header}: "{column.name}" of its {others + 1} columns was taken, the others were left out. '
            "--column chooses another."
        )
    if len(column.sheets) > 1:
        others_there = ", ".join(f'"{each}"' for each in column.sheets if each != column.sheet)
        notes.append(f'The sheet "{column.sheet}" was read; --sheet chooses another: {others_there}.')
    if column.footer:
        rows = "1 row of totals" if column.footer == 1 else f"{column.footer:,} rows of totals"
        notes.append(f"{rows} at the end {'was' if column.footer == 1 else 'were'} left out.")
    if items.rejected:
        count = len(items.rejected)
        unsent = f"{listing.lines_words(count)} can't be sent and {'is' if count == 1 else 'are'} not counted"
        notes.append(f"{unsent}: {listing.where_rejected(listed)}.")
    return notes


def _standard_input() -> bytes:
    if sys.stdin is None:
        raise SheetError("standard input", 0, "It is closed.", "Give a file, or pipe the list in.")
    text = sys.stdin.buffer.read(MOST_BYTES + 1)
    if len(text) > MOST_BYTES:
        raise SheetError("standard input", 0, f"It holds over {MOST_BYTES >> 20} MiB.", "Split the list.")
    return text
