"""When a copy of the history is due, and which copies are kept. Pure."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

APART = timedelta(minutes=30)
"""Copies are no nearer to each other than this."""
DAILY, WEEKLY, MONTHLY = 12, 10, 9


def due(now: datetime, newest: datetime | None, apart: timedelta = APART) -> bool:
    """Whether enough time went by since the newest copy. One from the future (the clock went back) holds nothing up."""
    return newest is None or not timedelta(0) <= now - newest < apart


def kept(taken: Iterable[datetime], breaks: Iterable[datetime] = ()) -> frozenset[datetime]:
    """Which of the copies taken at these instants are kept; the others may go.

    The newest of each of the last 12 days, 10 weeks and 9 months that have one (UTC; a week begins on Monday), and the
    newest before each of `breaks`, the instants at which another history took the place of the one before.
    """
    newest_first = sorted(taken, reverse=True)
    found: set[datetime] = set()
    for period, most in ((_day, DAILY), (_week, WEEKLY), (_month, MONTHLY)):
        seen: dict[object, datetime] = {}
        for at in newest_first:
            seen.setdefault(period(at), at)
        found.update(list(seen.values())[:most])
    for each in breaks:
        found.update([at for at in newest_first if at <= each][:1])
    return frozenset(found)


def _day(at: datetime) -> object:
    return at.astimezone(UTC).date()


def _week(at: datetime) -> object:
    return at.astimezone(UTC).isocalendar()[:2]


def _month(at: datetime) -> object:
    at = at.astimezone(UTC)
    return at.year, at.month
