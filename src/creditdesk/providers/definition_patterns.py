"""Which regular expressions a definition may use: those that Python's engine runs in time proportional to the text.

The rules: no reference back, no look-around, no flags; a variable repeat repeats one character or class, and what
follows it can not start with a character that it matches itself; with such a repeat the pattern starts with `^`.
"""

import re
from collections.abc import Sequence
from re import _constants as ops  # type: ignore[attr-defined]  # the parsed form has no public home
from re import _parser as sre  # type: ignore[attr-defined]
from typing import Any

MAX_PATTERN = 256
MAX_BRANCHES = 4

_OTHERS = frozenset("\u00a0\u0660\u00e9\u20ac")  # a space, digit, letter and sign stand for the others of their sort
_SIGNS = _OTHERS.union(map(chr, range(128)))
_WHOLE = "a repeat that may vary must repeat one character or class"

Item = tuple[Any, Any]


class PatternError(ValueError):
    """The text is not a regular expression that a definition may use; the message says why."""


def check_pattern(text: str) -> frozenset[str]:
    """The names of the groups of a regular expression. Raises `PatternError` when it is wrong or may be slow."""
    if len(text) > MAX_PATTERN:
        raise PatternError(f"the pattern has {len(text)} characters; {MAX_PATTERN} are allowed")
    try:
        re.compile(text)
        parsed = sre.parse(text)
    except (re.error, RecursionError, OverflowError) as error:
        raise PatternError(f"not a regular expression: {error}") from None
    if parsed.state.flags & ~re.UNICODE:
        raise PatternError("flags are not allowed in a pattern")
    judge = _Judge()
    items = list(parsed)
    judge.sequence(items, frozenset())
    if judge.repeats and not (items and items[0][0] is ops.AT and items[0][1] is ops.AT_BEGINNING):
        raise PatternError("a pattern with a variable repeat must start with ^")
    if judge.branches > MAX_BRANCHES:
        raise PatternError(f"the pattern has more than {MAX_BRANCHES} choices")
    return frozenset(parsed.state.groupdict)


class _Judge:
    """Walks a parsed pattern and counts what costs time."""

    def __init__(self) -> None:
        self.repeats = 0
        self.branches = 0

    def sequence(self, items: Sequence[Item], after: frozenset[str]) -> None:
        """Judge items in a row; `after` are the characters that may follow the last one."""
        for number, item in enumerate(items):
            self._item(item, _first(items[number + 1 :], after))

    def _item(self, item: Item, following: frozenset[str]) -> None:
        op, value = item
        if op in (ops.MAX_REPEAT, ops.MIN_REPEAT):
            self._repeat(value, following)
        elif op is ops.SUBPATTERN:
            if value[1] or value[2]:
                raise PatternError("flags are not allowed in a pattern")
            self.sequence(list(value[3]), following)
        elif op is ops.BRANCH:
            self.branches += 1
            for choice in value[1]:
                self.sequence(list(choice), following)
        elif op is not ops.AT:
            _signs(item)

    def _repeat(self, value: Any, following: frozenset[str]) -> None:
        least, most, body = value
        inner = list(body)
        if most == 1:
            self.branches += 1
            self.sequence(inner, following)
            return
        if most is not ops.MAXREPEAT and most > MAX_PATTERN:
            raise PatternError(f"a repeat may be at most {MAX_PATTERN} times or without an end")
        if len(inner) != 1 or inner[0][0] not in (ops.LITERAL, ops.NOT_LITERAL, ops.IN, ops.ANY):
            raise PatternError(_WHOLE)
        if least == most:
            return
        self.repeats += 1
        if _signs(inner[0]) & following:
            raise PatternError("what follows a variable repeat must not be something that it matches itself")


def _first(items: Sequence[Item], after: frozenset[str]) -> frozenset[str]:
    """The characters that items in a row may start with; `after` where all of them may be empty."""
    found: frozenset[str] = frozenset()
    for op, value in items:
        if op is ops.AT:
            continue
        if op in (ops.MAX_REPEAT, ops.MIN_REPEAT):
            found |= _first(list(value[2]), frozenset())
            if value[0] == 0:
                continue
            return found
        if op is ops.SUBPATTERN:
            found |= _first(list(value[3]), frozenset())
            if value[3].getwidth()[0] == 0:
                continue
            return found
        if op is ops.BRANCH:
            for choice in value[1]:
                found |= _first(list(choice), frozenset())
            if any(choice.getwidth()[0] == 0 for choice in value[1]):
                continue
            return found
        return found | _signs((op, value))
    return found | after


def _signs(item: Item) -> frozenset[str]:
    """The characters that one item of one character's width matches, all non-ASCII ones standing for their sort."""
    op, value = item
    if op is ops.LITERAL:
        return _literal(value)
    if op is ops.NOT_LITERAL:
        return _SIGNS - ({chr(value)} if value < 128 else frozenset())
    if op is ops.ANY:
        return _SIGNS
    if op is ops.IN:
        return _members(value)
    raise PatternError("references back, look-around, conditions and atomic groups are not allowed in a pattern")


def _members(members: Sequence[Item]) -> frozenset[str]:
    negated = bool(members) and members[0][0] is ops.NEGATE
    exact: set[str] = set()
    loose: set[str] = set()  # sorts of non-ASCII characters of which some are named
    for op, value in members[1:] if negated else members:
        if op is ops.LITERAL:
            (exact if value < 128 else loose).update(_literal(value))
        elif op is ops.RANGE:
            exact |= {chr(code) for code in range(value[0], min(value[1], 127) + 1)}
            loose |= _OTHERS if value[1] >= 128 else set()
        else:
            exact |= _category(value)
    return _SIGNS - exact if negated else frozenset(exact | loose)


def _literal(code: int) -> frozenset[str]:
    return frozenset(chr(code)) if code < 128 else _OTHERS


def _category(category: Any) -> set[str]:
    text = {"DIGIT": r"\d", "SPACE": r"\s", "WORD": r"\w"}
    name = str(category).removeprefix("CATEGORY_")
    rule = re.compile(text[name.removeprefix("NOT_")])
    return {sign for sign in _SIGNS if bool(rule.match(sign)) != name.startswith("NOT_")}
