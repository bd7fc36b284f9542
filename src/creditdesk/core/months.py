"""Calendar months as statements are made for: from wall-clock midnight to wall-clock midnight of a zone."""

import re
from datetime import UTC, datetime, tzinfo

_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


def month_span(month: str, zone: tzinfo | None) -> tuple[datetime, datetime]:
    """The first instant of a month such as "2026-11" and the first after it, UTC. `zone` None: this computer's.

    Raises ValueError for a text of another form.
    """
    found = _MONTH.fullmatch(month)
    if found is None or not 1971 <= int(found[1]) <= 9998:
        raise ValueError("a month is written as 2026-11")
    year, number = int(found[1]), int(found[2])
    after = (year + number // 12, number % 12 + 1)
    return _instant(year, number, zone), _instant(*after, zone)


def month_of(at: datetime, zone: tzinfo | None) -> str:
    """The month of an instant, by the wall clock of a zone: "2026-11"."""
    return at.astimezone(zone).strftime("%Y-%m")


def months_down(first: str, last: str) -> tuple[str, ...]:
    """The months from the last one down to the first one."""
    found = [last]
    while found[-1] > first:
        year, number = int(found[-1][:4]), int(found[-1][5:])
        found.append(f"{year - (number == 1):04}-{number - 1 or 12:02}")
    return tuple(found)


def zone_words(since: datetime, until: datetime, zone: tzinfo | None) -> str:
    """The zone of a span: "CET, UTC+01:00"; both where clocks change in between."""
    begin, end = (_zone_at(each, zone) for each in (since, until))
    return begin if begin == end else f"{begin}, at the end {end}"


def _instant(year: int, month: int, zone: tzinfo | None) -> datetime:
    wall = datetime(year, month, 1, tzinfo=zone)
    return wall.astimezone(UTC)  # a wall clock without a zone is this computer's


def _zone_at(at: datetime, zone: tzinfo | None) -> str:
    here = at.astimezone(zone)
    offset = here.strftime("%z")
    shown = f"UTC{offset[:3]}:{offset[3:5]}" if here.utcoffset() else "UTC"
    name = str(zone) if zone is not None else here.tzname() or ""
    return shown if name in ("", "UTC") or name.startswith(("+", "-")) else f"{name}, {shown}"
