"""The table of accounts with its headings: folded with the arrows, reordered with the mouse."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QStyledItemDelegate, QStyleOptionViewItem

from creditdesk.ui import icons, theme
from creditdesk.ui.account_groups import Group
from creditdesk.ui.text_table import MARK_PX, Column, TextTable


class AccountTable(TextTable):
    """Accounts, and headings over those of one client.

    Signals:
        folded(str, bool): a client's accounts are to be folded away, or shown again.
        dropped(object, int): a line was dragged before the line at this place.
    """

    folded = Signal(str, bool)
    dropped = Signal(object, int)

    def __init__(self, columns: Sequence[Column]) -> None:
        super().__init__("Accounts", columns)
        self._pressed: QPoint | None = None
        self._carried: Any = None
        self._place = -1
        self.setItemDelegate(_Heading(self))
        self.row_opened.connect(self._opened)

    def show_rows(self, rows: Sequence[Any]) -> None:
        """Show these lines; a heading takes the whole width."""
        super().show_rows(rows)
        self.clearSpans()
        width = self.model().columnCount()
        for place, row in enumerate(rows):
            if isinstance(row, Group) and width > 1:
                self.setSpan(place, 0, 1, width)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt's: on a heading the arrows and Space fold it and show it."""
        row, key = self.chosen(), event.key()
        if isinstance(row, Group) and key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Space):
            wanted = not row.shown if key == Qt.Key.Key_Space else key == Qt.Key.Key_Right
            if wanted != row.shown:
                self.folded.emit(row.client, not wanted)
        elif key == Qt.Key.Key_Escape and self._carried is not None:
            self._put_down()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Qt's."""
        super().mousePressEvent(event)
        pressed = event.button() == Qt.MouseButton.LeftButton and self.indexAt(event.position().toPoint()).isValid()
        self._pressed = event.position().toPoint() if pressed else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Qt's: a line that is pulled goes where the mark is drawn."""
        at = event.position().toPoint()
        if self._pressed is None:
            super().mouseMoveEvent(event)
            return
        if self._carried is None and (at - self._pressed).manhattanLength() < QApplication.startDragDistance():
            return
        if self._carried is None:
            self._carried = self.chosen()
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        self._place = self._place_at(at)
        self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Qt's."""
        carried, place = self._carried, self._place
        self._put_down()
        if carried is not None:
            self.dropped.emit(carried, place)
        else:
            super().mouseReleaseEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt's: and the mark where the line would go."""
        super().paintEvent(event)
        if self._carried is None:
            return
        last = self._place >= self.model().rowCount()
        y = self.rowViewportPosition(max(0, self._place - 1 if last else self._place))
        y += self.rowHeight(0) if last else 0
        painter = QPainter(self.viewport())
        painter.setPen(QPen(theme.active().colour("accent"), theme.px(2)))
        painter.drawLine(0, y, self.viewport().width(), y)
        painter.end()

    def _place_at(self, at: QPoint) -> int:
        row = self.rowAt(at.y())
        if row < 0:
            return self.model().rowCount() if at.y() > 0 else 0
        lower = at.y() > self.rowViewportPosition(row) + self.rowHeight(row) // 2
        return row + (1 if lower else 0)

    def _put_down(self) -> None:
        self._pressed, self._carried, self._place = None, None, -1
        self.viewport().unsetCursor()
        self.viewport().update()

    def _opened(self, row: object) -> None:
        if isinstance(row, Group):
            self.folded.emit(row.client, row.shown)


class _Heading(QStyledItemDelegate):
    """Draws headings bold, with an arrow that says whether they are folded."""

    def __init__(self, table: AccountTable) -> None:
        super().__init__(table)
        self._table = table

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        """Qt's."""
        super().initStyleOption(option, index)
        row = self._table.rows()[index.row()]
        if isinstance(row, Group) and index.column() == 0:
            option.font.setWeight(QFont.Weight.DemiBold)
            option.features |= QStyleOptionViewItem.ViewItemFeature.HasDecoration
            option.icon = icons.icon("chevron-down" if row.shown else "chevron-right", theme.active().muted)
            option.decorationSize = QRect(0, 0, theme.px(MARK_PX), theme.px(MARK_PX)).size()
