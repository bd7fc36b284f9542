"""From the start of the process to the first painted tiles, beside a bare Qt window; and the memory of both."""

import tempfile
from pathlib import Path

from bench.figures import Figure
from bench.folder import Past, make_folder, mixed_accounts
from bench.runs import in_turns, median, ratio

RUNS = 15


def measure(runs: int = RUNS, accounts: int = 50, past: Past | None = None) -> list[Figure]:
    """The desk with 50 accounts and a year of history, and one QLabel, in turns."""
    with tempfile.TemporaryDirectory() as folder:
        rows = make_folder(Path(folder), mixed_accounts(accounts), past or Past())
        ways = {"bare": ["bare_window.py"], "desk": ["desk_window.py", folder]}
        found = in_turns(ways, runs)
    bare, desk = found["bare"], found["desk"]
    early = sum(len(str(each["loaded"])) > 2 for each in desk)
    return [
        Figure("start: history", rows, "rows"),
        Figure("start: bare Qt window, first paint", median(bare, "ms"), "ms"),
        Figure("start: desk, first painted tiles", median(desk, "ms"), "ms"),
        Figure("start: desk / bare window", ratio(desk, bare, "ms"), "x", "<= 1.6"),
        Figure("start: runs with a heavy module before the first paint", early, "", "<= 0"),
        Figure("start: peak memory, bare window", median(bare, "peak_mb"), "MB"),
        Figure("start: peak memory, desk", median(desk, "peak_mb"), "MB"),
    ]
