"""Small changes to a TOML text that leave every other line of it as it is, comments and order too.

Python's standard library reads TOML and does not write it. Only what a definition needs is changed here: keys of the
file itself, and keys of `[[table]]` entries. Values are written on one line.
"""

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from creditdesk.providers.toml_lines import TooMuch, scan

MAX_FILE = 64 * 1024
MOST_TRIES = 200
"""Lines that may end a value which begins above them."""

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_HEADER = re.compile(r"\s*(\[\[?)(.*?)\]\]?\s*(?:#.*)?")


class Uneditable(ValueError):
    """The text is no TOML, or is written in a way that cannot be changed in place; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class _Statement:
    """A header or a pair, on these lines (from 0, the last one included). `path` is that of the header, or the key."""

    first: int
    last: int
    header: str  # "[", "[[" or ""
    path: tuple[str, ...]


def read(text: str) -> dict[str, Any]:
    """The values of a TOML text. Raises `Uneditable`, also for a text that would cost tomllib seconds."""
    if len(text) > MAX_FILE:
        raise Uneditable(f"The file is larger than {MAX_FILE // 1024} KiB.")
    try:
        scan(text)
        return tomllib.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError, ArithmeticError, TooMuch):
        raise Uneditable("The file is not TOML as it stands: correct it first.") from None


def put(text: str, key: str, value: object, table: tuple[str, int] | None = None) -> str:
    """The text with a key set, or taken out where `value` is None. `table` is an entry: ("pool", 0); None: the file.

    Raises `Uneditable`.
    """
    lines = text.split("\n")
    begin, own, end = _block(_statements(lines), table)
    old = [each for each in own if not each.header and each.path[0] == key]
    cut: set[int] = set()
    for each in (*old, *_inner(end, table, key)):
        cut |= set(range(each.first, each.last + 1))
    pairs = [each for each in own if not each.header]
    place = old[0].first if old else (pairs[-1].last if pairs else begin) + 1
    new = [] if value is None else [f"{_key(key)} = {written(value)}"]
    return "\n".join([*_kept(lines, cut, 0, place), *new, *_kept(lines, cut, place, len(lines))])


def add(text: str, table: str, values: Mapping[str, object]) -> str:
    """The text with another `[[table]]` at its end."""
    pairs = "".join(f"{_key(key)} = {written(value)}\n" for key, value in values.items())
    return f"{text.rstrip()}\n\n[[{table}]]\n{pairs}"


def only(text: str, keys: Collection[str], table: str) -> str:
    """The text with these keys of the file and this kind of `[[table]]`, and nothing else. Raises `Uneditable`."""
    lines = text.split("\n")
    kept: list[str] = []
    inside: str | None = None
    for each in _statements(lines):
        inside = each.path[0] if each.header else inside
        if inside == table or (inside is None and each.path[0] in keys):
            kept += lines[each.first : each.last + 1]
    return "\n".join(kept)


def drop(text: str, table: str, number: int) -> str:
    """The text without this entry. Raises `Uneditable`."""
    lines = text.split("\n")
    _, own, end = _block(_statements(lines), (table, number))
    last = max(each.last for each in (*own, *_inner(end, (table, number), "")))
    kept = [*lines[: own[0].first], *lines[last + 1 :]]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).rstrip("\n") + "\n"


def table_of(data: Mapping[str, Any], key: str) -> dict[str, Any]:
    """The table at a key; an empty one where there is none."""
    found = data.get(key)
    return dict(found) if isinstance(found, dict) else {}


def tables_of(data: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """The tables of a list at a key."""
    found = data.get(key)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def entry_of(data: Mapping[str, Any], table: str, number: int) -> dict[str, Any]:
    """One `[[table]]`. Raises `Uneditable` where there is none."""
    found = tables_of(data, table)
    if not 0 <= number < len(found):
        raise Uneditable(f"The file has no [[{table}]] {number + 1}.")
    return found[number]


def written(value: object) -> str:
    """A value as TOML writes it, on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float | Decimal):
        return format(value, "f") if isinstance(value, Decimal) else repr(value)
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{_key(key)} = {written(each)}" for key, each in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(written(each) for each in value)}]"
    raise TypeError(f"TOML has no {type(value).__name__}")


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _text(text: str) -> str:
    """Expressions and patterns hold quotes and backslashes: they read best in a literal text."""
    if text.isprintable() and "'" not in text and ('"' in text or "\\" in text):
        return f"'{text}'"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(sign if sign.isprintable() else _escape(sign) for sign in escaped) + '"'


def _escape(sign: str) -> str:
    code = ord(sign)
    return f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"


def _kept(lines: list[str], cut: set[int], first: int, last: int) -> list[str]:
    return [lines[number] for number in range(first, last) if number not in cut]


def _block(
    statements: list[_Statement], table: tuple[str, int] | None
) -> tuple[int, list[_Statement], list[_Statement]]:
    """The line that an entry begins on, its own statements, and all that come after them."""
    if table is None:
        own = []
        for each in statements:
            if each.header:
                break
            own.append(each)
        return -1, own, statements[len(own) :]
    places = [at for at, each in enumerate(statements) if each.header == "[[" and each.path == (table[0],)]
    if table[1] >= len(places):
        raise Uneditable(f"The file has no [[{table[0]}]] of its own lines here: change it as text.")
    start = places[table[1]]
    stop = next((at for at in range(start + 1, len(statements)) if statements[at].header), len(statements))
    return statements[start].first, statements[start:stop], statements[stop:]


def _inner(after: Iterable[_Statement], table: tuple[str, int] | None, key: str) -> list[_Statement]:
    """The headers `[table.key]` that belong to this entry, with their pairs; all of them for the key ""."""
    outer = (table[0],) if table else ()
    found: list[_Statement] = []
    inside = False
    for each in after:
        if each.header:
            if table and each.path == outer:
                break
            deeper = each.path[: len(outer)] == outer and len(each.path) > len(outer)
            if table and not deeper:
                break
            inside = deeper and (not key or each.path[len(outer)] == key)
        if inside:
            found.append(each)
    return found


def _statements(lines: list[str]) -> list[_Statement]:
    found: list[_Statement] = []
    at = 0
    while at < len(lines):
        line = lines[at].strip()
        if not line or line.startswith("#"):
            at += 1
            continue
        header = _HEADER.fullmatch(lines[at]) if line.startswith("[") else None
        last = at if header else _last(lines, at)
        sample = tomllib.loads(f"{header.group(2)} = 1" if header else "\n".join(lines[at : last + 1]))
        found.append(_Statement(at, last, header.group(1) if header else "", _names(sample, bool(header))))
        at = last + 1
    return found


def _last(lines: list[str], first: int) -> int:
    """The line on which the pair that begins here is whole."""
    tries = 0
    for last in range(first, len(lines)):
        if last > first and not lines[last].rstrip().endswith(("]", "}", '"""', "'''")) and "#" not in lines[last]:
            continue
        tries += 1
        if tries > MOST_TRIES:
            break
        try:
            tomllib.loads("\n".join(lines[first : last + 1]))
        except (ValueError, RecursionError):
            continue
        return last
    raise Uneditable("The file has a value of too many lines to be changed here: change it as text.")


def _names(sample: Mapping[str, object], whole: bool) -> tuple[str, ...]:
    """The parts of the key; of a pair only the first counts."""
    names: list[str] = []
    inner: object = sample
    while isinstance(inner, Mapping) and len(inner) == 1:
        name, inner = next(iter(inner.items()))
        names.append(name)
        if not whole:
            break
    return tuple(names)
