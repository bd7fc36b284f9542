"""What a chart draws, as arrays: the line of each pool, or the layers of pools that are stacked.

Pure functions of numpy arrays; run them beside the window where there are many points. Times are seconds since 1970
(UTC). A line is a chain of corners; every piece between two neighbours is sure (read from the vendor), unsure (typed,
estimated or metered) or not there (a gap). Nothing is smoothed.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from creditdesk.core.pools import Source
from creditdesk.core.series import Point, Series
from creditdesk.ui.chart_picture import Measure, Picture, Strand, value_of
from creditdesk.ui.chart_pyramid import NOTHING, Flags, Floats, Trace, trace

CHUNK = 6_000
"""Points taken in at a stretch; about 8 ms."""


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """The points of one series as arrays of one length; `value` is NaN where it is unknown."""

    series: Series
    measure: Measure
    first: Floats
    last: Floats
    value: Floats
    live: Flags
    typed: Flags


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A chain of n corners, and n - 1 pieces that are sure, unsure, or neither (a gap)."""

    x: Floats
    y: Floats
    sure: Flags
    unsure: Flags


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A strand as it is drawn: its sure and its unsure pieces, the places of typed amounts and of lone readings.

    `broken` says that there is a gap in it.
    """

    sure: Trace
    unsure: Trace
    typed: tuple[Floats, Floats]
    lone: tuple[Floats, Floats]
    broken: bool


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """What a picture is drawn with, a `Drawn` for each of its strands, and the columns that another one may need."""

    picture: Picture
    drawn: tuple[Drawn, ...] = ()
    columns: tuple[Columns, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """A picture that lines are wanted for, and the lines that are there already."""

    picture: Picture
    known: Lines | None = None

    def same_lines(self) -> bool:
        """Whether the lines that are there are those of the picture, and only what stands around them is new."""
        if self.known is None:
            return False
        old, new = self.known.picture, self.picture
        same = (old.gap, old.stacked, len(old.strands)) == (new.gap, new.stacked, len(new.strands))
        return same and all(_same(one, other) for one, other in zip(old.strands, new.strands, strict=True))

    def work(self) -> int:
        """How much is to be done, in points to be taken in; a point that was taken in before is a twentieth."""
        if self.same_lines():
            return 0
        strands = self.picture.strands
        return sum(len(each.series.points) // (20 if self.columns(each) is not None else 1) for each in strands)

    def columns(self, strand: Strand) -> Columns | None:
        """The columns of a strand if they are there already."""
        known = self.known.columns if self.known is not None else ()
        return next((each for each in known if each.series is strand.series and each.measure is strand.measure), None)


EMPTY = Line(np.empty(0), np.empty(0), np.empty(0, np.bool_), np.empty(0, np.bool_))
_NO_PLACES = (np.empty(0), np.empty(0))


def build(wanted: Wanted) -> Lines:
    """The lines of a picture; a second for a million points, during which other threads get their turn."""
    picture = wanted.picture
    if wanted.known is not None and wanted.same_lines():
        return replace(wanted.known, picture=picture)
    columns = tuple(wanted.columns(each) or taken_in(each) for each in picture.strands)
    lines = [line(each, picture.gap.total_seconds()) for each in columns]
    if picture.stacked:
        passing = [":" in each.series.pool for each in columns]
        lines = stack(lines, passing)
        drawn = tuple(_drawn(each, _NO_PLACES, _NO_PLACES) for each in lines)
    else:
        drawn = tuple(_drawn(one, _typed(each), _lone(one)) for one, each in zip(lines, columns, strict=True))
    return Lines(picture, drawn, columns)


def taken_in(strand: Strand) -> Columns:
    """The points of a strand as arrays, by stretches between which other threads get their turn."""
    points, measure = strand.series.points, strand.measure
    parts = [_arrays(points[start : start + CHUNK], measure) for start in range(0, max(1, len(points)), CHUNK)]
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    flags = {name: joined[name].astype(np.bool_) for name in ("live", "typed")}
    return Columns(strand.series, measure, joined["first"], joined["last"], joined["value"], **flags)


def line(columns: Columns, gap_s: float) -> Line:
    """Each point is two corners, its first and its last sight; pieces hold a value (even) or lead to the next (odd).

    A piece between two live points that are more than `gap_s` seconds apart is a gap, and one at an unknown amount.
    """
    count = len(columns.value)
    if not count:
        return EMPTY
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


def stack(lines: Sequence[Line], passing: Sequence[bool]) -> list[Line]:
    """The upper edges of layers, the first line's on top: each is the sum of its own line and of all below it.

    They are there where all of the lines are known, so that no layer is drawn on a hole; a line that `passes` (a member
    of a family) counts 0 before it came and after it went. They share their corners.
    """
    there = [(each, flag) for each, flag in zip(lines, passing, strict=True) if len(each.x)]
    if not there:
        return [EMPTY] * len(lines)
    x = np.unique(np.concatenate([each.x for each, _ in there]))
    middle = (x[:-1] + x[1:]) / 2
    sure, known = np.ones(len(middle), np.bool_), np.ones(len(middle), np.bool_)
    for each, passes in there:
        piece = np.searchsorted(each.x, middle, "right") - 1
        outside = (piece < 0) | (piece >= len(each.sure))
        piece = np.clip(piece, 0, max(0, len(each.sure) - 1))
        single = not len(each.sure)
        is_sure = np.zeros(len(middle), np.bool_) if single else each.sure[piece]
        is_known = is_sure if single else is_sure | each.unsure[piece]
        sure &= np.where(outside, passes, is_sure)
        known &= np.where(outside, passes, is_known)
    found: list[Line] = []
    y = np.zeros(len(x))
    for each in reversed(lines):
        if len(each.x):
            y = y + np.nan_to_num(np.interp(x, each.x, each.y, left=0.0, right=0.0))
        found.append(Line(x, y, sure & known, known & ~sure))
    return found[::-1]


def _same(one: Strand, other: Strand) -> bool:
    return one.series is other.series and one.measure is other.measure


def _arrays(points: Sequence[Point], measure: Measure) -> Mapping[str, Floats]:
    time.sleep(0)  # a thread that only computes would hold up the window's
    count = len(points)
    amounts = (value_of(each, measure) for each in points)
    return {
        "first": np.fromiter((each.first_seen.timestamp() for each in points), np.float64, count),
        "last": np.fromiter((each.last_seen.timestamp() for each in points), np.float64, count),
        "value": np.fromiter((np.nan if value is None else value for value in amounts), np.float64, count),
        "live": np.fromiter((each.source is Source.LIVE for each in points), np.float64, count),
        "typed": np.fromiter((each.source is Source.BY_HAND for each in points), np.float64, count),
    }


def _typed(columns: Columns) -> tuple[Floats, Floats]:
    there = np.flatnonzero(columns.typed & ~np.isnan(columns.value))
    return columns.first[there], columns.value[there]


def _drawn(shown: Line, typed: tuple[Floats, Floats], lone: tuple[Floats, Floats]) -> Drawn:
    pieces = shown.sure | shown.unsure
    broken = bool(len(pieces)) and not pieces.all()
    return Drawn(_trace(shown.x, shown.y, shown.sure), _trace(shown.x, shown.y, shown.unsure), typed, lone, broken)


def _lone(shown: Line) -> tuple[Floats, Floats]:
    """Readings at one instant with a gap on both sides: a line of no length, which is drawn as a dot."""
    if not len(shown.x):
        return _NO_PLACES
    joined = (shown.sure | shown.unsure)[1::2]
    touched = np.concatenate(([False], joined)) | np.concatenate((joined, [False]))
    alone = ~touched & ~np.isnan(shown.y[0::2]) & (shown.x[0::2] == shown.x[1::2])
    return shown.x[0::2][alone], shown.y[0::2][alone]


def _trace(x: Floats, y: Floats, pieces: Flags) -> Trace:
    """Only the corners that a piece touches, so that reducing never sees the others."""
    if not pieces.any():
        return NOTHING
    if pieces.all():
        return trace(x, y, pieces)
    kept = np.zeros(len(x), np.bool_)
    kept[:-1] |= pieces
    kept[1:] |= pieces
    places = np.flatnonzero(kept)
    neighbours = np.diff(places) == 1
    return trace(x[places], y[places], neighbours & pieces[places[:-1]])
