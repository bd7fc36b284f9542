"""What a page says when it has nothing to show: why, and what to do next."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from creditdesk.ui import icons, theme
from creditdesk.ui.buttons import Button
from creditdesk.ui.flow import FlowLayout

LOGO_PX = 68


class EmptyState(QWidget):
    """A picture, a title, two lines and the buttons that go on from here, in the middle of the page."""

    def __init__(self, title: str, text: str, *buttons: Button, icon: str = "ring") -> None:
        super().__init__()
        self._icon = icon
        self._picture = QLabel()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._picture.setAccessibleName("")
        self.title = _line(title, "title")
        self.text = _line(text, "muted")
        self.setAccessibleName(title)
        self.buttons = buttons
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(24), theme.px(12), theme.px(24), theme.px(24))
        column.setSpacing(theme.px(12))
        column.addStretch(2)
        column.addWidget(self._picture)
        column.addWidget(self.title)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(self.text, 1000)
        middle.addStretch(1)
        column.addLayout(middle)
        if buttons:
            row = QWidget()
            flow = FlowLayout(row, spacing=theme.px(10), centred=True)
            for each in buttons:
                flow.addWidget(each)
            column.addSpacing(theme.px(6))
            column.addWidget(row)
        column.addStretch(2)
        self._draw()

    def show_words(self, title: str, text: str) -> None:
        """Say something else."""
        self.title.setText(title)
        self.text.setText(text)
        self.setAccessibleName(title)

    def changeEvent(self, event: QEvent) -> None:
        """Qt's: a new theme has other colours."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw()

    def _draw(self) -> None:
        token = "accent" if self._icon == "ring" else "muted"
        size = theme.px(LOGO_PX if self._icon == "ring" else 32)
        self._picture.setPixmap(icons.pixmap(self._icon, theme.active().hex(token), size, self.devicePixelRatioF()))


def _line(text: str, role: str) -> QLabel:
    made = QLabel(text)
    made.setProperty("role", role)
    made.setAlignment(Qt.AlignmentFlag.AlignCenter)
    made.setWordWrap(True)
    if role == "muted":
        made.setMinimumWidth(1)
        made.setMaximumWidth(theme.px(540))
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    return made
