"""Makes a month's statement: who used what, by the accounts' clients and by the imports that were sent for others.

Nothing is spread over clients by a key: what is of more than one client stays of none, with a reason. Use is dated when
it was seen. Pure: `store` and `desk` bring what was observed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal, localcontext

from creditdesk.core.amounts import EXACT
from creditdesk.core.definition import Definition
from creditdesk.core.pools import PoolKind
from creditdesk.core.sending import BatchState, Sending
from creditdesk.core.series import Event
from creditdesk.core.statement import Imported, Line, Reason, Statement, ToppedUp
from creditdesk.core.statement_prices import pack_of, rate_of

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class PoolFacts:
    """What is known of a pool: its label, kind and unit, the pool that it is a part of, and who shares it."""

    id: str
    label: str
    kind: PoolKind
    unit: str
    part_of: str = ""
    shared_by: str = ""


@dataclass(frozen=True, slots=True)
class Books:
    """An account in a month. `client` is the account's own; `removed`: the account is there no more.

    `used` is what was seen to be used of each pool, `typed` what balances typed by hand fell by (for pools that no
    reading saw), `imports` those that ended in the month, `top_ups` all up to its end, oldest first. `charged` is what
    charges of the ledger took, by client ("": the account's own) and pool; it is part of what was used.
    """

    account: str
    client: str = ""
    removed: bool = False
    definition: Definition | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    pools: tuple[PoolFacts, ...] = ()
    used: Mapping[str, Decimal] = field(default_factory=dict)
    typed: Mapping[str, Decimal] = field(default_factory=dict)
    imports: tuple[Sending, ...] = ()
    top_ups: tuple[Event, ...] = ()
    charged: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)

    def use_of(self, pool: str) -> Decimal:
        """What was used of a pool: as read, else as typed."""
        return self.used.get(pool, self.typed.get(pool, ZERO))

    def client_of(self, sending: Sending) -> str:
        """Whom an import was for."""
        return sending.client or self.client

    @property
    def clients(self) -> set[str]:
        """Its own client ("" for none) and those of its imports and charges."""
        charged = {client or self.client for (client, _), amount in self.charged.items() if amount}
        return {self.client, *(self.client_of(each) for each in self.imports), *charged}

    @property
    def owner(self) -> str:
        """The one client that all of it is for, or ""."""
        return self.client if self.clients == {self.client} else ""


_Held = tuple[Books, PoolFacts]


def statement(frame: Statement, books: Sequence[Books]) -> Statement:
    """The statement of these accounts; `frame` says the month."""
    lines: list[Line] = []
    imports: list[Imported] = []
    top_ups: list[ToppedUp] = []
    with localcontext(EXACT):
        for group in _groups(books):
            lines += _lines(group)
        for each in books:
            imports += [_imported(each, sending) for sending in each.imports]
            top_ups += _topped_up(each, frame)
    lines.sort(key=lambda line: (line.client.casefold(), line.accounts, line.pool))
    imports.sort(key=lambda each: each.at)
    top_ups.sort(key=lambda each: each.at)
    return replace(frame, lines=tuple(lines), imports=tuple(imports), top_ups=tuple(top_ups))


def when(sending: Sending) -> datetime:
    """When an import counts: when it ended, else when its last request did, else when it was made; UTC."""
    ends = [batch.ended_at for batch in sending.batches if batch.ended_at is not None]
    return sending.ended_at or max(ends, default=sending.created_at)


def typed_falls(events: Iterable[Event], since: datetime) -> dict[str, Decimal]:
    """What balances typed by hand (oldest first, the ones before `since` too) fell by since then, by pool id.

    A rise is a top-up or a reset, and says nothing about use.
    """
    before: dict[str, Decimal] = {}
    falls: dict[str, Decimal] = {}
    with localcontext(EXACT):
        for each in events:
            if each.amount is None:
                continue
            fall = before.get(each.pool, each.amount) - each.amount
            if fall > 0 and each.at >= since:
                falls[each.pool] = falls.get(each.pool, ZERO) + fall
            before[each.pool] = each.amount
    return falls


def _groups(books: Sequence[Books]) -> list[list[_Held]]:
    """The pools, each with those that hold it: one account, or those that share it at the vendor."""
    groups: dict[tuple[str, str, str], list[_Held]] = {}
    for each in books:
        ids = {pool.id for pool in each.pools}
        for pool in each.pools:
            if pool.kind is PoolKind.RATE or pool.part_of in ids:
                continue  # a window of minutes, or what another pool contains already
            vendor = each.definition.id if each.definition else each.account
            key = (vendor, "", pool.shared_by) if pool.shared_by else (each.account, pool.id, "")
            groups.setdefault(key, []).append((each, pool))
    return list(groups.values())


def _lines(group: Sequence[_Held]) -> list[Line]:
    """The shares in one pool. Of a shared one every account sees all use: the one that saw the most counts."""
    holders = [each for each, _ in group]
    used = max(each.use_of(pool.id) for each, pool in group)
    shares = _by_import(group)
    clients = set().union(*(each.clients for each in holders))
    only = next(iter(clients)) if len(clients) == 1 else ""
    if only:
        shares = {only: used}
    else:
        shares[""] = used - sum(shares.values(), ZERO)
    top_ups = sorted((each for holder in holders for each in holder.top_ups), key=lambda each: each.at)
    pool, first = group[0][1], holders[0]
    rate = rate_of(first.definition, first.settings, (pool.id, pool.unit), used, top_ups)
    accounts = tuple(each.account for each in holders)
    typed = all(held.id not in each.used for each, held in group)
    return [
        Line(client, accounts, pool.id, pool.label, pool.unit, amount, rate, _reason(client, amount, holders), typed)
        for client, amount in shares.items()
        if amount
    ]


def _by_import(group: Sequence[_Held]) -> dict[str, Decimal]:
    """What imports and charges took of a pool, by their client. What imports gave back says nothing."""
    shares: dict[str, Decimal] = {}
    for each, pool in group:
        for sending in each.imports:
            took, client = (sending.spent or {}).get(pool.id, ZERO), each.client_of(sending)
            if took > 0 and client:
                shares[client] = shares.get(client, ZERO) + took
        for (client, charged), took in each.charged.items():
            if charged == pool.id and (client or each.client):
                shares[client or each.client] = shares.get(client or each.client, ZERO) + took
    return shares


def _reason(client: str, amount: Decimal, holders: Sequence[Books]) -> Reason | None:
    if client:
        return None
    if amount < 0 and any(each.imports or each.charged for each in holders):
        return Reason.OVER
    if len(holders) > 1:
        return Reason.SHARED_POOL
    (holder,) = holders
    if holder.client:
        return Reason.SHARED
    return Reason.REMOVED if holder.removed else Reason.NO_CLIENT


def _imported(books: Books, sending: Sending) -> Imported:
    pools = {pool.id: pool for pool in books.pools}
    operation = books.definition.operation(sending.operation) if books.definition else None
    used = None
    if sending.spent is not None:
        known = [(pools[pool], took) for pool, took in sending.spent.items() if pool in pools and took > 0]
        used = tuple((pool.label, pool.unit, took) for pool, took in known)
    name = operation.label if operation else sending.operation
    items = sending.items_in(BatchState.ACCEPTED)
    client = books.client_of(sending)
    return Imported(client, when(sending), books.account, name, sending.place.name, items, used)


def _topped_up(books: Books, frame: Statement) -> Iterable[ToppedUp]:
    labels = {pool.id: pool.label for pool in books.pools}
    for each in books.top_ups:
        if frame.since <= each.at < frame.until and each.amount is not None:
            label = labels.get(each.pool, each.pool)
            rate = pack_of(books.definition, each)
            yield ToppedUp(books.owner, each.at, books.account, label, each.unit, each.amount, rate)
