"""The rows from which an account is counted: its entries and charges, one by one, in the order in which they began."""

import heapq
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from creditdesk.core.amounts import EXACT
from creditdesk.core.charges import Charge, ChargeState, Entry, Known
from creditdesk.core.count_base import EVER, Base, points_of, starts_of
from creditdesk.core.counting import LOST_AFTER, Count
from creditdesk.store import statements_charges as statements
from creditdesk.store.charge_rows import charge_of, entry_of
from creditdesk.store.checks import good
from creditdesk.store.reading import CHUNK
from creditdesk.store.rows import micros

UNDER_WAY_US = LOST_AFTER // timedelta(microseconds=1)
"""For so long before an instant charges are looked for that may have been under way at it."""
_LATEST = 1 << 62

Seen = tuple[dict[str, Charge], datetime | None]
"""What is under way, and when the last charge that counts began."""
Taken = Mapping[tuple[str, str], Decimal]
"""Amounts by client and pool."""


def entries_of(connection: sqlite3.Connection, account: str, base: Base, before: datetime | None) -> list[Entry]:
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


def counted_in_order(connection: sqlite3.Connection, account: str, base: Base, count: Count, since: datetime) -> Seen:
    """Count the charges of an account, and of those that have pools in common with it, one by one."""
    under_way: dict[str, Charge] = {}
    charged_at: datetime | None = None
    for charge in _charges(connection, (account, *base.shared), micros(since) - UNDER_WAY_US):
        if not is_since(charge, since):
            continue
        if charge.account != account:
            count.take(base.of(charge))
        elif charge.state is ChargeState.OPEN:
            under_way[charge.id] = charge
        else:
            count.take(charge)
            counts = charge.at >= since and charge.state is not ChargeState.UNDONE
            charged_at = charge.at if counts and charge.known is not Known.UNEXPLAINED else charged_at
    return under_way, charged_at


def _charges(connection: sqlite3.Connection, accounts: Sequence[str], since: int) -> Iterator[Charge]:
    """The charges of accounts from an instant on, oldest first; now and then other threads get their turn."""

    def of(account: str) -> Iterator[Charge]:
        cursor = connection.execute(statements.SINCE, (account, since))
        while some := cursor.fetchmany(CHUNK):
            yield from map(charge_of, good(connection, "charge", some))
            time.sleep(0)

    return heapq.merge(*map(of, accounts), key=lambda charge: charge.at)


def taken(connection: sqlite3.Connection, account: str, base: Base, span: tuple[datetime, datetime]) -> Taken:
    entries = entries_of(connection, account, base, span[0])
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


def is_since(charge: Charge, at: datetime) -> bool:
    """Whether it began at an instant or later, or shortly before it and ended after it: nobody knows then on which
    side it was charged."""
    ended = charge.ended_at if charge.known is not Known.UNEXPLAINED else None
    return charge.at >= at or (ended is not None and ended > at and charge.at >= at - LOST_AFTER)


def is_of(unexplained: Charge, starts: Mapping[str, datetime]) -> bool:
    """Whether it was found at a certain point that was looked at again."""
    return any(
        unexplained.at > starts[pool] for draw in unexplained.draws or () for pool in draw.pools if pool in starts
    )
