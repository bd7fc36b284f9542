"""A reset that is past is said to be past, and 1970 is no date of a pool."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from creditdesk.cli.status import pool_line
from creditdesk.core.pools import Pool, PoolKind

NOW = datetime(2026, 11, 21, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def line(resets: datetime | None, expires: datetime | None = None) -> str:
    pool = Pool("p", "Credits", PoolKind.ALLOWANCE, "credits", Decimal(3), resets_at=resets, expires_at=expires)
    return pool_line(pool, NOW)


def test_a_reset_ahead_and_one_that_is_past_are_told_apart() -> None:
    assert line(NOW + timedelta(days=1)).endswith("resets 2026-11-22 00:00 UTC")
    assert line(datetime(2025, 12, 19, tzinfo=UTC)).endswith("reset was 2025-12-19 00:00 UTC")


def test_an_instant_of_1970_is_not_shown_as_a_date() -> None:
    assert "1970" not in line(EPOCH)
    assert "1970" not in line(None, EPOCH)
    assert line(EPOCH, NOW + timedelta(days=1)).endswith("expires 2026-11-22 00:00 UTC")
