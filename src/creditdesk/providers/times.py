"""The instants that a request may name: vendors that tell what a month cost ask for its beginning."""

from collections.abc import Mapping
from datetime import UTC, datetime

NAMES = ("month_start", "month_start_epoch", "month_start_date")


def times(now: datetime) -> Mapping[str, str]:
    """The holes that every query may have: the first instant of the month in UTC as RFC 3339, as seconds, as a date."""
    start = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return {
        "month_start": start.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "month_start_epoch": str(int(start.timestamp())),
        "month_start_date": start.date().isoformat(),
    }
