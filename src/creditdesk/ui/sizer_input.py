"""Where the list comes in: a box to paste into, the summary of a file, or just a number."""

from PySide6.QtCore import QSignalBlocker, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from creditdesk.core.keywords import Items, clean
from creditdesk.ui import parts, theme
from creditdesk.ui.amount_field import WRONG, AmountField
from creditdesk.ui.guess import Guess
from creditdesk.ui.items_dialog import ItemsDialog
from creditdesk.ui.nouns import many, one
from creditdesk.ui.sizer_guess import GuessSheet
from creditdesk.ui.sizer_paste import MOST_LINES, OneOf, PasteArea
from creditdesk.ui.sizer_sections import Already, Holding, counts, sections
from creditdesk.ui.sizer_summary import Busy, Counts, Summary

PASTED = "Pasted text"
PATIENCE_MS = 500
"""A list that is read sooner than this is not said to be read."""
EDIT, SUMMARY, BUSY = range(3)


class KeywordBox(QWidget):
    """The list of the sizer, however it came.

    Signals:
        changed(): the items, or their number, are others now.
        text_given(str): more lines than are cleaned here; answer with `show_items`.
        wanted(object): the file shown should be read in this way (a `Wanted`); answer likewise, or with `show_error`.
        waited(): a list began to be read, or is not waited for any more. Until then the list before it stands still.
        cancelled(): the user does not want to wait for the list.
        section_exported(object): a Section of the list should be written to a file.
        copied(int): so many lines were put on the clipboard.
    """

    changed = Signal()
    text_given = Signal(str)
    wanted = Signal(object)
    waited = Signal()
    cancelled = Signal()
    section_exported = Signal(object)
    copied = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._held: Holding | None = None
        self._name = ""
        self._noun = "keywords"
        self._sheet: GuessSheet | None = None
        self._waits = False
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._patience.timeout.connect(self._show_waiting)
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

    @property
    def waits(self) -> bool:
        """Whether another list is being read: what is held is not what the user means any more."""
        return self._waits

    @property
    def says_so(self) -> bool:
        """Whether the list is waited for long enough to be said."""
        return self.stack.page == BUSY

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
        self._waits = False
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
        self._waits = True
        if self.stack.page != BUSY and not self._patience.isActive():
            self._patience.start()
        self.waited.emit()

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
        self._wait_no_more()
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
        if self._waits:
            self._waits = False
            self.waited.emit()

    def _wait_no_more(self) -> None:
        """The user has another list by now."""
        if self._waits:
            self._waits = False
            self.cancelled.emit()

    def _show_waiting(self) -> None:
        self._to(BUSY)
        self.waited.emit()

    def _to(self, page: int) -> None:
        self._patience.stop()
        self.stack.show_page(page)

    def _typed(self) -> None:
        text = self.area.toPlainText()
        self._name = ""
        self._wait_no_more()
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
