"""The memory of the open window beside a bare one, and whether it grows while accounts are read for hours."""

from bench.figures import Figure
from bench.idle import stay
from bench.readings import server
from bench.runs import child, median

RUNS = 3
SETTLED_S = 5.0
HOURS = 3
ACCOUNTS = 50


def measure(
    runs: int = RUNS, accounts: int = ACCOUNTS, hours: int = HOURS, settled_s: float = SETTLED_S
) -> list[Figure]:
    """Idle with 50 accounts and a year of history; then the growth over hours of readings by a clock that jumps."""
    found = stay(runs, settled_s, accounts)
    hosts = [f"127.0.0.{number + 1}" for number in range(accounts)]
    with server(hosts) as port:
        grown = child(["desk_hours.py", port, str(hours), *hosts])
    bare, desk = median(found["bare"], "rss_mb"), median(found["desk"], "rss_mb")
    return [
        Figure("memory: bare window, idle", bare, "MB"),
        Figure("memory: desk with 50 accounts, idle", desk, "MB"),
        Figure("memory: desk beyond the bare window", desk - bare, "MB"),
        Figure(f"memory: growth, {grown['readings_an_hour']:.0f} readings", grown["growth_mb"], "MB", "<= 1"),
    ]
