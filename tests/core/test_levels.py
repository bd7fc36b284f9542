"""An account's level follows from its pools together, and what is not known is never called good or empty."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.core.desk_facts import NOW, D, pool, snapshot, vendor

from creditdesk.core.definition import Definition, PoolRule
from creditdesk.core.levels import Cause, Evidence, Finding, assess, is_stale, level, worst
from creditdesk.core.pools import Level, Pool, PoolKind, RunOut, Source, Thresholds, Trouble, TroubleKind
from creditdesk.core.settings import Settings

DAY = timedelta(days=1)
PLAIN = vendor(drain=(), pools=())
ALLOWANCE = PoolKind.ALLOWANCE


def judged(*pools: Pool, definition: Definition = PLAIN, thresholds: Thresholds | None = None, **more: object) -> Level:
    evidence = Evidence(definition, snapshot(*pools), **more)  # type: ignore[arg-type]
    return level(evidence, thresholds or Thresholds(), Settings(), NOW)


def runs_out(days: float, name: str = "balance", before_reset: bool = False) -> RunOut:
    at = NOW + timedelta(days=days)
    return RunOut(name, at, at, None, D(1), before_reset)


def rough(days: float, late: float | None, name: str = "balance", before_reset: bool = False) -> RunOut:
    high = None if late is None else NOW + timedelta(days=late)
    return replace(runs_out(days, name, before_reset), high=high, sure="rough")


def month(left: str | int | None, limit: str | int = 100, **more: object) -> Pool:
    return pool("monthly", left, ALLOWANCE, limit=D(limit), **more)


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        ("20", Level.GOOD),
        ("19.999", Level.LOW),
        ("5", Level.LOW),
        ("4.999", Level.CRITICAL),
        ("0", Level.EXHAUSTED),
        ("-3", Level.EXHAUSTED),
        ("120", Level.GOOD),
        ("0.001", Level.CRITICAL),
    ],
)
def test_a_level_begins_strictly_under_its_threshold(left: str, expected: Level) -> None:
    assert judged(month(left)) is expected


def test_an_amount_wins_over_the_percentage() -> None:
    own = Thresholds(low_amounts={"monthly": D(10)}, critical_amounts={"monthly": D(2)})
    lefts = ("19", "10", "9.9", "2", "1.9", "0")
    found = [judged(month(left), thresholds=own) for left in lefts]
    assert found == [Level.GOOD, Level.GOOD, Level.LOW, Level.LOW, Level.CRITICAL, Level.EXHAUSTED]


def test_an_empty_month_beside_a_big_wallet_is_not_exhausted() -> None:
    assert judged(month(0, 500), pool("top-up", 248_442), definition=vendor()) is Level.GOOD
    assert judged(month(0, 500), pool("top-up", 60), definition=vendor()) is Level.LOW
    assert judged(month(0, 500), pool("top-up", 0), definition=vendor()) is Level.EXHAUSTED
    assert judged(month(-5, 500), pool("top-up", 100), definition=vendor()) is Level.GOOD
    assert judged(month(0, 500), pool("top-up", 248_442)) is Level.EXHAUSTED  # these do not stand in for one another


def test_an_amount_set_for_one_pool_of_several_is_about_that_pool() -> None:
    own = Thresholds(low_amounts={"top-up": D(100)})
    assert judged(month(400, 500), pool("top-up", 99), definition=vendor(), thresholds=own) is Level.LOW
    assert judged(month(400, 500), pool("top-up", 100), definition=vendor(), thresholds=own) is Level.GOOD


def test_beside_an_unknown_wallet_an_account_is_judged_by_what_is_known_and_is_never_called_used_up() -> None:
    for left, wanted in ((-5, Level.CRITICAL), (0, Level.CRITICAL), (5, Level.CRITICAL), (50, Level.LOW)):
        assert judged(month(left, 500), pool("top-up", None), definition=vendor()) is wanted
    assert judged(month(200, 500), pool("top-up", None), definition=vendor()) is Level.GOOD
    assert judged(month(None)) is Level.NOT_READ


SOLVER = vendor(
    drain=("package:*", "balance"),
    pools=(
        PoolRule("package:{row}", "{title}", PoolKind.PACKAGE, "calls", each="packages"),
        PoolRule("balance", "Balance", PoolKind.WALLET, "USD"),
    ),
)


def package(left: int, days: float = 9, name: str = "package:1") -> Pool:
    return pool(name, left, PoolKind.PACKAGE, unit="calls", expires_at=NOW + timedelta(days=days))


def test_what_is_used_up_does_not_count_while_another_has_something() -> None:
    dollars = pool("balance", 5, unit="USD")
    assert judged(package(0), dollars, definition=SOLVER) is Level.GOOD
    assert judged(package(9), pool("balance", 0, unit="USD"), definition=SOLVER) is Level.GOOD
    assert judged(package(0), pool("balance", 0, unit="USD"), definition=SOLVER) is Level.EXHAUSTED


def test_an_expired_package_does_not_count() -> None:
    assert judged(package(9, 0), pool("balance", 0, unit="USD"), definition=SOLVER) is Level.EXHAUSTED
    assert judged(package(9, 0), definition=SOLVER) is Level.EXHAUSTED
    assert judged(package(9, 0), pool("balance", 3, unit="USD"), definition=SOLVER) is Level.GOOD


@pytest.mark.parametrize(
    ("days", "expected"), [(0.9, Level.CRITICAL), (1, Level.LOW), (6.9, Level.LOW), (7, Level.GOOD)]
)
def test_a_wallet_is_judged_by_how_long_it_lasts(days: float, expected: Level) -> None:
    held = pool("balance", 5, unit="USD")
    assert judged(held, definition=SOLVER, run_outs=(runs_out(days),)) is expected
    assert judged(held, definition=SOLVER, run_outs=(runs_out(days, ""),)) is expected


def test_an_allowance_that_will_not_last_until_its_reset_is_low() -> None:
    held = month(90, resets_at=NOW + 20 * DAY)
    assert judged(held, run_outs=(runs_out(15, "monthly", before_reset=True),)) is Level.LOW
    assert judged(held, run_outs=(runs_out(25, "monthly"),)) is Level.GOOD


def test_a_rough_forecast_warns_of_nothing_but_what_holds_at_its_late_end_too() -> None:
    held, at = month(50, resets_at=NOW + 20 * DAY), pool("balance", 5, unit="USD")
    assert judged(held, run_outs=(rough(15, 16, "monthly", before_reset=True),)) is Level.GOOD
    assert judged(at, run_outs=(rough(0.5, None),), definition=SOLVER) is Level.GOOD
    assert judged(at, run_outs=(rough(0.5, 30),), definition=SOLVER) is Level.GOOD
    assert judged(at, run_outs=(rough(0.5, 6),), definition=SOLVER) is Level.LOW
    assert judged(at, run_outs=(replace(runs_out(0.5), sure="likely"),), definition=SOLVER) is Level.CRITICAL


def test_with_a_wallet_beside_only_the_account_as_a_whole_can_run_out() -> None:
    held = (month(90, resets_at=NOW + 20 * DAY), pool("top-up", 5000))
    alone = runs_out(3, "monthly", before_reset=True)
    assert judged(*held, definition=vendor(), run_outs=(alone,)) is Level.GOOD
    assert judged(*held, definition=vendor(), run_outs=(alone, runs_out(9, "", before_reset=True))) is Level.LOW


@pytest.mark.parametrize("kind", [each for each in TroubleKind if each is not TroubleKind.EXHAUSTED])
def test_a_trouble_is_not_a_level(kind: TroubleKind) -> None:
    assert judged(month(0), trouble=Trouble(kind, "No.")) is Level.NOT_READ
    assert judged(month(90), trouble=Trouble(kind, "No.")) is Level.NOT_READ


def test_a_vendor_that_says_so_is_exhausted() -> None:
    assert judged(month(90), trouble=Trouble(TroubleKind.EXHAUSTED, "402")) is Level.EXHAUSTED


def test_a_stale_reading_and_none_are_not_read() -> None:
    assert judged(month(90), stale=True) is Level.NOT_READ
    assert level(Evidence(PLAIN, None), Thresholds(), Settings(), NOW) is Level.NOT_READ
    assert judged() is Level.NOT_READ


def test_rates_pools_within_pools_and_what_the_plan_lacks_are_not_judged() -> None:
    rate = pool("hourly", 0, PoolKind.RATE, limit=D(10))
    part = pool("bonus", 0, ALLOWANCE, limit=D(10), part_of="monthly")
    lacking = pool("serp", 0, ALLOWANCE, limit=D(0))
    assert judged(month(90), rate, part, lacking) is Level.GOOD
    assert judged(lacking) is Level.EXHAUSTED


def test_a_spend_is_judged_against_its_limit_only() -> None:
    spend = PoolKind.SPEND
    assert judged(pool("month", None, spend, used=D(90), limit=D(100))) is Level.LOW
    assert judged(pool("month", None, spend, used=D(90))) is Level.GOOD
    assert judged(pool("month", None, spend)) is Level.NOT_READ


def test_the_worst_pool_names_the_level_and_every_pool_has_a_finding() -> None:
    slots = tuple(pool(name, left, PoolKind.SLOTS, limit=D(100)) for name, left in (("a", 90), ("b", 10), ("c", 0)))
    found = assess(Evidence(PLAIN, snapshot(*slots)), Thresholds(), Settings(), NOW)
    assert [(each.pool, each.level, each.cause) for each in found] == [
        ("a", Level.GOOD, Cause.NONE),
        ("b", Level.LOW, Cause.PERCENT),
        ("c", Level.EXHAUSTED, Cause.EMPTY),
    ]
    assert worst(found) is Level.EXHAUSTED
    assert worst(()) is Level.NOT_READ


def findings(*pools: Pool, definition: Definition, **more: object) -> tuple[Finding, ...]:
    return assess(Evidence(definition, snapshot(*pools), **more), Thresholds(), Settings(), NOW)  # type: ignore[arg-type]


def test_a_group_keeps_its_name_whatever_pools_it_has_just_now() -> None:
    assert [each.pool for each in findings(month(9), definition=vendor())] == ["total:credits"]
    assert [each.pool for each in findings(month(9), pool("top-up", 5), definition=vendor())] == ["total:credits"]
    names = [each.pool for each in findings(package(9), pool("balance", 5, unit="USD"), definition=SOLVER)]
    assert names == ["total:calls", "balance"]


def test_a_window_tells_resets_and_top_ups_apart() -> None:
    held = (month(9, resets_at=NOW + DAY), pool("top-up", 5))
    (found,) = findings(*held, definition=vendor(), topped_up={"top-up": NOW - DAY})
    assert found.window == "2026-11-22T12:00:00Z+2026-11-20T12:00:00Z"
    (plain,) = findings(pool("balance", 5), definition=PLAIN)
    assert plain.window == ""


def test_between_a_threshold_and_a_tenth_above_it_the_eased_level_is_worse() -> None:
    (found,) = findings(month(21), definition=PLAIN)
    assert (found.level, found.eased) == (Level.GOOD, Level.LOW)
    (clear,) = findings(month(22), definition=PLAIN)
    assert (clear.level, clear.eased) == (Level.GOOD, Level.GOOD)


@pytest.mark.parametrize(
    ("age_s", "interval_s", "stale"),
    [
        (900, 60, False),
        (901, 60, True),
        (901, 300, True),
        (900, 300, False),
        (1801, 600, True),
        (1800, 600, False),
        (-1000, 60, True),
    ],
)
def test_a_reading_is_stale_after_three_intervals_and_at_least_15_minutes(
    age_s: int, interval_s: int, stale: bool
) -> None:
    read = snapshot(month(1), at=NOW - timedelta(seconds=age_s))
    assert is_stale(read, interval_s, NOW) is stale


@pytest.mark.parametrize("source", [Source.BY_HAND, Source.ESTIMATED])
def test_what_was_typed_never_grows_stale(source: Source) -> None:
    assert not is_stale(snapshot(month(1), source=source, at=NOW - 400 * DAY), 60, NOW)


def test_amounts_with_many_digits_are_compared_exactly() -> None:
    limit = "1" + 39 * "0"
    assert judged(month("2" + 38 * "0", limit)) is Level.GOOD
    assert judged(month("1" + 38 * "9", limit)) is Level.LOW


def test_a_package_that_expires_before_it_is_used_up_does_not_run_out() -> None:
    package = pool("package:a", 580, PoolKind.PACKAGE, unit="calls", expires_at=NOW + 3 * DAY)
    assert judged(package, run_outs=(runs_out(2, "package:a"),)) is Level.LOW
    assert judged(package, run_outs=(runs_out(4, "package:a"),)) is Level.GOOD
