"""The shapes of levels as icons of a table's rows, drawn anew when the theme changes."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from creditdesk.core.pools import Level
from creditdesk.ui import shapes, theme
from creditdesk.ui.text_table import MARK_PX


class StateIcons:
    """The icons for one widget, on whose screen they are drawn."""

    def __init__(self, widget: QWidget) -> None:
        self._widget = widget
        self._theme = ""
        self._made: dict[Level, QIcon] = {}

    def icon(self, level: Level) -> QIcon:
        """The shape of this level."""
        if theme.active().name != self._theme:
            self._theme = theme.active().name
            self._made.clear()
        if level not in self._made:
            self._made[level] = drawn(level, theme.px(MARK_PX), self._widget.devicePixelRatioF())
        return self._made[level]


def drawn(level: Level, size: int, ratio: float) -> QIcon:
    """The shape of a level, `size` logical pixels wide."""
    made = QPixmap(round(size * ratio), round(size * ratio))
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    shapes.draw_state(painter, QRectF(0.5, 0.5, size - 1, size - 1), level)
    painter.end()
    icon = QIcon(made)
    icon.addPixmap(made, QIcon.Mode.Selected)  # else Qt tints it in a chosen row
    return icon
