"""A list's items are counted as one would by hand: repeats, blanks and rejects, the first spelling kept."""

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from creditdesk.core.keywords import Items, Reason, clean


def test_repeats_are_found_through_case_spaces_and_composition() -> None:
    lines = [
        "Running Shoes",
        "running  shoes",
        " RUNNING\tshoes\r\n",
        "",
        "  ",
        "caf\u00e9",
        "cafe\u0301",
        "STRASSE",
        "straße",
    ]
    assert clean(lines) == Items(9, ("Running Shoes", "caf\u00e9", "STRASSE"), 4, 2, ())


def test_control_characters_and_long_items_are_rejected_with_their_line() -> None:
    items = clean(["ok", "a\x00b", "x" * 701, "y" * 700, "esc\x1b[0m", "\x1c"])
    assert items.rejected == ((2, Reason.CONTROL), (3, Reason.TOO_LONG), (5, Reason.CONTROL), (6, Reason.CONTROL))
    assert items.unique == ("ok", "y" * 700)


def test_what_could_not_be_read_is_rejected() -> None:
    assert clean(["shoes", "sh\ufffdes"]) == Items(2, ("shoes",), 0, 0, ((2, Reason.UNREADABLE),))


def test_a_byte_order_mark_is_no_part_of_the_first_item() -> None:
    assert clean(["\ufeffshoes", "shoes"]) == Items(2, ("shoes",), 1, 0, ())


def test_no_lines_are_no_items() -> None:
    assert clean([]) == Items(0, (), 0, 0, ())


@given(st.lists(st.text(max_size=12), max_size=40))
@settings(max_examples=300, deadline=None)
def test_every_line_is_counted_once_and_every_item_is_tidy(lines: list[str]) -> None:
    items = clean(lines)
    assert items.given == len(lines) == len(items.unique) + items.repeated + items.blank + len(items.rejected)
    assert clean(items.unique) == Items(len(items.unique), items.unique, 0, 0, ())
    assert all(item == unicodedata.normalize("NFC", item).strip() for item in items.unique)
