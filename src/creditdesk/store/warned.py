"""What was warned of: episodes, how they were shown, and how long warnings are to be quiet."""

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from creditdesk.core.series import Episode, Event, EventKind
from creditdesk.store import statements
from creditdesk.store.connections import Connections
from creditdesk.store.pending import Pending
from creditdesk.store.recording import add_event
from creditdesk.store.rows import episode_of, episode_row, instant, maybe_micros, micros


class Warned:
    """The episodes of one desk. They are opened and cleared together with a reading (`History.record`)."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def episodes(self, limit: int = 200) -> Pending[list[Episode]]:
        """What was warned of, newest first, open or over."""
        return self._connections.read(lambda connection: _episodes(connection, limit))

    def open_episodes(self, account_id: str | None = None) -> Pending[list[Episode]]:
        """The episodes that are not cleared, oldest first; None: of all accounts."""
        return self._connections.read(lambda connection: _open_episodes(connection, account_id))

    def mark_delivered(self, ids: Sequence[int], how: str, now: datetime) -> Pending[int]:
        """Note how episodes were shown; gives how many were not shown before. Whoever gets 0 came too late.

        `now` is not kept yet: an episode has one instant, when it fired.
        """

        def work(connection: sqlite3.Connection) -> int:
            return sum(connection.execute(statements.DELIVERED, (how, each)).rowcount for each in ids)

        return self._connections.write(work)

    def snooze(self, account_id: str | None, until: datetime | None) -> Pending[None]:
        """Keep the warnings of an account (None: of all) quiet until then; `until` None ends it."""

        def work(connection: sqlite3.Connection) -> None:
            if until is not None:
                connection.execute(statements.SNOOZE, (account_id or "", micros(until)))
            elif account_id is None:
                connection.execute(statements.WAKE_ALL)
            else:
                connection.execute(statements.WAKE, (account_id,))
            which, values = ("", ()) if account_id is None else (" AND account = ?", (account_id,))
            connection.execute(statements.SNOOZE_EPISODES + which, (maybe_micros(until), *values))

        return self._connections.write(work)


def record_episodes(
    connection: sqlite3.Connection, new: Sequence[Episode], cleared: Sequence[Episode], now: datetime
) -> tuple[Episode, ...]:
    """Clear and open episodes. Returns those that were really new, with their ids.

    An episode that is already open (another process saw the crossing first) is not opened again.
    """
    for episode in cleared:
        connection.execute(statements.CLEAR_EPISODE, (micros(episode.cleared_at or now), episode.id))
    opened = []
    for episode in new:
        same = (episode.account, episode.level.value, episode.pool, episode.window)
        if connection.execute(statements.SAME_EPISODE, same).fetchone():
            continue
        until = connection.execute(statements.SNOOZED, (episode.account,)).fetchone()[0]
        if until is not None and episode.snoozed_until is None and instant(until) > now:
            episode = replace(episode, snoozed_until=instant(until))
        number = connection.execute(statements.ADD_EPISODE, episode_row(episode)).fetchone()[0]
        if not episode.delivered:  # a covered one is no news
            told = f"{episode.level.value} {episode.why}".strip()
            add_event(connection, Event(now, episode.account, EventKind.ALERT, episode.pool, detail=told))
        opened.append(replace(episode, id=int(number)))
    return tuple(opened)


def _episodes(connection: sqlite3.Connection, limit: int) -> list[Episode]:
    """The episodes of all accounts, open and cleared, newest first."""
    return [episode_of(row) for row in connection.execute(statements.EPISODES, (limit,))]


def _open_episodes(connection: sqlite3.Connection, account: str | None) -> list[Episode]:
    """The episodes that are not cleared, oldest first; of one account, or (None) of all."""
    if account is None:
        rows = connection.execute(f"{statements.OPEN_EPISODES} ORDER BY id")
    else:
        rows = connection.execute(f"{statements.OPEN_EPISODES} AND account = ? ORDER BY id", (account,))
    return [episode_of(row) for row in rows]
