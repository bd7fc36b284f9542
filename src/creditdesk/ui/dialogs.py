"""Dialogs: the sheet they all are (title, scrolling body, buttons, the window behind them dimmed), and a question."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QColor, QHideEvent, QPainter, QPainterPath, QPaintEvent, QPixmap, QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from creditdesk.ui import parts, theme
from creditdesk.ui.buttons import Button

WIDTH_PX = 620
PAD_PX = 22
SCRIM = 0.42  # how much the window behind is dimmed
OF_SCREEN = 0.94  # how much of the screen's height a sheet takes at the most
SLACK_PX = 12  # more than what is measured: a line may wrap when the scroll bar comes


class Scrim(QWidget):
    """Dims the window behind a sheet, and keeps covering it while it is resized."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Dimmed")
        self.setGeometry(window.rect())
        window.installEventFilter(self)
        self.show()
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt calls this for everything that happens to the window."""
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.setGeometry(watched.rect())
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt's."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), _scrim_colour())
        painter.end()


class Sheet(QDialog):
    """A dialog over a dimmed window: `head`, a `body` that scrolls when it must, and a row of buttons.

    It is modal to its window; open it with `open()`. Esc closes it, Return presses its `primary` button. Closing it
    ends it: it deletes itself.
    """

    def __init__(self, title: str, parent: QWidget | None = None, width_px: int = WIDTH_PX) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self._width = width_px
        self._scrim: Scrim | None = None
        self._refit = QTimer(self, singleShot=True, interval=0)
        self._refit.timeout.connect(self.fit)
        pad = theme.px(PAD_PX)
        self.head = QVBoxLayout()
        self.head.setContentsMargins(pad, pad, pad, 0)
        self.content = QWidget()
        self.body = QVBoxLayout(self.content)
        self.body.setContentsMargins(pad, theme.px(2), 0, theme.px(2))
        self.body.setSpacing(theme.px(theme.GAP_PX))
        self.content.installEventFilter(self)
        self.area = parts.scrolled(self.content, title, PAD_PX)
        self.foot = QHBoxLayout()
        self.foot.setContentsMargins(pad, theme.px(6), pad, pad)
        self.foot.setSpacing(theme.px(10))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(theme.px(12))
        whole.addLayout(self.head)
        whole.addWidget(self.area, 1)
        whole.addLayout(self.foot)

    def add_buttons(self, others: Sequence[Button], primary: Button) -> None:
        """Put these at the bottom right; Return presses the last."""
        self.foot.addStretch(1)
        for each in (*others, primary):
            each.setAutoDefault(each is primary)
            self.foot.addWidget(each)
        primary.setDefault(True)

    def fit(self) -> None:
        """Be as high as the content asks for, but no higher than the screen. Done by itself at every change."""
        width = theme.px(self._width)
        if layout := self.layout():
            layout.activate()
        margins = self.height() - self.area.height()
        content = self.content.heightForWidth(width - theme.px(PAD_PX)) if self.content.hasHeightForWidth() else 0
        least = self.content.minimumSizeHint().height()
        wanted = margins + max(content or self.content.sizeHint().height(), least) + theme.px(SLACK_PX)
        screen = self.screen().availableSize()
        self.setMinimumWidth(min(theme.px(360), screen.width()))
        self.resize(min(width, screen.width()), min(wanted, int(screen.height() * OF_SCREEN)))
        if self.isVisible():
            self._keep_on_screen()

    def _keep_on_screen(self) -> None:
        """What grew while it is open goes up when its buttons would be below the screen."""
        over = self.frameGeometry().bottom() - self.screen().availableGeometry().bottom()
        if over > 0:
            self.move(self.x(), max(self.screen().availableGeometry().top(), self.y() - over))

    def setVisible(self, visible: bool) -> None:
        """Qt's: it has its size and its place, over the middle of its window, before it is seen."""
        if visible and not self.isVisible():
            self.fit()
            self._place()
        super().setVisible(visible)

    def _place(self) -> None:
        parent = self.parentWidget()
        if parent is None:
            return
        window, room = parent.window().geometry(), self.screen().availableGeometry()
        x = window.x() + (window.width() - self.width()) // 2
        y = window.y() + (window.height() - self.height()) // 2
        x = max(room.left(), min(x, room.right() - self.width()))
        self.move(x, max(room.top(), min(y, room.bottom() - self.height())))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt's: something in the sheet wants another height."""
        if event.type() == QEvent.Type.LayoutRequest and self.isVisible():
            self._refit.start()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt's: a sheet has the colour of a card."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.active().colour("surface"))
        painter.end()

    def showEvent(self, event: QShowEvent) -> None:
        """Qt's."""
        super().showEvent(event)
        self.fit()
        parent = self.parentWidget()
        if self._scrim is None and parent is not None:
            self._scrim = Scrim(parent.window())

    def hideEvent(self, event: QHideEvent) -> None:
        """Qt's."""
        self._undim()
        super().hideEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Qt's."""
        self._undim()
        super().closeEvent(event)

    def done(self, result: int) -> None:
        """Qt's: the end, by button, Return or Esc."""
        self._undim()
        super().done(result)

    def _undim(self) -> None:
        if self._scrim is not None:
            self._scrim.hide()
            self._scrim.deleteLater()
            self._scrim = None


class Question(Sheet):
    """Asks before something that cannot be undone. `accepted` is yes; Esc and Cancel are no."""

    def __init__(self, title: str, text: str, yes: str, parent: QWidget | None = None, kind: str = "danger") -> None:
        super().__init__(title, parent, width_px=420)
        self.head.addWidget(parts.text(title, "lead", wrap=True))
        self.body.addWidget(parts.text(text, wrap=True))
        cancel = parts.button("Cancel")
        cancel.clicked.connect(self.reject)
        self.yes = parts.button(yes, kind)
        self.yes.clicked.connect(self.accept)
        self.add_buttons([cancel], self.yes)
        cancel.setAutoDefault(True)
        cancel.setDefault(True)
        self.yes.setDefault(False)
        cancel.setFocus()
        self.fit()


def removal(name: str, custody_words: str, parent: QWidget | None = None) -> Question:
    """The question before an account is removed for good. `custody_words` says what becomes of its key."""
    text = f"Its history stays on this computer until you delete it. {custody_words}".strip()
    return Question(f"Remove {name}?", text, "Remove", parent)


def picture(sheet: QDialog, window: QWidget) -> QPixmap:
    """The window with the sheet over it, as on a screen of the window's size: for the program's own pictures."""
    room = int(window.height() * OF_SCREEN)
    if sheet.height() > room:
        sheet.resize(sheet.width(), room)
        QCoreApplication.sendPostedEvents()  # the scroll bar comes
    whole = window.grab()
    above = sheet.grab()
    painter = QPainter(whole)
    if not any(scrim.isVisible() for scrim in window.findChildren(Scrim)):
        painter.fillRect(window.rect(), _scrim_colour())
    x = (window.width() - sheet.width()) // 2
    y = max(0, (window.height() - sheet.height()) // 2)
    corners = QPainterPath()
    corners.addRoundedRect(x, y, sheet.width(), sheet.height(), theme.px(theme.RADIUS_PX), theme.px(theme.RADIUS_PX))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setClipPath(corners)
    painter.drawPixmap(x, y, above)
    painter.end()
    return whole


def _scrim_colour() -> QColor:
    colour = theme.active().colour("scrim")
    colour.setAlphaF(SCRIM)
    return colour
