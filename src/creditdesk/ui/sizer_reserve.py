"""What the sizer keeps untouched: an amount for each pool that an import draws on."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from creditdesk.core.sizing import Demand
from creditdesk.ui import parts, theme
from creditdesk.ui.amount_field import WRONG, AmountField


class ReserveFields(QWidget):
    """An amount to keep for each pool the import draws on.

    Signals:
        changed(str, object): a pool's id and the amount to keep of it.
    """

    changed = Signal(str, object)

    def __init__(self) -> None:
        super().__init__()
        self._fields: dict[str, AmountField] = {}
        self._shown: tuple[str, ...] = ()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(5))
        self._title = parts.text("Keep in reserve", "label")
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

    def _row(self, demand: Demand, kept: Decimal | None) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        amount = AmountField(f"Keep in reserve of {demand.label}", "nothing")
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
