"""A box to paste a list into, and a place that shows one of several widgets."""

from collections.abc import Sequence

from PySide6.QtCore import QMimeData, Signal
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from creditdesk.ui import theme

MOST_LINES = 5_000
"""More lines than this are cleaned by the engine, not here: cleaning 5,000 takes about 10 ms."""


class PasteArea(QPlainTextEdit):
    """A box for one item a line. Text that is too long for it goes its own way and never slows typing down.

    Signals:
        long_text(str): more than MOST_LINES lines came in.
    """

    long_text = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setMinimumHeight(theme.px(84))

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Qt's: files are the page's matter."""
        return source.hasText() and not source.hasUrls()

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Qt's: look at the length before the text is put in."""
        text = source.text()
        if text.count("\n") + self.blockCount() > MOST_LINES:
            before = self.toPlainText()
            self.long_text.emit(f"{before}\n{text}" if before.strip() else text)
        else:
            super().insertFromMimeData(source)


class OneOf(QWidget):
    """Shows one of several widgets, as high as that one needs."""

    def __init__(self, pages: Sequence[QWidget]) -> None:
        super().__init__()
        self._pages = tuple(pages)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for each in self._pages:
            column.addWidget(each)
        self.show_page(0)

    @property
    def page(self) -> int:
        """The number of the one that is shown."""
        return next(place for place, each in enumerate(self._pages) if not each.isHidden())

    def show_page(self, page: int) -> None:
        """Show this one."""
        for place, each in enumerate(self._pages):
            each.setVisible(place == page)
