"""A choice among a few texts whose open list is as wide as its texts, whatever the width of the closed field."""

from PySide6.QtWidgets import QComboBox, QStyledItemDelegate, QWidget

from creditdesk.ui import theme

_BAR_PX = 12


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
