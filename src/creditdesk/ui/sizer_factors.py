"""The factors of an operation as fields: a number, one of a list, a word or a number, rows that are counted."""

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLabel, QSpinBox, QVBoxLayout, QWidget

from creditdesk.core.amounts import plain
from creditdesk.core.factors import FactorError, check_factors
from creditdesk.core.offers import Factor, Operation
from creditdesk.ui import parts, theme
from creditdesk.ui.amount_field import AmountField, mark, padded
from creditdesk.ui.sizer_engines import Engine, EngineRows

MOST = 1_000_000_000
MOST_LISTED = 12


class FactorFields(QWidget):
    """A field for each factor of the operation shown.

    Signals:
        changed(): a factor is another one now.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._operation: Operation | None = None
        self._fields: dict[str, QWidget] = {}
        self._errors: dict[str, QLabel] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(10))
        self._inner: QWidget | None = None

    def show_operation(
        self, operation: Operation | None, given: Mapping[str, str], engines: tuple[Engine, ...] = ()
    ) -> None:
        """Show the fields of this operation with these values; what is not given has its default."""
        self._operation = operation
        self._fields.clear()
        self._errors.clear()
        if self._inner is not None:
            self._inner.hide()
            self._inner.deleteLater()
        self._inner = QWidget()
        column = QVBoxLayout(self._inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(10))
        for factor in operation.factors if operation else ():
            field = self._made(factor, given.get(factor.name, factor.default), engines)
            self._fields[factor.name] = field
            self._errors[factor.name] = parts.error()
            part = parts.field(_capital(factor.label), field)
            part.addWidget(self._errors[factor.name])
            column.addLayout(part)
        self._column.addWidget(self._inner)
        self.setVisible(bool(self._fields))

    def values(self) -> dict[str, str]:
        """What is in the fields, by factor name; "" where nothing was given."""
        return {name: _value(field) for name, field in self._fields.items()}

    def rows(self) -> dict[str, int]:
        """How many rows each factor has that is given as rows."""
        return {name: len(field.engines()) for name, field in self._fields.items() if isinstance(field, EngineRows)}

    def engines(self) -> tuple[Engine, ...]:
        """The search engines, () when this operation has none."""
        return next((field.engines() for field in self._fields.values() if isinstance(field, EngineRows)), ())

    def field(self, name: str) -> QWidget:
        """The field of this factor. Raises KeyError when there is none."""
        return self._fields[name]

    def error(self, name: str) -> str:
        """What is said beside this factor."""
        return self._errors[name].text()

    def check(self) -> None:
        """Say beside each field what is wrong with it."""
        if self._operation is None:
            return
        for name, value in self.values().items():
            problem = ""
            try:
                check_factors(self._operation, {name: value})
            except FactorError as wrong:
                problem = f"Allowed: {wrong.allowed}."
            self._errors[name].setText(problem)
            self._errors[name].setVisible(bool(problem))
            mark(self._fields[name], bool(problem))

    def _made(self, factor: Factor, value: str, engines: tuple[Engine, ...]) -> QWidget:
        if factor.as_rows:
            rows = EngineRows(factor.label, engines)
            rows.changed.connect(self.changed)
            return rows
        if factor.kind == "choice" or factor.words:
            return self._list(factor, value)
        if factor.kind == "integer" and value:
            return self._spin(factor, value)
        line = AmountField(factor.label, _hint(factor))
        line.setText(value)
        line.amount_changed.connect(self.changed)
        return line

    def _list(self, factor: Factor, value: str) -> QWidget:
        box = QComboBox()
        box.addItems([*factor.words, *factor.choices, *_small_numbers(factor)])
        open_ended = factor.kind != "choice" and not _small_numbers(factor)
        box.setEditable(open_ended)
        if not value and not open_ended:
            box.insertItem(0, "")
        box.setCurrentText(value)
        box.currentTextChanged.connect(self.changed)
        return box

    def _spin(self, factor: Factor, value: str) -> QWidget:
        box = QSpinBox()
        box.setRange(int(factor.low or 0), min(MOST, int(factor.high)) if factor.high is not None else MOST)
        box.setGroupSeparatorShown(True)
        box.setValue(int(value))
        box.valueChanged.connect(self.changed)
        return padded(box)


def _small_numbers(factor: Factor) -> list[str]:
    """The whole numbers a factor may be, where they are few."""
    if factor.kind != "integer" or factor.low is None or factor.high is None:
        return []
    low, high = int(factor.low), int(factor.high)
    return [str(number) for number in range(low, high + 1)] if high - low < MOST_LISTED else []


def _hint(factor: Factor) -> str:
    return f"at least {plain(factor.low)}" if factor.low else ""


def _capital(label: str) -> str:
    return label[:1].upper() + label[1:]


def _value(field: QWidget) -> str:
    if isinstance(field, EngineRows):
        return str(len(field.engines()))
    if isinstance(field, QSpinBox):
        return str(field.value())
    if isinstance(field, QComboBox):
        return field.currentText().strip()
    if isinstance(field, AmountField):
        amount = field.amount()
        return plain(amount) if amount is not None else field.text().strip()
    return ""
