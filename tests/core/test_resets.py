"""Resets come when the rule says, in the rule's zone, exactly once a period (promise G1)."""

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from creditdesk.core.resets import PERIODS, last_reset, next_reset

ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Karachi",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Asia/Beirut",
    "America/St_Johns",
    "Pacific/Apia",
    "Pacific/Chatham",
    "America/Santiago",
    "Asia/Tehran",
    "Atlantic/Azores",
]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("rule", "now", "following"),
    [
        (("month", "first", "UTC"), "2026-11-21T12:00", "2026-12-01T00:00"),
        (("month", "first", "UTC"), "2026-12-01T00:00", "2027-01-01T00:00"),
        (("month", "first", "Asia/Karachi"), "2026-11-30T18:59", "2026-11-30T19:00"),
        (("month", "first", "America/New_York"), "2026-10-31T12:00", "2026-11-01T04:00"),
        (("month", "first", "America/New_York"), "2026-11-21T12:00", "2026-12-01T05:00"),
        (("week", "first", "UTC"), "2026-11-21T12:00", "2026-11-23T00:00"),
        (("day", "first", "Europe/Berlin"), "2026-03-28T23:30", "2026-03-29T22:00"),
        (("day", "first", "Africa/Cairo"), "2026-04-23T12:00", "2026-04-23T22:00"),
        (("year", "first", "UTC"), "2026-11-21T12:00", "2027-01-01T00:00"),
        (("hour", "first", "Asia/Kolkata"), "2026-11-21T12:00", "2026-11-21T12:30"),
        (("minute", "first", "UTC"), "2026-11-21T12:00:30", "2026-11-21T12:01"),
        (("day", "2026-11-05T10:17:00Z", "UTC"), "2026-11-21T12:00", "2026-11-22T10:17"),
        (("month", "2026-01-31", "UTC"), "2026-02-10T12:00", "2026-02-28T00:00"),
        (("year", "2024-02-29", "UTC"), "2026-02-10T12:00", "2026-02-28T00:00"),
    ],
)
def test_the_next_reset_follows_the_rule(rule: tuple[str, str, str], now: str, following: str) -> None:
    assert next_reset(*rule, at(now)) == at(following)


@pytest.mark.parametrize(
    ("day", "now", "following"),
    [
        (31, "2026-02-10T00:00", "2026-02-28T00:00"),
        (31, "2026-02-28T00:00", "2026-03-31T00:00"),
        (29, "2028-02-10T00:00", "2028-02-29T00:00"),
        (15, "2026-02-15T00:00", "2026-03-15T00:00"),
    ],
)
def test_a_renewal_day_is_clamped_to_the_end_of_the_month(day: int, now: str, following: str) -> None:
    assert next_reset("month", "renewal", "UTC", at(now), day) == at(following)


def test_a_reset_at_this_instant_is_the_last_one_and_not_the_next() -> None:
    first = at("2026-12-01T00:00")
    assert last_reset("month", "first", "UTC", first) == first
    assert last_reset("month", "first", "UTC", first - timedelta(microseconds=1)) == at("2026-11-01T00:00")


@pytest.mark.parametrize("rule", [("fortnight", "first"), ("month", "unknown"), ("month", "")])
def test_a_rule_that_says_nothing_is_an_error(rule: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="must be"):
        next_reset(*rule, "UTC", at("2026-11-21"))


def test_a_day_that_no_period_has_is_an_error() -> None:
    with pytest.raises(ValueError, match="1 to 31"):
        next_reset("month", "renewal", "UTC", at("2026-11-21"), 32)
    with pytest.raises(ValueError, match="1 to 7"):
        next_reset("week", "renewal", "UTC", at("2026-11-21"), 8)


def test_an_unknown_zone_is_an_error() -> None:
    with pytest.raises(KeyError):
        next_reset("day", "first", "Europe/Atlantis", at("2026-11-21"))


@pytest.mark.promise("G1", "100,000 random cases")
def test_in_100_000_random_cases_there_is_exactly_one_reset_a_period() -> None:
    chance = random.Random(20261121)
    span = int((at("2033-01-01") - at("2024-01-01")).total_seconds())
    rules = [
        (every, anchor, zone, chance.randint(1, 7 if every == "week" else 31))
        for every in PERIODS
        for anchor in ("first", "renewal", "2023-10-31T10:17:00Z")
        for zone in ZONES
    ]
    for case in range(100_000):
        every, anchor, zone, day = rules[case % len(rules)]
        now = at("2024-01-01") + timedelta(seconds=chance.randrange(span))
        following = next_reset(every, anchor, zone, now, day)
        assert following > now
        assert following.tzinfo is UTC
        if case % 4 == 0:
            before = last_reset(every, anchor, zone, now, day)
            assert before <= now
            assert next_reset(every, anchor, zone, before, day) == following
            assert last_reset(every, anchor, zone, following, day) == following


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.promise("G1", "9 years of clock changes")
def test_days_keep_their_wall_clock_through_nine_years_of_clock_changes(zone: str) -> None:
    now = at("2024-01-01")
    count = 0
    local = ZoneInfo(zone)
    dates = set()
    while now < at("2033-01-01"):
        now = next_reset("day", "first", zone, now)
        count += 1
        dates.add(now.astimezone(local).date())
    assert count == len(dates)
    assert abs(count - 3288) <= 1
