"""Made-up accounts with a past, for the tests of the history, activity, alerts and accounts pages."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from creditdesk.core.definition import Definition, PoolRule, RequestRule
from creditdesk.core.offers import Fact
from creditdesk.core.pools import (
    Account,
    Custody,
    Level,
    Pool,
    PoolKind,
    Reading,
    RunOut,
    Snapshot,
    Source,
    Trouble,
    TroubleKind,
)
from creditdesk.core.series import Event, EventKind, Point, Series
from creditdesk.ui.board import Entry

NOW = datetime(2025, 11, 22, 10, 30, tzinfo=UTC)
DAY = timedelta(days=1)
RESET = datetime(2025, 11, 1, tzinfo=UTC)
NEXT_RESET = datetime(2025, 12, 1, tzinfo=UTC)
FACT = Fact(date(2025, 11, 1), "made up")


def definition(name: str = "Word Finder", drain: tuple[str, ...] = ("monthly", "top-up")) -> Definition:
    """A vendor with an allowance and a wallet, read by one request."""
    return Definition(
        id=name.lower().replace(" ", "-"),
        name=name,
        fact=FACT,
        requests=(RequestRule("usage", "https://api.example.com/usage"),),
        pools=(
            PoolRule("monthly", "Monthly", PoolKind.ALLOWANCE, unit="credits"),
            PoolRule("top-up", "Top-up", PoolKind.WALLET, unit="credits"),
        ),
        drain=drain,
    )


def pool(pool_id: str = "monthly", left: int = 92, kind: PoolKind = PoolKind.ALLOWANCE) -> Pool:
    """A pool as it is now."""
    refills = kind is PoolKind.ALLOWANCE
    return Pool(
        pool_id,
        pool_id.capitalize(),
        kind,
        "credits",
        left=Decimal(left),
        limit=Decimal(500) if refills else None,
        resets_at=NEXT_RESET if refills else None,
    )


def run_out(pool_id: str = "monthly") -> RunOut:
    """A run-out in five days, before the reset."""
    return RunOut(pool_id, NOW + 5.2 * DAY, NOW + 3.1 * DAY, NOW + 8.9 * DAY, Decimal("17.5"), before_reset=True)


def entry(
    account_id: str = "a1", name: str = "Word Finder", level: Level = Level.LOW, pools: tuple[Pool, ...] | None = None
) -> Entry:
    """An account of Word Finder, read two minutes ago."""
    account = Account(account_id, name, "word-finder", Custody.KEYRING, client="Client A")
    snapshot = Snapshot(NOW - timedelta(minutes=2), Source.LIVE, pools or (pool(), pool("top-up", 20, PoolKind.WALLET)))
    run_outs = (run_out(), replace(run_out(""), at=NOW + 6 * DAY))
    return Entry(Reading(account, snapshot, None, level, run_outs=run_outs), definition())


def unread(account_id: str = "a9") -> Entry:
    """An account that was never read, because its key was rejected."""
    account = Account(account_id, "Own SERP", "word-finder", Custody.ENVIRONMENT, key_env="SERP_KEY")
    trouble = Trouble(TroubleKind.KEY_REJECTED, "")
    return Entry(Reading(account, None, trouble, Level.NOT_READ), definition("Own SERP API"))


def point(at: datetime, left: int | str, hold: timedelta = timedelta(0), source: Source = Source.LIVE) -> Point:
    """An allowance's point."""
    after = NEXT_RESET if at >= RESET else RESET
    return Point(at, at + hold, Decimal(left), Decimal(500), None, source, resets_at=after)


def monthly(account_id: str = "a1") -> Series:
    """A month of an allowance: 186 falling to 20, a reset to 500 on the first, 92 now; two gaps of a night."""
    rng = random.Random(4)
    points: list[Point] = []
    at, left = NOW - 31 * DAY, 186
    step = timedelta(minutes=5)
    while at < NOW - timedelta(minutes=2):
        if at >= RESET and at - RESET < step:
            left = 500
        hold = timedelta(minutes=rng.choice((25, 90, 240, 475)))
        if at < RESET <= at + hold:
            hold = RESET - at - step
        end = min(at + hold, NOW - timedelta(minutes=2))
        points.append(point(at, left, end - at))
        at = end + step
        if at.day in (7, 8) and at.hour >= 20:
            at += timedelta(hours=11)
        left = max(20 if at < RESET else 92, left - rng.choice((0, 3, 4, 6)))
    points[-1] = replace(points[-1], left=Decimal(92))
    return Series(account_id, "monthly", "Monthly", PoolKind.ALLOWANCE, "credits", tuple(points))


def top_up(account_id: str = "a1") -> Series:
    """A wallet that was topped up once, and typed by hand before that."""
    by_hand = Source.BY_HAND
    points = (
        replace(point(NOW - 30 * DAY, 12, source=by_hand), resets_at=None),
        replace(point(NOW - 22 * DAY, 5, source=by_hand), resets_at=None),
        replace(point(NOW - 20 * DAY, 20, 20 * DAY - timedelta(minutes=2)), resets_at=None),
    )
    return Series(account_id, "top-up", "Top-up", PoolKind.WALLET, "credits", points)


def events(account_id: str = "a1") -> tuple[Event, ...]:
    """What happened in the last month."""
    c = "credits"
    return (
        Event(RESET, account_id, EventKind.RESET, "monthly", Decimal(468), c, id=1),
        Event(NOW - 4 * DAY, account_id, EventKind.SIZED, "monthly", detail="Keyword ideas, 1 run: fits", id=2),
        Event(NOW - 3.6 * DAY, account_id, EventKind.TROUBLE, detail="throttled", id=3),
        Event(NOW - 3.5 * DAY, account_id, EventKind.RECOVERED, id=4),
        Event(NOW - 2.7 * DAY, account_id, EventKind.ALERT, "monthly", detail="Low: under 20 % left", id=5),
        Event(NOW - timedelta(hours=30), account_id, EventKind.TOP_UP, "top-up", Decimal(15), c, id=6),
        Event(NOW - timedelta(minutes=76), account_id, EventKind.USED, "monthly", Decimal(-40), c, id=7),
    )
