"""An import that waits in the outbox: until an instant, or until there is room. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from creditdesk.core.pools import Snapshot


@dataclass(frozen=True, slots=True)
class Queue:
    """What a queued import waits for. `at` (UTC) None: until there is room for it.

    `by_itself`: the user agreed that an open window starts it then. `prices`, `file` and `file_sha256` are the marks of
    its plan, which still have to hold when it starts, and `reserve` its reserve (`import_plan.ImportPlan`).
    """

    at: datetime | None = None
    by_itself: bool = False
    prices: str = ""
    file: str = ""
    file_sha256: str = ""
    reserve: Mapping[str, Decimal] = field(default_factory=dict)

    def due(self, now: datetime) -> bool:
        """Whether its day has come; one that waits for room may be looked at at any time."""
        return self.at is None or now >= self.at


def next_reset(snapshot: Snapshot | None, now: datetime) -> datetime | None:
    """The first reset of any of the pools after `now`, UTC; None where none of them is known to reset."""
    found = [pool.resets_at for pool in snapshot.pools if pool.resets_at is not None] if snapshot else []
    return min((at for at in found if at > now), default=None)
