"""Items of an import as the sizer counts them: cleaned, compared, the first spelling kept.

Two spellings are one item when they agree after Unicode NFC, trimming, and folding of white space and case. What a
vendor does with repeats is its own matter; this only counts them.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

MOST_CHARACTERS = 700

# All of C0 and C1 but tab, line feed, vertical tab, form feed, carriage return and next line, which are white space;
# and lone surrogates, which no file can hold, and the character that stands where bytes could not be read.
_WRONG = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffd]")
_UNREADABLE = "\ufffd"
_BYTE_ORDER_MARK = "\ufeff"


class Reason(StrEnum):
    """Why a line is no item."""

    CONTROL = "control character"
    UNREADABLE = "unreadable character"
    TOO_LONG = "longer than 700 characters"


@dataclass(frozen=True, slots=True)
class Items:
    """What a list holds. `given` = unique + repeated + blank + rejected.

    `rejected` has the line's number, from 1, and the reason.
    """

    given: int
    unique: tuple[str, ...]
    repeated: int
    blank: int
    rejected: tuple[tuple[int, str], ...]


def clean(lines: Iterable[str]) -> Items:
    """The items of these lines, one a line, in their first order and spelling."""
    seen: dict[str, str] = {}
    rejected: list[tuple[int, str]] = []
    given = blank = 0
    for given, line in enumerate(lines, 1):  # given is the number of lines seen after the loop
        if wrong := _WRONG.search(line):
            rejected.append((given, Reason.UNREADABLE if wrong[0] == _UNREADABLE else Reason.CONTROL))
            continue
        item = tidy(line)
        if not item:
            blank += 1
        elif len(item) > MOST_CHARACTERS:
            rejected.append((given, Reason.TOO_LONG))
        else:
            seen.setdefault(same(item), item)
    unique = tuple(seen.values())
    return Items(given, unique, given - blank - len(rejected) - len(unique), blank, tuple(rejected))


def tidy(line: str) -> str:
    """The line in NFC, trimmed, every run of white space one space."""
    if not line.isascii():
        line = unicodedata.normalize("NFC", line.replace(_BYTE_ORDER_MARK, ""))
    return " ".join(line.split())


def same(item: str) -> str:
    """Text that is equal for two tidy items that are one and the same."""
    return item.lower() if item.isascii() else unicodedata.normalize("NFC", item.casefold())
