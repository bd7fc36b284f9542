"""What the writing connection remembers and holds back changes nothing of what stands in the database."""

import random
import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.store.conftest import NOW

from creditdesk.core.pools import Level, Pool, PoolKind, Snapshot, Source, Trouble, TroubleKind
from creditdesk.core.series import Episode, Event, EventKind
from creditdesk.store.history import History
from creditdesk.store.pending import Pending

WAIT_S = 20
ACCOUNTS = ("a", "b", "c")
KINDS = {"main": PoolKind.ALLOWANCE, "top-up": PoolKind.WALLET, "slots": PoolKind.SLOTS}

Step = Callable[[History], Pending[Any]]


def dump(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of what a reading writes."""
    connection = sqlite3.connect(path)
    try:
        tables = ("condition", "pool", "point", "event", "episode", "typed")
        return {table: sorted(connection.execute(f"SELECT * FROM {table}"), key=repr) for table in tables}
    finally:
        connection.close()


def steps(chance: random.Random, count: int) -> list[Step]:
    """Readings as they come: mostly the same again, at times a change, a trouble, a jump of the clock."""
    made: list[Step] = []
    now = NOW
    left = {(account, pool): Decimal(chance.randint(0, 500)) for account in ACCOUNTS for pool in KINDS}
    for _ in range(count):
        now += chance.choice([timedelta(minutes=5)] * 8 + [timedelta(hours=9), timedelta(minutes=-7), timedelta(0)])
        made.append(step(chance, chance.choice(ACCOUNTS), now, left))
    return made


def step(chance: random.Random, account: str, now: datetime, left: dict[tuple[str, str], Decimal]) -> Step:
    dice = chance.random()
    if dice < 0.06:
        kind = chance.choice([TroubleKind.VENDOR_DOWN, TroubleKind.THROTTLED])
        trouble = Trouble(kind, "It failed.", now + timedelta(minutes=5), since=chance.choice([None, now]))
        return lambda history: history.record(account, trouble, now)
    if dice < 0.10:
        return lambda history: history.forget(account)
    if dice < 0.13:
        return lambda history: history.typed(account, "main", Decimal(7), None, now)
    if dice < 0.15:
        return lambda history: history.add_event(Event(now, account, EventKind.NOTE, detail="by hand"))
    for pool in KINDS:
        if chance.random() < 0.15:
            left[account, pool] += chance.choice([-3, -3, -3, 200])
    source = Source.BY_HAND if chance.random() < 0.03 else Source.LIVE
    chosen = [pool for pool in KINDS if chance.random() < 0.95]
    snapshot = Snapshot(now, source, tuple(pool_of(chance, each, left[account, each], now) for each in chosen))
    fired = (Episode(account, Level.LOW, now, "main", window=str(now)),) if chance.random() < 0.05 else ()
    return lambda history: history.record(account, snapshot, now, (fired, ()))


def pool_of(chance: random.Random, name: str, left: Decimal, now: datetime) -> Pool:
    label = name if chance.random() < 0.97 else name.upper()
    resets = NOW + timedelta(days=(now - NOW).days + 1, seconds=chance.randint(0, 90)) if name == "main" else None
    written = left if chance.random() < 0.9 else left.quantize(Decimal("1.00"))
    return Pool(name, label, KINDS[name], "credits", written, Decimal(500), None, resets)


@pytest.mark.parametrize("seed", range(6))
def test_bursts_leave_the_same_rows_as_readings_of_which_each_is_written_by_a_desk_of_its_own(
    tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    story = steps(chance, 150)
    at_once, alone = tmp_path / "at once" / "history.sqlite3", tmp_path / "alone" / "history.sqlite3"
    history = History(at_once, NOW)
    waiting: list[Pending[Any]] = []
    for each in story:
        waiting.append(each(history))
        if chance.random() < 0.1:
            for pending in waiting:
                pending.result(WAIT_S)
            waiting.clear()
    history.close()
    for each in story:
        fresh = History(alone, NOW)
        each(fresh).result(WAIT_S)
        fresh.close()
    assert dump(at_once) == dump(alone)


def test_two_desks_that_write_the_same_accounts_in_turns_see_what_the_other_wrote(tmp_path: Path) -> None:
    story = steps(random.Random(99), 150)
    shared, alone = tmp_path / "shared" / "history.sqlite3", tmp_path / "alone" / "history.sqlite3"
    both = [History(shared, NOW), History(shared, NOW)]
    only = History(alone, NOW)
    for number, each in enumerate(story):
        each(both[number // 2 % 2]).result(WAIT_S)
        each(only).result(WAIT_S)
    for history in (*both, only):
        history.close()
    assert dump(shared) == dump(alone)


def reading(left: int, minutes: int, pool: str = "main") -> Snapshot:
    one = Pool(pool, "Main", PoolKind.WALLET, "credits", Decimal(left))
    return Snapshot(NOW + timedelta(minutes=minutes), Source.LIVE, (one,))


def test_a_reading_that_fails_takes_nothing_of_the_others_with_it_and_is_not_taken_for_written(tmp_path: Path) -> None:
    history = History(tmp_path / "history.sqlite3", NOW)
    history.record("a", reading(9, 0), NOW).result(WAIT_S)
    broken = Episode("a", None, NOW)  # type: ignore[arg-type]
    pending = [
        history.record("b", reading(9, 5), NOW + timedelta(minutes=5)),
        history.record("a", reading(9, 10), NOW + timedelta(minutes=10), ((broken,), ())),
        history.record("a", reading(9, 65), NOW + timedelta(minutes=65)),
    ]
    pending[0].result(WAIT_S)
    with pytest.raises(AttributeError):
        pending[1].result(WAIT_S)
    pending[2].result(WAIT_S)
    (series,) = history.series("a").result(WAIT_S)
    seen = [(point.first_seen - NOW, point.last_seen - NOW) for point in series.points]
    hour = timedelta(minutes=65)
    assert seen == [(timedelta(0), timedelta(0)), (hour, hour)]  # an hour without a reading stays a gap
    history.close()


def test_what_was_held_back_is_written_before_an_account_is_forgotten_and_not_after(tmp_path: Path) -> None:
    history = History(tmp_path / "history.sqlite3", NOW)
    history.record("a", reading(9, 0), NOW).result(WAIT_S)
    for number in range(1, 30):
        at = NOW + timedelta(minutes=number)
        history.record("a", reading(9, number), at)
        forgotten = history.forget("a")
        found = history.record("b", reading(9, number), at)
        forgotten.result(WAIT_S)
        found.result(WAIT_S)
        latest = history.latest(["a", "b"]).result(WAIT_S)
        assert latest["a"].snapshot is None
        assert latest["b"].snapshot is not None
    history.close()
