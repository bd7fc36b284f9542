"""Accounts are read as often as asked, never more often than allowed, and not at all where that would do harm."""

import heapq
import random
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.desk_facts import NOW, vendor

from creditdesk.core.cadence import LATEST, Pace, Rhythm, back_off, next_due, parse_retry_after, rhythm
from creditdesk.core.definition import RequestRule
from creditdesk.core.pools import Account, Trouble, TroubleKind
from creditdesk.core.settings import Settings

DOWN = Trouble(TroubleKind.VENDOR_DOWN, "The vendor does not answer.")
MINUTE = timedelta(minutes=1)


def asked(after: timedelta, kind: TroubleKind = TroubleKind.THROTTLED) -> Trouble:
    return Trouble(kind, "Too many requests.", NOW + after, vendor_asked=True)


def test_the_interval_is_never_under_the_definitions_nor_a_minute() -> None:
    slow = vendor(requests=(RequestRule("a", "https://vendor.example/a", min_interval=900),))
    account = Account("a", "A", "vendor", interval_s=10)
    assert rhythm(account, slow, Settings()).interval_s == 900
    assert rhythm(account, vendor(), Settings()).interval_s == 60
    assert rhythm(Account("a", "A", "vendor"), vendor(), Settings()).interval_s == 300


@given(st.text(max_size=20), st.integers(60, 90_000))
@settings(max_examples=200, deadline=None)
def test_jitter_stays_within_a_tenth_and_above_the_floor(account: str, interval: int) -> None:
    beat = Rhythm(account, interval, 60)
    hair = 1e-6  # a microsecond, and what floats make of a tenth
    assert max(60, interval * 0.9) - hair <= beat.step.total_seconds() <= interval * 1.1 + hair
    assert beat.step == Rhythm(account, interval, 60).step


def test_accounts_are_spread_over_the_tenth() -> None:
    steps = [Rhythm(f"account-{n}", 300).step.total_seconds() for n in range(200)]
    assert min(steps) < 275
    assert max(steps) > 325
    assert len(set(steps)) == 200


def test_a_new_account_is_due_at_once_and_then_after_its_interval() -> None:
    beat = Rhythm("a", 300)
    assert next_due(Pace(), beat, NOW) == NOW
    assert next_due(Pace().succeeded(NOW), beat, NOW) == NOW + beat.step


@pytest.mark.parametrize("kind", [TroubleKind.NO_KEY, TroubleKind.KEY_REJECTED, TroubleKind.NO_ACCESS])
def test_a_rejected_key_is_never_tried_again_by_itself(kind: TroubleKind) -> None:
    pace = Pace().failed(NOW, Trouble(kind, "No."))
    assert all(next_due(pace, Rhythm("a", 300), NOW + timedelta(days=days)) is None for days in (0, 1, 4000))


def test_waits_double_up_to_half_an_hour_and_never_fall_under_the_interval() -> None:
    beat = Rhythm("a", 60)
    waits = [back_off(failures, beat).total_seconds() for failures in (0, 1, 2, 3, 4, 5, 6, 1000)]
    assert waits[1:] == [120, 240, 480, 960, 1800, 1800, 1800]
    assert back_off(3, Rhythm("a", 3600)) == Rhythm("a", 3600).step


def test_a_good_reading_ends_the_backing_off() -> None:
    pace = Pace().failed(NOW, DOWN).failed(NOW, DOWN)
    assert pace.failures == 2
    assert pace.succeeded(NOW).failures == 0


@pytest.mark.parametrize("wait", [timedelta(seconds=1), 5 * MINUTE, 14 * MINUTE, timedelta(days=3650)])
def test_a_wait_that_the_vendor_asks_for_is_never_cut_short(wait: timedelta) -> None:
    beat = Rhythm("a", 300)
    pace = Pace(failures=9).failed(NOW, asked(wait))
    due = next_due(pace, beat, NOW)
    assert due == max(NOW + wait, NOW + beat.step)
    assert pace.held_until(NOW) == min(NOW + wait, NOW + timedelta(days=1))  # after a day the user may insist
    assert pace.held_until(NOW + wait) is None
    assert pace.waits_long() is (wait > 15 * MINUTE)


def test_within_the_cap_a_wait_asked_for_is_never_drawn_out_beyond_it() -> None:
    for seconds in range(0, 901, 50):
        pace = Pace(failures=20).failed(NOW, asked(timedelta(seconds=seconds)))
        due = next_due(pace, Rhythm("a", 300), NOW)
        assert due is not None
        assert NOW + timedelta(seconds=seconds) <= due <= NOW + 15 * MINUTE


def test_only_the_vendors_wish_holds_an_explicit_refresh_back() -> None:
    own = Pace().failed(NOW, Trouble(TroubleKind.VENDOR_DOWN, "Down.", NOW + MINUTE))
    assert own.held_until(NOW) is None
    assert Pace().failed(NOW, Trouble(TroubleKind.KEY_REJECTED, "No.")).held_until(NOW) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("1.5", 1.5),
        ("43.0", 43),
        (format_datetime(NOW + MINUTE, usegmt=True), 60),
        ("2026-11-21T12:05:00Z", 300),
        ("2026-11-21T14:05:00+02:00", 300),
        ("315360000", 315360000),
        (format_datetime(NOW - MINUTE, usegmt=True), 0),
        ("Sat, 21 Nov 2026 12:01:00 -0000", 60),
    ],
)
def test_retry_after_is_read_as_seconds_or_a_date(text: str, seconds: float) -> None:
    assert parse_retry_after(text, NOW) == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "soon", "-5", "1e3", "NaN", "12 s", "Sat, 99 Nov 2026", "٣", "0x10", "\x00", ","])
def test_a_retry_after_that_says_nothing_is_none(text: str) -> None:
    assert parse_retry_after(text, NOW) is None


def test_a_large_retry_after_is_an_instant_since_1970() -> None:
    assert parse_retry_after("1893456000", NOW) == datetime(2030, 1, 1, tzinfo=UTC)
    assert parse_retry_after("1893456000000", NOW) == datetime(2030, 1, 1, tzinfo=UTC)
    assert parse_retry_after("1700000000", NOW) == NOW  # an instant that has passed
    assert parse_retry_after("1000000000", NOW) == NOW + timedelta(seconds=10**9)
    assert parse_retry_after("9" * 20, NOW) == LATEST


def test_an_absurd_retry_after_is_kept_as_long_as_time_goes_on() -> None:
    assert parse_retry_after("9" * 5000, NOW) == LATEST
    assert parse_retry_after("999999999999", NOW) == LATEST
    assert parse_retry_after("Fri, 31 Dec 9999 23:59:59 GMT", NOW) == LATEST


@given(st.one_of(st.text(max_size=40), st.from_regex(r"[0-9A-Za-z ,:+-]{0,40}")))
@settings(max_examples=1000, deadline=None)
@pytest.mark.promise("D6", "random Retry-After values")
def test_no_retry_after_makes_reading_fail_or_goes_back_in_time(text: str) -> None:
    at = parse_retry_after(text, NOW)
    assert at is None or (NOW <= at <= LATEST and at.tzinfo is UTC)


@pytest.mark.parametrize("days", [-20_000, -1, -1 / 24, 1 / 24, 1, 26_000])
@pytest.mark.promise("G2", "jumps of the clock")
def test_after_a_clock_jump_there_is_one_reading_soon_and_then_the_usual_ones(days: float) -> None:
    beat = Rhythm("a", 300)
    pace = Pace().succeeded(NOW)
    jumped = NOW + timedelta(days=days)
    due = next_due(pace, beat, jumped)
    assert due is not None
    assert due <= jumped
    assert next_due(pace.succeeded(jumped), beat, jumped) == jumped + beat.step


def test_a_small_step_back_of_the_clock_changes_nothing_much() -> None:
    beat = Rhythm("a", 300)
    assert next_due(Pace().succeeded(NOW), beat, NOW - timedelta(seconds=20)) == NOW + beat.step


def test_after_eight_hours_of_sleep_there_is_one_reading() -> None:
    beat = Rhythm("a", 300)
    woken = NOW + timedelta(hours=8)
    due = next_due(Pace().succeeded(NOW), beat, woken)
    assert due is not None
    assert due <= woken
    assert next_due(Pace().succeeded(woken), beat, woken) == woken + beat.step


def readings(hours: float, down: bool) -> int:
    """How many requests 50 accounts make, every one of which succeeds or fails."""
    chance = random.Random(5)
    end = NOW + timedelta(hours=hours)
    beats = [Rhythm(f"account-{n}", chance.choice((60, 120, 300, 900))) for n in range(50)]
    queue: list[tuple[datetime, int, Pace]] = [(NOW, n, Pace()) for n in range(50)]
    count = 0
    while queue[0][0] < end:
        now, n, pace = heapq.heappop(queue)
        count += 1
        pace = pace.failed(now, DOWN) if down else pace.succeeded(now)
        due = next_due(pace, beats[n], now)
        assert due is not None
        assert due >= now + MINUTE
        heapq.heappush(queue, (due, n, pace))
    return count


@pytest.mark.promise("D5", "an hour of outage")
def test_an_hour_of_outage_makes_no_more_requests_than_an_hour_of_readings() -> None:
    assert readings(1, down=True) <= readings(1, down=False) * 1.1
    assert readings(24, down=True) < readings(24, down=False) / 4
