"""A table of texts that never scrolls sideways: columns say a row's text when it is shown; one takes the free width."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QIcon, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QSizePolicy, QTableView, QWidget

from creditdesk.ui import theme

Index = QModelIndex | QPersistentModelIndex
ROW_PX = 31
MARK_PX = 10
_LOOKED_AT = 60  # rows whose texts decide a column's width
_PAD_PX = 24
_LEAST_PX = 52
_LEAST_FREE_PX = 150  # what the column with the free width gets, if it wants it, before the others are made narrower
_MOST_FREE_PX = 260  # what it is given before the others say their short texts


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title, what it says of a row, whether at the right, and a picture before the text.

    `most_px` is the widest it gets; 0 means that it takes all the width that the others leave. One that is `kept` is
    not made narrower for the others. `short` says less, where there is no room for all; the whole text is the tool tip.
    """

    title: str
    say: Callable[[Any], str]
    right: bool = False
    most_px: int = 190
    picture: Callable[[Any], QIcon] | None = None
    kept: bool = False
    short: Callable[[Any], str] | None = None


class _Rows(QAbstractTableModel):
    def __init__(self, columns: Sequence[Column], parent: QWidget) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self.rows: list[Any] = []
        self.shortened = False

    def shown(self, column: Column, row: Any) -> str:
        """What stands in the table."""
        return column.short(row) if self.shortened and column.short is not None else column.say(row)

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        column, row = self.columns[index.column()], self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self.shown(column, row)
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return column.say(row) or None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.DecorationRole and column.picture is not None:
            return column.picture(row)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation == Qt.Orientation.Vertical:
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None


class TextTable(QTableView):
    """Rows of texts, one chosen at a time.

    Signals:
        row_chosen(object): a row was chosen, or None.
        row_opened(object): a row was double-clicked, or Return was pressed on it.
        near_end(): the end of the rows is in sight.
    """

    row_chosen = Signal(object)
    row_opened = Signal(object)
    near_end = Signal()

    def __init__(self, name: str, columns: Sequence[Column]) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._rows = _Rows(columns, self)
        self._widest: list[int] = []
        self.setModel(self._rows)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setIconSize(QSize(theme.px(MARK_PX), theme.px(MARK_PX)))
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme.px(ROW_PX))
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionsClickable(False)
        self.horizontalHeader().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMinimumHeight(theme.px(ROW_PX * 3))
        self.selectionModel().selectionChanged.connect(lambda *_: self.row_chosen.emit(self.chosen()))
        self.activated.connect(lambda index: self.row_opened.emit(self._rows.rows[index.row()]))
        self.verticalScrollBar().valueChanged.connect(lambda _: self._look())

    def rows(self) -> list[Any]:
        """The rows, as they were given."""
        return list(self._rows.rows)

    def show_rows(self, rows: Sequence[Any]) -> None:
        """Show these rows instead, from the top; nothing is chosen."""
        self._rows.beginResetModel()
        self._rows.rows = list(rows)
        self._rows.endResetModel()
        self._fit()
        self.row_chosen.emit(None)

    def add_rows(self, rows: Sequence[Any]) -> None:
        """Show these rows below the others."""
        if rows:
            first = len(self._rows.rows)
            self._rows.beginInsertRows(QModelIndex(), first, first + len(rows) - 1)
            self._rows.rows.extend(rows)
            self._rows.endInsertRows()
            self._fit()

    def add_above(self, rows: Sequence[Any], most: int) -> None:
        """Show these rows above the others, of which the lowest go where there are more than `most`.

        What is chosen stays chosen, and whoever scrolled down keeps the place.
        """
        if not rows:
            return
        bar = self.verticalScrollBar()
        at = bar.value()
        self._rows.beginInsertRows(QModelIndex(), 0, len(rows) - 1)
        self._rows.rows[:0] = rows
        self._rows.endInsertRows()
        if len(self._rows.rows) > most:
            self._rows.beginRemoveRows(QModelIndex(), most, len(self._rows.rows) - 1)
            del self._rows.rows[most:]
            self._rows.endRemoveRows()
        self._fit(growing=True)
        bar.setValue(at + len(rows) * self.verticalHeader().defaultSectionSize() if at else 0)

    def show_columns(self, columns: Sequence[Column]) -> None:
        """Show other columns of the same rows."""
        self._rows.beginResetModel()
        self._rows.columns = tuple(columns)
        self._rows.endResetModel()
        self._fit()

    def chosen(self) -> Any:
        """The row chosen, or None."""
        places = self.selectionModel().selectedRows()
        return self._rows.rows[places[0].row()] if places else None

    def choose(self, place: int) -> None:
        """Choose the row at this place, from 0."""
        self.selectRow(place)

    def texts(self) -> list[list[str]]:
        """All texts as they are shown, row by row."""
        return [[column.say(row) for column in self._rows.columns] for row in self._rows.rows]

    def in_sight(self) -> bool:
        """Whether the end of the rows is on screen, or nearly."""
        bar = self.verticalScrollBar()
        return bar.value() >= bar.maximum() - theme.px(ROW_PX * 8)

    def sizeHint(self) -> QSize:
        """Qt's: as low as it may get; a page gives it what is free."""
        return QSize(theme.px(320), self.minimumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt's."""
        super().resizeEvent(event)
        self._fit()
        self._look()

    def changeEvent(self, event: QEvent) -> None:
        """Qt's: pictures have other colours in a new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.viewport().update()

    def _look(self) -> None:
        if self._rows.rows and self.in_sight():
            self.near_end.emit()

    def _fit(self, growing: bool = False) -> None:
        """Share the width out. `growing`: no column wants less than before, so that none of them jumps to and fro."""
        room, columns = self.viewport().width(), self._rows.columns
        self._rows.shortened = False
        wanted = self._wanted()
        if growing and len(self._widest) == len(wanted):
            wanted = [max(pair) for pair in zip(wanted, self._widest, strict=True)]
        self._widest = wanted
        asked = [
            min(width, theme.px(each.most_px or _MOST_FREE_PX)) for width, each in zip(wanted, columns, strict=True)
        ]
        if sum(asked) > room and any(column.short is not None for column in columns):
            self._rows.shortened = True
            wanted = self._wanted()
        free = [place for place, column in enumerate(columns) if not column.most_px]
        least = sum(min(wanted[place], theme.px(_LEAST_FREE_PX)) for place in free)
        widths = [
            max(theme.px(_LEAST_PX), min(width, theme.px(column.most_px))) if column.most_px else 0
            for width, column in zip(wanted, columns, strict=True)
        ]
        widths = squeezed(widths, [column.kept for column in columns], room - least)
        rest = max(0, room - sum(widths))
        for place in free:
            widths[place] = rest // len(free)
        for place, width in enumerate(widths):
            self.setColumnWidth(place, width)

    def _wanted(self) -> list[int]:
        """How wide each column would have to be to say all of what stands in it."""
        metrics, looked_at = QFontMetrics(self.font()), self._rows.rows[:_LOOKED_AT]
        found = []
        for column in self._rows.columns:
            texts = [column.title, *(self._rows.shown(column, row) for row in looked_at)]
            extra = theme.px(_PAD_PX) + (theme.px(18) if column.picture else 0)
            found.append(max(metrics.horizontalAdvance(text) for text in texts) + extra)
        return found


def squeezed(widths: list[int], kept: list[bool], room: int) -> list[int]:
    """The widths with the widest ones that are not kept cut to one width, to fit into `room` where that is possible."""
    least, cap = theme.px(_LEAST_PX), max(widths)
    while cap > least and sum(_cut(widths, kept, cap)) > room:
        cap -= 1
    return _cut(widths, kept, cap)


def _cut(widths: list[int], kept: list[bool], cap: int) -> list[int]:
    return [width if keep else min(width, cap) for width, keep in zip(widths, kept, strict=True)]
