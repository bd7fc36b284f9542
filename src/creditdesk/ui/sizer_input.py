"""Where the list comes in: a box to paste into, the summary of a file, or just a number."""

from collections.abc import Sequence

from PySide6.QtCore import QMimeData, QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QPlainTextEdit,
    QProgressBar,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from creditdesk.core.keywords import Items, clean
from creditdesk.ui import parts, theme
from creditdesk.ui.amount_field import WRONG, AmountField
from creditdesk.ui.header import ElidedLabel
from creditdesk.ui.items_dialog import ItemsDialog
from creditdesk.ui.nouns import many, one
from creditdesk.ui.sizer_words import items_line

MOST_LINES = 5_000
"""More lines than this are cleaned by the engine, not here: cleaning 5,000 takes about 10 ms."""

PASTED = "Pasted text"


class PasteArea(QPlainTextEdit):
    """A box for one item a line. Text that is too long for it goes its own way and never slows typing down.

    Signals:
        long_text(str): more than MOST_LINES lines came in.
    """

    long_text = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setMinimumHeight(theme.px(84))

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Qt's: files are the page's matter."""
        return source.hasText() and not source.hasUrls()

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Qt's: look at the length before the text is put in."""
        text = source.text()
        if text.count("\n") + self.blockCount() > MOST_LINES:
            before = self.toPlainText()
            self.long_text.emit(f"{before}\n{text}" if before.strip() else text)
        else:
            super().insertFromMimeData(source)


class KeywordBox(QWidget):
    """The list of the sizer, however it came.

    Signals:
        changed(): the items, or their number, are others now.
        text_given(str): more lines than are cleaned here; answer with `show_items`.
        column_chosen(str): another column of the file.
        cleared(): the file or the pasted text was put away.
    """

    changed = Signal()
    text_given = Signal(str)
    column_chosen = Signal(str)
    cleared = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._items: Items | None = None
        self._noun = "keywords"
        self._column = ""
        self.label = parts.text("Keywords", "label")
        self.area = PasteArea()
        self.label.setBuddy(self.area)
        self.area.textChanged.connect(self._typed)
        self.area.long_text.connect(self.give_text)
        self.stack = QStackedWidget()
        self.stack.addWidget(self._edit_page())
        self.stack.addWidget(self._summary_page())
        self.stack.addWidget(self._busy_page())
        self.error = parts.error()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(5))
        column.addWidget(self.label)
        column.addWidget(self.stack)
        column.addWidget(self.error)
        self.show_noun("keywords")

    @property
    def items(self) -> Items | None:
        """The cleaned list, None when there is only a number or nothing."""
        return self._items

    def count(self) -> int:
        """How many items there are to size."""
        if self._items is not None:
            return len(self._items.unique)
        number = self.number.amount()
        whole = number is not None and number >= 0 and number == number.to_integral_value()
        return int(number) if whole and number is not None else 0

    def show_noun(self, noun: str) -> None:
        """Say what a line of the list is: "keywords"."""
        self._noun = noun = many(noun)
        self.label.setText(noun[:1].upper() + noun[1:])
        self.area.setPlaceholderText(f"Drop a CSV here, or paste one {one(noun)} a line")
        self.area.setAccessibleName(f"{noun}, one a line")
        self.number.setAccessibleName(f"How many {noun}, without a list")
        self._tell()

    def give_text(self, text: str) -> None:
        """A text came in whole: clean it here when it is short, else ask for it."""
        self.show_error("")
        if text.count("\n") >= MOST_LINES:
            self._items = None
            self._empty_area()
            self.show_busy("Reading the pasted text…")
            self.text_given.emit(text)
            self.changed.emit()
        else:
            self._to_edit()
            self.area.setPlainText(text)

    def show_items(self, items: Items, name: str, columns: Sequence[str] = (), column: str = "") -> None:
        """Show a list that was cleaned elsewhere: from a file, or from a long text (`name` "")."""
        self._items = items
        self._empty_area()
        self.error.hide()
        self.name.setText(name or PASTED)
        with QSignalBlocker(self.columns):
            self.columns.clear()
            self.columns.addItems(list(columns))
            self.columns.setCurrentText(column)
        self.columns.setVisible(len(columns) > 1)
        self._column = column if len(columns) <= 1 else ""
        self._tell()
        self._to(1)
        self.changed.emit()

    def show_busy(self, text: str) -> None:
        """Say that the list is being read."""
        self.busy.setText(text)
        self.error.hide()
        self._to(2)

    def show_error(self, text: str) -> None:
        """Say what is wrong with the file or the text, beside the box."""
        self.error.setText(text)
        self.error.setVisible(bool(text))
        if text and self.stack.currentIndex() == 2:
            self._to(1 if self._items is not None and not self.area.toPlainText() else 0)

    def clear(self) -> None:
        """Put the list away."""
        self._items = None
        self.error.hide()
        self._empty_area()
        self._to_edit()
        self._tell()
        self.area.setFocus()
        self.cleared.emit()
        self.changed.emit()

    def _edit_page(self) -> QWidget:
        page, column = _page()
        column.addWidget(self.area, 1)
        self.told = parts.small()
        self.list_typed = parts.button("Show list", "link")
        self.list_typed.clicked.connect(self._list)
        row = QHBoxLayout()
        row.addWidget(self.told, 1)
        row.addWidget(self.list_typed)
        column.addLayout(row)
        self.number = AmountField("How many, without a list")
        self.number.setMaximumWidth(theme.px(110))
        self.number.amount_changed.connect(self._numbered)
        self._by_number = QWidget()
        alone = QHBoxLayout(self._by_number)
        alone.setContentsMargins(0, 0, 0, 0)
        alone.addWidget(parts.small("or just how many"), 1)
        alone.addWidget(self.number)
        column.addWidget(self._by_number)
        return page

    def _summary_page(self) -> QWidget:
        page, column = _page()
        frame = parts.Card("The list", tone="card")
        frame.body.setContentsMargins(theme.px(11), theme.px(9), theme.px(8), theme.px(9))
        frame.body.setSpacing(theme.px(2))
        self.name = ElidedLabel("", "heading")
        self.put_away = parts.button("", "quiet", "close", name="Put the list away")
        self.put_away.clicked.connect(self.clear)
        top = QHBoxLayout()
        top.addWidget(self.name, 1)
        top.addWidget(self.put_away)
        self.columns = QComboBox()
        self.columns.setAccessibleName("Column")
        self.columns.setMinimumContentsLength(8)
        self.columns.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.columns.currentTextChanged.connect(self.column_chosen)
        self.lines = parts.muted()
        self.to_add = parts.muted()
        self.others = parts.muted()
        self.list_file = parts.button("Show list", "link")
        self.list_file.clicked.connect(self._list)
        bottom = QHBoxLayout()
        bottom.addWidget(self.others, 1)
        bottom.addWidget(self.list_file)
        frame.body.addLayout(top)
        for each in (self.columns, self.lines, self.to_add):
            frame.body.addWidget(each)
        frame.body.addLayout(bottom)
        column.addWidget(frame)
        column.addStretch(1)
        return page

    def _busy_page(self) -> QWidget:
        page, column = _page()
        self.busy = parts.muted()
        bar = QProgressBar()
        bar.setRange(0, 0)
        bar.setTextVisible(False)
        bar.setAccessibleName("Reading")
        column.addWidget(self.busy)
        column.addWidget(bar)
        column.addStretch(1)
        return page

    def _to(self, page: int) -> None:
        """Show one page, as high as it needs and not as high as the highest."""
        self.stack.setCurrentIndex(page)
        for index in range(self.stack.count()):
            shown = self.stack.widget(index)
            if shown is not None:
                high = QSizePolicy.Policy.Preferred if index == page else QSizePolicy.Policy.Ignored
                shown.setSizePolicy(QSizePolicy.Policy.Preferred, high)
        self.stack.updateGeometry()

    def _to_edit(self) -> None:
        self._to(0)

    def _typed(self) -> None:
        text = self.area.toPlainText()
        self._items = clean(text.removesuffix("\n").split("\n")) if text.strip() else None
        self.error.hide()
        self._tell()
        self.changed.emit()

    def _numbered(self) -> None:
        self.show_error(WRONG if self.number.is_wrong() else "")
        self.changed.emit()

    def _empty_area(self) -> None:
        with QSignalBlocker(self.area):
            self.area.setPlainText("")

    def _tell(self) -> None:
        items = self._items
        self.told.setVisible(items is not None)
        self.list_typed.setVisible(items is not None)
        self._by_number.setVisible(items is None)
        if items is None:
            return
        rest = items_line(items)
        to_add = f"{len(items.unique):,} to add"
        self.told.setText(f"{to_add} · {rest}" if rest else to_add)
        where = f"column “{self._column}” · " if self._column else ""
        self.lines.setText(f"{where}{items.given:,} lines")
        self.to_add.setText(to_add)
        self.others.setText(rest)

    def _list(self) -> None:
        if self._items is not None:
            ItemsDialog(self._items, self._noun, self.window()).open()


def _page() -> tuple[QWidget, QVBoxLayout]:
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(theme.px(5))
    return page, column
