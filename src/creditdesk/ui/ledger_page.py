"""The ledger of an account: its balance and how that comes about, what was charged and typed, and the sums of it."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QButtonGroup, QWidget

from creditdesk.core.charges import Charge
from creditdesk.core.settings import Settings
from creditdesk.ui import ledger_words, parts, theme, words
from creditdesk.ui.board import Entry
from creditdesk.ui.drop_down import DropDown
from creditdesk.ui.ledger_balance import BalanceCard
from creditdesk.ui.ledger_table import VIEWS, LedgerColumns
from creditdesk.ui.ledger_values import LedgerView, Line
from creditdesk.ui.text_table import TextTable

_NOTHING = {
    "lines": "Nothing was charged or typed yet. Type what the vendor shows as left, then let scripts ask through the "
    "gateway, or import a file of charges.",
    "predicted": "No charge yet of which a price had said before what it would cost.",
}
_NO_SUCH = "No line of this client and operation among those that are shown."


class LedgerPage(QWidget):
    """One account's ledger.

    Signals:
        account_chosen(str): the ledger of another account is wanted.
        add_requested(), import_requested(), export_requested(): of the account shown.
        undo_requested(object): a line that a person wrote is to be taken back.
        more_requested(): older charges are wanted, too.
        back_requested(): the page before is wanted.
        add_account_requested(): there is no account.
    """

    account_chosen = Signal(str)
    add_requested = Signal()
    import_requested = Signal()
    export_requested = Signal()
    undo_requested = Signal(object)
    more_requested = Signal()
    back_requested = Signal()
    add_account_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Ledger")
        self._entries: dict[str, Entry] = {}
        self._settings = Settings()
        self._now: datetime | None = None
        self._view: LedgerView | None = None
        self._asked = False
        self._columns = LedgerColumns(self)
        self._make_header()
        self.balance = BalanceCard()
        self._make_lines()
        add = parts.button("Add account", "primary", "add")
        add.clicked.connect(self.add_account_requested)
        self.empty = parts.EmptyState("No account yet", "A ledger counts what an account spends.", add, icon="ledger")
        column = parts.page(self.header, self.balance)
        column.addWidget(self.card, 1)
        column.addWidget(self.empty, 1)
        self.setLayout(column)
        QShortcut(QKeySequence(Qt.Key.Key_Escape), self, self.back_requested.emit).setContext(
            Qt.ShortcutContext.WidgetWithChildrenShortcut
        )
        self._show()

    def show_settings(self, settings: Settings) -> None:
        """Hide or show amounts and names."""
        if settings != self._settings:
            self._settings = settings
            if self._view is not None:
                self._show_filters(anew=True)
            self._show()

    def show_accounts(self, entries: Sequence[Entry], account_id: str, now: datetime) -> None:
        """The accounts there are; the one whose ledger is shown."""
        self._entries, self._now = {each.id: each for each in entries}, now
        names = [(each.id, self._name(each)) for each in entries]
        box = self.accounts
        if names != [(box.itemData(place), box.itemText(place)) for place in range(box.count())]:
            box.blockSignals(True)
            box.clear()
            for account, name in names:
                box.addItem(name, account)
            box.blockSignals(False)
        box.blockSignals(True)
        box.setCurrentIndex(box.findData(account_id))
        box.blockSignals(False)
        if not entries:
            self._view = None
            self._show()

    def show_view(self, view: LedgerView) -> None:
        """Show this ledger; who looks at the same account keeps the place and the filters."""
        anew = self._view is None or self._view.account != view.account
        self._view, self._asked = view, False
        self._show_filters(anew)
        self._show(keep=not anew)

    @property
    def view(self) -> LedgerView | None:
        """What is shown."""
        return self._view

    def texts(self) -> list[list[str]]:
        """What stands in the table."""
        return self.table.texts()

    def _make_header(self) -> None:
        self.back = parts.button("", "quiet", "back", name="Back")
        self.back.clicked.connect(self.back_requested)
        self.accounts = DropDown()
        self.accounts.setAccessibleName("Account")
        self.accounts.setMinimumContentsLength(15)
        self.accounts.setSizeAdjustPolicy(DropDown.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.accounts.activated.connect(lambda _: self.account_chosen.emit(str(self.accounts.currentData())))
        self.bring = parts.button("Import…", icon="download", name="Import charges from a file")
        self.bring.clicked.connect(self.import_requested)
        self.export = parts.button("Export…", icon="export", name="Export charges and entries")
        self.export.clicked.connect(self.export_requested)
        self.add = parts.button("Add…", "primary", "add", name="Add a balance, a top-up or a charge")
        self.add.clicked.connect(self.add_requested)
        self.header = parts.page_header("Ledger", "", self.accounts, self.bring, self.export, self.add)
        self.header.add_before_title(self.back)

    def _make_lines(self) -> None:
        self.card = parts.Card("Charges and entries")
        self.bar = QWidget()
        row = parts.FlowLayout(self.bar, spacing=theme.px(8))
        self.chips: dict[str, parts.Button] = {}
        group = QButtonGroup(self)
        for view, name in VIEWS.items():
            chip = self.chips[view] = parts.button(name, "chip")
            chip.setCheckable(True)
            chip.clicked.connect(lambda _checked=False: self._show())
            group.addButton(chip)
            row.addWidget(chip)
        self.chips["lines"].setChecked(True)
        self.clients, self.operations = DropDown(), DropDown()
        for box, name in ((self.clients, "Client"), (self.operations, "Operation")):
            box.setAccessibleName(name)
            box.setMinimumContentsLength(10)
            box.setSizeAdjustPolicy(DropDown.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.activated.connect(lambda _: self._show())
            row.addWidget(box)
        self.undo = parts.button("Take back", icon="undo", name="Take this line back")
        self.undo.clicked.connect(self._undo)
        row.addWidget(self.undo)
        self.table = TextTable("Ledger", self._columns.columns("lines"))
        self.table.row_chosen.connect(lambda _: self._enable())
        self.table.near_end.connect(self._ask)
        delete = QShortcut(QKeySequence(Qt.Key.Key_Delete), self.table, self._undo)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        self.nothing = parts.muted()
        self.older = parts.small()
        self.card.body.addWidget(self.bar)
        self.card.body.addWidget(self.nothing, 1, Qt.AlignmentFlag.AlignTop)
        self.card.body.addWidget(self.table, 1)
        self.card.body.addWidget(self.older)

    def _name(self, entry: Entry) -> str:
        return words.account_name(entry.reading.account, entry.definition, self._settings.hide_names)

    def _show_filters(self, anew: bool) -> None:
        """Offer the clients and operations of the lines that are shown."""
        assert self._view is not None
        entry = self._entries.get(self._view.account)
        definition = entry.definition if entry else None
        lines = self._view.lines
        operations = {each.operation for each in lines if isinstance(each, Charge)}
        named = {each: ledger_words.operation_name(each, definition) for each in operations}
        names = set() if self._settings.hide_names else {line.client for line in lines}
        clients = {each: each or "(no client)" for each in names}
        for box, all_of_them, offered in (
            (self.clients, "All clients", clients),
            (self.operations, "All operations", named),
        ):
            chosen = None if anew else box.currentData()
            box.clear()
            box.addItem(all_of_them, None)
            for value, name in sorted(offered.items(), key=lambda pair: pair[1].casefold()):
                box.addItem(name, value)
            box.setCurrentIndex(max(0, box.findData(chosen)) if chosen is not None else 0)

    def _shown(self) -> str:
        return next(view for view, chip in self.chips.items() if chip.isChecked())

    def _show(self, keep: bool = False) -> None:
        view, which = self._view, self._shown()
        for each in (self.balance, self.card, self.export):
            each.setVisible(view is not None)
        self.empty.setVisible(not self._entries)
        for box in (self.accounts, self.add, self.bring):
            box.setVisible(bool(self._entries))
        if view is None or self._now is None:
            return
        entry, columns = self._entries.get(view.account), self._columns
        columns.definition, columns.now = entry.definition if entry else None, self._now
        columns.labels = {each.pool.id: each.pool.label for each in view.counted.pools}
        columns.hide, columns.hide_names = self._settings.hide_amounts, self._settings.hide_names
        self.header.show_subtitle(ledger_words.whole(view.totals.whole, self._settings.hide_amounts))
        self.balance.show_view(view, self._settings, self._now)
        rows = columns.rows(which, view, self.clients.currentData(), self.operations.currentData())
        self._fill(columns, which, rows, keep)
        filtered = self.clients.currentData() is not None or self.operations.currentData() is not None
        self.nothing.setText(
            _NO_SUCH if which == "lines" and filtered else _NOTHING.get(which, "Nothing was charged yet.")
        )
        for box in (self.clients, self.operations):
            box.setVisible(which == "lines" and not view.is_empty)
        rest = "Older ones come as you scroll down." if view.more else "Export has them all."
        older = view.older and which == "lines"
        self.older.setText(f"These are the newest {len(view.lines):,} lines. {rest}" if older else "")
        self.older.setVisible(bool(self.older.text()))
        self.export.setEnabled(not view.is_empty)
        self._enable()

    def _fill(self, columns: LedgerColumns, which: str, rows: list[object], keep: bool) -> None:
        bar, before = self.table.verticalScrollBar(), self.table.chosen()
        at = bar.value()
        self.table.show_rows([])
        self.table.show_columns(columns.columns(which))
        self.table.show_rows(rows)
        if keep:
            place = next((place for place, row in enumerate(rows) if row == before), -1) if before is not None else -1
            if place >= 0:
                self.table.choose(place)
            bar.setValue(at)
        self.table.setVisible(bool(rows))
        self.nothing.setVisible(not rows)

    def _enable(self) -> None:
        self.undo.setVisible(self._shown() == "lines" and self._view is not None and not self._view.is_empty)
        self.undo.setEnabled(self._chosen() is not None)

    def _chosen(self) -> Line | None:
        """The line that is chosen, if it may be taken back."""
        line: Line | None = self.table.chosen() if self._shown() == "lines" else None
        return line if ledger_words.may_be_undone(line) else None

    def _undo(self) -> None:
        line = self._chosen()
        if line is not None:
            self.undo_requested.emit(line)

    def _ask(self) -> None:
        if self._view is not None and self._view.more and not self._asked and self._shown() == "lines":
            self._asked = True
            self.more_requested.emit()
