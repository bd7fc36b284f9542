"""A list's items are counted as one would by hand: repeats, blanks and rejects, the first spelling kept."""

import tracemalloc
import unicodedata
from array import array

from hypothesis import given, settings
from hypothesis import strategies as st

from creditdesk.core.keywords import MOST_CHARACTERS, Cleaning, Gathering, Items, Reason, clean, same, tidy
from creditdesk.core.numbered import Numbered


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


def test_marks_that_are_not_seen_make_no_second_item() -> None:
    lines = [
        "red shoes",
        "red shoes\u200b",
        "\u200b Red shoes \u2060",
        "\u200f\u0623\u062d\u200f",
        "\u0623\u062d",
        "\u00ad",
        "\u200e \u200e",
    ]
    assert clean(lines) == Items(7, ("red shoes", "\u0623\u062d"), 3, 2, ())
    joined = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"  # a letter's form hangs on such a mark inside a word
    assert clean([joined, "a\u200bb"]).unique == (joined, "a\u200bb")


def test_no_lines_are_no_items() -> None:
    assert clean([]) == Items(0, (), 0, 0, ())


@given(st.lists(st.text(max_size=12), max_size=40))
@settings(max_examples=300, deadline=None)
def test_every_line_is_counted_once_and_every_item_is_tidy(lines: list[str]) -> None:
    items = clean(lines)
    assert items.given == len(lines) == len(items.unique) + items.repeated + items.blank + len(items.rejected)
    assert clean(items.unique) == Items(len(items.unique), items.unique, 0, 0, ())
    assert all(item == unicodedata.normalize("NFC", item).strip() for item in items.unique)


def test_which_lines_repeat_and_which_are_blank_is_told_in_their_own_spelling() -> None:
    items = clean(["Red", "", "RED ", "blue", "\t", "red", "x\x00"])
    assert items.repeats == ((3, "RED"), (6, "red"))
    assert items.blanks == (2, 5)
    assert items.lines == array("I", [1, 4])
    assert items.rejected == ((7, Reason.CONTROL),)


def test_letters_that_change_their_length_with_their_case_are_compared() -> None:
    assert clean(["Straße", "STRASSE", "strasse"]).unique == ("Straße",)
    assert clean(["İstanbul", "i\u0307stanbul", "İSTANBUL"]).unique == ("İstanbul",)
    assert clean(["ΣΊΣΥΦΟΣ", "σίσυφος"]).unique == ("ΣΊΣΥΦΟΣ",)
    assert clean(["ﬁsh", "FISH"]).unique == ("ﬁsh",)


def by_hand(lines: list[str]) -> Items:
    """What `clean` says, line by line as its rules read."""
    wrong = {chr(each) for each in (*range(9), *range(14, 32), *range(127, 133), *range(134, 160), 0xFFFD)}
    seen: dict[str, str] = {}
    rejected, repeats, blanks = [], [], []
    for number, line in enumerate(lines, 1):
        first = next((each for each in line if each in wrong or "\ud800" <= each <= "\udfff"), None)
        item = tidy(line)
        if first is not None:
            rejected.append((number, str(Reason.UNREADABLE if first == "\ufffd" else Reason.CONTROL)))
        elif not item:
            blanks.append(number)
        elif len(item) > MOST_CHARACTERS:
            rejected.append((number, str(Reason.TOO_LONG)))
        elif same(item) in seen:
            repeats.append((number, item))
        else:
            seen[same(item)] = item
    return Items(
        len(lines), tuple(seen.values()), len(repeats), len(blanks), tuple(rejected), tuple(repeats), tuple(blanks)
    )


SPELLINGS = st.lists(
    st.sampled_from(
        [
            "a",
            "A",
            "ß",
            "SS",
            "é",
            "e\u0301",
            "İ",
            " ",
            "  ",
            "\t",
            "\u00a0",
            "\u2003",
            "\ufeff",
            "\x85",
            "\r",
            "\u200b",
            "\u200f",
        ]
    )
    | st.sampled_from(["\x00", "\x1f", "\ufffd", "\ud800", "\n", "\u0301", "x" * 350]),
    max_size=6,
).map("".join)


@given(st.lists(SPELLINGS | st.text(max_size=5), max_size=30))
@settings(max_examples=500, deadline=None)
def test_a_list_is_cleaned_in_pieces_as_it_would_be_line_by_line(lines: list[str]) -> None:
    items, wanted = clean(lines), by_hand(lines)
    assert items == wanted
    assert (items.repeats, items.blanks) == (wanted.repeats, wanted.blanks)
    assert len(items.lines) == len(items.unique)
    assert all(same(tidy(lines[line - 1])) == same(item) for line, item in zip(items.lines, items.unique, strict=True))


@given(st.lists(SPELLINGS | st.text("aB \t", max_size=3) | st.text(max_size=5), max_size=40), st.integers(1, 9))
@settings(max_examples=400, deadline=None)
def test_wherever_a_list_is_cut_it_is_cleaned_as_it_would_be_line_by_line(lines: list[str], size: int) -> None:
    lines = [line.replace("\n", " ") for line in lines]
    cleaning, gathering = Cleaning(), Gathering()
    for first in range(0, len(lines), size):
        part = lines[first : first + size]
        gathering.add(cleaning.take("\n".join(part), range(first + 1, first + 1 + len(part))))
    items, wanted = gathering.items(), by_hand(lines)
    assert items == wanted
    assert (items.repeats, items.blanks) == (wanted.repeats, wanted.blanks)


def test_pieces_put_together_are_the_whole() -> None:
    lines = [f"Word {number % 7000}" for number in range(20_000)]
    cleaning, gathering = Cleaning(), Gathering()
    for first in range(0, len(lines), 333):
        part = lines[first : first + 333]
        gathering.add(cleaning.take("\n".join(part), range(first + 1, first + 1 + len(part))))
    items = gathering.items()
    assert items == clean(lines)
    assert items.repeats == clean(lines).repeats
    assert items.repeats[12_999] == (20_000, "Word 5999")


def test_a_million_repeats_are_kept_in_little_memory_and_found_at_once() -> None:
    tracemalloc.start()
    try:
        items = clean(f"running shoes {number % 10}" for number in range(200_000))
        assert tracemalloc.get_traced_memory()[0] < 200_000 * 40
    finally:
        tracemalloc.stop()
    assert items.repeats[0] == (11, "running shoes 0")
    assert items.repeats[-1] == (200_000, "running shoes 9")
    assert items.repeats[5:7] == ((16, "running shoes 5"), (17, "running shoes 6"))
    assert len(items.repeats) == sum(1 for _ in items.repeats) == 199_990


def test_numbered_lines_are_a_sequence() -> None:
    lines = Numbered()
    lines.add([3, 5], b"a\nb")
    lines.add([], b"")
    lines.add([9], b"c")
    assert lines == ((3, "a"), (5, "b"), (9, "c"))
    assert lines != ((3, "a"), (5, "b"))
    assert (lines[2], lines[-3], lines[::2], next(reversed(lines))) == (
        (9, "c"),
        (3, "a"),
        ((3, "a"), (9, "c")),
        (9, "c"),
    )
    assert (5, "b") in lines and lines.index((9, "c")) == 2
    assert repr(lines) == "Numbered([(3, 'a'), (5, 'b'), (9, 'c')])"
