"""A frame that scrolls up and down, never sideways, and keeps what is in it as wide whether or not it scrolls."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from creditdesk.ui import theme


class PageScroll(QScrollArea):
    """A scrolling page. `gutter` (pixels of the picture) on the right is the content's margin; the bar stands in it."""

    def __init__(self, content: QWidget, name: str, gutter: int = 0) -> None:
        super().__init__()
        self._gutter = theme.px(gutter)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(name)
        content.setProperty("role", "page")
        self.setWidget(content)
        self._keep_gutter()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt's: the bar came or went, or the window changed."""
        self._keep_gutter()
        super().resizeEvent(event)

    def _keep_gutter(self) -> None:
        if not self._gutter:
            return
        bar = self.verticalScrollBar()
        taken = bar.sizeHint().width() if bar.isVisible() else 0
        margins = self.viewportMargins()
        right = max(0, self._gutter - taken)
        if margins.right() != right:
            self.setViewportMargins(0, 0, right, 0)


def scrolled(content: QWidget, name: str, gutter: int = 0) -> PageScroll:
    """The content in a frame that scrolls up and down, never sideways."""
    return PageScroll(content, name, gutter)
