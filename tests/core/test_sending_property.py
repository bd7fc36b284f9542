"""B4: what is planned never costs more at its highest than the balance without the reserve, and no line is lost."""

import random
from collections import Counter
from dataclasses import replace
from decimal import ROUND_CEILING, Decimal

import pytest
from tests.core.desk_facts import NOW, D, operation, pool, price, snapshot, vendor

from creditdesk.core.import_plan import pick
from creditdesk.core.keywords import clean
from creditdesk.core.offers import Factor, Price, Step
from creditdesk.core.pools import Account
from creditdesk.core.send_sizing import Charged, size_batches
from creditdesk.core.sending import Batch, BatchState, Outcome, OutcomeKind, concluded, next_planned, split
from creditdesk.core.verdict import VerdictKind

CASES = 10_000
WORDS = ["shoe", "Boot", "hat", " bag ", "SHOE", "scarf", "belt", "", "sock\x00", "glove", "cap", "b\u00f4ot"]
DEPTH = Factor("depth", "Depth", default="10", low=D(1))


def random_price(dice: random.Random) -> Price:
    low = D(dice.randint(0, 40)) / dice.choice((1, 4, 10))
    high = dice.choice((low, low, low + dice.randint(0, 5), None))
    steps = dice.choice(((), (Step("depth"),), (Step("depth", "ceil", D(7)),)))
    return price(
        low,
        high,
        pools=dice.choice((("monthly",), ("monthly", "top-up"))),
        draw=dice.choice(("each", "drain")),
        per=dice.choice(("item", "item", "run", "item_or_run")),
        minimum=D(dice.choice((0, 0, 0, 3, 10))),
        steps=steps,
    )


def cost(chosen: Price, count: int, depth: int) -> Decimal:
    """The most that one request of so many items costs, worked out apart from the code."""
    times = D(1)
    for step in chosen.steps:
        times = D(depth) if step.rule == "value" else (D(depth) / step.per).to_integral_value(ROUND_CEILING)
    assert chosen.high is not None
    return max(chosen.minimum, chosen.high * (1 if chosen.per == "run" else count) * times)


@pytest.mark.timeout(120)
@pytest.mark.promise("B4", "10,000 random imports")
def test_10000_random_imports_never_cost_more_than_what_is_left_without_the_reserve() -> None:
    dice = random.Random(2026)
    fitting = 0
    for _ in range(CASES):
        lines = [dice.choice(WORDS) for _ in range(dice.randint(0, 14))]
        cleaned = clean(lines)
        left_out = tuple(dice.sample(WORDS[:6], dice.randint(0, 2)))
        first = dice.choice((0, 0, 1, 3))
        picked = pick(cleaned.unique, left_out, first)
        skipped = cleaned.blank + cleaned.repeated + len(cleaned.rejected) + (len(cleaned.unique) - len(picked.items))
        assert len(picked.items) + skipped == len(lines)
        assert [cleaned.unique[place] for place in picked.places] == list(picked.items)
        batches = split(len(picked.items), dice.randint(1, 5))
        assert sum(batch.count for batch in batches) == len(picked.items)
        if not batches:
            continue
        chosen, depth = random_price(dice), dice.randint(1, 30)
        left = {name: D(dice.randint(-5, 200)) / dice.choice((1, 2)) for name in ("monthly", "top-up")}
        reserve = {name: D(dice.randint(0, 20)) for name in dice.sample(sorted(left), dice.randint(0, 2))}
        account = Account("a", "Mine", "vendor", reserve=reserve)
        asked = replace(operation(chosen, factors=(DEPTH,)), id="run")
        charged = Charged(vendor(operations=(asked,)), asked, {"depth": str(depth)}, account, reserve)
        pools = snapshot(*(pool(name, str(amount)) for name, amount in left.items()))
        verdict = size_batches(charged, Counter(batch.count for batch in batches), pools, NOW)
        if verdict.kind is not VerdictKind.FITS:
            continue
        fitting += 1
        needed = sum((cost(chosen, batch.count, depth) for batch in batches), D(0)) if chosen.high else D(0)
        for place, name in enumerate(chosen.pools):
            last = chosen.draw == "each" or place == len(chosen.pools) - 1
            taken = needed if last else min(max(left[name], D(0)), needed)
            needed -= D(0) if chosen.draw == "each" else taken
            assert not taken or taken <= left[name] - reserve.get(name, D(0)), (chosen, left, reserve)
    assert fitting > CASES // 10


def test_equality_fits_and_one_less_does_not() -> None:
    charged = Charged(
        vendor(),
        operation(price(2, pools=("monthly",), minimum=D(3))),
        {},
        Account("a", "Mine", "vendor"),
        {"monthly": D(5)},
    )
    verdict = size_batches(charged, {4: 2, 1: 1}, snapshot(pool("monthly", 24)), NOW)
    assert verdict.kind is VerdictKind.FITS  # 8 + 8 + 3 + a reserve of 5
    (demand,) = verdict.demands
    assert (demand.needs_high, demand.left) == (D(19), D(24))
    short = size_batches(charged, {4: 2, 1: 1}, snapshot(pool("monthly", 23)), NOW)
    assert short.kind is VerdictKind.THIN
    refused = size_batches(charged, {4: 2, 1: 1}, snapshot(pool("monthly", 18)), NOW)
    assert refused.kind is VerdictKind.REFUSED
    assert refused.demands[0].needs_high == D(19)


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (OutcomeKind.ACCEPTED, BatchState.ACCEPTED),
        (OutcomeKind.OVER_QUOTA, BatchState.REFUSED),
        (OutcomeKind.REFUSED, BatchState.REFUSED),
        (OutcomeKind.THROTTLED, BatchState.UNKNOWN),
        (OutcomeKind.UNKNOWN, BatchState.UNKNOWN),
        (OutcomeKind.NOT_SENT, BatchState.PLANNED),
    ],
)
def test_only_what_surely_never_left_is_planned_again(kind: OutcomeKind, state: BatchState) -> None:
    begun = Batch(1, 0, 5, BatchState.SENDING, NOW, tries=1)
    after = concluded(begun, Outcome(kind, "told", 500), NOW)
    assert (after.state, after.tries, after.answered) == (state, 1, kind is OutcomeKind.THROTTLED)
    assert (after.sent_at is None) == (state is BatchState.PLANNED)


def test_batches_are_numbered_and_cover_all_items_once() -> None:
    batches = split(10, 4)
    assert [(each.number, each.first, each.count) for each in batches] == [(1, 0, 4), (2, 4, 4), (3, 8, 2)]
    assert split(0, 4) == ()
    assert next_planned((replace(batches[0], state=BatchState.UNKNOWN), *batches[1:])) == batches[1]
    with pytest.raises(ValueError, match="at least one"):
        split(3, 0)
