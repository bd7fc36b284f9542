"""Mouse and keyboard of a chart: what a key or a move of the pointer asks of it."""

from datetime import datetime, timedelta
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QGraphicsView

from creditdesk.ui.chart_frame import Frame

_NOTCH = 120  # of a wheel, in Qt's units
_ZOOM = 1.33  # how many times as much a notch shows
_MOST_NOTCHES = 100  # of one event: a wheel that spins freely sends many at once
_MOST_SPAN = timedelta(days=36_500)  # far beyond any picture, and years have an end


class Moves(Protocol):
    """What a chart can be asked for."""

    @property
    def frame(self) -> Frame:
        """Where things stand in the viewport now."""
        ...

    def span(self) -> tuple[datetime, datetime]:
        """The first and the last instant on screen."""
        ...

    def show_span(self, low: datetime, high: datetime) -> None:
        """Show this part only."""
        ...

    def show_all(self) -> None:
        """Show everything."""
        ...

    def step(self, forward: bool, marks: bool = False) -> datetime | None:
        """Put the crosshair at the next change, or point at the next mark; where that is."""
        ...

    def point_at(self, at: datetime | None) -> str:
        """Put the crosshair there, or take it away."""
        ...

    def hover(self, x: float, y: float) -> None:
        """Show what is under this pixel of the viewport."""
        ...


class ChartHands(QObject):
    """The wheel zooms around the pointer and pans sideways; dragging pans.

    pyqtgraph's own wheel and drag go by what was painted last, which is not what is shown once two events come between
    two paints. Arrows pan, + and - zoom, Home or a double click shows everything again.
    Shift with the arrows steps from change to change, Ctrl with them from mark to mark, Esc takes the crosshair away.
    Whoever pans or zooms by keyboard has the crosshair in the middle, or where it was stepped to.
    """

    def __init__(self, view: QGraphicsView, chart: Moves) -> None:
        super().__init__(view)
        self._view, self._chart = view, chart
        self._viewport = view.viewport()
        self._at: datetime | None = None  # where the keyboard's crosshair was stepped to
        self._held: tuple[float, datetime, datetime] | None = None  # the pixel that is dragged, and the span it was of
        view.installEventFilter(self)
        self._viewport.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt calls this for everything that happens to the chart."""
        kind = event.type()
        if kind == QEvent.Type.KeyPress and watched is self._view and isinstance(event, QKeyEvent):
            return self._pressed(event)
        if watched is self._viewport and isinstance(event, QWheelEvent):
            return self._turned(event)
        if watched is self._viewport and isinstance(event, QMouseEvent):
            return self._moused(kind, event)
        if kind == QEvent.Type.Leave and watched is self._viewport:
            self._chart.point_at(None)
        elif kind in (QEvent.Type.FocusIn, QEvent.Type.FocusOut) and watched is self._view:
            self._viewport.update()
        return False

    def _moused(self, kind: QEvent.Type, event: QMouseEvent) -> bool:
        at = event.position()
        if kind == QEvent.Type.MouseButtonDblClick:
            self._held = None
            self._chart.show_all()
        elif kind == QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
            self._held = at.x(), *self._chart.span()
            self._chart.point_at(None)
            self._viewport.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif kind == QEvent.Type.MouseButtonRelease:
            self._held = None
            self._viewport.unsetCursor()
        elif kind == QEvent.Type.MouseMove and self._held is not None:
            begun, low, high = self._held
            move = (high - low) * ((begun - at.x()) / self._chart.frame.box.width())
            self._chart.show_span(low + move, high + move)
        elif kind == QEvent.Type.MouseMove and not event.buttons():
            self._chart.hover(at.x(), at.y())
        return True

    def _turned(self, event: QWheelEvent) -> bool:
        low, high = self._chart.span()
        turned, most = event.angleDelta(), _MOST_NOTCHES * _NOTCH
        sideways, turn = (max(-most, min(each, most)) for each in (turned.x(), turned.y()))
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            sideways, turn = sideways or turn, 0
        if abs(sideways) > abs(turn):
            move = max(-_MOST_SPAN, min((low - high) * (sideways / _NOTCH / 10), _MOST_SPAN))
            self._chart.show_span(low + move, high + move)
        elif turn:
            at = self._chart.frame.time(event.position().x())
            factor = min(_ZOOM ** (-turn / _NOTCH), _MOST_SPAN / (high - low))
            self._chart.show_span(at - (at - low) * factor, at + (high - at) * factor)
            self._chart.hover(event.position().x(), event.position().y())
        return True

    def _pressed(self, event: QKeyEvent) -> bool:
        key, held = event.key(), event.modifiers()
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            forward = key == Qt.Key.Key_Right
            marks = bool(held & Qt.KeyboardModifier.ControlModifier)
            if marks or held & Qt.KeyboardModifier.ShiftModifier:
                self._at = self._chart.step(forward, marks) or self._at
            else:
                self._pan(forward)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self._zoom(0.6)
        elif key in (Qt.Key.Key_Minus, Qt.Key.Key_Underscore):
            self._zoom(1 / 0.6)
        elif key == Qt.Key.Key_Home:
            self._at = None
            self._chart.show_all()
        elif key == Qt.Key.Key_Escape:
            self._at = None
            self._chart.point_at(None)
            return False
        else:
            return False
        return True

    def _pan(self, forward: bool) -> None:
        low, high = self._chart.span()
        move = (high - low) / 10 if forward else (low - high) / 10
        self._at = None
        self._chart.show_span(low + move, high + move)
        low, high = self._chart.span()
        self._chart.point_at(low + (high - low) / 2)

    def _zoom(self, factor: float) -> None:
        low, high = self._chart.span()
        at = self._at if self._at is not None and low <= self._at <= high else low + (high - low) / 2
        self._chart.show_span(at - (at - low) * factor, at + (high - at) * factor)
        self._chart.point_at(at)
