"""A data folder as a busy desk has it: 50 accounts of five vendors and a year of what was left of each pool."""

import random
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import tomli_w

from creditdesk.core.pools import Account, Custody, Pool, PoolKind, Source
from creditdesk.store import statements
from creditdesk.store.config_form import account_table
from creditdesk.store.database import open_database, transaction
from creditdesk.store.rows import Row, maybe_micros, micros, point_row, pool_row
from creditdesk.store.sums import row_sum, series_of

BY_HAND = ("oneclickseo", "seo-rank-genius")
WALLET = (("balance", PoolKind.WALLET, "USD"),)
PACKAGES = tuple((f"package:{number}", PoolKind.PACKAGE, "calls") for number in range(3))
GRANTS = tuple((f"grant:{number}", PoolKind.PACKAGE, "credits") for number in range(4))
SLOTS = (("keywords", PoolKind.SLOTS, "keywords"), ("data-rows", PoolKind.SLOTS, "rows"))
CREDITS = (("on-demand", PoolKind.ALLOWANCE, "credits"), ("serp-analyser", PoolKind.ALLOWANCE, "credits"))
TYPED = (("monthly", PoolKind.ALLOWANCE, "credits"), ("top-up", PoolKind.WALLET, "credits"))
WALLETS = (("shared", PoolKind.WALLET, "credits"), ("domain", PoolKind.WALLET, "credits"))
POOLS = {
    "ranktracker": SLOTS + CREDITS,
    "capsolver": WALLET + PACKAGES,
    "leadboxer": GRANTS,
    "oneclickseo": TYPED,
    "seo-rank-genius": WALLETS,
}


@dataclass(frozen=True, slots=True)
class Past:
    """How far the history goes back, and how often each pool changed in that time."""

    days: int = 365
    changes: int = 2000


def make_folder(folder: Path, accounts: Sequence[Account], past: Past, interval_s: int = 86_400) -> int:
    """Fill `folder` with config and database; how many rows the history has. The last readings are of this minute.

    `interval_s` is long, so that a desk which is only looked at asks nobody.
    """
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    tables = [
        {key: value for key, value in account_table(account).items() if value is not None} for account in accounts
    ]
    document = {"schema": 1, "settings": {"interval_s": interval_s, "told_no_tray": True}, "account": tables}
    (folder / "config.toml").write_text(tomli_w.dumps(document), encoding="utf-8")
    opened = open_database(folder / "history.sqlite3", now)
    try:
        with transaction(opened.connection) as connection:
            rows = sum(_fill(connection, account, past, now) for account in accounts)
        opened.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        opened.connection.close()
    return rows


def summed(row: Row) -> Row:
    """A row as the history writes it: with its sum."""
    return (*row, row_sum(*row))


def mixed_accounts(count: int) -> list[Account]:
    """So many accounts of five vendors, those by hand among them."""
    return [_account(number) for number in range(count)]


def asked_accounts(count: int, origins: Sequence[str]) -> list[Account]:
    """So many accounts of the vendor that the bench's server plays, spread over these origins."""
    return [
        Account(
            id=f"account{number}",
            name=f"Account {number}",
            provider="ranktracker",
            custody=Custody.KEYRING,
            base_url=origins[number % len(origins)],
        )
        for number in range(count)
    ]


def _account(number: int) -> Account:
    provider = tuple(POOLS)[number % len(POOLS)]
    return Account(
        id=f"account{number}",
        name=f"{provider} {number}",
        provider=provider,
        custody=Custody.NONE if provider in BY_HAND else Custody.KEYRING,
        client=("Acme", "Globex", "")[number % 3],
    )


def _fill(connection: sqlite3.Connection, account: Account, past: Past, now: datetime) -> int:
    chance = random.Random(account.id)
    source = Source.BY_HAND if account.provider in BY_HAND else Source.LIVE
    condition = (account.id, micros(now), source.value, "", 0, None, "", None, 0, None, 0, None)
    connection.execute(statements.PUT_CONDITION, summed(condition))
    for place, (pool_id, kind, unit) in enumerate(POOLS[account.provider]):
        limit = None if kind is PoolKind.WALLET else Decimal(1000 * chance.randint(1, 90))
        rows = list(_points((account.id, pool_id, source), (kind, limit), past, (chance, now)))
        connection.executemany(statements.ADD_POINT, rows)
        pool = Pool(pool_id, pool_id.replace("-", " ").title(), kind, unit)
        stands = (*pool_row(pool), rows[-1][1], None, None, series_of(account.id, pool_id))
        connection.execute(statements.PUT_POOL, summed((account.id, pool_id, place, 1, *stands)))
        if source is Source.BY_HAND:
            typed = (account.id, pool_id, micros(now), rows[-1][3], rows[-1][4])
            connection.execute(statements.PUT_TYPED, summed(typed))
    return past.changes * len(POOLS[account.provider])


def _points(
    key: tuple[str, str, Source],
    pool: tuple[PoolKind, Decimal | None],
    past: Past,
    dice: tuple[random.Random, datetime],
) -> Iterator[Row]:
    """A saw-tooth: it falls, and is filled again when little is left."""
    (account, pool_id, source), (kind, limit), (chance, now) = key, pool, dice
    full = int(limit or 5000)
    left = chance.randint(full // 3, full)
    expires = now + timedelta(days=chance.randint(5, 200)) if kind is PoolKind.PACKAGE else None
    step = timedelta(days=past.days) / past.changes
    for number in range(past.changes):
        first = now - step * (past.changes - number)
        last = now if number == past.changes - 1 else first + step * 0.9
        left -= chance.randint(0, max(1, full // 60))
        if left < full // 10:
            left = full
        used = None if limit is None else str(full - left)
        amounts = (str(left), None if limit is None else str(full), used, source.value)
        yield point_row(
            series_of(account, pool_id), (micros(first), micros(last)), amounts, (None, maybe_micros(expires))
        )
