"""Mouse and keyboard of a chart: what a key or a move of the pointer asks of it."""

from datetime import datetime
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QGraphicsView


class Moves(Protocol):
    """What a chart can be asked for."""

    def span(self) -> tuple[datetime, datetime]:
        """The first and the last instant on screen."""
        ...

    def show_span(self, low: datetime, high: datetime) -> None:
        """Show this part only."""
        ...

    def show_all(self) -> None:
        """Show everything."""
        ...

    def step(self, forward: bool) -> None:
        """Put the crosshair at the next change."""
        ...

    def point_at(self, at: datetime | None) -> str:
        """Put the crosshair there, or take it away."""
        ...

    def time_at(self, x: float, y: float) -> datetime | None:
        """The instant under a pixel of the viewport, None outside the plot."""
        ...


class ChartHands(QObject):
    """Wheel and drag are pyqtgraph's own. Arrows pan, + and - zoom, Home or a double click shows everything again,
    Shift with the arrows steps from change to change, Esc takes the crosshair away."""

    def __init__(self, view: QGraphicsView, chart: Moves) -> None:
        super().__init__(view)
        self._view, self._chart = view, chart
        self._viewport = view.viewport()
        view.installEventFilter(self)
        self._viewport.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt calls this for everything that happens to the chart."""
        kind = event.type()
        if kind == QEvent.Type.KeyPress and watched is self._view and isinstance(event, QKeyEvent):
            return self._pressed(event)
        if watched is self._viewport and isinstance(event, QMouseEvent):
            if kind == QEvent.Type.MouseButtonDblClick:
                self._chart.show_all()
                return True
            if kind == QEvent.Type.MouseMove:
                at = event.position()
                self._chart.point_at(None if event.buttons() else self._chart.time_at(at.x(), at.y()))
        elif kind == QEvent.Type.Leave and watched is self._viewport:
            self._chart.point_at(None)
        elif kind in (QEvent.Type.FocusIn, QEvent.Type.FocusOut) and watched is self._view:
            self._viewport.update()
        return False

    def _pressed(self, event: QKeyEvent) -> bool:
        key = event.key()
        low, high = self._chart.span()
        tenth = (high - low) / 10
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            forward = key == Qt.Key.Key_Right
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self._chart.step(forward)
            else:
                move = tenth if forward else -tenth
                self._chart.show_span(low + move, high + move)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self._chart.show_span(low + 2 * tenth, high - 2 * tenth)
        elif key in (Qt.Key.Key_Minus, Qt.Key.Key_Underscore):
            self._chart.show_span(low - 10 * tenth / 3, high + 10 * tenth / 3)
        elif key == Qt.Key.Key_Home:
            self._chart.show_all()
        elif key == Qt.Key.Key_Escape:
            self._chart.point_at(None)
            return False
        else:
            return False
        return True
