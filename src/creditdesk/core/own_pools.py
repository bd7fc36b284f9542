"""Which values of an answer are of one pool: by the object they stand in, and by what their names are about."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from creditdesk.core.amounts import parse_amount, plain
from creditdesk.core.own_vendor import AMOUNTS, Place, PoolSketch, at
from creditdesk.core.pools import Pool

MOST_BESIDE = 200
ROLE_WORDS = frozenset(
    [
        "remain",
        "remaining",
        "left",
        "limit",
        "quota",
        "total",
        "used",
        "usage",
        "use",
        "consumed",
        "spent",
        "available",
        "balance",
        "max",
        "maximum",
        "cap",
        "current",
        "count",
        "amount",
        "value",
        "included",
        "allowed",
        "allowance",
        "capacity",
    ]
)
"""Words of a name that say what a value is, not of what."""
_FILLERS = frozenset({"per", "this", "plan", "in", "of", "for", "the", "so", "far", "period", "cycle", "billing", "my"})
_PERIODS = {"daily": "day", "today": "day", "hourly": "hour", "weekly": "week", "monthly": "month", "yearly": "year",
            "annual": "year", "day": "day", "hour": "hour", "week": "week", "month": "month",
            "year": "year"}  # fmt: skip
_SPLIT = re.compile(r"(?<=[a-z])(?=[A-Z])|[^A-Za-z0-9]+")
_EARLY, _LATE = 1_400_000_000, 4_200_000_000_000  # an instant as a number, in seconds or milliseconds


@dataclass(frozen=True, slots=True)
class Shown:
    """The answer that is looked at: what expressions select from, its request, and the last request of the file."""

    data: object = None
    request: str = ""
    last: str = ""


def name_words(name: str) -> list[str]:
    """The words of a name in small letters: "creditsLeft" is credits, left."""
    return [part.lower() for part in _SPLIT.split(name) if part]


def differ(one: Place, other: Place) -> bool:
    """Whether two names tell of different things, such as seats_left beside credits_limit."""
    (about, every), (about_other, every_other) = _stem(one), _stem(other)
    if every and every_other and every != every_other:
        return True
    return bool(about and about_other) and not (about <= about_other or about_other <= about)


def pool_of(pools: Sequence[PoolSketch], where: Place, chosen: int, shown: Shown) -> int:
    """The number of the pool that a value belongs to by where it stands; `len(pools)`: to a new one.

    Two objects beside each other, two rows of a list and two names that tell of different things are two pools: their
    numbers are never mixed unless the user says so. `chosen` is the pool that is chosen now; it is kept where it suits.
    """
    here = [number for number, each in enumerate(pools) if (each.request or shown.last) == shown.request]
    said = [number for number in here if any(_same(pools[number], where, each.place) for each in pools[number].found)]
    own = [number for number in here if _holds(pools[number], where)]
    amount = _is_amount(at(shown.data, where))
    if amount and not said:
        own = [number for number in own if not any(differ(where, each) for each in _amounts(pools[number]))]
    for found in (said, own):
        if found:
            return chosen if chosen in found else found[0]
    if not here or amount or _numbers_beside(shown.data, where):
        around = [number for number in here if _around(pools[number], where)] if amount else []
        return around[0] if around else len(pools)
    return chosen if chosen in here else here[0]


def doubt(sketch: PoolSketch, pools: Iterable[Pool]) -> str:
    """Why the numbers of a pool cannot all be of one thing, a sentence for its box; "" where they may be.

    `pools` are those that were read by this sketch: one, or one for each row.
    """
    if sketch.rows:  # a bonus or a rest of a former period may be on top, in many rows alike
        return ""
    for pool in pools:
        left, limit, used = pool.left, pool.limit, pool.used
        roles = {each.role for each in sketch.found}
        if limit is None or limit < 0:
            continue
        if roles >= set(AMOUNTS) and left is not None and used is not None and not _near(left + used, limit):
            return (
                f"Left {_said(left)} and used {_said(used)} do not make the limit {_said(limit)}: are all of one thing?"
            )
        if left is not None and left > limit and _apart(sketch):
            return (
                f"Left {_said(left)} is more than the limit {_said(limit)}, which stands elsewhere: is it of another?"
            )
        if used is not None and used > limit and _apart(sketch):
            return (
                f"Used {_said(used)} is more than the limit {_said(limit)}, which stands elsewhere: is it of another?"
            )
    return ""


def _stem(where: Place) -> tuple[frozenset[str], str]:
    """What a name is about, without the words for its role; and the period it tells of, "" for none."""
    name = next((step for step in reversed(where) if isinstance(step, str)), "")
    parts = name_words(name)
    every = next((_PERIODS[part] for part in parts if part in _PERIODS), "")
    about = {part.removesuffix("s") for part in parts if part not in ROLE_WORDS | _FILLERS | _PERIODS.keys()}
    return frozenset(about), every


def _amounts(pool: PoolSketch) -> list[Place]:
    return [each.place for each in pool.found if each.role in AMOUNTS and each.place is not None]


def _row(pool: PoolSketch, where: Place) -> Place:
    """A place as the pool has it: of a pool with rows that of the first row."""
    rows = pool.list_at
    inside = rows is not None and where[: len(rows)] == rows and len(where) > len(rows) + 1
    return (*rows, 0, *where[len(rows) + 1 :]) if rows is not None and inside else where


def _same(pool: PoolSketch, where: Place, place: Place | None) -> bool:
    return place is not None and place == _row(pool, where)


def _holds(pool: PoolSketch, where: Place) -> bool:
    """Whether a value stands beside the amounts of a pool, or in its rows."""
    return _row(pool, where) != where or any(each[:-1] == _row(pool, where)[:-1] for each in _amounts(pool))


def _around(pool: PoolSketch, where: Place) -> bool:
    """Whether a number stands around the pool's amounts, or in them: `limit` beside `usage.used`."""
    mine = where[:-1]
    return any(
        (mine[: len(each) - 1] == each[:-1] or each[: len(mine)] == mine) and not differ(where, each)
        for each in _amounts(pool)
    ) and not any(isinstance(step, int) for step in where)


def _is_amount(value: object) -> bool:
    amount = None if isinstance(value, bool) else parse_amount(value)
    return amount is not None and not _EARLY <= amount <= _LATE


def _numbers_beside(data: object, where: Place) -> bool:
    """Whether amounts stand in the object of a value: then it is of them."""
    holder = at(data, where[:-1]) if where else None
    values = list(holder.values())[:MOST_BESIDE] if isinstance(holder, dict) else []
    return any(_is_amount(each) for each in values)


def _apart(sketch: PoolSketch) -> bool:
    """Whether the amounts of a pool stand in several objects, or tell of different things."""
    places = _amounts(sketch)
    return len({each[:-1] for each in places}) > 1 or any(differ(places[0], each) for each in places[1:])


def _near(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) <= max(abs(other) / 100, Decimal(1))


def _said(amount: Decimal) -> str:
    return f"{Decimal(plain(amount)):,f}"
