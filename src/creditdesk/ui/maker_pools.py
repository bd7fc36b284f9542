"""The pools of an own vendor as they stand: label, kind, unit, and where each number is taken from."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from creditdesk.core.own_vendor import Found, Look, PoolSketch
from creditdesk.ui import parts, theme
from creditdesk.ui.drop_down import DropDown
from creditdesk.ui.maker_words import KINDS, role_word


class PoolBoxes(QWidget):
    """One box for each pool, and one for what is said of the account.

    Signals:
        changed(int, str, str): a pool's label, kind or unit is to be this.
        taken_back(int, object): a Role is no longer said of this pool (-1: of the account).
        dropped(int): this pool is not wanted.
    """

    changed = Signal(int, str, str)
    taken_back = Signal(int, object)
    dropped = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._shape: tuple[object, ...] = ()
        self._boxes: list[_PoolBox] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(10))
        self.setAccessibleName("Pools")

    @property
    def boxes(self) -> "tuple[_PoolBox, ...]":
        """The boxes of the pools, in the order of the file."""
        return tuple(self._boxes)

    def show_look(self, look: Look) -> None:
        """Show the pools; boxes are made anew only where a pool or a path came or went."""
        paths = tuple((each.rows, each.found) for each in look.pools)
        if (paths, look.account) != self._shape:
            self._shape = (paths, look.account)
            self._rebuild(look)
        for box, pool in zip(self._boxes, look.pools, strict=True):
            box.show_pool(pool)

    def _rebuild(self, look: Look) -> None:
        while (item := self._column.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        self._boxes = [_PoolBox(number, pool, self) for number, pool in enumerate(look.pools)]
        for box in self._boxes:
            self._column.addWidget(box)
        if look.account:
            card = parts.Card("Account")
            card.body.addWidget(parts.heading("Account"))
            card.body.addLayout(_paths(look.account, lambda found: self.taken_back.emit(-1, found.role)))
            self._column.addWidget(card)


class _PoolBox(parts.Card):
    """One pool."""

    def __init__(self, number: int, pool: PoolSketch, boxes: PoolBoxes) -> None:
        super().__init__(f"Pool {number + 1}")
        self._number = number
        self.label = QLineEdit()
        self.label.setAccessibleName(f"Label of pool {number + 1}")
        self.unit = QLineEdit()
        self.unit.setAccessibleName(f"Unit of pool {number + 1}")
        self.unit.setPlaceholderText("credits")
        self.kind = DropDown()
        self.kind.setAccessibleName(f"Kind of pool {number + 1}")
        self.kind.setSizeAdjustPolicy(DropDown.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.kind.setMinimumContentsLength(10)
        for value, words in KINDS:
            self.kind.addItem(words, value)
        self.drop = parts.button("", "quiet", "remove", f"Remove pool {number + 1}")
        self.drop.clicked.connect(lambda: boxes.dropped.emit(number))
        self.label.textEdited.connect(lambda text: boxes.changed.emit(number, "label", text))
        self.unit.textEdited.connect(lambda text: boxes.changed.emit(number, "unit", text))
        self.kind.activated.connect(lambda _at: boxes.changed.emit(number, "kind", str(self.kind.currentData())))
        head = QHBoxLayout()
        head.setSpacing(theme.px(6))
        head.addWidget(self.label, 3)
        head.addWidget(self.unit, 2)
        head.addWidget(self.drop)
        self.body.addLayout(head)
        self.body.addWidget(self.kind)
        if pool.rows:
            self.body.addWidget(parts.small(f"One pool for each row{'' if pool.rows == '@' else f' of {pool.rows}'}"))
        self.doubt = parts.error()
        self.doubt.hide()
        self.body.addWidget(self.doubt)
        self.body.addLayout(_paths(pool.found, lambda found: boxes.taken_back.emit(number, found.role)))

    def show_pool(self, pool: PoolSketch) -> None:
        """Show what the file says; a field that is being typed in is left alone."""
        by_path = any(each.role == "unit_from" for each in pool.found)
        for field, text in ((self.label, pool.label), (self.unit, pool.unit)):
            if not field.hasFocus() and field.text() != text:
                field.setText(text)
        self.unit.setEnabled(not by_path)
        self.label.setEnabled(not any(each.role == "label" for each in pool.found))
        self.kind.setCurrentIndex(self.kind.findData(pool.kind))
        self.doubt.setText(pool.doubt)
        self.doubt.setVisible(bool(pool.doubt))


def _paths(found: Sequence[Found], back: Callable[[Found], None]) -> QGridLayout:
    """A line for each value: what it is, its path, and a button that takes it back."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(theme.px(8))
    grid.setVerticalSpacing(theme.px(2))
    grid.setColumnStretch(1, 1)
    for row, each in enumerate(found):
        word = role_word(each.role)
        grid.addWidget(parts.text(word, "label"), row, 0)
        path = parts.ElidedLabel(each.path)
        path.setAccessibleName(f"{word}: {each.path}")
        grid.addWidget(path, row, 1)
        undo = parts.button("", "quiet", "close", f"{word} is not {each.path}")
        undo.clicked.connect(lambda _checked=False, each=each: back(each))
        grid.addWidget(undo, row, 2, Qt.AlignmentFlag.AlignRight)
    return grid
