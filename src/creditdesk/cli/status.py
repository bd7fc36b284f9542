"""`status`: what is left of every account, as a table or as JSON."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal

from creditdesk.core.amounts import plain
from creditdesk.core.definition import Definition
from creditdesk.core.pools import Account, Pool, PoolKind, Reading, Trouble
from creditdesk.core.typed import typed_pools

FIRST_YEAR = 2000
"""An instant of an earlier year is no date of a pool: it is how a vendor writes that there is none."""


def status_json(readings: Iterable[Reading], definitions: Mapping[str, Definition], now: datetime) -> dict[str, object]:
    """The readings as the documented JSON value (docs/cli.md). Decimals stay Decimals; unknown is None."""
    return {"accounts": [account_json(reading, definitions.get(reading.account.provider), now) for reading in readings]}


def account_json(reading: Reading, definition: Definition | None, now: datetime) -> dict[str, object]:
    """One account of `status`."""
    account, snapshot = reading.account, reading.snapshot
    return {
        "id": account.id,
        "name": account.name,
        "provider": account.provider,
        "state": reading.level,
        "source": snapshot.source if snapshot else None,
        "read_at": reading.read_at,
        "trouble": trouble_json(reading.trouble),
        "pools": [pool_json(pool) for pool in shown_pools(reading, definition, now)],
    }


def shown_pools(reading: Reading, definition: Definition | None, now: datetime) -> tuple[Pool, ...]:
    """The snapshot's pools; for balances that were never typed, the pools with their plan's limits."""
    if reading.snapshot:
        return tuple(pool for pool in reading.snapshot.pools if pool.kind is not PoolKind.RATE)
    if definition is None or definition.readable:
        return ()
    return typed_pools(definition, reading.account.settings, {}, now)[0]


def pool_json(pool: Pool) -> dict[str, object]:
    """One pool, as the documented JSON value."""
    return {
        "id": pool.id,
        "label": pool.label,
        "kind": pool.kind,
        "unit": pool.unit,
        "left": pool.left,
        "limit": pool.limit,
        "used": pool.used,
        "resets_at": pool.resets_at,
        "expires_at": pool.expires_at,
    }


def trouble_json(trouble: Trouble | None) -> dict[str, object] | None:
    """A trouble, as the documented JSON value."""
    if trouble is None:
        return None
    return {"kind": trouble.kind, "message": trouble.message, "retry_at": trouble.retry_at}


def status_lines(readings: Iterable[Reading], definitions: Mapping[str, Definition], now: datetime) -> list[str]:
    """The readings as lines for a terminal."""
    lines = []
    for reading in readings:
        level = reading.level.replace("_", " ")
        lines.append(f"{reading.account.name}  [{level}]  {_age(reading, now)}{_server(reading.account)}")
        definition = definitions.get(reading.account.provider)
        for pool in shown_pools(reading, definition, now):
            lines.append(f"  {pool_line(pool, now)}")
        if reading.trouble:
            lines.append(f"  {reading.trouble.message}")
            if reading.trouble.retry_at:
                later = max(filter(None, (reading.trouble.retry_at, reading.due_at)))
                lines.append(f"  Next try {instant(later)}")
    return lines or ["No accounts yet. Add one: creditdesk accounts add PROVIDER --name NAME --key-stdin"]


def pool_line(pool: Pool, now: datetime) -> str:
    """One pool as a line for a terminal."""
    return f"{pool.label:<28} {_amounts(pool)}{_ends(pool, now)}"


def account_lines(accounts: Iterable[Account]) -> list[str]:
    """The accounts as lines for a terminal; where the key is kept, never the key."""
    rows = [f"{a.name:<24} {a.provider:<20} key: {a.key_env or a.custody}{_server(a)}" for a in accounts]
    return rows or ["No accounts yet."]


def _server(account: Account) -> str:
    return f", test server {account.base_url}" if account.base_url else ""


def _amounts(pool: Pool) -> str:
    spent = pool.kind is PoolKind.SPEND or (pool.left is None and pool.used is not None)  # as the window says it
    amount = pool.used if spent else pool.left
    of = f" of {_number(pool.limit)}" if pool.limit is not None else ""
    counted = amount if pool.limit is None else pool.limit
    unit = one(pool.unit) if counted == 1 else pool.unit
    return f"{_number(amount)}{of} {unit} {'used' if spent else 'left'}"


def one(unit: str) -> str:
    """A unit as it is said of one of it: "searches" is "search"."""
    if unit.endswith(("ches", "shes")):
        return unit[:-2]
    return unit[:-1] if unit.endswith("s") else unit


def _number(amount: Decimal | None) -> str:
    return "unknown" if amount is None else f"{Decimal(plain(amount)):,f}"


def _ends(pool: Pool, now: datetime) -> str:
    if pool.resets_at is not None and pool.resets_at.year >= FIRST_YEAR:
        verb = "resets" if pool.resets_at > now else "reset was"
        return f", {verb} {instant(pool.resets_at)}" + (" (assumed)" if pool.reset_assumed else "")
    if pool.expires_at is None or pool.expires_at.year < FIRST_YEAR:
        return ""
    return f", {'expires' if pool.expires_at > now else 'expired'} {instant(pool.expires_at)}"


def instant(at: datetime) -> str:
    """An instant for a terminal: "2026-11-21 09:14 UTC"."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _age(reading: Reading, now: datetime) -> str:
    if reading.snapshot is None:
        return "never read"
    minutes = int((now - reading.snapshot.read_at).total_seconds() // 60)
    age = "just now" if minutes < 1 else f"{minutes} min ago" if minutes < 120 else f"{minutes // 60} h ago"
    source = "old" if reading.stale else reading.snapshot.source.replace("_", " ")
    return f"{age}, {source}{', inferred: compare it with the vendor' if reading.snapshot.inferred else ''}"
