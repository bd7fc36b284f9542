"""Few messages and none at night (promise F3): gathering, quiet hours, the daily digest."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.desk_facts import NOW

from creditdesk.core.alerts import COVERED, Bulletin, foremost
from creditdesk.core.gathering import Gather, digest
from creditdesk.core.pools import Level
from creditdesk.core.quiet import Quiet, clock_time, digest_after, ends_at, held, quiet_now
from creditdesk.core.series import PENDING, Episode

SECOND = timedelta(seconds=1)
BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = Quiet("22:30", "07:00")


def low(number: int, level: Level = Level.LOW, **more: object) -> Episode:
    return replace(Episode(f"a{number}", level, NOW, id=number), **more)


def run(fired: dict[int, list[Episode]], seconds: int = 3600) -> list[tuple[int, Bulletin]]:
    """What a teller that looks every second tells when; `fired` is by second."""
    gather, told = Gather(), []
    for second in range(seconds):
        now = NOW + second * SECOND
        gather = gather.add(fired.get(second, []), now)
        at = gather.next_at
        bulletin = gather.due(now)
        assert (bulletin is not None) == (at is not None and at <= now)
        if bulletin is not None:
            told.append((second, bulletin))
            gather = gather.told(now)
    return told


@pytest.mark.promise("F3", "50 accounts")
def test_fifty_accounts_that_go_low_together_are_one_message() -> None:
    ((second, bulletin),) = run({number // 2: [low(number), low(number + 1)] for number in range(0, 50, 2)})
    assert second == 30
    assert len(bulletin.accounts) == 50


def test_a_critical_one_does_not_wait_but_takes_along_what_waits() -> None:
    told = run({0: [low(1)], 10: [low(2, Level.CRITICAL)], 11: [low(3, Level.EXHAUSTED)]})
    assert [(second, bulletin.accounts) for second, bulletin in told] == [(10, ("a2", "a1")), (310, ("a3",))]


@pytest.mark.promise("F3", "100 random hours")
@given(st.dictionaries(st.integers(0, 1500), st.sampled_from([Level.LOW, Level.CRITICAL, Level.GOOD]), max_size=40))
def test_whatever_fires_is_told_once_and_messages_are_five_minutes_apart(fired: dict[int, Level]) -> None:
    told = run({second: [low(second, level)] for second, level in fired.items()}, 2200)
    times = [second for second, _ in told]
    assert all(later - before >= 300 for before, later in pairwise(times))
    assert sorted(each.id for _, bulletin in told for each in bulletin.episodes) == sorted(fired)


def test_what_no_longer_holds_is_not_told() -> None:
    gather = Gather().add([low(1), low(2)], NOW).drop([1])
    bulletin = gather.due(NOW + 30 * SECOND)
    assert bulletin is not None
    assert bulletin.accounts == ("a2",)
    nothing = gather.drop([2])
    assert (nothing.next_at, nothing.due(NOW + 60 * SECOND)) == (None, None)


def test_a_clock_that_is_put_back_holds_nothing_up() -> None:
    late = NOW + timedelta(days=1)
    gather = Gather().add([low(1)], late).told(late).add([low(2)], late)
    assert gather.due(late) is None
    assert gather.due(NOW) is not None
    again = gather.told(NOW).add([low(3)], NOW)
    assert again.due(NOW + timedelta(minutes=4)) is None
    assert again.due(NOW + timedelta(minutes=5)) is not None


def test_one_that_waits_already_is_not_told_twice() -> None:
    gather = Gather().add([low(1)], NOW).add([low(1)], NOW + 5 * SECOND)
    assert gather.since == NOW
    assert len(gather.waiting) == 1


def test_a_digest_has_what_is_open_and_known_worst_first() -> None:
    episodes = [
        low(1),
        low(2, Level.EXHAUSTED),
        low(3, cleared_at=NOW),
        low(4, delivered=COVERED),
        low(5, state=PENDING),
        low(6, snoozed_until=NOW + SECOND),
        low(7, snoozed_until=NOW),
        low(8, Level.GOOD),
    ]
    bulletin = digest(episodes, NOW)
    assert bulletin is not None
    assert bulletin.accounts == ("a2", "a1", "a7")
    assert digest(episodes[2:6], NOW) is None


@pytest.mark.parametrize(
    ("hour", "quiet"),
    [("22:29", False), ("22:30", True), ("23:59", True), ("00:00", True), ("06:59", True), ("07:00", False)],
)
def test_quiet_hours_go_over_midnight_by_the_users_clock(hour: str, quiet: bool) -> None:
    at = datetime.combine(NOW.date(), clock_time(hour) or NOW.time(), BERLIN).astimezone(UTC)
    assert quiet_now(NIGHT, at, BERLIN) is quiet
    ends = ends_at(NIGHT, at, BERLIN)
    assert (ends is None) is not quiet
    assert ends is None or ends.astimezone(BERLIN).strftime("%H:%M") == "07:00"


@given(st.integers(0, 366 * 24 * 60), st.integers(0, 1439), st.integers(0, 1439))
def test_quiet_hours_end_in_the_future_and_are_over_then(minute: int, begin: int, end: int) -> None:
    """Also in the nights when clocks change."""
    hours = [f"{each // 60:02}:{each % 60:02}" for each in (begin, end)]
    quiet, now = Quiet(*hours), datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    ends = ends_at(quiet, now, BERLIN)
    assert (ends is not None) is quiet_now(quiet, now, BERLIN)
    if ends is not None:
        assert now < ends <= now + timedelta(hours=25)
        assert not quiet_now(quiet, ends, BERLIN) or ends.astimezone(BERLIN).fold != now.astimezone(BERLIN).fold


def test_without_hours_or_with_the_same_hour_twice_nothing_is_quiet() -> None:
    for quiet in (Quiet(), Quiet("07:00", "07:00")):
        assert not quiet_now(quiet, NOW, BERLIN)
        assert ends_at(quiet, NOW, BERLIN) is None


@pytest.mark.parametrize("level", Level)
def test_quiet_hours_hold_every_kind_of_message_critical_ones_unless_wished_otherwise(level: Level) -> None:
    night = datetime(2026, 11, 21, 3, tzinfo=UTC)
    assert held(NIGHT, level, night, UTC)
    assert not held(NIGHT, level, NOW, UTC)
    breaking = replace(NIGHT, critical_breaks=True)
    assert held(breaking, level, night, UTC) is (level not in (Level.CRITICAL, Level.EXHAUSTED))


def test_what_stands_behind_a_worse_one_of_its_pool_is_neither_in_the_digest_nor_counted() -> None:
    low = Episode("a", Level.LOW, NOW, "p", rule="runs-out", delivered="notification", id=1)
    critical = replace(low, level=Level.CRITICAL, rule="level", id=2)
    other_pool = replace(low, pool="q", id=3)
    other_rule = replace(low, rule="expires", id=4)
    assert foremost((low, critical, other_pool, other_rule)) == [critical, other_pool, other_rule]
    assert foremost((low, replace(critical, cleared_at=NOW))) == [low]
    assert foremost((low, replace(critical, pool=""))) == [replace(critical, pool="")]
    bulletin = digest((low, critical), NOW)
    assert bulletin is not None
    assert bulletin.episodes == (critical,)


def test_the_digest_is_due_once_a_day_at_its_hour() -> None:
    quiet = Quiet(digest_at="08:15")
    first = digest_after(quiet, NOW, BERLIN)
    assert first == datetime(2026, 11, 22, 7, 15, tzinfo=UTC)
    assert digest_after(quiet, first, BERLIN) == first + timedelta(days=1)
    assert digest_after(Quiet(), NOW, BERLIN) is None


@pytest.mark.parametrize("text", ["7:00", "24:00", "12:60", "12.30", "12:3", "１２:30", "12:30 "])
def test_only_a_time_of_day_is_one(text: str) -> None:
    with pytest.raises(ValueError):
        clock_time(text)
