"""Where the lines of a chart's scales stand: round amounts, and minutes to months of the user's own calendar."""

from datetime import datetime, timedelta
from decimal import Decimal

from creditdesk.ui import words

_MINUTES = (1, 2, 5, 10, 15, 30)
_HOURS = (1, 2, 3, 6, 12)
_DAYS = (1, 2, 7, 14)
_MONTHS = (1, 2, 3, 6, 12, 24, 60)
_MONDAY = datetime(2024, 1, 1).date()


def amount_ticks(low: float, high: float, most: int = 6) -> list[Decimal]:
    """Round amounts from at or under `low` to at or over `high`, at most `most` steps of 1, 2, 2.5 or 5 times ten."""
    span = Decimal(str(max(high - low, 1e-9)))
    steps = max(1, most)
    rough = span / steps
    power = Decimal(1).scaleb(rough.adjusted())
    for factor in ("1", "2", "2.5", "5", "10", "20"):
        step = Decimal(factor) * power
        first, last = _floor(Decimal(str(low)) / step), _ceil(Decimal(str(high)) / step)
        if last - first <= steps:
            break
    return [_plain(step * place) for place in range(first, max(last, first + 1) + 1)]


def time_ticks(low: datetime, high: datetime, most: int) -> list[tuple[datetime, str]]:
    """Instants between `low` and `high` with their words, at most about `most`: "09:00", "22 Oct", "Nov", "2027"."""
    here_low, here_high = low.astimezone(), high.astimezone()
    days = (high - low).total_seconds() / 86400
    for minutes in _MINUTES if days * 24 < 2 else ():  # a day that has just begun
        if days * 1440 / minutes <= most:
            return _minutes(here_low, here_high, minutes)
    for hours in _HOURS:
        if days * 24 / hours <= most:
            return _hours(here_low, here_high, hours)
    for step in _DAYS:
        if days / step <= most:
            return _days(here_low, here_high, step)
    months = next((each for each in _MONTHS if days / 30.4 / each <= most), 120)
    return _months(here_low, here_high, months)


def _minutes(low: datetime, high: datetime, step: int) -> list[tuple[datetime, str]]:
    at = low.replace(minute=low.minute // step * step, second=0, microsecond=0)
    found = []
    while at <= high:
        if at >= low:
            found.append((at, words.clock(at)))
        at += timedelta(minutes=step)
    return found


def _hours(low: datetime, high: datetime, step: int) -> list[tuple[datetime, str]]:
    found = []
    day = low.date()
    while day <= high.date():
        for hour in range(0, 24, step):
            at = _local(datetime(day.year, day.month, day.day, hour))
            if low <= at <= high:
                found.append((at, words.short_day(at) if hour == 0 else words.clock(at)))
        day += timedelta(days=1)
    return found


def _days(low: datetime, high: datetime, step: int) -> list[tuple[datetime, str]]:
    found = []
    day = low.date()
    while day <= high.date():
        if (day - _MONDAY).days % step == 0:
            at = _local(datetime(day.year, day.month, day.day))
            if low <= at <= high:
                found.append((at, words.short_day(at)))
        day += timedelta(days=1)
    return found


def _months(low: datetime, high: datetime, step: int) -> list[tuple[datetime, str]]:
    found = []
    place = (low.year * 12 + low.month - 1) // step * step
    while place <= high.year * 12 + high.month:
        at = _local(datetime(place // 12, place % 12 + 1, 1))
        if low <= at <= high:
            name = words.short_day(at).split(" ")[1]
            found.append((at, str(at.year) if at.month == 1 else name))
        place += step
    return found


def _local(naive: datetime) -> datetime:
    return naive.astimezone()


def _floor(value: Decimal) -> int:
    return int(value // 1) if value >= 0 or value == value.to_integral_value() else int(value // 1) - 1


def _ceil(value: Decimal) -> int:
    return -_floor(-value)


def _plain(value: Decimal) -> Decimal:
    return Decimal(f"{value.normalize():f}")
