"""What a chart has on screen: the part of its lines that is in view, cut to the pixels, and all that stands around it.

`arrange` works it out for a size and a span of time; `draw_under` and `draw_over` paint it under and over the curves.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from creditdesk.ui import chart_frame, chart_hover, chart_legend, chart_marks, chart_marks_paint, chart_paint, theme
from creditdesk.ui.chart_data import Drawn, Lines
from creditdesk.ui.chart_frame import Frame
from creditdesk.ui.chart_legend import Item, Seen
from creditdesk.ui.chart_marks import Cluster
from creditdesk.ui.chart_picture import Picture
from creditdesk.ui.chart_pyramid import Floats, extent, reduce
from creditdesk.ui.chart_sight import Sight

Piece = tuple[Floats, Floats]


@dataclass(frozen=True, slots=True)
class View:
    """What is on screen: of each strand its sure and its unsure corners in view; the marks, and the legend's lines."""

    frame: Frame
    shown: tuple[tuple[Piece, Piece], ...] = ()
    clusters: tuple[Cluster, ...] = ()
    legend: tuple[tuple[tuple[float, Item], ...], ...] = ()
    margins: tuple[int, int, int, int] = (0, 0, 0, 0)
    strip: float = 0.0  # the middle of the strip of marks; 0 without one

    def curve(self, strand: int, unsure: bool) -> Piece:
        """The corners of a strand as seconds and shares of the plot's height, 0 at its foot."""
        x, y = self.shown[strand][unsure]
        lane, box = self.frame.lane(strand), self.frame.box
        scale = lane.box.height() / (lane.high - lane.low) / box.height()
        return x, (box.bottom() - lane.box.bottom()) / box.height() + (y - lane.low) * scale


NOTHING = View(Frame(QRectF(0, 0, 1, 1), 0.0, 1.0, (), ()))


def arrange(lines: Lines, size: tuple[int, int], ratio: float, times: tuple[float, float]) -> View:
    """What is on screen of these lines at a size in logical pixels, at this device ratio, between two instants."""
    picture = lines.picture
    width, height = size
    columns = max(1, int(width * ratio))
    shown = tuple((reduce(each.sure, *times, columns), reduce(each.unsure, *times, columns)) for each in lines.drawn)
    extents = [_extent(picture, index, each, times) for index, each in enumerate(zip(lines.drawn, shown, strict=True))]
    text = chart_frame.small_height()
    legend = chart_legend.rows(chart_legend.items(picture, _seen(lines)), width - theme.px(8))
    strip = chart_marks_paint.strip_height() if any(not mark.ahead for mark in picture.marks) else 0
    bottom = text + theme.px(10) + strip + len(legend) * (text + theme.px(2)) + theme.px(4)
    top, right = text + theme.px(10), theme.px(8)

    def framed(left: int) -> Frame:
        box = QRectF(left, top, max(1, width - right - left), max(1, height - bottom - top))
        return chart_frame.frame(picture, box, times, extents)

    left = chart_frame.label_width(picture, framed(theme.px(40))) + theme.px(14)
    frame = framed(left)
    span = tuple(datetime.fromtimestamp(each, UTC) for each in times)
    past = [mark for mark in picture.marks if not mark.ahead]
    found = chart_marks.clusters(past, (span[0], span[1]), frame.x, theme.px(chart_marks_paint.APART_PX))
    return View(
        frame,
        shown,
        tuple(found),
        tuple(tuple(each) for each in legend),
        (left, top, right, bottom),
        frame.box.bottom() + text + theme.px(8) + strip / 2 if strip else 0.0,
    )


def draw_under(painter: QPainter, view: View, lines: Lines) -> None:
    """The ground, layers and scales."""
    if lines.picture.stacked:
        chart_paint.draw_layers(painter, view.frame, lines.picture, view.shown)
    chart_paint.draw_back(painter, view.frame, lines.picture)


def draw_over(painter: QPainter, view: View, lines: Lines, pointed: Sight | Cluster | None) -> None:
    """Dots, resets, now, the forecast's words, marks and legend, and what is pointed at."""
    picture, frame = lines.picture, view.frame
    chart_paint.draw_dots(painter, frame, picture, lines.drawn)
    chart_paint.draw_front(painter, frame, picture)
    if view.strip:
        chart_marks_paint.draw_strip(painter, view.strip, view.clusters, pointed)
    high = len(view.legend) * (chart_frame.small_height() + theme.px(2))
    chart_legend.draw(painter, frame.box.bottom() + view.margins[3] - high - theme.px(2), view.legend)
    if isinstance(pointed, Sight):
        chart_hover.draw_sight(painter, frame, picture, pointed)
    elif pointed is not None:
        chart_hover.draw_cluster(painter, frame, picture, pointed)


def _extent(
    picture: Picture, index: int, each: tuple[Drawn, tuple[Piece, Piece]], times: tuple[float, float]
) -> tuple[float, float] | None:
    """The least and the greatest amount of a strand in view, its dots and the forecast from it included."""
    drawn, pieces = each
    dots = [_within(places, times) for places in (drawn.lone, drawn.typed)]
    found = extent([*pieces, *dots])
    forecast = picture.forecast
    if index or forecast is None or not times[0] <= forecast.start.timestamp() <= times[1]:
        return found
    ends = (float(forecast.left), float(forecast.end))
    low, high = found or ends
    return min(low, *ends), max(high, *ends)


def _within(places: Piece, times: tuple[float, float]) -> Piece:
    first, last = np.searchsorted(places[0], times)
    return places[0][first:last], places[1][first:last]


def _seen(lines: Lines) -> Seen:
    return Seen(
        any(len(each.sure.x) for each in lines.drawn),
        any(len(each.unsure.x) for each in lines.drawn),
        any(len(each.typed[0]) for each in lines.drawn),
        any(each.broken for each in lines.drawn),
    )
