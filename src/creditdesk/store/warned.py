"""What was warned of: episodes, how they were told, and how long warnings are to be quiet."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from creditdesk.core.pools import Level
from creditdesk.core.rules import RuleKind
from creditdesk.core.series import PENDING, Delivery, Episode, Event, EventKind
from creditdesk.store import statements_warned as statements
from creditdesk.store.checks import is_good
from creditdesk.store.connections import Connections
from creditdesk.store.pending import Pending
from creditdesk.store.recording import add_event
from creditdesk.store.rows import Row, instant, maybe_instant, maybe_micros, micros
from creditdesk.store.statements_points import SEAL_EPISODE

_HOW = {"desktop": "notification", "balloon": "balloon", "banner": "banner"}
"""What `Episode.delivered` calls a channel."""

_NOT_SUMMED = 7
_SUMMED_AGAIN = slice(10, 12)
"""Of id and EPISODE_COLUMNS: how it was told, cleared and snoozed changes, and is not in the sum (`SUMMED`)."""


class Warned:
    """The episodes of one desk. They are opened and cleared together with a reading (`History.record`)."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def episodes(self, limit: int = 200) -> Pending[list[Episode]]:
        """What was warned of, newest first, open or over; not what is pending."""
        return self._connections.read(
            lambda connection: _good(connection, connection.execute(statements.EPISODES, (limit,)))
        )

    def open_episodes(self, account_id: str | None = None) -> Pending[list[Episode]]:
        """The episodes that are not cleared, pending ones too, oldest first; None: of all accounts."""
        return self._connections.read(lambda connection: _open_episodes(connection, account_id))

    def mark_delivered(self, ids: Sequence[int], how: str, now: datetime) -> Pending[int]:
        """Note how episodes were first told; gives how many were not told before. Whoever gets 0 came too late.

        News (of a refill) is over once it was told.
        """

        def work(connection: sqlite3.Connection) -> int:
            told = (how, micros(now))
            return sum(connection.execute(statements.DELIVERED, (*told, each)).rowcount for each in ids)

        return self._connections.write(work)

    def note_delivery(
        self, ids: Sequence[int], channel: str, outcome: str, now: datetime, detail: str = ""
    ) -> Pending[None]:
        """Keep one try to tell these episodes, or what became of it; see `Delivery`. `detail` holds no secret.

        Whoever tells claims them as "missed" before (`mark_delivered`); what was shown then takes the place of that.
        """

        def work(connection: sqlite3.Connection) -> None:
            for each in ids:
                if outcome == "shown" and channel in _HOW:
                    connection.execute(statements.TOLD_AS, (_HOW[channel], each))
                connection.execute(statements.ADD_DELIVERY, (micros(now), channel, outcome, detail, each))

        return self._connections.write(work)

    def deliveries(self, ids: Sequence[int]) -> Pending[dict[int, tuple[Delivery, ...]]]:
        """What was told of each of these episodes where, oldest first; () for one of which nothing was."""

        def work(connection: sqlite3.Connection) -> dict[int, tuple[Delivery, ...]]:
            found: dict[int, tuple[Delivery, ...]] = dict.fromkeys(ids, ())
            query = statements.DELIVERIES.format(", ".join("?" * len(found)))
            for episode, at, *more in connection.execute(query, tuple(found)):
                found[episode] = (*found[episode], Delivery(episode, instant(at), *more))
            return found

        return self._connections.read(work)

    def snooze(self, account_id: str | None, until: datetime | None) -> Pending[None]:
        """Keep the warnings of an account (None: of all) quiet until then; `until` None ends it.

        A recovery of the account ends it, too.
        """

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

    def snoozes(self) -> Pending[dict[str, datetime]]:
        """Until when each snoozed account is quiet; "" stands for all of them."""
        return self._connections.read(
            lambda connection: {account: instant(until) for account, until in connection.execute(statements.SNOOZES)}
        )


def record_episodes(
    connection: sqlite3.Connection, new: Sequence[Episode], cleared: Sequence[Episode], now: datetime
) -> tuple[Episode, ...]:
    """Clear, open and change episodes. Returns those of `new` that are open now, as they are kept, with their ids.

    One of `new` that has an id is kept already: it is told now after having been pending, or only its state differs.
    One that another process saw first is not opened again: it is given as that process left it, told or not.
    """
    for episode in cleared:
        if episode.state == PENDING:
            connection.execute(statements.DROP_PENDING, (episode.id,))
        else:
            connection.execute(statements.CLEAR_EPISODE, (micros(episode.cleared_at or now), episode.id))
            connection.execute(statements.WAKE_RECOVERED, (episode.account,))
    kept = []
    for episode in new:
        until = connection.execute(statements.SNOOZED, (episode.account,)).fetchone()[0]
        if until is not None and episode.snoozed_until is None and instant(until) > now:
            episode = replace(episode, snoozed_until=instant(until))
        stored = _changed(connection, episode, now) if episode.id else _opened(connection, episode, now)
        kept += [stored] if stored is not None else []
    return tuple(kept)


def _opened(connection: sqlite3.Connection, episode: Episode, now: datetime) -> Episode | None:
    same = (episode.account, episode.level.value, episode.pool, episode.window, episode.rule)
    if rows := connection.execute(statements.SAME_EPISODE, same).fetchall():
        return next((each for each in _good(connection, rows) if each.cleared_at is None), None)
    if episode.rule == RuleKind.EXPIRES and (again := connection.execute(statements.OPEN_AGAIN, same[:4]).fetchone()):
        return next(iter(_good(connection, connection.execute(statements.EPISODE, again))), None)
    number = connection.execute(statements.ADD_EPISODE, _episode_row(episode)).fetchone()[0]
    connection.execute(SEAL_EPISODE, (number,))
    _note(connection, episode, now)
    return replace(episode, id=int(number))


def _changed(connection: sqlite3.Connection, episode: Episode, now: datetime) -> Episode | None:
    if not episode.state:
        fired = (episode.level.value, micros(episode.fired_at), episode.window, episode.why, episode.numbers)
        values = (*fired, maybe_micros(episode.snoozed_until), episode.id)
        if connection.execute(statements.FIRE_PENDING, values).rowcount:
            connection.execute(SEAL_EPISODE, (episode.id,))
            _note(connection, episode, now)
            return episode
    connection.execute(statements.SET_STATE, (episode.state, episode.id))
    return next(iter(_good(connection, connection.execute(statements.EPISODE, (episode.id,)))), None)


def _note(connection: sqlite3.Connection, episode: Episode, now: datetime) -> None:
    """A line of the activity page; a covered or a pending one is no news, and a refill has a line of its own."""
    if not episode.delivered and episode.state != PENDING and episode.level is not Level.GOOD:
        told = f"{episode.level.value} {episode.why or episode.rule}".strip()
        add_event(connection, Event(now, episode.account, EventKind.ALERT, episode.pool, detail=told))


def _open_episodes(connection: sqlite3.Connection, account: str | None) -> list[Episode]:
    if account is None:
        rows = connection.execute(f"{statements.OPEN_EPISODES} ORDER BY id")
    else:
        rows = connection.execute(f"{statements.OPEN_EPISODES} AND account = ? ORDER BY id", (account,))
    return _good(connection, rows)


def _good(connection: sqlite3.Connection, rows: Iterable[Row]) -> list[Episode]:
    """The episodes of rows of id, EPISODE_COLUMNS and sum that are as they were written."""
    return [
        _episode_of(row[:-1])
        for row in rows
        if is_good(connection, "episode", (*row[:_NOT_SUMMED], *row[_SUMMED_AGAIN], row[-1]), 1)
    ]


def _episode_row(episode: Episode) -> Row:
    """EPISODE_COLUMNS of an episode."""
    return (
        episode.account,
        episode.level.value,
        micros(episode.fired_at),
        episode.pool,
        episode.window,
        episode.why,
        episode.delivered,
        maybe_micros(episode.cleared_at),
        maybe_micros(episode.snoozed_until),
        episode.rule,
        episode.numbers,
        episode.state,
    )


def _episode_of(row: Row) -> Episode:
    """The episode of a row of id and EPISODE_COLUMNS."""
    id_, account, level, fired_at, pool, window, why, delivered, cleared_at, snoozed_until, *more = row
    return Episode(
        account,
        Level(level),
        instant(fired_at),
        pool,
        window,
        why,
        delivered,
        maybe_instant(cleared_at),
        maybe_instant(snoozed_until),
        id_,
        *more,
    )
