"""Texts with holes, such as `Bearer {key}` or `https://host/v1/{site}/usage`.

A hole is a name in braces. `{{` and `}}` stand for the braces themselves. A template never holds a filled-in value.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

_PART = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class TemplateError(ValueError):
    """The text is not a template: a brace stands alone, or a hole has no proper name."""


@dataclass(frozen=True, slots=True)
class Template:
    """A parsed text: `parts` alternates plain text and hole names, starting and ending with plain text."""

    parts: tuple[str, ...]

    @property
    def holes(self) -> tuple[str, ...]:
        """The names of the holes, in order, repeated as often as they stand."""
        return self.parts[1::2]

    def fill(self, values: Mapping[str, str], encode: Callable[[str], str] = str) -> str:
        """The text with each hole filled by `encode(value)`. Raises KeyError for a hole without a value."""
        return "".join(encode(values[part]) if number % 2 else part for number, part in enumerate(self.parts))


@lru_cache(maxsize=1024)
def parse(text: str) -> Template:
    """The template written in `text`. Raises `TemplateError`."""
    parts: list[str] = []
    plain = ""
    end = 0
    for match in _PART.finditer(text):
        plain += text[end : match.start()]
        end = match.end()
        sign = match.group()
        if sign in ("{{", "}}"):
            plain += sign[0]
        elif sign in ("{", "}"):
            raise TemplateError("a brace stands alone; write {{ or }} for a brace itself")
        elif not _NAME.fullmatch(match.group(1)):
            raise TemplateError("a hole is a name of letters, digits and _ in braces")
        else:
            parts += (plain, match.group(1))
            plain = ""
    return Template((*parts, plain + text[end:]))


def holes(text: str) -> tuple[str, ...]:
    """The names of the holes of `text`, in order. Raises `TemplateError`."""
    return parse(text).holes


def fill(text: str, values: Mapping[str, str], encode: Callable[[str], str] = str) -> str:
    """`text` with its holes filled. Raises `TemplateError`, and KeyError for a hole without a value."""
    return parse(text).fill(values, encode)
