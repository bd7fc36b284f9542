"""From what an account is counted: its pools with their certain points, and which accounts have some in common."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from creditdesk.core.charges import Charge, Entry, EntryKind, Known
from creditdesk.core.counted import Certain
from creditdesk.core.definition import Definition

ELSEWHERE = "@elsewhere"
"""The pool that stands for all pools of other accounts: nobody knows what is in it."""
EVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Base:
    """From what an account is counted: its pools as they are read or typed, each with its certain point.

    A pool whose `left` is None has its certain points among the entries. Typed balances later than `typed_at`, by pool,
    are of a clock that was wrong, and are passed over. `shared` are the accounts that have some of the pools in common,
    by id: their charges count here, too.
    """

    definition: Definition
    certain: tuple[Certain, ...]
    typed_at: Mapping[str, datetime] = field(default_factory=dict)
    shared: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def of(self, charge: Charge) -> Charge:
        """A charge as it counts here: of another account only what it takes of pools that both have."""
        shared = self.shared.get(charge.account)
        if shared is None or charge.draws is None:
            return charge
        drain = self.definition.drain
        draws = (replace(each, pools=_seen_from_here(each.pools or drain, shared)) for each in charge.draws)
        return replace(charge, draws=tuple(each for each in draws if each.pools != (ELSEWHERE,)))

    def counts(self, entry: Entry) -> bool:
        """Whether this entry is counted."""
        if entry.account in self.shared and entry.pool not in self.shared[entry.account]:
            return False
        wrong = entry.kind is EntryKind.BALANCE and entry.known is Known.TYPED and entry.pool in self.typed_at
        return not entry.undone and not (wrong and entry.at > self.typed_at[entry.pool])


def points_of(base: Base, entries: Sequence[Entry]) -> dict[str, list[datetime]]:
    """The certain points of each pool, the earliest first."""
    points = {each.pool.id: [each.at] if each.pool.left is not None else [] for each in base.certain}
    for entry in entries:
        if entry.kind is EntryKind.BALANCE and entry.pool in points:
            points[entry.pool].append(entry.at)
    return {pool: sorted(each) for pool, each in points.items() if each}


def starts_of(points: Mapping[str, Sequence[datetime]], before: datetime | None) -> dict[str, datetime]:
    """The point of each pool from which on it is counted.

    It is the last one of all before that instant: no pool that another one is emptied after may be unknown there.
    """
    if before is None:
        before = min((each[-1] for each in points.values()), default=EVER)
    common = max((at for each in points.values() for at in each if at < before), default=EVER)
    return {pool: each[max(bisect_right(each, common) - 1, 0)] for pool, each in points.items()}


def _seen_from_here(pools: Sequence[str], shared: frozenset[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each if each in shared else ELSEWHERE for each in pools))
