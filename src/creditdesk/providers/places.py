"""From a value that was clicked in an answer to the expression that selects it, and back."""

import json
import re
from functools import lru_cache

from creditdesk.core.own_vendor import Place
from creditdesk.providers.selection import MAX_EXPRESSION, ExpressionError, compile_expression

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_STEP = re.compile(r'\.?(?:([A-Za-z_][A-Za-z0-9_]*)|("(?:[^"\\]|\\.)*"))|\[(-?\d+)\]', re.ASCII)
_REDACTABLE = re.compile(r'[A-Za-z_]\w*|[^"\\]{1,64}', re.ASCII)


class NoPath(ValueError):
    """No expression of a definition can select this value; the message is a sentence."""


def expression(place: Place) -> str:
    """The JMESPath of a place, names quoted where they must be, `@` for the answer itself. Raises `NoPath`."""
    text = "" if place else "@"
    for step in place:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            name = step if _NAME.fullmatch(step) else json.dumps(step, ensure_ascii=False)
            text += f".{name}" if text else name
    if len(text) > MAX_EXPRESSION:
        raise NoPath("This value lies too deep for a path of 256 characters.")
    try:
        compile_expression(text)
    except ExpressionError:
        raise NoPath("The name of this value cannot stand in a path.") from None
    return text


@lru_cache(maxsize=512)
def place(text: str) -> Place | None:
    """The place that a plain path names; None where the expression is more than a path."""
    if text == "@":
        return ()
    found: list[str | int] = []
    at = 0
    while at < len(text):
        match = _STEP.match(text, at)
        if match is None or (not found and text[at] == ".") or (found and text[at] not in ".["):
            return None
        name, quoted, number = match.groups()
        try:
            found.append(name or (json.loads(quoted) if quoted else int(number)))
        except ValueError:
            return None
        at = match.end()
    return tuple(found) or None


def redaction(where: Place) -> str:
    """The path of a secret to drop: names with dots, `[]` for every row of a list. Raises `NoPath`."""
    text = ""
    for step in where:
        if isinstance(step, int):
            text += "[]"
        elif not _REDACTABLE.fullmatch(step):
            raise NoPath("The name of this value cannot stand in a path.")
        else:
            name = step if _NAME.fullmatch(step) else f'"{step}"'
            text += f".{name}" if text else name
    if not text or text.startswith("["):
        raise NoPath("A secret outside of any name cannot be named.")
    return text
