"""On which line of a TOML text each key stands, because tomllib does not tell.

The scanner reads the text once, from left to right, and accepts more than TOML does: judging the syntax is tomllib's
work. It refuses, before tomllib sees the text, what costs tomllib seconds or its stack: very long lines, keys of very
many parts, very deep values.
"""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

KeyPath = tuple[str | int, ...]

MAX_LINE = 2_000
MAX_KEY = 200
MAX_PARTS = 8
MAX_DEPTH = 8

_BLANK = re.compile(r"[ \t]*")
_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BASIC = re.compile(r'"(?:\\.|[^"\\\n])*"')
_LITERAL = re.compile(r"'[^'\n]*'")
_LONG_BASIC = re.compile(r'"""(?:\\.|[^\\])*?"""(?:"{0,2})', re.DOTALL)
_LONG_LITERAL = re.compile(r"'''.*?'''(?:'{0,2})", re.DOTALL)
_SCALAR = re.compile(r"[^\s,\]}#\"'][^\s,\]}#]*(?: [0-9]{2}:[^\s,\]}#]*)?")


@dataclass(frozen=True, slots=True)
class Lines:
    """The line (from 1) of every key path. `lost_at` is the line where the scanner could not read on, or 0."""

    by_path: Mapping[KeyPath, int]
    lost_at: int = 0

    def of(self, path: KeyPath) -> int:
        """The line of this path, or of the nearest path around it; 1 when nothing around it is known."""
        for length in range(len(path), 0, -1):
            line = self.by_path.get(path[:length])
            if line is not None:
                return line
        return 1


class TooMuch(ValueError):
    """The text asks for more work than a definition may. `line` counts from 1."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(what)
        self.line = line
        self.what = what


class _Lost(Exception):
    """The scanner met something that is not TOML."""


def scan(text: str) -> Lines:
    """The lines of all keys of `text`. Raises `TooMuch` for keys, lines or values over the limits of this module."""
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > MAX_LINE:
            raise TooMuch(number, f"the line has {len(line)} characters; {MAX_LINE} are allowed")
    scanner = _Scanner(text)
    try:
        scanner.document()
    except _Lost:
        return Lines(scanner.lines, lost_at=scanner.line())
    return Lines(scanner.lines)


class _Scanner:
    """One pass over a text; `at` is the offset of the next character."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[KeyPath, int] = {}
        self._newlines = [match.start() for match in re.finditer("\n", text)]
        self._elements: dict[KeyPath, int] = {}  # the last index of each array of tables

    def line(self) -> int:
        """The line of the next character, from 1."""
        return bisect_right(self._newlines, self.at - 1) + 1

    def document(self) -> None:
        """Read everything."""
        table: KeyPath = ()
        self._skip(_SPACE)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table, 0)
            self._skip(_BLANK)
            if self.at < len(self.text) and self.text[self.at] not in "#\r\n":
                raise _Lost
            self._skip(_SPACE)

    def _header(self) -> KeyPath:
        line = self.line()
        double = self.text.startswith("[[", self.at)
        self.at += 2 if double else 1
        parts = self._key()
        self._expect("]]" if double else "]")
        path: KeyPath = ()
        for number, part in enumerate(parts, start=1):
            path += (part,)
            self.lines.setdefault(path, line)
            if double and number == len(parts):
                self._elements[path] = self._elements.get(path, -1) + 1
            if path in self._elements:
                path += (self._elements[path],)
                self.lines.setdefault(path, line)
        return path

    def _pair(self, table: KeyPath, depth: int) -> None:
        line = self.line()
        path = table
        for part in self._key():
            path += (part,)
            self.lines.setdefault(path, line)
        self._expect("=")
        self._skip(_BLANK)
        self._value(path, depth)

    def _key(self) -> list[str]:
        line, start = self.line(), self.at
        parts: list[str] = []
        while True:
            self._skip(_BLANK)
            parts.append(self._key_part())
            self._skip(_BLANK)
            if len(parts) > MAX_PARTS or self.at - start > MAX_KEY:
                raise TooMuch(line, f"the key is too long; {MAX_PARTS} parts and {MAX_KEY} characters are allowed")
            if not self.text.startswith(".", self.at):
                return parts
            self.at += 1

    def _key_part(self) -> str:
        for rule in (_BARE, _BASIC, _LITERAL):
            match = rule.match(self.text, self.at)
            if match:
                self.at = match.end()
                return _plain_key(match.group())
        raise _Lost

    def _value(self, path: KeyPath, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise TooMuch(self.line(), f"lists and tables lie in each other too deeply; {MAX_DEPTH} levels are allowed")
        if self.text.startswith("[", self.at):
            self._list(path, depth + 1)
        elif self.text.startswith("{", self.at):
            self._inline_table(path, depth + 1)
        else:
            self._scalar()

    def _list(self, path: KeyPath, depth: int) -> None:
        self.at += 1
        index = 0
        while True:
            self._skip(_SPACE)
            if self.text.startswith("]", self.at):
                self.at += 1
                return
            if index:
                self._expect(",")
                self._skip(_SPACE)
                if self.text.startswith("]", self.at):
                    continue
            self.lines.setdefault((*path, index), self.line())
            self._value((*path, index), depth)
            index += 1

    def _inline_table(self, path: KeyPath, depth: int) -> None:
        self.at += 1
        first = True
        while True:
            self._skip(_SPACE)
            if self.text.startswith("}", self.at):
                self.at += 1
                return
            if not first:
                self._expect(",")
                self._skip(_SPACE)
            self._pair(path, depth)
            first = False

    def _scalar(self) -> None:
        for rule in (_LONG_BASIC, _LONG_LITERAL, _BASIC, _LITERAL, _SCALAR):
            match = rule.match(self.text, self.at)
            if match:
                self.at = match.end()
                return
        raise _Lost

    def _expect(self, sign: str) -> None:
        self._skip(_BLANK)
        if not self.text.startswith(sign, self.at):
            raise _Lost
        self.at += len(sign)

    def _skip(self, rule: re.Pattern[str]) -> None:
        match = rule.match(self.text, self.at)
        if match:
            self.at = match.end()


def _plain_key(written: str) -> str:
    if written[0] not in "\"'":
        return written
    if "\\" not in written:
        return written[1:-1]
    try:
        return str(tomllib.loads(f"k = {written}")["k"])
    except tomllib.TOMLDecodeError:
        raise _Lost from None
