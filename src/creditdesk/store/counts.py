"""The counts of the desk's accounts, kept in memory and moved on by what the ledger's rows say since the last look.

All of it happens on one thread that reads the database, so that every loop and thread of the desk sees the same; what
another process booked is learned by the same look. A look costs one search in an index where nothing changed, and a
count made anew goes over blocks of charges (`store.charge_blocks`).
"""

import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from creditdesk.core.charge_blocks import Block, foretold_by, totals
from creditdesk.core.charges import Charge, ChargeState, Entry, EntryKind, Known
from creditdesk.core.count_base import ELSEWHERE, EVER, Base, points_of, starts_of
from creditdesk.core.counting import Count, Counted, Gap
from creditdesk.core.tallies import Foretold, Totals
from creditdesk.store import charge_blocks
from creditdesk.store import statements_charges as statements
from creditdesk.store.charge_rows import charge_of, entry_of
from creditdesk.store.checks import good
from creditdesk.store.connections import Connections
from creditdesk.store.count_rows import UNDER_WAY_US, Seen, Taken, counted_in_order, entries_of, is_of, is_since, taken
from creditdesk.store.pending import Pending
from creditdesk.store.rows import maybe_instant, micros

T = TypeVar("T")

_LATEST = 1 << 62
_EVER_US = -_LATEST
_BLOCKS_AT_ONCE = 20
_MANY = 2_000
"""More charges than this at once come from a file."""


@dataclass(frozen=True, slots=True)
class Built:
    """An account's count as it was made anew: its gaps since an instant, and what is booked as unexplained since.

    `read`: certain points that were read from the vendor, by pool, the last of each.
    """

    gaps: tuple[Gap, ...]
    unexplained: tuple[Charge, ...]
    read: Mapping[str, Entry]
    charged_at: datetime | None


@dataclass(frozen=True, slots=True)
class Summed:
    """All that was ever charged to an account, and what its newest charges teach of the prices."""

    totals: Totals
    foretold: tuple[Foretold, ...]


@dataclass(slots=True, eq=False)
class _Book:
    base: Base
    count: Count
    since: datetime
    under_way: dict[str, Charge]
    read: Mapping[str, Entry]


class Counts:
    """What is left of the accounts that are metered. `build` comes first, once and whenever the base is another.

    `block_rows` charges are counted as one where that comes to the same; 0: each by itself.
    """

    def __init__(self, connections: Connections, block_rows: int = charge_blocks.ROWS) -> None:
        self._connections = connections
        self._block_rows = block_rows
        self._unrolled = Counter[str]()
        self._summed: dict[str, tuple[int, Summed]] = {}
        self._guard = threading.Lock()
        self._books: dict[str, _Book] = {}
        self._metered: set[str] = set()
        self._upto: int | None = None
        self._versions: dict[str, int] = {}
        self._late: dict[str, datetime] = {}

    def learn(self) -> Pending[None]:
        """Take over what was booked and typed since the last look, by any desk."""
        return self._connections.count(lambda connection: self._at_once(connection, lambda: self._learn(connection)))

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
        return self._connections.count(
            lambda connection: self._at_once(connection, lambda: self._built(connection, account_id, base, before))
        )

    def taken(self, account_id: str, base: Base, since: datetime, until: datetime) -> Pending[Taken]:
        """What charges that began from `since` to before `until` took of each pool, by their client ("": none)."""
        return self._connections.count(lambda connection: taken(connection, account_id, base, (since, until)))

    def summed(self, account_id: str) -> Pending[Summed]:
        """All charges of an account, added up."""
        return self._connections.count(
            lambda connection: self._at_once(connection, lambda: self._sum(connection, account_id))
        )

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
            if upto - since > _MANY:
                self._take_many(connection, since, found)
            else:
                for row in good(connection, "charge", connection.execute(statements.CHANGED_CHARGES, (since,)), 1):
                    self._take(charge_of(row[1:]), row[0] > since, found)
            for row in good(connection, "entry", connection.execute(statements.CHANGED_ENTRIES, (since,))):
                entry = entry_of(row)
                self._metered.update({entry.account} if entry.kind is not EntryKind.BALANCE else ())
                found[entry.account] = _earliest(found.get(entry.account), entry.at)
            for account, book in self._books.items():  # what is shared is counted for every account that has it
                for each in book.base.shared.keys() & found.keys():
                    found[account] = _earliest(found.get(account), found[each] or book.count.edge or EVER)
            for account in [each for each, number in self._unrolled.items() if number >= 2 * self._block_rows]:
                self._roll(connection, account)
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

    def _take_many(self, connection: sqlite3.Connection, since: int, found: dict[str, datetime | None]) -> None:
        """A file was imported: its accounts are counted anew, by blocks, which is less than charge by charge."""
        for account, rows, at in connection.execute(statements.CHANGED_ACCOUNTS, (since,)):
            self._metered.add(account)
            self._unrolled[account] += rows
            found[account] = maybe_instant(at) if account in self._books else None

    def _take(self, charge: Charge, new: bool, found: dict[str, datetime | None]) -> None:
        account = charge.account
        self._metered.add(account)
        self._unrolled[account] += 1
        found.setdefault(account, None)
        book = self._books.get(account)
        if book is None or charge.known is Known.UNEXPLAINED:
            return
        with self._guard:
            if charge.state is ChargeState.OPEN:
                if charge.at >= book.since:
                    book.under_way[charge.id] = charge
                return
            was_open = book.under_way.pop(charge.id, None) is not None
            if (new or was_open) and found[account] is None and book.count.takes(charge):
                book.count.take(charge)
                return
        found[account] = _earliest(found[account], charge.at)

    def _build(self, connection: sqlite3.Connection, account: str, base: Base, before: datetime | None) -> Built:
        entries = entries_of(connection, account, base, before)
        points = points_of(base, entries)
        starts = starts_of(points, before)
        count = Count(base.definition, base.certain, entries)
        since = min(starts.values(), default=EVER)
        if base.shared or not self._block_rows:
            under_way, charged_at = counted_in_order(connection, account, base, count, since)
        else:
            under_way, charged_at = self._counted_in_blocks(connection, account, count, since)
        rows = connection.execute(statements.UNEXPLAINED, (account,)).fetchall()
        unexplained = tuple(each for row in good(connection, "charge", rows) if is_of(each := charge_of(row), starts))
        count.advance(max((at for each in points.values() for at in each), default=EVER))
        told = {(each.pool, each.at) for each in entries if each.account != account}  # told there
        gaps = tuple(each for each in count.gaps if each.at > starts[each.pool] and (each.pool, each.at) not in told)
        read = {each.pool: each for each in entries if each.known is Known.REPORTED}
        with self._guard:
            self._books[account] = _Book(base, count, since, under_way, read)
        return Built(gaps, unexplained, read, charged_at)

    def _counted_in_blocks(self, connection: sqlite3.Connection, account: str, count: Count, since: datetime) -> Seen:
        edge, new = micros(since) - UNDER_WAY_US, list[Block]()
        under_way: dict[str, Charge] = {}
        charged_at: datetime | None = None
        for block, charges in charge_blocks.covered(connection, account, edge, new, self._block_rows):
            if block.until <= since and (block.ended is None or block.ended <= since):
                continue  # it is in the certain points
            charged_at = block.last if block.last is not None and block.last >= since else charged_at
            whole = block.since >= since and count.take_all(block)
            if charges is None and not whole:
                charges = charge_blocks.charges_of(connection, account, block)
            for charge in charges or ():
                if charge.state is ChargeState.OPEN and charge.at >= since:
                    under_way[charge.id] = charge
                elif not whole and charge.state is not ChargeState.OPEN and is_since(charge, since):
                    count.take(charge)
        self._keep(connection, account, new)
        return under_way, charged_at

    def _roll(self, connection: sqlite3.Connection, account: str) -> None:
        """Keep what was added last as blocks."""
        self._unrolled[account], new = 0, list[Block]()
        since = charge_blocks.covered_until(connection, account)
        for _ in charge_blocks.covered(connection, account, since, new, self._block_rows):
            pass
        self._keep(connection, account, new)

    def _sum(self, connection: sqlite3.Connection, account: str) -> Summed:
        (upto,) = connection.execute(statements.LAST_CHANGE).fetchone()
        known = self._summed.get(account)
        if known is None or known[0] != upto:
            new = list[Block]()
            blocks = [block for block, _ in charge_blocks.covered(connection, account, _EVER_US, new, self._block_rows)]
            known = self._summed[account] = (upto, Summed(totals(blocks), foretold_by(blocks)))
            self._keep(connection, account, new)
        return known[1]

    def _keep(self, connection: sqlite3.Connection, account: str, new: Sequence[Block]) -> None:
        (upto,) = connection.execute(statements.LAST_CHANGE).fetchone()
        for start in range(0, len(new), _BLOCKS_AT_ONCE):
            some = new[start : start + _BLOCKS_AT_ONCE]
            with suppress(RuntimeError):  # the desk closes: they are made again
                self._connections.write(partial(charge_blocks.put_blocks, account=account, upto=upto, blocks=some))


def _earliest(one: datetime | None, other: datetime) -> datetime:
    return other if one is None else min(one, other)
