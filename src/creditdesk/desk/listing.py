"""A list that is to be sized: read in a child process, cleaned, and refused when it is none."""

from dataclasses import dataclass
from pathlib import Path

from creditdesk.core.keywords import Items, clean
from creditdesk.store.sheets import Column, SheetError, read_in_child

MOST_REJECTED = 10
"""Of a hundred lines that are not blank, how many may be unusable before the file is taken for something else."""
_NAMED = 3
_COLUMN_ADVICE = "Choose another column."


@dataclass(frozen=True, slots=True)
class Listed:
    """A list as it was understood. `chosen`: the user named the column."""

    column: Column
    items: Items
    name: str
    chosen: bool


async def read_list(source: Path | bytes, name: str, column: str | None = None) -> Listed:
    """The items of a file, or of text as UTF-8 bytes. Raises SheetError, also when there is nothing to send."""
    try:
        found = await read_in_child(source, column)
    except SheetError as error:
        raise SheetError(name, error.line, error.what, error.advice) from None
    listed = Listed(found, clean(found.lines), name, column is not None)
    _check(listed)
    return listed


def _check(listed: Listed) -> None:
    """Raises SheetError for what is no list, or holds nothing to send."""
    items = listed.items
    bad = len(items.rejected)
    if bad * 100 > (items.given - items.blank) * MOST_REJECTED:
        what = f"This is no text list: {lines_words(bad)} of {items.given:,} can't be sent: {where_rejected(listed)}."
        raise SheetError(listed.name, 0, what, "Save it as CSV or text, or mend those lines.")
    if not items.unique:
        held = f"{lines_words(items.given)}, all blank" if items.given else "it has no lines"
        held += " below the header" if listed.column.header_line else ""
        advice = _COLUMN_ADVICE if len(listed.column.columns) > 1 else "Put one item on a line."
        raise SheetError(listed.name, 0, f"The list holds nothing to send: {held}.", advice)


def where_rejected(listed: Listed) -> str:
    """The first rejected lines by their number in the file, each with its reason."""
    told, breaks, above = [], 0, 0
    for number, reason in listed.items.rejected[:_NAMED]:
        breaks += sum(cell.count("\n") for cell in listed.column.lines[above : number - 1])
        above = number - 1
        told.append(f"line {number + listed.column.header_line + breaks:,} ({reason})")
    more = len(listed.items.rejected) - len(told)
    return ", ".join(told) + (f" and {more:,} more" if more > 0 else "")


def lines_words(count: int) -> str:
    """ "1 line", "2,000 lines"."""
    return "1 line" if count == 1 else f"{count:,} lines"
