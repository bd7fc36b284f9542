"""A list that is to be sized: read and cleaned in a child process, and refused when it is none."""

from dataclasses import dataclass
from pathlib import Path

from creditdesk.core.keywords import Items
from creditdesk.store.sheet_choice import HEADER, TOTALS
from creditdesk.store.sheets import Choice, Column, SheetError, Telling, read_in_child

MOST_REJECTED = 10
"""Of a hundred lines that are not blank, how many may be unusable before the file is taken for something else."""
_NAMED = 3
_NOTHING_SAID = Choice()
_COLUMN_ADVICE = "Choose another column."


@dataclass(frozen=True, slots=True)
class Listed:
    """A list as it was understood. `chosen`: the user named the column; `choice` is all that the user said."""

    column: Column
    items: Items
    name: str
    chosen: bool
    choice: Choice = _NOTHING_SAID


async def read_list(
    source: Path | bytes, name: str, choice: Choice | str | None = None, progress: Telling | None = None
) -> Listed:
    """The items of a file, or of text as UTF-8 bytes. `choice`: what is not to be guessed, or a column alone.

    `progress` is called by another thread when it takes over half a second. Raises SheetError, also when there is
    nothing to send.
    """
    said = choice if isinstance(choice, Choice) else Choice(column=choice)
    try:
        column, items = await read_in_child(source, said, progress)
    except SheetError as error:
        raise SheetError(name, error.line, error.what, error.advice) from None
    listed = Listed(column, items, name, said.column is not None, said)
    _check(listed)
    return listed


def _check(listed: Listed) -> None:
    """Raises SheetError for what is no list, or holds nothing to send."""
    items = listed.items
    bad = len(items.rejected)
    if bad * 100 > (items.given - items.blank) * MOST_REJECTED:
        what = f"This is no text list: {lines_words(bad)} of {items.given:,} can't be sent: {where_rejected(listed)}."
        raise SheetError(listed.name, 0, what, "Save it as CSV or text, or mend those lines.")
    if not items.unique and listed.column.report:
        raise SheetError(listed.name, 0, report_words(listed), "Nothing of it is left to send.")
    if not items.unique:
        held = f"{lines_words(items.given)}, all blank" if items.given else "it has no lines"
        held += " below the header" if listed.column.header_line else ""
        advice = _COLUMN_ADVICE if len(listed.column.columns) > 1 else "Put one item on a line."
        raise SheetError(listed.name, 0, f"The list holds nothing to send: {held}.", advice)


def report_words(listed: Listed) -> str:
    """What was taken of a report of a sending, and what was not; "" for any other list."""
    if not listed.column.report:
        return ""
    taken, (accepted, unknown) = len(listed.items.unique), listed.column.passed
    told = f"This is a report of an import: {taken:,} items that were not sent, or refused, are taken"
    told += f"; {accepted:,} accepted are left out."
    if unknown:
        told += f" {unknown:,} unknown are left out, too: settle them in their own import."
    return told


def why_left_out(column: Column) -> str:
    """What the rows that were left out are: "of totals", "that repeat the header", or both."""
    found = {why for _, _, why in column.left_out}
    said = [words for why, words in ((TOTALS, "of totals"), (HEADER, "that repeat the header")) if why in found]
    return " or ".join(said)


def where_rejected(listed: Listed) -> str:
    """The first rejected lines by their number in the file, each with its reason."""
    rejected = listed.items.rejected
    told = [f"line {number:,} ({reason})" for number, reason in rejected[:_NAMED]]
    more = len(rejected) - len(told)
    return ", ".join(told) + (f" and {more:,} more" if more > 0 else "")


def lines_words(count: int) -> str:
    """ "1 line", "2,000 lines"."""
    return "1 line" if count == 1 else f"{count:,} lines"
