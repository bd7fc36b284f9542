"""The chart of what is left over time: pyqtgraph's view and curves, with the scales and words painted around them.

Importing this module costs about 0.4 s (pyqtgraph): only a page that is on screen does it. Points are taken in by small
stretches and cut down to the pixels before drawing, so that a million of them neither stalls the window nor slows it.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy

from creditdesk.ui import chart_data, chart_paint, chart_ticks, shapes, theme, words
from creditdesk.ui.chart_data import Line, Trace
from creditdesk.ui.chart_hands import ChartHands
from creditdesk.ui.chart_paint import Frame, Scales
from creditdesk.ui.chart_picture import LEAST_SPAN_S, Picture, Sight, description, neighbour, sight, whole_span

FINE_CORNERS = 700
"""A smooth line of double width is drawn up to so many corners; beyond it a thin one, which is many times faster."""
_EMPTY_TRACE = Trace(chart_data.EMPTY.x, chart_data.EMPTY.y, chart_data.EMPTY.sure)


class Chart(pg.GraphicsView):
    """Shows one picture, whole or in part, and the exact amount where the cursor points.

    Signals:
        drawn(): all points of the picture are taken in and on screen.
    """

    drawn = Signal()

    def __init__(self) -> None:
        super().__init__(background=None)
        self.setCacheMode(pg.GraphicsView.CacheModeFlag.CacheNone)
        self.setViewportUpdateMode(pg.GraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(theme.px(280), theme.px(150))
        self.setAccessibleName("Chart")
        self.viewport().setAccessibleName("Chart")
        self._picture: Picture | None = None
        self._gathering: Iterator[Line | None] | None = None
        self._traces = (_EMPTY_TRACE, _EMPTY_TRACE)
        self._home = (0.0, 1.0)
        self._at_home = True
        self._sight: Sight | None = None
        self._scales = Scales((), ())
        layout = pg.GraphicsLayout()
        self._layout = layout
        self.setCentralItem(layout)
        self._view = pg.ViewBox(enableMenu=False, defaultPadding=0.0)
        self._view.setMouseEnabled(x=True, y=False)
        self._view.disableAutoRange()
        layout.addItem(self._view)
        self._curves = (pg.PlotCurveItem(connect="finite"), pg.PlotCurveItem(connect="finite"))
        for curve in self._curves:
            self._view.addItem(curve, ignoreBounds=True)
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._gather)
        self._margins = (0, 0, 0, 0)
        self._set_margins(theme.px(40))
        self._view.sigXRangeChanged.connect(lambda *_: self._renew())
        self._view.sigRangeChangedManually.connect(lambda *_: self._moved())
        self._hands = ChartHands(self, self)

    def show_picture(self, picture: Picture) -> None:
        """Show this picture. A view that the user moved stays as it is while pools and range are the same."""
        old = self._picture
        same = old is not None and old.since == picture.since and _names(old) == _names(picture)
        self._at_home = self._at_home or not same
        self._picture = picture
        self._sight = None
        if old is not None and self._gathering is None and _same_points(old, picture):
            self._turn()
            return
        self._gathering = chart_data.gather(picture.series, picture.gap.total_seconds())
        if sum(len(each.points) for each in picture.series) <= chart_data.CHUNK:
            self._gather(to_the_end=True)
        else:
            self._timer.start()

    def show_all(self) -> None:
        """Go back from a part to everything."""
        self._at_home = True
        self._view.setXRange(*self._home, padding=0)

    def span(self) -> tuple[datetime, datetime]:
        """The first and the last instant on screen."""
        low, high = self._view.viewRange()[0]
        return datetime.fromtimestamp(low, UTC), datetime.fromtimestamp(high, UTC)

    def point_at(self, at: datetime | None) -> str:
        """Put the crosshair at the reading nearest to this instant, or take it away; what it says."""
        picture = self._picture
        self._sight = sight(picture.series, at, picture.gap) if picture is not None and at is not None else None
        self.viewport().update()
        if picture is None or self._sight is None:
            return ""
        return ", ".join(chart_paint.sight_words(picture, self._sight))

    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:
        """Qt's."""
        painter.fillRect(rect, theme.active().colour("surface"))
        if self._picture is not None:
            chart_paint.draw_back(painter, self._frame(), self._scales, self._picture)

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        """Qt's."""
        if self._picture is None:
            return
        frame = self._frame()
        point = chart_paint.only_point(self._picture)
        if point is not None and point.left is not None:
            chart_paint.draw_dot(painter, frame, point.first_seen, point.left)
        chart_paint.draw_front(painter, frame, self._picture)
        if self._sight is not None:
            chart_paint.draw_sight(painter, frame, self._picture, self._sight)
        if self.hasFocus():
            shapes.draw_focus(painter, frame.box.adjusted(-3, -3, 3, 3), theme.px(4))

    def time_at(self, x: float, y: float) -> datetime | None:
        """The instant under a pixel of the viewport, UTC; None outside the plot."""
        frame = self._frame()
        return frame.time(x) if frame.box.adjusted(-1, 0, 1, 0).contains(QPointF(x, y)) else None

    def show_span(self, low: datetime, high: datetime) -> None:
        """Show this part only; at least ten minutes, and never far beyond everything."""
        if (high - low).total_seconds() >= LEAST_SPAN_S:
            self._moved()
            self._view.setXRange(low.timestamp(), high.timestamp(), padding=0)

    def step(self, forward: bool) -> None:
        """Put the crosshair at the next change (or the one before), and bring it into view."""
        picture = self._picture
        if picture is None:
            return
        low, high = self.span()
        at = self._sight.at if self._sight is not None else (low if forward else min(high, picture.now))
        there = neighbour(picture.series, at, forward)
        if there is not None:
            if not low <= there <= high:
                half = (high - low) / 2
                self.show_span(there - half, there + half)
            self.setAccessibleDescription(self.point_at(there))

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Qt's."""
        super().resizeEvent(event)
        if getattr(self, "_picture", None) is not None:  # pyqtgraph resizes while it is made
            self._set_home()
            self._renew()

    def changeEvent(self, event: QEvent) -> None:
        """Qt's: a new theme has other colours."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and getattr(self, "_picture", None) is not None:
            self._renew()

    def _gather(self, to_the_end: bool = False) -> None:
        while self._gathering is not None:
            found = next(self._gathering)
            if found is not None:
                self._gathering = None
                self._timer.stop()
                self._traces = found.sides()
                self._turn()
            elif not to_the_end:
                return

    def _turn(self) -> None:
        self._set_home()
        self._renew()
        if self._picture is not None:
            self.setAccessibleDescription(". ".join(description(self._picture)))
        self.drawn.emit()

    def _set_home(self) -> None:
        picture = self._picture
        if picture is None:
            return
        words_px = 0
        if picture.forecast is not None:
            words_px = shapes.width_of(picture.forecast.range_line, chart_paint.small_font()) + theme.px(26)
        self._home = whole_span(picture, words_px / max(1.0, self._frame().box.width()))
        low, high = self._home
        self._view.setLimits(xMin=low - (high - low) * 0.02, xMax=high + (high - low) * 0.3, minXRange=LEAST_SPAN_S)
        if self._at_home:
            self.show_all()

    def _moved(self) -> None:
        self._at_home = False
        self._sight = None

    def _renew(self) -> None:
        """Cut the traces to what is in view, fit the amounts' scale, and draw."""
        picture = self._picture
        if picture is None:
            return
        low, high = (float(each) for each in self._view.viewRange()[0])
        columns = max(1, int(self._frame().box.width() * self.devicePixelRatioF()))
        shown = [chart_data.reduce(trace, low, high, columns) for trace in self._traces]
        for curve, (x, y), pen in zip(self._curves, shown, self._pens(shown), strict=True):
            curve.opts["antialias"] = True
            curve.setData(x=x, y=y, pen=pen)
        bottom, top = chart_data.extent(shown) or (0.0, 0.0)
        forecast, point = picture.forecast, chart_paint.only_point(picture)
        if forecast is not None and low <= forecast.start.timestamp() <= high:
            top = max(top, float(forecast.left))
        if point is not None and point.left is not None:
            bottom, top = min(bottom, float(point.left)), max(top, float(point.left))
        self._scale(min(0.0, bottom), max(top, 0.0) or 1.0, (low, high))

    def _scale(self, bottom: float, top: float, times: tuple[float, float]) -> None:
        box = self._frame().box
        most = max(2, min(6, int(box.height() / theme.px(38))))
        amounts = chart_ticks.amount_ticks(bottom, top, most)
        start, end = (datetime.fromtimestamp(each, UTC) for each in times)
        self._scales = Scales(
            tuple(amounts), tuple(chart_ticks.time_ticks(start, end, max(2, int(box.width() / theme.px(95)))))
        )
        metrics = QFontMetrics(chart_paint.small_font())
        picture = self._picture
        labels = [words.number(each, picture.unit) for each in amounts] if picture and not picture.hide else []
        self._set_margins(max((metrics.horizontalAdvance(each) for each in labels), default=0) + theme.px(14))
        self._view.setYRange(float(amounts[0]), float(amounts[-1]), padding=0)
        self.viewport().update()

    def _pens(self, shown: list[tuple[chart_data.Floats, chart_data.Floats]]) -> list[QPen]:
        pens = []
        ratio = self.devicePixelRatioF()
        for (x, _), dashed in zip(shown, (False, True), strict=True):
            colour = theme.active().colour("accent")
            colour.setAlphaF(0.75 if dashed else 1.0)
            pen = QPen(colour, 1.0)
            pen.setCosmetic(True)  # its width is in pixels of the device
            pen.setJoinStyle(Qt.PenJoinStyle.BevelJoin)
            if len(x) <= FINE_CORNERS:
                pen.setWidthF((1.6 if dashed else 2.0) * ratio)
                if dashed:
                    pen.setDashPattern([4, 3])
            pens.append(pen)
        return pens

    def _set_margins(self, left: int) -> None:
        high = QFontMetrics(chart_paint.small_font()).height()
        margins = (left, high + theme.px(10), theme.px(8), high + theme.px(12))
        if margins != self._margins:
            self._margins = margins
            self._layout.setContentsMargins(*margins)
            self._layout.layout.activate()

    def _frame(self) -> Frame:
        left, top, right, bottom = self._margins
        box = QRectF(
            QPointF(left, top), QPointF(max(left + 1, self.width() - right), max(top + 1, self.height() - bottom))
        )
        (start, end), (low, high) = self._view.viewRange()
        return Frame(box, float(start), float(end), float(low), float(high))


def _names(picture: Picture) -> tuple[tuple[str, str], ...]:
    return tuple((each.account, each.pool) for each in picture.series)


def _same_points(old: Picture, new: Picture) -> bool:
    """Whether the very same series are shown, so that their lines need not be made again."""
    same = len(old.series) == len(new.series) and old.gap == new.gap
    return same and all(one is other for one, other in zip(old.series, new.series, strict=True))
