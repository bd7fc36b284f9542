"""The dialog in which a balance, a top-up, a grant or a charge is typed into the ledger."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from PySide6.QtCore import QDateTime, Signal
from PySide6.QtWidgets import QDateTimeEdit, QHBoxLayout, QLineEdit, QWidget

from creditdesk.ui import ledger_words, parts, theme
from creditdesk.ui.amount_field import WRONG, AmountField
from creditdesk.ui.client_field import client_field
from creditdesk.ui.date_field import with_calendar
from creditdesk.ui.dialogs import Sheet
from creditdesk.ui.drop_down import DropDown
from creditdesk.ui.ledger_values import Kind, Typed

MOST_NOTE = 200
_MONTH = timedelta(days=30)
_SHOWN = "d MMM yyyy HH:mm"


class LedgerEntryDialog(Sheet):
    """Asks for one line. It stays open until `accept`, so that what is wrong can be said. Open it with `open()`.

    Signals:
        saved(object): a `ledger_values.Typed`.
    """

    saved = Signal(object)

    def __init__(
        self,
        title: str,
        offered: tuple[Sequence[tuple[str, str]], Sequence[tuple[str, str]], Iterable[str]],
        now: datetime,
        parent: QWidget | None = None,
    ) -> None:
        """`offered`: pools as (id, label), operations as (id, label), and the clients that are known."""
        super().__init__(title, parent, width_px=500)
        pools, operations, clients = offered
        self._now = now
        self.head.addWidget(parts.text(title, "lead", wrap=True))
        self.kinds = DropDown()
        for kind, (name, _) in ledger_words.KINDS.items():
            self.kinds.addItem(name, kind)
        self.kinds.currentIndexChanged.connect(lambda _: self._kind_chosen())
        self.hint = parts.small()
        self.pools = _box(pools)
        self.amount = AmountField("Amount")
        self.when = _date(now, "When")
        self.expires = _date(now + _MONTH, "Until")
        self.operations = _box([("", ledger_words.NOT_SAID), *operations])
        self.client = client_field("", clients)
        self.note = QLineEdit()
        self.note.setMaxLength(MOST_NOTE)
        self.note.setPlaceholderText("Such as: invoice 7")
        self.error = parts.error()
        self.body.addLayout(parts.field("What it is", self.kinds))
        self.body.addWidget(self.hint)
        self._row(("Pool", self.pools), ("Amount", self.amount))
        self.until = self._row(("When", self.when), ("Until", self.expires))
        self.spent = self._row(("Operation", self.operations), ("Client (optional)", self.client))
        self.body.addLayout(parts.field("Note (optional)", self.note))
        self.body.addWidget(self.error)
        self.body.addStretch(1)
        cancel = parts.button("Cancel")
        cancel.clicked.connect(self.reject)
        self.save = parts.button("Save", "primary")
        self.save.clicked.connect(self._save)
        self.add_buttons([cancel], self.save)
        self.amount.amount_changed.connect(lambda: self.show_error(""))
        self._kind_chosen()
        self.amount.setFocus()

    def show_error(self, text: str) -> None:
        """Say why it was not kept."""
        self.error.setText(text)
        self.error.setVisible(bool(text))

    def choose(self, kind: Kind) -> None:
        """Ask for this kind of line."""
        self.kinds.setCurrentIndex(self.kinds.findData(kind))

    def _row(self, *fields: tuple[str, QWidget]) -> list[QWidget]:
        """Fields beside each other; gives each column, so that it can be hidden."""
        row = QHBoxLayout()
        row.setSpacing(theme.px(theme.GAP_PX))
        columns = []
        for name, widget in fields:
            column = QWidget()
            layout = parts.field(name, widget)
            layout.setContentsMargins(0, 0, 0, 0)
            column.setLayout(layout)
            row.addWidget(column, 1)
            columns.append(column)
        self.body.addLayout(row)
        return columns

    def _kind(self) -> Kind:
        return Kind(self.kinds.currentData())

    def _kind_chosen(self) -> None:
        kind = self._kind()
        self.hint.setText(ledger_words.KINDS[kind][1])
        self.until[1].setVisible(kind is Kind.GRANT)
        self.spent[0].setVisible(kind is Kind.CHARGE)
        self.show_error("")

    def _save(self) -> None:
        kind, amount = self._kind(), self.amount.amount()
        at, ends = _instant(self.when, self._now), _instant(self.expires, self._now)
        wrong = self._wrong(kind, at, ends)
        if wrong or amount is None:
            self.amount.show_wrong(amount is None)
            self.amount.setFocus()
            self.show_error(wrong)
            return
        charge = kind is Kind.CHARGE
        told = (kind, str(self.pools.currentData()), amount, at, self.client.text().strip())
        operation = str(self.operations.currentData()) if charge else ""
        note = self.note.text().strip()
        self.saved.emit(Typed(*told, operation, note, ends if kind is Kind.GRANT else None))

    def _wrong(self, kind: Kind, at: datetime, ends: datetime) -> str:
        """What is wrong with what was typed; "" where nothing is."""
        amount = self.amount.amount()
        if amount is None:
            return WRONG
        if kind in (Kind.TOP_UP, Kind.GRANT) and amount <= 0:
            return "What was added is more than 0."
        if kind is Kind.CHARGE and not amount:
            return "A charge of 0 changes nothing."
        if at > self._now + timedelta(minutes=1):
            return "What is yet to come cannot be typed."
        if kind is Kind.GRANT and ends <= at:
            return "A grant ends after it was given."
        return "" if self.pools.count() else "The account has no pool yet. Type its balance first."


def _box(items: Sequence[tuple[str, str]]) -> DropDown:
    box = DropDown()
    box.setMinimumContentsLength(8)
    box.setSizeAdjustPolicy(DropDown.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    for value, name in items:
        box.addItem(name, value)
    return box


def _date(at: datetime, name: str) -> QDateTimeEdit:
    field = QDateTimeEdit(QDateTime.fromSecsSinceEpoch(int(at.timestamp())))
    with_calendar(field, name)
    field.setDisplayFormat(_SHOWN)
    return field


def _instant(field: QDateTimeEdit, now: datetime) -> datetime:
    """The instant in the field. It has no seconds: one of this minute is now."""
    at = datetime.fromtimestamp(field.dateTime().toSecsSinceEpoch(), UTC)
    return now if at.replace(second=0) == now.replace(second=0, microsecond=0) else at
