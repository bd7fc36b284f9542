"""What a month's statement is made of, read from the database: use, top-ups and typed balances, by account."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from creditdesk.core.amounts import EXACT
from creditdesk.core.pools import PoolKind
from creditdesk.core.series import Event, EventKind
from creditdesk.core.statement_making import PoolFacts
from creditdesk.store import statements_activity as statements
from creditdesk.store.checks import good
from creditdesk.store.connections import Connections
from creditdesk.store.pending import Pending
from creditdesk.store.recording import ONE_USE
from creditdesk.store.rows import event_of, instant, maybe_instant, micros


@dataclass(frozen=True, slots=True)
class AccountMonth:
    """What was observed of an account in a month: its pools, what was used of each, by its id, and since when use of
    it was ever seen; all its typed balances and all its top-ups up to the month's end, oldest first."""

    pools: list[PoolFacts] = field(default_factory=list)
    used: dict[str, Decimal] = field(default_factory=dict)
    seen_from: dict[str, datetime] = field(default_factory=dict)
    typed: list[Event] = field(default_factory=list)
    top_ups: list[Event] = field(default_factory=list)


class Ledger:
    """Reads months. Every method gives a `Pending` and may raise HistoryError."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def month(self, since: datetime, until: datetime) -> Pending[Mapping[str, AccountMonth]]:
        """All accounts that were ever read, by id, with what was seen from `since` to before `until`."""
        return self._connections.read(lambda connection: _month(connection, micros(since), micros(until)))

    def begun_at(self) -> Pending[datetime | None]:
        """When the first event happened, UTC; None before there is one."""
        return self._connections.read(
            lambda connection: maybe_instant(connection.execute(statements.FIRST_EVENT).fetchone()[0])
        )

    def clients(self) -> Pending[tuple[str, ...]]:
        """The clients that imports were sent for."""
        return self._connections.read(
            lambda connection: tuple(row[0] for row in connection.execute(statements.SENDING_CLIENTS))
        )


def _month(connection: sqlite3.Connection, since: int, until: int) -> dict[str, AccountMonth]:
    found: dict[str, AccountMonth] = {}
    for account, pool, label, kind, unit, part_of, shared_by in connection.execute(statements.POOL_FACTS):
        facts = PoolFacts(pool, label, PoolKind(kind), unit, part_of, shared_by)
        found.setdefault(account, AccountMonth()).pools.append(facts)
    for row in good(connection, "event", connection.execute(statements.USES, (since, until)), 1):
        event = event_of(row)
        if event.amount is not None:
            month = found.setdefault(event.account, AccountMonth())
            pool = _pool(month, event)
            if event.pool not in month.seen_from:
                (first,) = connection.execute(statements.FIRST_USE, (event.account, event.pool)).fetchone()
                month.seen_from[event.pool] = instant(first) - ONE_USE  # a line moves on for so long
            month.used[pool] = EXACT.subtract(month.used.get(pool, Decimal(0)), event.amount)
    for kind in (EventKind.TYPED, EventKind.TOP_UP):
        for row in good(connection, "event", connection.execute(statements.UP_TO, (kind.value, until)), 1):
            event = event_of(row)
            month = found.setdefault(event.account, AccountMonth())
            _pool(month, event)
            (month.typed if kind is EventKind.TYPED else month.top_ups).append(event)
    return found


def _pool(month: AccountMonth, event: Event) -> str:
    """The id under which an event's pool counts. One that is not listed, or had another unit then, is not left out."""
    now = {pool.id: pool for pool in month.pools if pool.id == event.pool or pool.id == f"{event.pool}@{event.unit}"}
    known = now.get(event.pool)
    if known is not None and event.unit in ("", known.unit):
        return known.id
    name = event.pool if known is None else f"{event.pool}@{event.unit}"
    if name not in now:
        label, kind = (known.label, known.kind) if known is not None else (event.pool, PoolKind.WALLET)
        month.pools.append(PoolFacts(name, label, kind, event.unit))
    return name
