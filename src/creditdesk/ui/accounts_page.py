"""The accounts page: every account in the user's order, and what can be done with the one that is chosen."""

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QAction, QIcon, QKeySequence, QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from creditdesk.core.pools import Custody, Level
from creditdesk.core.settings import Settings
from creditdesk.ui import parts, shapes, theme, words
from creditdesk.ui.board import Entry
from creditdesk.ui.text_table import MARK_PX, Column, TextTable

BUSY = "reading…"


class AccountsPage(QWidget):
    """A table of accounts and a row of buttons. Return edits, Delete removes, Alt with the arrows moves.

    Signals:
        add_requested(): a new account is wanted.
        edit_requested(str), duplicate_requested(str), remove_requested(str): by account id.
        test_requested(str): the account is to be read now, also with a key that was rejected.
        move_requested(str, int): the account is to change places with the one above (-1) or below (+1).
        account_chosen(str): the account's history is wanted.
    """

    add_requested = Signal()
    edit_requested = Signal(str)
    test_requested = Signal(str)
    duplicate_requested = Signal(str)
    remove_requested = Signal(str)
    move_requested = Signal(str, int)
    account_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Accounts")
        self._entries: list[Entry] = []
        self._busy: set[str] = set()
        self._settings = Settings()
        self._store = ""
        self._now: datetime | None = None
        self._marks: dict[Level, QIcon] = {}
        self.add = parts.button("Add account", "primary", "add")
        self.add.clicked.connect(self.add_requested)
        self.header = parts.page_header("Accounts", "", self.add)
        self.card = parts.Card("Accounts")
        self.table = TextTable("Accounts", self._columns())
        self.table.row_chosen.connect(lambda _: self._enable())
        self.table.row_opened.connect(lambda entry: self.edit_requested.emit(entry.id))
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self._make_buttons()
        self.card.body.addWidget(self.bar)
        self.card.body.addWidget(self.table, 1)
        add = parts.button("Add account", "primary", "add")
        add.clicked.connect(self.add_requested)
        self.empty = parts.EmptyState(
            "No accounts yet", "An account is one key at one vendor. Its key goes to the system's keyring.", add
        )
        column = parts.page(self.header)
        column.addWidget(self.card, 1)
        column.addWidget(self.empty, 1)
        self.setLayout(column)
        self._show()

    def show_settings(self, settings: Settings, store_name: str) -> None:
        """Hide or show names, say the desk's interval, and what the key store is called."""
        if (settings, store_name) != (self._settings, self._store):
            self._settings, self._store = settings, store_name
            self._show()

    def show_accounts(self, entries: Sequence[Entry], now: datetime) -> None:
        """The accounts there are, in the user's order; the one chosen stays chosen."""
        self._entries, self._now = list(entries), now
        self._show()

    def show_busy(self, account_id: str, busy: bool) -> None:
        """Say that an account is being read, or no longer."""
        if busy != (account_id in self._busy):
            self._busy ^= {account_id}
            self.table.viewport().update()
            self._enable()

    def show_account(self, account_id: str) -> None:
        """Choose this account in the table."""
        places = [place for place, entry in enumerate(self._entries) if entry.id == account_id]
        if places:
            self.table.choose(places[0])

    def chosen(self) -> str:
        """The id of the account chosen, "" when none is."""
        entry = self.table.chosen()
        return entry.id if entry is not None else ""

    def changeEvent(self, event: QEvent) -> None:
        """Qt's: a new theme has other colours."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._marks.clear()

    def _make_buttons(self) -> None:
        self.edit = parts.button("Edit", icon="edit")
        self.test = parts.button("Test", icon="refresh", name="Read this account now")
        self.duplicate = parts.button("Duplicate", icon="duplicate")
        self.remove = parts.button("Remove", icon="remove")
        self.up = parts.button("", "quiet", "arrow-up", "Move up")
        self.down = parts.button("", "quiet", "arrow-down", "Move down")
        self.bar = QWidget()
        row = parts.FlowLayout(self.bar, spacing=theme.px(8))
        self._actions = [
            self._action(self.edit, "Edit", "", self.edit_requested.emit),
            self._action(self.test, "Read now", "Ctrl+T", self.test_requested.emit),
            self._action(self.duplicate, "Duplicate", "", self.duplicate_requested.emit),
            self._action(self.remove, "Remove", "Del", self.remove_requested.emit),
            self._action(self.up, "Move up", "Alt+Up", lambda account: self.move_requested.emit(account, -1)),
            self._action(self.down, "Move down", "Alt+Down", lambda account: self.move_requested.emit(account, 1)),
            self._action(None, "Open history", "Ctrl+H", self.account_chosen.emit),
        ]
        for button, _ in self._actions:
            if button is not None:
                row.addWidget(button)

    def _action(
        self, button: parts.Button | None, text: str, keys: str, say: Callable[[str], object]
    ) -> tuple[parts.Button | None, QAction]:
        """A line of the table's menu that does what the button does, with the account chosen."""

        def act() -> None:
            if self.chosen():
                say(self.chosen())

        action = QAction(text, self.table)
        action.setShortcut(QKeySequence(keys))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(lambda *_: act())
        self.table.addAction(action)
        if button is not None:
            button.clicked.connect(lambda *_: act())
            if keys:
                button.setToolTip(f"{button.accessibleName()} ({keys})")
        return button, action

    def _show(self) -> None:
        chosen = self.chosen()
        self.table.show_columns(self._columns())
        self.table.show_rows(self._entries)
        self.show_account(self._entries[0].id if len(self._entries) == 1 else chosen)
        self.card.setVisible(bool(self._entries))
        self.empty.setVisible(not self._entries)
        self.add.setVisible(bool(self._entries))
        self.header.show_subtitle(words.count(len(self._entries), "accounts") if self._entries else "")
        self._enable()

    def _enable(self) -> None:
        chosen = self.chosen()
        ids = [entry.id for entry in self._entries]
        possible = {
            self.up: bool(chosen) and chosen != ids[0],
            self.down: bool(chosen) and chosen != ids[-1],
            self.test: bool(chosen) and chosen not in self._busy and self.table.chosen().definition.readable,
        }
        for button, action in self._actions:
            on = possible.get(button, bool(chosen)) if button is not None else bool(chosen)
            action.setEnabled(on)
            if button is not None:
                button.setEnabled(on)

    def _columns(self) -> list[Column]:
        hide, tests = self._settings.hide_names, any(each.test_server for each in self._entries)
        columns = [
            Column("Name", lambda each: words.HIDDEN if hide else each.reading.account.name, most_px=0),
            Column("Vendor", _vendor, most_px=200 if tests else 150, kept=tests),
            Column("Client", lambda each: words.HIDDEN if hide and _client(each) else _client(each), most_px=120),
            Column("Key", self._key, most_px=170, short=lambda each: self._key(each).removesuffix(" only")),
            Column("Every", self._interval, right=True, most_px=80, kept=True),
            Column("State", self._state, most_px=150, picture=self._mark, kept=True),
        ]
        return columns if any(_client(each) for each in self._entries) else [*columns[:2], *columns[3:]]

    def _key(self, entry: Entry) -> str:
        """Where the key is kept, by its name."""
        account = entry.reading.account
        if account.custody is Custody.KEYRING:
            return self._store or "System keyring"
        if account.custody is Custody.ENVIRONMENT:
            return f"${account.key_env}" if account.key_env else "Environment"
        return "This session only" if account.custody is Custody.SESSION else "No key"

    def _interval(self, entry: Entry) -> str:
        if not entry.definition.readable:
            return "by hand"
        seconds = max(entry.reading.account.interval_s or self._settings.interval_s, entry.definition.min_interval)
        return words.duration(seconds)

    def _state(self, entry: Entry) -> str:
        if entry.id in self._busy:
            return BUSY
        trouble = entry.reading.trouble
        return words.remedy(trouble).title if trouble is not None else words.level_word(entry.reading.level)

    def _mark(self, entry: Entry) -> QIcon:
        level = Level.NOT_READ if entry.reading.trouble is not None else entry.reading.level
        if level not in self._marks:
            self._marks[level] = _drawn(level, theme.px(MARK_PX), self.devicePixelRatioF())
        return self._marks[level]


def _vendor(entry: Entry) -> str:
    return f"{entry.definition.name}, test server" if entry.test_server else entry.definition.name


def _client(entry: Entry) -> str:
    return entry.reading.account.client


def _drawn(level: Level, size: int, ratio: float) -> QIcon:
    made = QPixmap(round(size * ratio), round(size * ratio))
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    shapes.draw_state(painter, QRectF(0.5, 0.5, size - 1, size - 1), level)
    painter.end()
    icon = QIcon(made)
    icon.addPixmap(made, QIcon.Mode.Selected)  # else Qt tints it in a chosen row
    return icon
