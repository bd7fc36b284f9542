"""Messages, not a storm of them: what fires within half a minute is one, and one in five minutes is enough.

A value that whoever tells warnings keeps: `add` what fired, `drop` what no longer holds, ask at `next_at` what is
`due`, and say that it was `told`. The clock may jump: an instant in the future holds nothing up.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from creditdesk.core.alerts import Bulletin, foremost, group
from creditdesk.core.pools import Level
from creditdesk.core.series import Episode

GATHER = timedelta(seconds=30)
LEAST_APART = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Gather:
    """Episodes that wait to be told, since when, and when something was last told."""

    waiting: tuple[Episode, ...] = ()
    since: datetime | None = None
    last_told: datetime | None = None

    def add(self, episodes: Iterable[Episode], now: datetime) -> "Gather":
        """With these too; one that waits already takes the place of itself."""
        fresh = {each.id: each for each in episodes}
        if not fresh:
            return self
        waiting = {each.id: each for each in self.waiting} | fresh
        since = self.since if self.since is not None and self.waiting else now
        return replace(self, waiting=tuple(waiting.values()), since=min(since, now))

    def drop(self, ids: Iterable[int]) -> "Gather":
        """Without these: they no longer hold, or were told elsewhere."""
        gone = set(ids)
        waiting = tuple(each for each in self.waiting if each.id not in gone)
        return replace(self, waiting=waiting, since=self.since if waiting else None)

    @property
    def next_at(self) -> datetime | None:
        """When what waits is to be told, UTC; None when nothing waits.

        Half a minute after the first of them; at once when one is critical; five minutes after the last message.
        """
        if self.since is None:
            return None
        urgent = any(each.level.severity >= Level.CRITICAL.severity for each in self.waiting)
        ready = self.since if urgent else self.since + GATHER
        return ready if self.last_told is None else max(ready, self.last_told + LEAST_APART)

    def due(self, now: datetime) -> Bulletin | None:
        """What is to be told now, as one message; None while there is nothing, or while it gathers."""
        at = self._righted(now).next_at
        return group(self.waiting) if at is not None and at <= now else None

    def told_lately(self, now: datetime) -> bool:
        """Whether the last message is so fresh that not even a digest follows it now."""
        return self.last_told is not None and timedelta(0) <= now - self.last_told < LEAST_APART

    def told(self, now: datetime) -> "Gather":
        """After a message: nothing waits."""
        return Gather((), None, now)

    def _righted(self, now: datetime) -> "Gather":
        """Without instants after now: a clock that was put back must hold nothing up."""
        since = now - GATHER if self.since is not None and self.since > now else self.since
        return replace(self, since=since, last_told=None if self.last_told and self.last_told > now else self.last_told)


def digest(episodes: Iterable[Episode], now: datetime) -> Bulletin | None:
    """The daily message about all that is open still, worst first, instead of repeats; None when nothing is.

    Left out: what was cleared, what only stands behind a worse one or is not certain yet, and what is snoozed.
    """
    open_now = [each for each in foremost(episodes) if each.level is not Level.GOOD]
    return group(each for each in open_now if each.snoozed_until is None or each.snoozed_until <= now)
