"""The `[[operation]]` tables of a definition: what the vendor charges for, and how much an item costs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from creditdesk.core.offers import Fact, Factor, Operation, Price, Step
from creditdesk.providers.definition_table import Table, shown, text_fault
from creditdesk.providers.definition_values import (
    Names,
    amounts,
    conditions,
    fact,
    identifier,
    numbers,
    one_of,
    plain,
    strings,
)

MAX_OPERATIONS = 100
MAX_PRICES = 16
MAX_FACTORS = 8

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Around:
    """What an operation may refer to: the definition's fact, params, pools and drain order."""

    fact: Fact
    names: Names
    pools: tuple[str, ...]
    drain: tuple[str, ...]


def read_operations(root: Table, around: Around) -> tuple[Operation, ...]:
    """All operations of the file, in its order."""
    found: list[Operation] = []
    for table in root.tables("operation", MAX_OPERATIONS):
        operation = _operation(table, around)
        if operation.id and operation.id in {each.id for each in found}:
            table.wrong("id", f"{operation.id} is there twice")
        found.append(operation)
    return tuple(found)


def pool_list(table: Table, key: str, known: Sequence[str]) -> tuple[str, ...]:
    """A list of pool ids and families (`package:*`); unknown ones are problems."""
    found = strings(table, key, 24)
    for number, name in enumerate(found):
        if name not in known:
            table.wrong(key, f"is {shown(name)}; the pools are {', '.join(known) or 'none'}", number)
    return found


def _operation(table: Table, around: Around) -> Operation:
    factors = _factors(table)
    operation = Operation(
        id=identifier(table),
        label=plain(table, "label", needed=True),
        item=plain(table, "item", needed=True, most=80),
        prices=tuple(_price(each, around, factors) for each in table.tables("price", MAX_PRICES, needed=True)),
        factors=factors,
        whole=table.flag("whole"),
        most=table.whole("most", 0, 10_000_000),
        repeats=plain(table, "repeats", most=500),
    )
    if "price" in table.data and not operation.prices:
        table.wrong("price", "needs at least one price")
    table.finish()
    return operation


def _factors(table: Table) -> tuple[Factor, ...]:
    found: list[Factor] = []
    for each in table.tables("factors", MAX_FACTORS):
        factor = Factor(
            name=identifier(each, "name"),
            label=plain(each, "label", needed=True),
            kind=one_of(each, "kind", ("integer", "decimal", "choice"), "integer"),
            default=_written(each, "default"),
            low=each.number("low"),
            high=each.number("high"),
            choices=strings(each, "choices", 50),
            words=strings(each, "words", 16),
            as_rows=each.flag("as_rows"),
        )
        _check_factor(each, factor)
        if factor.name and factor.name in {other.name for other in found}:
            each.wrong("name", f"{factor.name} is there twice")
        each.finish()
        found.append(factor)
    return tuple(found)


def _check_factor(table: Table, factor: Factor) -> None:
    chosen = factor.kind == "choice"
    if chosen and not factor.choices:
        table.wrong("choices", "is missing: a factor of kind choice needs it")
    for key in ("low", "high", "words", "as_rows") if chosen else ("choices",):
        if key in table.data:
            table.wrong(key, f"is not for a factor of kind {factor.kind}")
    if factor.low is not None and factor.high is not None and factor.low > factor.high:
        table.wrong("low", "is higher than high")
    if factor.as_rows and factor.kind != "integer":
        table.wrong("as_rows", "is only for a factor of kind integer: it counts rows")
    if factor.default and not allows(factor, factor.default):
        table.wrong("default", f"is {shown(factor.default)}, which the factor itself does not allow")


def allows(factor: Factor, value: str) -> bool:
    """Whether a value, as text, is one that the factor takes; without `low` a number must not be negative."""
    if factor.kind == "choice":
        return value in factor.choices
    if value in factor.words:
        return True
    try:
        number = Decimal(value)
    except InvalidOperation:
        return False
    if not number.is_finite() or (factor.kind == "integer" and number != number.to_integral_value()):
        return False
    return number >= (factor.low or ZERO) and (factor.high is None or number <= factor.high)


def _price(table: Table, around: Around, factors: Sequence[Factor]) -> Price:
    low, high = _range(table)
    choices = {factor.name: factor.choices for factor in factors}
    known = around.pools
    pools = pool_list(table, "pools", known) if "pools" in table.data else around.drain
    unknown = plain(table, "unknown", most=500)
    price = Price(
        fact=fact(table, around.fact),
        low=low,
        high=high,
        pools=pools or (known if len(known) == 1 else ()),
        draw=one_of(table, "draw", ("drain", "each"), "drain"),
        per=one_of(table, "per", ("item", "run", "item_or_run"), "item"),
        steps=_steps(table, factors),
        minimum=table.number("minimum") or ZERO,
        when=conditions(table, "when", replace(around.names, params={**choices, **around.names.params})),
        assumptions=strings(table, "assumptions"),
        unknown=unknown,
        covers=pool_list(table, "covers", known),
        observed=_observed(table, known),
        repeats=one_of(table, "repeats", ("", "once", "each"), ""),
    )
    table.take("pools")
    _check_covers(table, price)
    if not price.pools and price.high != 0:
        table.wrong("pools", "is missing: name the pools the cost is taken from, or give drain at the top of the file")
    if price.high is None and not unknown and not table.data.keys() & {"amount", "high"}:
        table.wrong("unknown", "is missing: without amount or high, say why the most is not known")
    if unknown and table.data.keys() & {"amount", "high"}:
        table.wrong("unknown", "goes with low alone: what is known is not unknown")
    if price.minimum < 0:
        table.wrong("minimum", "must not be negative")
    table.finish()
    return price


def _check_covers(table: Table, price: Price) -> None:
    if price.covers and (price.per != "item" or price.minimum or price.draw == "each"):
        table.wrong("covers", "is only for a price per item, without a minimum, that is drained")
    both = next((pool for pool in price.covers if pool in price.pools), "")
    if both:
        table.wrong("covers", f"names {both}, which pools names too: a pool pays items or the price, not both")


def _observed(table: Table, pools: Sequence[str]) -> tuple[str, str] | None:
    """The two pools whose use is compared."""
    inner = table.table("observed")
    if inner is None:
        return None
    found = []
    for key in ("pool", "over"):
        name = inner.text(key, needed=True, most=100)
        if name and name not in pools:
            inner.wrong(key, f"is {shown(name)}; the pools are {', '.join(pools) or 'none'}")
        found.append(name)
    if found[0] and found[0] == found[1]:
        inner.wrong("over", "is the same pool; name another one")
    inner.finish()
    return found[0], found[1]


def _range(table: Table) -> tuple[Decimal, Decimal | None]:
    amount, low, high = table.number("amount"), table.number("low"), table.number("high")
    given = table.data.keys()
    if "amount" in given and given & {"low", "high"}:
        table.wrong("amount", "stands for low and high together; give either amount, or low and high")
    if "amount" not in given and "low" not in given:
        table.wrong("amount", "is missing; give amount, or low and high (0 for what is free)")
    for key, value in (("amount", amount), ("low", low), ("high", high)):
        if value is not None and value < 0:
            table.wrong(key, "must not be negative")
    if low is not None and high is not None and low > high:
        table.wrong("low", "is higher than high")
    if "amount" in given:
        return amount or ZERO, amount
    return low or ZERO, high


def _steps(table: Table, factors: Sequence[Factor]) -> tuple[Step, ...]:
    found: list[Step] = []
    for each in table.tables("steps", MAX_FACTORS):
        step = Step(
            factor=each.text("factor", needed=True, most=64),
            rule=one_of(each, "rule", ("value", "ceil", "table"), "value"),
            per=Decimal(1) if (per := each.number("per")) is None else per,
            values=amounts(each, "values"),
            capped=each.number("capped"),
            documented=_documented(each),
            why=plain(each, "why", most=500),
        )
        _check_step(each, step, {factor.name: factor for factor in factors})
        each.finish()
        found.append(step)
    return tuple(found)


def _check_step(table: Table, step: Step, factors: Mapping[str, Factor]) -> None:
    factor = factors.get(step.factor)
    if factor is None:
        if step.factor:
            known = ", ".join(factors) or "none"
            table.wrong("factor", f"is {shown(step.factor)}; the operation's factors are {known}")
        return
    if "per" in table.data and (step.rule != "ceil" or step.per <= 0):
        table.wrong("per", "must be above 0, and is only for rule ceil")
    for key in ("values", "capped"):
        if key in table.data and step.rule != "table":
            table.wrong(key, "is only for rule table")
    named = factor.choices + factor.words
    missing = [word for word in named if word not in step.values]
    if step.rule != "table" and named:
        table.wrong("rule", "must be table: the factor has values that are not numbers")
    elif step.rule == "table" and missing:
        table.wrong("values", f"has no entry for {', '.join(map(shown, missing))}")
    for name in step.values:
        if not allows(factor, name):
            table.wrong("values", f"{shown(name)} is not a value of the factor {factor.name}", name)
    if bool(step.documented) != bool(step.why):
        table.wrong("why" if step.documented else "documented", "is missing: documented and why go together")


def _documented(table: Table) -> tuple[str, ...]:
    """The documented values of a factor, as text; whole numbers may be written without quotes."""
    value = table.data.get("documented")
    if isinstance(value, list) and value and not any(isinstance(each, str) for each in value):
        return tuple(map(str, numbers(table, "documented")))
    return strings(table, "documented")


def _written(table: Table, key: str) -> str:
    """A number or text, as text."""
    value = table.data.get(key)
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        number = table.number(key)
        return "" if number is None else str(number)
    value = table.text(key, most=100)
    return "" if text_fault(value, 100) else value
