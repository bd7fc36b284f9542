"""The price at which use is put into money: the vendor's plan, the pack that was bought, or the balance's own currency.

No price is ever guessed: where it is not certain which one was paid, there is none, and a word why.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from enum import StrEnum

from creditdesk.core.amounts import EXACT
from creditdesk.core.definition import Definition
from creditdesk.core.offers import Fact, Pack
from creditdesk.core.series import Event

_CODE = re.compile(r"[A-Z]{3}")
_WHOLE = frozenset({"JPY", "KRW"})
_CENT = Decimal("0.01")


class NoPrice(StrEnum):
    """Why use is not put into money."""

    NONE = "none"  # the vendor's file has no price for it
    WHICH_PACK = "which_pack"  # there are several packs, and no top-up tells which one was bought
    OVER_LIMIT = "over_limit"  # more was used than the plan's price is for


@dataclass(frozen=True, slots=True)
class Rate:
    """A price: `price` of `currency` for `per` units. `label` is the plan's or the pack's, "" for money itself.

    `fact` is when the price was true and where it was read; None for money itself.
    """

    price: Decimal
    per: Decimal
    currency: str
    label: str = ""
    kind: str = "money"  # "plan", "pack"
    fact: Fact | None = None

    def money(self, amount: Decimal) -> Decimal:
        """What `amount` units come to, in whole cents, half a cent up (away from 0)."""
        with localcontext(EXACT):
            exact = amount * self.price / self.per
            return exact.quantize(Decimal(1) if self.currency in _WHOLE else _CENT, ROUND_HALF_UP)


def rate_of(
    definition: Definition | None,
    settings: Mapping[str, str],
    pool: tuple[str, str],
    used: Decimal,
    top_ups: Iterable[Event],
) -> Rate | NoPrice:
    """The price of a unit of a pool (its id, its unit) in a month.

    `used` is what all clients used of it, `top_ups` are those of the account up to the month's end, oldest first.
    """
    pool_id, unit = pool
    if _CODE.fullmatch(unit):
        return Rate(Decimal(1), Decimal(1), unit)
    if definition is None:
        return NoPrice.NONE
    plan = definition.plan(definition.settings(settings))
    if plan is not None and plan.unit_price is not None and plan.currency and pool_id in plan.limits:
        if used > plan.limits[pool_id]:
            return NoPrice.OVER_LIMIT
        return Rate(plan.unit_price, Decimal(1), plan.currency, plan.label, "plan", plan.fact)
    packs = [pack for pack in definition.packs if _of_pool(pack, pool_id) and pack.amount > 0]
    if not packs:
        return NoPrice.NONE
    bought = [each.amount for each in top_ups if each.pool == pool_id and each.amount is not None]
    matching = [pack for pack in packs if bought and pack.amount == bought[-1]]
    return _same(matching or ([] if bought else packs)) or NoPrice.WHICH_PACK


def pack_of(definition: Definition | None, top_up: Event) -> Rate | None:
    """What a top-up cost, where its amount is that of a pack and no other pack has it."""
    packs = definition.packs if definition is not None else ()
    return _same([each for each in packs if _of_pool(each, top_up.pool) and each.amount == top_up.amount])


def _same(packs: list[Pack]) -> Rate | None:
    """The price of these packs, where all of them cost the same for a unit."""
    if not packs:
        return None
    first = packs[0]
    with localcontext(EXACT):
        for each in packs[1:]:
            if each.currency != first.currency or each.price * first.amount != first.price * each.amount:
                return None
    return Rate(first.price, first.amount, first.currency, first.label, "pack", first.fact)


def _of_pool(pack: Pack, pool_id: str) -> bool:
    """Whether a pack raises this pool; `package:*` is a family."""
    family, star, _ = pack.pool.partition("*")
    return pool_id.startswith(family) if star else pool_id == pack.pool
