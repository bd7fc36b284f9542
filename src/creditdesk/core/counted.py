"""What is left of an account's pools as it was counted, and from which certain points: the values of `counting`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from creditdesk.core.charges import Charge
from creditdesk.core.counting_pools import ZERO, Held
from creditdesk.core.pools import Pool, Snapshot, Source

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Certain:
    """A pool as it stood at an instant, for sure: read from the vendor (LIVE) or typed (BY_HAND)."""

    pool: Pool
    at: datetime
    source: Source = Source.BY_HAND


@dataclass(frozen=True, slots=True)
class CountedPool:
    """A pool as it is counted: `pool.left` = `certain` + `added` - `lost` - `charged`, all in the pool's unit.

    `certain` was there at `certain_at`, None where nobody ever said. `added`: top-ups, grants and refills since;
    `lost`: what expired, or went at a reset; `charged`: since. `unknown` charges since have a cost nobody knows: then
    `left` is at most what is there. `doubt` is by how much `left` may be off at the most, as far as that is known:
    charges that were under way at the certain point or at a reset, and the expected cost of those that are not known.
    """

    pool: Pool
    source: Source
    certain: Decimal | None = None
    certain_at: datetime | None = None
    added: Decimal = ZERO
    lost: Decimal = ZERO
    charged: Decimal = ZERO
    unknown: int = 0
    doubt: Decimal = ZERO
    refilled_at: datetime | None = None

    @property
    def at_most(self) -> bool:
        """Whether less may be there than `left` says."""
        return self.unknown > 0


@dataclass(frozen=True, slots=True)
class Counted:
    """An account's pools as counted at `at` (UTC). `metered`: anything was counted since the certain points.

    `open` requests are under way: what they cost is not in `left` yet, `reserved` is what their prices expect of them
    (all draws together). `unplaced` was charged to pools that the account does not have.
    """

    at: datetime
    pools: tuple[CountedPool, ...] = ()
    metered: bool = False
    open: int = 0
    reserved: Decimal = ZERO
    unplaced: Decimal = ZERO

    def pool(self, pool_id: str) -> CountedPool | None:
        """The pool with this id, or None."""
        return next((each for each in self.pools if each.pool.id == pool_id), None)

    def left(self, pool_id: str) -> Decimal | None:
        """What is left of a pool; None when nobody knows."""
        found = self.pool(pool_id)
        return found.pool.left if found else None

    def snapshot(self, plan: str = "") -> Snapshot:
        """The pools as a reading has them; its source is that of the least certain pool."""
        sources = [each.source for each in self.pools]
        source = next((each for each in _LEAST_SURE if each in sources), Source.BY_HAND)
        return Snapshot(self.at, source, tuple(each.pool for each in self.pools), plan)


_LEAST_SURE = (Source.ESTIMATED, Source.METERED, Source.BY_HAND, Source.LIVE)


def counted_pool(held: Held, lost: Sequence[Charge], now: datetime) -> CountedPool:
    """A pool as it stands at `now`; `lost` are the charges that are open for too long."""
    since = max((each for each in (held.certain_at, held.refilled_at) if each is not None), default=_LONG_AGO)
    gone = [each for each in lost if each.at >= since]
    unknown, doubt = held.unknown + len(gone), sum((each.expected or ZERO for each in gone), held.doubt)
    source = held.source
    if held.certain_at is not None:
        if unknown or doubt or held.unsure or held.certain_at > now:
            source = Source.ESTIMATED
        elif held.moved:
            source = Source.METERED
        elif held.refilled_at is not None or held.lost:
            source = Source.ESTIMATED
    values = (held.certain, held.certain_at, held.added, held.lost, held.charged)
    return CountedPool(held.shown(), source, *values, unknown, doubt, held.refilled_at)
