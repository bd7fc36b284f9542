"""The second step of an own vendor: a sample answer as a tree, in which one says what a value is."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from creditdesk.core.own_pools import Shown, pool_of
from creditdesk.core.own_vendor import OF_POOL, Found, Look, Place, PoolSketch, Role, at, rows_of
from creditdesk.ui import parts, theme
from creditdesk.ui.drop_down import DropDown
from creditdesk.ui.maker_tree import AnswerModel, AnswerTree, Masked
from creditdesk.ui.maker_words import FORMS, ROLES, ROW_ROLES, place_words

OPENED = 60  # rows in sight up to which everything is opened
NEW_POOL = "a new pool"
HOW = "Copy the answer that the vendor's documentation shows and paste it here, or fetch one with your key."


class SampleStep(QWidget):
    """The answer and what its values are.

    Signals:
        paste_wanted(), file_wanted(), fetch_wanted(): where an answer is to come from.
        request_chosen(str): another request's answer is looked at.
        form_chosen(str): the answer is to be read as json, headers or text.
        role_chosen(object, object, int): the value at a Place is this Role, of this pool (by number).
        taken_back(int, object): this Role is no longer said of this pool (-1: of the account).
        spread_wanted(int, object): one pool for each row of the list at a Place; None: one pool again.
        guesses_taken(): what the values look like is right.
    """

    paste_wanted = Signal()
    file_wanted = Signal()
    fetch_wanted = Signal()
    request_chosen = Signal(str)
    form_chosen = Signal(str)
    role_chosen = Signal(object, object, int)
    taken_back = Signal(int, object)
    spread_wanted = Signal(int, object)
    guesses_taken = Signal()

    def __init__(self, masked: Masked) -> None:
        super().__init__()
        self._data: object = None
        self._pools: tuple[PoolSketch, ...] = ()
        self._account: tuple[Found, ...] = ()
        self._guessed: Mapping[Place, str] = {}
        self.model = AnswerModel(masked, self)
        self.tree = AnswerTree()
        self.tree.setModel(self.model)
        self.tree.entered_value.connect(self._to_roles)
        self.tree.selectionModel().currentChanged.connect(lambda _now, _before: self._choose_pool())
        self._make_sources()
        self._make_bar()
        self._lay_out()
        self.show_answer(None, False)

    def show_answer(self, data: object, there: bool) -> None:
        """Show an answer, or (not `there`) that there is none yet."""
        self._data = data
        for each in (self.tree, self.bar, self._sources):
            each.setVisible(there)
        self.empty.setVisible(not there)
        if there:
            self.model.show_answer(data)
            self._open()
            if self.isVisible():
                self.tree.setFocus()
        self._show_chosen()

    def show_state(self, text: str, wrong: bool = False) -> None:
        """Say how it stands with the answer: fetched, being fetched, unreadable."""
        self.state.setText(text if not wrong else "")
        self.state.setVisible(bool(text) and not wrong)
        self.error.setText(text if wrong else "")
        self.error.setVisible(bool(text) and wrong)

    def show_cost(self, cost: str) -> None:
        """What fetching costs, such as "1 request"; "" for nothing."""
        price = f" (costs {cost})" if cost else ""
        self.fetch.show_text(f"Fetch from the vendor{price}")
        self.again.menu().actions()[-1].setText(f"Fetch{price}")

    def show_requests(self, requests: Sequence[str], chosen: str, form: str) -> None:
        """Which requests there are, whose answer is shown, and how it is read."""
        if [self.request.itemText(number) for number in range(self.request.count())] != list(requests):
            self.request.clear()
            self.request.addItems(list(requests))
        self.request.setCurrentText(chosen)
        self.request.setVisible(len(requests) > 1)
        self.form.setCurrentIndex(max(0, self.form.findData(form)))

    def show_marks(self, look: Look, marks: Mapping[Place, str], guessed: Mapping[Place, str], offer: str) -> None:
        """What the values are, what others look like, and in words what would be taken; "": nothing."""
        pools, came_or_went = look.pools, len(look.pools) != len(self._pools)
        self._pools = pools
        self._account, self._guessed = look.account, guessed
        self.model.show_marks(marks, guessed)
        self.offer.setVisible(bool(offer))
        self.offer_text.setText(f"This looks like {offer}.")
        wanted = [*(each.title for each in pools), NEW_POOL]
        if [self.pool.itemText(number) for number in range(self.pool.count())] != wanted:
            at_last = max(0, min(self.pool.currentIndex(), len(pools) - 1))
            self.pool.clear()
            self.pool.addItems(wanted)
            self.pool.setCurrentIndex(at_last)
        if came_or_went:
            self._choose_pool()
        else:
            self._show_chosen()

    def choose(self, place: Place) -> None:
        """Put the selection on a value."""
        index = self.model.index_of(place)
        if index.isValid():
            self.tree.setCurrentIndex(index)
            self.tree.scrollTo(index)

    def chosen(self) -> Place | None:
        """The place of the value that is selected, None when none is."""
        index = self.tree.currentIndex()
        return self.model.place(index) if index.isValid() and not self.tree.isHidden() else None

    def _make_sources(self) -> None:
        self.paste = parts.button("Paste answer", "primary", "paste")
        self.file = parts.button("Open file…", icon="file")
        self.fetch = parts.button("Fetch from the vendor", icon="download")
        ways = (("Paste answer", self.paste_wanted), ("Open file…", self.file_wanted), ("Fetch", self.fetch_wanted))
        self.again = parts.button("New answer", icon="refresh")
        menu = QMenu(self.again)
        for words, wanted in ways:
            menu.addAction(words).triggered.connect(wanted)
        self.again.setMenu(menu)
        for source, (_, wanted) in zip((self.paste, self.file, self.fetch), ways, strict=True):
            source.clicked.connect(wanted)
        self.request = DropDown()
        self.request.setAccessibleName("Whose answer")
        self.request.activated.connect(lambda _at: self.request_chosen.emit(self.request.currentText()))
        self.form = DropDown()
        self.form.setAccessibleName("How the answer is read")
        self.form.setMinimumWidth(theme.px(120))
        for value, words in FORMS:
            self.form.addItem(words, value)
        self.form.activated.connect(lambda _at: self.form_chosen.emit(str(self.form.currentData())))
        self.state = parts.small()
        self.error = parts.error()
        self.empty = parts.EmptyState("No answer yet", HOW, self.paste, self.file, self.fetch, icon="paste")
        self._make_offer()
        keys = QShortcut(QKeySequence.StandardKey.Paste, self.tree, self.paste_wanted.emit)
        keys.setContext(Qt.ShortcutContext.WidgetShortcut)

    def _make_offer(self) -> None:
        self.offer = parts.Card("What this looks like", tone="info")
        self.offer_text = parts.text("", wrap=True)
        self.take = parts.button("Use these")
        self.take.clicked.connect(self.guesses_taken)
        row = QHBoxLayout()
        row.setSpacing(theme.px(10))
        row.addWidget(self.offer_text, 1)
        row.addWidget(self.take)
        self.offer.body.setContentsMargins(theme.px(12), theme.px(6), theme.px(8), theme.px(6))
        self.offer.body.addLayout(row)

    def _make_bar(self) -> None:
        self.path = parts.ElidedLabel("")
        self.path.setProperty("role", "heading")
        self.pool = DropDown()
        self.pool.setAccessibleName("Of which pool")
        self.pool.setMinimumWidth(theme.px(150))
        self.roles = {role: self._role_button(role, word, tip) for role, word, tip in (*ROLES, *ROW_ROLES)}
        self.rows = QCheckBox("One pool for each row")
        self.rows.clicked.connect(self._spread)
        self._of = parts.label("of", self.pool)
        self.bar = QWidget()
        column = QVBoxLayout(self.bar)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        line = QHBoxLayout()
        line.setSpacing(theme.px(8))
        line.addWidget(self.path, 1)
        line.addWidget(self._of)
        line.addWidget(self.pool)
        column.addLayout(line)
        buttons = QWidget()
        flow = parts.FlowLayout(buttons, spacing=theme.px(6))
        for each in (*self.roles.values(), self.rows):
            flow.addWidget(each)
        column.addWidget(buttons)

    def _role_button(self, role: Role, word: str, tip: str) -> parts.Button:
        made = parts.button(word, "chip", name=f"It is: {word}")
        made.setCheckable(True)
        made.setToolTip(tip)
        made.clicked.connect(lambda: self._say(role))
        return made

    def _lay_out(self) -> None:
        card = parts.Card("Answer")
        self._sources = QWidget()
        row = parts.FlowLayout(self._sources, spacing=theme.px(8))
        for source in (self.again, self.form, self.request):
            row.addWidget(source)
        for widget in (self._sources, self.state, self.error, self.offer):
            card.body.addWidget(widget)
        card.body.addWidget(self.empty, 1)
        card.body.addWidget(self.tree, 1)
        card.body.addWidget(self.bar)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(card)
        for hidden in (self.state, self.error, self.offer, self.request):
            hidden.hide()

    def _open(self) -> None:
        """Open what is small enough to be seen at once."""
        seen = self.model.rowCount()
        level = [self.model.index(row, 0) for row in range(seen)]
        while level and seen < OPENED:
            below: list[QModelIndex] = []
            for index in level:
                if seen >= OPENED or not self.model.hasChildren(index):
                    continue
                while self.model.canFetchMore(index) and not self.model.rowCount(index):
                    self.model.fetchMore(index)
                self.tree.expand(index)
                below += [self.model.index(row, 0, index) for row in range(self.model.rowCount(index))]
                seen += self.model.rowCount(index)
            level = below

    def _say(self, role: Role) -> None:
        place, pool = self.chosen(), self.pool.currentIndex()
        if place is None:
            return
        if role in self._said_of(place):
            self.taken_back.emit(pool if role in OF_POOL else -1, role)
        else:
            self.role_chosen.emit(place, role, pool)
        self.tree.setFocus()

    def _said_of(self, place: Place | None) -> frozenset[Role]:
        """What this value was said to be, of the chosen pool or of the account."""
        at_pool = self.pool.currentIndex()
        found = (*self._account, *(self._pools[at_pool].found if 0 <= at_pool < len(self._pools) else ()))
        return frozenset(each.role for each in found if place is not None and each.place == place)

    def _choose_pool(self) -> None:
        """Choose the pool that a value belongs to by where it stands, or a new one; the user may choose another."""
        place = self.chosen()
        if place is not None and self._pools:
            last = self.request.itemText(self.request.count() - 1)
            shown = Shown(self._data, self.request.currentText(), last)
            self.pool.setCurrentIndex(pool_of(self._pools, place, self.pool.currentIndex(), shown))
        self._show_chosen()

    def _to_roles(self) -> None:
        """Return on a value: the keyboard goes to what it may be, its guess first."""
        place = self.chosen()
        word = self._guessed.get(place or (), "")
        likely = next((role for role, button in self.roles.items() if button.text() == word), None)
        for role in (likely, *self.roles):
            if role is not None and self.roles[role].isEnabled():
                self.roles[role].setFocus(Qt.FocusReason.TabFocusReason)
                return

    def _spread(self, on: bool) -> None:
        place = self.chosen()
        if place is not None:
            self.spread_wanted.emit(self.pool.currentIndex(), rows_of(self._data, place) if on else None)

    def _show_chosen(self) -> None:
        """What can be said of the value that is selected."""
        place = self.chosen()
        value = at(self._data, place) if place is not None else None
        single = place is not None and not isinstance(value, dict | list)
        secret = single and self.model.is_secret(self.tree.currentIndex())
        rows = rows_of(self._data, place) if place else None
        pool = self._pools[self.pool.currentIndex()] if 0 <= self.pool.currentIndex() < len(self._pools) else None
        said = self._said_of(place)
        spread = pool is not None and bool(pool.rows)
        self.path.setText(place_words(place) if single else "Choose a value, then say what it is.")
        for role, button in self.roles.items():
            of_row = role in (Role.LABEL, Role.KEY)
            button.setVisible(not of_row or (spread and rows is not None))
            allowed = single and (role is Role.SECRET or not secret)
            button.setChecked(role in said)
            button.setEnabled(allowed and (role in OF_POOL or role is not Role.LABEL))
        self.rows.setVisible(rows is not None and pool is not None)
        self.rows.setChecked(spread)
        for each in (self._of, self.pool):
            each.setVisible(bool(self._pools))
