"""Blocks of charges as rows: a thousand charges that are over are read as one, with a sum of its own.

A block is a copy that can be made again: a trigger drops it with every change of a charge in its span, whoever makes
it, and one that the disk changed is passed over.
"""

import json
import sqlite3
import time
from collections.abc import Iterator, Sequence
from dataclasses import astuple
from datetime import timedelta
from decimal import Decimal
from typing import Any

from creditdesk.core.charge_blocks import Block, Summed, rolled
from creditdesk.core.charges import Charge, ChargeState, Draw
from creditdesk.core.tallies import Foretold
from creditdesk.store import statements_charges as statements
from creditdesk.store.charge_rows import charge_of
from creditdesk.store.checks import good
from creditdesk.store.reading import CHUNK
from creditdesk.store.rows import Row, instant, maybe_instant, maybe_micros, micros
from creditdesk.store.sums import row_sum

ROWS = 1000
"""Charges in a block."""
_LATEST = 1 << 62
_NEXT = timedelta(microseconds=1)

Part = tuple[Block, Sequence[Charge] | None]
"""A block, and its charges where it is not kept as one."""


def covered(
    connection: sqlite3.Connection, account: str, since: int, new: list[Block], size: int = ROWS
) -> Iterator[Part]:
    """All charges of an account from an instant (in microseconds) on, as blocks, the earliest first.

    The first may have begun before it. `new` gets those that are not kept and could be. Other threads get their turn.
    """
    place = since
    for block in _kept(connection, account, since):
        if micros(block.since) >= place or place == since:
            yield from _fresh(connection, (account, place, micros(block.since)), new, size)
            yield block, None
            place = micros(block.until)
    yield from _fresh(connection, (account, place, _LATEST), new, size)


def charges_of(connection: sqlite3.Connection, account: str, block: Block) -> list[Charge]:
    """The charges of a block that is kept."""
    span = (account, micros(block.since), micros(block.until))
    return [charge_of(row) for row in good(connection, "charge", connection.execute(statements.BETWEEN, span))]


def put_blocks(connection: sqlite3.Connection, account: str, upto: int, blocks: Sequence[Block]) -> None:
    """Keep blocks that were made as of the change `upto`; none in which anything changed since."""
    for block in blocks:
        span = (account, micros(block.since), micros(block.until))
        (rows,) = connection.execute(statements.ROWS_BETWEEN, span).fetchone()
        if rows == block.rows and connection.execute(statements.CHANGED_BETWEEN, (upto, *span)).fetchone() is None:
            connection.execute(statements.DROP_BLOCKS, span)  # another process may have cut them elsewhere
            connection.execute(statements.PUT_BLOCK, _block_row(account, block))


def covered_until(connection: sqlite3.Connection, account: str) -> int:
    """Where the last block that is kept ends, in microseconds; 0: there is none."""
    (until,) = connection.execute(statements.LAST_BLOCK, (account,)).fetchone()
    return until or 0


def _kept(connection: sqlite3.Connection, account: str, since: int) -> Iterator[Block]:
    for row in connection.execute(statements.BLOCKS, (account, since)).fetchall():
        if row_sum(*row[:-1]) == row[-1]:
            yield _block_of(row)


def _fresh(connection: sqlite3.Connection, span: tuple[str, int, int], new: list[Block], size: int) -> Iterator[Part]:
    """What is between two blocks. A charge that is under way is in no block that is kept: it will soon be another."""
    if span[1] >= span[2]:
        return
    cursor = connection.execute(statements.BETWEEN, span)
    run: list[Charge] = []
    while some := cursor.fetchmany(CHUNK):
        for charge in map(charge_of, good(connection, "charge", some)):
            if run and (charge.state is ChargeState.OPEN or len(run) >= size) and charge.at > run[-1].at:
                yield _run(run, new, size)
                run = []
            run.append(charge)
            if charge.state is ChargeState.OPEN:
                yield rolled(run, charge.at + _NEXT), run
                run = []
        time.sleep(0)
    if run:
        yield _run(run, new, size)


def _run(run: list[Charge], new: list[Block], size: int) -> Part:
    block = rolled(run, run[-1].at + _NEXT)
    if len(run) >= max(size // 4, 2):
        new.append(block)
    return block, run


def _block_row(account: str, block: Block) -> Row:
    span = (account, micros(block.until), micros(block.since), block.rows)
    told = {
        "draws": [[str(draw.amount), *draw.pools] for draw in block.draws],
        "unknown": [block.unknown, str(block.expected)],
        "times": [maybe_micros(block.last), maybe_micros(block.ended)],
        "mixed": block.mixed,
        "sums": [[str(each) if isinstance(each, Decimal) else each for each in astuple(sums)] for sums in block.sums],
        "told": [_foretold_row(each) for each in block.told],
    }
    row = (*span, json.dumps(told, separators=(",", ":")))
    return (*row, row_sum(*row))


def _block_of(row: Row) -> Block:
    _, until, since, rows, text, _ = row
    told: dict[str, Any] = json.loads(text)
    return Block(
        instant(since),
        instant(until),
        rows,
        tuple(Draw(Decimal(amount), tuple(pools)) for amount, *pools in told["draws"]),
        told["unknown"][0],
        Decimal(told["unknown"][1]),
        maybe_instant(told["times"][0]),
        maybe_instant(told["times"][1]),
        told["mixed"],
        tuple(_summed_of(*each) for each in told["sums"]),
        tuple(_foretold_of(*each) for each in told["told"]),
    )


def _summed_of(
    operation: str, day: int, client: str, token: str, requests: int, amount: str, unknown: int, unexplained: str
) -> Summed:
    return Summed(operation, day, client, token, requests, Decimal(amount), unknown, Decimal(unexplained))


def _foretold_row(each: Foretold) -> list[str | int | None]:
    return [each.operation, each.charges, each.items, str(each.expected), str(each.charged), micros(each.at)]


def _foretold_of(operation: str, charges: int, items: int | None, expected: str, charged: str, at: int) -> Foretold:
    return Foretold(operation, charges, items, Decimal(expected), Decimal(charged), instant(at))
