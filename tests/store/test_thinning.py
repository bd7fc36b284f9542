"""Old points and uses are thinned out in the background, by the rule; a kill or a clock gone wrong loses nothing."""

import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from tests.store.conftest import NOW

from creditdesk.core.pools import Pool, PoolKind, Snapshot, Source
from creditdesk.core.series import Event, EventKind, Point
from creditdesk.core.thinning import thinned
from creditdesk.store import statements
from creditdesk.store.database import open_database, transaction
from creditdesk.store.history import History
from creditdesk.store.rows import event_row, micros, point_row
from creditdesk.store.sums import row_sum, series_of

Make = Callable[..., Snapshot]
DAY = timedelta(days=1)
WAIT_S = 60
POOLS = ("main", "other")


def points(dice: random.Random) -> list[tuple[datetime, Decimal]]:
    """A change every ten minutes or so, in four weeks of the ages at which the rule changes."""
    left, found = Decimal(5000), []
    for days in (410, 404, 94, 91):
        at = NOW - days * DAY
        while at < NOW - (days - 6) * DAY:
            found.append((at, left))
            left += -dice.randint(1, 9) if dice.random() > 0.01 else 700
            at += timedelta(minutes=dice.choice([5, 5, 10, 20]))
    return sorted(dict(found).items())


def fill(path: Path) -> None:
    """A file with two pools of a past that was never thinned out, and a use for every third point."""
    dice = random.Random(5)
    connection = open_database(path, NOW).connection
    with transaction(connection):
        for place, pool in enumerate(POOLS):
            number = series_of("a", pool)
            rows = [
                point_row(number, (micros(at), micros(at)), (str(left), None, None, "live"), (None, None))
                for at, left in points(dice)
            ]
            connection.executemany(statements.ADD_POINT, rows)
            row = ("a", pool, place, 1, pool, "wallet", "credits", 0, "", "", "", rows[-1][1], None, None, number)
            connection.execute(statements.PUT_POOL, (*row, row_sum(*row)))
            for _, at, _, left, *_ in rows[::3]:
                use = Event(NOW + timedelta(microseconds=at - micros(NOW)), "a", EventKind.USED, pool, -Decimal(left))
                connection.execute(statements.ADD_EVENT, event_row(use))
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def shown(history: History) -> dict[str, tuple[Point, ...]]:
    return {each.pool: each.points for each in history.series("a").result(WAIT_S)}


def ruled(before: dict[str, tuple[Point, ...]], now: datetime) -> dict[str, tuple[Point, ...]]:
    return {pool: thinned(each, (), now) for pool, each in before.items()}


def used(history: History) -> dict[str, Decimal]:
    events = history.events(100_000).result(WAIT_S)
    return {
        pool: sum((each.amount or Decimal(0) for each in events if each.pool == pool), Decimal(0)) for pool in POOLS
    }


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "history.sqlite3"
    fill(path)
    return path


def test_what_is_old_is_thinned_by_the_rule_and_the_file_shrinks(old: Path) -> None:
    history = History(old, NOW)
    before, uses, count = shown(history), used(history), len(history.events(100_000).result(WAIT_S))
    assert history.thin(NOW - DAY).result(WAIT_S) == 0  # the first time only notes the day
    dropped = history.thin(NOW).result(WAIT_S)
    after, left = shown(history), len(history.events(100_000).result(WAIT_S))
    assert after == ruled(before, NOW)
    assert dropped == sum(len(before[pool]) - len(after[pool]) for pool in POOLS) + count - left
    assert used(history) == uses
    assert left < count / 2
    assert history.thin(NOW).result(WAIT_S) == 0
    assert history.thin(NOW + DAY).result(WAIT_S) > 0  # a day more is old now
    assert shown(history) == ruled(before, NOW + DAY)
    assert history.notice is None
    size = old.stat().st_size
    history.close()
    assert old.stat().st_size < size * 0.7
    connection = sqlite3.connect(old)
    assert connection.execute("PRAGMA freelist_count").fetchone() == (0,)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_readings_are_written_between_the_steps(old: Path, snapshot: Make) -> None:
    history = History(old, NOW)
    history.thin(NOW - DAY).result(WAIT_S)
    run = history.thin(NOW)
    readings = 0
    while not run._future.done():
        history.record("b", snapshot(5, readings), NOW).result(WAIT_S)
        readings += 1
    assert run.result(WAIT_S) > 0
    assert readings > 5
    history.close()


THINNER = """
import sys
from datetime import timedelta
from pathlib import Path
from tests.store.conftest import NOW
from creditdesk.store.history import History
history = History(Path(sys.argv[1]), NOW)
history.thin(NOW - timedelta(days=1)).result()
run = history.thin(NOW)
print("ready", flush=True)
run.result()
"""


def test_a_run_that_is_killed_leaves_only_what_the_rule_keeps_and_the_next_one_ends_it(old: Path) -> None:
    history = History(old, NOW)
    before, uses = shown(history), used(history)
    history.close()
    whole, raw = ruled(before, NOW), old.read_bytes()
    dice = random.Random(4)
    sizes = set()
    for number in range(6):
        path = old.with_name(f"{number}.sqlite3")
        path.write_bytes(raw)
        child = subprocess.Popen([sys.executable, "-c", THINNER, str(path)], stdout=subprocess.PIPE)
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        try:
            child.wait(dice.uniform(0, 0.3))
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)
        child.wait(20)
        child.stdout.close()
        history = History(path, NOW)
        found = shown(history)
        sizes.add(len(found["main"]) + len(found["other"]))
        assert all({at.first_seen for at in whole[pool]} <= {at.first_seen for at in found[pool]} for pool in POOLS)
        assert used(history) == uses
        history.thin(NOW + DAY).result(WAIT_S)
        assert shown(history) == ruled(before, NOW + DAY)
        history.close()
    assert len(sizes) > 1  # the kills came at different moments


def test_a_clock_that_jumps_ahead_takes_no_detail_away(old: Path) -> None:
    history = History(old, NOW)
    before = shown(history)
    history.thin(NOW).result(WAIT_S)
    for now in (NOW.replace(year=2099), NOW.replace(year=1970), NOW + timedelta(hours=1)):
        assert history.thin(now).result(WAIT_S) == 0
    assert shown(history) == before
    assert history.thin(NOW + DAY).result(WAIT_S) > 0
    history.close()


def test_closing_ends_a_run(old: Path) -> None:
    history = History(old, NOW)
    history.thin(NOW - DAY).result(WAIT_S)
    run = history.thin(NOW)
    history.close()
    assert run.result(WAIT_S) >= 0


def test_a_top_up_keeps_the_points_on_both_its_sides_though_more_was_used_than_came(tmp_path: Path) -> None:
    history = History(tmp_path / "history.sqlite3", NOW)
    start = NOW - 500 * DAY
    for number, left in enumerate([100, 90, 80, 70, 60, 50]):
        at = start + timedelta(minutes=5 * number)
        pool = Pool("main", "Main", PoolKind.WALLET, "credits", Decimal(left))
        history.record("a", Snapshot(at, Source.LIVE, (pool,)), at)
    history.add_event(Event(start + timedelta(minutes=15), "a", EventKind.TOP_UP, "main", Decimal(5)))
    history.thin(NOW - DAY).result(WAIT_S)
    history.thin(NOW).result(WAIT_S)
    assert [point.left for point in shown(history)["main"]] == [100, 80, 70, 50]
    history.close()


def test_a_forgotten_account_is_thinned_anew_when_it_comes_back(old: Path) -> None:
    history = History(old, NOW)
    history.thin(NOW - DAY).result(WAIT_S)
    history.thin(NOW).result(WAIT_S)
    history.forget("a").result(WAIT_S)
    history.close()
    connection = sqlite3.connect(old)
    assert connection.execute("SELECT count(*) FROM thinned").fetchone() == (1,)
    assert connection.execute("SELECT count(*) FROM point").fetchone() == (0,)
    connection.close()
