"""The cheapest packs that cover a gap: an exact optimum, however large the gap is.

Least money first, then the most units for it, then the fewest pieces. It rests on this: where the pack with the best
price a unit has `a` units, fewer than `a / gcd` pieces of any other pack are ever worth buying, because so many can be
exchanged for the best pack at no higher price; and their price may exceed the best possible one by less than what is at
stake.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from functools import lru_cache
from math import gcd

from creditdesk.core.amounts import EXACT
from creditdesk.core.offers import Pack

MOST_STATES = 20_000
"""Combinations that are looked at. Vendors' packs need some dozens; amounts without a common measure may need more."""


def cheapest(packs: Sequence[Pack], gap: Decimal) -> tuple[tuple[Pack, int], ...] | None:
    """How many of which packs to buy to have `gap` units or more, the largest first; all prices in one currency.

    () when nothing is missing. None when there are no packs, or when their amounts are so odd that the cheapest set is
    not found in a moment; a set that might not be the cheapest is never told.
    """
    return _cheapest(tuple(packs), gap)


@lru_cache(maxsize=64)
def _cheapest(packs: tuple[Pack, ...], gap: Decimal) -> tuple[tuple[Pack, int], ...] | None:
    if gap <= 0:
        return ()
    usable = [pack for pack in packs if pack.amount > 0 and pack.price >= 0]
    if not usable:
        return None
    with localcontext(EXACT):
        amounts = _whole([pack.amount for pack in usable])
        prices = _whole([pack.price for pack in usable])
        whole, rest = divmod(gap * amounts[0], usable[0].amount)
    missing = int(whole) + bool(rest)
    offers = _worthwhile([_Offer(*each) for each in zip(usable, amounts, prices, strict=True)])
    bought = _optimum(offers, missing)
    if bought is None:
        return None
    found = [(offer.pack, count) for offer, count in zip(offers, bought, strict=True) if count]
    return tuple(sorted(found, key=lambda each: -each[0].amount))


@dataclass(frozen=True, slots=True)
class _Offer:
    """A pack in whole numbers: the least common units of amounts and prices."""

    pack: Pack
    amount: int
    price: int


def _whole(amounts: Sequence[Decimal]) -> list[int]:
    """The amounts as whole numbers without a common divisor, in the same proportion."""
    shift = -min(min(int(amount.as_tuple().exponent) for amount in amounts), 0)
    scaled = [int(amount.scaleb(shift)) for amount in amounts]
    divisor = gcd(*scaled) or 1
    return [each // divisor for each in scaled]


def _worthwhile(offers: Sequence[_Offer]) -> list[_Offer]:
    """Without those that cost more than another one which holds as much, and the best price a unit first."""
    kept: list[_Offer] = []
    for offer in offers:
        if any(each.amount >= offer.amount and each.price < offer.price for each in offers):
            continue
        if not any((each.amount, each.price) == (offer.amount, offer.price) for each in kept):
            kept.append(offer)
    best = kept[0]
    for offer in kept:
        left, right = offer.price * best.amount, best.price * offer.amount
        if left < right or (left == right and offer.amount > best.amount):
            best = offer
    return [best, *sorted((each for each in kept if each is not best), key=lambda each: -each.amount)]


def _optimum(offers: Sequence[_Offer], missing: int) -> tuple[int, ...] | None:
    """How many of each offer; the first one has the best price a unit. `missing` is above 0."""
    best, others = offers[0], offers[1:]
    blank = (0,) * len(others)
    states: dict[int, tuple[int, int, tuple[int, ...]]] = {0: (0, 0, blank)}  # units: (price, pieces, how many of each)
    chosen = _filled(best, missing, 0, states[0])
    looked = 0
    for place, offer in enumerate(others):
        most = best.amount // gcd(best.amount, offer.amount) - 1
        for units, (price, pieces, counts) in list(states.items()):
            for count in range(1, most + 1):
                more = units + count * offer.amount
                state = (price + count * offer.price, pieces + count, (*counts[:place], count, *counts[place + 1 :]))
                looked += 1
                if looked > MOST_STATES:
                    return None
                if state[0] * best.amount + best.price * max(0, missing - more) > chosen[0] * best.amount:
                    break
                chosen = min(chosen, _filled(best, missing, more, state))
                if more >= missing:
                    break
                known = states.get(more)
                if known is None or state[:2] < known[:2]:
                    states[more] = state
    return chosen[3]


def _filled(
    best: _Offer, missing: int, units: int, state: tuple[int, int, tuple[int, ...]]
) -> tuple[int, int, int, tuple[int, ...]]:
    """(price, minus the surplus, pieces, how many of each) when the best offer fills what is still missing."""
    price, pieces, counts = state
    count = -(-max(0, missing - units) // best.amount)
    surplus = units + count * best.amount - missing
    return price + count * best.price, -surplus, pieces + count, (count, *counts)
