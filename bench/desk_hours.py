"""A child of the bench: reads 50 accounts every five minutes for hours, by a clock that jumps; its memory.

`desk_hours.py PORT HOURS HOST ...` prints one line of JSON. The first hour fills what is kept, and is not counted.
"""

import gc
import json
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.child import rss_mb
from bench.desk_readings import DeskReadings

READINGS_AN_HOUR = 12


class Clock:
    """The wall clock, ahead by as much as was skipped."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        """Now."""
        return datetime.now(UTC) + self.ahead


def main(words: list[str]) -> None:
    """Run and tell."""
    port, hours, hosts = words[0], int(words[1]), words[2:]
    clock = Clock()
    held: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        desk = DeskReadings(Path(folder), [f"http://{host}:{port}" for host in hosts], len(hosts), clock)
        for _ in range(1 + hours):
            for _ in range(READINGS_AN_HOUR):
                desk.read_all()
                clock.ahead += timedelta(minutes=5)
            gc.collect()
            held.append(rss_mb())
        desk.close()
    growth = (held[-1] - held[0]) / max(1, len(held) - 1)
    print(json.dumps({"growth_mb": growth, "readings_an_hour": READINGS_AN_HOUR * len(hosts)}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
