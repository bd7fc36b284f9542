"""Where the header of a table is, and which of its columns is meant. Guesses, made from the first rows."""

import re
from collections import Counter
from collections.abc import Sequence, Set

from creditdesk.store.sheet_choice import PREVIEW_ROWS, Choice, Shape, named_column
from creditdesk.store.sheet_error import SheetError
from creditdesk.store.sheet_footer import footer_of
from creditdesk.store.sheet_guard import unguarded
from creditdesk.store.sheet_words import KEYWORDS, KNOWN, is_nothing, is_number, plain

SAMPLE_ROWS = 60
PREAMBLE_ROWS = 12
"""Rows that a tool may write above its header at the most (ad planners write two)."""
_SHOWN = 200
"""Characters of a cell that are kept for the preview."""

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_ADDRESS = re.compile(r"://|@|\.\w+/|^[\w-]+(?:\.[\w-]+)+$")

Row = tuple[int, list[str]]
"""(the 1-based line it begins on, its cells)"""


def header_of(rows: Sequence[Row], heads: Set[str]) -> int | None:
    """The place of the header among the first rows: the row with a known name. None when there is none.

    What stands above it has fewer cells or a date, or no numbers while what stands below it has. A row of addresses is
    none; keywords win over addresses.
    """
    usual = _usual_filled([cells for _, cells in rows])
    found: list[tuple[int, int]] = []  # (0 for keywords and 1 for addresses, place)
    for place, (_, cells) in enumerate(rows[: PREAMBLE_ROWS + 1]):
        words = [cell for cell in cells if cell.strip()]
        names = frozenset(map(plain, words)) & heads
        if not names or len(words) * 2 < usual or (len(words) == 1 < usual):
            continue
        above = [each for _, each in rows[:place] if any(cell.strip() for cell in each)]
        of_targets = names.isdisjoint(KEYWORDS) and not names.isdisjoint(KNOWN)
        is_data = any(map(_ADDRESS.search, words)) if of_targets else any("://" in word for word in words)
        if is_data:
            continue
        if all(_may_stand_above(each, len(words)) for each in above) or _begins_numbers(rows, place):
            found.append((int(of_targets), place))
    return min(found)[1] if found else None


def header_by_numbers(rows: Sequence[Row]) -> int | None:
    """The place of a header of unknown names: a row of words above a column of numbers. None when there is none."""
    width = max((len(cells) for _, cells in rows), default=1)
    if width < 2:
        return None
    wide = Counter(len(cells) for _, cells in rows if any(cells)).most_common(1)[0][0]
    first = next(
        (place for place, (_, cells) in enumerate(rows) if len(cells) == wide and sum(map(bool, cells)) > 1), 0
    )
    kept = set(range(len(rows))) - set(footer_of([cells for _, cells in rows], True, True))
    below = [rows[place][1] for place in sorted(kept) if place > first and len(rows[place][1]) == wide]
    below = [cells for cells in below if any(cell.strip() for cell in cells)]
    top = rows[first][1]
    if not below or any(map(is_number, top)):
        return None
    for column in range(min(wide, len(top))):
        cells = [row[column] for row in below]
        if (
            top[column].strip()
            and any(map(is_number, cells))
            and all(is_number(one) or is_nothing(one) for one in cells)
        ):
            return first
    return None


def shape_from(file: str, rows: Sequence[Row], heads: Set[str], choice: Choice, read: tuple[str, str]) -> Shape:
    """The shape of a table or list by its first rows; `read`: its encoding and delimiter. Raises SheetError."""
    encoding, delimiter = read
    place = _chosen_header(file, rows, choice) if choice.header_line is not None else header_of(rows, heads)
    if place is None and choice.header_line is None:
        place = header_by_numbers(rows)
    if place is None:
        header_line, columns = 0, column_names([""] * max((len(cells) for _, cells in rows), default=1))
        first_line, body = (rows[0][0] if rows else 1), rows
    else:
        header_line, columns = rows[place][0], column_names(rows[place][1])
        body = rows[place + 1 :]
        breaks = sum(cell.count("\n") for cell in rows[place][1])
        first_line = body[0][0] if body else header_line + breaks + 1
    column = _column_of(file, columns, [cells for _, cells in body], choice.column)
    shown = rows[max(0, (place or 0) - PREVIEW_ROWS // 2) :][:PREVIEW_ROWS]
    preview = tuple(tuple(cell[:_SHOWN] for cell in cells) for _, cells in shown)
    lines = tuple(line for line, _ in shown)
    return Shape(encoding, delimiter, header_line, first_line, columns, column, preview, lines)


def _usual_filled(rows: Sequence[Sequence[str]]) -> int:
    """How many cells of a row are filled in most of these rows; of two numbers that are as common, the larger one."""
    counts = Counter(filled for row in rows if (filled := sum(bool(cell.strip()) for cell in row)))
    return max(counts, key=lambda filled: (counts[filled], filled), default=1)


def _may_stand_above(cells: Sequence[str], filled: int) -> bool:
    """Whether a row may be a title, a date or a setting above a header with so many cells."""
    return sum(bool(cell.strip()) for cell in cells) < filled or any(map(_YEAR.search, cells))


def _begins_numbers(rows: Sequence[Row], place: int) -> bool:
    """Whether the first numbers of a table stand below this row."""
    above = (cell for _, cells in rows[:place] for cell in cells)
    return not any(map(is_number, above)) and header_by_numbers(rows[place:]) == 0


def _chosen_header(file: str, rows: Sequence[Row], choice: Choice) -> int | None:
    if not choice.header_line:
        return None
    for place, (line, cells) in enumerate(rows):
        if line <= choice.header_line <= line + sum(cell.count("\n") for cell in cells):
            return place
    raise SheetError(file, choice.header_line, "There is no such line to be the header.", "Choose a line of the file.")


def column_names(cells: Sequence[str]) -> tuple[str, ...]:
    """The names of columns, by the cells of their header; a column without one has its number."""
    return tuple(
        " ".join(unguarded(cell.replace("\ufeff", "")).split())[:_SHOWN] or f"Column {number}"
        for number, cell in enumerate(cells, 1)
    )


def _column_of(file: str, columns: Sequence[str], body: Sequence[Sequence[str]], wanted: str | None) -> int:
    if wanted:
        return named_column(file, columns, wanted)
    names = [plain(name) for name in columns]
    for known in KNOWN:
        if known in names:
            return names.index(known)
    for number in range(len(columns)):
        cells = [row[number].strip() for row in body if len(row) > number and row[number].strip()]
        if cells and sum(map(is_number, cells)) * 2 < len(cells):
            return number
    return 0
