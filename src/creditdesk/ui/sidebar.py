"""The left edge of the window: where to go, and all accounts with the shape of their state."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QFrame, QSizePolicy, QVBoxLayout, QWidget

from creditdesk.core.pools import Level
from creditdesk.ui import icons, shapes, theme
from creditdesk.ui.parts import scrolled, text

NARROW_PX = 54
PAGES = (
    ("overview", "Overview", "overview"),
    ("sizer", "Sizer", "sizer"),
    ("history", "History", "history"),
    ("activity", "Activity", "activity"),
    ("alerts", "Alerts", "alerts"),
    ("gateway", "Gateway", "gateway"),
)
LOWER_PAGES = (
    ("accounts", "Manage accounts", "key"),
    ("settings", "Settings", "settings"),
)


@dataclass(frozen=True, slots=True)
class SideAccount:
    """An account as the sidebar shows it."""

    id: str
    name: str
    level: Level


class SideRow(QAbstractButton):
    """A row: an icon or a state's shape, words, and a count. Only its mark is left when the sidebar is narrow."""

    def __init__(self, words: str, icon: str = "", level: Level | None = None) -> None:
        super().__init__()
        self._icon, self._level, self._count = icon, level, 0
        self.narrow = False
        self._by_key = False
        self.setCheckable(bool(icon))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.show_words(words, level)

    def show_words(self, words: str, level: Level | None = None) -> None:
        """Show these words and, on an account's row, this level."""
        self._level = level
        self.setText(words)
        said = words if level is None else f"{words}, {theme.state(level).word}"
        self.setAccessibleName(said)
        self.setToolTip(said if level is not None else "")
        self.update()

    def show_count(self, count: int) -> None:
        """Show a number at the end of the row; 0 shows none."""
        self._count = count
        self.setAccessibleName(f"{self.text()}, {count}" if count else self.text())
        self.update()

    def show_narrow(self, narrow: bool) -> None:
        """Leave only the mark, or show everything."""
        self.narrow = narrow
        if self._level is None:
            self.setToolTip(self.text() if narrow else "")
        self.update()

    def sizeHint(self) -> QSize:
        """Qt's."""
        pad = 16 if self._icon else 13
        return QSize(theme.px(NARROW_PX - 20), theme.metrics().height() + theme.px(pad))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt's: the arrows go up and down, Return presses."""
        key = event.key()
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.focusNextPrevChild(key == Qt.Key.Key_Down)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Qt's: the ring is for the keyboard."""
        self._by_key = event.reason() in shapes.KEY_REASONS
        super().focusInEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt's."""
        worn = theme.active()
        painter = QPainter(self)
        box = QRectF(self.rect())
        on = self.isChecked()
        if on:
            shapes.fill_round(painter, box, theme.px(5), worn.colour("accent_soft"))
        elif self.underMouse():
            shapes.fill_round(painter, box, theme.px(5), worn.colour("hover"))
        left = self._paint_mark(painter, worn.hex("accent" if on else "text"))
        if not self.narrow:
            right = self._paint_count(painter)
            font = theme.font(1.0, QFont.Weight.DemiBold if on else QFont.Weight.Normal)
            place = QRect(left, 0, right - left - theme.px(4), self.height())
            shapes.draw_text(painter, place, self.text(), font, worn.colour("accent" if on else "text"))
        elif self._count:
            dot = theme.px(7)
            painter.setBrush(worn.colour("low_fill"))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.drawEllipse(QRectF(self.width() - dot - theme.px(3), theme.px(3), dot, dot))
        if self.hasFocus() and self._by_key:
            shapes.draw_focus(painter, box, theme.px(5))
        painter.end()

    def _paint_mark(self, painter: QPainter, colour: str) -> int:
        """Paint the icon or the shape and say where the words begin."""
        size = theme.px(icons.SIZE_PX if self._icon else 8)
        left = (self.width() - size) // 2 if self.narrow else theme.px(10)
        top = (self.height() - size) // 2
        if self._icon:
            drawn = icons.pixmap(self._icon, colour, size, self.devicePixelRatioF())
            painter.drawPixmap(QPoint(left, top), drawn)
        elif self._level is not None:
            shapes.draw_state(painter, QRectF(left, top, size, size), self._level)
        return left + size + theme.px(10)

    def _paint_count(self, painter: QPainter) -> int:
        """Paint the number and say where the words must end."""
        if not self._count:
            return self.width() - theme.px(6)
        worn, font = theme.active(), theme.font(theme.SMALL)
        shown = str(self._count) if self._count < 100 else "99+"
        wide = max(theme.px(24), shapes.width_of(shown, font) + theme.px(12))
        high = QFontMetrics(font).height() + theme.px(4)
        pill = QRectF(self.width() - wide - theme.px(10), (self.height() - high) / 2, wide, high)
        shapes.fill_round(painter, pill, high / 2, worn.colour("track"))
        painter.setFont(font)
        painter.setPen(worn.colour("muted"))
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, shown)
        return int(pill.left())


class _Logo(QWidget):
    """The ring and the program's name."""

    def __init__(self) -> None:
        super().__init__()
        self.narrow = False
        self.setFixedHeight(theme.px(44))
        self.setAccessibleName("creditdesk")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt's."""
        worn = theme.active()
        painter = QPainter(self)
        size = theme.px(20)
        left = (self.width() - size) // 2 if self.narrow else theme.px(10)
        top = (self.height() - size) // 2
        painter.drawPixmap(QPoint(left, top), icons.pixmap("ring", worn.accent, size, self.devicePixelRatioF()))
        if not self.narrow:
            font = theme.font(1.15, QFont.Weight.Bold)
            place = self.rect().adjusted(left + size + theme.px(8), 0, 0, 0)
            shapes.draw_text(painter, place, "creditdesk", font, worn.colour("text"))
        painter.end()


class Sidebar(QFrame):
    """Where to go.

    Signals:
        page_requested(str): one of PAGES or LOWER_PAGES.
        account_chosen(str): an account's row was pressed.
        add_requested(): an account is to be added.
    """

    page_requested = Signal(str)
    account_chosen = Signal(str)
    add_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("tone", "sidebar")
        self.setAccessibleName("Navigation")
        self._pages: dict[str, SideRow] = {}
        self._accounts: dict[str, SideRow] = {}
        self._shown: tuple[SideAccount, ...] = ()
        self._narrow = False
        self._logo = _Logo()
        self._title = text("Accounts", "label")
        self._none = text("none yet", "muted")
        self._add = SideRow("Add account", "add")
        self._add.setCheckable(False)
        self._add.clicked.connect(self.add_requested)
        self._build()
        self.show_narrow(False)

    def show_page(self, name: str) -> None:
        """Mark this page as the one on screen."""
        for each, row in self._pages.items():
            row.setChecked(each == name)

    def show_alert_count(self, count: int) -> None:
        """How many alerts are open."""
        self._pages["alerts"].show_count(count)

    def show_accounts(self, accounts: Sequence[SideAccount]) -> None:
        """Show these accounts in this order."""
        if tuple(accounts) == self._shown:
            return
        self._shown = tuple(accounts)
        wanted = [account.id for account in accounts]
        if wanted != list(self._accounts):
            self._rebuild(accounts)
        for account in accounts:
            self._accounts[account.id].show_words(account.name, account.level)
        self._title.setVisible(not self._narrow)
        self._none.setVisible(not accounts and not self._narrow)

    def show_narrow(self, narrow: bool) -> None:
        """Leave only icons and shapes, or show everything."""
        self._narrow = narrow
        self.setFixedWidth(theme.px(NARROW_PX if narrow else theme.SIDEBAR_PX))
        self._logo.narrow = narrow
        bar = Qt.ScrollBarPolicy.ScrollBarAlwaysOff if narrow else Qt.ScrollBarPolicy.ScrollBarAsNeeded
        self._scroll.setVerticalScrollBarPolicy(bar)
        for row in (*self._pages.values(), *self._accounts.values(), self._add):
            row.show_narrow(narrow)
        self._title.setVisible(not narrow)
        self._none.setVisible(not self._shown and not narrow)

    @property
    def rows(self) -> dict[str, SideRow]:
        """The rows of pages and accounts by their name or id."""
        return {**self._pages, **self._accounts}

    def changeEvent(self, event: QEvent) -> None:
        """Qt's."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.update()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(10), theme.px(7), theme.px(11), theme.px(16))
        column.setSpacing(theme.px(2))
        column.addWidget(self._logo)
        column.addSpacing(theme.px(5))
        for name, words, icon in (*PAGES, *LOWER_PAGES):
            row = SideRow(words, icon)
            row.clicked.connect(lambda _checked=False, name=name: self.page_requested.emit(name))
            self._pages[name] = row
            if (name, words, icon) in PAGES:
                column.addWidget(row)
        self._title.setContentsMargins(theme.px(10), theme.px(14), 0, theme.px(6))
        column.addWidget(self._title)
        holder = QWidget()
        self._list = QVBoxLayout(holder)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(theme.px(1))
        self._none.setContentsMargins(theme.px(10), 0, 0, 0)
        self._list.addWidget(self._none)
        self._list.addStretch(1)
        self._scroll = scrolled(holder, "Accounts")
        column.addWidget(self._scroll, 1)
        column.addWidget(self._add)
        for name, _, _ in LOWER_PAGES:
            column.addWidget(self._pages[name])

    def _rebuild(self, accounts: Sequence[SideAccount]) -> None:
        """Put the rows into another order; rows of accounts that stay are kept."""
        kept = self._accounts
        self._accounts = {}
        for place, account in enumerate(accounts, start=1):
            row = kept.pop(account.id, None)
            if row is None:
                row = SideRow(account.name, level=account.level)
                row.show_narrow(self._narrow)
                row.clicked.connect(lambda _checked=False, account=account.id: self.account_chosen.emit(account))
            else:
                self._list.removeWidget(row)
            self._list.insertWidget(place, row)
            self._accounts[account.id] = row
        for row in kept.values():
            self._list.removeWidget(row)
            row.hide()
            row.deleteLater()
