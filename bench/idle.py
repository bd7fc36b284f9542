"""What the open window costs while nobody uses it: 50 accounts that are not due, beside a bare Qt window."""

import tempfile
from pathlib import Path

from bench.figures import Figure
from bench.folder import Past, make_folder, mixed_accounts
from bench.runs import Found, in_turns, median

RUNS = 3
SECONDS = 20.0


def measure(runs: int = RUNS, seconds: float = SECONDS) -> list[Figure]:
    """Per cent of one processor over so many seconds, beginning three seconds after the first paint."""
    found = stay(runs, seconds)
    return [
        Figure("idle: CPU, bare window", median(found["bare"], "cpu_percent"), "%"),
        Figure("idle: CPU, desk with 50 accounts", median(found["desk"], "cpu_percent"), "%", "<= 0.5"),
    ]


def stay(runs: int, seconds: float, accounts: int = 50, past: Past | None = None) -> dict[str, list[Found]]:
    """Both windows in turns, each left open for so many seconds."""
    with tempfile.TemporaryDirectory() as folder:
        make_folder(Path(folder), mixed_accounts(accounts), past or Past())
        ways = {"bare": ["bare_window.py"], "desk": ["desk_window.py", folder]}
        return in_turns({name: [*words, "--stay", str(seconds)] for name, words in ways.items()}, runs, warm=False)
