"""All built-in definition files read, beside tomllib alone on the same texts, in turns; by the processor's time."""

import statistics
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable

from bench.figures import Figure
from creditdesk.paths import resources
from creditdesk.providers.catalogue import Catalogue

RUNS = 15
FIRST = (
    "import time\n"
    "from creditdesk.paths import resources\n"
    "from creditdesk.providers.catalogue import Catalogue\n"
    "folder = resources() / 'providers'\n"
    "begun = time.process_time()\n"
    "Catalogue(folder, ours=folder).all()\n"
    "print(time.process_time() - begun)\n"
)


def measure(runs: int = RUNS) -> list[Figure]:
    """Medians of so many runs, and of three runs that are the first in their process."""
    folder = resources() / "providers"
    texts = [path.read_text("utf-8") for path in sorted(folder.glob("*.toml"))]
    works: dict[str, Callable[[], object]] = {
        "tomllib": lambda: [tomllib.loads(text) for text in texts],
        "desk": lambda: Catalogue(folder, ours=folder).all(),
        "strangers": lambda: Catalogue(folder).all(),
    }
    took: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(runs):
        for name, work in works.items():
            begun = time.process_time()
            work()
            took[name].append(time.process_time() - begun)
    median = {name: 1000 * statistics.median(times) for name, times in took.items()}
    return [
        Figure("definitions: files", len(texts)),
        Figure("definitions: all of them by tomllib alone", median["tomllib"], "ms"),
        Figure("definitions: all of them, checked", median["desk"], "ms", "<= 60"),
        Figure("definitions: checked / tomllib", median["desk"] / median["tomllib"], "x"),
        Figure("definitions: the first time in a process", 1000 * _first(), "ms"),
        Figure("definitions: looked at as a stranger's", median["strangers"], "ms"),
    ]


def _first() -> float:
    """Seconds, with what has to be imported for it on the way."""
    done = [
        subprocess.run([sys.executable, "-c", FIRST], capture_output=True, check=True, text=True, timeout=60).stdout
        for _ in range(3)
    ]
    return statistics.median(map(float, done))
