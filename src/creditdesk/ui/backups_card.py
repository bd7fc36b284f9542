"""The card of the history: its copies, one of them to be put back at the next start, and the way to and from a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from creditdesk.ui import parts, theme, words
from creditdesk.ui.dialogs import Question
from creditdesk.ui.settings_rows import Row

FIRST = 3
"""So many are shown before the others are asked for."""
RULE = (
    "While creditdesk is open it makes a checked copy every half hour if something was written, and keeps those of "
    "12 days, 10 weeks and 9 months."
)
FILES = "All accounts as JSON, CSV or Parquet. An import changes nothing that is stored."
WAITING = "A copy is ready. It takes the place of the history when creditdesk is started next."


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy, by its file's name: made at `at` (UTC), of `size` bytes.

    `aside`: a former history, set aside; `flawed`: some rows were damaged when it was made.
    """

    name: str
    at: datetime
    size: int
    aside: bool = False
    flawed: bool = False


class BackupsCard(parts.Card):
    """Lists the copies, newest first.

    Signals:
        restore_requested(str): this copy is to be put back; the user was asked.
        call_off_requested(): nothing is to be put back after all.
        export_requested(): all of the history is to be written to a file.
        import_requested(): a file is to be put beside what is stored.
    """

    restore_requested = Signal(str)
    call_off_requested = Signal()
    export_requested = Signal()
    import_requested = Signal()

    def __init__(self) -> None:
        super().__init__("History")
        self._copies: tuple[Copy, ...] = ()
        self._now: datetime | None = None
        self._all = False
        self.body.setSpacing(theme.px(4))
        self.body.addWidget(parts.heading("History"))
        self.rule = parts.small(RULE)
        self.note = parts.small()
        self.problem = parts.error()
        self.not_now = parts.button("Do not restore")
        self.not_now.clicked.connect(self.call_off_requested)
        self.waiting = Row("Restoring", WAITING, self.not_now)
        self.rows = QVBoxLayout()
        self.rows.setSpacing(theme.px(2))
        self.more = parts.button("", "link")
        self.more.clicked.connect(self._show_all)
        for label in (self.rule, self.note):
            label.setWordWrap(True)
            label.setMinimumWidth(theme.px(400))  # else a scrolled page takes it for very high
        for part in (self.rule, self.note, self.waiting, self.problem):
            self.body.addWidget(part)
        self.body.addLayout(self.rows)
        self.body.addWidget(self.more)
        self.export = parts.button("Export…", name="Export all of the history")
        self.export.clicked.connect(self.export_requested)
        self.bring = parts.button("Import…", name="Import history")
        self.bring.clicked.connect(self.import_requested)
        self.files = Row("History in files", FILES, self.export, self.bring)
        self.body.addWidget(self.files)
        self.show_note("")
        self.show_problem("")
        self.show_copies((), None, waiting=False)

    def show_copies(self, copies: Sequence[Copy], now: datetime | None, waiting: bool) -> None:
        """Show these, newest first; `waiting`: one of them is put back at the next start."""
        self.waiting.setVisible(waiting)
        days = [each.astimezone().date() if each else None for each in (now, self._now)]
        if tuple(copies) != self._copies or days[0] != days[1] or not self.rows.count():  # else the focus stays
            self._copies, self._now = tuple(copies), now
            self._fill()

    def show_note(self, text: str) -> None:
        """Say something about how the history is written; "" takes it away."""
        self.note.setText(text)
        self.note.setVisible(bool(text))

    def show_problem(self, text: str) -> None:
        """Say why something was not done; "" takes it away."""
        self.problem.setText(text)
        self.problem.setVisible(bool(text))

    def _fill(self) -> None:
        while (item := self.rows.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        shown = self._copies if self._all else self._copies[:FIRST]
        for each in shown:
            self.rows.addWidget(self._row(each))
        if not shown:
            self.rows.addWidget(parts.muted("There is no copy yet."))
        hidden = len(self._copies) - len(shown)
        self.more.setText(f"Show {hidden} more")
        self.more.setVisible(hidden > 0)

    def _row(self, copy: Copy) -> QWidget:
        assert self._now is not None
        at = words.moment(copy.at, self._now)
        said = "a copy with damaged rows" if copy.flawed else "checked copy"
        said = "set aside when another took its place" if copy.aside else said
        restore = parts.button("Restore…", name=f"Restore the history of {at}")
        restore.clicked.connect(partial(self._ask, copy.name, at))
        return Row(at, f"{copy.size / 1e6:.1f} MB, {said}", restore)

    def _show_all(self) -> None:
        self._all = True
        self._fill()

    def _ask(self, name: str, at: str) -> None:
        text = (
            f"The history goes back to {at} when creditdesk is started next. What was recorded since is set aside in "
            "the data folder, not deleted. Accounts, keys and settings stay as they are. Imports that were not at "
            "their end then are marked as unknown."
        )
        question = Question("Restore this history?", text, "Restore", self.window())
        question.accepted.connect(lambda: self.restore_requested.emit(name))
        question.open()
