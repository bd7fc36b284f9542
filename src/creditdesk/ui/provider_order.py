"""In which order vendors are offered, what a search finds, and whose key a pasted text may be. No widgets."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from creditdesk.core.definition import Definition
from creditdesk.ui.key_field import looks_like

MOST_RECENT = 4
_LEAST_KEY = 8
_LEAST_SECRET = 16


@dataclass(frozen=True, slots=True)
class Section:
    """Vendors under one heading; "" for none."""

    title: str
    definitions: tuple[Definition, ...]


def owners(definitions: Sequence[Definition], text: str) -> tuple[Definition, ...]:
    """The vendors one of whose secret credentials looks like this text. Text of several words is no key."""
    key = text.strip()
    if len(key) < _LEAST_KEY or re.search(r"\s", key):
        return ()
    return tuple(each for each in definitions if any(looks_like(one, key) for one in each.credentials if one.secret))


def is_secret(text: str) -> bool:
    """Whether this text may be a key although no vendor knows its form: long, in one piece, letters and digits.

    No vendor is called so; a text that is one must not stand in a line that anybody can read.
    """
    piece = text.strip()
    mixed = re.search(r"[0-9]", piece) and re.search(r"[A-Za-z]", piece)
    return len(piece) >= _LEAST_SECRET and not re.search(r"\s", piece) and (bool(mixed) or len(piece) >= 32)


def by_hand(definitions: Iterable[Definition]) -> tuple[Definition, ...]:
    """The vendors that stand for any other one: nothing is read there, and they have no page of their own."""
    return tuple(each for each in definitions if not each.readable and not each.homepage)


def key_in(definitions: Sequence[Definition], text: str) -> str:
    """The part of a pasted text that is the key: the only piece that is one, else the whole text, trimmed."""
    pieces = [each for each in text.split() if is_secret(each) or owners(definitions, each)]
    return pieces[0] if len(pieces) == 1 else text.strip()


def found(definitions: Sequence[Definition], text: str) -> tuple[Definition, ...]:
    """The vendors whose name, id or category holds every word of the text, those whose name begins with it first."""
    asked = text.casefold().split()
    hits = [each for each in definitions if all(word in _searched(each) for word in asked)]
    start = text.strip().casefold()
    return tuple(sorted(hits, key=lambda each: (not each.name.casefold().startswith(start), each.name.casefold())))


def sections(definitions: Sequence[Definition], recent: Iterable[str], popular: Iterable[str]) -> tuple[Section, ...]:
    """All vendors, each once: those of the user's own accounts, the popular ones, the rest by category and name.

    `recent` and `popular` are ids in their order; one that no vendor has is passed over.
    """
    rest = {each.id: each for each in found(definitions, "")}
    own = tuple(rest.pop(each) for each in tuple(dict.fromkeys(recent))[:MOST_RECENT] if each in rest)
    first = tuple(rest.pop(each) for each in dict.fromkeys(popular) if each in rest)
    by_category: dict[str, list[Definition]] = {}
    for each in rest.values():
        by_category.setdefault(category_words(each.category) or "Others", []).append(each)
    named = [Section(title, tuple(by_category[title])) for title in sorted(by_category, key=str.casefold)]
    made = [Section("Used by you", own), Section("Popular", first), *named]
    if not own and not first and len(named) < 2:
        return (Section("", tuple(rest.values())),)
    return tuple(each for each in made if each.definitions)


def category_words(category: str) -> str:
    """ "seo" is "SEO", "captcha" is "Captcha"."""
    return category.upper() if len(category) <= 3 else category[:1].upper() + category[1:]


def _searched(definition: Definition) -> str:
    return f"{definition.name} {definition.id} {definition.category}".casefold()
