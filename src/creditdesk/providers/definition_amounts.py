"""The amounts of a `[[pool]]` table: where they stand, what they are multiplied with, which numbers mean a trouble."""

from decimal import Decimal, InvalidOperation

from creditdesk.core.definition import Amount
from creditdesk.providers.definition_requests import FAIL_KINDS
from creditdesk.providers.definition_table import Table, number_fault, shown, sort_of
from creditdesk.providers.definition_values import checked_expression, expression, numbers

MAX_PLACES = 12
"""How many places an amount or an instant may be looked for in."""


def read_places(table: Table, key: str) -> tuple[str, ...]:
    """The expressions of a key that holds one of them or a list."""
    value = table.take(key)
    if value is None:
        return ()
    if not isinstance(value, list):
        return (checked_expression(table, value, key),)
    if not 1 <= len(value) <= MAX_PLACES:
        table.wrong(key, f"must hold from 1 to {MAX_PLACES} expressions")
        return ()
    return tuple(checked_expression(table, each, key, number) for number, each in enumerate(value))


def read_amount(table: Table, key: str) -> Amount | None:
    """An amount: one expression, a list of places, or a table; None when missing or wrong."""
    value = table.data.get(key)
    if isinstance(value, list):
        return Amount(any_of=places) if (places := read_places(table, key)) else None
    value = table.take(key)
    if value is None:
        return None
    if not isinstance(value, dict):
        return Amount(path=checked_expression(table, value, key))
    inner = Table(value, (*table.path, key), table.report)
    total = expression(inner, "sum")
    over = read_places(inner, "over")
    if over and "sum" not in value:
        inner.wrong("over", "is only for a sum")
    minus = inner.take("minus")
    pair: tuple[str, str] | None = None
    if isinstance(minus, list) and len(minus) == 2:
        first, second = (checked_expression(inner, each, "minus", number) for number, each in enumerate(minus))
        pair = (first, second)
    elif minus is not None:
        inner.wrong("minus", f"must be a list of two expressions, not {sort_of(minus)}")
    if len(value.keys() & {"sum", "minus"}) != 1:
        inner.wrong("", 'is an expression, { sum = "...", over = "..." } or { minus = ["...", "..."] }')
    inner.finish()
    return Amount(total=total, over=over, minus=pair)


def read_scale(table: Table) -> Decimal:
    """The factor of the amounts. Written as text too ("0.01"), as in the vendors' own pages."""
    value = table.take("scale")
    if value is None:
        return Decimal(1)
    if isinstance(value, str):
        try:
            value = Decimal(value if len(value) <= 40 else "NaN")
        except InvalidOperation:
            value = Decimal("NaN")
    fault = number_fault(value)
    if fault or value == 0:
        table.wrong("scale", fault or "must not be 0")
        return Decimal(1)
    return Decimal(str(value))


def read_invalid(table: Table) -> dict[str, object]:
    """Values that mean a trouble instead of an amount: `{"values": (Decimal, ...), "as": TroubleKind}`, or {}."""
    inner = table.table("invalid")
    if inner is None:
        return {}
    values = numbers(inner, "values")
    kind = inner.take("as", needed=True)
    if not values:
        inner.wrong("values", "needs at least one number")
    if kind is not None and kind not in FAIL_KINDS:
        inner.wrong("as", f"is {shown(kind)}; allowed are {', '.join(FAIL_KINDS)}")
    inner.finish()
    named = next((each for each in FAIL_KINDS if each == kind), None)
    return {"values": values, "as": named} if values and named else {}
