"""Rows of totals below a list: left out, and counted so that it can be told."""

from collections.abc import Sequence

from creditdesk.store.sheet_words import is_bare_total, is_nothing, is_number, is_total, is_total_line

TAIL_ROWS = 24
"""Rows at the end of a list among which totals are looked for."""


def footer_of(rows: Sequence[Sequence[str]], table: bool, headed: bool) -> list[int]:
    """The places of the rows of totals at the end of these rows, blank ones between them aside, from the first.

    In a `table` the first filled cell is the title and the others are numbers or nothing. In a plain list it is a line
    like "Total: 123"; the bare word only below a header or a blank line, or in capitals as no item would be written.
    """
    found: list[int] = []
    for place in range(len(rows) - 1, max(-1, len(rows) - 1 - TAIL_ROWS), -1):
        filled = [cell for cell in rows[place] if cell.strip()]
        if not filled:
            continue
        after_blank = place > 0 and not any(cell.strip() for cell in rows[place - 1])
        if not (_in_table(filled) if table else _in_list(filled[0], headed or after_blank)):
            break
        found.insert(0, place)
    return found


def _in_table(filled: Sequence[str]) -> bool:
    said = [cell for cell in filled if not is_nothing(cell)]
    return bool(said) and is_total(said[0]) and all(is_number(cell) or is_total(cell) for cell in said[1:])


def _in_list(line: str, set_apart: bool) -> bool:
    return is_total_line(line) or (is_bare_total(line) and (set_apart or not line.strip()[0].islower()))
