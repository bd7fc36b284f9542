"""What an operation costs: the price that holds, its multiplier, and the cost of a count of items.

All sums are exact; call under `localcontext(EXACT)` where amounts may have many digits, as `sizing` does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from creditdesk.core.amounts import parse_amount
from creditdesk.core.offers import Operation, Price, Step, holds

ZERO = Decimal(0)

_AS_OF = "Price from {source}, as of {as_of}."
_NO_PRICE = "No price of {operation} is known under the settings of this account."
_GIVE = "The price depends on this: {label}. Give the factor {name}, as in {name}=1."
_NOT_LISTED = "No price is known for {label} of {value}."


@dataclass(frozen=True, slots=True)
class Bill:
    """A price ready to be applied. `price` None: none holds. `multiplier` None: a factor is missing or not priced.

    `missing` names the factor that must be given. `notes` are the assumptions behind it, as plain sentences.
    """

    price: Price | None
    multiplier: Decimal | None
    missing: str
    notes: tuple[str, ...]

    @property
    def free(self) -> bool:
        """Whether the operation is known to cost nothing, whatever its factors."""
        price = self.price
        return price is not None and price.low == 0 and price.high == 0 and price.minimum == 0 and not price.unknown

    def low(self, count: int) -> Decimal:
        """The least that `count` items cost, in the pools' unit; 0 when nothing can be told."""
        if self.price is None or self.multiplier is None or not count:
            return ZERO
        times = count if self.price.per == "item" else 1
        return max(self.price.minimum, self.price.low * times * self.multiplier)

    def high(self, count: int) -> Decimal | None:
        """The most that `count` items cost; None when it is not documented or cannot be told."""
        if self.free or not count:
            return ZERO
        if self.price is None or self.price.high is None or self.price.unknown or self.multiplier is None:
            return None
        times = 1 if self.price.per == "run" else count
        return max(self.price.minimum, self.price.high * times * self.multiplier)

    def most(self, room: Decimal, count: int) -> int | None:
        """The largest number of items whose highest cost is within `room`; None when that cannot be told.

        Where more items cost no more, it is `count`, the whole list.
        """
        one = self.high(1)
        if one is None or self.price is None:
            return None
        if one > room:
            return 0
        if self.free or self.price.per == "run" or self.multiplier is None:
            return count
        each = (self.price.high or ZERO) * self.multiplier
        return int(room // each) if each else count


def bill(operation: Operation, factors: Mapping[str, str], settings: Mapping[str, str]) -> Bill:
    """The first price of the operation that holds under settings and factors, with its multiplier.

    `factors` are checked ones. A price's `when` may name a setting or a factor.
    """
    known = {**settings, **factors}
    price = next((each for each in operation.prices if holds(each.when, known)), None)
    if price is None:
        return Bill(None, None, "", (_NO_PRICE.format(operation=operation.label),))
    notes = [_AS_OF.format(source=price.fact.source, as_of=price.fact.as_of.isoformat()), *price.assumptions]
    if price.unknown:
        notes.append(price.unknown)
    labels = {factor.name: factor.label for factor in operation.factors}
    multiplier: Decimal | None = Decimal(1)
    missing = ""
    for step in price.steps:
        value = factors.get(step.factor, "")
        label = labels.get(step.factor, step.factor)
        times = multiple(step, value) if value else None
        if not value:
            missing = missing or step.factor
            notes.append(_GIVE.format(label=label, name=step.factor))
        elif times is None:
            notes.append(_NOT_LISTED.format(label=label, value=value))
        elif step.why and value not in step.documented:
            notes.append(step.why)
        multiplier = None if multiplier is None or times is None else multiplier * times
    return Bill(price, multiplier, missing, tuple(notes))


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
