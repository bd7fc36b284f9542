"""When pools reset and expire: every way that vendors write it, and unknown for what cannot be."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.providers.asking import NOW, answered, good, pool_rule

from creditdesk.core.definition import Param, When
from creditdesk.core.pools import PoolKind
from creditdesk.providers.values import Scene, instant


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("format_", "value", "wanted"),
    [
        ("iso", "2026-12-01T00:00:00Z", at(2026, 12, 1)),
        ("iso", "2026-12-01T02:00:00+02:00", at(2026, 12, 1)),
        ("iso", "2026-12-01 05:06:07.123456", at(2026, 12, 1, 5, 6, 7, 123456)),
        ("iso", "2026-12-01", at(2026, 12, 1)),
        ("date", "2026-12-01", at(2026, 12, 1)),
        ("date", "2026-12-01T17:00:00Z", at(2026, 12, 1)),
        ("epoch", 1702896511, at(2023, 12, 18, 10, 48, 31)),
        ("epoch", "1702896511", at(2023, 12, 18, 10, 48, 31)),
        ("epoch_ms", 1702896511000, at(2023, 12, 18, 10, 48, 31)),
        ("days_from_now", 29, at(2026, 12, 20)),
        ("days_from_now", 0, at(2026, 11, 22)),
        ("secs_from_now", 5, at(2026, 11, 21, 12, 0, 5)),
        ("secs_from_now", 1_419_704, at(2026, 12, 7, 22, 22)),
        ("strptime:%d/%m/%Y", "01/12/2026", at(2026, 12, 1)),
        ("strptime:%Y-%m-%d %H:%M %z", "2026-12-01 02:00 +0200", at(2026, 12, 1)),
        ("auto", 1702896511, at(2023, 12, 18, 10, 48, 31)),
        ("auto", "1702896511000", at(2023, 12, 18, 10, 48, 31)),
        ("auto", "2026-12-01", at(2026, 12, 1)),
        ("auto", "2026-12-01T01:00:00+01:00", at(2026, 12, 1)),
    ],
)
def test_every_way_of_writing_an_instant_is_read(format_: str, value: object, wanted: datetime) -> None:
    found = instant(When(at="at", format=format_), {"at": value}, Scene(NOW))
    assert found == wanted
    assert found is not None and found.tzinfo is UTC


@pytest.mark.parametrize(
    "format_", ["iso", "date", "epoch", "epoch_ms", "days_from_now", "secs_from_now", "strptime:%Y-%m-%d", "auto"]
)
@pytest.mark.parametrize(
    "value",
    [None, True, False, "", "never", "2026-02-30", "2026-13-01T00:00:00", "0000-00-00", [], {}, -1, 10**30, "x" * 500],
)
def test_what_is_no_instant_is_unknown(format_: str, value: object) -> None:
    assert instant(When(at="at", format=format_), {"at": value}, Scene(NOW)) is None


@pytest.mark.parametrize("format_", ["epoch", "epoch_ms", "auto"])
@pytest.mark.parametrize("value", [0, "0", 0.0])
def test_zero_means_never(format_: str, value: object) -> None:
    assert instant(When(at="at", format=format_), {"at": value}, Scene(NOW)) is None


def test_an_instant_without_a_zone_is_in_the_definitions_zone() -> None:
    berlin = When(at="at", format="auto", tz="Europe/Berlin")
    assert instant(berlin, {"at": "2026-12-01 00:00:00"}, Scene(NOW)) == at(2026, 11, 30, 23)
    assert instant(berlin, {"at": "2026-07-01"}, Scene(NOW)) == at(2026, 6, 30, 22)
    assert instant(berlin, {"at": "2026-12-01T00:00:00Z"}, Scene(NOW)) == at(2026, 12, 1)
    assert instant(When(at="at", tz="Nowhere/Atall"), {"at": "2026-12-01 00:00:00"}, Scene(NOW)) is None


@pytest.mark.parametrize(
    ("format_", "value", "wanted"),
    [
        ("date", "2026-11-30", at(2026, 12, 1)),
        ("iso", "2026-11-30T23:59:59Z", at(2026, 12, 1)),
        ("iso", "2026-11-30T23:59:59.999Z", at(2026, 12, 1)),
        ("iso", "2026-11-30T23:59:59.999999Z", at(2026, 12, 1)),
        ("epoch", 1796083199, at(2026, 12, 1)),
        ("epoch_ms", 1796083199999, at(2026, 12, 1)),
        ("strptime:%Y%m%d", "20261130", at(2026, 12, 1)),
        ("iso", "2026-12-01T00:00:00.000Z", at(2026, 12, 1)),  # a vendor that changed its mind
        ("iso", "2026-12-15T10:30:07Z", at(2026, 12, 15, 10, 30) + timedelta(seconds=7)),
        ("epoch", 1796083200, at(2026, 12, 1)),
    ],
)
def test_the_last_instant_that_counts_is_followed_by_the_reset(format_: str, value: object, wanted: datetime) -> None:
    assert instant(When(at="at", format=format_, end_inclusive=True), {"at": value}, Scene(NOW)) == wanted


def test_a_day_that_clocks_shorten_still_ends_at_midnight() -> None:
    when = When(at="at", format="date", tz="Europe/Berlin", end_inclusive=True)
    assert instant(when, {"at": "2026-03-29"}, Scene(NOW)) == at(2026, 3, 29, 22)


def test_a_rule_gives_the_next_reset_only_where_its_day_is_known() -> None:
    first = When(every="month", anchor="first")
    assert instant(first, {}, Scene(NOW)) == at(2026, 12, 1)
    assert instant(When(every="month", anchor="unknown"), {}, Scene(NOW)) is None
    assert instant(When(every="month", anchor="renewal"), {}, Scene(NOW)) is None
    by_day = When(every="month", anchor="renewal", day_param="day")
    assert instant(by_day, {}, Scene(NOW, {"day": "31"})) == at(2026, 11, 30)
    for nonsense in ("", "0", "32", "x", "-1", "²"):
        assert instant(by_day, {}, Scene(NOW, {"day": nonsense})) is None


def test_readings_on_one_day_agree_on_days_from_now() -> None:
    when = When(at="at", format="days_from_now")
    found = {instant(when, {"at": 9}, Scene(NOW.replace(hour=0) + timedelta(hours=hour))) for hour in range(24)}
    assert found == {at(2026, 11, 30)}


def test_a_pool_carries_its_instants() -> None:
    rule = pool_rule(
        kind=PoolKind.ALLOWANCE,
        reset=When(every="month", anchor="renewal", day_param="day", assumed=True),
        expires=When(at="until", format="date"),
    )
    params = (Param("day", "Day"),)
    result = answered({"left": 1, "until": "2027-01-01"}, pools=(rule,), params=params, settings={"day": "5"})
    (pool,) = good(result).pools
    assert (pool.resets_at, pool.expires_at, pool.reset_assumed) == (at(2026, 12, 5), at(2027, 1, 1), True)
