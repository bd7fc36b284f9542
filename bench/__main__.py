"""`python -m bench [--docs] [--series DIR] [name ...]`: runs the benches of these names, or all; beside their limits.

`--series DIR` gives real series to the forecast's backtest: a CSV each, of a time and an amount used. `--docs` writes
that backtest's tables into docs/forecast.md.
"""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bench import (
    chart,
    definitions,
    forecast,
    forecast_docs,
    gateway,
    history,
    idle,
    lists,
    memory,
    readings,
    sending,
    sizing,
    start,
)
from bench.figures import Figure, machine, table

BENCHES: dict[str, Callable[[], list[Figure]]] = {
    "start": start.measure,
    "memory": memory.measure,
    "idle": idle.measure,
    "sizing": sizing.measure,
    "definitions": definitions.measure,
    "lists": lists.measure,
    "readings": readings.measure,
    "sending": sending.measure,
    "gateway": gateway.measure,
    "forecast": forecast.measure,
    "history": history.measure,
    "chart": chart.measure,
}


def main(names: list[str]) -> int:
    """Run and print. A missed limit is no error: the exit code is 0, and 1 for a name that is no bench."""
    benches = dict(BENCHES)
    measured = forecast.measure
    if names[:1] == ["--docs"]:
        names, measured = names[1:], forecast_docs.measure
        benches["forecast"] = measured
    if names[:1] == ["--series"]:
        folder = Path(names[1]) if len(names) > 1 else Path()
        if len(names) < 2 or not folder.is_dir():
            print("--series is followed by a folder of CSV files", file=sys.stderr)
            return 1
        benches["forecast"], names = partial(measured, folder), names[2:] or ["forecast"]
    if unknown := [name for name in names if name not in BENCHES]:
        print(f"no bench is called {', '.join(unknown)}; there are {', '.join(BENCHES)}", file=sys.stderr)
        return 1
    figures: list[Figure] = []
    for name in names or BENCHES:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        figures += benches[name]()
    print(machine())
    print(table(figures))
    missed = [figure.name for figure in figures if figure.verdict == "MISS"]
    print(f"\n{len(missed)} of {sum(bool(figure.limit) for figure in figures)} limits missed.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
