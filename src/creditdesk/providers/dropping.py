"""Dropping secrets out of a decoded answer, before anything else sees it.

A path is names with dots between them, such as `packages[].token`; `[]` and `[*]` stand for every entry of a list.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

_STEP = re.compile(r'(?:"([^"\\]+)"|(\w+))((?:\[\*?\])*)(?:\.|$)', re.ASCII)


def without(data: object, paths: Iterable[str]) -> object:
    """`data` (decoded JSON, changed in place) without the values at these paths."""
    for path in paths:
        names = steps(path)
        found = [data]
        for name in names[:-1]:
            found = [inner for each in _objects(found) if (inner := each.get(name)) is not None]
        for each in _objects(found):
            each.pop(names[-1], None)
    return data


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
