"""What the history stands beside: the same statements by hand, a table of plain rows, and a Prometheus TSDB."""

import shutil
import sqlite3
import subprocess
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from bench.history_readings import Use, rounds
from creditdesk.store import statements
from creditdesk.store.rows import micros, point_row
from creditdesk.store.sums import series_of

PLAIN = """CREATE TABLE reading (
    account TEXT NOT NULL, pool TEXT NOT NULL, at INTEGER NOT NULL, amount_left TEXT,
    PRIMARY KEY (account, pool, at)) STRICT, WITHOUT ROWID"""
POOL = ("Balance", "wallet", "credits", 0, "", "", "")
MONTH = "744h"
NO_PROMETHEUS = "prometheus is not installed: apt-get install prometheus (as root) brings promtool"


class ByHand:
    """The statements of a reading, one after the other, on the standard library's sqlite3; one commit a round."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")

    def round(self, at: datetime, left: Sequence[int]) -> None:
        """Write a reading of each account."""
        execute = self._connection.execute
        execute("BEGIN IMMEDIATE")
        for number, amount in enumerate(left):
            self._one(f"account{number}", micros(at), str(amount))
        execute("COMMIT")

    def _one(self, account: str, at: int, amount: str) -> None:
        execute, number = self._connection.execute, series_of(account, "balance")
        execute(statements.CONDITION, (account,)).fetchone()
        rows = execute(statements.OPEN_POOLS, (account,)).fetchall()
        row = point_row(number, (at, at), (amount, None, None, "live"), (None, None))
        width = len(statements.WHOLE_POOL.split(", "))
        if rows and rows[0][width + 3] == amount:
            first = rows[0][width + 1]
            execute(statements.EXTEND_POINT, (number, first, at - first, *row[3:]))
        else:
            execute(statements.ADD_POINT, row)
            execute(statements.PUT_POOL, (account, "balance", 0, 1, *POOL, at, None, None, number, 0))
        execute(statements.PUT_CONDITION, (account, at, "live", "", 0, None, "", None, 0, None, 0, None, 0))

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def fetched(path: Path, series: int, since: int) -> tuple[int, float]:
    """A range of a pool by one statement and `fetchall`: how many rows, and how many milliseconds."""
    connection = sqlite3.connect(path)
    begun = time.perf_counter()
    query = f"{statements.POINTS}{statements.SINCE}{statements.IN_ORDER}"
    rows: list[Any] = connection.execute(query, (series, series, since, since)).fetchall()
    took = 1000 * (time.perf_counter() - begun)
    connection.close()
    return len(rows), took


def plain_bytes(path: Path, use: Use) -> int:
    """The size of a table that has a row for each reading."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(PLAIN)
    connection.execute("BEGIN")
    for at, left in rounds(use):
        rows = [(f"account{number}", "balance", micros(at), str(amount)) for number, amount in enumerate(left)]
        connection.executemany("INSERT INTO reading VALUES (?, ?, ?, ?)", rows)
    connection.execute("COMMIT")
    connection.close()
    return path.stat().st_size


def prometheus_bytes(folder: Path, use: Use) -> int | None:
    """The size of the blocks that Prometheus' own tool makes of the same samples, a month each; None without it."""
    tool = shutil.which("promtool")
    if tool is None:
        return None
    text, blocks = folder / "samples.om", folder / "blocks"
    with text.open("w", encoding="utf-8") as file:
        file.write("# TYPE creditdesk_left gauge\n")
        history = [(int(at.timestamp()), tuple(left)) for at, left in rounds(use)]
        for number in range(use.accounts):
            name = f'creditdesk_left{{account="account{number}",pool="balance"}}'
            file.writelines(f"{name} {left[number]} {at}\n" for at, left in history)
        file.write("# EOF\n")
    words = [tool, "tsdb", "create-blocks-from", f"--max-block-duration={MONTH}", "openmetrics", "-q"]
    subprocess.run([*words, str(text), str(blocks)], check=True, capture_output=True, timeout=600)
    text.unlink()
    return sum(file.stat().st_size for file in blocks.rglob("*") if file.is_file())
