"""Ways that ask for less: a part of the list, a smaller factor, one row less, a pilot."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal

from creditdesk.core.amounts import parse_amount
from creditdesk.core.factors import check_factors
from creditdesk.core.offers import Factor, Step
from creditdesk.core.pricing import multiple
from creditdesk.core.verdict import Part, VerdictKind
from creditdesk.core.way import Loss, LossKind, Way, WayKind
from creditdesk.core.ways_case import Look, better, taken

MOST_PILOT = 50


def part(seen: Look) -> list[Way]:
    """The first items that surely fit."""
    fits = seen.fits
    if not fits or fits >= seen.case.count:
        return []
    return [seen.way("part", WayKind.PART, fits, _kept(seen, fits))]


def reserve(seen: Look) -> list[Way]:
    """The first items that leave the reserve untouched, where that is less than what fits."""
    fits = seen.fits
    if not fits or not any(seen.case.reserve.values()):
        return []
    count = _largest((0, fits), lambda count: seen.judged(count).kind is VerdictKind.FITS)
    if not count or count >= seen.case.count or count == fits:
        return []
    return [seen.way("reserve", WayKind.RESERVE, count, _kept(seen, count))]


def pilot(seen: Look) -> list[Way]:
    """A tenth of the items, 50 at the most, where what they really cost would tell more than the price list."""
    count = min(MOST_PILOT, max(1, seen.case.count // 10))
    if seen.fits is not None:
        count = min(count, seen.fits)
    if not count or count >= seen.case.count or not _uncertain(seen):
        return []
    return [seen.way("pilot", WayKind.PILOT, count, _kept(seen, count))]


def factors(seen: Look) -> list[Way]:
    """For each factor that multiplies a price: the largest smaller value with which all fits, else the smallest."""
    found = []
    for place, (each, charge) in enumerate(zip(seen.case.parts, seen.order.charges, strict=True)):
        known = {factor.name: factor for factor in each.operation.factors}
        for step in charge.bill.price.steps if charge.bill.price else ():
            factor = known.get(step.factor)
            if factor is None or factor.kind == "decimal" or (factor.as_rows and seen.case.rows):
                continue
            found += _smaller(seen, place, factor, step)
    return found


def rows(seen: Look) -> list[Way]:
    """Without one of the listed rows: a way for each of them, all with the same figures."""
    count = seen.case.rows
    for place, each in enumerate(seen.case.parts):
        factor = next((factor for factor in each.operation.factors if factor.as_rows), None)
        if factor is None or count < 2:
            continue
        changed = {factor.name: str(count - 1)}
        made = _instead(seen, "row", WayKind.ROW, place, changed)
        if made is None:
            return []
        made = replace(made, label=factor.label)
        return [
            replace(
                made, id=f"row:{row}", row=row, gives_up=(Loss(LossKind.ROW, Decimal(row), factor.name), *made.gives_up)
            )
            for row in range(count)
        ]
    return []


def with_factor(parts: tuple[Part, ...], place: int, changed: Mapping[str, str]) -> tuple[Part, ...]:
    """The parts, the one at `place` with other factors. What a probe told of the items stays true."""
    return tuple(
        replace(each, factors={**each.factors, **changed}) if number == place else each
        for number, each in enumerate(parts)
    )


def _kept(seen: Look, items: int) -> tuple[Loss, ...]:
    return (Loss(LossKind.ITEMS, Decimal(seen.case.count - items)),) if items < seen.case.count else ()


def _uncertain(seen: Look) -> bool:
    """Whether the price is a range, unknown or assumed, or the account's own use says another."""
    if seen.order.free:
        return False
    if seen.verdict.observed is not None and seen.verdict.observed.differs:
        return True
    count = seen.case.count
    for charge in seen.order.charges:
        price = charge.bill.price
        if price is None or charge.bill.free:
            continue
        guessed = charge.bill.assumed or (price.assumptions and not charge.bill.probed)
        if guessed or charge.bill.high(count) != charge.bill.low(count):
            return True
    return False


def _smaller(seen: Look, place: int, factor: Factor, step: Step) -> list[Way]:
    given = check_factors(seen.case.parts[place].operation, seen.case.parts[place].factors).get(factor.name, "")
    times = multiple(step, given) if given else None
    if times is None:
        return []
    values = _values(factor, step, times)
    if values is None:
        low = int(factor.low) if factor.low is not None else 1
        top = int(parse_amount(given) or 0) - 1
        whole = _whole_number(seen, place, factor.name, (max(low, 1), top))
        values = [str(whole)] if top >= max(low, 1) else []
    made = None
    for value in values:
        tried = _instead(seen, _factor_id(place, factor.name, value), WayKind.FACTOR, place, {factor.name: value})
        if tried is not None:
            was = Loss(LossKind.FACTOR, name=factor.name, was=given, becomes=value)
            made = replace(tried, label=factor.label, gives_up=(was, *tried.gives_up))
            if not made.kept:
                break
    return [made] if made else []


def _factor_id(place: int, name: str, value: str) -> str:
    return f"factor:{name}={value}" if not place else f"factor:{place + 1}:{name}={value}"


def _values(factor: Factor, step: Step, times: Decimal) -> list[str] | None:
    """The values to try, the dearest first; None for every whole number below the one given."""
    listed = step.documented or (tuple(step.values) if step.rule == "table" else factor.choices)
    if not listed and factor.kind == "integer":
        return None
    lower = {value: found for value in listed if (found := multiple(step, value)) is not None and found < times}
    return sorted(lower, key=lambda value: -lower[value])


def _whole_number(seen: Look, place: int, name: str, span: tuple[int, int]) -> int:
    """The largest value of a factor with which all of it fits, else the smallest one."""

    def suffices(value: int) -> bool:
        changed = seen.with_parts(with_factor(seen.case.parts, place, {name: str(value)}))
        return better(changed.verdict, seen.verdict)

    return _largest(span, suffices)


def _instead(seen: Look, way_id: str, kind: WayKind, place: int, changed: Mapping[str, str]) -> Way | None:
    """The way with other factors: all of it where it is taken then, else the part that fits, where that is more."""
    other = seen.with_parts(with_factor(seen.case.parts, place, changed))
    if better(other.verdict, seen.verdict):
        items = seen.case.count
    elif taken(seen.verdict) or not other.fits or other.fits <= (seen.fits or 0) or other.fits >= seen.case.count:
        return None
    else:
        items = other.fits
    return replace(other.way(way_id, kind, items, _kept(seen, items)), factors=dict(changed), part=place)


def _largest(span: tuple[int, int], holds: Callable[[int], bool]) -> int:
    """The largest number of a span for which it holds, by halving; its first when for none."""
    low, high = span
    while low < high:
        middle = (low + high + 1) // 2
        if holds(middle):
            low = middle
        else:
            high = middle - 1
    return low
