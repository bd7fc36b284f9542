"""Amounts, exactly: read from what a vendor or a user wrote, and written again with every digit."""

import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Context, Decimal
from enum import Enum

MOST_DIGITS = 40
MOST_EXPONENT = 30

EXACT = Context(prec=400)
"""Enough digits that no sum or product of amounts is ever rounded: `with localcontext(EXACT)`."""

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,4})?")


def parse_amount(value: object, group_sep: str = "") -> Decimal | None:
    """The finite amount that `value` states, or None when it states none.

    An int, a Decimal, or text such as `1250`, `-0.5`, `1e3`, `$12.50`, and `1,250.5` where `group_sep` is ",". A group
    separator that does not separate thousands (`1,25`) is not trusted. Booleans, floats, NaN, Infinity, more than 40
    digits and exponents over 30 are None.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return Decimal(value) if abs(value) < 10**MOST_DIGITS else None
    if isinstance(value, Decimal):
        return _bounded(value)
    if isinstance(value, str):
        return _parse_text(value, group_sep)
    return None


def _parse_text(text: str, group_sep: str) -> Decimal | None:
    if len(text) > 4 * MOST_DIGITS:
        return None
    text = _ungrouped(_without_currency(text.strip()), group_sep)
    if not _NUMBER.fullmatch(text) or sum(char.isdigit() for char in re.split("[eE]", text)[0]) > MOST_DIGITS:
        return None
    return _bounded(Decimal(text))


def _without_currency(text: str) -> str:
    sign, rest = (text[0], text[1:]) if text[:1] in ("+", "-") else ("", text)
    if rest and unicodedata.category(rest[0]) == "Sc":
        return sign + rest[1:].strip()
    return text


def _ungrouped(text: str, group_sep: str) -> str:
    if not group_sep or group_sep not in text:
        return text
    sep = re.escape(group_sep)
    if not re.fullmatch(rf"[+-]?[0-9]{{1,3}}(?:{sep}[0-9]{{2,3}})*{sep}[0-9]{{3}}(?:\.[0-9]+)?", text):
        return ""
    return text.replace(group_sep, "")


def _bounded(amount: Decimal) -> Decimal | None:
    if not amount.is_finite():
        return None
    parts = amount.as_tuple()
    exponent = parts.exponent
    if not amount and isinstance(exponent, int) and abs(exponent) > MOST_EXPONENT:
        return Decimal(0)  # some databases write nothing as 0E-6176
    if len(parts.digits) > MOST_DIGITS or not isinstance(exponent, int) or abs(exponent) > MOST_EXPONENT:
        return None
    return amount


def plain(amount: Decimal) -> str:
    """Every digit of a finite amount, never with an exponent: `1E+3` is `1000`. ValueError when it is not finite."""
    if not amount.is_finite():
        raise ValueError("an amount must be finite")
    return format(amount, "f")


def instant_text(at: datetime) -> str:
    """An aware instant as ISO 8601 in UTC, ending in Z. ValueError when it has no zone."""
    if at.tzinfo is None:
        raise ValueError("an instant must have a zone")
    return at.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def dumps(value: object, indent: int | None = None) -> str:
    """JSON text of dicts, lists, tuples, text, ints, booleans, None, Decimals, instants and text enums.

    Decimals are numbers with every digit, instants ISO 8601 in UTC. TypeError for anything else, floats too;
    ValueError for amounts that are not finite and instants without a zone.
    """
    return _json(value, indent, 0)


def _json(value: object, indent: int | None, depth: int) -> str:
    if isinstance(value, Mapping):
        rows = [f"{_key(key)}: {_json(each, indent, depth + 1)}" for key, each in value.items()]
        return _enclosed("{}", rows, indent, depth)
    if isinstance(value, list | tuple):
        return _enclosed("[]", [_json(each, indent, depth + 1) for each in value], indent, depth)
    return _scalar(value)


def _enclosed(brackets: str, rows: list[str], indent: int | None, depth: int) -> str:
    if not rows:
        return brackets
    if indent is None:
        return f"{brackets[0]}{', '.join(rows)}{brackets[1]}"
    inner, outer = " " * indent * (depth + 1), " " * indent * depth
    return f"{brackets[0]}\n{inner}{f',{chr(10)}{inner}'.join(rows)}\n{outer}{brackets[1]}"


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError(f"a JSON key must be text, not {type(key).__name__}")
    return json.dumps(str(key), ensure_ascii=False)


def _scalar(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(str(value), ensure_ascii=False)
    if isinstance(value, int) and not isinstance(value, Enum):
        return str(value)
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, datetime):
        return json.dumps(instant_text(value))
    raise TypeError(f"no JSON for a {type(value).__name__}")
