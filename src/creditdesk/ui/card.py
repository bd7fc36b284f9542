"""The card of an account: its head, its numbers, what to know about them, and one quiet line of what will happen."""

from datetime import datetime

from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from creditdesk.core.settings import Settings
from creditdesk.ui import icons, outlook, shapes, theme
from creditdesk.ui.board import Entry
from creditdesk.ui.card_content import CardContent, card_content, is_typed
from creditdesk.ui.card_notes import Ask, pack_line
from creditdesk.ui.card_widgets import CardHead, Hero, NoteRow, TileRow
from creditdesk.ui.gauge_rows import GaugeRows
from creditdesk.ui.parts import button, small
from creditdesk.ui.sparkline import Sparkline

UNBROKEN_JOINT = "\u00a0· "  # a line may end with the dot, not begin with it
_MENU = (
    ("Refresh", "refresh", "refresh"),
    ("Edit…", "edit", "edit"),
    ("History", "history", "history"),
    ("Ledger…", "ledger", "ledger"),
    ("Size an import", "size", "sizer"),
    ("Type a balance…", "type_balance", "type"),
    ("Snooze alerts", "snooze", "snooze"),
    ("Duplicate…", "duplicate", "duplicate"),
    ("Remove", "remove", "remove"),
)


class AccountCard(QFrame):
    """An account's card. It is updated in place; only another shape of account rebuilds its inside.

    Signals:
        asked(str, str, object): what is wanted (refresh, edit, history, ledger, size, type_balance, snooze, duplicate,
            remove, confirm, setting, link, remedy), the account's id, and a dict of what goes with it.
    """

    asked = Signal(str, str, object)

    def __init__(self) -> None:
        super().__init__()
        self.account_id = ""
        self._entry: Entry | None = None
        self._by_key = False
        self._shape: tuple[object, ...] = ()
        self.setProperty("tone", "card")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._head = CardHead()
        self.menu_button = button("", "quiet", "more", name="More")
        self.menu_button.clicked.connect(self._open_menu_below)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(theme.px(16), theme.px(13), theme.px(16), theme.px(8))
        self._column.setSpacing(theme.px(8))
        self._column.addWidget(self._head)
        self._inside = QVBoxLayout()
        self._inside.setSpacing(theme.px(6))
        self._column.addLayout(self._inside)
        self._column.addStretch(1)
        self._hero: Hero | None = None
        self._tiles: TileRow | None = None
        self._rows: GaugeRows | None = None
        self._notes: list[NoteRow] = []
        self._foot = QWidget()
        self._build_foot()

    def show_entry(self, entry: Entry, now: datetime, settings: Settings) -> None:
        """Show this account as it is at `now`."""
        self._entry = entry
        self.account_id = entry.id
        content = card_content(entry, now, settings)
        shape = (bool(content.hero), bool(content.tiles), bool(content.lines), _note_shape(content))
        if shape != self._shape:
            self._shape = shape
            self._build_inside(content)
        self._head.show_head(content.title, content.sub, content.level)
        self.setAccessibleName(f"{content.title}, {content.sub}")
        self.menu_button.setAccessibleName(f"More for {content.title}")
        if self._hero is not None and content.hero:
            self._hero.show_number(*content.hero, stale=content.stale)
        if self._tiles is not None:
            self._tiles.show_tiles(content.tiles, content.stale)
        if self._rows is not None:
            self._rows.show_lines(content.lines)
        for row, note in zip(self._notes, content.notes, strict=True):
            row.show_note(note)
        self._show_foot(content, entry)

    def focus_chain(self) -> list[QWidget]:
        """What Tab passes through on this card, in order."""
        return [self, self.menu_button, *(row.button for row in self._notes if row.button is not None)]

    def menu(self) -> QMenu:
        """The card's menu, made anew. "Type a balance" is there only where balances may be typed, "Ledger" where the
        gateway can count, or a person types."""
        made = QMenu(self)
        for label, what, icon in _MENU:
            if self._entry is not None and not _offers(what, self._entry):
                continue
            if what in ("type_balance", "remove"):
                made.addSeparator()
            action = made.addAction(icons.icon(icon, theme.active().muted), label)
            action.triggered.connect(lambda _checked=False, what=what: self._ask(what))
        self._add_packs(made)
        return made

    def _add_packs(self, menu: QMenu) -> None:
        """What the vendor sells, each with its price; the browser opens."""
        packs = self._entry.definition.packs if self._entry is not None else ()
        if packs:
            menu.addSeparator()
            shop = menu.addMenu(icons.icon("external", theme.active().muted), "Buy credits")
            for pack in packs:
                action = shop.addAction(pack_line(pack))
                action.triggered.connect(lambda _checked=False, url=pack.url: self._ask("link", {"url": url}))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Qt's: a right click, or the menu key."""
        self._open_menu(event.globalPos())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Qt's: opens the history."""
        self._ask("history")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt's: Return opens the history."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._ask("history")
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Qt's: the ring is for the keyboard."""
        self._by_key = event.reason() in shapes.KEY_REASONS
        super().focusInEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Qt's: what is painted by hand has the theme's colours."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt's."""
        super().paintEvent(event)
        if self.hasFocus() and self._by_key:
            painter = QPainter(self)
            shapes.draw_focus(painter, QRectF(self.rect()), theme.px(theme.RADIUS_PX))
            painter.end()

    def _build_foot(self) -> None:
        self._spark = Sparkline()
        self._line = small()
        row = QHBoxLayout(self._foot)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(10))
        row.addWidget(self._spark, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._line, 1)
        row.addWidget(self.menu_button, 0, Qt.AlignmentFlag.AlignBottom)
        self._column.addWidget(self._foot)

    def _build_inside(self, content: CardContent) -> None:
        while (item := self._inside.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        self._hero = Hero() if content.hero else None
        self._tiles = TileRow() if content.tiles else None
        self._rows = GaugeRows() if content.lines else None
        self._notes = [NoteRow(note) for note in content.notes]
        for widget in (self._hero, self._tiles, self._rows, *self._notes):
            if widget is not None:
                self._inside.addWidget(widget)
        for row in self._notes:
            if row.button is not None:
                row.button.clicked.connect(lambda _checked=False, row=row: self._ask_note(row.note.ask))

    def _show_foot(self, content: CardContent, entry: Entry) -> None:
        self._spark.setVisible(content.spark)
        if content.spark:
            self._spark.show_points(entry.reading.spark, content.tone)
        foot = content.foot.replace(outlook.JOINT, UNBROKEN_JOINT)
        if self._line.text() != foot:
            self._line.setText(foot)

    def _ask_note(self, ask: Ask | None) -> None:
        if ask is not None:
            self.asked.emit(ask.what, self.account_id, dict(ask.given))

    def _ask(self, what: str, given: dict[str, str] | None = None) -> None:
        self.asked.emit(what, self.account_id, given or {})

    def _open_menu_below(self) -> None:
        self._open_menu(self.menu_button.mapToGlobal(QPoint(0, self.menu_button.height())))

    def _open_menu(self, at: QPoint) -> None:
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at)


def _offers(what: str, entry: Entry) -> bool:
    """Whether a line of the menu is for this account."""
    if what == "type_balance":
        return is_typed(entry)
    return what != "ledger" or entry.definition.gateway is not None or is_typed(entry)


def _note_shape(content: CardContent) -> tuple[str, ...]:
    return tuple(note.ask.kind if note.ask else "" for note in content.notes)
