"""The factors of an operation as the user gave them, checked: the depth of a rank check, the number of engines."""

from collections.abc import Mapping
from decimal import Decimal

from creditdesk.core.amounts import parse_amount, plain
from creditdesk.core.offers import Factor, Operation


class FactorError(ValueError):
    """A factor that the operation does not have, or a value that it does not allow. `allowed` is plain text."""

    def __init__(self, factor: str, value: str, allowed: str) -> None:
        self.factor = factor
        self.value = value
        self.allowed = allowed
        super().__init__(f'{factor} cannot be "{value}". Allowed: {allowed}.')


class NoSuchFactor(FactorError):
    """A factor that the operation does not have; `allowed` names those that it has, "" for none."""

    def __init__(self, factor: str, value: str, known: str) -> None:
        super().__init__(factor, value, known or "this operation has no factors")
        there = f"Factors: {known}." if known else "This operation has no factors."
        self.args = (f'There is no factor "{factor}" here. {there}',)


def check_factors(operation: Operation, given: Mapping[str, str]) -> Mapping[str, str]:
    """The value of every factor that was given or has a default, spelt in one way.

    A factor that is missing and has no default is missing in the answer too: then the price cannot be told.
    Empty text counts as not given. FactorError for a name the operation does not have and for a value it does not
    allow.
    """
    known = {factor.name: factor for factor in operation.factors}
    for name, value in given.items():
        if name not in known:
            raise NoSuchFactor(name, value, ", ".join(known))
    chosen = {}
    for name, factor in known.items():
        value = given.get(name, "").strip() or factor.default
        if value:
            chosen[name] = _checked(factor, value)
    return chosen


def allowed_values(factor: Factor) -> str:
    """What a factor may be, in plain text."""
    if factor.kind == "choice":
        return ", ".join((*factor.choices, *factor.words))
    low = Decimal(0) if factor.low is None else factor.low
    number = "a whole number" if factor.kind == "integer" else "a number"
    span = f"from {plain(low)}" + (f" to {plain(factor.high)}" if factor.high is not None else "")
    return " or ".join([f"{number} {span}", *factor.words])


def _checked(factor: Factor, value: str) -> str:
    words = factor.words + (factor.choices if factor.kind == "choice" else ())
    for word in words:
        if value.casefold() == word.casefold():
            return word
    number = None if factor.kind == "choice" else parse_amount(value)
    if number is None or not _within(factor, number):
        raise FactorError(factor.name, value, allowed_values(factor))
    return plain(number.to_integral_value() if factor.kind == "integer" else number)


def _within(factor: Factor, number: Decimal) -> bool:
    if factor.kind == "integer" and number != number.to_integral_value():
        return False
    low = Decimal(0) if factor.low is None else factor.low
    return number >= low and (factor.high is None or number <= factor.high)
