"""What is tracked at the vendor, to be paused or deleted to make room: the oldest are chosen at first."""

from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QSpinBox, QWidget

from creditdesk.core.bulk import BulkRule
from creditdesk.core.sending import Tracked
from creditdesk.ui import parts
from creditdesk.ui.amount_field import padded
from creditdesk.ui.dialogs import Question, Sheet
from creditdesk.ui.nouns import counted, many
from creditdesk.ui.send_rows import TrackedRows, TrackedTable, oldest


@dataclass(frozen=True, slots=True)
class Freeing:
    """Rows that are there, of which `wanted` must come free. `item` is what a row is ("keyword")."""

    rows: tuple[Tracked, ...]
    wanted: int
    rule: BulkRule
    item: str
    now: datetime


class TrackedDialog(Sheet):
    """Chooses what is paused or deleted, and shows how far that is.

    Signals:
        pause_asked(object), remove_asked(object), resume_asked(object): the rows chosen (a tuple of Tracked). Answer
            with `show_part`, then close it or `show_error`.
        cancelled(): stop after the row that is being changed.
    """

    pause_asked = Signal(object)
    remove_asked = Signal(object)
    resume_asked = Signal(object)
    cancelled = Signal()

    def __init__(self, freeing: Freeing, parent: QWidget | None = None) -> None:
        super().__init__("Make room", parent, width_px=700)
        self._freeing = freeing
        self._busy = False
        self._active = tuple(row for row in freeing.rows if row.active is not False)
        self._paused = tuple(row for row in freeing.rows if row.active is False)
        active, noun = self._active, many(freeing.item)
        self.head.addWidget(parts.text(f"Make room: pause tracked {noun}", "lead", wrap=True))
        needed = f"{counted(freeing.wanted, freeing.item)} must come free; {len(active):,} are tracked. "
        said = f"{needed}A paused one is not checked any more, keeps its past, and can be resumed."
        self.head.addWidget(parts.muted(f"{said}{_undated(active)}"))
        self.model = TrackedRows(active, freeing.now)
        self.model.choose(oldest(active, freeing.wanted))
        self._add_choices(noun)
        self.table = TrackedTable(self.model, f"Tracked {noun}")
        self.body.addWidget(self.table, 1)
        self.told = parts.muted()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Done so far")
        self.bar.hide()
        self.error = parts.error()
        for each in (self.told, self.bar, self.error):
            self.body.addWidget(each)
        self._add_buttons()
        self.model.dataChanged.connect(self._tell)
        self.model.modelReset.connect(self._tell)
        self._tell()

    def _add_choices(self, noun: str) -> None:
        """What is shown, what is searched, and how many of the oldest are ticked."""
        freeing, active = self._freeing, self._active
        self.search = parts.SearchField(f"Search {noun}")
        self.search.searched.connect(self._search)
        self.number = padded(QSpinBox())
        self.number.setRange(0, len(active))
        self.number.setGroupSeparatorShown(True)
        self.number.setValue(min(freeing.wanted, len(active)))
        self.number.setAccessibleName("How many of the oldest")
        self.number.valueChanged.connect(self._choose_oldest)
        self.tracked = parts.button(f"Tracked ({len(self._active):,})", "chip")
        self.paused = parts.button(f"Paused ({len(self._paused):,})", "chip")
        row = QHBoxLayout()
        for chip, paused in ((self.tracked, False), (self.paused, True)):
            chip.setCheckable(True)
            chip.setVisible(bool(self._paused) and freeing.rule.resume is not None)
            chip.clicked.connect(lambda _on=False, chosen=paused: self._turn(chosen))
            row.addWidget(chip)
        self.tracked.setChecked(True)
        row.addWidget(self.search)
        row.addStretch(1)
        self._oldest = parts.label("Choose the oldest", self.number)
        row.addWidget(self._oldest)
        row.addWidget(self.number)
        self.body.addLayout(row)

    def chosen(self) -> tuple[Tracked, ...]:
        """The rows with a tick, those that a search hides too."""
        return tuple(row for row in self._freeing.rows if row.id in self.model.chosen)

    def show_part(self, done: int, of: int) -> None:
        """So many are done."""
        self._busy = True
        self.bar.show()
        self.bar.setRange(0, max(1, of))
        self.bar.setValue(done)
        self.told.setText(f"{done:,} of {of:,} done.")
        for each in (self.pause, self.remove, self.table, self.number, self.search, self.tracked, self.paused):
            each.setEnabled(False)

    def show_error(self, text: str) -> None:
        """Say what was not done."""
        self._busy = False
        self.bar.hide()
        self.error.setText(text)
        self.error.setVisible(bool(text))
        for each in (self.table, self.number, self.search, self.tracked, self.paused):
            each.setEnabled(True)
        self._tell()

    def reject(self) -> None:
        """Qt's: while rows are being changed, stop that first."""
        if self._busy:
            self.cancelled.emit()
        else:
            super().reject()

    def _add_buttons(self) -> None:
        rule = self._freeing.rule
        self.leave = parts.button("Cancel")
        self.leave.clicked.connect(self.reject)
        self.remove = parts.button("Delete…")
        self.remove.setVisible(rule.remove is not None)
        self.remove.clicked.connect(self._ask_remove)
        self.pause = parts.button("Pause", "primary")
        self.pause.setVisible(rule.pause is not None)
        self.pause.clicked.connect(self._ask_pause)
        self.add_buttons([self.leave, self.remove], self.pause)

    def _search(self, text: str) -> None:
        self.model.search(text)

    def _choose_oldest(self) -> None:
        self.model.choose(oldest(self._active, self.number.value()))

    def _turn(self, paused: bool) -> None:
        """To what is tracked, or to what was paused once."""
        self.tracked.setChecked(not paused)
        self.paused.setChecked(paused)
        for each in (self.number, self._oldest):
            each.setVisible(not paused)
        if paused:
            self.model.show_rows(self._paused, set())
        else:
            self.model.show_rows(self._active, oldest(self._active, self.number.value()))
        self.remove.setVisible(not paused and self._freeing.rule.remove is not None)
        self.pause.setVisible(paused or self._freeing.rule.pause is not None)

    def _ask_pause(self) -> None:
        rows = self.chosen()
        if self.paused.isChecked():
            text = "They are checked again, and take their places again."
            self._ask(f"Resume {counted(len(rows), self._freeing.item)}?", text, "Resume", self.resume_asked)
            return
        text = "They are not checked any more until they are resumed. You can undo this."
        self._ask(f"Pause {counted(len(rows), self._freeing.item)}?", text, "Pause", self.pause_asked)

    def _ask_remove(self) -> None:
        rows = self.chosen()
        text = "Their past at the vendor may be gone for good. This cannot be undone."
        self._ask(f"Delete {counted(len(rows), self._freeing.item)}?", text, "Delete", self.remove_asked)

    def _ask(self, title: str, text: str, yes: str, signal: object) -> None:
        question = Question(title, text, yes, self)
        question.accepted.connect(lambda: signal.emit(self.chosen()))  # type: ignore[attr-defined]  # a bound Signal
        question.open()

    def _tell(self) -> None:
        count = len(self.chosen())
        noun = self._freeing.item
        short = self._freeing.wanted - count
        resumes = self.paused.isChecked()
        more = f" {short:,} more must come free for the whole import." if short > 0 and not resumes else ""
        self.told.setText(f"{counted(count, noun)} chosen.{more}")
        self.pause.show_text(f"{'Resume' if resumes else 'Pause'} {counted(count, noun)}")
        for each in (self.pause, self.remove):
            each.setEnabled(count > 0)


def _undated(rows: tuple[Tracked, ...]) -> str:
    """What "the oldest" means where the vendor does not tell every age; "" where it does."""
    count = sum(row.since is None for row in rows)
    if not count:
        return ""
    if count == len(rows):
        return " The vendor does not tell how old they are: “oldest” follows the order of its own list."
    return f" The vendor does not tell how old {count:,} of them are: these come last, in the order of its own list."
