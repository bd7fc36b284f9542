"""What an operation costs: the price that holds, its multiplier, and the cost of a count of items.

All sums are exact; call under `localcontext(EXACT)` where amounts may have many digits, as `sizing` does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from creditdesk.core.amounts import parse_amount
from creditdesk.core.offers import Fact, Operation, Price, Step, holds
from creditdesk.core.verdict import Probed

ZERO = Decimal(0)

_AS_OF = "Price from {source}, as of {as_of}."
_NO_PRICE = "No price of {operation} is known under the settings of this account."
_GIVE = "The price depends on this, which is not given: {label}."
_NOT_LISTED = "No price is known for {label} of {value}."


@dataclass(frozen=True, slots=True)
class Bill:
    """A price ready to be applied. `price` None: none holds. `multiplier` None: a factor is missing or not priced.

    `missing` names the factor that must be given. `notes` are the assumptions behind it, as plain sentences. The
    operation is done `times` times for each item. `probed`: how many of the items are charged, when that was asked.
    """

    price: Price | None
    multiplier: Decimal | None
    missing: str
    notes: tuple[str, ...]
    times: int = 1
    probed: Probed | None = None
    assumed: bool = False  # whether a factor's value is one that the vendor does not document

    @property
    def free(self) -> bool:
        """Whether the operation is known to cost nothing, whatever its factors."""
        price = self.price
        return price is not None and price.low == 0 and price.high == 0 and price.minimum == 0 and not price.unknown

    @property
    def slope(self) -> Decimal | None:
        """What each further item costs at the most, in the end; 0 where more items cost no more, None when unknown."""
        if self.free or (self.price is not None and self.price.per == "run" and self.high(1) is not None):
            return ZERO
        if self.price is None or self.price.high is None or self.price.unknown or self.multiplier is None:
            return None
        return self.price.high * self.multiplier * self.times

    def low(self, count: int) -> Decimal:
        """The least that `count` items cost, in the pools' unit; 0 when nothing can be told."""
        if self.price is None or self.multiplier is None or not count:
            return ZERO
        charged = self._charged(count, surely=True) if self.probed else 0
        if charged and self.price.high is not None:
            units = self.price.low * (count - charged) + self.price.high * charged
        else:
            units = self.price.low * (count if self.price.per == "item" else 1)
        return max(self.price.minimum, units * self.multiplier) * self.times

    def high(self, count: int) -> Decimal | None:
        """The most that `count` items cost; None when it is not documented or cannot be told."""
        if self.free or not count:
            return ZERO
        if self.price is None or self.price.high is None or self.price.unknown or self.multiplier is None:
            return None
        charged = self._charged(count, surely=False) if self.probed else count
        units = self.price.low * (count - charged) + self.price.high * charged
        if self.price.per == "run":
            units = self.price.high
        return max(self.price.minimum, units * self.multiplier) * self.times

    def units(self, tasks: Decimal, high: bool) -> Decimal | None:
        """What so many single tasks cost, without a minimum: what is left to pay after `covers`."""
        if not tasks:
            return ZERO
        if self.price is None or self.multiplier is None or (high and (self.price.high is None or self.price.unknown)):
            return None if high else ZERO
        return ((self.price.high or ZERO) if high else self.price.low) * self.multiplier * tasks

    def _charged(self, count: int, surely: bool) -> int:
        """How many of the first `count` items are charged: at the least (`surely`) or at the most."""
        assert self.probed is not None
        items, charged = self.probed.items, self.probed.charged
        if surely:
            return min(charged, max(0, count - (items - charged)))
        return min(count, charged) + max(0, count - items)


def bill(
    operation: Operation,
    factors: Mapping[str, str],
    settings: Mapping[str, str],
    times: int = 1,
    probed: Probed | None = None,
) -> Bill:
    """The first price of the operation that holds under settings and factors, with its multiplier.

    `factors` are checked ones. A price's `when` may name a setting or a factor.
    """
    price = price_of(operation, factors, settings)
    if price is None:
        return Bill(None, None, "", (_NO_PRICE.format(operation=operation.label),), times)
    notes = [_AS_OF.format(source=price.fact.source, as_of=price.fact.as_of.isoformat())]
    notes += [dated(text, price.fact) for text in (*price.assumptions, price.unknown) if text]
    labels = {factor.name: factor.label for factor in operation.factors}
    multiplier: Decimal | None = Decimal(1)
    missing = ""
    assumed = False
    for step in price.steps:
        value = factors.get(step.factor, "")
        label = labels.get(step.factor, step.factor)
        factor = multiple(step, value) if value else None
        if not value:
            missing = missing or step.factor
            notes.append(_GIVE.format(label=label))
        elif factor is None:
            notes.append(_NOT_LISTED.format(label=label, value=value))
        elif step.why and value not in step.documented:
            notes.append(dated(step.why, price.fact))
            assumed = True
        multiplier = None if multiplier is None or factor is None else multiplier * factor
    usable = probed if price.per == "item" and price.high is not None and not price.covers else None
    return Bill(price, multiplier, missing, tuple(notes), times, usable, assumed)


def price_of(operation: Operation, factors: Mapping[str, str], settings: Mapping[str, str]) -> Price | None:
    """The price that holds under these settings and checked factors, or None. Its `repeats` is of this price list."""
    known = {**settings, **factors}
    return next((each for each in operation.prices if holds(each.when, known)), None)


def dated(text: str, fact: Fact) -> str:
    """A sentence about a vendor with the day when it was read: "1 credit each (as of 2026-09-30)."."""
    bare = text.rstrip(".")
    return f"{bare} (as of {fact.as_of.isoformat()})."


def multiple(step: Step, value: str) -> Decimal | None:
    """What a factor's value multiplies the price by; None when the rule has nothing for it."""
    number = parse_amount(value)
    if step.rule == "table":
        listed = step.values.get(value)
        if listed is not None or number is None or step.capped is None:
            return listed
        return min(number, step.capped)
    if number is None:
        return None
    return (number / step.per).to_integral_value(ROUND_CEILING) if step.rule == "ceil" else number
