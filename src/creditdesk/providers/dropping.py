"""Dropping secrets out of a decoded answer, before anything else sees it.

A path is names with dots between them, such as `packages[].token`; `[]` and `[*]` stand for every entry of a list.
"""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import lru_cache

from creditdesk.providers.strict_json import BadAnswer

_STEP = re.compile(r'(?:"([^"\\]+)"|(\w+))((?:\[\*?\])*)(?:\.|$)', re.ASCII)


MAX_DROPPED = 64 * 1024
"""Characters of dropped secrets that an answer may have: each is looked for in everything that is kept."""


def drop(data: object, paths: Iterable[str]) -> tuple[str, ...]:
    """Take the values at these paths out of `data` (decoded JSON, changed in place); the texts and numbers among them.

    Raises `BadAnswer` when they are too many.
    """
    taken: list[object] = []
    for path in paths:
        names = steps(path)
        found = [data]
        for name in names[:-1]:
            found = [inner for each in _objects(found) if (inner := each.get(name)) is not None]
        for each in _objects(found):
            taken.append(each.pop(names[-1], None))
    texts = tuple(dict.fromkeys(_texts(taken)))
    if sum(map(len, texts)) > MAX_DROPPED:
        raise BadAnswer("holds more secrets than can be kept out of sight")
    return texts


@lru_cache(maxsize=256)
def steps(path: str) -> tuple[str, ...]:
    """The names of a path. ValueError when it is none."""
    found: list[str] = []
    at = 0
    while at < len(path):
        match = _STEP.match(path, at)
        if match is None:
            raise ValueError("a path to drop is names with dots between them")
        found.append(match.group(1) or match.group(2))
        at = match.end()
    if not found:
        raise ValueError("a path to drop must not be empty")
    return tuple(found)


def _texts(values: list[object]) -> Iterator[str]:
    """The texts and numbers among these values, and in the lists and objects among them."""
    waiting = list(values)
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, int | Decimal) and not isinstance(value, bool):
            yield format(value, "f" if isinstance(value, Decimal) else "d")
        elif isinstance(value, dict | list):
            waiting += value.values() if isinstance(value, dict) else value


def _objects(values: list[object]) -> list[dict[str, object]]:
    """The objects among these values, and in the lists among them, however often nested."""
    found: list[dict[str, object]] = []
    waiting = list(values)
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            found.append(value)
        elif isinstance(value, list):
            waiting += value
    return found
