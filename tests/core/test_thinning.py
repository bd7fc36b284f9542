"""What is drawn of a pool does not change as its old points are thinned out, and a run more changes nothing."""

import itertools
import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from creditdesk.core.pools import Source
from creditdesk.core.series import Event, EventKind, Point
from creditdesk.core.thinning import ALL_FOR, GAP, HOURLY_FOR, folded, folds_days, thinned

NOW = datetime(2026, 11, 21, 12, 34, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def story(dice: random.Random, count: int, until: datetime) -> tuple[list[Point], list[datetime]]:
    """A pool as it may have been read: use, top-ups, resets, gaps, typed and unknown amounts, a changed limit."""
    points: list[Point] = []
    marks = []
    left, limit, source = Decimal(1000), Decimal(1000), Source.LIVE
    at = until - timedelta(days=dice.choice([20, 200, 500, 900]))
    spend = dice.random() < 0.2
    for _ in range(count):
        if at >= until:
            break
        chance = dice.random()
        if chance < 0.01:
            left += 500
            marks.append(at)
        elif chance < 0.015:
            marks.append(at)  # a reset after which more was used than came back
            left -= 3
        elif chance < 0.02:
            limit += 100
        elif chance < 0.03:
            source = dice.choice(list(Source))
        else:
            left -= dice.choice([0, Decimal("0.25"), 1, 7])
        known = None if spend or dice.random() < 0.01 else left
        last = at + dice.choice([0, 0, 5, 20, 600]) * MINUTE
        points.append(Point(at, last, known, limit, limit - left, source))
        at = last + dice.choice([5] * 60 + [55, 61, 600, 5000]) * MINUTE
    return points, marks


def value(point: Point) -> Decimal:
    return point.left if point.left is not None else -(point.used or Decimal(0))


def bucket(at: datetime) -> datetime:
    """The slow model's: all for 90 days, an hour until 400, then a day; whole days of UTC change at once."""
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    if midnight >= (NOW - ALL_FOR).replace(hour=0, minute=0, second=0):
        return at
    if midnight >= (NOW - HOURLY_FOR).replace(hour=0, minute=0, second=0):
        return at.replace(minute=0, second=0, microsecond=0)
    return midnight


def drawn(points: list[Point]) -> object:
    """What a picture by these hours and days tells: the lowest and the last of each, rises, gaps, what is certain."""
    lowest: dict[datetime, Decimal] = {}
    last: dict[datetime, Decimal] = {}
    for point in points:
        at = bucket(point.first_seen)
        lowest[at] = min(lowest.get(at, value(point)), value(point))
        last[at] = value(point)
    pairs = list(itertools.pairwise(points))
    rises = [(b.first_seen, value(b) - value(a)) for a, b in pairs if value(b) > value(a)]
    gaps = [(a.last_seen, b.first_seen) for a, b in pairs if b.first_seen - a.last_seen > GAP]
    sources = [(b.first_seen, b.source, b.limit) for a, b in pairs if (a.source, a.limit) != (b.source, b.limit)]
    return lowest, last, rises, gaps, sources, points[0].first_seen, points[-1].last_seen


def slow(points: list[Point], marks: list[datetime]) -> list[datetime]:
    """The first instants of the points to keep, said once more and slowly."""
    together = defaultdict(list)
    for point in points:
        together[bucket(point.first_seen)].append(point)
    keep = {points[0].first_seen, points[-1].first_seen}
    for each in together.values():
        keep |= {each[-1].first_seen, min(each, key=value).first_seen}
    for a, b in itertools.pairwise(points):
        same = (a.limit, a.source, a.left is None) == (b.limit, b.source, b.left is None)
        if b.first_seen - a.last_seen > GAP or value(b) > value(a) or b.first_seen in marks or not same:
            keep |= {a.first_seen, b.first_seen}
    return sorted(keep)


@pytest.mark.parametrize("seed", range(40))
def test_what_is_drawn_stays_and_thinning_again_changes_nothing(seed: int) -> None:
    dice = random.Random(seed)
    points, marks = story(dice, 1500, NOW)
    once = list(thinned(points, marks, NOW))
    assert [point.first_seen for point in once] == slow(points, marks)
    assert drawn(once) == drawn(points)
    assert list(thinned(once, marks, NOW)) == once
    earlier = thinned(points, marks, NOW - dice.choice([1, 40, 311, 500]) * DAY)
    assert list(thinned(earlier, marks, NOW)) == once


@pytest.mark.parametrize("seed", range(10))
def test_thinning_a_stretch_with_its_neighbours_is_as_thinning_all(seed: int) -> None:
    dice = random.Random(seed)
    points, marks = story(dice, 1500, NOW)
    whole = list(thinned(points, marks, NOW))
    days = sorted({point.first_seen.date() for point in points})
    cut = next(place for place, point in enumerate(points) if point.first_seen.date() >= dice.choice(days))
    cut = next(place for place, point in enumerate(points) if point.first_seen.date() == points[cut].first_seen.date())
    first = thinned(points[: cut + 1], marks, NOW)
    second = thinned([*first[:-1][-1:], *points[cut:]], marks, NOW)
    assert [*first[:-1][:-1], *second] == whole


def test_a_busy_year_becomes_a_few_points_a_day() -> None:
    points = [
        Point(at, at, Decimal(1_000_000 - number), None, None, Source.LIVE)
        for number in range(500 * 288)
        if (at := NOW - 500 * DAY + number * 5 * MINUTE)
    ]
    kept = thinned(points, (), NOW)
    old = [point for point in kept if point.first_seen < NOW - HOURLY_FOR - DAY]
    hourly = [point for point in kept if NOW - HOURLY_FOR < point.first_seen < NOW - ALL_FOR - DAY]
    assert len(old) == pytest.approx(100, abs=2)
    assert len(hourly) == pytest.approx(309 * 24, abs=26)
    assert len(kept) - len(old) - len(hourly) == pytest.approx(90 * 288, abs=600)


def use(number: int, amount: str, pool: str = "main", kind: EventKind = EventKind.USED, detail: str = "") -> Event:
    return Event(NOW + number * HOUR, "a", kind, pool, Decimal(amount), "credits", detail, number + 1)


def test_the_uses_of_a_day_become_one_line_a_pool_and_sign() -> None:
    given = [use(0, "-3"), use(1, "-0.50"), use(2, "4"), use(3, "-1", "other"), use(4, "-2"), use(5, "1")]
    given += [use(6, "-7", detail="by hand"), use(7, "100", kind=EventKind.TOP_UP)]
    found = folded(given)
    assert {(event.pool, event.id, event.amount) for event in found} == {
        ("main", 5, Decimal("-5.50")),
        ("main", 6, Decimal(5)),
        ("other", 4, Decimal(-1)),
        ("main", 7, Decimal(-7)),
        ("main", 8, Decimal(100)),
    }
    assert sum(event.amount or 0 for event in found) == sum(event.amount or 0 for event in given)
    assert folded(found) == found


def test_the_first_and_the_last_day_of_a_month_keep_their_hours() -> None:
    days = [datetime(2028, 2, 1, tzinfo=UTC) + number * DAY for number in range(31)]
    assert [day.day for day in days if not folds_days(day)] == [1, 29, 1]
