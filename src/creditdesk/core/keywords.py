"""Items of an import as the sizer counts them: cleaned, compared, the first spelling kept.

Two spellings are one item when they agree after Unicode NFC, trimming, and folding of white space and case. Marks that
are not seen (for direction, for a break, the soft hyphen) are trimmed, too: they come along when text is copied. What a
vendor does with repeats is its own matter; this only counts them.

A million lines are cleaned in pieces: what can be done to a whole piece is not done line by line.
"""

import re
import unicodedata
from array import array
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import compress, islice
from operator import not_

from creditdesk.core.numbered import Numbered

MOST_CHARACTERS = 700

# All of C0 and C1 but tab, line feed, vertical tab, form feed, carriage return and next line, which are white space;
# and lone surrogates, which no file can hold, and the character that stands where bytes could not be read.
_WRONG = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffd]")
_UNREADABLE = "\ufffd"
_BYTE_ORDER_MARK = "\ufeff"
_EDGES = " \u00ad\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069"
# All of these but the space, and all white space but the space and the line feed between two lines.
_ODD = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ud800-\udfff\ufeff\ufffd"
    f"{_EDGES[1:]}]"
)
_PIECE = 4096  # lines


class Reason(StrEnum):
    """Why a line is no item."""

    CONTROL = "control character"
    UNREADABLE = "unreadable character"
    TOO_LONG = "longer than 700 characters"


@dataclass(frozen=True, slots=True)
class Items:
    """What a list holds. `given` = unique + repeated + blank + rejected.

    `rejected` has the line's number, from 1, and the reason; `repeats` the numbers of the lines that repeat an earlier
    one, in their own spelling; `blanks` those of blank lines; `lines` that of each unique item, in the same order.
    They are the file's own numbers, header and all. Two lists are equal when they hold the same, wherever it stood.
    """

    given: int
    unique: tuple[str, ...]
    repeated: int
    blank: int
    rejected: tuple[tuple[int, str], ...]
    repeats: Sequence[tuple[int, str]] = field(default=(), compare=False, repr=False)
    blanks: tuple[int, ...] = field(default=(), compare=False, repr=False)
    lines: "array[int]" = field(default_factory=lambda: array("I"), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a list, cleaned. `lines` has the number of each unique item, `repeat_lines` that of each repeat.

    The `repeats` themselves are in UTF-8, joined by line feeds: few will be looked at.
    """

    unique: list[str]
    lines: "array[int]"
    repeats: bytes
    repeat_lines: "array[int]"
    blanks: "array[int]"
    rejected: tuple[tuple[int, str], ...]


class Cleaning:
    """Cleans a list piece by piece. Of what it has seen it keeps only by what an item is compared."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def take(self, text: str, numbers: Sequence[int]) -> Piece:
        """The next lines, joined by line feeds, cleaned; `numbers` has the number of each."""
        odd = set(_ODD.findall(text))
        text, wrong = _without_odd(text, odd) if odd else (text, {})
        items = [" ".join(line.split()) if "  " in line else line for line in map(str.strip, text.split("\n"))]
        if not text.isascii():
            normal = unicodedata.normalize
            items = [item if item.isascii() else normal("NFC", item) for item in items]
            if not odd.isdisjoint(_EDGES):
                items = [item.strip(_EDGES) for item in items]
        sizes = set(map(len, items))
        if max(sizes) > MOST_CHARACTERS:
            long = {at: Reason.TOO_LONG for at, item in enumerate(items) if len(item) > MOST_CHARACTERS}
            wrong = long | wrong
        blanks: array[int] = array("I")
        rejected = tuple((numbers[at], reason) for at, reason in sorted(wrong.items()))
        if wrong or 0 in sizes:
            blanks.extend(numbers[at] for at, item in enumerate(items) if not item and at not in wrong)
            kept = [at for at, item in enumerate(items) if item and at not in wrong]
            numbers = [numbers[at] for at in kept]
            items = [items[at] for at in kept]
        return self._parted(items, numbers, blanks, rejected)

    def _parted(
        self, items: list[str], numbers: Sequence[int], blanks: "array[int]", rejected: tuple[tuple[int, str], ...]
    ) -> Piece:
        """Of tidy items, those that were not there before, and the others."""
        normal = unicodedata.normalize
        # What `same` does, without a call for each of a million items.
        keys = [item.lower() if item.isascii() else normal("NFC", item.casefold()) for item in items]
        different = set(keys)
        new = different - self._seen
        self._seen |= new
        if len(new) == len(keys):
            return Piece(items, array("I", numbers), b"", array("I"), blanks, rejected)
        if len(different) == len(keys):
            is_new = list(map(new.__contains__, keys))
        else:
            taken = new.remove  # by the first of those alike; it gives None
            is_new = [key in new and not taken(key) for key in keys]
        is_old = list(map(not_, is_new))
        return Piece(
            list(compress(items, is_new)),
            array("I", compress(numbers, is_new)),
            "\n".join(compress(items, is_old)).encode(),
            array("I", compress(numbers, is_old)),
            blanks,
            rejected,
        )


class Gathering:
    """Puts cleaned pieces together again."""

    def __init__(self) -> None:
        self._unique: list[str] = []
        self._lines: array[int] = array("I")
        self._repeats = Numbered()
        self._blanks: list[int] = []
        self._rejected: list[tuple[int, str]] = []

    def add(self, piece: Piece) -> None:
        """The next piece."""
        self._unique += piece.unique
        self._lines += piece.lines
        self._repeats.add(piece.repeat_lines, piece.repeats)
        self._blanks += piece.blanks
        self._rejected += piece.rejected

    def items(self) -> Items:
        """What they hold."""
        repeated, blank = len(self._repeats), len(self._blanks)
        given = len(self._unique) + repeated + blank + len(self._rejected)
        rejected, blanks = tuple(self._rejected), tuple(self._blanks)
        return Items(given, tuple(self._unique), repeated, blank, rejected, self._repeats, blanks, self._lines)


def clean(lines: Iterable[str]) -> Items:
    """The items of these lines, one a line, numbered from 1, in their first order and spelling."""
    cleaning, gathering = Cleaning(), Gathering()
    for first, piece in _pieces(lines):
        gathering.add(cleaning.take("\n".join(piece), range(first, first + len(piece))))
    return gathering.items()


def tidy(line: str) -> str:
    """The line in NFC, trimmed, every run of white space one space."""
    if line.isascii():
        return " ".join(line.split())
    return unicodedata.normalize("NFC", " ".join(line.replace(_BYTE_ORDER_MARK, "").split())).strip(_EDGES)


def same(item: str) -> str:
    """Text that is equal for two tidy items that are one and the same."""
    return item.lower() if item.isascii() else unicodedata.normalize("NFC", item.casefold())


def _pieces(lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """(the number of its first line, lines without line feeds) of each piece."""
    rest, first = iter(lines), 1
    while piece := [line.replace("\n", " ") for line in islice(rest, _PIECE)]:
        yield first, piece
        first += len(piece)


def _without_odd(text: str, found: Set[str]) -> tuple[str, dict[int, str]]:
    """The text with spaces for all other white space; and the reason of each line that can be no item, by its place."""
    wrong = _wrong_lines(text) if any(_WRONG.match(odd) for odd in found) else {}
    for odd in found:
        if odd == _BYTE_ORDER_MARK or odd.isspace():
            text = text.replace(odd, " " if odd != _BYTE_ORDER_MARK else "")
    return text, wrong


def _wrong_lines(text: str) -> dict[int, str]:
    wrong: dict[int, str] = {}
    place = above = 0
    for match in _WRONG.finditer(text):
        place += text.count("\n", above, match.start())
        above = match.start()
        wrong.setdefault(place, Reason.UNREADABLE if match[0] == _UNREADABLE else Reason.CONTROL)
    return wrong
