"""Where the list comes in: a box to paste into, the summary of a file, or just a number."""

from collections.abc import Sequence

from PySide6.QtCore import QMimeData, QSignalBlocker, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from creditdesk.core.keywords import Items, clean
from creditdesk.ui import parts, theme
from creditdesk.ui.amount_field import WRONG, AmountField
from creditdesk.ui.items_dialog import ItemsDialog
from creditdesk.ui.nouns import many, one
from creditdesk.ui.sizer_guess import Guess, GuessSheet
from creditdesk.ui.sizer_sections import Already, Holding, counts, sections
from creditdesk.ui.sizer_summary import Busy, Counts, Summary

MOST_LINES = 5_000
"""More lines than this are cleaned by the engine, not here: cleaning 5,000 takes about 10 ms."""

PASTED = "Pasted text"
PATIENCE_MS = 500
"""A list that is read sooner than this is not said to be read."""
EDIT, SUMMARY, BUSY = range(3)


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


class OneOf(QWidget):
    """Shows one of several widgets, as high as that one needs."""

    def __init__(self, pages: Sequence[QWidget]) -> None:
        super().__init__()
        self._pages = tuple(pages)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for each in self._pages:
            column.addWidget(each)
        self.show_page(0)

    @property
    def page(self) -> int:
        """The number of the one that is shown."""
        return next(place for place, each in enumerate(self._pages) if not each.isHidden())

    def show_page(self, page: int) -> None:
        """Show this one."""
        for place, each in enumerate(self._pages):
            each.setVisible(place == page)


class KeywordBox(QWidget):
    """The list of the sizer, however it came.

    Signals:
        changed(): the items, or their number, are others now.
        text_given(str): more lines than are cleaned here; answer with `show_items`.
        wanted(object): the file shown should be read in this way (a `Wanted`); answer likewise, or with `show_error`.
        cancelled(): the user does not want to wait for the list.
        section_exported(object): a Section of the list should be written to a file.
        copied(int): so many lines were put on the clipboard.
    """

    changed = Signal()
    text_given = Signal(str)
    wanted = Signal(object)
    cancelled = Signal()
    section_exported = Signal(object)
    copied = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._held: Holding | None = None
        self._name = ""
        self._noun = "keywords"
        self._sheet: GuessSheet | None = None
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._patience.timeout.connect(lambda: self._to(BUSY))
        self.label = parts.text("Keywords", "label")
        self.area = PasteArea()
        self.label.setBuddy(self.area)
        self.area.textChanged.connect(self._typed)
        self.area.long_text.connect(self.give_text)
        self.summary = Summary()
        self.summary.opened.connect(self.open_list)
        self.summary.change_asked.connect(self._change)
        self.summary.put_away.connect(self.clear)
        self.busy = Busy()
        self.busy.cancelled.connect(self._cancel)
        self.stack = OneOf((self._edit_page(), self.summary, self.busy))
        self.error = parts.error()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(5))
        column.addWidget(self.label)
        column.addWidget(self.stack)
        column.addWidget(self.error)
        self.show_noun("keywords")

    @property
    def held(self) -> Holding | None:
        """The cleaned list, None when there is only a number or nothing."""
        return self._held

    @property
    def name(self) -> str:
        """The name of the file, "" where there is none."""
        return self._name

    def count(self) -> int:
        """How many items there are to size."""
        if self._held is not None:
            return len(self._held.rest)
        number = self.number.amount()
        whole = number is not None and number >= 0 and number == number.to_integral_value()
        return int(number) if whole and number is not None else 0

    def show_noun(self, noun: str) -> None:
        """Say what a line of the list is: "keywords"."""
        self._noun = noun = many(noun)
        self.label.setText(noun[:1].upper() + noun[1:])
        self.area.setPlaceholderText(f"Drop a file here, or paste one {one(noun)} a line")
        self.area.setAccessibleName(f"{noun}, one a line")
        self.number.setAccessibleName(f"How many {noun}, without a list")
        self._tell()

    def give_text(self, text: str) -> None:
        """A text came in whole: clean it here when it is short, else ask for it."""
        self.show_error("")
        if text.count("\n") >= MOST_LINES:
            self._hold(None)
            self._empty_area()
            self.show_busy("Reading the pasted text")
            self.text_given.emit(text)
            self.changed.emit()
        else:
            self._to(EDIT)
            self.area.setPlainText(text)

    def show_items(self, items: Items, name: str, guess: Guess | None = None) -> None:
        """Show a list that was cleaned elsewhere: from a file, or from a long text (`name` "")."""
        self._name = name
        self._hold(Holding(items, guess))
        self._empty_area()
        self.error.hide()
        self._to(SUMMARY)
        if self._sheet is not None and guess is not None:
            self._sheet.show_guess(guess)
        self.changed.emit()

    def show_already(self, already: Already | None) -> None:
        """Take these off the list as being there already; None: take none off."""
        held = self._held
        if held is not None and held.already != already:
            self._hold(Holding(held.items, held.guess, already))
            self.changed.emit()

    def show_busy(self, text: str) -> None:
        """Say that the list is being read, once that takes longer than a moment."""
        self.busy.show_words(text)
        self.error.hide()
        if self.stack.page != BUSY and not self._patience.isActive():
            self._patience.start()

    def show_error(self, text: str) -> None:
        """Say what is wrong with the file or the text, beside the box, or in the sheet that asks how to read it."""
        if text and self._sheet is not None:
            self._sheet.show_error(text)
        else:
            self.error.setText(text)
            self.error.setVisible(bool(text))
        if text:
            self._back()

    def clear(self) -> None:
        """Put the list away."""
        self._name = ""
        self._hold(None)
        self.error.hide()
        self._empty_area()
        self._to(EDIT)
        self.area.setFocus()
        self.changed.emit()

    def open_list(self, section: str = "") -> None:
        """Show the lines, those of this section first."""
        if self._held is None:
            return
        dialog = ItemsDialog(sections(self._held), self._noun, section, self.window())
        dialog.export_requested.connect(self.section_exported)
        dialog.copied.connect(self.copied)
        dialog.open()

    def _edit_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(5))
        column.addWidget(self.area, 1)
        self.told = Counts()
        self.told.opened.connect(self.open_list)
        column.addWidget(self.told)
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

    def _change(self) -> None:
        if self._held is None or self._held.guess is None:
            return
        sheet = self._sheet = GuessSheet(self._name, self._held.guess, self.window())
        sheet.wanted.connect(self.wanted)
        sheet.finished.connect(self._changed)
        sheet.open()

    def _changed(self) -> None:
        self._sheet = None
        self.summary.change.setFocus()

    def _cancel(self) -> None:
        self.cancelled.emit()
        self._back()

    def _back(self) -> None:
        """Back from waiting to what was there before."""
        self._patience.stop()
        if self.stack.page == BUSY:
            self._to(SUMMARY if self._held is not None and not self.area.toPlainText() else EDIT)

    def _to(self, page: int) -> None:
        self._patience.stop()
        self.stack.show_page(page)

    def _typed(self) -> None:
        text = self.area.toPlainText()
        self._name = ""
        self._hold(Holding(clean(text.removesuffix("\n").split("\n"))) if text.strip() else None)
        self.error.hide()
        self.changed.emit()

    def _numbered(self) -> None:
        self.show_error(WRONG if self.number.is_wrong() else "")
        self.changed.emit()

    def _empty_area(self) -> None:
        with QSignalBlocker(self.area):
            self.area.setPlainText("")

    def _hold(self, held: Holding | None) -> None:
        self._held = held
        self._tell()

    def _tell(self) -> None:
        held = self._held
        self._by_number.setVisible(held is None)
        told = [] if held is None else [("add", f"{len(held.rest):,} to add"), *counts(held)]
        self.told.show_counts(told)
        if held is not None:
            self.summary.show_list(self._name or PASTED, held)
