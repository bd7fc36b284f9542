"""G2 and G3: a clock that jumps and comes back leaves no reading out and none twice; no zone changes what is read."""

import os
import random
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from tests.proving import size

from creditdesk.core.pools import Pool, PoolKind, Snapshot, Source
from creditdesk.core.series import EventKind
from creditdesk.store.history import History

Make = Callable[..., Snapshot]
WAIT_S = 20
STORIES = size(40, 400)
EVERY = timedelta(minutes=5)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
JUMPS = [HOUR, -HOUR, DAY, -DAY, timedelta(minutes=-7), "1970", "2099"]


def stamped(at: datetime, jump: timedelta | str | None) -> datetime:
    """What a clock says that went wrong by this."""
    if isinstance(jump, str):
        return at.replace(year=int(jump))
    return at if jump is None else at + jump


def play(history: History, told: list[tuple[datetime, int]], make: Make, now: datetime) -> None:
    for at, left in told:
        history.record("a", make(left, (at - now) / timedelta(minutes=1)), at).result(WAIT_S)


def lefts(history: History) -> list[int]:
    return [int(point.left or 0) for each in history.series("a").result(WAIT_S) for point in each.points]


@pytest.mark.parametrize("jump", JUMPS)
@pytest.mark.parametrize("readings", [1, 3])
def test_an_unchanged_balance_is_one_row_though_the_clock_jumped_and_came_back(
    history: History, now: datetime, snapshot: Make, jump: timedelta | str, readings: int
) -> None:
    wrong = range(6, 6 + readings)
    told = [(stamped(now + n * EVERY, jump if n in wrong else None), 300) for n in range(15)]
    play(history, told, snapshot, now)
    ((point,),) = [each.points for each in history.series("a").result(WAIT_S)]
    assert (point.first_seen, point.last_seen) == (now, now + 14 * EVERY)


@pytest.mark.promise("G2", f"{STORIES} stories")
def test_a_clock_that_jumps_and_comes_back_leaves_every_change_once_and_in_its_order(
    tmp_path: Path, now: datetime, snapshot: Make
) -> None:
    for seed in range(STORIES):
        dice = random.Random(seed)
        history = History(None, now)
        jump = dice.choice([HOUR, DAY, "1970", "2099"])
        begin = dice.randint(1, 8)
        wrong = range(begin, begin + dice.randint(1, 4))
        left, told = 300, []
        for number in range(16):
            left -= dice.choice([0, 0, 3])
            told.append((stamped(now + number * EVERY, jump if number in wrong else None), left))
        play(history, told, snapshot, now)
        values = [left for _, left in told]
        assert lefts(history) == [value for place, value in enumerate(values) if values[place - 1 : place] != [value]]
        points = history.series("a").result(WAIT_S)[0].points
        assert points[-1].last_seen == now + 15 * EVERY
        assert all(now <= point.first_seen <= point.last_seen <= now + 15 * EVERY for point in points), seed
        events = history.events().result(WAIT_S)
        assert sum(event.amount or 0 for event in events) == values[-1] - values[0], (seed, jump)
        assert all(now <= event.at <= now + 15 * EVERY for event in events)
        latest = history.latest(["a"]).result(WAIT_S)["a"].snapshot
        assert latest == snapshot(values[-1], 75)
        history.close()


def test_a_clock_that_is_wrongly_set_back_moves_no_good_reading(
    history: History, now: datetime, snapshot: Make
) -> None:
    told = [(now + n * EVERY, 300 - n) for n in range(200)]
    play(history, told, snapshot, now)
    before = history.series("a").result(WAIT_S)[0].points
    back = now + 100 * EVERY + timedelta(minutes=2)
    play(history, [(back, 50), (back + EVERY, 49), (now + 200 * EVERY, 48)], snapshot, now)
    after = history.series("a").result(WAIT_S)[0].points
    assert {point.first_seen for point in before} <= {point.first_seen for point in after}


def test_a_sleep_of_eight_hours_leaves_a_gap_and_nothing_twice(history: History, now: datetime, snapshot: Make) -> None:
    told = [(now, 300), (now + EVERY, 300), (now + 8 * HOUR, 300), (now + 8 * HOUR + EVERY, 300)]
    play(history, told, snapshot, now)
    points = history.series("a").result(WAIT_S)[0].points
    assert [(point.first_seen - now, point.last_seen - now) for point in points] == [
        (timedelta(0), EVERY),
        (8 * HOUR, 8 * HOUR + EVERY),
    ]
    assert history.events().result(WAIT_S) == []


def test_a_point_that_stays_ahead_does_not_hide_what_is_read_now(
    history: History, now: datetime, snapshot: Make
) -> None:
    play(history, [(now + DAY, 300)], snapshot, now)  # nothing was read before: it can't be told that it is wrong
    later = [(now + n * EVERY, 200) for n in range(600)]
    play(history, later, snapshot, now)
    points = history.series("a").result(WAIT_S)[0].points
    assert (points[-1].left, points[-1].last_seen) == (200, later[-1][0])
    spark = history.spark(["a"], later[-1][0], 1, 10).result(WAIT_S)["a"]
    assert spark[-1] == (later[-1][0], 200)


READER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from creditdesk.store.history import History
history = History(Path(sys.argv[1]), datetime(2026, 11, 21, tzinfo=UTC))
(series,) = history.series("a").result(20)
print(repr((series, history.events().result(20), history.latest(["a"]).result(20))))
history.close()
"""


@pytest.mark.promise("G3", "3 zones")
def test_a_history_written_in_one_zone_reads_identically_in_another(tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "history.sqlite3"
    history = History(path, now)
    zone = ZoneInfo("America/New_York")
    for number in range(40):  # over the end of summer time on 1 November
        at = (datetime(2026, 11, 1, 4, tzinfo=UTC) + number * EVERY).astimezone(zone)
        resets = datetime(2026, 12, 1, tzinfo=zone)
        pool = Pool("main", "Main", PoolKind.ALLOWANCE, "credits", Decimal(500 - number // 3), resets_at=resets)
        history.record("a", Snapshot(at, Source.LIVE, (pool,)), at).result(WAIT_S)
    (series,) = history.series("a").result(WAIT_S)
    events = history.events().result(WAIT_S)
    mine = repr((series, events, history.latest(["a"]).result(WAIT_S)))
    history.close()
    assert all(point.first_seen.tzinfo is UTC for point in series.points)
    assert [event.kind for event in events] == [EventKind.USED] * len(events)
    for other in ("Asia/Kolkata", "Pacific/Auckland", "UTC"):
        words = [sys.executable, "-c", READER, str(path)]
        told = subprocess.run(words, env=os.environ | {"TZ": other}, capture_output=True, text=True, check=True)
        assert told.stdout.strip() == mine
