"""Factors are checked, the price that holds is chosen, and its rule is applied to the letter."""

from decimal import Decimal

import pytest
from tests.core.desk_facts import ENGINES, TIMES_ENGINES, D, operation, price

from creditdesk.core.factors import FactorError, check_factors
from creditdesk.core.offers import Factor, Operation, Step
from creditdesk.core.pricing import bill, multiple

DEPTH = Factor("depth", "Depth", default="10", low=D(1), high=D(100))
AI = Factor("engines", "Engines", default="all", low=D(1), high=D(5), words=("all",))
MODE = Factor("mode", "Mode", kind="choice", choices=("union", "intersect"))
UNIT_PRICE = Factor("price", "Price of a task", kind="decimal", low=D("0.000001"))
MANY = operation(price(1), factors=(DEPTH, AI, MODE, UNIT_PRICE))


def test_factors_are_spelt_in_one_way_and_have_their_defaults() -> None:
    given = {"depth": " 1e1 ", "engines": "ALL", "mode": "Union", "price": "$0.0010"}
    assert check_factors(MANY, given) == {"depth": "10", "engines": "all", "mode": "union", "price": "0.0010"}
    assert check_factors(MANY, {"mode": ""}) == {"depth": "10", "engines": "all"}


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("depth", "0", "a whole number from 1 to 100"),
        ("depth", "101", "a whole number from 1 to 100"),
        ("depth", "1.5", "a whole number from 1 to 100"),
        ("depth", "many", "a whole number from 1 to 100"),
        ("engines", "6", "a whole number from 1 to 5 or all"),
        ("mode", "minus", "union, intersect"),
        ("mode", "1", "union, intersect"),
        ("price", "0", "a number from 0.000001"),
        ("price", "-1", "a number from 0.000001"),
        ("price", "NaN", "a number from 0.000001"),
    ],
)
def test_a_factor_that_is_not_allowed_says_what_is(name: str, value: str, allowed: str) -> None:
    with pytest.raises(FactorError) as refused:
        check_factors(MANY, {name: value})
    assert (refused.value.factor, refused.value.value, refused.value.allowed) == (name, value, allowed)
    assert str(refused.value) == f'{name} cannot be "{value}". Allowed: {allowed}.'


def test_a_factor_that_the_operation_does_not_have_is_said_with_those_it_has() -> None:
    with pytest.raises(FactorError) as refused:
        check_factors(MANY, {"device": "mobile"})
    assert str(refused.value) == 'There is no factor "device" here. Factors: depth, engines, mode, price.'
    assert refused.value.allowed == "depth, engines, mode, price"


def test_a_negative_factor_is_refused_even_where_no_bound_is_given() -> None:
    with pytest.raises(FactorError):
        check_factors(operation(price(1), factors=(Factor("n", "N"),)), {"n": "-1"})


@pytest.mark.parametrize(
    ("step", "value", "times"),
    [
        (Step("d"), "7", "7"),
        (Step("d", "ceil", D(10)), "10", "1"),
        (Step("d", "ceil", D(10)), "11", "2"),
        (Step("d", "ceil", D(10)), "100", "10"),
        (Step("d", "table", values={"all": D(4), "1": D(1)}, capped=D(4)), "all", "4"),
        (Step("d", "table", values={"all": D(4), "1": D(1)}, capped=D(4)), "3", "3"),
        (Step("d", "table", values={"all": D(4), "1": D(1)}, capped=D(4)), "5", "4"),
        (Step("d", "table", values={"1": D(1)}), "2", None),
        (Step("d", "table", values={"1": D(1)}, capped=D(4)), "all", None),
        (Step("d"), "all", None),
    ],
)
def test_a_step_turns_a_factor_into_a_multiple(step: Step, value: str, times: str | None) -> None:
    assert multiple(step, value) == (None if times is None else Decimal(times))


def test_the_first_price_that_holds_is_used() -> None:
    lists = operation(price(10, when={"prices": "fixed-cost"}), price(20, when={"prices": "newer|newest"}))
    assert bill(lists, {}, {"prices": "fixed-cost"}).low(3) == 30
    assert bill(lists, {}, {"prices": "newest"}).low(3) == 60
    assert bill(lists, {}, {"prices": "other"}).price is None


def test_a_price_may_depend_on_a_factor() -> None:
    modes = operation(price(1, when={"mode": "union"}), price(2), factors=(MODE,))
    assert bill(modes, {"mode": "union"}, {}).low(5) == 5
    assert bill(modes, {"mode": "intersect"}, {}).low(5) == 10


@pytest.mark.parametrize(("per", "low", "high"), [("item", 20, 40), ("run", 2, 4), ("item_or_run", 2, 40)])
def test_a_price_is_for_an_item_or_for_a_run(per: str, low: int, high: int) -> None:
    billed = bill(operation(price(2, 4, per=per)), {}, {})
    assert (billed.low(10), billed.high(10)) == (low, high)
    assert (billed.low(0), billed.high(0)) == (0, 0)


def test_the_minimum_is_for_the_whole_list() -> None:
    billed = bill(operation(price("0.1", minimum=D(1))), {}, {})
    assert [billed.low(n) for n in (1, 10, 11)] == [1, 1, D("1.1")]


def test_every_assumption_is_told_with_its_date() -> None:
    step = Step("depth", "ceil", D(10), documented=("10", "100"), why="Between 10 and 100 it is assumed.")
    depth = operation(price(1, steps=(step,), assumptions=("One of one.",)), factors=(DEPTH,))
    source = "Price from https://vendor.example/prices, as of 2026-09-01."
    known, assumed = "One of one (as of 2026-09-01).", "Between 10 and 100 it is assumed (as of 2026-09-01)."
    assert bill(depth, {"depth": "10"}, {}).notes == (source, known)
    assert bill(depth, {"depth": "30"}, {}).notes == (source, known, assumed)


def test_a_missing_factor_is_named_and_makes_the_cost_unknown() -> None:
    billed = bill(operation(price(1, steps=TIMES_ENGINES), factors=(ENGINES,)), {}, {})
    assert (billed.missing, billed.low(5), billed.high(5)) == ("engines", 0, None)
    assert "The price depends on this, which is not given: Search engines." in billed.notes


def test_an_operation_without_a_price_is_never_free() -> None:
    nothing: Operation = operation()
    assert not bill(nothing, {}, {}).free
    assert not bill(operation(price(0, None)), {}, {}).free
    assert not bill(operation(price(0, unknown="Not told.")), {}, {}).free
    assert bill(operation(price(0)), {}, {}).free
