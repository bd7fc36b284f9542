"""Amounts the user sets for each pool that an import draws on: what is to stay, and what asks before it is passed."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from creditdesk.core.verdict import Demand
from creditdesk.ui import parts, theme
from creditdesk.ui.amount_field import WRONG, AmountField


class ReserveFields(QWidget):
    """An amount for each pool the import draws on; by default what is kept in reserve.

    Signals:
        changed(str, object): a pool's id and the amount.
    """

    changed = Signal(str, object)

    def __init__(self, title: str = "Keep in reserve", empty: str = "nothing") -> None:
        super().__init__()
        self._what, self._empty = title, empty
        self._fields: dict[str, AmountField] = {}
        self._shown: tuple[str, ...] = ()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(5))
        self._title = parts.text(title, "label")
        self._error = parts.error()
        self._rows = QVBoxLayout()
        self._rows.setSpacing(theme.px(5))
        self._column.addWidget(self._title)
        self._column.addLayout(self._rows)
        self._column.addWidget(self._error)
        self.hide()

    def show_demands(self, demands: Sequence[Demand], owner: str, kept: Mapping[str, Decimal]) -> None:
        """Offer a field for each pool of this account; those on screen stay while account and pools are the same."""
        shown = (owner, *(demand.pool for demand in demands))
        if shown == self._shown or not demands:
            return
        self._shown = shown
        while (item := self._rows.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        self._fields.clear()
        for demand in demands:
            self._rows.addWidget(self._row(demand, kept.get(demand.pool)))

    def field(self, pool: str) -> AmountField:
        """The field of this pool. Raises KeyError when there is none."""
        return self._fields[pool]

    def focus_first(self) -> None:
        """Put the keyboard into the first field."""
        for field in list(self._fields.values())[:1]:
            field.setFocus()

    def _row(self, demand: Demand, kept: Decimal | None) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        amount = AmountField(f"{self._what} of {demand.label}", self._empty)
        amount.setMaximumWidth(theme.px(110))
        amount.show_amount(kept if kept else None)
        amount.amount_changed.connect(lambda pool=demand.pool: self._typed(pool))
        row.addWidget(parts.small(demand.label), 1)
        row.addWidget(amount, 0, Qt.AlignmentFlag.AlignRight)
        self._fields[demand.pool] = amount
        return holder

    def _typed(self, pool: str) -> None:
        field = self._fields[pool]
        wrong = field.is_wrong() or (field.amount() or 0) < 0
        field.show_wrong(wrong)
        self._error.setText(WRONG if wrong else "")
        self._error.setVisible(wrong)
        if not wrong:
            self.changed.emit(pool, field.amount() or Decimal(0))


class AmountFields(QWidget):
    """Both kinds of amounts, folded away until one is set or asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.reserve = ReserveFields()
        self.limits = ReserveFields("Ask me before an import over", "never")
        self._owner = ""
        self.more = parts.button("Reserve and limits", "link", "add")
        self.more.clicked.connect(lambda: self._open(True))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(10))
        row = QHBoxLayout()
        row.addWidget(self.more)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self.reserve)
        column.addWidget(self.limits)

    def show_demands(
        self, demands: Sequence[Demand], owner: str, kept: tuple[Mapping[str, Decimal], Mapping[str, Decimal]]
    ) -> None:
        """Offer fields for the pools of this account; `kept` are what it has: the reserve, the limits."""
        self.reserve.show_demands(demands, owner, kept[0])
        self.limits.show_demands(demands, owner, kept[1])
        self.setVisible(bool(demands))
        if owner != self._owner and demands:
            self._owner = owner
            self._open(any(amounts.get(demand.pool) for amounts in kept for demand in demands))

    def _open(self, opened: bool) -> None:
        focused = self.more.hasFocus()
        self.more.setVisible(not opened)
        self.reserve.setVisible(opened)
        self.limits.setVisible(opened)
        if opened and focused:
            self.reserve.focus_first()
