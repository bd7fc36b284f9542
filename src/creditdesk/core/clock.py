"""Whether this computer's clock is right, as far as the `Date` of vendors' answers tells (promise G2)."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache

TOLERATED = timedelta(minutes=5)


@lru_cache(maxsize=64)
def _said(date: str) -> datetime | None:
    """What a `Date` says; the answers of a second all have the same."""
    from email.utils import parsedate_to_datetime  # 5 ms that the first paint should not pay for

    try:
        said = parsedate_to_datetime(date)
        return said.replace(tzinfo=UTC) if said.tzinfo is None else said
    except (ValueError, TypeError, OverflowError):
        return None


def ahead(date: str, now: datetime, age: str = "") -> timedelta | None:
    """By how much `now` is ahead of an answer's `Date` (RFC 9110; negative: behind). None for a `Date` of no use.

    `age` is the answer's `Age` in seconds: a cache in between gives the `Date` of when it was asked.
    """
    said = _said(date)
    waited = timedelta(seconds=int(age)) if age.isascii() and age.isdecimal() and len(age) < 9 else timedelta(0)
    try:
        return now - said - waited if said is not None else None
    except OverflowError:
        return None


def wrong_by(offsets: Iterable[timedelta]) -> timedelta | None:
    """By how much the clock is ahead (negative: behind), when every vendor says so; None when it seems to be right.

    One vendor with a right clock is enough to clear ours: then it is the others' that are wrong.
    """
    found = sorted(offsets, key=abs)
    if not found or abs(found[0]) <= TOLERATED:
        return None
    same_way = all((each > timedelta(0)) == (found[0] > timedelta(0)) for each in found)
    return found[0] if same_way else None
