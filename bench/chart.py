"""Redrawing the chart of 10,000 to 10,000,000 corners, panned and zoomed, beside bare pyqtgraph, in turns.

`peer` is pyqtgraph's own downsampling and clipping to the view, `raw` pyqtgraph without either. A frame is everything
from the new range to the pixels; ours draws its scales, legend, crosshair and the amount under it besides. Other work
on the machine slows frames by the clock on the wall, and not the processor's time that they take.
"""

from bench.figures import Figure
from bench.runs import in_turns, median, ratio

RUNS = 3
SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
FRAME_MS = 16.7
"""A frame of 60 a second."""


def measure(runs: int = RUNS, sizes: tuple[int, ...] = SIZES, frames: int = 90) -> list[Figure]:
    """The medians over so many runs of each way and size."""
    figures: list[Figure] = []
    for size in sizes:
        ways = {name: ["chart_child.py", name, str(size), str(frames)] for name in ("desk", "peer", "raw")}
        found = in_turns(ways, runs, warm=False)
        title = f"chart: {size:,} corners"
        figures += [
            Figure(f"{title}, desk, median frame", median(found["desk"], "median_ms"), "ms", f"<= {FRAME_MS}"),
            Figure(f"{title}, desk, worst frame", median(found["desk"], "worst_ms"), "ms"),
            Figure(f"{title}, desk, frames over {FRAME_MS} ms", 100 * median(found["desk"], "late"), "%"),
            Figure(f"{title}, desk, processor's time of a frame", median(found["desk"], "cpu_ms"), "ms"),
            Figure(
                f"{title}, desk, processor's time of the worst",
                median(found["desk"], "cpu_worst_ms"),
                "ms",
                f"<= {FRAME_MS}",
            ),
            Figure(f"{title}, pyqtgraph, processor's time of a frame", median(found["peer"], "cpu_ms"), "ms"),
            Figure(f"{title}, desk, first picture", median(found["desk"], "first_ms"), "ms"),
            Figure(f"{title}, pyqtgraph, median frame", median(found["peer"], "median_ms"), "ms"),
            Figure(f"{title}, pyqtgraph, worst frame", median(found["peer"], "worst_ms"), "ms"),
            Figure(f"{title}, desk / pyqtgraph", ratio(found["desk"], found["peer"], "median_ms"), "x"),
            Figure(f"{title}, pyqtgraph raw, median frame", median(found["raw"], "median_ms"), "ms"),
            Figure(f"{title}, desk / pyqtgraph raw", ratio(found["desk"], found["raw"], "median_ms"), "x"),
        ]
    return figures
