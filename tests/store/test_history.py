"""The history keeps every reading exactly, in few rows, and tells what changed."""

import asyncio
import os
import stat
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from creditdesk.core.pools import Level, Pool, PoolKind, Snapshot, Source, Trouble, TroubleKind
from creditdesk.core.series import Episode, Event, EventKind
from creditdesk.core.typed import Typed
from creditdesk.store.history import History
from creditdesk.store.marks import Marks

Make = Callable[..., Snapshot]


def record(history: History, snapshot: Snapshot | Trouble, now: datetime, **more: object) -> tuple[Episode, ...]:
    return history.record("a", snapshot, now, **more).result(10)  # type: ignore[arg-type]


def points(history: History) -> list[tuple[datetime, datetime, Decimal | None]]:
    (series,) = history.series("a").result(10)
    return [(point.first_seen, point.last_seen, point.left) for point in series.points]


def kinds(history: History) -> list[tuple[EventKind, Decimal | None]]:
    return [(event.kind, event.amount) for event in reversed(history.events().result(10))]


def test_a_snapshot_comes_back_exactly_as_it_was_recorded(history: History, now: datetime) -> None:
    pool = Pool(
        "grant:7",
        "Grant",
        PoolKind.PACKAGE,
        "credits",
        Decimal("-0.100000000000000000001"),
        Decimal("1E+3"),
        Decimal("123456789012345678901234567890.5"),
        now + timedelta(days=3, microseconds=1),
        now + timedelta(days=9),
        True,
        ("left", "used"),
        "licence 1",
        "balance",
    )
    other = Pool("balance", "Balance", PoolKind.WALLET, "USD")
    given = Snapshot(now, Source.METERED, (pool, other), "Pro", True)
    record(history, given, now)
    known = history.latest(["a", "unknown"]).result(10)
    assert known["a"].snapshot == given
    assert str(known["a"].snapshot.pools[0].used) == "123456789012345678901234567890.5"
    assert (known["a"].trouble, known["a"].failures) == (None, 0)
    assert known["unknown"] == (None, None, 0, {}, {})


def test_an_unchanged_reading_extends_the_point_before_it(history: History, now: datetime, snapshot: Make) -> None:
    for minutes in (0, 5, 10):
        record(history, snapshot(300, minutes), now)
    record(history, snapshot(299, 15), now)
    assert points(history) == [
        (now, now + timedelta(minutes=10), Decimal(300)),
        (now + timedelta(minutes=15), now + timedelta(minutes=15), Decimal(299)),
    ]
    assert history.latest(["a"]).result(10)["a"].snapshot == snapshot(299, 15)


def test_a_gap_stays_visible_though_the_amount_is_the_same(history: History, now: datetime, snapshot: Make) -> None:
    record(history, snapshot(300), now)
    record(history, snapshot(300, 60), now)
    record(history, snapshot(300, 121), now)
    record(history, snapshot(300, 121 + 3 * 120), now, interval_s=7200)
    assert [(last - first).total_seconds() / 60 for first, last, _ in points(history)] == [60, 360]


def test_a_reset_that_drifts_by_up_to_an_hour_is_the_same_reset(
    history: History, now: datetime, snapshot: Make
) -> None:
    for minutes, drift in ((0, 0), (5, 60), (10, 90), (15, 151)):
        record(history, snapshot(5, minutes, resets_at=now + timedelta(days=1, minutes=drift)), now)
    (series,) = history.series("a").result(10)
    assert [point.resets_at for point in series.points] == [
        now + timedelta(days=1, minutes=90),
        now + timedelta(days=1, minutes=151),
    ]


def test_a_pool_that_is_gone_is_not_shown_but_keeps_its_past(history: History, now: datetime, snapshot: Make) -> None:
    record(history, snapshot(5, pool="package:1"), now)
    record(history, snapshot(7, 5, pool="main"), now)
    latest = history.latest(["a"]).result(10)["a"].snapshot
    assert latest is not None
    assert [pool.id for pool in latest.pools] == ["main"]
    assert [series.pool for series in history.series("a").result(10)] == ["main", "package:1"]
    record(history, snapshot(5, 10, pool="package:1"), now)
    assert len(history.series("a").result(10)[0].points) == 2


def test_the_time_between_is_searched_with_the_point_in_force_at_its_beginning(
    history: History, now: datetime, snapshot: Make
) -> None:
    for minutes in range(0, 50, 10):
        record(history, snapshot(100 - minutes, minutes), now)
    (series,) = history.series("a", now + timedelta(minutes=15), now + timedelta(minutes=30)).result(10)
    assert [point.left for point in series.points] == [90, 80, 70]


@pytest.mark.promise("G2", "a clock that goes back")
def test_a_clock_that_goes_back_loses_nothing_and_moves_no_instant_back(
    history: History, now: datetime, snapshot: Make
) -> None:
    record(history, snapshot(300), now)
    record(history, snapshot(300, 60), now)
    record(history, snapshot(300, 30), now)
    assert points(history) == [(now, now + timedelta(hours=1), 300)]
    record(history, snapshot(299, -600), now)
    record(history, snapshot(298, -600), now)
    record(history, snapshot(297), now)
    assert [left for _, _, left in points(history)] == [299, 298, 300, 297]
    assert all(first <= last for first, last, _ in points(history))
    assert all(one[1] <= other[0] for one, other in zip(points(history), points(history)[1:], strict=False))
    latest = history.latest(["a"]).result(10)["a"].snapshot
    assert latest == snapshot(297)


def test_a_trouble_keeps_the_last_good_snapshot_and_counts(history: History, now: datetime, snapshot: Make) -> None:
    record(history, snapshot(300), now)
    later = now + timedelta(minutes=5)
    trouble = Trouble(TroubleKind.THROTTLED, "Wait.", later + timedelta(minutes=1), True)
    record(history, trouble, later)
    record(history, trouble, later + timedelta(minutes=5))
    known = history.latest(["a"]).result(10)["a"]
    assert known.snapshot == snapshot(300)
    assert known.trouble == Trouble(TroubleKind.THROTTLED, "Wait.", later + timedelta(minutes=1), True, later)
    assert known.failures == 2
    record(history, Trouble(TroubleKind.NO_NETWORK, "No network."), later + timedelta(minutes=10))
    assert history.latest(["a"]).result(10)["a"].trouble.since == later + timedelta(minutes=10)
    record(history, snapshot(300, 30), now + timedelta(minutes=30))
    known = history.latest(["a"]).result(10)["a"]
    assert (known.trouble, known.failures, known.snapshot) == (None, 0, snapshot(300, 30))
    assert [kind for kind, _ in kinds(history)] == [EventKind.TROUBLE, EventKind.TROUBLE, EventKind.RECOVERED]


def test_an_account_that_was_never_read_has_a_trouble_and_no_snapshot(history: History, now: datetime) -> None:
    record(history, Trouble(TroubleKind.NO_KEY, "No key."), now)
    known = history.latest(["a"]).result(10)["a"]
    assert known.snapshot is None
    assert known.trouble == Trouble(TroubleKind.NO_KEY, "No key.", since=now)


def test_use_is_added_up_to_one_line_an_hour(history: History, now: datetime, snapshot: Make) -> None:
    for minutes, left in ((0, 300), (5, "290.5"), (50, 280), (66, 279)):
        record(history, snapshot(left, minutes), now)
    assert kinds(history) == [(EventKind.USED, Decimal(-20)), (EventKind.USED, Decimal(-1))]
    assert history.events(1).result(10)[0].unit == "credits"


def test_a_rise_is_a_top_up_or_a_reset_and_slots_are_freed(history: History, now: datetime, snapshot: Make) -> None:
    record(history, snapshot(10), now)
    record(history, snapshot(110, 5), now)
    allowance = {"kind": PoolKind.ALLOWANCE, "pool": "monthly", "limit": 500}
    record(history, snapshot(10, 5, **allowance, resets_at=now + timedelta(minutes=8)), now)
    record(history, snapshot(500, 10, **allowance, resets_at=now + timedelta(days=30)), now)
    record(history, snapshot(10, 15, kind=PoolKind.SLOTS, pool="keywords"), now)
    record(history, snapshot(14, 20, kind=PoolKind.SLOTS, pool="keywords"), now)
    record(history, snapshot(None, 20, kind=PoolKind.SPEND, pool="spend", used=7), now)
    record(history, snapshot(None, 25, kind=PoolKind.SPEND, pool="spend", used=9), now)
    assert kinds(history) == [
        (EventKind.TOP_UP, Decimal(100)),
        (EventKind.RESET, Decimal(490)),
        (EventKind.USED, Decimal(4)),
        (EventKind.USED, Decimal(-2)),
    ]


def test_a_number_that_is_not_certain_tells_of_no_use(history: History, now: datetime, snapshot: Make) -> None:
    record(history, snapshot(300, 0, Source.BY_HAND), now)
    record(history, snapshot(200, 5, Source.LIVE), now)
    record(history, snapshot(100, 10, Source.ESTIMATED), now)
    assert kinds(history) == []
    (series,) = history.series("a").result(10)
    assert [point.source for point in series.points] == [Source.BY_HAND, Source.LIVE, Source.ESTIMATED]


def test_a_typed_balance_is_given_back_and_keeps_its_limit(history: History, now: datetime) -> None:
    history.typed("a", "monthly", Decimal("312.50"), Decimal(500), now).result(10)
    history.typed("a", "monthly", Decimal(300), None, now + timedelta(hours=1)).result(10)
    known = history.latest(["a"]).result(10)["a"]
    assert known.typed == {"monthly": Typed(now + timedelta(hours=1), Decimal(300), Decimal(500))}
    assert kinds(history) == [(EventKind.TYPED, Decimal("312.50")), (EventKind.TYPED, Decimal(300))]


def test_an_episode_is_opened_once_delivered_once_and_cleared(history: History, now: datetime, snapshot: Make) -> None:
    fired = Episode("a", Level.LOW, now, "main", "2026-11", "Under 20 %.")
    (episode,) = record(history, snapshot(5), now, episodes=((fired,), ()))
    assert record(history, snapshot(4, 5), now, episodes=((fired,), ())) == (episode,)
    assert history.warned.open_episodes("a").result(10) == [episode]
    assert history.warned.mark_delivered([episode.id], "notification", now).result(10) == 1
    assert history.warned.mark_delivered([episode.id], "banner", now).result(10) == 0
    assert history.warned.open_episodes().result(10)[0].delivered == "notification"
    record(history, snapshot(400, 10), now, episodes=((), (episode,)))
    assert history.warned.open_episodes("a").result(10) == []
    (again,) = record(history, snapshot(4, 15), now, episodes=((fired,), ()))
    assert again.id != episode.id
    assert [kind for kind, _ in kinds(history)].count(EventKind.ALERT) == 2


def test_a_snooze_holds_for_open_episodes_and_for_those_that_come(
    history: History, now: datetime, snapshot: Make
) -> None:
    low = Episode("a", Level.LOW, now, "main")
    record(history, snapshot(5), now, episodes=((low,), ()))
    until = now + timedelta(hours=1)
    history.warned.snooze(None, until).result(10)
    (critical,) = record(history, snapshot(1, 5), now, episodes=((Episode("a", Level.CRITICAL, now, "main"),), ()))
    assert critical.snoozed_until == until
    assert [each.snoozed_until for each in history.warned.open_episodes("a").result(10)] == [until, until]
    history.warned.snooze(None, None).result(10)
    assert [each.snoozed_until for each in history.warned.open_episodes("a").result(10)] == [None, None]


def test_a_reading_and_its_episodes_stand_or_fall_together(history: History, now: datetime, snapshot: Make) -> None:
    broken = Episode("a", Level.LOW, "not an instant", "main")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        record(history, snapshot(5), now, episodes=((broken,), ()))
    assert history.latest(["a"]).result(10)["a"].snapshot is None


def test_one_bad_write_does_not_take_the_others_of_its_batch_with_it(
    history: History, now: datetime, snapshot: Make
) -> None:
    broken = Episode("a", Level.LOW, "not an instant", "main")  # type: ignore[arg-type]
    gate = threading.Event()
    held = history._connections.write(lambda _: gate.wait(10))
    good = [history.record(f"good{number}", snapshot(number), now) for number in range(5)]
    bad = history.record("bad", snapshot(1), now, ((broken,), ()))
    gate.set()
    held.result(10)
    for pending in good:
        pending.result(10)
    with pytest.raises(TypeError):
        bad.result(10)
    known = history.latest(["good4", "bad"]).result(10)
    assert known["good4"].snapshot == snapshot(4)
    assert known["bad"].snapshot is None


def test_events_come_newest_first_in_pages(history: History, now: datetime) -> None:
    for number in range(7):
        account = "b" if number % 2 else "a"
        event = Event(now + timedelta(seconds=number // 2), account, EventKind.NOTE, detail=str(number))
        history.add_event(event).result(10)
    page = history.events(3).result(10)
    rest = history.events(10, page[-1]).result(10)
    assert [event.detail for event in page + rest] == ["6", "5", "4", "3", "2", "1", "0"]
    assert [event.detail for event in history.events(10, page[0], "b").result(10)] == ["5", "3", "1"]


def test_the_spark_line_has_even_instants_of_the_first_pool(history: History, now: datetime, snapshot: Make) -> None:
    for day in range(-10, 1):
        record(history, snapshot(100 + day, day * 24 * 60), now)
    spark = history.spark(["a", "unknown"], now, days=20, points=20).result(10)
    assert [left for _, left in spark["a"]] == [90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 100]
    assert spark["a"][-1][0] == now
    assert spark["unknown"] == ()


def test_a_forgotten_account_leaves_no_row(history: History, now: datetime, snapshot: Make) -> None:
    record(history, snapshot(5), now, episodes=((Episode("a", Level.LOW, now),), ()))
    history.record("b", snapshot(6), now).result(10)
    history.typed("a", "main", Decimal(1), None, now).result(10)
    Marks(history.connections).put("a", {"proved": "2026-11-21T12:00:00Z"}).result(10)
    assert history.latest(["a"]).result(10)["a"].marks == {"proved": "2026-11-21T12:00:00Z"}
    history.forget("a").result(10)
    known = history.latest(["a", "b"]).result(10)
    assert known["a"] == (None, None, 0, {}, {})
    assert known["b"].snapshot == snapshot(6)
    assert (history.series("a").result(10), history.events().result(10), history.warned.open_episodes().result(10)) == (
        [],
        [],
        [],
    )


def test_readings_are_awaited_in_any_event_loop(history: History, now: datetime, snapshot: Make) -> None:
    async def read_many() -> int:
        await asyncio.gather(*(history.record(f"a{number}", snapshot(number), now) for number in range(50)))
        return len(await history.latest([f"a{number}" for number in range(50)]))

    assert asyncio.run(read_many()) == 50
    assert asyncio.run(read_many()) == 50


def test_a_write_is_done_though_its_caller_is_cancelled(history: History, now: datetime, snapshot: Make) -> None:
    gate = threading.Event()
    history._connections.write(lambda _: gate.wait(10))

    async def cancelled() -> None:
        waiting = asyncio.ensure_future(history.record("a", snapshot(5), now))
        await asyncio.sleep(0)
        waiting.cancel()

    asyncio.run(cancelled())
    gate.set()
    history.add_event(Event(now, "a", EventKind.NOTE)).result(10)
    assert history.latest(["a"]).result(10)["a"].snapshot == snapshot(5)


def test_closing_writes_what_waits_and_nothing_is_lost_at_the_next_start(
    tmp_path: Path, now: datetime, snapshot: Make
) -> None:
    path = tmp_path / "a folder? with #signs%20" / "history.sqlite3"
    first = History(path, now)
    for number in range(200):
        first.record(f"a{number}", snapshot(number), now)
    first.close()
    first.close()
    with pytest.raises(RuntimeError, match="closed"):
        first.latest(["a1"])
    second = History(path, now)
    assert second.notice is None
    known = second.latest([f"a{number}" for number in range(200)]).result(10)
    second.close()
    assert [known[f"a{number}"].snapshot for number in range(200)] == [snapshot(number) for number in range(200)]


@pytest.mark.parametrize("zone", ["Asia/Karachi", "America/New_York"])
@pytest.mark.promise("G3", "several zones")
def test_instants_are_the_same_whatever_zone_they_are_given_in(history: History, now: datetime, zone: str) -> None:
    local = datetime(2026, 11, 1, 1, 30, tzinfo=ZoneInfo(zone))
    record(history, Snapshot(local, Source.LIVE, (Pool("p", "P", PoolKind.WALLET, "u", Decimal(1)),)), now)
    latest = history.latest(["a"]).result(10)["a"].snapshot
    assert latest is not None
    assert latest.read_at == local.astimezone(UTC)
    assert latest.read_at.tzinfo is UTC


def test_the_files_are_the_users_alone(history: History, tmp_path: Path, now: datetime, snapshot: Make) -> None:
    record(history, snapshot(5), now)
    if sys.platform != "win32":
        files = list((tmp_path / "desk").iterdir())
        assert {file.name.removeprefix("history.sqlite3") for file in files} == {"", "-wal", "-shm", ".lock"}
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
        assert stat.S_IMODE(os.stat(tmp_path / "desk").st_mode) == 0o700


def test_the_end_of_a_key_is_kept_through_troubles_until_a_reading_tells_another(
    history: History, now: datetime, snapshot: Make
) -> None:
    ends = now + timedelta(days=90)
    record(history, replace(snapshot(5), key_expires_at=ends), now)
    record(history, Trouble(TroubleKind.VENDOR_DOWN, "Down."), now + timedelta(minutes=5))
    kept = history.latest(["a"]).result(10)["a"].snapshot
    assert kept is not None and kept.key_expires_at == ends
    record(history, snapshot(4, 10), now)
    kept = history.latest(["a"]).result(10)["a"].snapshot
    assert kept is not None and kept.key_expires_at is None
