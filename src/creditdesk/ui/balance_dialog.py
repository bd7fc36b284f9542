"""The dialog in which balances are typed that no endpoint tells."""

from collections.abc import Mapping
from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from creditdesk.core.typed import Typed, typed_rules
from creditdesk.ui import parts, theme, words
from creditdesk.ui.amount_field import TypedFields
from creditdesk.ui.board import Entry
from creditdesk.ui.dialogs import Sheet

NOTHING = "Type at least one balance."


class BalanceDialog(Sheet):
    """Asks for the balances of one account, as its vendor shows them now. Open it with `open()`.

    Signals:
        typed(str, object): the account's id and {pool id: (left, limit or None)} for the pools filled in.
        link_requested(str): the vendor's page that shows the balance should be opened in the browser.
    """

    typed = Signal(str, object)
    link_requested = Signal(str)

    def __init__(self, entry: Entry, before: Mapping[str, Typed], now: datetime, parent: QWidget | None = None) -> None:
        account, definition = entry.reading.account, entry.definition
        title = f"Balances of {account.name}"
        super().__init__(title, parent, width_px=460)
        self._account_id = account.id
        settings = definition.settings(account.settings)
        plan = definition.plan(settings)
        self.fields = TypedFields(typed_rules(definition), plan.limits if plan else {}, settings)
        notes = {pool: _before(entry, now) for pool, entry in before.items()}
        self.fields.show_typed(before, notes)
        self.error = parts.error()
        head = QVBoxLayout()
        head.setSpacing(theme.px(2))
        head.addWidget(parts.text(title, "lead", wrap=True))
        head.addWidget(parts.muted(f"Type what {definition.name} shows now. An empty field changes nothing."))
        self.head.addLayout(head)
        self.page = parts.button("Open its page", "link", "external", name=f"Open the page of {definition.name}")
        self.page.setVisible(bool(definition.dashboard))
        self.page.clicked.connect(lambda: self.link_requested.emit(definition.dashboard))
        self.body.addWidget(self.page)
        self.body.addWidget(self.fields)
        self.body.addWidget(self.error)
        self.body.addStretch(1)
        cancel = parts.button("Cancel")
        cancel.clicked.connect(self.reject)
        self.save = parts.button("Save", "primary")
        self.save.clicked.connect(self._save)
        self.add_buttons([cancel], self.save)
        self.fields.changed.connect(self.error.hide)
        rules = typed_rules(definition)
        if rules:
            first = self.fields.field(rules[0].id)
            first.setFocus()
            first.selectAll()

    def _save(self) -> None:
        right = self.fields.check()
        values = self.fields.values()
        if right and values:
            self.accept()
            self.typed.emit(self._account_id, values)
            return
        self.error.setText(NOTHING if right else "")
        self.error.setVisible(right)


def _before(typed: Typed, now: datetime) -> str:
    limit = f" of {words.number(typed.limit)}" if typed.limit is not None else ""
    return f"Last typed: {words.number(typed.left)}{limit}, {words.moment(typed.at, now, inside=True)}."
