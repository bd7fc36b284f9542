"""The chart of pools over time: pyqtgraph's view and curves, with the scales and words painted around them.

Importing this module costs about 0.4 s (pyqtgraph): only a page that is on screen does it. Lines of many points are
made beside the window, and are cut down to the pixels before drawing, so that ten million of them pan like ten.
"""

from datetime import UTC, datetime

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy

from creditdesk.ui import (
    chart_data,
    chart_frame,
    chart_marks,
    chart_marks_paint,
    chart_saving,
    chart_sight,
    chart_view,
    shapes,
    theme,
)
from creditdesk.ui.chart_data import Lines, Wanted
from creditdesk.ui.chart_hands import ChartHands
from creditdesk.ui.chart_marks import Cluster
from creditdesk.ui.chart_picture import LEAST_SPAN_S, Picture, whole_span
from creditdesk.ui.chart_sight import Sight

FINE_CORNERS = 700
"""A smooth line of double width is drawn up to so many corners; beyond it a thin one, which is many times faster."""
SMOOTH_CORNERS = 4_000
"""Up to so many corners in all, lines have smooth edges while they move; more of them when they stand still again."""
STILL_MS = 150


class Chart(pg.GraphicsView):
    """Shows one picture, whole or in part, and the exact amounts where the cursor points.

    Signals:
        drawn(): the picture is on screen.
        lines_wanted(object): a `chart_data.Wanted` of many points; `chart_data.build` makes it, away from the window,
            and `show_lines` takes the answer. Until then the former picture stays.
        span_changed(bool): another part is on screen; True when it is everything.
    """

    drawn = Signal()
    lines_wanted = Signal(object)
    span_changed = Signal(bool)

    def __init__(self) -> None:
        super().__init__(background=None)
        self.setCacheMode(pg.GraphicsView.CacheModeFlag.CacheNone)
        self.setViewportUpdateMode(pg.GraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(theme.px(280), theme.px(150))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Chart")
        self.viewport().setAccessibleName("Chart")
        self._lines: Lines | None = None
        self._wanted: Wanted | None = None
        self._now = chart_view.NOTHING
        self._curves: list[tuple[pg.PlotCurveItem, pg.PlotCurveItem]] = []
        self._home = (0.0, 1.0)
        self._at_home = True
        self._pointed: Sight | Cluster | None = None
        self._layout = pg.GraphicsLayout()
        self.setCentralItem(self._layout)
        self._view = pg.ViewBox(enableMenu=False, defaultPadding=0.0)
        self._view.setMouseEnabled(x=False, y=False)  # `ChartHands` has all of it
        self._view.disableAutoRange()
        self._view.setYRange(0.0, 1.0, padding=0)
        self._layout.addItem(self._view)
        self._view.sigXRangeChanged.connect(lambda *_: self._renew())
        self._hands = ChartHands(self, self)
        self._still = QTimer(self, singleShot=True, interval=STILL_MS)
        self._still.timeout.connect(lambda: self._draw_curves(smooth=True))

    def show_picture(self, picture: Picture) -> None:
        """Show this picture. A view that the user moved stays as it is while account and range are the same.

        Many new points are asked for by `lines_wanted`; a few are taken in at once.
        """
        wanted = self._wanted = Wanted(picture, self._lines)
        if wanted.work() <= chart_data.CHUNK:
            self.show_lines(chart_data.build(wanted))
        else:
            self.lines_wanted.emit(wanted)

    def show_lines(self, lines: Lines) -> None:
        """Show a picture whose lines were made; one that is no longer wanted is let go."""
        if self._wanted is None or lines.picture is not self._wanted.picture:
            return
        old, new = self._lines.picture if self._lines is not None else None, lines.picture
        same = old is not None and old.since == new.since and _accounts(old) == _accounts(new)
        seen = self._pointed.at if same and isinstance(self._pointed, Sight) else None
        old, self._wanted, self._lines = None, None, lines
        self._at_home = self._at_home or not same
        self._pointed = None
        self._set_home()
        self._renew()
        self.setAccessibleDescription(". ".join(chart_sight.description(new)))
        self.point_at(seen)
        self.drawn.emit()

    @property
    def frame(self) -> chart_frame.Frame:
        """Where things stand in the viewport now."""
        return self._now.frame

    def show_all(self) -> None:
        """Go back from a part to everything."""
        self._at_home = True
        self._view.setXRange(*self._home, padding=0)
        self.span_changed.emit(True)

    def span(self) -> tuple[datetime, datetime]:
        """The first and the last instant on screen."""
        low, high = self._view.viewRange()[0]
        return datetime.fromtimestamp(low, UTC), datetime.fromtimestamp(high, UTC)

    def show_span(self, low: datetime, high: datetime) -> None:
        """Show this part only; at least ten minutes, and never far beyond everything."""
        if (high - low).total_seconds() >= LEAST_SPAN_S:
            self._view.setXRange(low.timestamp(), high.timestamp(), padding=0)
            self._moved()

    def point_at(self, at: datetime | None) -> str:
        """Put the crosshair at the reading nearest to this instant, or take it away; what it says."""
        seen = chart_sight.sight(self._lines.picture, at) if self._lines is not None and at is not None else None
        return self._point(seen)

    def hover(self, x: float, y: float) -> None:
        """Show what is under this pixel of the viewport: the marks in their strip, else the amounts in the plot."""
        if self._now.strip and abs(y - self._now.strip) <= chart_marks_paint.strip_height() / 2:
            self._point(chart_marks.nearest(self._now.clusters, x, theme.px(chart_marks_paint.APART_PX) / 2))
        else:
            inside = self._now.frame.box.adjusted(-1, 0, 1, 0).contains(QPointF(x, y))
            self.point_at(self._now.frame.time(x) if inside else None)

    def step(self, forward: bool, marks: bool = False) -> datetime | None:
        """Go to the next change (or the one before), or to the next marks, and bring them into view; where that is."""
        if self._lines is None:
            return None
        picture, (low, high) = self._lines.picture, self.span()
        at = low if forward else min(high, picture.now)
        if isinstance(self._pointed, Sight):
            at = self._pointed.at
        elif self._pointed is not None:
            at = self._pointed.marks[-1 if forward else 0].at
        if marks:
            there = chart_marks.beside(picture.marks, at, forward)
        else:
            there = chart_sight.neighbour(picture.strands, at, forward)
        if there is None:
            return None
        if not low <= there <= high:
            half = (high - low) / 2
            self.show_span(there - half, there + half)
        if marks:
            self._point(chart_marks.holding(self._now.clusters, there))
        else:
            self.point_at(there)
        return there

    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:
        """Qt's."""
        painter.fillRect(rect, theme.active().colour("surface"))
        if self._lines is not None:
            chart_view.draw_under(painter, self._now, self._lines)

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        """Qt's."""
        if self._lines is None:
            return
        chart_view.draw_over(painter, self._now, self._lines, self._pointed)
        if self.hasFocus() and not self.property(chart_saving.PLAIN):
            shapes.draw_focus(painter, self._now.frame.box.adjusted(-3, -3, 3, 3), theme.px(4))

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Qt's."""
        super().resizeEvent(event)
        if getattr(self, "_lines", None) is not None:  # pyqtgraph resizes while it is made
            self._set_home()
            self._renew()

    def changeEvent(self, event: QEvent) -> None:
        """Qt's: a new theme has other colours."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and getattr(self, "_lines", None) is not None:
            self._renew()

    def _point(self, at: Sight | Cluster | None) -> str:
        """Point at an instant or at marks, and say it to whoever cannot see it."""
        if at == self._pointed or self._lines is None:
            return self.accessibleDescription() if at is not None else ""
        self._pointed = at
        picture = self._lines.picture
        said = ""
        if isinstance(at, Sight):
            said = chart_sight.spoken(picture, at)
        elif at is not None:
            said = ". ".join(chart_marks.lines(at, picture.now))
        self.setAccessibleDescription(said or ". ".join(chart_sight.description(picture)))
        self.viewport().update()
        return said

    def _set_home(self) -> None:
        if self._lines is None:
            return
        picture, words_px = self._lines.picture, 0
        if picture.forecast is not None:
            words_px = shapes.width_of(picture.forecast.range_line, chart_frame.small_font()) + theme.px(26)
        self._home = whole_span(picture, words_px / max(1.0, self.width() - theme.px(60)))
        low, high = self._home
        self._view.setLimits(xMin=low - (high - low) * 0.02, xMax=high + (high - low) * 0.3, minXRange=LEAST_SPAN_S)
        if self._at_home:
            self.show_all()

    def _moved(self) -> None:
        """The user looks at a part: it stays, and the crosshair goes."""
        self._at_home = False
        self._pointed = None
        self.span_changed.emit(False)

    def _renew(self) -> None:
        """Cut the lines to what is in view, fit the scales to it, and draw."""
        if self._lines is None:
            return
        low, high = (float(each) for each in self._view.viewRange()[0])
        size = (self.width(), self.height())
        old, self._now = self._now, chart_view.arrange(self._lines, size, self.devicePixelRatioF(), (low, high))
        if old.margins != self._now.margins:
            self._layout.setContentsMargins(*self._now.margins)
            self._layout.layout.activate()
        few = sum(len(x) for pair in self._now.shown for x, _ in pair) <= SMOOTH_CORNERS
        self._draw_curves(smooth=few)
        if not few:
            self._still.start()
        self.viewport().update()

    def _draw_curves(self, smooth: bool) -> None:
        strands = self._lines.picture.strands if self._lines is not None else ()
        while len(self._curves) < len(strands):
            pair = pg.PlotCurveItem(connect="finite"), pg.PlotCurveItem(connect="finite")
            for curve in pair:
                self._view.addItem(curve, ignoreBounds=True)
            self._curves.append(pair)
        for index, pair in enumerate(self._curves):
            for unsure, curve in enumerate(pair):
                curve.setVisible(index < len(strands))
                if index < len(strands):
                    x, y = self._now.curve(index, bool(unsure))
                    curve.opts["antialias"] = smooth
                    curve.setData(x=x, y=y, pen=self._pen(strands[index].place, bool(unsure), len(x)))

    def _pen(self, place: int, unsure: bool, corners: int) -> QPen:
        pen = QPen(chart_frame.colour(place), 1.0)
        pen.setCosmetic(True)  # its width is in pixels of the device
        pen.setJoinStyle(Qt.PenJoinStyle.BevelJoin)
        if corners <= FINE_CORNERS:
            pen.setWidthF((1.6 if unsure else 2.0) * self.devicePixelRatioF())
        if unsure:
            pen.setDashPattern([4, 3])
        return pen


def _accounts(picture: Picture) -> set[str]:
    return {each.series.account for each in picture.strands}
