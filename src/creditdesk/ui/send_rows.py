"""Rows that are tracked at a vendor, as a table one ticks: sorted, searched, the oldest ticked at once."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from creditdesk.core.sending import Tracked
from creditdesk.ui import theme, words
from creditdesk.ui.sizer_engines import short_place

_Index = QModelIndex | QPersistentModelIndex
_ROWS_SHOWN = 9


def oldest(rows: Sequence[Tracked], count: int) -> set[str]:
    """The ids of so many rows, those that were added first; rows of unknown age come in the vendor's order, last."""
    ranked = sorted(rows, key=lambda row: (row.since is None, row.since.timestamp() if row.since else 0.0))
    return {row.id for row in ranked[:count]}


class TrackedRows(QAbstractTableModel):
    """Rows with a tick each; they are sorted and searched here, so that many thousands of them take no time."""

    TITLES = ("", "Keyword", "On", "Added", "Position")

    def __init__(self, rows: Sequence[Tracked], now: datetime) -> None:
        super().__init__()
        self._all = list(rows)
        self._now = now
        self.shown = list(rows)
        self.chosen: set[str] = set()
        self._text = ""

    def show_rows(self, rows: Sequence[Tracked], chosen: set[str]) -> None:
        """Show other rows, with these ticked."""
        self._all, self.chosen = list(rows), set(chosen)
        self._refill()

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.shown)

    def columnCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.TITLES)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.shown[index.row()]
        if role == Qt.ItemDataRole.CheckStateRole and index.column() == 0:
            return Qt.CheckState.Checked if row.id in self.chosen else Qt.CheckState.Unchecked
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole) and index.column():
            return self._words(row, index.column())
        if role == Qt.ItemDataRole.AccessibleTextRole and index.column() == 0:
            return f"{row.text}, {'chosen' if row.id in self.chosen else 'not chosen'}"
        return None

    def setData(self, index: _Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole:
            return False
        self.toggle(index.row())
        return True

    def flags(self, index: _Index) -> Qt.ItemFlag:
        more = Qt.ItemFlag.ItemIsUserCheckable if index.column() == 0 else Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | more

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return self.TITLES[section]
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Unknown values stand last, whichever way it is sorted."""
        down = order == Qt.SortOrder.DescendingOrder
        known = [row for row in self._all if self._key(row, column) is not None]
        unknown = [row for row in self._all if self._key(row, column) is None]
        known.sort(key=lambda row: self._key(row, column), reverse=down)  # type: ignore[arg-type, return-value]
        self._all = known + unknown
        self._refill()

    def search(self, text: str) -> None:
        self._text = text.casefold()
        self._refill()

    def toggle(self, place: int) -> None:
        self.chosen ^= {self.shown[place].id}
        self.dataChanged.emit(self.index(place, 0), self.index(place, 0))

    def choose(self, ids: set[str]) -> None:
        self.chosen = set(ids)
        if self.shown:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.shown) - 1, 0))

    def _refill(self) -> None:
        self.beginResetModel()
        self.shown = [row for row in self._all if self._text in row.text.casefold()] if self._text else list(self._all)
        self.endResetModel()

    def _key(self, row: Tracked, column: int) -> object:
        keys = (row.id not in self.chosen, row.text.casefold(), _where(row), row.since, row.rank)
        return keys[column]

    def _words(self, row: Tracked, column: int) -> str:
        if column == 1:
            return row.text
        if column == 2:
            return _where(row)
        if column == 3:
            return words.age(row.since, self._now) if row.since else "not known"
        return words.number(row.rank) if row.rank is not None else "not known"


class TrackedTable(QTableView):
    """The table; Space ticks the row that has the keyboard."""

    def __init__(self, model: TrackedRows, name: str) -> None:
        super().__init__()
        self._rows = model
        self.setModel(model)
        self.setAccessibleName(name)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme.px(30))
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSortIndicator(3, Qt.SortOrder.AscendingOrder)  # before it sorts, or the ticked ones go last
        self.setSortingEnabled(True)
        for column, width in ((0, 34), (2, 172), (3, 88), (4, 84)):
            self.setColumnWidth(column, theme.px(width))
        self.setMinimumHeight(theme.px(30 * _ROWS_SHOWN))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt's."""
        current = self.currentIndex()
        if event.key() == Qt.Key.Key_Space and current.isValid():
            self._rows.toggle(current.row())
        else:
            super().keyPressEvent(event)


def _where(row: Tracked) -> str:
    return " · ".join(short_place(value) for value in row.fields.values() if value)
