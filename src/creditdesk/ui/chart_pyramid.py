"""The lowest and highest values of a long line, in levels, so that any part of it is drawn as fast as a short one.

A block of a level keeps the least and the greatest of the `FAN` values under it. The extremes of a pixel column are put
together from a few values at its edges and the blocks between, so they are exact, and what is drawn of ten million
corners is what would be drawn of all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

FAN = 16
"""Values in a block of the next level. Edges cost FAN values a column and level."""

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """Corners of which the neighbours i and i + 1 are joined where `drawn[i]` says so. No value is NaN.

    `x` grows and is in seconds since 1970. `levels` are the (least, greatest) of ever larger blocks of `y`.
    """

    x: Floats
    y: Floats
    drawn: Flags
    levels: tuple[tuple[Floats, Floats], ...] = field(default=())


NOTHING = Trace(np.empty(0), np.empty(0), np.empty(0, np.bool_))


def trace(x: Floats, y: Floats, drawn: Flags) -> Trace:
    """The trace of these corners with its levels; about 8 ms a million. Run it beside the window if there are many."""
    levels: list[tuple[Floats, Floats]] = []
    least, greatest = y, y
    while len(least) >= FAN * FAN:
        starts = np.arange(0, len(least), FAN)
        least, greatest = np.minimum.reduceat(least, starts), np.maximum.reduceat(greatest, starts)
        levels.append((least, greatest))
    return Trace(x, y, drawn, tuple(levels))


def reduce(shown: Trace, low: float, high: float, columns: int) -> tuple[Floats, Floats]:
    """What to draw of a trace from `low` to `high` in that many pixel columns: x and y, NaN where it is broken.

    In each column the first, lowest, highest and last value are kept, so the picture is that of all points. At most
    five corners a column; few points are kept as they are. Columns begin at whole multiples of their width, so that a
    picture that is dragged does not flicker.
    """
    if len(shown.x) < 2 or high <= low or columns < 1:
        return np.empty(0), np.empty(0)
    start = max(0, int(np.searchsorted(shown.x, low, "left")) - 1)
    stop = min(len(shown.x), int(np.searchsorted(shown.x, high, "right")) + 1)
    if stop - start < 2:
        return np.empty(0), np.empty(0)
    if stop - start <= 4 * columns:
        return _with_breaks(shown.x[start:stop], shown.y[start:stop], shown.drawn[start : stop - 1])
    wide = (high - low) / columns
    edges = np.arange(np.floor(low / wide), np.ceil(high / wide) + 1) * wide
    starts = np.unique(np.clip(np.searchsorted(shown.x, edges, "left"), start, stop - 1))
    starts = np.unique(np.append(start, starts))
    return _by_column(shown, starts, np.append(starts[1:], stop))


def extremes(shown: Trace, starts: Places, ends: Places) -> tuple[Floats, Floats]:
    """The least and the greatest value of each stretch from `starts` up to but without `ends`; none is empty."""
    least, greatest = np.full(len(starts), np.inf), np.full(len(starts), -np.inf)
    low, high = starts.copy(), ends.copy()
    for place in range(len(shown.levels) + 1):
        lows, highs = shown.levels[place - 1] if place else (shown.y, shown.y)
        if place == len(shown.levels):
            _take_whole(lows, highs, (low, high), (least, greatest))
            break
        inner_low, inner_high = -(-low // FAN), high // FAN
        apart = inner_low < inner_high
        first_end = np.where(apart, inner_low * FAN, high)
        last_start = np.where(apart, inner_high * FAN, high)
        _take_edges(lows, highs, (low, first_end), (least, greatest))
        _take_edges(lows, highs, (last_start, high), (least, greatest))
        low, high = np.where(apart, inner_low, 0), np.where(apart, inner_high, 0)
    return least, greatest


def extent(lines: Sequence[tuple[Floats, Floats]]) -> tuple[float, float] | None:
    """The lowest and the highest value of reduced traces, None when there is none."""
    values = [y[np.isfinite(y)] for _, y in lines]
    values = [each for each in values if len(each)]
    if not values:
        return None
    return min(float(each.min()) for each in values), max(float(each.max()) for each in values)


def _take_edges(lows: Floats, highs: Floats, span: tuple[Places, Places], found: tuple[Floats, Floats]) -> None:
    """Take in the few values of each span: fewer than two blocks of them."""
    start, end = span
    most = int((end - start).max(initial=0))
    if most <= 0:
        return
    places = start[:, None] + np.arange(most)[None, :]
    there = places < end[:, None]
    places = np.minimum(places, len(lows) - 1)
    np.minimum(found[0], np.where(there, lows[places], np.inf).min(axis=1), out=found[0])
    np.maximum(found[1], np.where(there, highs[places], -np.inf).max(axis=1), out=found[1])


def _take_whole(lows: Floats, highs: Floats, span: tuple[Places, Places], found: tuple[Floats, Floats]) -> None:
    """Take in all of each span of the top level."""
    start, end = span
    some = np.flatnonzero(end > start)
    if not len(some):
        return
    pairs = np.column_stack((start[some], end[some])).ravel()
    if pairs[-1] == len(lows):  # reduceat ends the last one there by itself
        pairs = pairs[:-1]
    found[0][some] = np.minimum(found[0][some], np.minimum.reduceat(lows, pairs)[0::2])
    found[1][some] = np.maximum(found[1][some], np.maximum.reduceat(highs, pairs)[0::2])


def _with_breaks(x: Floats, y: Floats, drawn: Flags) -> tuple[Floats, Floats]:
    broken = np.flatnonzero(~drawn) + 1
    return np.insert(x, broken, x[broken - 1]), np.insert(y, broken, np.nan)


def _by_column(shown: Trace, starts: Places, ends: Places) -> tuple[Floats, Floats]:
    """A gap that is wider than a column has its beginning at a column's end, so no such gap is ever bridged."""
    last = ends - 1
    least, greatest = extremes(shown, starts, ends)
    out_x, out_y = np.empty((len(starts), 5)), np.empty((len(starts), 5))
    out_x[:, 0], out_y[:, 0] = shown.x[starts], shown.y[starts]
    out_x[:, 1], out_y[:, 1] = shown.x[starts], least
    out_x[:, 2], out_y[:, 2] = shown.x[last], greatest
    out_x[:, 3], out_y[:, 3] = shown.x[last], shown.y[last]
    out_x[:, 4] = shown.x[last]
    joined = shown.drawn[np.minimum(last, len(shown.drawn) - 1)]
    joined[-1] = False  # nothing is kept beyond it
    out_y[:, 4] = np.where(joined, shown.y[last], np.nan)
    return out_x.ravel(), out_y.ravel()
