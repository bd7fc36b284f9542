"""Unusual use: today against what is usual by this hour on the same day of the week.

A median over the last weeks: one big import among them is no habit, and a free Sunday is no reason to cry on Monday.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from statistics import median

from creditdesk.core.amounts import instant_text, plain
from creditdesk.core.levels import HYSTERESIS, Finding
from creditdesk.core.pools import Level, PoolKind
from creditdesk.core.rules import RuleKind, Rules
from creditdesk.core.series import Series
from creditdesk.core.spending import Use, left_at, use_of

LEAST_WEEKS = 3
MOST_WEEKS = 8
LEAST_SEEN = 0.5
"""The share of a stretch that must have been observed to count."""

_DAY = timedelta(days=1)
_WEEK_S = 7 * 86400.0


def unusual(series: Iterable[Series], rules: Rules, now: datetime, zone: tzinfo) -> tuple[Finding, ...]:
    """A finding for each pool of which three weeks are known; nothing is said of the others.

    A day begins at midnight of `zone`. Low: `unusual_times` the usual use or more, and at the least
    `unusual_least_percent` of what the day began with, or of the limit.
    """
    return tuple(found for each in series if (found := _finding(each, rules, now, zone)) is not None)


def _finding(series: Series, rules: Rules, now: datetime, zone: tzinfo) -> Finding | None:
    if series.kind in (PoolKind.RATE, PoolKind.SLOTS) or not series.points:
        return None
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    begun = (midnight - now).total_seconds()
    use = use_of(series.points, now)
    usual = _usual(use, begun)
    if usual is None:
        return None
    today, _ = _between(use, begun, 0.0)
    last = series.points[-1]
    whole = last.limit if last.limit is not None else left_at(last)
    least = float(whole * rules.unusual_least_percent / 100) if whole is not None and whole > 0 else 0.0
    times = float(rules.unusual_times)
    level, eased = (
        Level.LOW if used >= times * usual and used >= least and used > 0 else Level.GOOD
        for used in (today, today * float(HYSTERESIS))
    )
    day_ends = instant_text(midnight + _DAY)
    numbers = (
        ("used", _short(today)),
        ("usual", _short(usual)),
        ("unit", series.unit),
        ("times", plain(rules.unusual_times)),
    )
    return Finding(
        series.pool,
        level,
        eased,
        unit=series.unit,
        window=day_ends,
        rule=RuleKind.UNUSUAL,
        numbers=numbers if level is Level.LOW else (),
    )


def _usual(use: Use, begun: float) -> float | None:
    """The median use by this hour of the last same weekdays that were observed; None under three of them."""
    found = []
    for week in range(1, MOST_WEEKS + 1):
        used, share = _between(use, begun - week * _WEEK_S, -week * _WEEK_S)
        if share >= LEAST_SEEN:
            found.append(used)
    return median(found) if len(found) >= LEAST_WEEKS else None


def _between(use: Use, begin: float, end: float) -> tuple[float, float]:
    """What was used between two instants (seconds, as in the use), and the share of them that was observed."""
    (before, watched), (after, seen) = use.by(begin), use.by(end)
    return max(0.0, after - before), (seen - watched) / (end - begin) if end > begin else 0.0


def _short(amount: float) -> str:
    """About five digits: it is a sum of differences, not an amount of the vendor's."""
    return plain(Decimal(f"{amount:.5g}"))
