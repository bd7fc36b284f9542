"""What holds of every run-out, whatever the use: it is pure, scales, knows no zone, and is not bent by one import."""

import random
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from tests.core.desk_facts import NOW

from creditdesk.core.forecast import WhyNot, project, project_account, why_not
from creditdesk.core.pools import PoolKind, RunOut, Source
from creditdesk.core.series import Point, Series
from creditdesk.core.spending import use_of

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
SEEDS = range(12)


def told(amounts: list[float], left: float, kind: PoolKind = PoolKind.WALLET, **more: object) -> Series:
    """A pool of which these amounts were used hour by hour until now, with so much left."""
    there, points = left + sum(amounts), []
    for number, amount in enumerate([0.0, *amounts]):
        there -= amount
        at = NOW - (len(amounts) - number) * HOUR
        points.append(Point(at, at, Decimal(f"{there:.6f}"), None, None, Source.LIVE, **more))  # type: ignore[arg-type]
    return Series("a", "balance", "Balance", kind, "credits", tuple(points))


def uneven(seed: int, days: int = 30) -> list[float]:
    chance = random.Random(seed)
    rough = chance.uniform(0.1, 3)
    return [chance.gammavariate(1 / rough, rough) * 5 for _ in range(24 * days)]


def found(series: Series, now: datetime = NOW) -> RunOut:
    run_out = project(series, now)
    assert run_out is not None
    return run_out


@pytest.mark.parametrize("seed", SEEDS)
def test_a_date_is_never_before_now_and_lies_in_its_range(seed: int) -> None:
    series = told(uneven(seed), 10 ** random.Random(seed).uniform(-1, 4))
    for late in (timedelta(0), HOUR, 40 * DAY):
        run_out = found(series, NOW + late)
        assert NOW + late <= run_out.low <= run_out.at
        assert run_out.high is None or run_out.high >= run_out.at
        assert run_out.sure in ("sure", "likely", "rough")


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_in_other_units_is_the_same_date(seed: int) -> None:
    amounts = uneven(seed)
    plain, scaled = found(told(amounts, 900)), found(told([1000 * each for each in amounts], 900_000))
    for one, other in ((plain.at, scaled.at), (plain.low, scaled.low), (plain.high or NOW, scaled.high or NOW)):
        assert abs(one - other) < timedelta(minutes=1)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_zone_in_which_instants_are_written_changes_nothing(seed: int) -> None:
    series, zone = told(uneven(seed), 900), timezone(timedelta(hours=5, minutes=30))
    moved = tuple(
        replace(each, first_seen=each.first_seen.astimezone(zone), last_seen=each.last_seen.astimezone(zone))
        for each in series.points
    )
    assert found(replace(series, points=moved), NOW.astimezone(zone)) == found(series)


@pytest.mark.parametrize("seed", SEEDS)
def test_it_says_the_same_twice_and_nearly_the_same_with_one_reading_more(seed: int) -> None:
    amounts = uneven(seed, 40)
    series = told(amounts, 2000)
    assert found(series) == found(series)
    before = replace(series, points=series.points[:-1])
    assert abs(found(before, NOW - HOUR).at - found(series).at) < 1.5 * DAY


@pytest.mark.parametrize("seed", SEEDS)
def test_top_ups_and_resets_are_never_use(seed: int) -> None:
    chance, amounts = random.Random(seed), uneven(seed)
    series = told(amounts, 900)
    lift, points, hidden = Decimal(0), [], 0.0
    for number, point in enumerate(series.points):
        if number and chance.random() < 0.02:
            lift += Decimal(chance.randrange(500, 5000))
            hidden += amounts[number - 1]
        points.append(replace(point, left=(point.left or Decimal(0)) + lift))
    lifted = use_of(points, NOW)
    assert lifted.used == sorted(lifted.used)
    assert lifted.used[-1] == pytest.approx(sum(amounts) - hidden, rel=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_gap_does_not_change_the_pace_of_an_even_use(seed: int) -> None:
    begin = random.Random(seed).randrange(50, 400)
    series = told([2.0] * 720, 900)
    cut = replace(series, points=series.points[:begin] + series.points[begin + 200 :])
    assert found(cut).per_day == found(series).per_day == 48
    assert abs(found(cut).at - found(series).at) < DAY


def test_one_big_import_widens_the_range_and_does_not_bend_the_pace() -> None:
    chance = random.Random(3)
    even = [chance.uniform(1, 3) for _ in range(720)]
    with_import = [each + (1500 if number == 400 else 0) for number, each in enumerate(even)]
    plain, stepped = found(told(even, 720)), found(told(with_import, 720))
    assert float(stepped.per_day) == pytest.approx(float(plain.per_day), rel=0.05)
    assert abs(stepped.at - plain.at) < 2 * DAY
    assert stepped.low < plain.low - DAY


def test_a_quiet_weekend_is_foreseen_after_three_weeks() -> None:
    monday = (NOW - 28 * DAY).replace(hour=0)
    hours = int((NOW - monday) / HOUR)
    at = [monday + number * HOUR for number in range(hours)]
    amounts = [10.0 if each.weekday() < 5 and 8 <= each.hour < 18 else 0.0 for each in at]
    series = told(amounts, 150.0)  # it is Saturday noon: Monday takes 100, Tuesday the rest
    run_out = found(series)
    assert run_out.at.weekday() == 1
    assert 8 <= run_out.at.hour < 18
    assert run_out.low > NOW + DAY


def test_time_without_anything_left_is_not_time_without_use() -> None:
    used_up = told([10.0] * 240 + [0.0] * 240, 0.0)
    lift = Decimal(500)
    refilled = (*used_up.points[:-1], replace(used_up.points[-1], left=lift))
    assert float(found(replace(used_up, points=refilled)).per_day) == pytest.approx(240, rel=0.05)


@pytest.mark.parametrize(("left", "sure"), [("100", "sure"), ("4000", "sure")])
def test_an_allowance_is_sure_when_its_range_lies_on_one_side_of_the_reset(left: str, sure: str) -> None:
    run_out = found(told([2.0] * 720, float(left), PoolKind.ALLOWANCE, resets_at=NOW + 20 * DAY))
    assert (run_out.before_reset, run_out.sure) == (left == "100", sure)
    close = found(told([2.0] * 720, 960, PoolKind.ALLOWANCE, resets_at=NOW + 20 * DAY))
    assert close.sure in ("likely", "rough")


def test_a_package_says_how_much_of_it_is_wasted() -> None:
    run_out = found(told([2.0] * 720, 1000, PoolKind.PACKAGE, expires_at=NOW + 10 * DAY))
    assert float(run_out.wasted or 0) == pytest.approx(520, rel=0.05)
    assert found(told([2.0] * 720, 100, PoolKind.PACKAGE, expires_at=NOW + 10 * DAY)).wasted is None


def test_why_there_is_no_date_is_said() -> None:
    amounts = [2.0] * 72
    series = told(amounts, 100)
    reasons = {
        WhyNot.TOO_FEW: replace(series, points=series.points[-2:]),
        WhyNot.TOO_SHORT: replace(series, points=series.points[-10:]),
        WhyNot.UNUSED: told([0.0] * 72, 100),
        WhyNot.EMPTY: told(amounts, 0),
        WhyNot.UNKNOWN: replace(series, points=()),
        WhyNot.TOO_FAR: told(amounts, 1e6),
        WhyNot.EXPIRED: told(amounts, 100, PoolKind.PACKAGE, expires_at=NOW),
    }
    for reason, each in reasons.items():
        assert why_not(each, NOW) is reason
        assert project(each, NOW) is None
    assert why_not(series, NOW) is None


def test_an_account_answers_within_its_range_too() -> None:
    month = told(uneven(1), 700, PoolKind.ALLOWANCE, resets_at=NOW + 9 * DAY)
    month = replace(month, pool="monthly", points=tuple(replace(each, limit=Decimal(9000)) for each in month.points))
    wallet = told([0.0] * 720, 5000)
    run_out = project_account([month, wallet], ("monthly", "balance"), NOW)
    if run_out is not None:
        assert run_out.low <= run_out.at
        assert run_out.high is None or run_out.high >= run_out.at
