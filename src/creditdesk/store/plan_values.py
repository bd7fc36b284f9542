"""The values of a plan's file, each read strictly by its key. All raise `Wrong`, which names the key."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from creditdesk.store.config_form import Wrong

_MARK = re.compile(r"[0-9a-f]{64}")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_LOOPBACK = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?(/[A-Za-z0-9/._~-]*)?")
_ODD = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_MOST = 4_096


def line(key: str, value: object) -> str:
    """One line of text."""
    if not isinstance(value, str) or len(value) > _MOST or _ODD.search(value.replace("\t", "")):
        raise Wrong(key, "must be one line of text")
    return value


def filled(key: str, value: object) -> str:
    """One line of text that is not blank."""
    text = line(key, value)
    if not text.strip():
        raise Wrong(key, "must not be empty")
    return text


def identifier(key: str, value: object) -> str:
    """An id of an account, a vendor or an operation."""
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise Wrong(key, "must be an id of letters, digits, . _ and -")
    return value


def mark(key: str, value: object) -> str:
    """A SHA-256."""
    if not isinstance(value, str) or not _MARK.fullmatch(value):
        raise Wrong(key, "must be a SHA-256 of 64 hexadecimal digits")
    return value


def path_text(key: str, value: object) -> str:
    """An absolute path, or ""."""
    text = line(key, value)
    if text and not Path(text).is_absolute():
        raise Wrong(key, "must be an absolute path")
    return text


def address(key: str, value: object) -> str:
    """ "" or an address of this computer."""
    text = line(key, value)
    if text and not _LOOPBACK.fullmatch(text):
        raise Wrong(key, "must be an address of this computer")
    return text


def whole(most: int) -> Callable[[str, Any], int]:
    """A reader of whole numbers from 0 to `most`."""

    def read(key: str, value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
            raise Wrong(key, f"must be a whole number up to {most:,}")
        return value

    return read


def yes(key: str, value: object) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise Wrong(key, "must be true or false")
    return value


def instant(key: str, value: object) -> datetime:
    """An aware instant, in UTC."""
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise Wrong(key, "must be a date and time with its zone")
    return value.astimezone(UTC)


def amount(key: str, text: str) -> Decimal:
    """An amount from 0 up."""
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise Wrong(key, "must be a number in quotes") from None
    if not amount.is_finite() or amount < 0 or abs(amount.adjusted()) > 30:
        raise Wrong(key, "must be a number from 0 up")
    return amount
