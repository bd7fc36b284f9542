"""The sheet in which it is changed how a file is understood, with its first rows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QFrame,
    QGridLayout,
    QSpinBox,
    QTableView,
    QWidget,
)

from creditdesk.ui import parts, theme
from creditdesk.ui.amount_field import padded
from creditdesk.ui.dialogs import Sheet
from creditdesk.ui.guess import DELIMITERS, ENCODINGS, Guess, Wanted, encoding_words, left_out_words

PREVIEW_ROWS = 8
MOST_HEADER = 200
_Index = QModelIndex | QPersistentModelIndex


class _Preview(QAbstractTableModel):
    """The first rows of a file; the chosen column is marked by a tick in its title, and is bold."""

    def __init__(self) -> None:
        super().__init__()
        self.guess = Guess()

    def show(self, guess: Guess) -> None:
        self.beginResetModel()
        self.guess = replace(guess, rows=guess.rows[:PREVIEW_ROWS])
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.guess.rows)

    def columnCount(self, parent: _Index | None = None) -> int:
        if parent is not None and parent.isValid():
            return 0
        return max([len(self.guess.columns), *(len(cells) for _, cells in self.guess.rows)], default=0)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        cells = self.guess.rows[index.row()][1]
        text = cells[index.column()] if index.column() < len(cells) else ""
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{text}, chosen" if index.column() == self.guess.place else text
        if role == Qt.ItemDataRole.FontRole and index.column() == self.guess.place:
            return theme.font(1.0, QFont.Weight.DemiBold)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation == Qt.Orientation.Vertical:
            return f"{self.guess.rows[section][0]:,}"
        name = self.guess.columns[section] if section < len(self.guess.columns) else ""
        name = name or f"Column {section + 1}"
        return f"✓ {name}" if section == self.guess.place else name


class GuessSheet(Sheet):
    """Asks how a file is to be read, and shows what comes of it. Every change is read again at once.

    Signals:
        wanted(object): a `Wanted`; answer with `show_guess` or `show_error`.
    """

    wanted = Signal(object)

    def __init__(self, name: str, guess: Guess, parent: QWidget | None = None) -> None:
        super().__init__("How the file is read", parent)
        self._wanted = Wanted()
        self.head.addWidget(parts.text("How the file is read", "lead"))
        self.head.addWidget(parts.muted(name))
        self.sheet, self.encoding, self.delimiter, self.column = (
            _box(each) for each in ("Sheet", "Encoding", "Delimiter", "Column")
        )
        self.header = padded(QSpinBox())
        self.header.setRange(0, MOST_HEADER)
        self.header.setSpecialValueText("no header")
        self.header.setAccessibleName("Line of the header")
        self._add_fields()
        self.error = parts.error()
        self.body.addWidget(self.error)
        self.table = _preview_table()
        self._preview = _Preview()
        self.table.setModel(self._preview)
        self.body.addWidget(self.table)
        self.footer = QCheckBox()
        self.left_out = parts.small()
        self.body.addWidget(self.footer)
        self.body.addWidget(self.left_out)
        done = parts.button("Done", "primary")
        done.clicked.connect(self.accept)
        self.add_buttons([], done)
        self._wire()
        self.show_guess(guess)
        first = self.column if len(guess.columns) > 1 else self.header
        first.setFocus()

    def _add_fields(self) -> None:
        self._fields: dict[QComboBox | QSpinBox, QWidget] = {}
        self._grid = QGridLayout()
        self._grid.setSpacing(theme.px(10))
        asked = (
            ("Sheet", self.sheet),
            ("Encoding", self.encoding),
            ("Delimiter", self.delimiter),
            ("Line of the header", self.header),
            ("Column", self.column),
        )
        for label, box in asked:
            holder = QWidget()
            column = parts.field(label, box)
            column.setContentsMargins(0, 0, 0, 0)
            holder.setLayout(column)
            self._fields[box] = holder
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1)
        self.body.addLayout(self._grid)

    def show_guess(self, guess: Guess) -> None:
        """Show how it is read now."""
        self.error.hide()
        _offer(self.sheet, [(each, each) for each in guess.sheets], guess.sheet)
        known = [value for value, _ in ENCODINGS]
        encoding = _plain(guess.encoding)
        more = [] if encoding in known else [(encoding, encoding_words(encoding))]
        _offer(self.encoding, [*ENCODINGS, *more], encoding)
        _offer(self.delimiter, DELIMITERS, guess.delimiter)
        named = [
            (name, name) if _names_one(guess, name) else (str(at + 1), f"Column {at + 1} {name}".strip())
            for at, name in enumerate(guess.columns)
        ]
        _offer(self.column, named, named[guess.place][0] if guess.place < len(named) else "")
        with QSignalBlocker(self.header):
            self.header.setValue(guess.header_line)
        text = not guess.sheet
        asked = {self.sheet: len(guess.sheets) > 1, self.encoding: text, self.delimiter: text}
        self._arrange({**asked, self.column: len(guess.columns) > 1})
        self._show_footer(guess)
        self._preview.show(guess)
        self.table.setVisible(bool(guess.rows))
        self.table.resizeColumnsToContents()
        if 0 <= guess.place < self._preview.columnCount() and guess.rows:
            self.table.scrollTo(self._preview.index(0, guess.place))

    def _show_footer(self, guess: Guess) -> None:
        """Rows that were left out can be taken back."""
        text = f"{left_out_words(guess).capitalize()} are items, too"
        lines = ", ".join(f"line {line:,} “{text[:40]}”" for line, text, _ in guess.left_rows[:2])
        self.left_out.setText(f"Left out: {lines}{' and others' if guess.left_out > 2 else ''}.")
        self.left_out.setVisible(bool(lines))
        with QSignalBlocker(self.footer):
            self.footer.setText(text)
            self.footer.setAccessibleName(text)
            self.footer.setChecked(guess.keep_footer)
        self.footer.setVisible(guess.keep_footer or guess.left_out > 0)

    def show_error(self, text: str) -> None:
        """Say why it cannot be read like this."""
        self.error.setText(text)
        self.error.setVisible(bool(text))

    def _arrange(self, asked: Mapping[QComboBox, bool]) -> None:
        """Two fields in a row, those that make no sense for this file left out."""
        place = 0
        for box, holder in self._fields.items():
            self._grid.removeWidget(holder)
            shown = not isinstance(box, QComboBox) or asked.get(box, True)
            if shown:
                self._grid.addWidget(holder, place // 2, place % 2)
                place += 1
            holder.setVisible(shown)

    def _wire(self) -> None:
        self.sheet.currentIndexChanged.connect(lambda: self._want(Wanted(sheet=self.sheet.currentData())))
        self.encoding.currentIndexChanged.connect(
            lambda: self._want(replace(self._wanted, encoding=self.encoding.currentData(), column=None))
        )
        self.delimiter.currentIndexChanged.connect(
            lambda: self._want(replace(self._wanted, delimiter=self.delimiter.currentData(), column=None))
        )
        self.header.valueChanged.connect(
            lambda: self._want(replace(self._wanted, header_line=self.header.value(), column=None))
        )
        self.column.currentIndexChanged.connect(
            lambda: self._want(replace(self._wanted, column=self.column.currentData()))
        )
        self.footer.toggled.connect(lambda on: self._want(replace(self._wanted, keep_footer=on)))

    def _want(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self.wanted.emit(wanted)


def _names_one(guess: Guess, name: str) -> bool:
    return bool(name) and not name.isdecimal() and guess.columns.count(name) == 1


def _plain(encoding: str) -> str:
    plain = encoding.lower().replace("_", "-")
    return {"utf-8-sig": "utf-8", "ascii": "utf-8", "windows-1252": "cp1252", "utf-16": "utf-16-le"}.get(plain, plain)


def _offer(box: QComboBox, offered: Sequence[tuple[str, str]], chosen: str) -> None:
    with QSignalBlocker(box):
        box.clear()
        for value, said in offered:
            box.addItem(said, value)
        box.setCurrentIndex(box.findData(chosen))


def _box(name: str) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(name)
    box.setMinimumContentsLength(8)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    return box


def _preview_table() -> QTableView:
    table = QTableView()
    table.setAccessibleName("The first rows of the file")
    table.setFrameShape(QFrame.Shape.NoFrame)
    table.setShowGrid(False)
    table.setTabKeyNavigation(False)
    table.setWordWrap(False)
    table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.horizontalHeader().setMaximumSectionSize(theme.px(220))
    table.setMinimumHeight(theme.px(31 * (PREVIEW_ROWS + 1)))
    return table
