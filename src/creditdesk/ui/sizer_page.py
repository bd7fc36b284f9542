"""The sizer: whether a vendor would take a list, before it is sent, and what of it fits."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from PySide6.QtCore import QMimeData, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from creditdesk.core.keywords import Items
from creditdesk.core.settings import Settings
from creditdesk.core.verdict import Learned
from creditdesk.core.ways import Way, WayKind
from creditdesk.ui import parts, theme, words
from creditdesk.ui.board import Entry
from creditdesk.ui.focus import tab_in_reading_order
from creditdesk.ui.guess import Guess
from creditdesk.ui.send_desk import SendDesk
from creditdesk.ui.send_order import Order, SentLists, order_of, rule_of
from creditdesk.ui.sizer_case import Answer, ask
from creditdesk.ui.sizer_drop import DropTarget, files_of
from creditdesk.ui.sizer_form import EPOCH, SizerForm
from creditdesk.ui.sizer_hint import hint
from creditdesk.ui.sizer_problem import problem
from creditdesk.ui.sizer_result import SizerResult

FILES = "Lists (*.csv *.tsv *.txt *.xlsx *.ods);;All files (*)"
LEFT_PX = (240, 320)
SUBTITLE = "What an import would use, before it is sent"
PLACE_FIRST = "Say first whose tracked ones may be paused: choose it here."
ONE_FILE = "One file at a time, please."


class SizerPage(QWidget):
    """Asks for an account, an operation and a list, and says at every change whether it would be taken.

    Signals:
        file_chosen(str): a file's path, by dialog, drop or paste. Answer with `show_items` or `show_error`.
        text_given(str): pasted text of more than 5,000 lines. Answer with `show_items(items, "")`.
        check_requested(str): an account's id, to be read now. Answer with `show_entries`.
        balance_requested(str): an account's id, whose balances should be typed now.
        edit_requested(str): an account's id, whose settings (its plan) should be chosen.
        add_requested(): there is no account yet.
        export_requested(str, object): a suggested file name and the list of items to write, one a line.
        copied(int): so many items were put on the clipboard.
        reserve_changed(str, object): an account's id and {pool id: Decimal} that the sizer shall keep untouched.
        limits_changed(str, object): an account's id and {pool id: Decimal} that one import takes without asking.
        free_requested(object): the way FREE: so many rows at the place chosen are to be paused or deleted.
        link_requested(str): a page of the vendor should be opened in the browser.
    """

    file_chosen = Signal(str)
    text_given = Signal(str)
    check_requested = Signal(str)
    balance_requested = Signal(str)
    edit_requested = Signal(str)
    add_requested = Signal()
    export_requested = Signal(str, object)
    copied = Signal(int)
    reserve_changed = Signal(str, object)
    limits_changed = Signal(str, object)
    free_requested = Signal(object)
    link_requested = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._drops = DropTarget(self)
        self._drops.taken.connect(self.take)
        self._now = EPOCH
        self._entries: tuple[Entry, ...] = ()
        self._settings = Settings()
        self._answer: Answer | None = None
        self._way = ""
        self._learned: Mapping[str, Mapping[str, Learned]] = {}
        self._by_price = False
        self.sent = SentLists()
        self.form = SizerForm()
        self.result = SizerResult()
        self.sending = SendDesk()
        self.open_file = parts.button("Open file…")
        self.open_file.clicked.connect(self._pick_file)
        self.paste = parts.button("Paste")
        self.paste.clicked.connect(self._paste)
        self.header = parts.page_header("Sizer", SUBTITLE, self.sending.unfinished, self.open_file, self.paste)
        self._lay_out()
        self._wire()
        self.show_entries([], EPOCH)

    @property
    def answer(self) -> Answer | None:
        """What is on screen: the question and its verdict; None while there is nothing to judge."""
        return self._answer

    def show_entries(self, entries: Sequence[Entry], now: datetime) -> None:
        """Show these accounts as they stand at `now` (UTC). Call it also from time to time, for the ages."""
        self._entries, self._now = tuple(entries), now
        self.form.show_entries(self._entries, now, (self._settings.hide_amounts, self._settings.hide_names))
        self.body.setCurrentIndex(1 if entries else 0)
        self._drops.active = bool(entries)
        self.header.show_subtitle(SUBTITLE)
        for each in (self.open_file, self.paste):
            each.setVisible(bool(entries))
        self._judge()

    def show_settings(self, settings: Settings) -> None:
        """Follow the desk's settings: whether amounts and names are hidden."""
        self._settings = settings
        self.show_entries(self._entries, self._now)

    def show_items(self, items: Items, name: str, guess: Guess | None = None) -> None:
        """Show a list that was cleaned for `file_chosen` or `text_given`, or for what `form.keywords` wants.

        `name` is the file's name, "" for pasted text; `guess` how the file was understood.
        """
        self.form.keywords.show_items(items, name, guess)

    def keep_learned(self, learned: Mapping[str, Mapping[str, Learned]]) -> None:
        """What imports really took, by account and operation."""
        if learned != self._learned:
            self._learned = learned
            self._judge()

    def show_busy(self, text: str) -> None:
        """Say that the list is being read."""
        self.form.keywords.show_busy(text)

    def show_error(self, text: str) -> None:
        """Say beside the list why it could not be read."""
        self.form.keywords.show_error(text)

    def choose_account(self, account_id: str, operation: str = "") -> None:
        """Choose an account, and an operation when one is named. Unknown ones are ignored."""
        self.form.choose(account_id, operation)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt's: a paste anywhere on the page is a paste of a list; Open opens a file."""
        if event.matches(QKeySequence.StandardKey.Paste):
            self._paste()
        elif event.matches(QKeySequence.StandardKey.Open):
            self._pick_file()
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Qt's: the next by Tab. Rows come and go here, so that the order is made when it is needed."""
        tab_in_reading_order(self)
        return super().focusNextPrevChild(forward)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt's: the left side takes a third, within its bounds."""
        super().resizeEvent(event)
        least, most = theme.px(LEFT_PX[0]), theme.px(LEFT_PX[1])
        self.form.setFixedWidth(max(least, min(most, round(self.width() * 0.36))))

    def _lay_out(self) -> None:
        add = parts.button("Add account", "primary", "add")
        add.clicked.connect(self.add_requested)
        text = "Add an account first. Then drop a list here to see whether it fits."
        nobody = parts.EmptyState("No account to size for", text, add, icon="sizer")
        self.hint = parts.EmptyState("Drop a file here, or paste one keyword a line", "", icon="file")
        self.right = QStackedWidget()
        self.right.addWidget(self.hint)
        self.right.addWidget(self.result)
        self.right.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        column = QVBoxLayout()
        column.setSpacing(theme.px(theme.GAP_PX))
        column.addWidget(self.sending)
        column.addWidget(self.right, 1)
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, theme.px(2), 0)
        row.setSpacing(theme.px(theme.GAP_PX))
        row.addWidget(self.form)
        row.addLayout(column, 1)
        self.body = QStackedWidget()
        self.body.addWidget(nobody)
        self.body.addWidget(parts.scrolled(both, "Sizer"))
        self.setLayout(parts.page(self.header, self.body, stretch=self.body))

    def _wire(self) -> None:
        self.form.changed.connect(self._ask_anew)
        self.form.read_asked.connect(self.check_requested)
        self.form.type_asked.connect(self.balance_requested)
        self.form.reserve_changed.connect(self.reserve_changed)
        self.form.limits_changed.connect(self.limits_changed)
        self.form.placed.connect(self._judge)
        self.form.keywords.text_given.connect(self.text_given)
        self.form.keywords.waited.connect(self._judge)
        self.form.keywords.copied.connect(self.copied)
        self.result.export_asked.connect(self.export_requested)
        self.result.copied.connect(self.copied)
        self.result.help_asked.connect(self._help)
        self.result.ways.chosen.connect(self._choose)
        self.result.ways.opened.connect(self._open_way)
        self.result.verdict.undone.connect(lambda: self._choose(""))
        self.result.verdict.price_asked.connect(self._weigh)
        self.result.send_asked.connect(self._send)
        self.result.queue_asked.connect(lambda: self._send(queued=True))
        self.sending.covers.connect(self.result.cover)
        self.sending.covers.connect(lambda _on: self._judge())

    def _ask_anew(self) -> None:
        """Another question: a way that was chosen for the one before is not one for this."""
        self._way = ""
        self._judge()

    def _choose(self, way_id: str) -> None:
        self._way = way_id
        self._judge()

    def _weigh(self) -> None:
        """The price counts, or again what imports really took."""
        self._by_price = not self._by_price
        self._ask_anew()

    def _open_way(self, way: Way) -> None:
        if way.kind is not WayKind.FREE:
            self.link_requested.emit(way.url)
        elif self.form.place.place is None:
            self.form.place.show_error(PLACE_FIRST)
            self.form.place.read.setFocus()
        else:
            self.free_requested.emit(way)

    def order(self, queued: bool = False) -> Order | None:
        """What would be sent, or (`queued`) could wait, as it stands; None when it cannot be."""
        held = self.form.keywords.held
        if self._answer is None or held is None or self._problem(queued):
            return None
        return order_of(self._answer, held, self.form.place.place, queued)

    def _problem(self, queued: bool = False) -> str:
        """Why it cannot be sent, or wait, as it stands, "" when it can."""
        return "" if self._answer is None else problem(self._answer, self.form, self.sent, queued)

    def _send(self, queued: bool = False) -> None:
        order, answer = self.order(queued), self._answer
        if order is not None and answer is not None:
            entry = answer.question.entry
            name = words.account_name(entry.reading.account, entry.definition, self._settings.hide_names)
            place = words.place_name(order.place.name, self._settings.hide_names)
            self.sending.ask(order, answer, (name, place, self._settings.hide_amounts), queued)

    def _judge(self) -> None:
        """Ask anew and show what comes out: O(pools), whatever the length of the list."""
        question = self.form.question()
        if question is not None:
            learned = self._learned.get(question.entry.id, {})
            question = replace(question, learned=learned, by_price=self._by_price)
        hide = self._settings.hide_amounts
        self._answer = ask(question, self._way) if question is not None else None
        self.form.show_answer(self._answer)
        if self._answer is None or question is None:
            self._show_hint(self.form.entry)
        elif self.form.keywords.says_so or (not question.count and not self._answer.free):
            self._show_hint(self.form.entry, question.operation.item)
        else:
            held = self.form.keywords.held
            self.result.show_answer(self._answer, () if held is None or self.form.keywords.waits else held.rest, hide)
            offered = rule_of(self._answer) is not None and not self._answer.free
            self.result.show_send(offered, self._problem(), not self._problem(queued=True))
            self.right.setCurrentWidget(self.result)

    def _show_hint(self, entry: Entry | None, item: str = "keyword") -> None:
        self.hint.show_words(*hint(entry, self.form.keywords, item))
        self.right.setCurrentWidget(self.hint)

    def _help(self, what: str) -> None:
        account = self.form.account_id
        signals = {"check": self.check_requested, "type": self.balance_requested, "edit": self.edit_requested}
        if what in signals:
            signals[what].emit(account)
        else:
            self.link_requested.emit(what)

    def _pick_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Open a list", "", FILES)
        if path:
            self.file_chosen.emit(path)

    def _paste(self) -> None:
        self.take(QGuiApplication.clipboard().mimeData())

    def take(self, data: QMimeData) -> None:
        """Take what was dropped or pasted: one file, or a text."""
        files = files_of(data)
        if len(files) > 1:
            self.show_error(ONE_FILE)
        elif files:
            self.file_chosen.emit(files[0])
        elif data.hasText() and data.text().strip():
            self.form.keywords.give_text(data.text())
        else:
            self.show_error("There is no text to paste.")
