"""Reading a TOML table strictly: every key is asked for once, wrong ones are collected with their line."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from creditdesk.providers.toml_lines import KeyPath, Lines

Word = TypeVar("Word", bound=StrEnum)

MAX_PROBLEMS = 100
MAX_DIGITS = 40
MAX_EXPONENT = 30
LATEST_YEAR = 2100

_BIDI = frozenset("\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff")
_NAMES: tuple[tuple[type, str], ...] = (
    (bool, "true or false"),
    (int, "a whole number"),
    (Decimal, "a number"),
    (str, "text"),
    (datetime, "a date and time"),
    (date, "a date"),
    (list, "a list"),
    (dict, "a table"),
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a definition, on a line (from 1) and at a key such as `pool[2].reset.every`."""

    file: str
    line: int
    key: str
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.key}: {self.what}"


class DefinitionError(ValueError):
    """A definition that is refused, with everything that is wrong in it, in the order of its lines."""

    def __init__(self, file: str, problems: Iterable[Problem]) -> None:
        self.file = file
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line))
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(slots=True)
class Report:
    """What was found wrong so far in one file."""

    file: str
    lines: Lines
    ours: bool = False  # a file that came with the program, whose texts and expressions the tests look at closely
    problems: list[Problem] = field(default_factory=list)

    @property
    def full(self) -> bool:
        """Whether no more problems are listed."""
        return len(self.problems) >= MAX_PROBLEMS

    def add(self, path: KeyPath, what: str) -> None:
        """Note that the value at `path` is wrong. After a hundred problems no more are listed."""
        if not self.full:
            self.problems.append(Problem(self.file, self.lines.of(path), key_text(path), sayable(what)))


class Table:
    """One table of the file. Read all its keys, then call `finish`, which refuses those nobody asked for."""

    def __init__(self, data: Mapping[str, object], path: KeyPath, report: Report) -> None:
        self.data = data
        self.path = path
        self.report = report
        self._asked: dict[str, None] = {}

    def take(self, key: str, needed: bool = False) -> object:
        """The raw value of a key, or None; a needed key that is missing is a problem."""
        if self.report.ours and not needed:
            return self.data.get(key)
        self._asked[key] = None
        if needed and key not in self.data:
            self.wrong(key, "is missing")
        return self.data.get(key)

    def wrong(self, key: str, what: str, *inside: str | int) -> None:
        """Note that a key's value (or what lies `inside` it) is wrong."""
        self.report.add((*self.path, key, *inside) if key else self.path, what)

    def text(self, key: str, needed: bool = False, most: int = 200, lines: bool = False) -> str:
        """Text of at most `most` characters, with newlines only where `lines`; "" when missing or wrong."""
        if self.report.ours and not needed and isinstance(value := self.data.get(key, ""), str):
            return value
        value = self.take(key, needed)
        if value is None:
            return ""
        if self.report.ours and isinstance(value, str):
            return value
        fault = text_fault(value, most, lines) or ("must not be empty" if needed and not str(value).strip() else "")
        if fault:
            self.wrong(key, fault)
            return ""
        return str(value)

    def flag(self, key: str) -> bool:
        """True or false; false when missing or wrong."""
        value = self.take(key)
        if value is None or isinstance(value, bool):
            return bool(value)
        self.wrong(key, f"must be true or false, not {sort_of(value)}")
        return False

    def whole(self, key: str, low: int, high: int, default: int = 0) -> int:
        """A whole number from `low` to `high`; `default` when missing or wrong."""
        value = self.take(key)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int):
            self.wrong(key, f"must be a whole number from {low} to {high}, not {sort_of(value)}")
        elif not low <= value <= high:
            self.wrong(key, f"must be from {low} to {high}")
        else:
            return value
        return default

    def number(self, key: str, needed: bool = False) -> Decimal | None:
        """A finite number with all its digits; None when missing or wrong."""
        value = self.take(key, needed)
        if value is None:
            return None
        fault = number_fault(value)
        if fault:
            self.wrong(key, fault)
            return None
        return Decimal(str(value))

    def choice(self, key: str, kind: type[Word], default: Word | None = None) -> Word | None:
        """A word of an enum; `default` when missing (None: the key is needed), None when wrong."""
        value = self.take(key, needed=default is None)
        if value is None:
            return default
        allowed = [word.value for word in kind]
        if isinstance(value, str) and value in allowed:
            return kind(value)
        self.wrong(key, f"is {shown(value)}; allowed are {', '.join(allowed)}")
        return None

    def day(self, key: str) -> date | None:
        """A date; None when missing or wrong."""
        value = self.take(key)
        if value is None:
            return None
        if isinstance(value, date) and not isinstance(value, datetime):
            if value.year <= LATEST_YEAR:
                return value
            self.wrong(key, f"is {value.isoformat()}; a date up to the year {LATEST_YEAR} is allowed")
            return None
        self.wrong(key, f"must be a date without quotes such as 2026-09-30, not {sort_of(value)}")
        return None

    def table(self, key: str, needed: bool = False) -> "Table | None":
        """A table inside this one; None when missing or wrong."""
        value = self.take(key, needed)
        if value is None:
            return None
        if isinstance(value, dict):
            return Table(value, (*self.path, key), self.report)
        self.wrong(key, f"must be a table, not {sort_of(value)}")
        return None

    def tables(self, key: str, most: int, needed: bool = False) -> list["Table"]:
        """At most `most` tables in a list."""
        value = self.take(key, needed)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            self.wrong(key, "must be a list of tables")
            return []
        if len(value) > most:
            self.wrong(key, f"has {len(value)} entries; {most} are allowed", most)
        return [Table(each, (*self.path, key, number), self.report) for number, each in enumerate(value[:most])]

    def finish(self) -> None:
        """Refuse the keys that were not asked for."""
        if self.report.ours:
            return  # the tests look at these files
        for key in self.data:
            if key not in self._asked and not self.report.full:
                import difflib  # for a mistake only

                near = difflib.get_close_matches(key[:40], self._asked, 1)
                hint = f"; did you mean {near[0]}?" if near else ";"
                self.wrong(key, f"is not a key here{hint} allowed are {', '.join(self._asked)}")


def key_text(path: KeyPath) -> str:
    """A path as people write it: `pool[2].reset.every`, elements counted from 1."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        else:
            plain = part if part.isascii() and part.replace("-", "_").isidentifier() else shown(part)
            text += f".{plain}" if text else plain
    return text or "file"


def shown(value: object) -> str:
    """A value of the file as it may stand in a message: short, and without characters that hide others."""
    if not isinstance(value, str):
        return sort_of(value)
    return ascii(value if len(value) <= 40 else value[:40] + "...")


def sayable(what: str) -> str:
    """A message with the characters that hide or turn others around written out, at most 600 characters long."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in what[:600])


def sort_of(value: object) -> str:
    """What sort of TOML value this is, in words."""
    return next((name for kind, name in _NAMES if isinstance(value, kind)), "something else")


def text_fault(value: object, most: int, lines: bool = False) -> str:
    """Why a value is not plain text of at most `most` characters, or ""."""
    if not isinstance(value, str):
        return f"must be text, not {sort_of(value)}"
    if len(value) > most:
        return f"has {len(value)} characters; {most} are allowed"
    if value.isprintable():  # nearly always, and then nothing below can be found: 2 ms of the first paint
        return ""
    for sign in value:
        if sign in "\n\t" and lines:
            continue
        if sign in _BIDI or unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp"):
            return f"holds the character U+{ord(sign):04X}; control and text direction characters are not allowed"
    return ""


def number_fault(value: object) -> str:
    """Why a value is not a finite number of a sane size, or ""."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return f"must be a number, not {sort_of(value)}"
    if isinstance(value, int):
        return "" if abs(value) < 10**MAX_DIGITS else f"has more than {MAX_DIGITS} digits"
    if not value.is_finite():
        return "must be a finite number"
    if len(value.as_tuple().digits) > MAX_DIGITS or abs(value.adjusted()) > MAX_EXPONENT:
        return f"must have at most {MAX_DIGITS} digits and an exponent from -{MAX_EXPONENT} to {MAX_EXPONENT}"
    return ""
