"""One chart panned and zoomed: `chart_child.py desk|peer|raw CORNERS FRAMES`. Tells the time of its frames.

A third of the frames each pans the whole, a tenth and a hundredth of the time; before each third it zooms there.
"""

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtWidgets import QApplication, QWidget

from creditdesk.core.pools import PoolKind, Source
from creditdesk.core.series import Point, Series
from creditdesk.ui import theme
from creditdesk.ui.chart import Chart
from creditdesk.ui.chart_data import Drawn, Lines, Wanted
from creditdesk.ui.chart_picture import Picture, Strand
from creditdesk.ui.chart_pyramid import NOTHING, trace

SIZE = (1000, 500)
SHARES = (1.0, 0.1, 0.01)
MOST_S = 60.0
"""A way that is slower than this for all its frames ends there; it is measured by fewer of them."""
END = 1_700_000_000.0
STEP_S = 30.0

Arrays = tuple[NDArray[np.float64], NDArray[np.float64]]
Way = tuple[QWidget, Callable[[float, float], object]]


def arrays(count: int) -> Arrays:
    """Use of an allowance with a reset now and then, and some noise."""
    chance = np.random.default_rng(1)
    x = END - STEP_S * np.arange(count, 0, -1)
    y = 500.0 - (np.arange(count) * 0.1) % 480 + chance.normal(size=count)
    return x, y


class Points(Sequence[Point]):
    """The points of the arrays, each made when it is asked for: ten million at once would not fit."""

    def __init__(self, data: Arrays) -> None:
        self._x, self._y = data

    def __len__(self) -> int:
        return len(self._x)

    def __getitem__(self, place: Any) -> Any:
        at = datetime.fromtimestamp(float(self._x[place]), UTC)
        return Point(at, at, Decimal(str(self._y[place])), None, None, Source.LIVE)


def desk(data: Arrays) -> Way:
    """The chart of the history page, with a crosshair; its lines are given as arrays when it asks for them."""
    chart = Chart()
    chart.resize(*SIZE)
    x, y = data
    empty = np.empty(0), np.empty(0)

    def answer(wanted: Wanted) -> None:
        drawn = Drawn(trace(x, y, np.ones(len(x) - 1, np.bool_)), NOTHING, empty, empty, False)
        chart.show_lines(Lines(wanted.picture, (drawn,)))

    chart.lines_wanted.connect(answer)
    points: Any = Points(data)
    strand = Strand(Series("a", "monthly", "Monthly", PoolKind.ALLOWANCE, "credits", points))
    since = datetime.fromtimestamp(float(x[0]), UTC)
    chart.show_picture(Picture((strand,), datetime.fromtimestamp(END, UTC), since, timedelta(hours=1)))

    def look(low: float, high: float) -> None:
        chart.show_span(datetime.fromtimestamp(low, UTC), datetime.fromtimestamp(high, UTC))
        chart.point_at(datetime.fromtimestamp((low + high) / 2, UTC))

    return chart, look


def pyqtgraph_way(data: Arrays, own_reduction: bool) -> Way:
    """A plain plot widget; with its own reduction it cuts to the view and to the peaks, as its manual advises."""
    plot = pg.PlotWidget()
    plot.resize(*SIZE)
    curve = plot.plot(*data, pen=pg.mkPen("b", width=1))
    if own_reduction:
        curve.setClipToView(True)
        curve.setDownsampling(auto=True, method="peak")
    return plot, lambda low, high: plot.setXRange(low, high, padding=0)


def spans(data: Arrays, frames: int) -> list[tuple[float, float]]:
    """What is looked at, frame by frame."""
    first, last = float(data[0][0]), float(data[0][-1])
    found = []
    for share in SHARES:
        wide = (last - first) * share
        for place in range(frames // len(SHARES)):
            low = first + (last - first - wide) / 2 + wide * (place - frames / 6) / 200
            found.append((low, low + wide))
    return found


def main(name: str, count: int, frames: int) -> dict[str, float]:
    """Draw, and time every frame."""
    application = QApplication([])
    theme.apply(application, theme.load("light"))
    data = arrays(count)
    begun = time.perf_counter()
    widget, look = desk(data) if name == "desk" else pyqtgraph_way(data, name == "peer")
    widget.show()
    application.processEvents()
    first = time.perf_counter() - begun
    took: list[float] = []
    worked: list[float] = []
    wanted = spans(data, frames)
    kept = wanted if name != "raw" or count < 1_000_000 else wanted[:: max(1, count // 200_000)]
    for low, high in kept:
        started, spent = time.perf_counter(), time.process_time()
        look(low, high)
        widget.viewport().repaint()  # type: ignore[attr-defined]  # both are QGraphicsViews
        took.append(1000 * (time.perf_counter() - started))
        worked.append(1000 * (time.process_time() - spent))
        application.processEvents()
        if sum(took) > 1000 * MOST_S:
            break
    late = sum(each > 16.7 for each in took) / len(took)
    return {
        "median_ms": statistics.median(took),
        "worst_ms": max(took),
        "cpu_ms": statistics.median(worked),
        "cpu_worst_ms": max(worked),
        "late": late,
        "first_ms": 1000 * first,
    }


if __name__ == "__main__":
    told = main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
    from bench.child import leave

    leave(told)
