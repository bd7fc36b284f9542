"""This computer's clock against the vendors' own (promise G2)."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from creditdesk.core.clock import ahead, wrong_by

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_an_answers_date_tells_how_far_ahead_the_clock_is() -> None:
    assert ahead(format_datetime(NOW - 7 * MINUTE, usegmt=True), NOW) == 7 * MINUTE
    assert ahead(format_datetime(NOW + timedelta(days=400), usegmt=True), NOW) == -timedelta(days=400)


def test_what_a_cache_kept_is_as_old_as_it_says() -> None:
    assert ahead(format_datetime(NOW - 60 * MINUTE, usegmt=True), NOW, "3600") == timedelta(0)


@pytest.mark.parametrize(
    "said", ["", "yesterday", "Sat, 99 Nov 2026 12:00:00 GMT", "0", "\x00", "Sat, 21 Nov 99999 1:1:1"]
)
def test_a_date_of_no_use_says_nothing(said: str) -> None:
    assert ahead(said, NOW) is None


@pytest.mark.parametrize("age", ["", "-5", "many", "9" * 30, "٣"])
def test_an_age_of_no_use_counts_for_nothing(age: str) -> None:
    assert ahead(format_datetime(NOW, usegmt=True), NOW, age) == timedelta(0)


def test_five_minutes_are_tolerated() -> None:
    assert wrong_by([5 * MINUTE]) is None
    assert wrong_by([6 * MINUTE]) == 6 * MINUTE
    assert wrong_by([-6 * MINUTE, -7 * MINUTE]) == -6 * MINUTE
    assert wrong_by([]) is None


def test_one_vendor_with_the_same_time_clears_this_computers_clock() -> None:
    assert wrong_by([timedelta(hours=2), timedelta(seconds=3)]) is None
    assert wrong_by([timedelta(hours=2), -timedelta(hours=2)]) is None
