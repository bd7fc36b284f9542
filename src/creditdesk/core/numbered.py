"""Many lines with their numbers in little memory: some 30 bytes a line, where a tuple of pairs takes 200."""

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import overload


class Numbered(Sequence[tuple[int, str]]):
    """(number, text) of each line, made when they are asked for. It equals any sequence of the same pairs."""

    def __init__(self) -> None:
        self._numbers: array[int] = array("I")
        self._texts: list[bytes] = []  # of each block, its lines joined by line feeds
        self._starts: list[int] = []  # of each block, the index of its first line
        self._open: tuple[int, list[str]] = (-1, [])  # the block that was looked into last

    def add(self, numbers: Sequence[int], text: bytes) -> None:
        """A block of lines: their numbers, and as many lines of text in UTF-8, joined by line feeds."""
        if numbers:
            self._starts.append(len(self._numbers))
            self._numbers.extend(numbers)
            self._texts.append(text)

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, index: int) -> tuple[int, str]: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[tuple[int, str], ...]: ...
    def __getitem__(self, index: int | slice) -> tuple[int, str] | tuple[tuple[int, str], ...]:
        if isinstance(index, slice):
            return tuple(self[each] for each in range(len(self))[index])
        number = self._numbers[index]
        index = range(len(self))[index]
        block = bisect_right(self._starts, index) - 1
        held, lines = self._open
        if held != block:
            lines = _lines(self._texts[block])
            self._open = (block, lines)
        return number, lines[index - self._starts[block]]

    def __iter__(self) -> Iterator[tuple[int, str]]:
        numbers = iter(self._numbers)
        for text in self._texts:
            for line in _lines(text):
                yield next(numbers), line

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or len(self) != len(other):
            return False
        return all(mine == theirs for mine, theirs in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash(tuple(self._numbers))

    def __repr__(self) -> str:
        return f"Numbered({list(self[:3])!r}{', ...' if len(self) > 3 else ''})"


def _lines(text: bytes) -> list[str]:
    return text.decode().split("\n")
