"""Several operations on one list: their costs are added up, in pools that they share, against a plain reference."""

import random
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

import pytest
from tests.core.desk_facts import BILLED, FREE, NOW, D, operation, pool, price, snapshot, vendor

from creditdesk.core.offers import Factor, Operation, Price, Step
from creditdesk.core.pools import Pool, PoolKind, Snapshot
from creditdesk.core.pricing import price_of
from creditdesk.core.sizing import Part, Probed, Verdict, VerdictKind, Why, size_parts

CASES = 1_000
BOTH = ("monthly", "top-up")
ONE = operation(price(1, pools=BOTH))
THREE = replace(operation(price(3, pools=BOTH)), id="brief", label="Brief")
DEPTH = Factor("depth", "Depth", default="10", low=D(1), high=D(100))
RANK = operation(price(1, pools=BOTH, steps=(Step("depth", "ceil", D(10)),)), factors=(DEPTH,))


def judge(parts: list[Part], count: int, *pools: Pool, **more: object) -> Verdict:
    definition = more.pop("definition", vendor())
    settings, reserve = more.pop("settings", {}), more.pop("reserve", {})
    return size_parts(definition, parts, count, snapshot(*pools), settings, reserve, NOW, **more)  # type: ignore[arg-type]


def needs(verdict: Verdict) -> list[tuple[str, Decimal, Decimal | None]]:
    return [(each.pool, each.needs_low, each.needs_high) for each in verdict.demands]


def test_the_costs_of_a_plan_are_added_up() -> None:
    parts = [Part(ONE), Part(THREE), Part(RANK, {"depth": "100"}, 4)]
    held = (pool("monthly", 8000, PoolKind.ALLOWANCE), pool("top-up", 800))
    verdict = judge(parts, 200, *held)
    assert (verdict.kind, verdict.fits_items) == (VerdictKind.FITS, 200)
    assert needs(verdict) == [("monthly", D(8000), D(8000)), ("top-up", D(800), D(800))]
    refused = judge(parts, 201, *held)
    assert (refused.kind, refused.binding_pool, refused.demands[1].short) == (VerdictKind.REFUSED, "top-up", 44)


def test_each_part_says_whose_assumptions_they_are() -> None:
    verdict = judge([Part(ONE), Part(THREE, {}, 2)], 1, pool("monthly", 100))
    source = "Price from https://vendor.example/prices, as of 2026-09-01."
    assert verdict.assumptions == (f"Run: {source}", f"Brief, 2 times: {source}")


def test_the_minimum_is_for_each_part_and_each_time() -> None:
    least = operation(price(1, pools=BOTH, minimum=D(10)))
    assert judge([Part(least, {}, 3), Part(ONE)], 2, pool("monthly", 32)).kind is VerdictKind.FITS
    assert judge([Part(least, {}, 3), Part(ONE)], 2, pool("monthly", 31)).kind is VerdictKind.REFUSED


def test_a_free_part_changes_nothing_and_needs_no_reading() -> None:
    free = operation(price(0, pools=("other",)))
    verdict = judge([Part(free), Part(ONE)], 5, pool("monthly", 5))
    assert (verdict.kind, [each.pool for each in verdict.demands]) == (VerdictKind.FITS, ["monthly"])
    assert judge([Part(free), Part(free)], 5).kind is VerdictKind.FITS


def test_parts_of_other_pools_are_each_paid_from_their_own() -> None:
    slots = operation(price(1, pools=("a", "b"), draw="each"))
    only = operation(price(2, pools=("b",)))
    held = (pool("a", 10), pool("b", 20))
    verdict = judge([Part(slots), Part(only)], 6, *held, definition=vendor(drain=()))
    assert needs(verdict) == [("a", D(6), D(6)), ("b", D(18), D(18))]
    refused = judge([Part(slots), Part(only)], 7, *held, definition=vendor(drain=()))
    assert (refused.kind, refused.binding_pool, refused.fits_items) == (VerdictKind.REFUSED, "b", 6)


def test_one_part_without_a_known_cost_leaves_the_whole_unknown_unless_the_rest_is_refused() -> None:
    unknown = operation(price(0, None, pools=BOTH, unknown="Not told."))
    fits = judge([Part(unknown), Part(THREE)], 5, pool("monthly", 15))
    assert (fits.kind, fits.why, fits.fits_items) == (VerdictKind.UNKNOWN, Why.COST_UNKNOWN, None)
    assert [each.needs_high for each in fits.demands] == [None]
    assert judge([Part(unknown), Part(THREE)], 6, pool("monthly", 15)).kind is VerdictKind.REFUSED
    unpriced = operation(price(1, when={"plan": "pro"}))
    assert judge([Part(THREE), Part(unpriced)], 5, pool("monthly", 15)).why is Why.NO_PRICE
    factor = operation(price(1, pools=BOTH, steps=(Step("n"),)), factors=(Factor("n", "N"),))
    assert judge([Part(unpriced), Part(factor)], 5, pool("monthly", 15)).why is Why.FACTOR_MISSING


def test_overage_is_billed_for_all_parts_together() -> None:
    plans = vendor(plans=(BILLED, FREE))
    verdict = judge([Part(ONE), Part(THREE)], 10, pool("monthly", 15), definition=plans, settings={"plan": "growth"})
    assert (verdict.kind, verdict.why, verdict.fits_items) == (VerdictKind.THIN, Why.OVERAGE, 3)
    assert verdict.overage is not None and verdict.overage.amount == 25


def test_no_parts_and_no_times_are_errors() -> None:
    with pytest.raises(ValueError, match="at least one operation"):
        judge([], 1)
    with pytest.raises(ValueError, match="at least once"):
        judge([Part(ONE, {}, 0)], 1)


# Packages that pay items


TASK = operation(
    price(1, pools=("balance",), covers=("package:*",), steps=(Step("price"),)),
    factors=(Factor("price", "Price", "decimal", low=D("0.000001")),),
)
CALLS = vendor(drain=("package:*", "balance"), pools=())


def calls(name: str, left: int | None, days: float = 9) -> Pool:
    until = NOW + timedelta(days=days)
    return pool(f"package:{name}", left, PoolKind.PACKAGE, unit="calls", expires_at=until)


def solve(count: int, *pools: Pool, price: str = "0.5") -> Verdict:
    return judge([Part(TASK, {"price": price})], count, *pools, definition=CALLS)


def test_packages_pay_tasks_one_to_one_the_earliest_expiry_first_before_dollars() -> None:
    held = (calls("late", 10, 9), calls("gone", 99, -1), calls("soon", 4, 1), pool("balance", "3.2", unit="USD"))
    verdict = solve(20, *held)
    assert (verdict.kind, verdict.fits_items) == (VerdictKind.FITS, 20)
    assert needs(verdict) == [
        ("package:soon", D(4), D(4)),
        ("package:late", D(10), D(10)),
        ("balance", D(3), D(3)),
    ]
    refused = solve(21, *held)
    assert (refused.kind, refused.binding_pool, refused.demands[2].short) == (VerdictKind.REFUSED, "balance", D("0.3"))


def test_packages_alone_pay_without_a_dollar_and_without_a_package_dollars_do() -> None:
    assert solve(5, calls("a", 5), pool("balance", 0, unit="USD")).kind is VerdictKind.FITS
    assert solve(6, calls("a", 5), pool("balance", 0, unit="USD")).kind is VerdictKind.REFUSED
    assert solve(6, pool("balance", 3, unit="USD")).kind is VerdictKind.FITS
    assert solve(7, pool("balance", 3, unit="USD")).fits_items == 6


def test_a_package_of_unknown_size_makes_a_shortage_unknown() -> None:
    held = (calls("a", None), pool("balance", 3, unit="USD"))
    assert solve(6, *held).kind is VerdictKind.FITS
    unknown = solve(7, *held)
    assert (unknown.kind, unknown.why, unknown.binding_pool) == (VerdictKind.UNKNOWN, Why.POOL_UNKNOWN, "package:a")


# What a free question told


def test_a_probed_list_costs_what_the_vendor_said() -> None:
    metrics = operation(price(0, 1, pools=BOTH))
    known = [Part(metrics, probed=Probed(20, 8))]
    verdict = judge(known, 20, pool("monthly", 8))
    assert (verdict.kind, needs(verdict)) == (VerdictKind.FITS, [("monthly", D(8), D(8))])
    assert "8 of 20 are charged, as the vendor itself answered." in verdict.assumptions
    assert judge(known, 20, pool("monthly", 7)).kind is VerdictKind.REFUSED
    assert judge([Part(metrics)], 20, pool("monthly", 8)).kind is VerdictKind.UNKNOWN
    fewer, more = judge(known, 10, pool("monthly", 8)), judge(known, 25, pool("monthly", 12))
    assert needs(fewer) == [("monthly", D(0), D(8))]  # which of them are charged is not known
    assert needs(more) == [("monthly", D(8), D(13))]


# Limits that ask, and the account's own ratio


def test_more_than_the_account_sends_without_asking_is_named() -> None:
    held = (pool("monthly", 50), pool("top-up", 100))
    limits = {"monthly": D(50), "top-up": D(9)}
    assert judge([Part(ONE)], 59, *held, ask_over=limits).over_limit == ()
    assert judge([Part(ONE)], 60, *held, ask_over=limits).over_limit == ("top-up",)
    assert judge([Part(ONE)], 60, *held, ask_over={"other": D(1)}).over_limit == ()
    unknown = operation(price(0, None, pools=BOTH, unknown="Not told."))
    assert judge([Part(unknown)], 1, *held, ask_over=limits).over_limit == ("monthly", "top-up")


def test_a_limit_of_a_family_is_for_all_its_pools_together() -> None:
    held = (calls("a", 5), calls("b", 5), pool("balance", 0, unit="USD"))
    definition, part = CALLS, Part(TASK, {"price": "1"})
    assert judge([part], 9, *held, definition=definition, ask_over={"package:*": D(8)}).over_limit == ("package:*",)
    assert judge([part], 8, *held, definition=definition, ask_over={"package:*": D(8)}).over_limit == ()


def slots(used: int | None = 842, rows: int | None = 4210) -> Snapshot:
    places = PoolKind.SLOTS
    return snapshot(
        pool("keywords", 158, places, used=None if used is None else D(used)),
        pool("data-rows", 790, places, used=None if rows is None else D(rows)),
    )


def observed(held: Snapshot, count: int = 100) -> Verdict:
    track = operation(price(1, pools=("keywords", "data-rows"), draw="each", observed=("data-rows", "keywords")))
    return size_parts(vendor(drain=()), [Part(track)], count, held, {}, {}, NOW)


def test_the_accounts_own_ratio_stands_beside_the_price_and_decides_nothing() -> None:
    verdict = observed(slots(), 158)
    assert verdict.kind is VerdictKind.FITS and verdict.observed is not None
    assert (verdict.observed.pool, str(verdict.observed.ratio), verdict.observed.needs) == ("data-rows", "5", 790)
    assert verdict.observed.differs
    third = observed(slots(3, 1)).observed
    assert third is not None and (str(third.ratio), third.needs) == ("0.3333", 34)
    same = observed(slots(10, 10)).observed
    assert same is not None and not same.differs


def test_without_use_there_is_no_ratio() -> None:
    assert [observed(held).observed for held in (slots(None), slots(0), slots(5, None))] == [None, None, None]


# Against a plain reference


@dataclass(frozen=True)
class Case:
    parts: tuple[Part, ...]
    count: int
    pools: tuple[Pool, ...]
    reserve: dict[str, Decimal]
    drain: tuple[str, ...]


NAMES = ("a", "b", "c", "p:1", "p:2")


def random_price(chance: random.Random) -> Price:
    unit = D(chance.choice(("1", "2", "0.5", "0.1", "3")))
    low = unit * chance.choice((0, 1, 1, 2))
    high = None if chance.random() < 0.05 else low + unit * chance.choice((0, 0, 0, 1, 5))
    names = tuple(chance.sample(("a", "b", "c"), chance.randint(1, 3)))
    if chance.random() < 0.2:
        return price("1", pools=names, draw="drain", covers=("p:*",))
    per, draw = chance.choice(("item", "item", "run", "item_or_run")), chance.choice(("each", "drain"))
    minimum = D(chance.choice((0, 0, 1, 7)))
    return replace(price(0, pools=names), low=low, high=high, per=per, draw=draw, minimum=minimum)


def random_case(chance: random.Random) -> Case:
    parts = []
    for _ in range(chance.randint(1, 4)):
        cost = random_price(chance)
        probed = None
        if cost.per == "item" and chance.random() < 0.2:
            charged = chance.randint(0, 20)
            probed = Probed(charged + chance.randint(0, 20), charged)
        parts.append(Part(operation(cost), {}, chance.choice((1, 1, 2, 5)), probed))
    spread = chance.choice((10, 80, 500))
    pools = [pool(name, None if chance.random() < 0.05 else chance.randint(-3, spread)) for name in NAMES]
    reserve = {name: D(chance.randint(0, 20)) for name in NAMES if chance.random() < 0.2}
    return Case(tuple(parts), chance.randint(0, 40), tuple(pools), reserve, NAMES[3:] + NAMES[:3])


def item_costs(part: Part, count: int, high: bool) -> list[Decimal]:
    """What each item costs, one after the other: the dearest distribution, or the cheapest one."""
    cost = part.operation.prices[0]
    top = D(0) if cost.high is None else cost.high
    probed = part.probed if cost.per == "item" and cost.high is not None and not cost.covers else None
    found = []
    for item in range(count):
        if probed is not None:
            cached = probed.items - probed.charged
            dearest, cheapest = item < probed.charged or item >= probed.items, cached <= item < probed.items
            charged = dearest if high else cheapest
            found.append(top if charged else cost.low)
        elif cost.per == "item" or item == 0 or (cost.per == "item_or_run" and high):
            found.append(top if high else cost.low)
        else:
            found.append(D(0))
    return found


def pay(case: Case, count: int, high: bool, known_only: bool) -> dict[str, Decimal] | None:
    """What stays after every time of every part, item by item; None when it cannot be paid."""
    lefts = {each.id: each.left for each in case.pools}
    stays = {
        name: (D(0) if known_only else D(10**9)) if left is None else max(left, D(0)) for name, left in lefts.items()
    }
    for part in case.parts:
        cost = part.operation.prices[0]
        if high and cost.high is None and count:
            return None
        for _ in range(part.times):
            items = item_costs(part, count, high)
            if cost.covers:
                items = covered(stays, items)
            total = sum(items, D(0))
            if count and not cost.covers:
                total = max(total, cost.minimum)
            if not take(cost, stays, lefts, total, known_only):
                return None
    return stays


def covered(stays: dict[str, Decimal], items: list[Decimal]) -> list[Decimal]:
    """The items that no package pays."""
    unpaid = []
    for item in items:
        name = next((name for name in ("p:1", "p:2") if stays[name] >= 1), None)
        if name is None:
            unpaid.append(item)
        else:
            stays[name] -= 1
    return unpaid


def take(
    cost: Price, stays: dict[str, Decimal], lefts: dict[str, Decimal | None], total: Decimal, known_only: bool
) -> bool:
    if cost.draw == "each":
        for name in cost.pools:
            if total > stays[name] or (known_only and lefts[name] is None and total):
                return False
            stays[name] -= total
        return True
    for name in ("a", "b", "c"):
        if name in cost.pools:
            part = min(stays[name], total)
            stays[name], total = stays[name] - part, total - part
    return total == 0


def check(case: Case) -> VerdictKind:
    definition = vendor(drain=case.drain, pools=())
    verdict = size_parts(definition, case.parts, case.count, snapshot(*case.pools), {}, case.reserve, NOW)
    lefts = {each.id: each.left for each in case.pools}
    surely = pay(case, case.count, high=True, known_only=True)
    perhaps = pay(case, case.count, high=False, known_only=False)
    if surely is not None:
        thin = any(
            left is not None and surely[name] != max(left, D(0)) and surely[name] < case.reserve.get(name, D(0))
            for name, left in lefts.items()
        )
        assert verdict.kind is (VerdictKind.THIN if thin else VerdictKind.FITS), (case, verdict)
        for demand in verdict.demands:
            left = lefts[demand.pool]
            if left is not None and left >= 0:
                assert demand.needs_high == left - surely[demand.pool], (case, verdict)
    elif perhaps is None:
        assert verdict.kind is VerdictKind.REFUSED, (case, verdict)
        assert any(demand.short > 0 for demand in verdict.demands)
        assert verdict.binding_pool
    else:
        assert verdict.kind is VerdictKind.UNKNOWN, (case, verdict)
    told = verdict.fits_items
    if told is not None and case.count and told < 2_000:
        assert told == 0 or pay(case, told, high=True, known_only=True) is not None, (case, verdict)
        if told != case.count:
            assert pay(case, told + 1, high=True, known_only=True) is None, (case, verdict)
    return verdict.kind


def test_in_1000_random_plans_the_sizer_agrees_with_paying_item_by_item() -> None:
    chance = random.Random(20261121)
    seen = Counter(check(random_case(chance)) for _ in range(CASES))
    assert all(seen[kind] > CASES / 100 for kind in VerdictKind), seen


def test_more_items_never_leave_more() -> None:
    chance = random.Random(5)
    for _ in range(200):
        case = random_case(chance)
        definition = vendor(drain=case.drain, pools=())
        before: list[tuple[str, Decimal, Decimal | None]] = []
        for count in range(12):
            found = needs(size_parts(definition, case.parts, count, snapshot(*case.pools), {}, {}, NOW))
            for (_, low, high), (_, less, lower) in zip(found, before, strict=False):
                assert high is None or lower is None or high >= lower
                assert low >= 0 and less >= 0
            before = found


def test_a_plan_of_many_parts_costs_the_same_for_any_number_of_items() -> None:
    parts = [Part(ONE), Part(THREE, {}, 9), Part(RANK, {"depth": "55"}, 52)]
    held = (pool("monthly", "123456789012345678901234567890.5"), pool("top-up", 7))
    verdict = judge(parts, 10**30, *held)
    each = 1 + 27 + 52 * 6
    assert verdict.fits_items == int(D("123456789012345678901234567897.5") // each)
    assert verdict.kind is VerdictKind.REFUSED


def test_a_price_list_says_what_repeats_cost() -> None:
    lists: Operation = operation(
        price(20, when={"prices": "newer"}, repeats="once"), price(10, when={"prices": "fixed"})
    )
    told = [price_of(lists, {}, {"prices": prices}) for prices in ("newer", "fixed", "none")]
    assert [each and each.repeats for each in told] == ["once", "", None]
