"""A vendor's badge: its two letters in a soft square."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from creditdesk.ui import shapes, theme, words


class Badge(QWidget):
    """A vendor's two letters in a soft square."""

    def __init__(self, name: str = "", size_px: int = 36) -> None:
        super().__init__()
        self._name = name
        self._size = size_px
        self.setFixedSize(theme.px(size_px), theme.px(size_px))
        self.setAccessibleName(name)

    def show_name(self, name: str) -> None:
        """Show this vendor's letters."""
        self._name = name
        self.setAccessibleName(name)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt's."""
        painter = QPainter(self)
        draw_badge(painter, QRectF(self.rect()), self._name)
        painter.end()


def draw_badge(painter: QPainter, box: QRectF, name: str, ground: str = "accent_soft") -> None:
    """The badge itself, for widgets that paint several things; `ground` is a colour token."""
    worn = theme.active()
    shapes.fill_round(painter, box, theme.px(7), worn.colour(ground))
    painter.setFont(theme.font(theme.SMALL, QFont.Weight.Bold))
    painter.setPen(worn.colour("accent"))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words.initials(name))
