"""Which pool a clicked value belongs to, and what numbers of a pool cannot be right."""

from decimal import Decimal

import pytest

from creditdesk.core.own_pools import Shown, differ, doubt, pool_of
from creditdesk.core.own_vendor import Found, Place, PoolSketch, Role
from creditdesk.core.pools import Pool, PoolKind


def pool(*places: Place, request: str = "", rows: Place | None = None) -> PoolSketch:
    found = [Found(role, "", place) for role, place in zip((Role.LEFT, Role.LIMIT, Role.USED), places, strict=False)]
    return PoolSketch(request=request, found=tuple(found), list_at=rows, rows="" if rows is None else "rows")


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        ("seats_left", "credits_limit", True),
        ("creditsLeft", "credits_limit", False),
        ("credit_left", "total_credits", False),
        ("left", "credits_limit", False),
        ("plan_searches_left", "searches_per_month", False),
        ("daily_left", "monthly_limit", True),
        ("search_credits_left", "seo_credits_limit", True),
        ("used", "limit", False),
    ],
)
def test_names_that_tell_of_two_things_differ(one: str, other: str, wanted: bool) -> None:
    assert differ((one,), (other,)) is wanted
    assert differ((other,), (one,)) is wanted


DATA = {
    "seo": {"left": 5, "limit": 9, "resets_at": "2027-01-01"},
    "scrape": {"left": 1, "resets_at": "2027-02-01"},
    "period": {"start": 1790000000, "end": 1795000000},
    "limit": 100,
    "rows": [{"left": 1, "name": "a"}, {"left": 2, "name": "b"}],
}


@pytest.mark.parametrize(
    ("where", "wanted"),
    [
        (("seo", "limit"), 0),
        (("seo", "resets_at"), 0),
        (("scrape", "left"), 1),  # a new one: nothing of its object was said yet
        (("scrape", "resets_at"), 1),
        (("period", "end"), 0),  # no number stands beside it that it could be of
        (("limit",), 0),  # around the pool
        (("rows", 1, "left"), 1),
    ],
)
def test_a_value_belongs_to_the_pool_of_its_object_or_to_a_new_one(where: Place, wanted: int) -> None:
    assert pool_of([pool(("seo", "left"))], where, 0, Shown(DATA)) == wanted


def test_every_row_of_a_list_belongs_to_the_pool_of_its_rows() -> None:
    pools = [pool(("seo", "left")), pool(("rows", 0, "left"), rows=("rows",))]
    assert [pool_of(pools, ("rows", row, "name"), 0, Shown(DATA)) for row in (0, 1)] == [1, 1]
    assert pool_of(pools, ("scrape", "left"), 1, Shown(DATA)) == 2


def test_a_pool_of_another_requests_answer_takes_nothing() -> None:
    pools = [pool(("seo", "left"), request="first")]
    assert pool_of(pools, ("seo", "limit"), 0, Shown(DATA, "second", "second")) == 1
    assert pool_of(pools, ("seo", "limit"), 0, Shown(DATA, "first", "second")) == 0


def test_the_chosen_pool_stays_where_it_suits() -> None:
    pools = [pool(("seo", "left")), pool(("seo", "limit"))]
    assert [pool_of(pools, ("seo", "resets_at"), chosen, Shown(DATA)) for chosen in (0, 1)] == [0, 1]


def read(left: str, limit: str, used: str) -> Pool:
    return Pool("p", "P", PoolKind.WALLET, "credits", Decimal(left), Decimal(limit), Decimal(used))


def test_what_cannot_be_right_about_a_pools_numbers_is_said() -> None:
    one = pool(("a", "left"), ("a", "limit"), ("a", "used"))
    assert doubt(one, [read("40", "100", "60")]) == ""
    assert "Left 50 and used 100 do not make the limit 1,000" in doubt(one, [read("50", "1000", "100")])
    two = pool(("a", "left"), ("b", "limit"))
    assert "is it of another?" in doubt(two, [read("50", "10", "0")])
    assert doubt(pool(("a", "left"), ("a", "limit")), [read("50", "10", "0")]) == ""  # a bonus on top
    assert doubt(pool(("a", "left"), rows=("rows",)), [read("50", "10", "0")]) == ""
