"""More operations on the same list: each with its factors and how often it is done. Their costs are added up."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSpinBox, QVBoxLayout, QWidget

from creditdesk.core.offers import Operation
from creditdesk.core.verdict import Part
from creditdesk.ui import parts, theme
from creditdesk.ui.amount_field import padded
from creditdesk.ui.sizer_factors import FactorFields
from creditdesk.ui.sizer_words import operation_words

MOST_TIMES = 100_000


@dataclass(frozen=True, slots=True)
class More:
    """What was added beside the first operation, which is done `times` times."""

    parts: tuple[Part, ...] = ()
    times: int = field(default=1)


class PartRow(parts.Card):
    """One added operation.

    Signals:
        changed(): its operation, a factor or the times are others now.
        removed(): it is not wanted any more.
    """

    changed = Signal()
    removed = Signal()

    def __init__(self, offered: Sequence[Operation], part: Part) -> None:
        super().__init__("Added operation", tone="well")
        self._offered = tuple(offered)
        self.body.setContentsMargins(theme.px(10), theme.px(8), theme.px(10), theme.px(10))
        self.operation = QComboBox()
        self.operation.setAccessibleName("Added operation")
        self.operation.setMinimumContentsLength(8)
        self.operation.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        for each in self._offered:
            self.operation.addItem(operation_words(each), each.id)
        self.operation.setCurrentIndex(max(0, self.operation.findData(part.operation.id)))
        self.remove = parts.button("", "quiet", "close", name="Remove this operation")
        self.remove.clicked.connect(self.removed)
        self.factors = FactorFields()
        self.factors.show_operation(part.operation, part.factors)
        self.times = times_box(part.times)
        top = QHBoxLayout()
        top.addWidget(self.operation, 1)
        top.addWidget(self.remove)
        self.body.addLayout(top)
        self.body.addWidget(self.factors)
        self.body.addLayout(_beside("Times", self.times))
        self.operation.currentIndexChanged.connect(self._pick)
        self.factors.changed.connect(self.changed)
        self.times.valueChanged.connect(self.changed)

    def part(self) -> Part:
        """What is asked here."""
        chosen = self.operation.currentData()
        operation = next((each for each in self._offered if each.id == chosen), self._offered[0])
        return Part(operation, self.factors.values(), self.times.value())

    def _pick(self) -> None:
        self.factors.show_operation(self.part().operation, {})
        self.changed.emit()


class PartRows(QWidget):
    """The added operations, and the button that adds one. It is hidden where there is nothing to add.

    Signals:
        changed(): what is asked here is something else now.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._offered: tuple[Operation, ...] = ()
        self._rows: list[PartRow] = []
        self._owner = ""
        self.times = times_box(1)
        self._first = QWidget()
        first = _beside("Times", self.times)
        first.setContentsMargins(0, 0, 0, 0)
        self._first.setLayout(first)
        self.add = parts.button("Add operation", "link", "add")
        self.add.clicked.connect(self.add_row)
        self._column = QVBoxLayout()
        self._column.setSpacing(theme.px(8))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(theme.px(8))
        whole.addWidget(self._first)
        whole.addLayout(self._column)
        row = QHBoxLayout()
        row.addWidget(self.add)
        row.addStretch(1)
        whole.addLayout(row)
        self.times.valueChanged.connect(self.changed)
        self.setAccessibleName("Operations on the same list")

    @property
    def rows(self) -> tuple[PartRow, ...]:
        """The added operations on screen."""
        return tuple(self._rows)

    def show_offers(self, owner: str, offered: Sequence[Operation], more: More) -> None:
        """Offer these operations of this account, with what was added before; the same owner's rows stay."""
        if (owner, tuple(offered)) == (self._owner, self._offered):
            return
        self._owner, self._offered = owner, tuple(offered)
        for row in list(self._rows):
            self._drop(row)
        for part in more.parts:
            self._put(part)
        with QSignalBlocker(self.times):
            self.times.setValue(more.times)
        self._tell()

    def more(self) -> More:
        """What is added."""
        return More(tuple(row.part() for row in self._rows), self.times.value() if self._rows else 1)

    def add_row(self) -> None:
        """Add an operation, at first the one after the last that is there."""
        used = {row.part().operation.id for row in self._rows}
        free = [each for each in self._offered[1:] if each.id not in used]
        row = self._put(Part((free or list(self._offered))[0]))
        self._tell()
        row.operation.setFocus()
        self.changed.emit()

    def check(self) -> None:
        """Say beside each field what is wrong with it."""
        for row in self._rows:
            row.factors.check()

    def _put(self, part: Part) -> PartRow:
        row = PartRow(self._offered, part)
        row.changed.connect(self.changed)
        row.removed.connect(lambda: self._remove(row))
        self._rows.append(row)
        self._column.addWidget(row)
        return row

    def _remove(self, row: PartRow) -> None:
        self._drop(row)
        self._tell()
        self.add.setFocus()
        self.changed.emit()

    def _drop(self, row: PartRow) -> None:
        self._rows.remove(row)
        self._column.removeWidget(row)
        row.hide()
        row.deleteLater()

    def _tell(self) -> None:
        self._first.setVisible(bool(self._rows))
        self.setVisible(len(self._offered) > 1 or bool(self._rows))


def times_box(value: int) -> QSpinBox:
    """How often an operation is done."""
    box = QSpinBox()
    box.setRange(1, MOST_TIMES)
    box.setGroupSeparatorShown(True)
    box.setSuffix(" ×")
    box.setValue(value)
    box.setAccessibleName("Times")
    return padded(box)


def _beside(label: str, widget: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.addWidget(parts.label(label, widget), 1)
    row.addWidget(widget)
    return row
