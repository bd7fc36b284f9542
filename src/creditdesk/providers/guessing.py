"""What the values of an answer look like, by their names and form. Guesses are offered, and never taken unasked."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice

from creditdesk.core.amounts import parse_amount
from creditdesk.core.own_pools import differ
from creditdesk.core.own_vendor import AMOUNTS, INSTANTS, Guess, Place, Role

MOST_LOOKED_AT = 2_000
MOST_ROWS = 3

_WORDS: tuple[tuple[Role, re.Pattern[str]], ...] = (
    (Role.KEY_EXPIRES, re.compile(r"(?:key|token).*expir")),
    (Role.EXPIRES, re.compile(r"expir|valid_?(?:until|to|till)|best_before")),
    (Role.RESET, re.compile(r"reset|renew|refill|refresh|period_?end|(?:next_?(?:billing|cycle|payment))|cycle_?end")),
    (Role.LIMIT, re.compile(r"^max|limit$|(?:^|_)cap$")),
    (Role.LEFT, re.compile(r"remain|left|balance|available|\bcredits?$")),
    (Role.USED, re.compile(r"used|usage|consumed|spent")),
    (Role.LIMIT, re.compile(r"limit|quota|total|maximum|\bmax|allowance|allowed|included|capacity")),
    (Role.UNIT, re.compile(r"^(?:unit|units|currency|currency_code|credit_type)$")),
    (Role.PLAN, re.compile(r"^(?:plan|plan_?name|tier|subscription|subscription_?name|package|package_?name)$")),
)
_NO_AMOUNT = re.compile(
    r"concurr|parallel|percent|ratio|rate_?limit$|(?:^|_)(?:id|at|date|time|days?|hours?|seconds?)$"
)
_WEAK = re.compile(r"^(?:amount|value|units|points|count)$")  # what is left, where nothing else is an amount
_DATES = ("%d.%m.%Y", "%Y/%m/%d", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%b %d, %Y")
_FIRST, _LAST = 1_400_000_000, 4_200_000_000  # seconds since 1970: 2014 to 2103
_SPLIT = re.compile(r"(?<=[a-z])(?=[A-Z])|[^A-Za-z0-9]+")


def guesses(data: object) -> tuple[Guess, ...]:
    """What looks like something, in the order of the answer; at most 2,000 values are looked at."""
    found: list[Guess] = []
    weak: list[Guess] = []
    for place, value in islice(_leaves(data, ()), MOST_LOOKED_AT):
        role = _role(place, value)
        if role is not None:
            found.append(Guess(place, role, instant_format(value, _name(place)) if role in INSTANTS else ""))
        elif _WEAK.search(_name(place)) and _is_amount(value):
            weak.append(Guess(place, Role.LEFT))
    return tuple(found if any(each.role in AMOUNTS for each in found) else [*weak, *found])


def best(found: tuple[Guess, ...]) -> tuple[Guess, ...]:
    """The guesses that belong together: the object with most of them, one for each role, and what is around it."""
    holders: dict[Place, set[Role]] = {}
    for each in found:
        if each.role in AMOUNTS:
            holders.setdefault(each.place[:-1], set()).add(each.role)
    telling = [holder for holder, roles in holders.items() if roles != {Role.LIMIT}]  # a limit alone tells nothing
    if not telling:
        return ()
    chosen = max(telling, key=lambda holder: (len(holders[holder]), -len(holder)))
    taken: dict[Role, Guess] = {}
    for each in found:
        inside = each.place[:-1] == chosen
        around = each.role not in AMOUNTS and each.place[:-1] == chosen[: len(each.place) - 1]
        of_all = each.role in (Role.PLAN, Role.KEY_EXPIRES) and not any(isinstance(step, int) for step in each.place)
        mixed = each.role in AMOUNTS and any(
            other.role in AMOUNTS and differ(each.place, other.place) for other in taken.values()
        )
        if (inside or around or of_all) and each.role not in taken and not mixed:
            taken[each.role] = each
    return tuple(taken.values())


def instant_format(value: object, name: str = "") -> str:
    """How an instant is written, in the words of the definition language; "" when it is none."""
    amount = parse_amount(value)
    if amount is not None and not isinstance(value, bool):
        return _number_format(amount, name.lower())
    if not isinstance(value, str) or len(value) > 64:
        return ""
    text = value.strip()
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return next((f"strptime:{form}" for form in _DATES if _fits(text, form)), "")
    return "iso" if "T" in text.upper() or ":" in text else "date"


def _number_format(amount: Decimal, name: str) -> str:
    if _FIRST <= amount <= _LAST:
        return "epoch"
    if _FIRST * 1000 <= amount <= _LAST * 1000:
        return "epoch_ms"
    if 0 <= amount <= 400 and "day" in name:
        return "days_from_now"
    return "secs_from_now" if 0 <= amount < 40_000_000 else ""


def _fits(text: str, form: str) -> bool:
    try:
        return datetime.strptime(text, form).replace(tzinfo=UTC).year > 2000
    except ValueError:
        return False


def _role(place: Place, value: object) -> Role | None:
    name = _name(place)
    if not place:  # the whole answer is one value
        return Role.LEFT if _is_amount(value) else None
    for role, rule in _WORDS:
        if not rule.search(name):
            continue
        if role in AMOUNTS:
            return role if _is_amount(value) and not _NO_AMOUNT.search(name) else None
        if role in INSTANTS:
            return role if instant_format(value, name) else None
        return role if isinstance(value, str) and value else None
    return None


def _is_amount(value: object) -> bool:
    return not isinstance(value, bool) and parse_amount(value) is not None


def _name(place: Place) -> str:
    """The last name of a place in small letters with `_` between its words."""
    name = next((step for step in reversed(place) if isinstance(step, str)), "")
    return "_".join(part for part in _SPLIT.split(name) if part).lower()


def _leaves(data: object, place: Place) -> Iterator[tuple[Place, object]]:
    """The values that are no lists and objects, in their order; only the first rows of a list."""
    waiting: list[tuple[Place, object]] = [(place, data)]
    while waiting:
        where, value = waiting.pop()
        if isinstance(value, dict):
            waiting += [((*where, name), each) for name, each in reversed(list(value.items()))]
        elif isinstance(value, list):
            waiting += [((*where, number), value[number]) for number in reversed(range(min(len(value), MOST_ROWS)))]
        else:
            yield where, value
