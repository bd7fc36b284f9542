"""What is kept of the last weeks in memory says the same as the points themselves, however they came."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from tests.providers.asking import pool_rule, vendor

from creditdesk.core.pools import Pool, PoolKind, Snapshot, Source
from creditdesk.core.series import Point, Series
from creditdesk.desk.recent import SPARK_POINTS, THIN_AGAIN, Recent

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
KINDS = {"balance": PoolKind.WALLET, "monthly": PoolKind.ALLOWANCE}
ORDERED = vendor(pools=(pool_rule(id="monthly"), pool_rule(id="balance")))


def snapshot(at: datetime, amounts: dict[str, Decimal | None], resets_at: datetime | None = None) -> Snapshot:
    pools = (Pool(name, name, KINDS[name], "credits", left, resets_at=resets_at) for name, left in amounts.items())
    return Snapshot(at, Source.LIVE, tuple(pools))


def plain(readings: list[Snapshot]) -> dict[str, list[Point]]:
    """The points that these readings make, worked out in the plainest way."""
    points: dict[str, list[Point]] = {}
    for reading in readings:
        for pool in reading.pools:
            line = points.setdefault(pool.id, [])
            same = bool(line) and line[-1].left == pool.left
            first = line.pop().first_seen if same else reading.read_at
            line.append(Point(first, reading.read_at, pool.left, None, None, Source.LIVE, pool.resets_at))
    return points


def few(points: list[Point]) -> tuple[tuple[datetime, Decimal], ...]:
    step = -(-len(points) // SPARK_POINTS)
    return tuple((point.last_seen, point.left) for point in points[::-step][::-1] if point.left is not None)


@pytest.mark.parametrize("seed", range(5))
def test_series_and_sparkline_are_those_of_the_points(seed: int) -> None:
    chance = random.Random(seed)
    recent, readings, now = Recent(()), list[Snapshot](), NOW
    left: dict[str, Decimal | None] = {"balance": Decimal(100), "monthly": Decimal(50)}
    for _ in range(THIN_AGAIN):
        now += timedelta(minutes=5)
        for name in left:
            if chance.random() < 0.4:
                left[name] = None if chance.random() < 0.1 else Decimal(chance.randint(0, 90))
        readings.append(snapshot(now, left, chance.choice([None, NOW + timedelta(days=9)])))
        recent.extend(readings[-1])
        points = plain(readings)
        assert recent.spark(ORDERED) == few(points["monthly"])
    assert {each.pool: list(each.points) for each in recent.series()} == points


def test_what_was_written_down_before_goes_on_where_it_ended() -> None:
    old = tuple(Point(NOW, NOW, Decimal(number), None, None, Source.LIVE) for number in (3, 2))
    recent = Recent((Series("a", "balance", "Balance", PoolKind.WALLET, "credits", old),))
    later = NOW + timedelta(hours=1)
    assert not recent.extend(snapshot(later, {"balance": Decimal(2)}))
    assert recent.extend(snapshot(later + timedelta(hours=1), {"balance": Decimal(9)}))
    (series,) = recent.series()
    assert [(point.left, point.last_seen) for point in series.points] == [
        (Decimal(3), NOW),
        (Decimal(2), later),
        (Decimal(9), later + timedelta(hours=1)),
    ]
    assert recent.topped_up == {"balance": later + timedelta(hours=1)}


def test_an_account_that_was_never_read_has_no_sparkline_and_no_series() -> None:
    recent = Recent((Series("a", "balance", "Balance", PoolKind.WALLET, "credits", ()),))
    assert (recent.spark(ORDERED), recent.series(), recent.topped_up) == ((), (), {})
