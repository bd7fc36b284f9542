"""What is asked of the timeline, and what its events add up to: exact, by unit, and never money with credits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, localcontext

from creditdesk.core.amounts import EXACT
from creditdesk.core.series import EventKind

ADDED_UP = (EventKind.USED, EventKind.TOP_UP, EventKind.RESET)
"""The kinds of events whose amounts are changes of a pool."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word that is looked for: in an event's own text, or in what stands on screen for its account, pool or kind.

    `accounts`, `pools` and `kinds` are those whose names hold the word. `figures`: it may stand in the amount, too.
    """

    text: str
    accounts: tuple[str, ...] = ()
    pools: tuple[str, ...] = ()
    kinds: tuple[EventKind, ...] = ()
    figures: bool = True


@dataclass(frozen=True, slots=True)
class TimelineQuery:
    """Which events are wanted; () and None are no limit. `since` counts, `until` does not (UTC).

    `client` "" wants what is of no client. An event is of the client that was noted with it, else of its account's:
    `clients` tells these (account id -> client). Every one of `words` must be found.
    """

    accounts: tuple[str, ...] = ()
    pools: tuple[str, ...] = ()
    kinds: tuple[EventKind, ...] = ()
    client: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    words: tuple[Word, ...] = ()
    clients: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Counted:
    """Events of one kind and unit: how many, the sum of their known amounts, how many amounts are not known."""

    kind: EventKind
    unit: str
    amount: Decimal
    events: int
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class UnitTotal:
    """What happened in one unit, each as a positive amount: used, places that came free, topped up, refilled."""

    unit: str
    used: Decimal = Decimal(0)
    freed: Decimal = Decimal(0)
    topped_up: Decimal = Decimal(0)
    refilled: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Totals:
    """All events under a filter: how many, what they add up to by unit, and what could not be added.

    `unknown` are the uses, top-ups and resets without an amount; `left_out` those of pools that are counted elsewhere
    already: in the pool that they are a part of, or in another account that shares them.
    """

    events: int = 0
    units: tuple[UnitTotal, ...] = ()
    unknown: int = 0
    left_out: int = 0


def totals(counted: Iterable[Counted], left_out: int = 0) -> Totals:
    """These counts in one: units in the order of their names. `left_out` is passed on."""
    events = unknown = 0
    sums: dict[str, dict[str, Decimal]] = {}
    with localcontext(EXACT):
        for each in counted:
            events += each.events
            if each.kind not in ADDED_UP:
                continue
            unknown += each.unknown
            if each.events > each.unknown:
                what = _what(each)
                found = sums.setdefault(each.unit, {})
                found[what] = found.get(what, Decimal(0)) + abs(each.amount)
    return Totals(events, tuple(UnitTotal(unit, **sums[unit]) for unit in sorted(sums)), unknown, left_out)


def _what(counted: Counted) -> str:
    """The field of UnitTotal that these events belong to. A use above 0 is places that came free."""
    if counted.kind is EventKind.USED:
        return "freed" if counted.amount > 0 else "used"
    return "topped_up" if counted.kind is EventKind.TOP_UP else "refilled"
