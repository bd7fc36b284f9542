"""The first page: one card an account, worst news on top."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from creditdesk.core.pools import Level
from creditdesk.core.settings import Settings
from creditdesk.ui import theme, words
from creditdesk.ui.board import Entry
from creditdesk.ui.card import AccountCard
from creditdesk.ui.flow import CardGrid
from creditdesk.ui.news_banner import NewsBanner
from creditdesk.ui.parts import (
    EmptyState,
    Pill,
    SearchField,
    button,
    muted,
    page_header,
    scrolled,
    small,
)

AT_ONCE = 9  # cards built before the first paint
BATCH = 6  # cards built at a time after it
CARD_PX = 290


class OverviewPage(QWidget):
    """All accounts as cards.

    Signals:
        refresh_requested(str), size_requested(str), history_requested(str), edit_requested(str), remove_requested(str),
        duplicate_requested(str), type_balance_requested(str), snooze_requested(str), confirm_requested(str),
        ledger_requested(str): of one account. size_requested("") is the page's own button: an import for no account.
        refresh_all_requested(), add_requested(), sample_requested(): of the page's buttons.
        setting_requested(str, object): an account and the settings (a dict of str) that a notice's button changes.
        link_requested(str): a page to open in the browser.
        remedy_requested(str, str): an account and the Action (its value) that mends its trouble.
        painted(): the page is on screen for the first time.
    """

    refresh_requested = Signal(str)
    size_requested = Signal(str)
    history_requested = Signal(str)
    ledger_requested = Signal(str)
    edit_requested = Signal(str)
    remove_requested = Signal(str)
    duplicate_requested = Signal(str)
    type_balance_requested = Signal(str)
    snooze_requested = Signal(str)
    confirm_requested = Signal(str)
    refresh_all_requested = Signal()
    add_requested = Signal()
    sample_requested = Signal()
    setting_requested = Signal(str, object)
    link_requested = Signal(str)
    remedy_requested = Signal(str, str)
    painted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Overview")
        self._entries: dict[str, Entry] = {}
        self._cards: dict[str, AccountCard] = {}
        self._waiting: list[str] = []
        self._now: datetime | None = None
        self._settings = Settings()
        self._chain: list[QWidget] = []
        self.empty: EmptyState | None = None
        self._painted = False
        self._batches = QTimer(self)
        self._batches.setInterval(0)
        self._batches.timeout.connect(self._build_batch)
        self._build_header()
        self._build_body()

    def show_entries(self, entries: Sequence[Entry], now: datetime, settings: Settings) -> None:
        """Show these accounts and no others. The first cards are built at once, the rest right after the next paint."""
        self._now, self._settings = now, settings
        self._entries = {entry.id: entry for entry in entries}
        for gone in [account for account in self._cards if account not in self._entries]:
            card = self._cards.pop(gone)
            self._grid.removeWidget(card)
            card.hide()
            card.deleteLater()
        order = self._order()
        for account, card in self._cards.items():
            card.show_entry(self._entries[account], now, settings)
        fresh = [account for account in order if account not in self._cards]
        room = max(0, AT_ONCE - len(self._cards))
        self._waiting = fresh[room:]
        self._build(fresh[:room])
        if self._painted and self._waiting:
            self._batches.start()
        self._show_page()

    def show_entry(self, entry: Entry, now: datetime, settings: Settings) -> None:
        """Show the news of one account; a new account gets a card."""
        known = entry.id in self._entries
        self._entries[entry.id] = entry
        self._now, self._settings = now, settings
        if not known:
            self.show_entries(list(self._entries.values()), now, settings)
            return
        if card := self._cards.get(entry.id):
            card.show_entry(entry, now, settings)
        self._show_page()

    def show_now(self, now: datetime) -> None:
        """Bring every age up to date. Call it about once a minute."""
        self.show_entries(list(self._entries.values()), now, self._settings)

    def show_snoozed(self, accounts: frozenset[str]) -> None:
        """Leave these accounts out of the banner."""
        self.banner.show_snoozed(accounts)

    def show_totals(self, line: str) -> None:
        """Show what is left over all accounts, one quiet line; "" shows none."""
        self._totals.setText(line)
        self._totals.setVisible(bool(line))

    def show_sample(self, sample: bool) -> None:
        """Mark the page as showing sample data."""
        self._sample.setVisible(sample)

    def focus_search(self) -> None:
        """Put the keyboard into the search field."""
        self.search.setFocus()
        self.search.selectAll()

    def finish(self) -> None:
        """Build all cards now, for pictures and tests."""
        self._batches.stop()
        waiting, self._waiting = self._waiting, []
        self._build(waiting)
        self._show_page()

    def is_complete(self) -> bool:
        """Whether every account has its card."""
        return not self._waiting

    @property
    def cards(self) -> list[AccountCard]:
        """The cards that are built, in their order on the page."""
        return [self._cards[account] for account in self._order() if account in self._cards]

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt's: once something is on screen, the rest of the cards may be built."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self.painted.emit)  # what is on the page is painted right after it
            if self._waiting:
                self._batches.start()

    def _build_header(self) -> None:
        self.search = SearchField("Find an account")
        self.search.searched.connect(lambda _text: self._filter())
        self.refresh_button = button("Refresh all")
        self.refresh_button.clicked.connect(self.refresh_all_requested)
        self.size_button = button("Size an import", "primary")
        self.size_button.clicked.connect(lambda: self.size_requested.emit(""))
        self.header = page_header("Overview", "", self.search, self.refresh_button, self.size_button)
        self._sample = Pill(Level.NOT_READ, "Sample data")
        self._sample.hide()
        self.header.add_beside_title(self._sample)
        self.banner = NewsBanner()
        self.banner.history_requested.connect(self.history_requested)
        self.banner.snooze_requested.connect(self.snooze_requested)
        self.banner.remedy_requested.connect(self._mend)

    def _build_body(self) -> None:
        holder = QWidget()
        self._grid = CardGrid(least=theme.px(CARD_PX), spacing=theme.px(theme.GAP_PX))
        self._no_match = muted("No account is called that.")
        self._no_match.hide()
        self._totals = small()
        self._totals.hide()
        inner = QVBoxLayout(holder)
        inner.setContentsMargins(0, 0, 0, theme.px(18))
        inner.setSpacing(theme.px(10))
        inner.addLayout(self._grid)
        inner.addWidget(self._no_match)
        inner.addWidget(self._totals)
        inner.addStretch(1)
        self._bodies = QStackedLayout()
        self._scroll = scrolled(holder, "Accounts", gutter=24)
        self._bodies.addWidget(self._scroll)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(24), theme.px(17), 0, 0)
        column.setSpacing(theme.px(theme.GAP_PX))
        top = QVBoxLayout()
        top.setContentsMargins(0, 0, theme.px(24), 0)
        top.setSpacing(theme.px(theme.GAP_PX))
        top.addWidget(self.header)
        top.addWidget(self.banner)
        column.addLayout(top)
        column.addLayout(self._bodies, 1)

    def _make_empty(self) -> EmptyState:
        """The first run's page, made when it is first needed."""
        add, sample = button("Add an account", "primary"), button("Look around with sample data")
        add.clicked.connect(self.add_requested)
        sample.clicked.connect(self.sample_requested)
        made = EmptyState(
            "See every API credit you have left",
            "Add an account and creditdesk reads its balance, shows when it runs out, and tells you before an import "
            "would be refused. Keys stay in your system’s keyring.",
            add,
            sample,
        )
        made.setContentsMargins(0, 0, theme.px(24), 0)
        self._bodies.addWidget(made)
        return made

    def _order(self) -> list[str]:
        return sorted(self._entries, key=lambda account: -self._entries[account].reading.level.severity)

    def _build_batch(self) -> None:
        batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
        self._build(batch)
        if not self._waiting:
            self._batches.stop()
        self._arrange()

    def _build(self, accounts: list[str]) -> None:
        assert self._now is not None
        for account in accounts:
            if account not in self._entries:
                continue
            card = AccountCard()
            card.asked.connect(self._pass_on)
            card.show_entry(self._entries[account], self._now, self._settings)
            if not self._matches(account):
                card.hide()
            self._cards[account] = card
            self._grid.addWidget(card)

    def _show_page(self) -> None:
        empty = not self._entries
        if empty and self.empty is None:
            self.empty = self._make_empty()
        self._bodies.setCurrentWidget(self.empty if empty and self.empty is not None else self._scroll)
        for each in (self.search, self.refresh_button, self.size_button):
            each.setVisible(not empty)
        self.header.show_subtitle(words.read_line([entry.reading for entry in self._entries.values()], self._now))
        self._arrange()
        if self._now is not None:
            self.banner.show_entries(self._entries.values(), self._now, self._settings)

    def _arrange(self) -> None:
        cards = self.cards
        self._grid.arrange(list(cards))
        chain = [widget for card in cards for widget in card.focus_chain()]
        if chain != self._chain:
            self._chain = chain
            for first, then in pairwise(chain):
                QWidget.setTabOrder(first, then)
        self._filter()

    def _filter(self) -> None:
        found = 0
        for account, card in self._cards.items():
            match = self._matches(account)
            found += match
            if card.isHidden() == match:
                card.setVisible(match)
        self._no_match.setVisible(bool(self._cards) and not found)

    def _matches(self, account: str) -> bool:
        wanted = self.search.text().strip().casefold()
        if not wanted:
            return True
        entry = self._entries[account]
        name = words.account_name(entry.reading.account, entry.definition)
        return wanted in f"{name} {entry.reading.account.client} {entry.definition.category}".casefold()

    def _pass_on(self, what: str, account: str, given: dict[str, str]) -> None:
        """Say a card's wish as the page's own signal."""
        if what == "setting":
            self.setting_requested.emit(account, given)
        elif what == "link":
            self.link_requested.emit(given["url"])
        elif what == "remedy":
            self._mend(account, given["action"])
        else:
            getattr(self, f"{what}_requested").emit(account)

    def _mend(self, account: str, action: str) -> None:
        if action == words.Action.RETRY:
            self.refresh_requested.emit(account)
        else:
            self.remedy_requested.emit(account, action)
