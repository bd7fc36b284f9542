"""A thousand readings through the whole way, beside the same GETs by plain httpx and aiohttp, at 50 connections."""

import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from bench.figures import Figure
from bench.runs import HERE, environment, in_turns, median, ratio

RUNS = 10
READINGS = 1000
ORIGINS = 250
WAYS = ("httpx", "aiohttp", "desk")


def measure(runs: int = RUNS, readings: int = READINGS, origins: int = ORIGINS) -> list[Figure]:
    """The three ways in turns, over so many loopback addresses."""
    hosts = [f"127.0.{number // 250}.{number % 250 + 1}" for number in range(origins)]
    with server(hosts) as port:
        found = in_turns({way: ["reading_clients.py", way, port, str(readings), *hosts] for way in WAYS}, runs)
    desk = found["desk"]
    gaps = [each["gap_ms"] for each in desk]
    return [
        *(Figure(f"readings: {way}", median(found[way], "rate"), "/s") for way in WAYS),
        Figure("readings: desk / httpx", ratio(desk, found["httpx"], "rate"), "x", ">= 3"),
        Figure("readings: desk / aiohttp", ratio(desk, found["aiohttp"], "rate"), "x", ">= 0.3"),
        *(Figure(f"readings: CPU, {way}", median(found[way], "cpu_ms"), "ms each") for way in WAYS),
        Figure("readings: largest gap of the window's loop, median", statistics.median(gaps), "ms", "<= 25"),
        Figure("readings: largest gap of the window's loop, worst run", max(gaps), "ms"),
    ]


@contextmanager
def server(hosts: list[str]) -> Iterator[str]:
    """The vendor's server in a process of its own; its port."""
    words = [sys.executable, str(HERE / "vendor_server.py"), *hosts]
    running = subprocess.Popen(words, env=environment(), stdout=subprocess.PIPE, text=True)
    try:
        assert running.stdout is not None
        yield running.stdout.readline().strip()
    finally:
        running.kill()
        running.wait()
        if running.stdout is not None:
            running.stdout.close()
