"""The list that `size` is given: read, refused when it is none, and what was assumed about it in words and as JSON."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from creditdesk.core.keywords import Items, clean
from creditdesk.store.sheets import Column, SheetError, is_known, read_in_child

MOST_BYTES = 256 * 1024 * 1024
MOST_REJECTED = 10
"""Of a hundred lines that are not blank, how many may be unusable before the file is taken for something else."""
DELIMITERS: Mapping[str, str] = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_NAMED = 3
_COLUMN_ADVICE = "Choose a column with --column."


@dataclass(frozen=True, slots=True)
class Listed:
    """A list as it was understood. `chosen`: the user named the column."""

    column: Column
    items: Items
    name: str
    chosen: bool


async def read_list(file: str, column: str | None) -> Listed:
    """The items of a file, or of standard input for "-". Raises SheetError, also when there is nothing to send."""
    name = "standard input" if file == "-" else Path(file).name
    if column is not None and not column.strip():
        raise SheetError(name, 0, "--column wants a column's name or number, and got an empty text.")
    try:
        found = await read_in_child(_standard_input() if file == "-" else Path(file), column)
    except SheetError as error:
        raise SheetError(name, error.line, error.what, error.advice) from None
    listed = Listed(found, clean(found.lines), name, column is not None)
    _check(listed)
    return listed


def file_json(column: Column) -> dict[str, object]:
    """How the file was understood (docs/cli.md)."""
    named = column.delimiter or column.header_line
    return {
        "encoding": column.encoding,
        "delimiter": column.delimiter or None,
        "header_line": column.header_line or None,
        "column": column.name if named else None,
        "sheet": None,
    }


def file_words(listed: Listed) -> str:
    """How the file was understood, as a line for a person."""
    column = listed.column
    header = f"header in line {column.header_line}" if column.header_line else "no header"
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
    if items.rejected:
        count = len(items.rejected)
        notes.append(f"{_lines(count)} can't be sent and {'is' if count == 1 else 'are'} not counted: {_where(listed)}.")
    return notes


def _standard_input() -> bytes:
    if sys.stdin is None:
        raise SheetError("standard input", 0, "It is closed.", "Give a file, or pipe the list in.")
    return sys.stdin.buffer.read(MOST_BYTES)


def _check(listed: Listed) -> None:
    """Raises SheetError for what is no list, or holds nothing to send."""
    items = listed.items
    bad = len(items.rejected)
    if bad * 100 > (items.given - items.blank) * MOST_REJECTED:
        what = f"This is no text list: {_lines(bad)} of {items.given:,} can't be sent: {_where(listed)}."
        raise SheetError(listed.name, 0, what, "Save it as CSV or text, or mend those lines.")
    if not items.unique:
        held = f"{_lines(items.given)}, all blank" if items.given else "it has no lines"
        held += " below the header" if listed.column.header_line else ""
        advice = _COLUMN_ADVICE if len(listed.column.columns) > 1 else "Put one item on a line."
        raise SheetError(listed.name, 0, f"The list holds nothing to send: {held}.", advice)


def _where(listed: Listed) -> str:
    """The first rejected lines by their number in the file, each with its reason."""
    told, breaks, above = [], 0, 0
    for number, reason in listed.items.rejected[:_NAMED]:
        breaks += sum(cell.count("\n") for cell in listed.column.lines[above : number - 1])
        above = number - 1
        told.append(f"line {number + listed.column.header_line + breaks:,} ({reason})")
    more = len(listed.items.rejected) - len(told)
    return ", ".join(told) + (f" and {more:,} more" if more > 0 else "")


def _lines(count: int) -> str:
    return "1 line" if count == 1 else f"{count:,} lines"
