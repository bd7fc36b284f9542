"""The dialogs of a token: what it is for and what it may spend; then the token itself, shown this once."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLineEdit, QRadioButton, QVBoxLayout, QWidget

from creditdesk.core.guard import Guard
from creditdesk.ui import gateway_words, parts, theme, words
from creditdesk.ui.amount_field import WRONG, AmountField
from creditdesk.ui.client_field import client_field
from creditdesk.ui.dialogs import Sheet
from creditdesk.ui.drop_down import DropDown
from creditdesk.ui.gateway_values import Wanted

ONCE = "This is the only time that it is shown: only a hash of it is kept. Put it into the script now."
CLEARED = "What is copied is taken off the clipboard after ten seconds."


class TokenDialog(Sheet):
    """Asks for what a token is. It stays open until `accept`, so that what is wrong can be said.

    Signals:
        saved(object): a `gateway_values.Wanted`.
    """

    saved = Signal(object)

    def __init__(
        self,
        accounts: Sequence[tuple[str, str]],
        units: Mapping[str, str],
        clients: Mapping[str, str],
        parent: QWidget | None = None,
    ) -> None:
        """`accounts` are (id, name) in order, `units` what each charges in, `clients` whom each is for."""
        super().__init__("Add token", parent, width_px=500)
        self._units, self._clients = units, clients
        self.head.addWidget(parts.text("Add a token for a script", "lead"))
        self.accounts = DropDown()
        self.accounts.setMinimumContentsLength(8)
        self.accounts.setSizeAdjustPolicy(DropDown.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        for account, name in accounts:
            self.accounts.addItem(name, account)
        self.client = client_field("", clients.values())
        self.client.setPlaceholderText("Such as: night report for Acme")
        row = QHBoxLayout()
        row.setSpacing(theme.px(theme.GAP_PX))
        row.addLayout(parts.field("Account", self.accounts), 1)
        row.addLayout(parts.field("Client or script", self.client), 1)
        self.body.addLayout(row)
        self._make_guards()
        self._make_budgets()
        self.error = parts.error()
        self.body.addWidget(self.error)
        self.body.addStretch(1)
        cancel = parts.button("Cancel")
        cancel.clicked.connect(self.reject)
        self.save = parts.button("Make the token", "primary")
        self.save.clicked.connect(self._save)
        self.add_buttons([cancel], self.save)
        self.accounts.currentIndexChanged.connect(lambda _: self._account_chosen())
        self._account_chosen()
        self.client.setFocus()

    def show_error(self, text: str) -> None:
        """Say why it was not made."""
        self.error.setText(text)
        self.error.setVisible(bool(text))

    def choose(self, account_id: str) -> None:
        """Choose this account."""
        place = self.accounts.findData(account_id)
        if place >= 0:
            self.accounts.setCurrentIndex(place)

    def _make_guards(self) -> None:
        self.guards: dict[Guard, QRadioButton] = {}
        group = QButtonGroup(self)
        column = QVBoxLayout()
        column.setSpacing(theme.px(2))
        column.addWidget(parts.text("When a request cannot be paid, or its budget is used up", "label"))
        for guard, (name, sentence) in gateway_words.GUARDS.items():
            button = self.guards[guard] = QRadioButton(f"{name}. {sentence.split('. ')[0]}.")
            button.setAccessibleName(name)
            button.setAccessibleDescription(sentence)
            group.addButton(button)
            column.addWidget(button)
            rest = sentence.partition(". ")[2]
            note = parts.small(rest)
            note.setContentsMargins(theme.px(28), 0, 0, theme.px(4))
            column.addWidget(note)
        self.guards[Guard.WATCH].setChecked(True)
        self.body.addLayout(column)

    def _make_budgets(self) -> None:
        self.day, self.month = AmountField("Budget a day", "no limit"), AmountField("Budget a month", "no limit")
        row = QHBoxLayout()
        row.setSpacing(theme.px(theme.GAP_PX))
        row.addLayout(parts.field("Budget a day (optional)", self.day), 1)
        row.addLayout(parts.field("Budget a month (optional)", self.month), 1)
        self.body.addLayout(row)
        self.unit = parts.small()
        self.body.addWidget(self.unit)
        for each in (self.day, self.month):
            each.amount_changed.connect(lambda: self.show_error(""))

    def _account_chosen(self) -> None:
        account = str(self.accounts.currentData() or "")
        known = set(self._clients.values())
        if self.client.text() in known or not self.client.text():
            self.client.setText(self._clients.get(account, ""))
        unit = self._units.get(account, "")
        counted = f"Budgets are in {words.unit_word(unit, 2)}. " if unit else ""
        self.unit.setText(f"{counted}Days and months begin at midnight UTC.")

    def _save(self) -> None:
        for each in (self.day, self.month):
            amount = each.amount()
            if each.is_wrong() or (amount is not None and amount < 0):
                each.show_wrong(True)
                each.setFocus()
                self.show_error(WRONG if each.is_wrong() else "A budget is not negative.")
                return
        guard = next(guard for guard, button in self.guards.items() if button.isChecked())
        told = (str(self.accounts.currentData()), self.client.text().strip(), guard)
        self.saved.emit(Wanted(*told, self.day.amount(), self.month.amount()))


class TokenShown(Sheet):
    """The new token, this once, and what a script needs beside it.

    Signals:
        copy_requested(str): the token is to be put on the clipboard, and taken off it soon.
        url_copy_requested(str): the base URL is to be put there.
    """

    copy_requested = Signal(str)
    url_copy_requested = Signal(str)

    def __init__(self, secret: str, url: str, key: str, parent: QWidget | None = None) -> None:
        """`url` is the base URL, "" while the gateway is off; `key` says where the token is sent."""
        super().__init__("The new token", parent, width_px=560)
        self.head.addWidget(parts.text("The new token", "lead"))
        self.body.addWidget(parts.muted(ONCE))
        self.token = self._line("Token", secret)
        copy = parts.button("Copy", "primary", "duplicate", name="Copy the token")
        copy.clicked.connect(lambda: self.copy_requested.emit(self.token.text()))
        self.copy = copy
        self._row("Token", self.token, copy)
        self.said = parts.small(f"Send it as the key: {key}. {CLEARED}")
        self.body.addWidget(self.said)
        self.url = self._line("Base URL", url)
        if url:
            also = parts.button("Copy", icon="duplicate", name="Copy the base URL")
            also.clicked.connect(lambda: self.url_copy_requested.emit(url))
            self._row("Base URL", self.url, also)
        else:
            self.body.addWidget(parts.small("The gateway is off. Start it to see the base URL of a script."))
        self.body.addStretch(1)
        self.done_button = parts.button("Done", "secondary")
        self.done_button.clicked.connect(self.accept)
        self.add_buttons([], self.done_button)
        self.token.setFocus()
        self.finished.connect(lambda _: self.token.clear())

    def _line(self, name: str, text: str) -> QLineEdit:
        field = QLineEdit(text)
        field.setReadOnly(True)
        field.setAccessibleName(name)
        field.setCursorPosition(0)
        return field

    def _row(self, name: str, field: QLineEdit, button: parts.Button) -> None:
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        row.addWidget(field, 1)
        row.addWidget(button)
        column = QVBoxLayout()
        column.setSpacing(theme.px(5))
        column.addWidget(parts.label(name, field))
        column.addLayout(row)
        self.body.addLayout(column)
