"""What a chart draws, as arrays: the line of a pool, or of several added up, cut to the pixels there are.

Pure functions of numpy arrays. Times are seconds since 1970 (UTC). A line is a chain of corners; every piece between
two neighbours is sure (read from the vendor), unsure (typed, estimated or metered) or not there (a gap). Nothing is
smoothed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from creditdesk.core.pools import PoolKind, Source
from creditdesk.core.series import Point, Series

CHUNK = 12_000
"""Points taken in at a stretch; about 8 ms."""

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A chain of n corners, and n - 1 pieces that are sure, unsure, or neither (a gap)."""

    x: Floats
    y: Floats
    sure: Flags
    unsure: Flags

    def sides(self) -> tuple["Trace", "Trace"]:
        """The sure pieces and the unsure ones, each as a trace of its own."""
        return _trace(self.x, self.y, self.sure), _trace(self.x, self.y, self.unsure)


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """Corners of which the neighbours i and i + 1 are joined where `drawn[i]` says so. No value is NaN."""

    x: Floats
    y: Floats
    drawn: Flags


@dataclass(frozen=True, slots=True, eq=False)
class _Columns:
    first: Floats
    last: Floats
    value: Floats
    live: Flags


EMPTY = Line(np.empty(0), np.empty(0), np.empty(0, np.bool_), np.empty(0, np.bool_))


def gather(series: Sequence[Series], gap_s: float) -> Iterator[Line | None]:
    """Yield None after every CHUNK points, and the line at the end: the pool's own, or the sum of several pools.

    A piece between two live points that are more than `gap_s` seconds apart is a gap. Pools are added up where all of
    them are known; a member of a family (its id has a ":") counts 0 before it came and after it went.
    """
    lines: list[Line] = []
    for each in series:
        parts: list[_Columns] = []
        used = each.kind is PoolKind.SPEND
        for start in range(0, len(each.points), CHUNK):
            parts.append(_columns(each.points[start : start + CHUNK], used))
            yield None
        lines.append(_line(_joined(parts), gap_s) if parts else EMPTY)
    passing = [":" in each.pool for each in series]
    yield lines[0] if len(lines) == 1 else _sum(lines, passing)


def line(series: Sequence[Series], gap_s: float) -> Line:
    """The whole line at once."""
    return next(found for found in gather(series, gap_s) if found is not None)


def reduce(trace: Trace, low: float, high: float, columns: int) -> tuple[Floats, Floats]:
    """What to draw of a trace from `low` to `high` in that many pixel columns: x and y, NaN where it is broken.

    In each column the first, lowest, highest and last value are kept, so the picture is that of all points. At most
    five corners a column; few points are kept as they are.
    """
    if len(trace.x) < 2 or high <= low or columns < 1:
        return np.empty(0), np.empty(0)
    start = max(0, int(np.searchsorted(trace.x, low, "left")) - 1)
    stop = min(len(trace.x), int(np.searchsorted(trace.x, high, "right")) + 1)
    x, y, drawn = trace.x[start:stop], trace.y[start:stop], trace.drawn[start : max(start, stop - 1)]
    if len(x) < 2:
        return np.empty(0), np.empty(0)
    return _with_breaks(x, y, drawn) if len(x) <= 4 * columns else _by_column(x, y, drawn, columns)


def extent(traces: Sequence[tuple[Floats, Floats]]) -> tuple[float, float] | None:
    """The lowest and the highest value of reduced traces, None when there is none."""
    values = [y[np.isfinite(y)] for _, y in traces]
    values = [each for each in values if len(each)]
    if not values:
        return None
    return min(float(each.min()) for each in values), max(float(each.max()) for each in values)


def _columns(points: Sequence[Point], used: bool) -> _Columns:
    count = len(points)
    amounts = ((each.used if used else each.left) for each in points)
    return _Columns(
        np.fromiter((each.first_seen.timestamp() for each in points), np.float64, count),
        np.fromiter((each.last_seen.timestamp() for each in points), np.float64, count),
        np.fromiter((np.nan if value is None else value for value in amounts), np.float64, count),
        np.fromiter((each.source is Source.LIVE for each in points), np.bool_, count),
    )


def _joined(parts: Sequence[_Columns]) -> _Columns:
    return _Columns(
        np.concatenate([each.first for each in parts]),
        np.concatenate([each.last for each in parts]),
        np.concatenate([each.value for each in parts]),
        np.concatenate([each.live for each in parts]),
    )


def _line(columns: _Columns, gap_s: float) -> Line:
    """Each point is two corners, its first and its last sight; pieces hold a value (even) or lead to the next (odd)."""
    count = len(columns.value)
    x = np.column_stack((columns.first, columns.last)).ravel()
    y = np.repeat(columns.value, 2)
    known = ~np.isnan(columns.value)
    sure = np.zeros(2 * count - 1, np.bool_)
    there = np.zeros(2 * count - 1, np.bool_)
    there[0::2] = known
    sure[0::2] = known & columns.live
    live = columns.live[:-1] & columns.live[1:]
    near = columns.first[1:] - columns.last[:-1] <= gap_s
    there[1::2] = known[:-1] & known[1:] & (near | ~live)
    sure[1::2] = there[1::2] & live
    return Line(x, y, sure, there & ~sure)


def _sum(lines: Sequence[Line], passing: Sequence[bool]) -> Line:
    lines_there = [(each, flag) for each, flag in zip(lines, passing, strict=True) if len(each.x)]
    if not lines_there:
        return EMPTY
    x = np.unique(np.concatenate([each.x for each, _ in lines_there]))
    middle = (x[:-1] + x[1:]) / 2
    y = np.zeros(len(x))
    sure, there = np.ones(len(middle), np.bool_), np.ones(len(middle), np.bool_)
    for each, passes in lines_there:
        y += np.nan_to_num(np.interp(x, each.x, each.y, left=0.0, right=0.0))
        piece = np.searchsorted(each.x, middle, "right") - 1
        outside = (piece < 0) | (piece >= len(each.sure))
        piece = np.clip(piece, 0, max(0, len(each.sure) - 1))
        sure &= np.where(outside, passes, each.sure[piece])
        there &= np.where(outside, passes, each.sure[piece] | each.unsure[piece])
    return Line(x, y, sure & there, there & ~sure)


def _trace(x: Floats, y: Floats, pieces: Flags) -> Trace:
    """Only the corners that a piece touches, so that reducing never sees the others."""
    if not pieces.any():
        return Trace(np.empty(0), np.empty(0), np.empty(0, np.bool_))
    if pieces.all():
        return Trace(x, y, pieces)
    kept = np.zeros(len(x), np.bool_)
    kept[:-1] |= pieces
    kept[1:] |= pieces
    places = np.flatnonzero(kept)
    neighbours = np.diff(places) == 1
    return Trace(x[places], y[places], neighbours & pieces[places[:-1]])


def _with_breaks(x: Floats, y: Floats, drawn: Flags) -> tuple[Floats, Floats]:
    broken = np.flatnonzero(~drawn) + 1
    return np.insert(x, broken, x[broken - 1]), np.insert(y, broken, np.nan)


def _by_column(x: Floats, y: Floats, drawn: Flags, columns: int) -> tuple[Floats, Floats]:
    edges = np.linspace(x[0], x[-1], columns + 1)[:-1]
    starts = np.unique(np.searchsorted(x, edges, "left"))
    starts = starts[starts < len(x)]
    ends = np.append(starts[1:], len(x)) - 1
    out_x, out_y = np.empty((len(starts), 5)), np.empty((len(starts), 5))
    out_x[:, 0], out_y[:, 0] = x[starts], y[starts]
    out_x[:, 1], out_y[:, 1] = x[starts], np.minimum.reduceat(y, starts)
    out_x[:, 2], out_y[:, 2] = x[ends], np.maximum.reduceat(y, starts)
    out_x[:, 3], out_y[:, 3] = x[ends], y[ends]
    out_x[:, 4] = x[ends]
    joined = np.append(drawn, False)[ends]
    out_y[:, 4] = np.where(joined, y[ends], np.nan)
    return out_x.ravel(), out_y.ravel()
