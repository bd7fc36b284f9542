"""The history: what was observed, what happened, what was warned of. One thread writes, one reads.

Whatever waits to be written is written in one transaction, and a caller hears of it after the commit. Every method
gives a `Pending`: the engine awaits it, a command calls `.result()`. The window's thread calls neither.
"""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from creditdesk.core.pools import Snapshot, Trouble
from creditdesk.core.series import Episode, Event, Series
from creditdesk.store import reading, recording, statements, thinning
from creditdesk.store.connections import Connections, HistoryError
from creditdesk.store.counts import Counts
from creditdesk.store.entries import add_entry, typed_entry
from creditdesk.store.notices import Notice
from creditdesk.store.pending import Pending
from creditdesk.store.reading import Latest, Spark
from creditdesk.store.rows import micros, text
from creditdesk.store.warned import Warned, record_episodes

__all__ = ["History", "HistoryError", "Latest", "Notice", "Spark"]


class History:
    """The history of one desk, at `path`; None keeps it in memory.

    Opening never fails: `notice` then tells what was wrong with the file and where it went, or is None. It may also
    appear later, when damage is met while reading. `connections` is the way to the file, for what else is kept in it.
    """

    def __init__(self, path: Path | None, now: datetime) -> None:
        self.connections = self._connections = Connections(path, now)
        self.warned = Warned(self._connections)
        self.counts = Counts(self._connections)

    @property
    def notice(self) -> Notice | None:
        """What the user should know about the file, or None."""
        return self._connections.notice

    @property
    def durable(self) -> bool:
        """Whether what is written outlives this process; not where the file cannot be used (see `notice`)."""
        return self._connections.durable

    def record(
        self,
        account_id: str,
        outcome: Snapshot | Trouble | None,
        now: datetime,
        episodes: tuple[Sequence[Episode], Sequence[Episode]] = ((), ()),
        interval_s: int = 300,
    ) -> Pending[tuple[Episode, ...]]:
        """Write one reading (None: none was made), with the episodes (new, cleared) that follow, all or nothing.

        Gives the new episodes with their ids; one that is open already is not opened again, and given as it is kept.
        A reading that says the same as the one before extends it, unless more than three intervals (and an hour) lie
        between. Raises HistoryError.
        """

        def work(connection: sqlite3.Connection) -> tuple[Episode, ...]:
            if outcome is not None:
                recording.record(connection, account_id, outcome, now, interval_s)
            return record_episodes(connection, *episodes, now)

        return self._connections.write(work)

    def typed(self, account_id: str, pool: str, left: Decimal, limit: Decimal | None, now: datetime) -> Pending[None]:
        """Keep a balance typed by hand (`latest` gives it back) and note it. A `limit` of None keeps the former."""

        def work(connection: sqlite3.Connection) -> None:
            add_entry(connection, typed_entry(account_id, pool, left, now))
            recording.put_typed(connection, (account_id, pool, micros(now), str(left), text(limit)))

        return self._connections.write(work)

    def add_event(self, event: Event) -> Pending[int]:
        """Write a line of the activity page; gives its id."""
        return self._connections.write(lambda connection: recording.add_event(connection, event))

    def forget(self, account_id: str) -> Pending[None]:
        """Drop all rows of an account, its events too."""

        def work(connection: sqlite3.Connection) -> None:
            for table in statements.TABLES:
                connection.execute(statements.forget(table), (account_id,))

        return self._connections.write(work)

    def latest(self, account_ids: Sequence[str]) -> Pending[dict[str, Latest]]:
        """What was last known of each account; fast enough to wait for before the first paint."""
        return self._connections.read(lambda connection: reading.latest(connection, tuple(account_ids)))

    def spark(
        self, account_ids: Sequence[str], now: datetime, days: int = 30, points: int = 40
    ) -> Pending[dict[str, Spark]]:
        """What was left of each account's first pool over the last days, as (instant, left), oldest first."""
        return self._connections.read(
            lambda connection: reading.spark(connection, tuple(account_ids), now, days, points)
        )

    def series(
        self, account_id: str, since: datetime | None = None, until: datetime | None = None
    ) -> Pending[list[Series]]:
        """The account's pools over time, present ones first. The first point may begin before `since`."""
        return self._connections.read(lambda connection: reading.series(connection, account_id, since, until))

    def events(self, limit: int = 100, before: Event | None = None, account_id: str = "") -> Pending[list[Event]]:
        """What happened, newest first. `before` is the last event of the page before."""
        return self._connections.read(lambda connection: reading.events(connection, limit, before, account_id))

    def thin(self, now: datetime) -> Pending[int]:
        """Thin out what is old (`core.thinning`) in small steps between what else is written; gives how many rows less.

        To be asked for at least once a day of use. The first time only notes the day, and so does one more than 30 days
        after the last: a clock that jumped ahead must not take the detail of yesterday. Closing ends it; what was not
        done is done the next time.
        """
        return thinning.thin(self._connections, now)

    def close(self) -> None:
        """Write what waits and close the file. May be called twice."""
        self._connections.close()
