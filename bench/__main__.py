"""`python -m bench [name ...]`: runs the benches of these names, or all, and prints every figure beside its limit."""

import sys
from collections.abc import Callable

from bench import idle, lists, memory, readings, sizing, start
from bench.figures import Figure, machine, table

BENCHES: dict[str, Callable[[], list[Figure]]] = {
    "start": start.measure,
    "memory": memory.measure,
    "idle": idle.measure,
    "sizing": sizing.measure,
    "lists": lists.measure,
    "readings": readings.measure,
}


def main(names: list[str]) -> int:
    """Run and print. A missed limit is no error: the exit code is 0, and 1 for a name that is no bench."""
    if unknown := [name for name in names if name not in BENCHES]:
        print(f"no bench is called {', '.join(unknown)}; there are {', '.join(BENCHES)}", file=sys.stderr)
        return 1
    figures: list[Figure] = []
    for name in names or BENCHES:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        figures += BENCHES[name]()
    print(machine())
    print(table(figures))
    missed = [figure.name for figure in figures if figure.verdict == "MISS"]
    print(f"\n{len(missed)} of {sum(bool(figure.limit) for figure in figures)} limits missed.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
