"""Thousands of random months: all clients and what is of none add up to what was used, to the last digit."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal, localcontext

from tests.core.desk_facts import BILLED, vendor
from tests.proving import size

from creditdesk.core.amounts import EXACT
from creditdesk.core.definition import Definition
from creditdesk.core.pools import PoolKind
from creditdesk.core.sending import Place, Sending, split
from creditdesk.core.statement import Statement
from creditdesk.core.statement_making import Books, PoolFacts, statement
from creditdesk.core.statement_prices import Rate

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
FRAME = Statement("2026-11", SINCE, SINCE + timedelta(days=30))
CLIENTS = ("", "Acme", "Beta", "Ωmega")
PRICED = vendor(plans=(replace(BILLED, unit_price=Decimal("0.0008"), limits={"p0": Decimal(10**9)}),))


def some_amount(chance: random.Random) -> Decimal:
    return Decimal(chance.choice((0, chance.randrange(10**4), chance.randrange(10**14)))).scaleb(chance.choice((0, -8)))


def some_import(chance: random.Random, number: int, pools: tuple[PoolFacts, ...]) -> Sending:
    spent = None
    if chance.random() < 0.8:
        spent = {pool.id: some_amount(chance) * chance.choice((1, 1, 1, -1)) for pool in pools if chance.random() < 0.7}
    at = SINCE + timedelta(hours=number)
    sending = Sending(f"s{number}", "a", "run", Place("p", "example.com"), 9, 3, at, batches=split(9, 3))
    return replace(sending, spent=spent, client=chance.choice(("", "", *CLIENTS)))


def some_books(chance: random.Random, number: int) -> Books:
    pools = tuple(
        PoolFacts(
            f"p{place}",
            f"Pool {place}",
            chance.choice((PoolKind.WALLET, PoolKind.WALLET, PoolKind.ALLOWANCE, PoolKind.SLOTS, PoolKind.RATE)),
            chance.choice(("credits", "USD", "keywords")),
            part_of=f"p{place - 1}" if place and chance.random() < 0.15 else "",
            shared_by="licence" if place == 0 and chance.random() < 0.2 else "",
        )
        for place in range(chance.randrange(4))
    )
    return Books(
        account=f"a{number}",
        client=chance.choice(CLIENTS),
        removed=chance.random() < 0.1,
        definition=chance.choice((PRICED, vendor())),
        settings={"plan": "growth"},
        pools=pools,
        used={pool.id: some_amount(chance) for pool in pools if chance.random() < 0.7},
        typed={pool.id: some_amount(chance) for pool in pools if chance.random() < 0.2},
        imports=tuple(some_import(chance, place, pools) for place in range(chance.choice((0, 0, 1, 2, 3)))),
    )


def model(books: list[Books]) -> dict[tuple[str, tuple[str, ...], str], Decimal]:
    """Client, accounts and pool -> amount, worked out in the plainest way: everything is of none, until it is moved."""
    pots: dict[tuple[object, ...], list[tuple[Books, PoolFacts]]] = {}
    for book in books:
        for pool in book.pools:
            if pool.kind is PoolKind.RATE or any(pool.part_of == other.id for other in book.pools):
                continue
            assert isinstance(book.definition, Definition)
            name = ("shared", book.definition.id, pool.shared_by) if pool.shared_by else ("own", book.account, pool.id)
            pots.setdefault(name, []).append((book, pool))
    found: dict[tuple[str, tuple[str, ...], str], Decimal] = {}
    for held in pots.values():
        seen = [book.used.get(pool.id, book.typed.get(pool.id, Decimal(0))) for book, pool in held]
        owners = {sending.client or book.client for book, _ in held for sending in book.imports}
        owners |= {book.client for book, _ in held}
        rest = sorted(seen)[-1]
        accounts, pool_id = tuple(book.account for book, _ in held), held[0][1].id
        if len(owners) == 1 and owners != {""}:
            found[owners.pop(), accounts, pool_id] = rest
            continue
        for book, pool in held:
            for sending in book.imports:
                client, took = sending.client or book.client, (sending.spent or {}).get(pool.id, Decimal(0))
                if client and took > 0:
                    key = client, accounts, pool_id
                    found[key] = found.get(key, Decimal(0)) + took
                    rest -= took
        found["", accounts, pool_id] = rest
    return {key: amount for key, amount in found.items() if amount}


def test_every_share_is_that_of_a_plain_model_and_all_of_them_are_all_that_was_used() -> None:
    chance = random.Random(11)
    seen: set[object] = set()
    with localcontext(EXACT):
        for _ in range(size(2000, 20_000)):
            books = [some_books(chance, number) for number in range(chance.randrange(5))]
            made = statement(FRAME, books)
            expected = model(books)
            assert {(each.client, each.accounts, each.pool): each.amount for each in made.lines} == expected
            parts = [made.of(client) for client in ("", *made.clients)]
            for unit, amount in made.units.items():
                assert sum(part.units.get(unit, Decimal(0)) for part in parts) == amount
            for currency, money in made.money.items():
                assert sum(part.money.get(currency, Decimal(0)) for part in parts) == money
            assert all((each.reason is None) == bool(each.client) for each in made.lines)
            assert all(isinstance(each.rate, Rate) for each in made.lines if each.unit == "USD")
            assert sum(len(part.imports) for part in parts) == sum(len(each.imports) for each in books)
            seen |= {each.reason for each in made.lines}
    assert len(seen) == 6  # every reason, and none
