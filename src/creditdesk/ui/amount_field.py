"""Amounts typed by hand: what is written is read as people write numbers, or the field says what is wrong with it."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QSpinBox, QWidget

from creditdesk.core.amounts import parse_amount
from creditdesk.core.definition import PoolRule
from creditdesk.core.typed import Typed
from creditdesk.ui import parts, theme, words

_GROUPED = re.compile(r"\D{0,3}[0-9]{1,3}([,'’_ ][0-9]{3})+(\.[0-9]+)?")
_SPACES = dict.fromkeys(map(ord, "\u00a0\u2009\u202f\u2007\t"), " ")
WRONG = "Write a number such as 1250, 1,250 or 12.50."


def read_amount(text: str) -> Decimal | None:
    """The amount this text says, with or without grouping (comma, space, apostrophe), with a decimal point.

    None when it is not one number without doubt: "12,5" and "1.234.567" are not.
    """
    line = text.translate(_SPACES).replace("−", "-").strip()
    if _GROUPED.fullmatch(line):
        line = re.sub(r"[,'’_ ]", "", line)
    return parse_amount(line)


class AmountField(QLineEdit):
    """A line for one amount. Empty means not given.

    Signals:
        amount_changed(): the text changed.
    """

    amount_changed = Signal()

    def __init__(self, name: str, placeholder: str = "") -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setPlaceholderText(placeholder)
        self.setMinimumWidth(theme.px(70))
        self.textChanged.connect(self._changed)

    def amount(self) -> Decimal | None:
        """The amount, None when the field is empty or cannot be read (then `is_wrong`)."""
        return read_amount(self.text()) if self.text().strip() else None

    def is_wrong(self) -> bool:
        """Whether something is written that is not an amount."""
        return bool(self.text().strip()) and self.amount() is None

    def show_amount(self, value: Decimal | None) -> None:
        """Write this amount, or nothing."""
        self.setText("" if value is None else words.number(value))

    def show_wrong(self, wrong: bool) -> None:
        """Mark the field, or take the mark away."""
        mark(self, wrong)

    def _changed(self) -> None:
        self.show_wrong(False)
        self.amount_changed.emit()


class TypedFields(QWidget):
    """A row for each pool whose balance is typed: what is left and, where the user knows it, the limit.

    Signals:
        changed(): something was typed.
    """

    changed = Signal()

    def __init__(
        self,
        rules: Sequence[PoolRule],
        limits: Mapping[str, Decimal] | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__()
        self._rules = {rule.id: rule for rule in rules}
        self._left: dict[str, AmountField] = {}
        self._limit: dict[str, AmountField] = {}
        self._errors: dict[str, QLabel] = {}
        self._notes: dict[str, QLabel] = {}
        self._names: dict[str, QLabel] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.px(10))
        self._grid.setVerticalSpacing(theme.px(5))
        self._grid.setColumnStretch(0, 2)
        self._grid.setColumnStretch(1, 1)
        for rule in rules:
            self._add(rule)
        self.show_limits(limits or {})
        self.show_units(settings or {})

    def show_units(self, settings: Mapping[str, str]) -> None:
        """Say the unit that these settings of the account give each pool."""
        for pool_id, rule in self._rules.items():
            self._names[pool_id].setText(with_unit(f"{rule.label}, left", rule, settings))

    def show_limits(self, limits: Mapping[str, Decimal]) -> None:
        """Say the limits that the chosen plan sets, where the user types none."""
        for pool_id, field in self._limit.items():
            known = limits.get(pool_id)
            field.setPlaceholderText("" if known is None else words.number(known))

    def show_typed(self, typed: Mapping[str, Typed], now_words: Mapping[str, str] | None = None) -> None:
        """Write what was typed before; `now_words` says under each when that was."""
        for pool_id, entry in typed.items():
            if pool_id in self._left:
                self._left[pool_id].show_amount(entry.left)
            if pool_id in self._limit:
                self._limit[pool_id].show_amount(entry.limit)
        for pool_id, note in (now_words or {}).items():
            if pool_id in self._notes:
                self._notes[pool_id].setText(note)
                self._notes[pool_id].setVisible(bool(note))

    def check(self) -> bool:
        """Whether everything written is an amount; what is wrong is said beside it, and gets the keyboard."""
        first: QLineEdit | None = None
        for pool_id, left in self._left.items():
            limit = self._limit.get(pool_id)
            problem, culprit = _problem(left, limit)
            self._errors[pool_id].setText(problem)
            self._errors[pool_id].setVisible(bool(problem))
            if culprit is not None:
                culprit.show_wrong(True)
                first = first or culprit
        if first is not None:
            first.setFocus()
        return first is None

    def values(self) -> dict[str, tuple[Decimal, Decimal | None]]:
        """What is left and the limit of each pool that was filled in."""
        found: dict[str, tuple[Decimal, Decimal | None]] = {}
        for pool_id, field in self._left.items():
            left = field.amount()
            if left is not None:
                limit = self._limit.get(pool_id)
                found[pool_id] = (left, limit.amount() if limit else None)
        return found

    def field(self, pool_id: str) -> AmountField:
        """The line for what is left of this pool. Raises KeyError when there is none."""
        return self._left[pool_id]

    def limit_field(self, pool_id: str) -> AmountField | None:
        """The line for this pool's limit, None when the user types none."""
        return self._limit.get(pool_id)

    def error(self, pool_id: str) -> str:
        """What is said beside this pool."""
        return self._errors[pool_id].text()

    def _add(self, rule: PoolRule) -> None:
        row = self._grid.rowCount()
        left = AmountField(f"{rule.label}, left", "not known")
        self._names[rule.id] = parts.label("", left)
        self._grid.addWidget(self._names[rule.id], row, 0)
        self._grid.addWidget(left, row + 1, 0, 1, 1 if rule.typed_limit else 2)
        if rule.typed_limit:
            limit = AmountField(f"{rule.label}, limit")
            self._grid.addWidget(parts.label("of a limit of", limit), row, 1)
            self._grid.addWidget(limit, row + 1, 1)
            limit.amount_changed.connect(self.changed)
            self._limit[rule.id] = limit
        self._errors[rule.id] = parts.error()
        self._notes[rule.id] = parts.small()
        self._notes[rule.id].hide()
        self._grid.addWidget(self._errors[rule.id], row + 2, 0, 1, 2)
        self._grid.addWidget(self._notes[rule.id], row + 3, 0, 1, 2)
        left.amount_changed.connect(self.changed)
        self._left[rule.id] = left


def with_unit(words_over: str, rule: PoolRule, settings: Mapping[str, str]) -> str:
    """The words over an amount of this pool, with its unit where the pool's own label does not say it."""
    unit = rule.unit_at(settings)
    return f"{words_over} ({unit})" if unit and unit.casefold() not in rule.label.casefold() else words_over


def mark(field: QWidget, wrong: bool) -> None:
    """Give a field the border of a mistake, or take it away."""
    state = "wrong" if wrong else ""
    if (field.property("state") or "") != state:
        field.setProperty("state", state)
        field.style().unpolish(field)
        field.style().polish(field)


def padded(spin: QSpinBox) -> QSpinBox:
    """The same box, its number as far from the border as the text of other fields."""
    spin.lineEdit().setTextMargins(theme.px(7), 0, 0, 0)
    return spin


def _problem(left: AmountField, limit: AmountField | None) -> tuple[str, AmountField | None]:
    if left.is_wrong():
        return WRONG, left
    if limit is not None and limit.is_wrong():
        return WRONG, limit
    if limit is not None and limit.amount() is not None and left.amount() is None:
        return "Say also what is left.", left
    return "", None
