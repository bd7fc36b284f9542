"""Quiet hours: when nothing is told, whatever kind of message it is, and when the daily digest is due.

Hours are the user's wall clock, so that they stay where they are when clocks change. What is held is told when the
quiet hours end, as one message, if it still holds by then.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from creditdesk.core.pools import Level

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Quiet:
    """When nothing is told. Hours are "HH:MM" of the user's wall clock; "" is off.

    From later than until goes over midnight; the same hour twice is no quiet at all. `digest_at`: once a day, one
    message about everything that is open still. `critical_breaks`: a critical warning is told in quiet hours, too.
    """

    from_hour: str = ""
    until_hour: str = ""
    digest_at: str = ""
    critical_breaks: bool = False


def clock_time(text: str) -> time | None:
    """The wall clock's time of "HH:MM"; None for "". Raises ValueError for anything else."""
    if not text:
        return None
    if len(text) != 5 or text[2] != ":" or not (text[:2] + text[3:]).isdecimal() or not text.isascii():
        raise ValueError("a time of day is written HH:MM")
    return time(int(text[:2]), int(text[3:]))


def quiet_now(quiet: Quiet, now: datetime, zone: tzinfo) -> bool:
    """Whether `now` (UTC) lies in the quiet hours of this zone."""
    begin, end = clock_time(quiet.from_hour), clock_time(quiet.until_hour)
    if begin is None or end is None or begin == end:
        return False
    at = now.astimezone(zone).time()
    return begin <= at < end if begin < end else at >= begin or at < end


def ends_at(quiet: Quiet, now: datetime, zone: tzinfo) -> datetime | None:
    """When the quiet hours that `now` lies in end, UTC; None outside of them."""
    end = clock_time(quiet.until_hour)
    return _next(end, now, zone) if end is not None and quiet_now(quiet, now, zone) else None


def held(quiet: Quiet, level: Level, now: datetime, zone: tzinfo) -> bool:
    """Whether a message of this level waits now. In quiet hours every kind does: warnings, news, digests.

    Critical ones wait, too, unless the user said that they may break the quiet.
    """
    if quiet.critical_breaks and level.severity >= Level.CRITICAL.severity:
        return False
    return quiet_now(quiet, now, zone)


def digest_after(quiet: Quiet, last: datetime, zone: tzinfo) -> datetime | None:
    """When the first daily digest after `last` (UTC) is due, UTC; None where the user wants none."""
    at = clock_time(quiet.digest_at)
    return None if at is None else _next(at, last, zone)


def _next(at: time, now: datetime, zone: tzinfo) -> datetime:
    """The next instant, strictly after `now`, at which the wall clock of the zone shows this time."""
    today = now.astimezone(zone).date()
    days = (today + _DAY * ahead for ahead in range(-1, 4))
    instants = (datetime.combine(day, at, zone).astimezone(UTC) for day in days)
    return next(each for each in instants if each > now)
