"""An import that is being sent, or that stands still: how far it is, what is not known of it, and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from creditdesk.core.sending import Batch, BatchState, Sending, Stop
from creditdesk.ui import parts, theme
from creditdesk.ui.dialogs import Question
from creditdesk.ui.flow import FlowLayout
from creditdesk.ui.focus import KeptFocus
from creditdesk.ui.nouns import many
from creditdesk.ui.send_words import batch_line, counts_line, done_items, left_line, spent_lines, told

_MOST_LISTED = 6
NOT_KNOWN = "Of these it is not known whether they arrived. They are not sent again unless you say so:"
_SETTLES = (BatchState.UNKNOWN, BatchState.SENDING)


@dataclass(frozen=True, slots=True)
class Shown:
    """An import as the panel shows it at `now`. `item` is what a line of it is, `labels` (label, unit) by pool id.

    `began` is when this run of it began, with how many items were accepted then; None while it stands still. `about` is
    which import it is, and `place` where it goes, as they may be shown.
    """

    sending: Sending
    now: datetime
    item: str = "item"
    labels: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    began: tuple[datetime, int] | None = None
    hide: bool = False
    about: str = ""
    place: str = ""

    @property
    def running(self) -> bool:
        """Whether it is being sent now."""
        return self.began is not None


class UnknownRow(QWidget):
    """A request of which it is not known whether it arrived.

    Signals:
        settled(int, object): the user says whether the batch of this number arrived, True or False; None: of each
            item as the vendor's list says.
    """

    settled = Signal(int, object)

    def __init__(self, batch: Batch, line: str) -> None:
        super().__init__()
        self._batch, self._line = batch, line
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, theme.px(4))
        column.setSpacing(theme.px(3))
        column.addWidget(parts.text(line, wrap=True))
        self.arrived = parts.button("It arrived", "link", name=f"It arrived: {line}")
        self.lost = parts.button("It did not arrive", "link", name=f"It did not arrive: {line}")
        self.partly = parts.button("A part arrived", "link", name=f"A part arrived: {line}")
        holder = QWidget()
        row = FlowLayout(holder, spacing=theme.px(8))
        for button, said in ((self.arrived, True), (self.lost, False), (self.partly, None)):
            button.clicked.connect(partial(self._ask, said))
            row.addWidget(button)
        self.partly.setVisible(batch.count > 1)
        column.addWidget(holder)

    def _ask(self, arrived: bool | None, _on: bool = False) -> None:
        """Ask once more: a wrong answer sends twice, or never."""
        if arrived is None:
            title, yes = "Take the vendor's list?", "Take the list"
            text = (
                "What is listed counts as accepted. What is missing counts as not sent, and is not sent again: "
                "the report has it, and can be dropped here to send it anew."
            )
        elif arrived:
            title, yes = "It arrived?", "It arrived"
            text = "It counts as accepted and is not sent again. Make sure that you saw its lines at the vendor."
        else:
            title, yes = "It did not arrive?", "It did not arrive"
            text = "It is sent again when you go on. If it did arrive, its lines are there twice then, and paid twice."
        question = Question(title, f"{self._line}\n\n{text}", yes, self.window())
        question.accepted.connect(lambda: self.settled.emit(self._batch.number, arrived))
        question.open()


class SendPanel(parts.Card):
    """One import. It is told with `show_sending` and speaks of it by its id.

    Signals:
        pause_asked(str), resume_asked(str), cancel_asked(str), settle_asked(str), report_asked(str): an import's id.
        settled(str, int, object): the user says of an import's batch whether it arrived; None: as the list says.
        closed(): the panel is not wanted any more; the import stays as it is.
    """

    pause_asked = Signal(str)
    resume_asked = Signal(str)
    cancel_asked = Signal(str)
    settle_asked = Signal(str)
    report_asked = Signal(str)
    settled = Signal(str, int, object)
    closed = Signal()

    def __init__(self) -> None:
        super().__init__("Import")
        self._shown: Shown | None = None
        self._listed: tuple[tuple[Batch, ...], str] = ((), "")
        self._rows: list[QWidget] = []
        self.mark = parts.StateMark(size_px=16)
        self.headline = parts.text("", "lead", wrap=True)
        self.about = parts.small()
        self.what = parts.muted()
        self.detail = parts.text("", wrap=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Sent so far")
        self.counts = QLabel()
        self.left = parts.text("", "muted")
        self.error = parts.error()
        self.spent = parts.text("", wrap=True)
        self._unknown = QVBoxLayout()
        self._lay_out()
        self._wire()

    @property
    def sending_id(self) -> str:
        """The import on screen, "" for none."""
        return self._shown.sending.id if self._shown else ""

    @property
    def rows(self) -> list[UnknownRow]:
        """The requests on screen of which it is not known whether they arrived."""
        return [row for row in self._rows if isinstance(row, UnknownRow)]

    def show_sending(self, shown: Shown) -> None:
        """Show this import as it stands."""
        if self._shown is None or self._shown.sending.id != shown.sending.id:
            self.show_error("")
        self._shown = shown
        sending = shown.sending
        said = told(sending, shown.running, shown.item, shown.place, shown.now)
        self.mark.show_level(said.level)
        self.headline.setText(said.headline)
        self.setAccessibleName(f"Import: {said.headline}. {counts_line(sending, shown.running)}")
        _say(self.about, shown.about)
        _say(self.what, said.what)
        _say(self.detail, "" if shown.running else sending.stop_detail)
        self.bar.setRange(0, max(1, sending.count))
        self.bar.setValue(done_items(sending))
        waits = sending.stop is Stop.QUEUED and not shown.running
        self.bar.setHidden(waits)
        _say(self.counts, "" if waits else counts_line(sending, shown.running))
        began, before = shown.began if shown.began else (None, 0)
        _say(self.left, left_line(sending, began, before, shown.now))
        _say(self.spent, "\n".join(spent_lines(sending, shown.labels, shown.hide)))
        self._show_unknown(shown)
        self._show_buttons(shown)

    def show_error(self, text: str) -> None:
        """Say what did not work."""
        _say(self.error, text)

    def take_keyboard(self) -> None:
        """It was opened by the keyboard, or after a restart: what can be done comes first."""
        next((each for each in self._buttons if not each.isHidden()), self.close_panel).setFocus()

    def show_wait(self) -> None:
        """Something was asked; its answer comes as `show_sending`."""
        self._keyboard.hold()
        for each in (self.pause, self.resume, self.cancel, self.settle):
            each.setEnabled(False)
        self._keyboard.wait()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(theme.px(12))
        head.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignVCenter)
        head.addWidget(self.headline, 1)
        self.close_panel = parts.button("", "quiet", "close", name="Close the import")
        head.addWidget(self.close_panel)
        line = QHBoxLayout()
        line.addWidget(self.counts, 1)
        line.addWidget(self.left)
        self.body.setSpacing(theme.px(9))
        self.body.addLayout(head)
        self.body.addWidget(self.about)
        self.body.addWidget(self.what)
        self.body.addWidget(self.detail)
        self.body.addWidget(self.bar)
        self.body.addLayout(line)
        self.body.addWidget(self.spent)
        self.body.addLayout(self._unknown)
        self.body.addWidget(self.error)
        self.pause = parts.button("Pause")
        self.resume = parts.button("Go on", "primary")
        self.settle = parts.button("Look again", icon="refresh", name="Look again at the vendor's list")
        self.report = parts.button("Report…", icon="export")
        self.cancel = parts.button("Cancel", name="Cancel the import")
        self._buttons = (self.pause, self.resume, self.settle, self.report, self.cancel)
        self._keyboard = KeptFocus(*self._buttons)
        holder = QWidget()
        row = FlowLayout(holder, spacing=theme.px(8))
        for each in self._buttons:
            row.addWidget(each)
        self.body.addWidget(holder)

    def _wire(self) -> None:
        pairs = (
            (self.pause, self.pause_asked),
            (self.resume, self.resume_asked),
            (self.settle, self.settle_asked),
            (self.report, self.report_asked),
        )
        for button, signal in pairs:
            button.clicked.connect(lambda _on=False, asked=signal: asked.emit(self.sending_id))
        self.cancel.clicked.connect(self._ask_cancel)
        self.close_panel.clicked.connect(self.closed)

    def _ask_cancel(self) -> None:
        """While it runs nothing more may leave: cancelled at once. Standing still, it is asked first."""
        shown = self._shown
        if shown is None or shown.running:
            self.cancel_asked.emit(self.sending_id)
            return
        rest = shown.sending.items_in(BatchState.PLANNED)
        text = f"{rest:,} {many(shown.item)} are not sent any more. What was accepted stays at the vendor."
        title = "Cancel the rest?"
        if shown.sending.stop is Stop.QUEUED:
            title, text = "Cancel the import?", f"{rest:,} {many(shown.item)} are not sent. Nothing of it was sent yet."
        question = Question(title, text, title.removesuffix("?"), self.window())
        question.accepted.connect(lambda: self.cancel_asked.emit(shown.sending.id))
        question.open()

    def _show_buttons(self, shown: Shown) -> None:
        sending = shown.sending
        planned = sending.items_in(BatchState.PLANNED) > 0
        unknown = sending.items_in(*_SETTLES) > 0
        ended = sending.stop is Stop.CANCELLED
        self._keyboard.hold()
        self.pause.setVisible(shown.running)
        self.resume.setVisible(not shown.running and not ended and planned)
        self.resume.show_text("Start now" if sending.stop is Stop.QUEUED else "Go on")
        self.settle.setVisible(not shown.running and unknown)
        self.cancel.setVisible(shown.running or (planned and not ended))
        self.report.setVisible(not shown.running and sending.stop is not Stop.QUEUED)
        self.close_panel.setVisible(not shown.running)
        for each in (self.pause, self.resume, self.cancel, self.settle):
            each.setEnabled(True)
        self._keyboard.back(*self._buttons)

    def _show_unknown(self, shown: Shown) -> None:
        """List what is not known, once it stands still; a request on its way is no news."""
        found = () if shown.running else tuple(each for each in shown.sending.batches if each.state in _SETTLES)
        if (found, shown.sending.id) == self._listed:
            return
        self._listed = (found, shown.sending.id)
        for row in self._rows:
            self._unknown.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = []
        if found:
            self._put(parts.muted(NOT_KNOWN))
        for batch in found[:_MOST_LISTED]:
            row = UnknownRow(batch, batch_line(batch, shown.item, shown.now))
            row.settled.connect(lambda number, arrived: self.settled.emit(self.sending_id, number, arrived))
            self._put(row)
        if len(found) > _MOST_LISTED:
            self._put(parts.muted(f"and {len(found) - _MOST_LISTED:,} requests more"))

    def _put(self, row: QWidget) -> None:
        self._rows.append(row)
        self._unknown.addWidget(row)


def _say(label: QLabel, text: str) -> None:
    label.setText(text)
    label.setVisible(bool(text))
