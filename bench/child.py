"""What the children of the bench tell: one line of JSON on standard output, now or after staying open for a while."""

import json
import os
import sys
import time
from collections.abc import Mapping

import psutil
from PySide6.QtCore import QTimer

SETTLE_MS = 3_000


def report(painted_at: float, more: Mapping[str, object]) -> None:
    """Tell the instant of the first paint, peak and present memory; with `--stay S` also the CPU time of S seconds."""
    found = {"painted_at": painted_at, "peak_mb": peak_mb(), **more}
    if "--stay" not in sys.argv:
        leave(found)
    seconds = float(sys.argv[sys.argv.index("--stay") + 1])
    QTimer.singleShot(SETTLE_MS, lambda: _stay(found, seconds))


def leave(found: Mapping[str, object]) -> None:
    """Print and end at once: what a program does when it is closed is no part of what is measured."""
    print(json.dumps(found), flush=True)
    os._exit(0)


def _stay(found: dict[str, object], seconds: float) -> None:
    begun_at, begun_cpu = time.monotonic(), time.process_time()

    def end() -> None:
        spent = time.process_time() - begun_cpu
        found["cpu_percent"] = 100 * spent / (time.monotonic() - begun_at)
        found["rss_mb"] = rss_mb()
        leave(found)

    QTimer.singleShot(round(1000 * seconds), end)


def rss_mb() -> float:
    """The memory this process holds now, in MB."""
    return float(psutil.Process().memory_info().rss) / 1e6


def peak_mb() -> float:
    """The most memory this process held, in MB."""
    if sys.platform == "win32":
        return float(psutil.Process().memory_info().peak_wset) / 1e6
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e6 if sys.platform == "darwin" else most * 1024 / 1e6
