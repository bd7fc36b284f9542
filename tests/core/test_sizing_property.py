"""B4: in 10,000 random cases the sizer agrees with a plain reference that pays for the items one after the other."""

import random
from dataclasses import dataclass
from decimal import Decimal

import pytest
from tests.core.desk_facts import FACT, NOW, D, operation, pool, snapshot, vendor

from creditdesk.core.offers import Price, Step
from creditdesk.core.pools import Pool
from creditdesk.core.sizing import VerdictKind, size

CASES = 10_000
POOLS = ("a", "b", "c")


@dataclass(frozen=True)
class Case:
    price: Price
    count: int
    pools: tuple[Pool, ...]
    reserve: dict[str, Decimal]


def random_case(chance: random.Random) -> Case:
    unit = chance.choice(("1", "1", "2", "0.5", "0.1", "25", "0.003"))
    low = D(unit) * chance.choice((0, 1, 1, 2))
    high = None if chance.random() < 0.1 else low + D(unit) * chance.choice((0, 0, 0, 1, 14))
    names = POOLS[: chance.randint(1, 3)]
    spread = chance.choice((3, 40, 400))
    pools = [pool(name, None if chance.random() < 0.07 else chance.randint(-5, spread)) for name in names]
    chance.shuffle(pools)
    price = Price(
        FACT,
        low,
        high,
        pools=names,
        draw=chance.choice(("each", "drain")),
        per=chance.choice(("item", "item", "item", "run", "item_or_run")),
        minimum=D(chance.choice((0, 0, 0, 1, 7))),
    )
    reserve = {name: D(chance.randint(0, 20)) for name in names if chance.random() < 0.3}
    return Case(price, chance.randint(0, 45), tuple(pools), reserve)


def pay(case: Case, cost: Decimal, known_only: bool) -> dict[str, Decimal] | None:
    """What stays in each pool after paying `cost` the way the vendor takes it; None when it cannot be paid."""
    lefts = {each.id: each.left for each in case.pools}
    stays: dict[str, Decimal] = {}
    for name in case.price.pools:
        left = lefts[name]
        if left is None:
            if case.price.draw == "each" and known_only and cost > 0:
                return None
            left = D(0) if known_only else D(10**9)
        if case.price.draw == "each":
            if cost > max(left, D(0)):
                return None
            stays[name] = left - cost
        else:
            taken = min(max(left, D(0)), cost)
            stays[name], cost = left - taken, cost - taken
    return stays if case.price.draw == "each" or cost == 0 else None


def cost_of(price: Price, unit: Decimal, count: int, high: bool) -> Decimal:
    """Counted item by item."""
    cost = D(0)
    for item in range(count):
        if price.per == "item" or item == 0 or (price.per == "item_or_run" and high):
            cost += unit
    return max(cost, price.minimum) if count else D(0)


def check(case: Case) -> VerdictKind:
    verdict = size(
        vendor(drain=POOLS, pools=()),
        operation(case.price),
        case.count,
        {},
        snapshot(*case.pools),
        {},
        case.reserve,
        NOW,
    )
    price = case.price
    low = cost_of(price, price.low, case.count, high=False)
    known = price.high is not None or not case.count
    high = cost_of(price, price.high or D(0), case.count, high=True) if known else None
    surely = None if high is None else pay(case, high, known_only=True)
    perhaps = pay(case, low, known_only=False)
    if surely is not None:
        lefts = {each.id: each.left for each in case.pools}
        touched = [name for name in surely if lefts[name] is not None and surely[name] != lefts[name]]
        thin = any(surely[name] < case.reserve.get(name, 0) for name in touched)
        assert verdict.kind is (VerdictKind.THIN if thin else VerdictKind.FITS)
        if verdict.kind is VerdictKind.FITS:  # B4 itself
            assert high is not None
            held = sum(max(D(0), lefts[name] or D(0)) - case.reserve.get(name, D(0)) for name in touched)
            assert price.draw == "each" or high <= held
    elif perhaps is None:
        assert verdict.kind is VerdictKind.REFUSED
        assert verdict.binding_pool in price.pools
        assert any(demand.short > 0 for demand in verdict.demands)
    else:
        assert verdict.kind is VerdictKind.UNKNOWN
    check_largest_part(case, verdict.fits_items)
    return verdict.kind


def check_largest_part(case: Case, told: int | None) -> None:
    """`told` items surely fit, and one more does not; unless more items cost no more."""
    price = case.price
    if told is None:
        assert case.count == 0 or price.high is None or any(each.left is None for each in case.pools)
        return
    if told:
        assert price.high is not None or case.count == 0
        if price.high is not None:
            assert pay(case, cost_of(price, price.high, told, high=True), known_only=True) is not None or told > 10**6
    if price.high and price.per != "run" and case.count:
        assert pay(case, cost_of(price, price.high, told + 1, high=True), known_only=True) is None


@pytest.mark.promise("B4", "10,000 random cases")
def test_in_10_000_random_cases_the_sizer_agrees_with_paying_item_by_item() -> None:
    chance = random.Random(402)
    seen: dict[VerdictKind, int] = {}
    for _ in range(CASES):
        kind = check(random_case(chance))
        seen[kind] = seen.get(kind, 0) + 1
    assert all(seen.get(kind, 0) > CASES / 50 for kind in VerdictKind)


def test_the_cost_of_a_verdict_does_not_grow_with_the_items() -> None:
    rows = Price(FACT, D(1), D(1), pools=("a", "b"), draw="each", steps=(Step("engines"),))
    held = snapshot(pool("a", 3_999_999), pool("b", 10_000_000))
    from_engines = operation(rows, factors=())
    verdict = size(vendor(drain=()), from_engines, 10**15, {}, held, {}, {}, NOW)
    assert verdict.kind is VerdictKind.UNKNOWN
    plain = Price(FACT, D(4), D(4), pools=("a", "b"), draw="each")
    refused = size(vendor(drain=()), operation(plain), 10**15, {}, held, {}, {}, NOW)
    assert (refused.kind, refused.fits_items) == (VerdictKind.REFUSED, 999_999)
