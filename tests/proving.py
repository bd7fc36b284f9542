"""How large a promise's test is, and the table of how they went: small on every change, as promised by `make prove`.

`python -m tests.proving RESULTS [PAGE]` prints the table of what `pytest --promises RESULTS` added to that file, and
writes it into a page between its two marks.
"""

import json
import os
import platform
import sqlite3
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

PROVING = os.environ.get("CREDITDESK_PROVE", "") not in ("", "0")
BEGIN, END = "<!-- results -->", "<!-- end of results -->"

PROMISES = {
    "A1": "Killed at any moment, no acknowledged reading is lost, and none is half written.",
    "A2": "After a power cut every acknowledged reading is there, and the file opens.",
    "A3": "A disk that changes a bit shows no wrong balance.",
    "A4": "On a full disk nothing older is lost, one sentence says so, and it goes on when there is space.",
    "A5": "Whatever state the file is in, the desk opens within 5 seconds, and the file is kept.",
    "A6": "Copies are checked before older ones go, and each kept one can be put back.",
    "A7": "The file of every released schema opens with every row; a killed upgrade is done or not begun.",
    "A8": "Two processes write one file without an error.",
    "B1": "Killed at any moment, an import sends nothing twice and loses nothing silently.",
    "B4": "What is planned never costs more at its highest than the balance without the reserve.",
    "C1": "A key is nowhere but in the keyring and in the request.",
    "C2": "No key survives the log.",
    "D1": "A redirect is an error, and no byte of a key reaches the second origin.",
    "D3": "No hostile answer takes more than 50 MiB.",
    "D4": "Whatever an answer has become on its way, its balance is right, or it is refused.",
    "D5": "An outage makes no more requests than health.",
    "D6": "Whatever Retry-After says, nothing is asked earlier, and reading goes on.",
    "E2": "Nothing is sent by a definition of one's own before it is approved.",
    "E3": "No definition gets a key that was given for another one.",
    "E4": "Hostile definition files are read or refused at once.",
    "E5": "No definition asks a metadata address, or a private one that was not typed.",
    "E6": "Damaged and hostile lists are read or refused in time, and the desk lives on.",
    "E7": "What is exported is no formula, and comes back without loss.",
    "F2": "One alert a real crossing, whatever the noise.",
    "F3": "Accounts that go low together are one message.",
    "F4": "Killed between deciding and telling, a warning is told once or marked missed.",
    "F5": "A message that does not hold any more is taken back.",
    "F9": "An outage of a vendor is two lines in the log, down and back.",
    "G1": "Every period has exactly one reset, in every zone and over every change of the clocks.",
    "G2": "A clock that jumps makes no reading and no alert twice, and misses none.",
    "G3": "Instants are the same whatever zone they were written in.",
    "H1": "However many starts there are, there is one window.",
    "I1": "The ledger equals the vendors' own books to the credit, or says by how much it cannot know.",
    "I2": "What cannot be paid reaches no vendor, and exactly enough passes, however many scripts ask at once.",
    "I3": "A gateway that is killed at any moment loses no charge silently, and books none twice.",
}
"""The promises that have a test of their own size, each in one sentence."""


def size(push: int, full: int) -> int:
    """How many cases a test takes: `push` on every change, `full` in `make prove`."""
    return full if PROVING else push


def table(results: Iterable[dict[str, Any]], wanted: Iterable[str] = ()) -> str:
    """A Markdown table: what was run for each promise, how it went, how many seconds it took. `wanted` ones are named
    even when nothing was run for them."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in results:
        found.setdefault(row["name"], []).append(row)
    lines = ["| promise | | what was run | result | seconds |", "|---|---|---|---|---|"]
    for name in sorted({*found, *wanted}):
        rows = found.get(name, [])
        sizes = dict.fromkeys(str(row["size"]) for row in rows)
        failed = {row["test"] for row in rows if row["outcome"] != "passed"}
        result = f"**{len(failed)} failed**" if failed else f"{len({row['test'] for row in rows})} passed"
        result = result if rows else "**not run**"
        seconds = sum(row["seconds"] for row in rows)
        lines.append(f"| {name} | {PROMISES.get(name, '')} | {', '.join(sizes)} | {result} | {seconds:,.1f} |")
    return "\n".join(lines)


def main(results: Path, page: Path | None = None) -> None:
    """Print the table, and put it into the page."""
    rows = [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()]
    where = f"{platform.system()}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    text = f"{date.today()}, {where}:\n\n{table(rows, PROMISES if page else ())}"
    print(text)
    if page is not None:
        before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
        page.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
