"""In random cases every way keeps its word: what is chosen fits, what is bought covers, what is told is demanded."""

import random
import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from tests.core.desk_facts import BILLED, FACT, FREE, NOW, D, operation, snapshot, vendor
from tests.proving import size

from creditdesk.core.definition import Definition, PoolRule
from creditdesk.core.offers import Factor, Operation, Pack, Plan, Price, Step
from creditdesk.core.pools import Pool, PoolKind, Snapshot
from creditdesk.core.sizing import size_parts
from creditdesk.core.verdict import Part, Probed, Verdict, VerdictKind, Why
from creditdesk.core.ways import Way, WayCase, WayKind, apply, ways

CASES = size(1_000, 3_000)
NAMES = ("a", "b", "c")
TAKEN = (VerdictKind.FITS, VerdictKind.THIN)
NEEDS_A_STEP = (WayKind.FREE, WayKind.PACKS, WayKind.PLAN, WayKind.LATER)
FACTORS = (
    Factor("depth", "Depth", default="10", low=D(1), high=D(100)),
    Factor("engines", "Engines", default="2", low=D(1), as_rows=True),
    Factor("mode", "Mode", "choice", default="deep", choices=("quick", "deep")),
)
STEPS = (
    Step("depth", "ceil", D(10), documented=("10", "100"), why="Between is assumed."),
    Step("engines"),
    Step("mode", "table", values={"quick": D(1), "deep": D(3)}),
)
KINDS = (PoolKind.SLOTS, PoolKind.ALLOWANCE, PoolKind.WALLET)


def random_operation(chance: random.Random, draw: str) -> Operation:
    unit = D(chance.choice(("1", "0.5", "2")))
    low = unit * chance.choice((0, 1, 1, 1))
    high = None if chance.random() < 0.05 else low + unit * chance.choice((0, 0, 1, 5))
    steps = tuple(step for step in STEPS if chance.random() < 0.5)
    cost = Price(
        FACT,
        low,
        high,
        pools=NAMES[: chance.randint(1, 3)],
        draw=draw,
        per=chance.choice(("item", "item", "item", "run", "item_or_run")),
        steps=steps,
        minimum=D(chance.choice((0, 0, 5))),
        assumptions=chance.choice(((), ("It is assumed.",))),
    )
    return operation(cost, factors=tuple(each for each in FACTORS if each.name in {step.factor for step in steps}))


def random_pool(chance: random.Random, name: str, kind: PoolKind) -> Pool:
    limit = D(chance.randint(50, 400))
    left = None if chance.random() < 0.03 else D(chance.randint(-5, int(limit)))
    resets = NOW + timedelta(days=chance.randint(-2, 20)) if kind is PoolKind.ALLOWANCE else None
    used = None if left is None else limit - left
    return Pool(name, name.upper(), kind, "units", left, limit, used, resets_at=resets)


def random_vendor(chance: random.Random) -> Definition:
    packs = tuple(
        Pack(f"{name}-{size}", f"{size}", name, D(size), D(chance.randint(1, 60)), "USD", "https://v.example", FACT)
        for name in NAMES
        for size in chance.sample((10, 25, 100, 1000), chance.randint(0, 3))
    )
    plans = () if chance.random() < 0.4 else (*_plans(chance), *((BILLED, FREE) if chance.random() < 0.3 else ()))
    rules = tuple(PoolRule(name, name.upper(), PoolKind.WALLET, "units") for name in NAMES)
    return vendor(drain=NAMES, pools=rules, packs=packs, plans=plans)


def _plans(chance: random.Random) -> tuple[Plan, ...]:
    pool = chance.choice(NAMES)
    return tuple(Plan(f"p{size}", f"P{size}", FACT, limits={pool: D(size)}) for size in (100, 500, 5000))


def random_case(chance: random.Random) -> WayCase:
    definition = random_vendor(chance)
    draw = chance.choice(("each", "drain"))
    parts = []
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        found = random_operation(chance, chance.choice((draw, draw, draw, "drain")))
        given = {"depth": str(chance.choice((10, 55, 100))), "engines": str(chance.randint(1, 5))}
        factors = {each.name: given[each.name] for each in found.factors if each.name in given}
        probed = Probed(20, chance.randint(0, 20)) if chance.random() < 0.1 else None
        parts.append(Part(found, factors, chance.choice((1, 1, 3)), probed))
    pools = [random_pool(chance, name, chance.choice(KINDS)) for name in NAMES]
    reserve = {name: D(chance.randint(0, 60)) for name in NAMES if chance.random() < 0.25}
    settings = {"plan": chance.choice([plan.id for plan in definition.plans])} if definition.plans else {}
    rows = next((int(part.factors["engines"]) for part in parts if "engines" in part.factors), 0)
    count = chance.choice((1, 5, 20, 60, 400))
    held = snapshot(*pools)
    trackable = chance.random() < 0.5
    return WayCase(definition, tuple(parts), count, held, settings, reserve, NOW, rows, trackable)


def judged(case: WayCase) -> Verdict:
    return size_parts(case.definition, case.parts, case.count, case.snapshot, case.settings, case.reserve, case.now)


def told(way: Way, verdict: Verdict) -> tuple[Decimal | None, Decimal | None]:
    """What the verdict demands of the pool the way names: of all its pools together where it names none."""
    demands = [each for each in verdict.demands if not way.pool or each.pool == way.pool]
    if way.pool:
        (demand,) = demands
        left = None if demand.left is None or demand.needs_high is None else demand.left - demand.needs_high
        return demand.needs_high, left
    highs = [each.needs_high for each in demands]
    lefts = [None if each.left is None or each.needs_high is None else each.left - each.needs_high for each in demands]
    if not demands:
        return None, None
    return _sum(highs), _sum(lefts)


def _sum(amounts: list[Decimal | None]) -> Decimal | None:
    return None if None in amounts else sum((each for each in amounts if each is not None), D(0))


def with_more(case: WayCase, added: dict[str, Decimal], **changes: object) -> WayCase:
    assert case.snapshot is not None
    pools = tuple(
        replace(each, left=None if each.left is None else each.left + added.get(each.id, D(0)))
        for each in case.snapshot.pools
    )
    return replace(case, snapshot=Snapshot(NOW, case.snapshot.source, pools), **changes)  # type: ignore[arg-type]


def check_step(way: Way, case: WayCase) -> None:
    """A way that needs another step first: once that is done, the vendor takes all of it."""
    assert case.snapshot is not None
    if way.kind is WayKind.PACKS:
        pool = way.id.split(":")[1]
        sold = {pack.id: pack for pack in case.definition.packs}
        amount = sum((sold[buy.pack].amount * buy.count for buy in way.buys), D(0))
        assert way.money == sum((sold[buy.pack].price * buy.count for buy in way.buys), D(0))
        assert amount >= way.short > 0
        after = judged(with_more(case, {pool: amount}))
    elif way.kind is WayKind.FREE:
        after = judged(
            with_more(case, {each.id: way.short for each in case.snapshot.pools if each.kind is PoolKind.SLOTS})
        )
    elif way.at_least is not None:
        limits = {each.id: each.limit or D(0) for each in case.snapshot.pools}
        after = judged(with_more(case, {name: limit - limits[name] for name, limit in way.limits.items()}))
    else:
        limits = {each.id: each.limit or D(0) for each in case.snapshot.pools}
        plan = way.id.split(":")[1]
        added = {name: limit - limits[name] for name, limit in way.limits.items()}
        after = judged(with_more(case, added, settings={**case.settings, "plan": plan}))
    assert after.kind in TAKEN and after.why is not Why.OVERAGE, (way, after)
    assert told(way, after) == (way.added_now, way.left_after), (way, after)


def check(case: WayCase) -> Counter[WayKind]:
    verdict, found = judged(case), ways(case)
    seen: Counter[WayKind] = Counter()
    assert len({way.id for way in found}) == len(found)
    assert (found[:1] and found[0].kind is WayKind.ALL) == (verdict.kind in TAKEN) or not found
    for way in found:
        seen[way.kind] += 1
        assert way.items + way.kept == case.count and (way.items > 0 or way.kind is WayKind.LATER)
        applied = apply(way, case)
        after = judged(applied)
        if way.kind in NEEDS_A_STEP and way.kind is not WayKind.LATER:
            assert applied == case
            check_step(way, case)
            continue
        assert applied.count == way.items
        assert (way.added_now, way.left_after) == told(way, after), (way, after)
        if way.kind is WayKind.LATER:
            assert 0 < way.then_items <= way.kept and way.at is not None and way.at > case.now
        if way.kind is not WayKind.PILOT and way.items:
            assert after.kind in TAKEN, (way, after, case)
        if way.kind is WayKind.RESERVE:
            assert after.kind is VerdictKind.FITS
            assert judged(replace(applied, count=way.items + 1)).kind is not VerdictKind.FITS
        if way.kind is WayKind.PART:
            assert judged(replace(case, count=way.items + 1)).kind not in TAKEN or verdict.why is Why.OVERAGE
    return seen


def test_in_random_cases_every_way_keeps_its_word() -> None:
    chance = random.Random(20261121)
    seen: Counter[WayKind] = Counter()
    for _ in range(CASES):
        seen += check(random_case(chance))
    assert all(seen[kind] > CASES / 300 for kind in WayKind), seen


def test_what_goes_at_once_stands_before_what_is_given_up_and_that_before_what_is_paid() -> None:
    chance = random.Random(11)
    steps = (
        {WayKind.ALL},
        {WayKind.LATER, WayKind.PART, WayKind.RESERVE},
        {WayKind.FREE, WayKind.FACTOR, WayKind.ROW},
        {WayKind.PACKS, WayKind.PLAN},
        {WayKind.PILOT},
    )
    for _ in range(500):
        found = ways(random_case(chance))
        order = [next(number for number, kinds in enumerate(steps) if way.kind in kinds) for way in found]
        assert order == sorted(order), found


def test_the_cost_of_the_ways_does_not_grow_with_the_items() -> None:
    chance = random.Random(1)
    cases = [replace(random_case(chance), count=10**12) for _ in range(30)]
    begun = time.process_time()
    for case in cases:
        ways(case)
    assert time.process_time() - begun < 3
