"""JSON as a vendor may send it: exact numbers, and nothing that two readers could read differently.

Fractions become Decimal with every digit, whole numbers int. The limits keep a hostile answer of 2 MiB from taking
more than some tens of MiB of memory.
"""

import json
import re
from decimal import Decimal, InvalidOperation
from itertools import accumulate
from typing import NoReturn

MAX_DEPTH = 64
MAX_VALUES = 100_000
MAX_DIGITS = 40
MAX_EXPONENT = 30

_LONG = re.compile(rb"\d{%d}" % (MAX_DIGITS + 1))
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_STEP = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_BOM = b"\xef\xbb\xbf"


class BadAnswer(ValueError):
    """An answer that cannot be trusted. The message is the rest of a sentence about it, without any value out of it."""


def decode(body: bytes) -> object:
    """The value of a JSON text in UTF-8, with or without a byte order mark. Raises `BadAnswer`.

    Refused: an empty text, other encodings, NaN and Infinity, numbers of more than 40 digits or of an exponent over 30,
    an object with one name twice, more than 64 levels, more than 100,000 values.
    """
    body = body.removeprefix(_BOM)
    if not body.strip():
        raise BadAnswer("is empty")
    _check_shape(body)
    decoder = _CHECKING if _LONG.search(body) else _DECODER
    try:
        return decoder.decode(body.decode("utf-8"))
    except UnicodeDecodeError:
        raise BadAnswer("is not text in UTF-8") from None
    except json.JSONDecodeError:
        raise BadAnswer("is a web page, not JSON" if body.lstrip().startswith(b"<") else "is not JSON") from None


def _check_shape(body: bytes) -> None:
    """Depth and size, without recursion and before anything is built."""
    opening = body.count(b"[") + body.count(b"{")
    if opening > MAX_DEPTH:
        brackets = _STRING.sub(b"", body).translate(None, _NOT_BRACKETS)[: 2 * MAX_VALUES]
        if max(accumulate(map(_STEP.__getitem__, brackets)), default=0) > MAX_DEPTH:
            raise BadAnswer(f"is nested deeper than {MAX_DEPTH} levels")
    if opening + body.count(b",") > MAX_VALUES:
        raise BadAnswer(f"holds more than {MAX_VALUES:,} values")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise BadAnswer("holds the same name twice in one object")
    return values


def _whole(text: str) -> int:
    if len(text.lstrip("-")) > MAX_DIGITS:
        raise BadAnswer(f"holds a number of more than {MAX_DIGITS} digits")
    return int(text)


def _fraction(text: str) -> Decimal:
    if len(text) > 2 * MAX_DIGITS:
        raise BadAnswer(f"holds a number of more than {MAX_DIGITS} digits")
    try:
        value = Decimal(text)
    except InvalidOperation:  # an exponent beyond what Decimal holds
        raise BadAnswer("holds a number out of range") from None
    if not value:
        return Decimal(0)
    _, digits, exponent = value.as_tuple()
    if len(digits) > MAX_DIGITS:
        raise BadAnswer(f"holds a number of more than {MAX_DIGITS} digits")
    if not isinstance(exponent, int) or abs(exponent) > MAX_EXPONENT:
        raise BadAnswer("holds a number out of range")
    return value


def _constant(name: str) -> NoReturn:
    raise BadAnswer(f"holds {name}, which is not a number")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=_fraction, parse_constant=_constant)
_CHECKING = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_fraction, parse_int=_whole, parse_constant=_constant
)
"""The same for a text with so many digits in a row that one of its whole numbers may have too many."""
