"""A report of a sending that is given back as a list: only what was not sent, or was refused, is taken from it.

Its header is line, item (or what an item is called), fate, detail. What was accepted is there already, and what is
unknown may be: neither is ever taken, nor is a row whose fate cannot be read.
"""

import csv
from collections.abc import Sequence
from dataclasses import replace

from creditdesk.store.sheet_choice import Choice, Shape
from creditdesk.store.sheet_words import plain

DELIMITERS = ",;\t|"
TAKEN = frozenset({"not sent", "refused"})
ACCEPTED = "accepted"
_WIDTH, _ITEM, _FATE = 4, 1, 2

Row = tuple[int, Sequence[object]]


def as_report(shape: Shape, choice: Choice) -> Choice | None:
    """How a file is to be read that is such a report; None when it is none. A column that was chosen is taken."""
    for line, cells in zip(shape.preview_lines, shape.preview, strict=False):
        delimiter = shape.delimiter
        if len(cells) == 1 and choice.delimiter is None:
            delimiter, cells = next(
                ((each, split) for each in DELIMITERS if _is_header(split := _split(cells[0], each))), ("", cells)
            )
        if _is_header(cells):
            header = line if choice.header_line is None else choice.header_line
            column = choice.column or str(_ITEM + 1)
            return replace(choice, delimiter=delimiter or choice.delimiter, header_line=header, column=column)
    return None


def left_to_send(rows: Sequence[tuple[int, Sequence[object]]]) -> tuple[list[bool], tuple[int, int]]:
    """(whether each row is taken, how many were accepted and how many of unknown fate were not)."""
    fates = [plain(str(cells[_FATE])) if len(cells) > _FATE else "" for _, cells in rows]
    blank = [not any(str(cell).strip() for cell in cells) for _, cells in rows]
    taken = [fate in TAKEN for fate in fates]
    accepted = fates.count(ACCEPTED)
    return taken, (accepted, len(rows) - sum(taken) - accepted - sum(blank))


def _split(line: str, delimiter: str) -> tuple[str, ...]:
    try:
        return tuple(next(csv.reader([line], delimiter=delimiter), ()))
    except csv.Error:
        return ()


def _is_header(cells: Sequence[str]) -> bool:
    names = [plain(cell) for cell in cells]
    return len(names) == _WIDTH and names[0] == "line" and names[_FATE:] == ["fate", "detail"]
