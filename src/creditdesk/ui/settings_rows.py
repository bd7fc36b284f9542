"""The rows of the settings page: words at the left, one control at the right, and what is wrong with it below."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from creditdesk.ui import parts, theme, words
from creditdesk.ui.amount_field import mark, read_amount
from creditdesk.ui.drop_down import DropDown

_AROUND_PX = 46  # beside the words of a closed drop-down: its padding and its arrow, which Qt does not count
SETTLE_MS = 700
"""A number typed counts after so long without a further key, or when the field is left: 15 is not 1 on the way."""


class Row(QWidget):
    """A title with a quiet hint under it, a control, and an error line that is hidden while nothing is wrong."""

    def __init__(self, title: str, hint: str, *controls: QWidget) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.title = QLabel(title)
        self.title.setWordWrap(True)
        self.hint = parts.small(hint)
        self.hint.setVisible(bool(hint))
        self._error = parts.error()
        for label, least in ((self.title, 160), (self.hint, 200), (self._error, 300)):
            label.setMinimumWidth(theme.px(least))  # else a scrolled page takes wrapped words for very high
        said = QVBoxLayout()
        said.setSpacing(theme.px(2))
        said.addWidget(self.title)
        said.addWidget(self.hint)
        line = QHBoxLayout()
        line.setSpacing(theme.px(8))
        line.addLayout(said, 1)
        line.addSpacing(theme.px(8))
        for each in controls:
            line.addWidget(each, 0, Qt.AlignmentFlag.AlignVCenter)
            if not each.accessibleName():
                each.setAccessibleName(title)
            each.setAccessibleDescription(hint)
        self._controls = controls
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, theme.px(3), 0, theme.px(3))
        whole.setSpacing(theme.px(3))
        whole.addLayout(line)
        whole.addWidget(self._error)
        if controls:
            self.title.setBuddy(controls[0])

    def show_error(self, text: str) -> None:
        """Say what is wrong beside the control; "" takes it away."""
        self._error.setText(text)
        self._error.setVisible(bool(text))

    def error(self) -> str:
        """What is said beside the control."""
        return self._error.text()

    def show_hint(self, hint: str) -> None:
        """Change the quiet line, also for screen readers."""
        for each in self._controls:
            each.setAccessibleDescription(hint)
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))


class NumberRow(Row):
    """A number with its unit. Up and Down step by one; what cannot be is said and not emitted.

    Signals:
        value_changed(object): a new Decimal that is allowed, after SETTLE_MS or when the field is left.
    """

    value_changed = Signal(object)

    def __init__(self, title: str, hint: str, unit: str, allowed: tuple[int, int]) -> None:
        self.field = QLineEdit()
        self.field.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.field.setFixedWidth(theme.px(84))
        self.field.setAccessibleName(f"{title}, {unit}")
        unit_label = parts.text(unit, "muted")
        unit_label.setMinimumWidth(theme.px(52))
        super().__init__(title, hint, self.field, unit_label)
        self._unit, (self._low, self._high) = unit, allowed
        self._told: Decimal | None = None
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self.settle)
        self.field.textEdited.connect(lambda _: self._edited())
        self.field.editingFinished.connect(self.settle)
        self.field.installEventFilter(self)

    def show_value(self, value: Decimal) -> None:
        """Write this number."""
        self._told = value
        self.field.setText(words.number(value).replace(",", ""))
        self.show_wrong("")

    def value(self) -> Decimal | None:
        """The number written, None when it cannot be."""
        value = read_amount(self.field.text())
        return value if value is not None and self._low <= value <= self._high else None

    def show_wrong(self, text: str) -> None:
        """Mark the field and say why; "" takes both away."""
        self.show_error(text)
        mark(self.field, bool(text))

    def settle(self) -> None:
        """Take what is written, now."""
        self._settle.stop()
        value = self.value()
        if value is None:
            self.show_wrong(f"Write a number from {self._low:,} to {self._high:,} ({self._unit}).")
        elif value != self._told:
            self._told = value
            self.show_wrong("")
            self.value_changed.emit(value)
        elif self.error().startswith("Write a number"):
            self.show_wrong("")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt calls this for everything that happens to the field."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            step = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()), 0)
            if step and self.value() is not None:
                value = min(max((self.value() or Decimal(0)) + step, Decimal(self._low)), Decimal(self._high))
                self.field.setText(words.number(value).replace(",", ""))
                self._edited()
                return True
        return False

    def _edited(self) -> None:
        self._settle.start()


class SwitchRow(Row):
    """A tick box whose words are its own; other controls may stand before it.

    Signals:
        switched(bool): the user ticked it or took the tick away.
    """

    switched = Signal(bool)

    def __init__(self, title: str, hint: str = "", *controls: QWidget) -> None:
        self.box = QCheckBox()
        self.box.setFixedWidth(theme.px(25))
        super().__init__(title, hint, *controls, self.box)
        self.box.setAccessibleName(title)
        self.box.clicked.connect(self.switched)
        self.title.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt calls this for everything that happens to the words: a click on them counts for the box."""
        if event.type() == QEvent.Type.MouseButtonRelease and self.box.isEnabled():
            self.box.click()
            return True
        return False


def choice(pairs: Sequence[tuple[str, object]], chosen: Callable[[object], None], name: str) -> QComboBox:
    """A box of (words, value) pairs that tells the value the user chose."""
    box = DropDown()
    box.setAccessibleName(name)
    for text, value in pairs:
        box.addItem(text, value)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    box.ensurePolished()
    widest = max(box.fontMetrics().horizontalAdvance(text) for text, _ in pairs)
    box.setMinimumWidth(widest + theme.px(_AROUND_PX))
    box.activated.connect(lambda _: chosen(box.currentData()))
    return box
