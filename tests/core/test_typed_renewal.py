"""A typed allowance that comes again on a day the user names."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from creditdesk.core.definition import Definition, Param, PoolRule, When
from creditdesk.core.offers import Fact
from creditdesk.core.pools import PoolKind
from creditdesk.core.typed import Typed, typed_pools

RESET = When(every="month", anchor="renewal", day_param="day", assumed=True)
ALLOWANCE = PoolRule("allowance", "Allowance", PoolKind.ALLOWANCE, "credits", typed=True, typed_limit=True, reset=RESET)
VENDOR = Definition("mine", "Mine", Fact(date(2026, 11, 21), "me"), params=(Param("day", "Day"),), pools=(ALLOWANCE,))
TYPED = {"allowance": Typed(datetime(2026, 11, 10, tzinfo=UTC), Decimal(30), Decimal(100))}


def at(day: int, month: int = 11) -> datetime:
    return datetime(2026, month, day, tzinfo=UTC)


def test_it_is_full_again_on_its_day_and_that_is_an_estimate():
    pools, estimated = typed_pools(VENDOR, {"day": "14"}, TYPED, at(13))
    assert (pools[0].left, pools[0].resets_at, estimated) == (Decimal(30), at(14), False)
    pools, estimated = typed_pools(VENDOR, {"day": "14"}, TYPED, at(14))
    assert (pools[0].left, pools[0].resets_at, estimated) == (Decimal(100), at(14, 12), True)


def test_the_last_day_of_a_short_month_stands_for_one_it_does_not_have():
    pools, _ = typed_pools(VENDOR, {"day": "31"}, TYPED, at(21))
    assert pools[0].resets_at == at(30)


@pytest.mark.parametrize("day", ["", "0", "32", "-1", "x", "٣", "9" * 40])
def test_without_a_day_that_exists_it_is_never_taken_for_full(day):
    pools, estimated = typed_pools(VENDOR, {"day": day}, TYPED, at(31, 12))
    assert (pools[0].left, pools[0].resets_at, estimated) == (Decimal(30), None, False)


def test_a_year_has_no_day_that_a_user_could_name():
    yearly = replace(ALLOWANCE, reset=replace(RESET, every="year"))
    pools, estimated = typed_pools(replace(VENDOR, pools=(yearly,)), {"day": "14"}, TYPED, at(31, 12))
    assert (pools[0].resets_at, estimated) == (None, False)
