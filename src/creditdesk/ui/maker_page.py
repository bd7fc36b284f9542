"""The page for a vendor of one's own: request, answer, file; and beside them the card that comes of it, at once."""

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMenu, QStackedWidget, QVBoxLayout, QWidget

from creditdesk.core.own_vendor import Look
from creditdesk.ui import parts, theme
from creditdesk.ui.focus import tab_in_reading_order
from creditdesk.ui.maker_pools import PoolBoxes
from creditdesk.ui.maker_preview import Preview
from creditdesk.ui.maker_request import RequestStep
from creditdesk.ui.maker_sample import SampleStep
from creditdesk.ui.maker_text import FileText
from creditdesk.ui.maker_tree import Masked

STEPS = ("1  Request", "2  Answer", "3  File")
WAIT_MS = 150
NOTHING_YET = "Choose a value of the answer and say what it is: its card appears here."
NO_ANSWER = "Paste or fetch an answer: the card appears here as soon as a value is chosen."


class MakerPage(QWidget):
    """The page. Its text is the only truth: whatever is chosen changes it, and undo takes the change back.

    Signals:
        text_changed(str): the file's text is this now, after a moment without typing.
        save_wanted(), close_wanted(), export_wanted(), remove_wanted(), double_wanted(): by button or menu.
        open_wanted(str): the user's own definition of this id is to be opened.
        copy_wanted(str): a copy of this definition is to be begun.
        begin_wanted(): another new vendor is to be begun.
        import_wanted(): a definition file from elsewhere is to be opened.
    """

    text_changed = Signal(str)
    save_wanted = Signal()
    close_wanted = Signal()
    export_wanted = Signal()
    remove_wanted = Signal()
    double_wanted = Signal()
    open_wanted = Signal(str)
    copy_wanted = Signal(str)
    import_wanted = Signal()
    begin_wanted = Signal()

    def __init__(self, starts: Sequence[tuple[str, str]], masked: Masked) -> None:
        super().__init__()
        self.setAccessibleName("Your own vendor")
        self._step = 0
        self.request = RequestStep(starts)
        self.sample = SampleStep(masked)
        self.text = FileText()
        self.preview = Preview()
        self.pools = PoolBoxes()
        self.preview.line_chosen.connect(self._go_to)
        self._timer = QTimer(self, singleShot=True, interval=WAIT_MS)
        self._timer.timeout.connect(self.tell)
        self.text.changed.connect(self._timer.start)
        self._make_head()
        self._make_foot()
        self._lay_out()
        self.show_step(0)
        self._undo_keys = QShortcut(QKeySequence.StandardKey.Undo, self, self.undo)
        self._redo_keys = QShortcut(QKeySequence.StandardKey.Redo, self, self.redo)

    def begin(self, text: str, step: int = 0) -> None:
        """Show another file; undo does not go back behind it."""
        self.request.begin()
        self.text.begin(text)
        self.tell()
        self.show_step(step)

    def put(self, text: str) -> None:
        """Change the file, as one step of undo."""
        self.text.put(text)
        self.tell()

    def tell(self) -> None:
        """Say what the text is now, without waiting for the end of typing."""
        self._timer.stop()
        self.undo_button.setEnabled(self.text.document().isUndoAvailable())
        self.text_changed.emit(self.text.toPlainText())

    def undo(self) -> None:
        """Take the last change back."""
        self.text.undo()
        self.tell()

    def redo(self) -> None:
        """Bring the last change back."""
        self.text.redo()
        self.tell()

    def show_look(self, look: Look, answered: bool) -> None:
        """Show what the file says; the card is shown by `preview.show_entry`."""
        if look.writable:
            self.request.show_look(look)
            self.pools.show_look(look)
        tab_in_reading_order(self)  # fields and boxes came and went
        self.text.show_faults(look.faults)
        self.preview.show_faults(look.faults)
        self.preview.show_sent(look.sent, self._step == 0)
        self.save.setEnabled(look.definition is not None)
        self.save.setToolTip("" if look.definition is not None else "The file is not whole yet")
        if look.result is None and self._step > 0 and not look.faults:
            self.preview.show_missing(NOTHING_YET if answered else NO_ANSWER)

    def show_title(self, title: str, saved: str) -> None:
        """Whose file it is, and whether it is kept."""
        self.header.show_title(title)
        self.header.show_subtitle(saved)

    def show_menu(self, own: Sequence[tuple[str, str]], others: Sequence[tuple[str, str]]) -> None:
        """The user's own definitions and those that can be copied, as (id, name)."""
        for menu, listed, wanted in ((self.mine, own, self.open_wanted), (self.copies, others, self.copy_wanted)):
            menu.clear()
            menu.setEnabled(bool(listed))
            for provider, name in listed:
                menu.addAction(name).triggered.connect(lambda _on=False, each=provider, say=wanted: say.emit(each))

    def show_kept(self, kept: bool) -> None:
        """Whether the file that is shown lies on disk, and may be removed."""
        self._remove.setEnabled(kept)

    def show_step(self, step: int) -> None:
        """Go to a step, from 0."""
        self._step = step
        self._stack.setCurrentIndex(step)
        for number, each in enumerate(self.steps):
            each.setChecked(number == step)
        self.back.setVisible(step > 0)
        self.next.setVisible(step < len(STEPS) - 1)
        self.pools.setVisible(step == 1)
        self.preview.show_card_wanted(step > 0)
        self.tell()

    def hideEvent(self, event: QHideEvent) -> None:
        """Qt's: a key is here only while the page is on screen."""
        if not event.spontaneous():
            self.request.wipe()
        super().hideEvent(event)

    @property
    def step(self) -> int:
        """The step on screen, from 0."""
        return self._step

    def _make_head(self) -> None:
        self.undo_button = parts.button("Undo", icon="undo")
        self.undo_button.clicked.connect(self.undo)
        self.more = parts.button("More", icon="more")
        menu = QMenu(self.more)
        menu.addAction("New vendor").triggered.connect(self.begin_wanted)
        self.mine = menu.addMenu("Open one of yours")
        self.copies = menu.addMenu("Begin with a copy of")
        menu.addSeparator()
        menu.addAction("Open a file…").triggered.connect(self.import_wanted)
        menu.addAction("Duplicate").triggered.connect(self.double_wanted)
        menu.addAction("Export…").triggered.connect(self.export_wanted)
        self._remove = menu.addAction("Remove")
        self._remove.triggered.connect(self.remove_wanted)
        self.more.setMenu(menu)
        self.close_button = parts.button("Close")
        self.close_button.clicked.connect(self.close_wanted)
        self.header = parts.page_header("Your own vendor", "", self.undo_button, self.more, self.close_button)
        self.steps = [parts.button(words, "chip") for words in STEPS]
        for number, each in enumerate(self.steps):
            each.setCheckable(True)
            each.clicked.connect(lambda _on=False, number=number: self.show_step(number))

    def _make_foot(self) -> None:
        self.back = parts.button("Back")
        self.back.clicked.connect(lambda: self.show_step(self._step - 1))
        self.next = parts.button("Next")
        self.next.clicked.connect(lambda: self.show_step(self._step + 1))
        self.save = parts.button("Save and add account", "primary")
        self.save.clicked.connect(self.save_wanted)
        self.error = parts.error()

    def _lay_out(self) -> None:
        self._stack = QStackedWidget()
        file = parts.Card("File")
        file.body.addWidget(self.text)
        self._stack.addWidget(parts.scrolled(self.request, "Request"))
        self._stack.addWidget(parts.scrolled(self.sample, "Answer"))
        self._stack.addWidget(file)
        beside = QWidget()
        column = QVBoxLayout(beside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(12))
        column.addWidget(self.preview)
        column.addWidget(self.pools)
        column.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(theme.px(theme.GAP_PX))
        row.addWidget(self._stack, 5)
        row.addWidget(parts.scrolled(beside, "What comes of it", 10), 4)
        chips = QHBoxLayout()
        chips.setSpacing(theme.px(8))
        for each in self.steps:
            chips.addWidget(each)
        chips.addStretch(1)
        foot = QHBoxLayout()
        foot.setSpacing(theme.px(10))
        foot.addWidget(self.back)
        foot.addWidget(self.error, 1)
        foot.addStretch(1)
        foot.addWidget(self.next)
        foot.addWidget(self.save)
        page = parts.page(self.header)
        page.addLayout(chips)
        page.addLayout(row, 1)
        page.addLayout(foot)
        self.setLayout(page)
        tab_in_reading_order(self)

    def _go_to(self, line: int) -> None:
        self.show_step(2)
        self.text.go_to(line)
