"""The box for a vendor's curl example."""

from PySide6.QtCore import QMimeData, Signal
from PySide6.QtWidgets import QPlainTextEdit

from creditdesk.ui import theme
from creditdesk.ui.maker_text import fixed_font

EXAMPLE = "curl https://api.vendor.example/v1/balance -H 'Authorization: Bearer YOUR_API_KEY'"


class ExampleBox(QPlainTextEdit):
    """The box a curl example is pasted into. What is pasted is handed on at once, and comes back without its key.

    Signals:
        pasted(str): this was pasted.
    """

    pasted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setTabChangesFocus(True)
        self.setPlaceholderText(EXAMPLE)
        self.setFont(fixed_font())
        self.setFixedHeight(theme.px(92))
        self.setAcceptDrops(False)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Qt's."""
        return source.hasText()

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Qt's: the text goes its own way."""
        self.pasted.emit(source.text())
