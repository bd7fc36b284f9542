"""Running the children of the bench: in turns, so that a slow minute of the machine meets all alike."""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
LIMIT_S = 300

Found = dict[str, float]


def environment() -> dict[str, str]:
    """What the children see: bytecode is cached, Qt has no screen, and `bench` can be imported."""
    variables = {name: text for name, text in os.environ.items() if not name.startswith(("CREDITDESK_", "PYTHON"))}
    return variables | {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(HERE.parent)}


def child(words: Sequence[str]) -> Found:
    """Run one child and give what it printed, with `ms`: from its start to `painted_at`, where it told one."""
    begun = time.time()
    done = subprocess.run(
        [sys.executable, str(HERE / words[0]), *words[1:]],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    if done.returncode or not done.stdout.strip():
        raise RuntimeError(f"{' '.join(words)} ended with {done.returncode}:\n{done.stderr}")
    found: Found = json.loads(done.stdout.splitlines()[-1])
    if "painted_at" in found:
        found["ms"] = 1000 * (found["painted_at"] - begun)
    return found


def in_turns(ways: Mapping[str, Sequence[str]], runs: int, warm: bool = True) -> dict[str, list[Found]]:
    """Run all ways in turns, `runs` times, after one run of each to `warm` up; what each printed, by its name."""
    for words in ways.values() if warm else ():
        child(words)
    found: dict[str, list[Found]] = {name: [] for name in ways}
    for _ in range(runs):
        for name, words in ways.items():
            found[name].append(child(words))
    return found


def median(found: Sequence[Found], key: str) -> float:
    """The median of one number over the runs."""
    return statistics.median(each[key] for each in found)


def ratio(found: Sequence[Found], other: Sequence[Found], key: str) -> float:
    """The median of a number divided by the median of the other's."""
    return median(found, key) / median(other, key)
