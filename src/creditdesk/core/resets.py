"""When an allowance refills: the vendor's rule and an instant in, the next or the last boundary out.

Boundaries of days, weeks, months and years are wall-clock instants of the rule's zone, so they keep their hour when
clocks change. A wall-clock instant that clocks skip is taken as the instant of the skip, one that comes twice as its
first. Minutes and hours are all of one length, whatever the clocks do.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

PERIODS = ("minute", "hour", "day", "week", "month", "year")

_FIXED = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1)}
_FIRST_MONDAY = datetime(2024, 1, 1)


@dataclass(frozen=True, slots=True)
class _Rule:
    every: str
    start: datetime  # a wall-clock boundary, without a zone
    zone: tzinfo


def next_reset(every: str, anchor: str, tz: str, now: datetime, day: int = 1) -> datetime:
    """The first boundary strictly after `now`, UTC.

    `every` is minute, hour, day, week, month or year. `anchor` is "first" (the start of the calendar period),
    "renewal" (`day`: 1 to 31 of the month, clamped to its end; or 1 to 7 of the week, Monday is 1), or an ISO 8601
    date or instant that is itself a boundary (a subscription's first minute). ValueError for other rules, "unknown"
    too; KeyError for an unknown zone.
    """
    return next(at for at in _boundaries(_rule(every, anchor, tz, day), now) if at > now)


def last_reset(every: str, anchor: str, tz: str, now: datetime, day: int = 1) -> datetime:
    """The last boundary at or before `now`, UTC. Arguments and errors as in `next_reset`."""
    return [at for at in _boundaries(_rule(every, anchor, tz, day), now) if at <= now][-1]


@lru_cache(maxsize=256)
def _rule(every: str, anchor: str, tz: str, day: int) -> _Rule:
    if every not in PERIODS:
        raise ValueError(f"a period must be one of {', '.join(PERIODS)}, not {every}")
    zone = _zone(tz)
    if anchor not in ("first", "renewal"):
        return _Rule(every, _anchored(anchor, zone), zone)
    day = 1 if anchor == "first" else day
    most = 7 if every == "week" else 31
    if not 1 <= day <= most:
        raise ValueError(f"the day of a {every} must be 1 to {most}, not {day}")
    # Monday 1 January 2024: the start of a day, a week, a month of 31 days and a year.
    return _Rule(every, _FIRST_MONDAY + timedelta(days=day - 1), zone)


def _zone(name: str) -> tzinfo:
    if name == "UTC":
        return UTC
    from zoneinfo import ZoneInfo  # 3 ms that the first paint should not pay for

    return ZoneInfo(name)


def _anchored(anchor: str, zone: tzinfo) -> datetime:
    try:
        start = datetime.fromisoformat(anchor)
    except ValueError:
        raise ValueError(f"the anchor of a reset must be first, renewal or an instant, not {anchor}") from None
    return start.astimezone(zone).replace(tzinfo=None) if start.tzinfo else start


def _boundaries(rule: _Rule, now: datetime) -> Iterator[datetime]:
    """Boundaries around `now` in order, beginning before it."""
    if rule.every in _FIXED:
        period, start = _FIXED[rule.every], _instant(rule.start, rule.zone)
        index = (now - start) // period
        return (start + k * period for k in range(index, index + 2))
    wall = now.astimezone(rule.zone).replace(tzinfo=None)
    index = _index(rule, wall)
    return (_instant(_wall(rule, k), rule.zone) for k in range(index - 2, index + 4))


def _index(rule: _Rule, wall: datetime) -> int:
    if rule.every in ("day", "week"):
        return (wall - rule.start) // timedelta(days=1 if rule.every == "day" else 7)
    months = (wall.year - rule.start.year) * 12 + wall.month - rule.start.month
    return months if rule.every == "month" else months // 12


def _wall(rule: _Rule, index: int) -> datetime:
    if rule.every in ("day", "week"):
        return rule.start + index * timedelta(days=1 if rule.every == "day" else 7)
    months = rule.start.month - 1 + index * (1 if rule.every == "month" else 12)
    year, month = rule.start.year + months // 12, months % 12 + 1
    return rule.start.replace(year=year, month=month, day=min(rule.start.day, _days(year, month)))


def _days(year: int, month: int) -> int:
    """How many days a month has."""
    return 31 if month == 12 else (datetime(year, month + 1, 1) - timedelta(days=1)).day


def _instant(wall: datetime, zone: tzinfo) -> datetime:
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
