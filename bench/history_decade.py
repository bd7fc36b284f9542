"""A history as a desk has it after ten years: old years as thinning leaves them, the last 90 days as they were read."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from creditdesk.core.pools import Pool, PoolKind
from creditdesk.core.series import Event, EventKind
from creditdesk.core.thinning import ALL_FOR, HOURLY_FOR, USES_FOR, ages, folds_days
from creditdesk.store import statements
from creditdesk.store.database import open_database, transaction
from creditdesk.store.rows import Row, event_row, micros, point_row, pool_row
from creditdesk.store.statements_points import PUT_THINNED
from creditdesk.store.sums import row_sum, series_of

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
POOL = Pool("balance", "Balance", PoolKind.WALLET, "credits")
CHANGES = 8
"""Changes in each working hour of the time that is kept whole."""


@dataclass(frozen=True, slots=True)
class Decade:
    """How many years and accounts; each has a wallet that is used in ten hours of every day."""

    years: int = 10
    accounts: int = 100
    now: datetime = datetime(2026, 11, 21, 12, tzinfo=UTC)


def make_decade(path: Path, decade: Decade) -> int:
    """Write the file; how many points it has."""
    path.parent.mkdir(parents=True)
    connection = open_database(path, decade.now).connection
    thinned, rows = ages(decade.now), 0
    for number in range(decade.accounts):
        with transaction(connection):
            account = f"account{number}"
            series = series_of(account, "balance")
            points = list(_points(series, random.Random(number), decade))
            connection.executemany(statements.ADD_POINT, points)
            stands = (*pool_row(POOL), points[-1][1], None, None, series)
            condition = (account, sum(points[-1][1:3]), "live", "", 0, None, "", None, 0, None, 0, None)
            connection.execute(statements.PUT_POOL, _summed((account, "balance", 0, 1, *stands)))
            connection.execute(statements.PUT_CONDITION, _summed(condition))
            connection.executemany(statements.ADD_EVENT, map(event_row, _uses(account, decade)))
            done = (micros(at) for at in (thinned.hourly, thinned.daily, thinned.uses))
            connection.execute(PUT_THINNED, (series, *done))
            rows += len(points)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return rows


def _instants(decade: Decade) -> Iterator[tuple[datetime, int]]:
    """When what was left changed, and by about how many steps of use."""
    now, day = decade.now, decade.now.replace(hour=0) - decade.years * 365 * DAY
    while day < now:
        if now - day > HOURLY_FOR:
            yield day + 18 * HOUR, 10 * CHANGES
        else:
            steps = CHANGES if now - day < ALL_FOR else 1
            yield from ((day + (8 + step / steps) * HOUR, CHANGES // steps) for step in range(10 * steps))
        day += DAY


def _points(series: int, dice: random.Random, decade: Decade) -> Iterator[Row]:
    left = 50_000
    changes = [each for each in _instants(decade) if each[0] < decade.now]
    for (at, steps), (until, _) in pairwise([*changes, (decade.now + 5 * timedelta(minutes=1), 0)]):
        left -= sum(dice.randint(1, 9) for _ in range(steps))
        if left < 1000:
            left += 50_000
        held = (micros(at), micros(until) - 300_000_000)
        yield point_row(series, held, (str(left), None, None, "live"), (None, None))


def _uses(account: str, decade: Decade) -> Iterator[Event]:
    """A line an hour of the last week and of the first and last day of every month, else a line a day."""
    day = decade.now.replace(hour=0) - decade.years * 365 * DAY
    while day < decade.now:
        apart = decade.now - day < USES_FOR or not folds_days(day)
        for hour in range(9, 19) if apart else (18,):
            if day + hour * HOUR < decade.now:
                yield Event(day + hour * HOUR, account, EventKind.USED, "balance", Decimal(-40), "credits")
        day += DAY


def _summed(row: Row) -> Row:
    return (*row, row_sum(*row))
