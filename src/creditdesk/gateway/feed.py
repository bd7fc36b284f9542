"""What the gateway saw, for a window: the last requests and the counts of each token. No key, no body, bounded."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from creditdesk.core.seen import Done, Seen

__all__ = ["Done", "Feed", "Seen", "Tallied"]

MOST_SEEN = 500
MOST_TOKENS = 1_000


@dataclass(frozen=True, slots=True)
class Tallied:
    """What came with one token since the gateway began. `unknown` is how many costs nobody knows."""

    requests: int = 0
    refused: int = 0
    failed: int = 0
    charged: Decimal = Decimal(0)
    unknown: int = 0


class Feed:
    """Filled by the gateway's loop, read by any thread."""

    def __init__(self, told: Callable[[Seen], None] = lambda _seen: None) -> None:
        """`told` hears of each request on the gateway's thread, and must not wait."""
        self._told = told
        self._guard = threading.Lock()
        self._seen: deque[Seen] = deque(maxlen=MOST_SEEN)
        self._tallies: dict[str, Tallied] = {}
        self._count = 0
        self._turned_away = 0

    def note(self, seen: Seen) -> None:
        """A request is over; its number is given here."""
        with self._guard:
            self._count += 1
            seen = replace(seen, number=self._count)
            self._seen.append(seen)
            self._told(seen)
            before = self._tallies.get(seen.token)
            if before is None and len(self._tallies) >= MOST_TOKENS:
                return
            before = before or Tallied()
            self._tallies[seen.token] = Tallied(
                before.requests + 1,
                before.refused + (seen.done is Done.REFUSED),
                before.failed + (seen.done is Done.FAILED),
                before.charged + (seen.cost or 0),
                before.unknown + (seen.cost is None),
            )

    def note_turned_away(self) -> None:
        """Somebody without a token was turned away."""
        with self._guard:
            self._turned_away += 1

    def since(self, number: int = 0) -> tuple[Seen, ...]:
        """The requests after this number that are still kept, oldest first."""
        with self._guard:
            return tuple(each for each in self._seen if each.number > number)

    def tallies(self) -> dict[str, Tallied]:
        """The counts by token."""
        with self._guard:
            return dict(self._tallies)

    @property
    def turned_away(self) -> int:
        """How many requests came without a token."""
        return self._turned_away
