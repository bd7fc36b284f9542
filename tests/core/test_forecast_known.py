"""An import whose plan is known is a step and no pace: exact where it was sent, used up where it is planned."""

import random
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from tests.core.desk_facts import NOW, D

from creditdesk.core.forecast import project, project_account
from creditdesk.core.forecast_known import steps_of
from creditdesk.core.pools import PoolKind, RunOut, Source
from creditdesk.core.queueing import Queue
from creditdesk.core.sending import Batch, BatchState, Place, Sending, Stop
from creditdesk.core.series import Point, Series
from creditdesk.core.spending import Step, use_of

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def told(amounts: list[float], left: float, kind: PoolKind = PoolKind.WALLET, **more: object) -> Series:
    """A pool of which these amounts were used hour by hour until now, with so much left."""
    there, points = left + sum(amounts), []
    for number, amount in enumerate([0.0, *amounts]):
        there -= amount
        at = NOW - (len(amounts) - number) * HOUR
        points.append(Point(at, at, Decimal(f"{there:.6f}"), None, None, Source.LIVE, **more))  # type: ignore[arg-type]
    return Series("a", "balance", "Balance", kind, "credits", tuple(points))


def even(hours: int = 720) -> list[float]:
    chance = random.Random(5)
    return [chance.uniform(1.5, 2.5) for _ in range(hours)]


def at_hour(number: int, hours: int = 720) -> datetime:
    return NOW - (hours - number) * HOUR


def step(at: datetime, amount: float, sent: bool = True) -> Step:
    return Step(at, "balance", Decimal(str(amount)), sent)


def found(series: Series, *known: Step) -> RunOut:
    run_out = project(series, NOW, known)
    assert run_out is not None
    return run_out


def days(at: datetime) -> float:
    return (at - NOW) / DAY


def test_imports_that_were_sent_are_left_out_of_the_pace_exactly() -> None:
    plain = even()
    used = [each + {200: 1500, 500: 700}.get(number, 0) for number, each in enumerate(plain)]
    known = [step(at_hour(200), 1500), step(at_hour(500), 700)]
    without = use_of(told(used, 960).points, NOW, known=known)
    assert without.used == pytest.approx(use_of(told(plain, 960).points, NOW).used, abs=1e-4)
    assert sorted(without.steps) == pytest.approx([700, 1500], abs=1e-4)


def test_one_import_does_not_bend_the_date_and_widens_the_range() -> None:
    plain = even()
    used = [each + (300 if number == 400 else 0) for number, each in enumerate(plain)]
    with_it, without = found(told(used, 960), step(at_hour(400), 300)), found(told(plain, 960))
    assert with_it.per_day == without.per_day
    assert abs(with_it.at - without.at) < 2 * DAY  # it may come again
    assert with_it.low < without.low


def test_an_import_is_charged_in_several_readings_or_late() -> None:
    plain = even()
    used = [each + {402: 100, 403: 100, 407: 100}.get(number, 0) for number, each in enumerate(plain)]
    with_it = use_of(told(used, 960).points, NOW, known=[step(at_hour(400) + HOUR / 2, 300)])
    assert with_it.used[-1] == pytest.approx(sum(plain), abs=0.1)


def test_what_was_never_charged_hides_no_use_a_day_later() -> None:
    plain = even()
    with_it = use_of(told(plain, 960).points, NOW, known=[step(at_hour(100), 5000)])
    assert with_it.used[-1] == pytest.approx(sum(plain[:100]) + sum(plain[125:]), abs=10)


def test_imports_that_come_again_and_again_are_counted_on_at_their_rate() -> None:
    plain = even()
    places = {60: 200, 180: 200, 300: 200, 420: 200, 540: 200, 660: 200}
    used = [each + places.get(number, 0) for number, each in enumerate(plain)]
    run_out = found(told(used, 1200), *(step(at_hour(number), 200) for number in places))
    assert float(run_out.per_day) == pytest.approx(48 + 6 * 200 / 30, rel=0.05)
    assert days(run_out.at) == pytest.approx(1200 / 88, abs=3)


def test_a_pool_that_only_imports_draw_on_has_a_date_all_the_same() -> None:
    used = [150.0 if number % 96 == 50 else 0.0 for number in range(720)]
    run_out = found(told(used, 900), *(step(at_hour(number), 150) for number in range(720) if number % 96 == 50))
    assert days(run_out.at) == pytest.approx(24, abs=6)


def test_a_planned_import_brings_the_date_forward_by_what_it_needs() -> None:
    series = told(even(), 960)
    plain, planned = found(series), found(series, step(NOW + 2 * DAY, 480, sent=False))
    assert days(planned.at) == pytest.approx(days(plain.at) - 10, abs=0.7)
    assert planned.per_day == plain.per_day


def test_a_planned_import_that_does_not_fit_empties_the_pool_when_it_is_sent() -> None:
    planned = found(told(even(), 960), step(NOW + 2 * DAY, 2000, sent=False))
    assert abs(planned.at - NOW - 2 * DAY) < timedelta(minutes=2)
    assert planned.low > NOW + DAY
    assert planned.high is not None
    assert planned.high - planned.low < HOUR
    at_once = found(told(even(), 960), step(NOW, 2000, sent=False))
    assert at_once.at - NOW < timedelta(minutes=2)


def test_a_planned_import_of_another_pool_changes_nothing() -> None:
    series = told(even(), 960)
    assert found(series, replace(step(NOW + DAY, 900, sent=False), pool="other")) == found(series)


def test_an_account_uses_what_is_planned_from_all_of_its_pools() -> None:
    month = replace(told(even(), 300), pool="monthly", kind=PoolKind.ALLOWANCE)
    month = replace(month, points=tuple(replace(each, limit=D(400), resets_at=NOW + 20 * DAY) for each in month.points))
    series, drain = [month, told([0.0] * 720, 1000)], ("monthly", "balance")
    plain = project_account(series, drain, NOW)
    planned = project_account(series, drain, NOW, [step(NOW + DAY, 480, sent=False)])
    assert plain is not None
    assert planned is not None
    assert days(planned.at) == pytest.approx((1300 - 480) / 47.8, abs=0.5)
    assert days(plain.at) > 20  # it would have lasted until the reset


def sending(*batches: Batch, **more: object) -> Sending:
    values: dict[str, object] = {"expected": {"balance": D(1000)}, "batches": batches, **more}
    return Sending("s", "a", "track", Place("1", "Shop"), 100, 20, NOW - 9 * DAY, **values)  # type: ignore[arg-type]


def batch(number: int, state: BatchState, at: datetime | None = None) -> Batch:
    return Batch(number, 20 * number, 20, state, at)


def test_what_was_sent_in_a_row_is_one_step_of_what_it_really_cost() -> None:
    first, later = NOW - 8 * DAY, NOW - 5 * DAY
    done = [batch(0, BatchState.ACCEPTED, first), batch(1, BatchState.ACCEPTED, first + HOUR)]
    parts = sending(*done, batch(2, BatchState.ACCEPTED, later), batch(3, BatchState.REFUSED, later))
    assert steps_of([parts], NOW) == (Step(first, "balance", D(400)), Step(later, "balance", D(200)))
    assert steps_of([replace(parts, spent={"balance": D(90)})], NOW) == (
        Step(first, "balance", D(60)),
        Step(later, "balance", D(30)),
    )


@pytest.mark.parametrize(
    ("more", "at"),
    [
        ({}, NOW),
        ({"stop": Stop.PAUSED}, NOW),
        ({"stop": Stop.TROUBLE, "retry_at": NOW + HOUR}, NOW + HOUR),
        ({"stop": Stop.QUEUED, "queue": Queue(NOW + 3 * DAY)}, NOW + 3 * DAY),
        ({"stop": Stop.QUEUED, "queue": Queue(NOW - 3 * DAY)}, NOW),
        ({"stop": Stop.QUEUED, "queue": Queue()}, None),
        ({"stop": Stop.QUOTA_SHORT}, None),
        ({"stop": Stop.CANCELLED}, None),
    ],
)
def test_what_is_still_to_be_sent_is_planned_unless_it_waits_for_room(
    more: dict[str, object], at: datetime | None
) -> None:
    waiting = sending(batch(0, BatchState.PLANNED), batch(1, BatchState.PLANNED), **more)
    assert steps_of([waiting], NOW) == (() if at is None else (Step(at, "balance", D(400), sent=False),))
