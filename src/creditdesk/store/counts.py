"""The counts of the desk's accounts, kept in memory and moved on by what the ledger's rows say since the last look.

All of it happens on the thread that reads the database, so that every loop and thread of the desk sees the same; what
another process booked is learned by the same look. A look costs one search in an index where nothing changed.
"""

import heapq
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from creditdesk.core.amounts import EXACT
from creditdesk.core.charges import Charge, ChargeState, Entry, EntryKind, Known
from creditdesk.core.count_base import ELSEWHERE, EVER, Base, points_of, starts_of
from creditdesk.core.counting import LOST_AFTER, Count, Counted, Gap
from creditdesk.store import statements_charges as statements
from creditdesk.store.charge_rows import charge_of, entry_of
from creditdesk.store.checks import good
from creditdesk.store.connections import Connections
from creditdesk.store.pending import Pending
from creditdesk.store.reading import CHUNK
from creditdesk.store.rows import micros

T = TypeVar("T")

_LATEST = 1 << 62
_UNDER_WAY_US = LOST_AFTER // timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Built:
    """An account's count as it was made anew: its gaps since an instant, and what is booked as unexplained since.

    `read`: certain points that were read from the vendor, by pool, the last of each.
    """

    gaps: tuple[Gap, ...]
    unexplained: tuple[Charge, ...]
    read: Mapping[str, Entry]
    charged_at: datetime | None


Taken = Mapping[tuple[str, str], Decimal]
"""Amounts by client and pool."""


@dataclass(slots=True, eq=False)
class _Book:
    base: Base
    count: Count
    under_way: dict[str, Charge]
    read: Mapping[str, Entry]


class Counts:
    """What is left of the accounts that are metered. `build` comes first, once and whenever the base is another."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._guard = threading.Lock()
        self._books: dict[str, _Book] = {}
        self._metered: set[str] = set()
        self._upto: int | None = None
        self._versions: dict[str, int] = {}
        self._late: dict[str, datetime] = {}

    def learn(self) -> Pending[None]:
        """Take over what was booked and typed since the last look, by any desk."""
        return self._connections.read(lambda connection: self._at_once(connection, lambda: self._learn(connection)))

    def versions(self) -> dict[str, int]:
        """A number for each account that is metered or was changed; another one after each look that found anything."""
        with self._guard:
            return dict(self._versions)

    def late(self, account_id: str) -> datetime | None:
        """From when on the unexplained charges of an account are to be worked out anew, told once; None: none are."""
        with self._guard:
            return self._late.pop(account_id, None)

    def build(self, account_id: str, base: Base, before: datetime | None = None) -> Pending[Built]:
        """Count an account anew; `gaps` are told from `before` on, or (None) those of its last certain points."""
        return self._connections.read(
            lambda connection: self._at_once(connection, lambda: self._built(connection, account_id, base, before))
        )

    def taken(self, account_id: str, base: Base, since: datetime, until: datetime) -> Pending[Taken]:
        """What charges that began from `since` to before `until` took of each pool, by their client ("": none)."""
        return self._connections.read(lambda connection: _taken(connection, account_id, base, (since, until)))

    def base(self, account_id: str) -> Base | None:
        """From what an account is counted now; None: it is not."""
        book = self._books.get(account_id)
        return book.base if book else None

    def is_metered(self, account_id: str) -> bool:
        """Whether anything was ever charged or added to it, as of the last look."""
        return account_id in self._metered

    @property
    def metered(self) -> frozenset[str]:
        """All such accounts."""
        return frozenset(self._metered)

    def counted(self, account_id: str, now: datetime) -> Counted | None:
        """What is left of an account as of the last look; None where it was never built."""
        with self._guard:
            book = self._books.get(account_id)
            found = book.count.counted(now, tuple(book.under_way.values())) if book else None
        if found is None or not book or not book.base.shared:
            return found
        return replace(found, pools=tuple(each for each in found.pools if each.pool.id != ELSEWHERE))

    @staticmethod
    def _at_once(connection: sqlite3.Connection, work: Callable[[], T]) -> T:
        """Do it on one state of the file: what is written meanwhile would be counted twice, or make a count anew."""
        connection.execute("BEGIN")
        try:
            return work()
        finally:
            connection.execute("COMMIT")

    def _built(self, connection: sqlite3.Connection, account: str, base: Base, before: datetime | None) -> Built:
        self._learn(connection)  # what the count is to hold is not to be learned again
        return self._build(connection, account, base, before)

    def _learn(self, connection: sqlite3.Connection) -> None:
        (upto,) = connection.execute(statements.LAST_CHANGE).fetchone()
        if self._upto is None:
            self._metered.update(row[0] for row in connection.execute(statements.METERED))
            self._tell(dict.fromkeys(self._metered), upto)
        elif upto > self._upto:
            since, found = self._upto, dict[str, datetime | None]()
            for row in good(connection, "charge", connection.execute(statements.CHANGED_CHARGES, (since,)), 1):
                self._take(charge_of(row[1:]), row[0] > since, found)
            for row in good(connection, "entry", connection.execute(statements.CHANGED_ENTRIES, (since,))):
                entry = entry_of(row)
                self._metered.update({entry.account} if entry.kind is not EntryKind.BALANCE else ())
                found[entry.account] = _earliest(found.get(entry.account), entry.at)
            for account, book in self._books.items():  # what is shared is counted for every account that has it
                for each in book.base.shared.keys() & found.keys():
                    found[account] = _earliest(found.get(account), found[each] or book.count.edge or EVER)
            for account in [each for each, late in found.items() if late is not None and each in self._books]:
                self._build(connection, account, self._books[account].base, None)
            self._tell(found, upto)

    def _tell(self, found: Mapping[str, datetime | None], upto: int) -> None:
        with self._guard:
            self._upto = upto
            for account, late in found.items():
                self._versions[account] = upto
                if late is not None:
                    self._late[account] = _earliest(self._late.get(account), late)

    def _take(self, charge: Charge, new: bool, found: dict[str, datetime | None]) -> None:
        account = charge.account
        self._metered.add(account)
        found.setdefault(account, None)
        book = self._books.get(account)
        if book is None or charge.known is Known.UNEXPLAINED:
            return
        with self._guard:
            if charge.state is ChargeState.OPEN:
                book.under_way[charge.id] = charge
                return
            was_open = book.under_way.pop(charge.id, None) is not None
            if (new or was_open) and found[account] is None and book.count.takes(charge):
                book.count.take(charge)
                return
        found[account] = _earliest(found[account], charge.at)

    def _build(self, connection: sqlite3.Connection, account: str, base: Base, before: datetime | None) -> Built:
        entries = _entries(connection, account, base, before)
        points = points_of(base, entries)
        starts = starts_of(points, before)
        count = Count(base.definition, base.certain, entries)
        under_way: dict[str, Charge] = {}
        unexplained, charged_at = [], None
        since = min(starts.values(), default=EVER)
        for charge in _charges(connection, (account, *base.shared), micros(since) - _UNDER_WAY_US):
            if charge.at < since and not _was_under_way(charge, since):
                continue
            if charge.account != account:
                count.take(base.of(charge))
            elif charge.known is Known.UNEXPLAINED:
                unexplained.append(charge)
            elif charge.state is ChargeState.OPEN:
                under_way[charge.id] = charge
            else:
                count.take(charge)
                charged_at = charge.at if charge.at >= since else charged_at
        count.advance(max((at for each in points.values() for at in each), default=EVER))
        told = {(each.pool, each.at) for each in entries if each.account != account}  # told there
        gaps = tuple(each for each in count.gaps if each.at > starts[each.pool] and (each.pool, each.at) not in told)
        read = {each.pool: each for each in entries if each.known is Known.REPORTED}
        with self._guard:
            self._books[account] = _Book(base, count, under_way, read)
        return Built(gaps, tuple(each for each in unexplained if _is_of(each, starts)), read, charged_at)


def _entries(connection: sqlite3.Connection, account: str, base: Base, before: datetime | None) -> list[Entry]:
    """What counts of the entries: all that were typed, and what was read last before that instant, or since."""
    if before is None:
        before = max((each.at for each in base.certain), default=EVER)
        (last,) = connection.execute(statements.LAST_READ, (account, _LATEST)).fetchone()
        until = micros(before) if last is None else min(last, micros(before))
    else:
        until = micros(before)
    (since,) = connection.execute(statements.LAST_READ, (account, until)).fetchone()
    rows = connection.execute(statements.TYPED_ENTRIES, (account,)).fetchall()
    rows += connection.execute(statements.READ_ENTRIES, (account, since or 0)).fetchall()
    for other in base.shared:
        rows += connection.execute(statements.TYPED_ENTRIES, (other,)).fetchall()
    return [each for row in good(connection, "entry", rows) if base.counts(each := entry_of(row))]


def _charges(connection: sqlite3.Connection, accounts: Sequence[str], since: int) -> Iterator[Charge]:
    """The charges of accounts from an instant on, oldest first; now and then other threads get their turn."""

    def of(account: str) -> Iterator[Charge]:
        cursor = connection.execute(statements.SINCE, (account, since))
        while some := cursor.fetchmany(CHUNK):
            yield from map(charge_of, good(connection, "charge", some))
            time.sleep(0)

    return heapq.merge(*map(of, accounts), key=lambda charge: charge.at)


def _taken(connection: sqlite3.Connection, account: str, base: Base, span: tuple[datetime, datetime]) -> Taken:
    entries = _entries(connection, account, base, span[0])
    starts = starts_of(points_of(base, entries), span[0])
    count = Count(base.definition, base.certain, entries)
    taken: dict[tuple[str, str], Decimal] = {}
    first = min((span[0], *starts.values()))
    for charge in _charges(connection, (account, *base.shared), micros(first)):
        if charge.at >= span[1]:
            break
        if charge.state is not ChargeState.OPEN:
            for pool, amount in count.take(base.of(charge)):
                if charge.at >= span[0] and charge.account == account:
                    key = (charge.client, pool)
                    taken[key] = EXACT.add(taken.get(key, Decimal(0)), amount)
    return taken


def _was_under_way(charge: Charge, at: datetime) -> bool:
    """Whether it began before an instant and ended after it, so that nobody knows on which side it was charged."""
    ended = charge.ended_at if charge.known is not Known.UNEXPLAINED else None
    return ended is not None and ended > at


def _is_of(unexplained: Charge, starts: Mapping[str, datetime]) -> bool:
    """Whether it was found at a certain point that was looked at again."""
    return any(
        unexplained.at > starts[pool] for draw in unexplained.draws or () for pool in draw.pools if pool in starts
    )


def _earliest(one: datetime | None, other: datetime) -> datetime:
    return other if one is None else min(one, other)
