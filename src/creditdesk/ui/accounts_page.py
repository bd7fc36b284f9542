"""The accounts page: every account in the user's order, and what can be done with the one that is chosen."""

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QIcon, QKeySequence
from PySide6.QtWidgets import QWidget

from creditdesk.core.pools import Custody, Level
from creditdesk.core.settings import Settings
from creditdesk.ui import parts, theme, words
from creditdesk.ui.account_groups import Group, Row, heading, key_of, moved, rows, steps
from creditdesk.ui.account_table import AccountTable
from creditdesk.ui.board import Entry
from creditdesk.ui.standing import mark_of, standing_line
from creditdesk.ui.state_icons import StateIcons
from creditdesk.ui.text_table import Column

BUSY = "reading…"


class AccountsPage(QWidget):
    """A table of accounts and a row of buttons. Return edits, Delete removes, Alt with the arrows moves.

    Signals:
        add_requested(): a new account is wanted.
        edit_requested(str), duplicate_requested(str), remove_requested(str): by account id.
        test_requested(str): the account is to be read now, also with a key that was rejected.
        order_requested(object): the accounts' ids in the order that they are to have.
        account_chosen(str), ledger_requested(str): the account's history, or its ledger, is wanted.
        make_requested(): the page for a vendor of one's own is wanted.
        import_requested(), export_requested(): the set-up is to be read from a file, or written into one, without keys.
    """

    add_requested = Signal()
    edit_requested = Signal(str)
    test_requested = Signal(str)
    duplicate_requested = Signal(str)
    remove_requested = Signal(str)
    order_requested = Signal(object)
    import_requested = Signal()
    export_requested = Signal()
    account_chosen = Signal(str)
    ledger_requested = Signal(str)
    make_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Accounts")
        self._entries: list[Entry] = []
        self._busy: set[str] = set()
        self._folded: set[str] = set()
        self._headings: dict[str, str] = {}
        self._settings = Settings()
        self._store = ""
        self._now: datetime | None = None
        self._marks = StateIcons(self)
        self.add = parts.button("Add account", "primary", "add")
        self.add.clicked.connect(self.add_requested)
        self.bring = parts.button("Import", icon="download", name="Import a set-up from a file")
        self.bring.clicked.connect(self.import_requested)
        self.export = parts.button("Export", icon="export", name="Export the set-up, without keys")
        self.export.clicked.connect(self.export_requested)
        self.own = parts.button("Own vendor", icon="edit", name="Make or change a vendor of your own")
        self.own.clicked.connect(self.make_requested)
        self.header = parts.page_header("Accounts", "", self.own, self.bring, self.export, self.add)
        self.card = parts.Card("Accounts")
        self.table = AccountTable(self._columns())
        self.table.row_chosen.connect(lambda _: self._enable())
        self.table.row_opened.connect(self._opened)
        self.table.folded.connect(self._fold)
        self.table.dropped.connect(self._drop)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self._make_buttons()
        self.card.body.addWidget(self.bar)
        self.card.body.addWidget(self.table, 1)
        self.standing = parts.muted()
        self.card.body.addWidget(self.standing)
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
        entry = next((each for each in self._entries if each.id == account_id), None)
        if entry is None:
            return
        if entry.reading.account.client in self._folded:
            self._fold(entry.reading.account.client, False)
        self._choose(lambda row: isinstance(row, Entry) and row.id == account_id)

    def chosen(self) -> str:
        """The id of the account chosen, "" when none is."""
        row = self.table.chosen()
        return row.id if isinstance(row, Entry) else ""

    def _make_buttons(self) -> None:
        self.edit = parts.button("Edit", icon="edit")
        self.test = parts.button("Test", icon="refresh", name="Read this account now")
        self.duplicate = parts.button("Duplicate", icon="duplicate")
        self.remove = parts.button("Remove", icon="remove")
        self.ledger = parts.button("Ledger", icon="ledger", name="Open the ledger of this account")
        self.up = parts.button("", "quiet", "arrow-up", "Move up")
        self.down = parts.button("", "quiet", "arrow-down", "Move down")
        self.bar = QWidget()
        row = parts.FlowLayout(self.bar, spacing=theme.px(8))
        self._actions = [
            self._action(self.edit, "Edit", "", self.edit_requested.emit),
            self._action(self.test, "Read now", "Ctrl+T", self.test_requested.emit),
            self._action(self.duplicate, "Duplicate", "", self.duplicate_requested.emit),
            self._action(self.remove, "Remove", "Del", self.remove_requested.emit),
            self._action(self.up, "Move up", "Alt+Up", lambda _account: self._move(-1)),
            self._action(self.down, "Move down", "Alt+Down", lambda _account: self._move(1)),
            self._action(None, "Open history", "Ctrl+H", self.account_chosen.emit),
            self._action(self.ledger, "Open ledger", "Ctrl+L", self.ledger_requested.emit),
        ]
        for button, _ in self._actions:
            if button is not None:
                row.addWidget(button)

    def _action(
        self, button: parts.Button | None, text: str, keys: str, say: Callable[[str], object]
    ) -> tuple[parts.Button | None, QAction]:
        """A line of the table's menu that does what the button does, with the account chosen."""

        def act() -> None:
            if self.chosen() or button in (self.up, self.down):
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
        chosen, lines = self.table.chosen(), rows(self._entries, self._folded)
        clients = [row for row in lines if isinstance(row, Group)]
        self._headings = {row.client: heading(row, self._now, self._settings) for row in clients if self._now}
        self.table.show_columns(self._columns())
        self.table.show_rows(lines)
        only = self._entries[0] if len(self._entries) == 1 else None
        same = key_of(only or chosen) if only or chosen else None
        self._choose(lambda row: key_of(row) == same)
        self.card.setVisible(bool(self._entries))
        self.empty.setVisible(not self._entries)
        self.add.setVisible(bool(self._entries))
        self.export.setEnabled(bool(self._entries))
        self.header.show_subtitle(words.count(len(self._entries), "accounts") if self._entries else "")
        self._enable()

    def _enable(self) -> None:
        chosen, row = self.chosen(), self.table.chosen()
        self.standing.setText(standing_line(row) if isinstance(row, Entry) else "")
        self.standing.setVisible(bool(self.standing.text()))
        possible = {
            self.up: row is not None and bool(moved(self._entries, row, -1)),
            self.down: row is not None and bool(moved(self._entries, row, 1)),
            self.test: bool(chosen) and chosen not in self._busy and row.definition.readable,
        }
        for button, action in self._actions:
            on = possible.get(button, bool(chosen)) if button is not None else bool(chosen)
            action.setEnabled(on)
            if button is not None:
                button.setEnabled(on)

    def _choose(self, wanted: Callable[[Row], bool]) -> None:
        place = next((place for place, row in enumerate(self.table.rows()) if wanted(row)), None)
        if place is not None:
            self.table.choose(place)

    def _opened(self, row: Row) -> None:
        if isinstance(row, Entry):
            self.edit_requested.emit(row.id)

    def _fold(self, client: str, away: bool) -> None:
        self._folded = self._folded | {client} if away else self._folded - {client}
        self._show()
        self._choose(lambda row: isinstance(row, Group) and row.client == client)

    def _move(self, by: int) -> None:
        row = self.table.chosen()
        if row is not None and (order := moved(self._entries, row, by)):
            self.order_requested.emit(order)

    def _drop(self, row: Row, place: int) -> None:
        if by := steps(self.table.rows(), row, place):
            self.order_requested.emit(moved(self._entries, row, by))

    def _columns(self) -> list[Column]:
        tests = any(each.test_server for each in self._entries)
        return [
            Column("Name", self._name, most_px=0),
            Column("Vendor", _of_entry(_vendor), most_px=200 if tests else 150, kept=tests),
            Column("Key", _of_entry(self._key), most_px=170, short=_of_entry(self._short_key)),
            Column("Every", _of_entry(self._interval), right=True, most_px=90, kept=True),
            Column("State", _of_entry(self._state), most_px=190, picture=self._mark, kept=True),
        ]

    def _name(self, row: Row) -> str:
        if isinstance(row, Group):
            return self._headings.get(row.client, "")
        return words.HIDDEN if self._settings.hide_names else row.reading.account.name

    def _short_key(self, entry: Entry) -> str:
        return self._key(entry).removesuffix(" only")

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
        if entry.definition.manual:
            return "on request"
        seconds = max(entry.reading.account.interval_s or self._settings.interval_s, entry.definition.min_interval)
        return words.duration(seconds)

    def _state(self, entry: Entry) -> str:
        if entry.id in self._busy:
            return BUSY
        trouble = entry.reading.trouble
        said = words.remedy(trouble).title if trouble is not None else words.level_word(entry.reading.level)
        return f"{said}, untried" if mark_of(entry) else said

    def _mark(self, entry: Row) -> QIcon:
        if isinstance(entry, Group):
            return QIcon()
        level = Level.NOT_READ if entry.reading.trouble is not None else entry.reading.level
        return self._marks.icon(level)


def _vendor(entry: Entry) -> str:
    return f"{entry.definition.name}, test server" if entry.test_server else entry.definition.name


def _of_entry(say: Callable[[Entry], str]) -> Callable[[Row], str]:
    """What is said of an account; nothing of a heading."""
    return lambda row: say(row) if isinstance(row, Entry) else ""
