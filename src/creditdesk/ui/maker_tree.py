"""An answer as a tree: names, values, and what they were said to be. Rows are made when they are seen."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import QFrame, QHeaderView, QTreeView

from creditdesk.core.own_vendor import Place
from creditdesk.ui import theme

Index = QModelIndex | QPersistentModelIndex
Masked = Callable[[str, object], str | None]

AT_ONCE = 200
"""Rows of a list that are made at a time."""
MOST_SHOWN = 200
PLACE = Qt.ItemDataRole.UserRole + 1


class Node:
    """One value of the answer."""

    __slots__ = ("children", "made", "parent", "row", "step", "value")

    def __init__(self, step: str | int, value: object, parent: "Node | None", row: int) -> None:
        self.step = step
        self.value = value
        self.parent = parent
        self.row = row
        self.children: list[Node] = []
        self.made = 0

    @property
    def size(self) -> int:
        """How many values it holds."""
        return len(self.value) if isinstance(self.value, dict | list) else 0

    @property
    def place(self) -> Place:
        """Where it stands."""
        steps: list[str | int] = []
        node: Node | None = self
        while node is not None and node.parent is not None:
            steps.append(node.step)
            node = node.parent
        return tuple(reversed(steps))

    def fetch(self) -> None:
        """Make the next rows."""
        end = min(self.size, self.made + AT_ONCE)
        steps = self._steps()
        for row in range(self.made, end):
            step = steps[row]
            self.children.append(Node(step, self.value[step], self, row))  # type: ignore[index]  # a dict or a list
        self.made = end

    def _steps(self) -> Any:
        return list(self.value) if isinstance(self.value, dict) else range(self.size)


class AnswerModel(QAbstractItemModel):
    """The tree of one answer. `masked` says what stands instead of a value that looks like a key (None: show it)."""

    def __init__(self, masked: Masked, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._masked = masked
        self._scalar = False
        self._root = Node("", None, None, 0)
        self._marks: Mapping[Place, str] = {}
        self._guessed: Mapping[Place, str] = {}

    def show_answer(self, data: object) -> None:
        """Show another answer."""
        self.beginResetModel()
        self._root = Node("", data if isinstance(data, dict | list) else {"the answer": data}, None, 0)
        self._scalar = not isinstance(data, dict | list)
        self._root.fetch()
        self.endResetModel()

    def show_marks(self, marks: Mapping[Place, str], guessed: Mapping[Place, str]) -> None:
        """Say what these values are, and what others look like."""
        self._marks, self._guessed = marks, guessed
        self._touch(self._root, QModelIndex())

    def place(self, index: Index) -> Place:
        """Where the value of a row stands."""
        node = self._node(index)
        return () if self._scalar else node.place

    def index_of(self, place: Place) -> QModelIndex:
        """The row of a place; an invalid one where there is none."""
        index, node = QModelIndex(), self._root
        for step in ("the answer",) if self._scalar else place:
            row = self._row(node, step)
            if row < 0:
                return QModelIndex()
            while node.made <= row:
                self.fetchMore(index)
            index, node = self.index(row, 0, index), node.children[row]
        return index

    def is_secret(self, index: Index) -> bool:
        """Whether the value of a row is hidden."""
        node = self._node(index)
        return self._masked(str(node.step), node.value) is not None

    def rowCount(self, parent: Index | None = None) -> int:
        """Qt's."""
        return self._node(parent).made if parent is None or parent.column() <= 0 else 0

    def columnCount(self, parent: Index | None = None) -> int:
        """Qt's."""
        return 3

    def hasChildren(self, parent: Index | None = None) -> bool:
        """Qt's."""
        return self._node(parent).size > 0

    def canFetchMore(self, parent: Index) -> bool:
        """Qt's."""
        node = self._node(parent)
        return node.made < node.size

    def fetchMore(self, parent: Index) -> None:
        """Qt's: a list shows its next rows."""
        node = self._node(parent)
        last = min(node.size, node.made + AT_ONCE) - 1
        if last >= node.made:
            self.beginInsertRows(
                self.createIndex(node.row, 0, node) if parent.isValid() else QModelIndex(), node.made, last
            )
            node.fetch()
            self.endInsertRows()

    def index(self, row: int, column: int, parent: Index | None = None) -> QModelIndex:
        """Qt's."""
        node = self._node(parent)
        return self.createIndex(row, column, node.children[row]) if row < len(node.children) else QModelIndex()

    def parent(self, index: Index | None = None) -> Any:
        """Qt's."""
        if index is None:
            return super().parent()
        above = self._node(index).parent if index.isValid() else None
        return QModelIndex() if above is None or above is self._root else self.createIndex(above.row, 0, above)

    def headerData(self, section: int, way: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Qt's."""
        titles = ("Name", "Value", "Is")
        return titles[section] if role == Qt.ItemDataRole.DisplayRole and way == Qt.Orientation.Horizontal else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Qt's."""
        node = self._node(index)
        if role == PLACE:
            return self.place(index)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            texts = (value_text(node.step) if isinstance(node.step, str) else f"row {node.step + 1}", self._said(node))
            if role == Qt.ItemDataRole.AccessibleTextRole and not index.column():
                return ", ".join(part for part in (*texts, self._mark(node)[0]) if part)
            return (*texts, self._mark(node)[0])[index.column()]
        return self._look(node, index.column(), role)

    def _look(self, node: Node, column: int, role: int) -> object:
        text, sure = self._mark(node)
        worn = theme.active()
        if role == Qt.ItemDataRole.FontRole and column == 2 and sure:
            return theme.font(1, QFont.Weight.DemiBold)
        if role == Qt.ItemDataRole.ForegroundRole:
            if column == 2:
                return worn.colour("accent" if sure else "muted")
            return worn.colour("muted") if column and node.size else worn.colour("text")
        if role == Qt.ItemDataRole.ToolTipRole and column:
            return self._said(node) if column == 1 else text
        return None

    def _mark(self, node: Node) -> tuple[str, bool]:
        place = () if self._scalar else node.place
        if place in self._marks:
            return self._marks[place], True
        if self._masked(str(node.step), node.value) is not None:
            return "hidden", False
        return (f"{self._guessed[place]}?" if place in self._guessed else ""), False

    def _said(self, node: Node) -> str:
        value = node.value
        if isinstance(value, dict | list):
            kind = "names" if isinstance(value, dict) else "rows"
            return f"{len(value):,} {kind if len(value) != 1 else kind[:-1]}"
        hidden = self._masked(str(node.step), value)
        return hidden if hidden is not None else value_text(value)

    def _node(self, index: Index | None) -> Node:
        return index.internalPointer() if index is not None and index.isValid() else self._root

    def _row(self, node: Node, step: str | int) -> int:
        if isinstance(node.value, dict):
            return next((row for row, name in enumerate(node.value) if name == step), -1)
        return step if isinstance(step, int) and 0 <= step < node.size else -1

    def _touch(self, node: Node, index: QModelIndex) -> None:
        """Say that marks changed, level by level, for the rows there are."""
        if not node.children:
            return
        last = len(node.children) - 1
        self.dataChanged.emit(self.index(0, 0, index), self.index(last, 2, index))
        for child in self._opened(node):
            self._touch(child, self.createIndex(child.row, 0, child))

    def _opened(self, node: Node) -> Iterator[Node]:
        return (child for child in node.children if child.children)


class AnswerTree(QTreeView):
    """The tree of the answer.

    Signals:
        entered_value(): Return was pressed on a value.
    """

    entered_value = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("The answer")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setMinimumHeight(theme.px(120))
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setIndentation(theme.px(16))
        header = self.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(theme.px(70))

    def sizeHint(self) -> QSize:
        """Qt's: no more than must be; it takes what room there is beside that."""
        return QSize(super().sizeHint().width(), self.minimumHeight())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt's: Return goes on to what the value is."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered_value.emit()
        else:
            super().keyPressEvent(event)

    def setModel(self, model: AnswerModel) -> None:  # type: ignore[override]  # the only model it has
        """Qt's."""
        super().setModel(model)
        header = self.header()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        for column in (1, 2):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)


def value_text(value: object) -> str:
    """A value as one short line, as JSON writes it."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int | Decimal):
        return format(value, "f") if isinstance(value, Decimal) else str(value)
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in str(value)[:MOST_SHOWN]).split())
    return f"{line}…" if len(str(value)) > MOST_SHOWN else line
