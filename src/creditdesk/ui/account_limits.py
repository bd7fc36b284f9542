"""When an account warns, in the account dialog: percent of a limit, or an amount for a wallet."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QSpinBox, QVBoxLayout, QWidget

from creditdesk.core.definition import Definition
from creditdesk.core.pools import Thresholds
from creditdesk.ui import parts, theme
from creditdesk.ui.account_draft import has_percent, wallet_rules
from creditdesk.ui.amount_field import WRONG, AmountField, mark, padded, with_unit

ORDER = "The second warning must be under the first."


class WarnPercent(QWidget):
    """Two percentages: low, and critical.

    Signals:
        changed(): one of them is another one now.
    """

    changed = Signal()

    def __init__(self, thresholds: Thresholds) -> None:
        super().__init__()
        self.low = _percent("under ", thresholds.low_percent, "Warn when left is under, percent")
        self.critical = _percent("again under ", thresholds.critical_percent, "Warn again when left is under, percent")
        self.error = parts.error()
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        row.addWidget(self.low, 4)
        row.addWidget(self.critical, 5)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(5))
        column.addWidget(parts.label("Warn when left", self.low))
        column.addLayout(row)
        column.addWidget(self.error)
        self.low.valueChanged.connect(self.changed)
        self.critical.valueChanged.connect(self.changed)

    def check(self) -> QWidget | None:
        """The field that is wrong, with the reason said under it; None when both will do."""
        wrong = self.critical.value() > self.low.value()
        self.error.setText(ORDER if wrong else "")
        self.error.setVisible(wrong)
        mark(self.critical, wrong)
        return self.critical if wrong else None

    def onto(self, thresholds: Thresholds) -> Thresholds:
        """These thresholds with the percentages of the fields; one that was not touched keeps its decimals."""
        low, critical = thresholds.low_percent, thresholds.critical_percent
        if self.low.value() != round(low):
            low = Decimal(self.low.value())
        if self.critical.value() != round(critical):
            critical = Decimal(self.critical.value())
        return replace(thresholds, low_percent=low, critical_percent=critical)


class WarnAmounts(QWidget):
    """Two amounts for each wallet: low, and critical. Empty means the desk's own rule, the days that it lasts."""

    def __init__(self, definition: Definition, thresholds: Thresholds) -> None:
        super().__init__()
        self._rows: dict[str, tuple[AmountField, AmountField]] = {}
        self._names: dict[str, QLabel] = {}
        self._rules = wallet_rules(definition)
        self.error = parts.error()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(5))
        for rule in self._rules:
            low, critical = AmountField("", "by the days it lasts"), AmountField("", "again under")
            low.show_amount(thresholds.low_amounts.get(rule.id))
            critical.show_amount(thresholds.critical_amounts.get(rule.id))
            row = QHBoxLayout()
            row.setSpacing(theme.px(8))
            row.addWidget(low, 1)
            row.addWidget(critical, 1)
            self._names[rule.id] = parts.label("", low)
            column.addWidget(self._names[rule.id])
            column.addLayout(row)
            self._rows[rule.id] = (low, critical)
        self.show_units(definition.settings({}))
        column.addWidget(self.error)
        self.setVisible(bool(self._rows))

    def show_units(self, settings: Mapping[str, str]) -> None:
        """Say the unit that these settings of the account give each wallet."""
        for rule in self._rules:
            low, critical = self._rows[rule.id]
            unit = rule.unit_at(settings)
            low.setAccessibleName(f"{rule.label}: warn when under, {unit}")
            critical.setAccessibleName(f"{rule.label}: warn again when under, {unit}")
            self._names[rule.id].setText(with_unit(f"{rule.label}: warn when under", rule, settings))

    def field(self, pool_id: str) -> tuple[AmountField, AmountField]:
        """The two fields of this wallet. Raises KeyError when there is none."""
        return self._rows[pool_id]

    def check(self) -> QWidget | None:
        """The first field that is wrong, with the reason said under them; None when all will do."""
        for low, critical in self._rows.values():
            for each in (low, critical):
                if each.is_wrong():
                    return self._say(WRONG, each)
            first, second = low.amount(), critical.amount()
            if first is not None and second is not None and second > first:
                return self._say(ORDER, critical)
        self.error.hide()
        return None

    def onto(self, thresholds: Thresholds) -> Thresholds:
        """These thresholds with the amounts of the fields."""
        lows = _amounts(thresholds.low_amounts, {pool: low.amount() for pool, (low, _) in self._rows.items()})
        criticals = _amounts(
            thresholds.critical_amounts, {pool: high.amount() for pool, (_, high) in self._rows.items()}
        )
        return replace(thresholds, low_amounts=lows, critical_amounts=criticals)

    def _say(self, text: str, field: AmountField) -> QWidget:
        self.error.setText(text)
        self.error.show()
        field.show_wrong(True)
        return field


def chosen_thresholds(
    desk: Thresholds, own: Thresholds | None, percent: WarnPercent | None, amounts: WarnAmounts
) -> Thresholds | None:
    """The account's thresholds by the fields; None when they are the desk's own."""
    made = amounts.onto(own or desk)
    if percent is not None:
        made = percent.onto(made)
    return None if made == desk else made


def percent_of(definition: Definition, thresholds: Thresholds) -> WarnPercent | None:
    """The fields for percentages, None where the vendor has nothing to take a percentage of."""
    return WarnPercent(thresholds) if has_percent(definition) else None


def _percent(before: str, value: Decimal, name: str) -> QSpinBox:
    field = QSpinBox()
    field.setRange(0, 100)
    field.setPrefix(before)
    field.setSuffix(" %")
    field.setValue(round(value))
    field.setAccessibleName(name)
    field.setMinimumWidth(theme.px(96))
    field.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    return padded(field)


def _amounts(before: Mapping[str, Decimal], fields: Mapping[str, Decimal | None]) -> dict[str, Decimal]:
    kept = {pool: value for pool, value in before.items() if pool not in fields}
    return {**kept, **{pool: value for pool, value in fields.items() if value is not None}}
