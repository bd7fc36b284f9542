"""A choice among texts: its open list is as wide as they are, and a text too long for the closed field ends in dots."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QComboBox, QStyle, QStyledItemDelegate, QStyleOptionComboBox, QStylePainter, QWidget

from creditdesk.ui import theme

_BAR_PX = 12
_PAD_PX = 4


class DropDown(QComboBox):
    """Qt's combo box; by itself that one cuts long texts in its list, and ignores the padding of the stylesheet."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setItemDelegate(QStyledItemDelegate(self))

    def showPopup(self) -> None:
        """Qt's: the list opens."""
        scrolls = self.count() > self.maxVisibleItems()
        self.view().setMinimumWidth(self.view().sizeHintForColumn(0) + theme.px(_BAR_PX if scrolls else 2))
        super().showPopup()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt's, but a text that is too long is not cut in the middle of a letter."""
        painter, option = QStylePainter(self), QStyleOptionComboBox()
        self.initStyleOption(option)
        field = QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, field, self).width()
        text = self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, room - theme.px(_PAD_PX))
        option.currentText = text
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        painter.end()
