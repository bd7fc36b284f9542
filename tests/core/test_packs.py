"""The cheapest packs: checked against trying everything, and quick for a gap of a thousand million."""

import time
from decimal import Decimal
from itertools import product
from random import Random

import pytest
from tests.core.desk_facts import FACT, D

from creditdesk.core.offers import Pack
from creditdesk.core.packs import cheapest

CASES = 2_000


def pack(amount: str | int | Decimal, price: str | int | Decimal) -> Pack:
    return Pack(f"p{amount}-{price}", f"{amount}", "shared", D(amount), D(price), "USD", "https://vendor.example", FACT)


SHARED = (pack(1000, 5), pack(5000, 20), pack(15000, 40))
DOMAIN = (pack(1000, 5), pack(5000, 20), pack(10000, 30))

Score = tuple[Decimal, Decimal, int]


def score(bought: tuple[tuple[Pack, int], ...], gap: Decimal) -> Score:
    money = sum((each.price * count for each, count in bought), D(0))
    held = sum((each.amount * count for each, count in bought), D(0))
    return money, gap - held, sum(count for _, count in bought)


def by_trying(packs: list[Pack], gap: Decimal) -> Score:
    """Every combination in which no pack alone is more than the gap needs."""
    ranges = [range(int(gap // each.amount) + 2) for each in packs]
    best: Score | None = None
    for counts in product(*ranges):
        found = score(tuple(zip(packs, counts, strict=True)), gap)
        if found[1] <= 0 and (best is None or found < best):
            best = found
    assert best is not None
    return best


def by_filling(packs: list[Pack], gap: int) -> Score:
    """Unit by unit, for whole amounts."""
    most = gap + max(int(each.amount) for each in packs)
    best: list[tuple[Decimal, int] | None] = [(D(0), 0)] + [None] * most
    for units in range(1, most + 1):
        for each in packs:
            before = best[units - int(each.amount)] if units >= each.amount else None
            if before is not None:
                found = (before[0] + each.price, before[1] + 1)
                best[units] = min(best[units] or found, found)
    return min((found[0], D(gap - units), found[1]) for units, found in enumerate(best) if found and units >= gap)


def test_in_2000_random_cases_nothing_is_cheaper() -> None:
    chance = Random(20261121)
    for _ in range(CASES):
        unit = D(chance.choice(["1", "0.5", "0.25", "10", "1E+2"]))
        packs = [
            pack(unit * chance.randint(2, 12), D(chance.randint(1, 30)) / chance.choice([1, 4]))
            for _ in range(chance.randint(1, 4))
        ]
        gap = unit * chance.randint(1, 40) / chance.choice([1, 1, 3])
        gap = gap.quantize(D("0.001"))
        bought = cheapest(packs, gap)
        assert bought is not None
        assert score(bought, gap) == by_trying(packs, gap), (packs, gap)


def test_long_gaps_agree_with_filling_them_unit_by_unit() -> None:
    chance = Random(7)
    for _ in range(40):
        packs = [pack(chance.randint(3, 60), chance.randint(1, 90)) for _ in range(chance.randint(2, 6))]
        gap = chance.randint(500, 3000)
        bought = cheapest(packs, D(gap))
        assert bought is not None
        assert score(bought, D(gap)) == by_filling(packs, gap), (packs, gap)


@pytest.mark.parametrize(
    ("packs", "gap", "money", "pieces"),
    [
        (SHARED, 1, 5, [(1000, 1)]),
        (SHARED, 4000, 20, [(5000, 1)]),
        (SHARED, 4001, 20, [(5000, 1)]),
        (SHARED, 10_000, 40, [(15_000, 1)]),
        (SHARED, 10_001, 40, [(15_000, 1)]),
        (SHARED, 15_001, 45, [(15_000, 1), (1000, 1)]),
        (DOMAIN, 10_001, 35, [(10_000, 1), (1000, 1)]),
        (DOMAIN, 16_000, 55, [(10_000, 1), (5000, 1), (1000, 1)]),
    ],
)
def test_the_packs_of_a_real_price_list(packs: tuple[Pack, ...], gap: int, money: int, pieces: list[object]) -> None:
    bought = cheapest(packs, D(gap))
    assert bought is not None
    assert sum(each.price * count for each, count in bought) == money
    assert [(each.amount, count) for each, count in bought] == pieces


def test_a_gap_of_a_thousand_million_takes_no_time() -> None:
    begun = time.process_time()
    bought = cheapest(SHARED, D(10**9))
    assert bought == ((SHARED[2], 66_667),)
    assert cheapest(SHARED, D(10**9) + D("0.001")) == ((SHARED[2], 66_667),)
    assert time.process_time() - begun < 0.05


def test_equal_prices_a_unit_leave_the_least_over_in_the_fewest_pieces() -> None:
    even = (pack(4, 4), pack(6, 6), pack(9, 9))
    assert cheapest(even, D(10**9)) == ((even[2], 111_111_110), (even[1], 1), (even[0], 1))


def test_nothing_missing_needs_nothing_and_no_packs_cover_nothing() -> None:
    assert cheapest(SHARED, D(0)) == cheapest((), D(-1)) == ()
    assert cheapest((), D(1)) is None


def test_a_pack_that_costs_more_and_holds_less_is_never_bought() -> None:
    poor = pack(900, 6)
    assert cheapest((poor, *SHARED), D(800)) == ((SHARED[0], 1),)
    free = pack(7, 0)
    assert cheapest((free, *SHARED), D(20)) == ((free, 3),)


def test_hostile_amounts_are_either_optimal_or_not_told_and_never_hang() -> None:
    chance = Random(3)
    packs = [pack(chance.randint(10**38, 10**39), chance.randint(10**8, 10**9)) for _ in range(60)]
    begun = time.process_time()
    cheapest(packs, D(10**44) + 1)
    odd = [pack(10**9 + chance.randint(1, 10**6), 10**6 + chance.randint(1, 9)) for _ in range(60)]
    cheapest(odd, D(10**15))
    assert time.process_time() - begun < 1.5
