"""Whether a request may go: by what is left, by what is on the way, and by the budgets of its token."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from tests.core.desk_facts import FACT, NOW, D, pool
from tests.proving import PROVING

from creditdesk.core.charges import Draw
from creditdesk.core.counted import Counted, CountedPool
from creditdesk.core.guard import Budget, Decision, Guard, Limits, Purse, Reservations, Why, decide
from creditdesk.core.metering import Matched, RouteRule
from creditdesk.core.pools import Source

DRAIN = ("monthly", "top-up")
REFUSE = Limits(Guard.REFUSE)
Left = Mapping[str, Decimal | int | None]


def asking(high: str | int | None, low: str | int | None = None, *pools: tuple[str, ...]) -> Matched:
    """A request that costs from `low` (the same where it is not given) to `high`."""
    most = None if high is None else D(high)
    least = D(low) if low is not None else most or D(0)
    route = RouteRule("POST", "/x", FACT, "run")
    matched = Matched(route, "run", 1, {}, least, most, pools=pools or (DRAIN,))
    return matched


def purse(left: Left, held: Reservations | None = None, token: str = "t") -> Purse:
    pools = tuple(
        CountedPool(pool(each, None if amount is None else str(amount)), Source.METERED)
        for each, amount in left.items()
    )
    held = held or Reservations()
    return Purse(Counted(NOW, pools), DRAIN, NOW, held.on_the_way("a"), held.of_token(token))


def holding(*matched: Matched, token: str = "t") -> Reservations:
    held = Reservations()
    for number, each in enumerate(matched):
        held.hold(str(number), "a", token, each)
    return held


def decided(matched: Matched, left: Left, limits: Limits = REFUSE, held: Reservations | None = None) -> Decision:
    return decide(matched, purse(left, held), limits)


def test_exactly_enough_passes_and_one_less_does_not() -> None:
    left: Left = {"monthly": 3, "top-up": 4}
    assert decided(asking(7), left) == Decision(Why.FITS)
    found = decided(asking(8), left)
    assert (found.passes, found.why, found.missing, found.pool) == (False, Why.SHORT, D(1), "top-up")
    assert found.short == "It costs 8 credits, and 7 are left of Monthly and Top-Up: 1 short."


def test_a_request_is_judged_by_the_most_that_it_can_cost() -> None:
    assert decided(asking(10, 0), {"monthly": 10}).passes
    found = decided(asking(10, 0), {"monthly": 9})
    assert (found.passes, found.why) == (False, Why.SHORT)
    assert "costs up to 10" in found.short


def test_what_is_known_to_be_free_passes_on_an_empty_account_and_an_empty_budget() -> None:
    limits = Limits(Guard.REFUSE, Budget(D(5), D(5)), Budget(D(5), D(9)))
    assert decided(asking(0), {"monthly": -3}, limits) == Decision(Why.FREE)


def test_what_gives_something_back_passes_and_holds_nothing() -> None:
    freeing = replace(asking(1), route=RouteRule("DELETE", "/x", FACT, "run", frees=True))
    assert decided(freeing, {"monthly": 0}) == Decision(Why.FREE)
    assert holding(freeing).on_the_way("a") == ()


def test_watch_lets_everything_pass_and_warn_says_so() -> None:
    left: Left = {"monthly": 1}
    watched, warned = (decided(asking(2), left, Limits(guard)) for guard in (Guard.WATCH, Guard.WARN))
    assert (watched.passes, watched.warns, watched.why) == (True, False, Why.SHORT)
    assert (warned.passes, warned.warns, warned.why) == (True, True, Why.SHORT)


@pytest.mark.parametrize(
    ("matched", "left", "why"),
    [
        (asking(None, 0), {"monthly": 0}, Why.COST_UNKNOWN),
        (asking(None, 1), {"monthly": 1}, Why.COST_UNKNOWN),
        (asking(5), {"monthly": 4, "top-up": None}, Why.LEFT_UNKNOWN),
        (asking(5), {}, Why.LEFT_UNKNOWN),
        (asking(5, None, ("elsewhere",)), {"monthly": 0}, Why.LEFT_UNKNOWN),
    ],
)
def test_what_cannot_be_known_passes_and_says_why(matched: Matched, left: Left, why: Why) -> None:
    found = decided(matched, left)
    assert (found.passes, found.why, found.sure) == (True, why, False)


def test_where_what_is_left_may_be_less_than_was_counted_it_passes_and_says_so() -> None:
    doubtful = Counted(NOW, (CountedPool(pool("monthly", 10), Source.ESTIMATED, doubt=D(3)),))
    whys = [decide(asking(amount), Purse(doubtful, DRAIN, NOW), REFUSE).why for amount in (7, 8, 10, 11)]
    assert whys == [Why.FITS, Why.LEFT_UNKNOWN, Why.LEFT_UNKNOWN, Why.SHORT]


def test_of_a_cost_that_is_not_known_the_least_has_to_be_there() -> None:
    found = decided(asking(None, 3), {"monthly": 2})
    assert (found.passes, found.missing) == (False, D(1))
    assert "at least 3" in found.short


def test_what_is_known_to_be_there_is_enough_though_another_pool_is_unknown() -> None:
    assert decided(asking(5), {"monthly": None, "top-up": 5}).why is Why.FITS


def test_each_of_two_pools_has_to_hold_the_whole() -> None:
    both = asking(4, None, ("keywords",), ("data-rows",))
    assert decided(both, {"keywords": 4, "data-rows": 4}).passes
    found = decided(both, {"keywords": 9, "data-rows": 3})
    assert (found.passes, found.pool, found.missing) == (False, "data-rows", D(1))
    assert decided(both, {"keywords": 9}).why is Why.LEFT_UNKNOWN


def test_what_was_given_back_since_leaves_it_open() -> None:
    found = decided(asking(4), {"monthly": 3}, Limits(Guard.REFUSE, may_be_more=True))
    assert (found.passes, found.why, found.sure) == (True, Why.MAY_BE_MORE, False)


def test_a_plan_that_bills_what_is_missing_is_not_stopped_but_warned_of() -> None:
    found = decided(asking(4), {"monthly": 3}, Limits(Guard.REFUSE, overage=True))
    assert (found.passes, found.warns, found.why, found.missing) == (True, True, Why.OVERAGE, D(1))


def test_a_reserve_stands_in_the_way_only_where_the_user_said_so() -> None:
    assert decided(asking(4), {"monthly": 5}, Limits(Guard.REFUSE, keep=D(1))).passes
    assert not decided(asking(5), {"monthly": 5}, Limits(Guard.REFUSE, keep=D(1))).passes


def test_what_expired_and_what_is_part_of_another_pool_pays_nothing() -> None:
    gone = CountedPool(pool("monthly", 9, expires_at=NOW), Source.LIVE)
    whole = CountedPool(pool("top-up", 3), Source.LIVE)
    assert not decide(asking(4), Purse(Counted(NOW, (gone, whole)), DRAIN, NOW), REFUSE).passes
    part = CountedPool(pool("monthly", 3, part_of="top-up"), Source.LIVE)
    assert not decide(asking(4, None, ()), Purse(Counted(NOW, (part, whole)), DRAIN, NOW), REFUSE).passes


def test_what_is_on_the_way_is_as_good_as_spent_until_it_is_dropped() -> None:
    held = holding(asking(3), asking(2))
    left: Left = {"monthly": 4, "top-up": 4}
    assert decided(asking(3), left, held=held).passes
    found = decided(asking(4), left, held=held)
    assert (found.passes, found.waits, found.missing) == (False, True, D(1))
    assert found.short == "It costs 4 credits, and 3 are left of Monthly and Top-Up beside what is on the way: 1 short."
    assert not decided(asking(9), left, held=held).waits
    held.drop("0")
    held.drop("0")
    assert decided(asking(4), left, held=held).passes
    assert held.on_the_way("another") == ()
    held.drop("1")
    assert (len(held), held.on_the_way("a"), held.of_token("t")) == (0, (), D(0))


def test_of_a_request_whose_cost_is_not_known_the_least_is_on_the_way() -> None:
    assert holding(asking(None, 2)).on_the_way("a") == (Draw(D(2), DRAIN),)


def test_a_budget_holds_for_its_token_and_nothing_passes_once_it_is_used_up() -> None:
    left: Left = {"monthly": 1000}
    day = Limits(Guard.REFUSE, day=Budget(D(10), D(7)))
    assert decided(asking(3), left, day).passes
    found = decided(asking(4), left, day)
    assert (found.passes, found.why, found.missing, found.waits) == (False, Why.BUDGET_DAY, D(1), False)
    assert found.short == "It costs 4, and 3 are left of this day's budget of 10."
    held = holding(asking(2))
    assert decided(asking(1), left, day, held).passes
    assert decided(asking(2), left, day, held).waits
    assert decide(asking(3), purse(left, held, "another"), day).passes
    month = Limits(Guard.REFUSE, day=Budget(D(10), D(0)), month=Budget(D(20), D(20)))
    assert decided(asking(1), left, month).why is Why.BUDGET_MONTH
    assert decided(asking(None, 0), left, month).why is Why.BUDGET_MONTH
    assert decided(asking(None, 0), left, day).why is Why.COST_UNKNOWN
    assert decided(asking(1), left, Limits(Guard.WARN, month=Budget(D(0), D(0)))).warns


def test_of_any_mix_of_requests_no_more_passes_than_is_left() -> None:
    """10,000 mixes, or 1,000 on every change: what passed at its highest is never more than what was there."""
    for seed in range(10_000 if PROVING else 1_000):
        _one_mix(random.Random(seed))


def _one_mix(chance: random.Random) -> None:
    """Requests come and are settled in any order, each costing what it was said to at the most; pools really pay."""
    left = {"monthly": D(chance.randrange(30)), "top-up": D(chance.randrange(30)), "rows": D(chance.randrange(40))}
    budget, spent, held = D(chance.randrange(60)), D(0), Reservations()
    at_first, under_way = dict(left), {}
    passed = dict.fromkeys(left, D(0))
    shapes = chance.choice([_ONE_ORDER, _ALL_ORDERS])
    for number in range(chance.randrange(1, 40)):
        high = D(chance.randrange(0, 120)) / 10
        matched = Matched(None, "run", 1, {}, D(0), high, pools=chance.choice(shapes))
        limits = Limits(Guard.REFUSE, day=Budget(budget, spent))
        found = decide(matched, purse(left, held), limits)
        payable = _payable(matched, left, held, budget - spent)
        assert found.passes <= payable
        assert found.passes == payable or (shapes is _ALL_ORDERS and len(held) and found.waits)
        if found.passes:
            held.hold(str(number), "a", "t", matched)
            under_way[str(number)] = matched
        while under_way and chance.random() < 0.5:
            settled = chance.choice(sorted(under_way))
            really = under_way[settled].high or D(0)
            really = really if chance.random() < 0.6 else really * chance.randrange(11) / 10
            for draw in under_way.pop(settled).drawn(really):
                for name in draw.pools:
                    part = min(left[name], draw.amount)
                    left[name] -= part
                    passed[name] += part
                    draw = Draw(draw.amount - part, draw.pools)
                assert not draw.amount, "the vendor would have answered 402"
            spent += really
            held.drop(settled)
    assert all(amount >= 0 for amount in left.values())
    assert all(passed[name] <= at_first[name] for name in left)
    assert spent + held.of_token("t") <= budget


_ONE_ORDER: Sequence[tuple[tuple[str, ...], ...]] = ((DRAIN,), (("rows",),), (DRAIN, ("rows",)))
_ALL_ORDERS = (*_ONE_ORDER, (("monthly",),))


def _payable(matched: Matched, left: Mapping[str, Decimal], held: Reservations, budget: Decimal) -> bool:
    """The plain model: what is on the way is taken in the order in which it went, then this."""
    high = matched.high or D(0)
    if not high:
        return True
    rest = dict(left)
    for draw in (*held.on_the_way("a"), *matched.drawn(high)):
        amount = draw.amount
        for name in draw.pools:
            part = min(rest[name], amount)
            rest[name] -= part
            amount -= part
        if amount:
            return False
    return high + held.of_token("t") <= budget


def test_how_many_requests_may_change_what_is_left_is_known_by_account() -> None:
    held = Reservations()
    for number, matched in enumerate((asking(1), asking(0), asking(None, 0))):
        held.hold(str(number), "a", "t", matched)
    assert (held.costing("a"), held.costing("b")) == (2, 0)
    for number in range(3):
        held.drop(str(number))
    assert held.costing("a") == 0
