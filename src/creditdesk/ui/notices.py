"""News for the whole desk, above every page: up to three strips, each until it is closed."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QVBoxLayout, QWidget

from creditdesk.core.pools import Level
from creditdesk.ui import theme
from creditdesk.ui.banner import Banner
from creditdesk.ui.parts import Button, button

MOST = 3


class Notices(QWidget):
    """The strips. They stand apart from the edge, and leave no gap when the last one is closed."""

    def __init__(self) -> None:
        super().__init__()
        self._strips: list[Banner] = []  # the one that spoke last is the last
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)

    def show_notice(self, text: str, level: Level, buttons: Sequence[Button]) -> Banner:
        """Say it until it is closed; a fourth takes the place of the oldest. The first sentence is bold."""
        lead, stop, rest = text.partition(". ")
        strip = self._strip_for(text)
        close = button("", "quiet", "close", name="Close")
        close.clicked.connect(strip.clear_news)
        strip.show_news(lead + ("." if stop else ""), rest, level, *buttons, close)
        return strip

    def texts(self) -> list[str]:
        """What stands there now, the oldest first."""
        return [strip.accessibleName() for strip in self._strips if not strip.isHidden()]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt's: a strip was shown or closed."""
        if event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent) and watched in self._strips:
            edges = (theme.px(24), theme.px(14), theme.px(24), 0) if self.texts() else (0, 0, 0, 0)
            self._column.setContentsMargins(*edges)
        return super().eventFilter(watched, event)

    def _strip_for(self, text: str) -> Banner:
        """The strip that says this already, else a free one, a new one, or the oldest."""
        same = next((each for each in self._strips if not each.isHidden() and each.accessibleName() == text), None)
        strip = same or next((each for each in self._strips if each.isHidden()), None)
        if strip is None and len(self._strips) < MOST:
            strip = Banner()
            strip.installEventFilter(self)
            self._column.addWidget(strip)
        elif strip is None:
            strip = self._strips[0]
        self._strips = [*(each for each in self._strips if each is not strip), strip]
        return strip
