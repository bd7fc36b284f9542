"""A3: a disk that changes a bit shows no wrong balance. A row that is not as written is left out, kept and named."""

import random
import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.proving import size

from creditdesk.core.pools import Level, Pool, PoolKind, Snapshot, Source
from creditdesk.core.series import Episode, EventKind, Point
from creditdesk.store.history import History, HistoryError
from creditdesk.store.notices import Finding

Make = Callable[..., Snapshot]
FLIPS = size(150, 1000)
ACCOUNTS = ("a", "b", "c")
WAIT_S = 20


def fill(path: Path, now: datetime) -> None:
    """A history of three accounts with two pools each, 500 points, events, alerts and what was typed."""
    history = History(path, now)
    dice = random.Random(5)
    left = {account: [Decimal(dice.randint(500, 900)), Decimal(10)] for account in ACCOUNTS}
    for number in range(170):
        at = now - timedelta(hours=3 * (170 - number))
        for account in ACCOUNTS:
            left[account][0] -= dice.randint(0, 9)
            left[account][1] += dice.choice([Decimal("-0.25"), Decimal(0), Decimal(5)])
            pools = (
                Pool("monthly", "Monthly", PoolKind.ALLOWANCE, "credits", left[account][0], Decimal(1000)),
                Pool("top-up", "Top-up", PoolKind.WALLET, "credits", left[account][1]),
            )
            low = Episode(account, Level.LOW, at, "monthly", str(number))
            fired = ((low,), ()) if number % 60 == 9 else ((), ())
            history.record(account, Snapshot(at, Source.LIVE, pools, "Pro"), at, fired)
    history.typed("b", "monthly", Decimal("312.5"), Decimal(500), now).result(WAIT_S)
    history.close()


def shown(history: History, now: datetime) -> dict[str, Any]:
    """All that is shown of a history."""
    known = history.latest(ACCOUNTS).result(WAIT_S)
    pools = {
        (account, pool.id): pool
        for account in ACCOUNTS
        if (snapshot := known[account].snapshot) is not None
        for pool in snapshot.pools
    }
    told = {account: known[account]._replace(snapshot=None) for account in ACCOUNTS if known[account].snapshot}
    sparks = history.spark(ACCOUNTS, now).result(WAIT_S)
    return {
        "pools": pools,
        "conditions": {account: each._replace(typed={}) for account, each in told.items()},
        "typed": {(account, pool): each for account in ACCOUNTS for pool, each in known[account].typed.items()},
        "sparks": {(account, at): left for account, row in sparks.items() for at, left in row},
        "points": points(history, None),
        "month": points(history, now - timedelta(days=9)),
        "events": {event.id: event for event in history.events(10_000).result(WAIT_S)},
        "episodes": {each.id: each for each in history.warned.episodes().result(WAIT_S)},
    }


def points(history: History, since: datetime | None) -> dict[tuple[str, ...], Point]:
    """The points of all pools, by everything that is shown with them."""
    return {
        (each.account, each.pool, each.label, each.unit, point.first_seen.isoformat()): point
        for account in ACCOUNTS
        for each in history.series(account, since).result(WAIT_S)
        for point in each.points
    }


def blank(pool: Pool) -> bool:
    return pool.left is None and pool.limit is None and pool.used is None


@pytest.mark.promise("A3", f"{FLIPS} bit flips")
@pytest.mark.timeout(300)
def test_a_flipped_bit_anywhere_in_the_file_shows_no_wrong_balance(tmp_path: Path, now: datetime) -> None:
    fill(tmp_path / "good" / "history.sqlite3", now)
    data = (tmp_path / "good" / "history.sqlite3").read_bytes()
    history = History(tmp_path / "good" / "history.sqlite3", now)
    truth = shown(history, now)
    history.close()
    lefts = {each: {point.left for key, point in truth["points"].items() if key[0] == each} for each in ACCOUNTS}
    dice = random.Random(26)
    noticed = 0
    for number in range(FLIPS):
        changed = bytearray(data)
        changed[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
        path = tmp_path / str(number) / "history.sqlite3"
        path.parent.mkdir()
        path.write_bytes(changed)
        history = History(path, now)
        try:
            found = shown(history, now)
        except HistoryError:
            noticed += 1
            continue
        finally:
            history.close()
        for part, values in found.items():
            right = truth["points" if part == "month" else part]  # of a month, the point before a bad one is in force
            wrong = {key: value for key, value in values.items() if right.get(key) != value}
            if part == "pools":
                wrong = {key: pool for key, pool in wrong.items() if not blank(pool)}
            if part == "sparks" and history.notice:  # where a row is left out, the one before it is in force
                wrong = {key: left for key, left in wrong.items() if left not in lefts[key[0]]}
            assert not wrong, (number, part, wrong)
        balances = ("pools", "typed", "conditions", "points", "sparks")
        if any(found[part] != truth[part] for part in balances):
            assert history.notice is not None, number
            noticed += 1
    assert noticed > FLIPS / 10


def changed(path: Path, statement: str) -> None:
    """Change rows behind the history's back, without their sums."""
    connection = sqlite3.connect(path)
    assert connection.execute(statement).rowcount
    connection.commit()
    connection.close()


@pytest.fixture
def filled(tmp_path: Path, now: datetime, snapshot: Make) -> Path:
    path = tmp_path / "history.sqlite3"
    history = History(path, now)
    for number in range(4):
        history.record("a", snapshot(100 - number, number * 5, limit=200), now + timedelta(minutes=number * 5))
    history.typed("a", "main", Decimal("7.5"), Decimal(50), now).result(WAIT_S)
    history.close()
    return path


def kept_aside(path: Path) -> list[tuple[str, str]]:
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT kind, account FROM damaged").fetchall()
    connection.close()
    return rows


def lefts(history: History) -> list[Decimal | None]:
    return [point.left for each in history.series("a").result(WAIT_S) for point in each.points]


def test_a_bad_point_is_left_out_kept_aside_and_named_once(
    filled: Path, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    changed(filled, "UPDATE point SET amount_left = '990' WHERE amount_left = '99'")
    history = History(filled, now)
    for _ in range(3):
        assert lefts(history) == [100, 98, 97]
        history.add_event(history.events(1).result(WAIT_S)[0]).result(WAIT_S)  # the writer has done what waited
    assert history.notice is not None
    assert history.notice.finding is Finding.ROWS
    assert history.notice.text == (
        "A row of the history of Main of “a” from 21 November 2026 was damaged and is left out. "
        "What it held is kept aside in the file."
    )
    assert "of “My account” from" in history.notice.named({"a": "My account"}).text
    history.close()
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert kept_aside(filled) == [("point", "a")]
    again = History(filled, now)
    assert lefts(again) == [100, 98, 97]
    assert again.notice is None
    again.close()


def test_a_bad_latest_point_is_unknown_until_the_next_reading(filled: Path, now: datetime, snapshot: Make) -> None:
    changed(filled, "UPDATE point SET amount_limit = '9' WHERE amount_left = '97'")
    history = History(filled, now)
    (pool,) = history.latest(["a"]).result(WAIT_S)["a"].snapshot.pools
    assert blank(pool)
    history.record("a", snapshot(97, 20, limit=200), now).result(WAIT_S)
    assert history.latest(["a"]).result(WAIT_S)["a"].snapshot == snapshot(97, 20, limit=200)
    assert lefts(history) == [100, 99, 98, 97]
    history.close()


@pytest.mark.parametrize(
    "statement",
    ["UPDATE condition SET read_at = read_at + 1", "UPDATE pool SET label = 'Mbin'", "UPDATE pool SET open_at = 1"],
)
def test_what_stands_of_an_account_comes_back_with_its_past_at_the_next_reading(
    filled: Path, now: datetime, snapshot: Make, statement: str
) -> None:
    changed(filled, statement)
    for read_first in (True, False):
        history = History(filled, now)
        if read_first:
            known = history.latest(["a"]).result(WAIT_S)["a"].snapshot
            assert known is None or known.pools == ()
            assert history.notice is not None
        history.record("a", snapshot(90 + read_first, 30, limit=200), now).result(WAIT_S)
        assert history.latest(["a"]).result(WAIT_S)["a"].snapshot == snapshot(90 + read_first, 30, limit=200)
        assert lefts(history)[:4] == [100, 99, 98, 97]
        history.close()
    assert len(kept_aside(filled)) == 1


def test_a_bad_limit_that_was_typed_is_not_taken_over(filled: Path, now: datetime) -> None:
    changed(filled, "UPDATE typed SET amount_limit = '5'")
    history = History(filled, now)
    assert history.latest(["a"]).result(WAIT_S)["a"].typed == {}
    history.typed("a", "main", Decimal(6), None, now).result(WAIT_S)
    assert history.latest(["a"]).result(WAIT_S)["a"].typed["main"].limit is None
    history.close()
    assert kept_aside(filled) == [("typed", "a")]


def test_a_text_that_is_no_text_any_more_takes_only_its_own_row_away(filled: Path, now: datetime) -> None:
    changed(filled, "UPDATE point SET amount_left = CAST(x'ff39' AS TEXT) WHERE amount_left = '99'")
    history = History(filled, now)
    assert lefts(history) == [100, 98, 97]
    assert history.notice is not None
    history.close()
    assert kept_aside(filled) == [("point", "a")]


def test_a_bad_use_is_not_added_to(filled: Path, now: datetime, snapshot: Make) -> None:
    changed(filled, "UPDATE event SET amount = '-300' WHERE kind = 'used'")
    history = History(filled, now)
    history.record("a", snapshot(96, 20, limit=200), now).result(WAIT_S)
    assert history.notice is not None
    used = [event.amount for event in history.events().result(WAIT_S) if event.kind is EventKind.USED]
    assert used == [-1]
    history.close()
    assert kept_aside(filled) == [("event", "a")]


def test_a_bad_alert_is_left_out(filled: Path, now: datetime) -> None:
    history = History(filled, now)
    history.record("a", None, now, ((Episode("a", Level.LOW, now), Episode("a", Level.CRITICAL, now)), ()))
    history.close()
    changed(filled, "UPDATE episode SET level = 'exhausted' WHERE level = 'critical'")
    history = History(filled, now)
    assert [each.level for each in history.warned.episodes().result(WAIT_S)] == [Level.LOW]
    assert [each.level for each in history.warned.open_episodes().result(WAIT_S)] == [Level.LOW]
    history.close()
    assert kept_aside(filled) == [("episode", "a")]
