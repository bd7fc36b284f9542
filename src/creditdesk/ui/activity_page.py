"""The activity page: what happened to all accounts, newest first, one line an event; older ones come on scrolling."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from creditdesk.core.series import Event
from creditdesk.core.settings import Settings
from creditdesk.ui import event_words, parts, theme, words
from creditdesk.ui.board import Entry, labels_of
from creditdesk.ui.drop_down import DropDown
from creditdesk.ui.event_words import Group
from creditdesk.ui.text_table import Column, TextTable

ALL_ACCOUNTS = "All accounts"
GONE = "Removed account"


class ActivityPage(QWidget):
    """A table of events with three filters: account, kind, and words.

    Signals:
        more_requested(object): events before this datetime are wanted, by `add_events`.
        account_chosen(str): an event was opened; its account's history is wanted.
    """

    more_requested = Signal(object)
    account_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Activity")
        self._entries: dict[str, Entry] = {}
        self._events: list[Event] = []
        self._more = False
        self._asked = False
        self._now: datetime | None = None
        self._settings = Settings()
        self.accounts = DropDown()
        self.accounts.setAccessibleName("Account")
        self.accounts.setMinimumWidth(theme.px(90))
        self.accounts.setMaximumWidth(theme.px(190))
        self.accounts.addItem(ALL_ACCOUNTS, "")
        self.accounts.activated.connect(lambda _: self._filter())
        self.kinds = DropDown()
        self.kinds.setAccessibleName("Kind")
        self.kinds.setMinimumWidth(theme.px(90))
        for each in Group:
            self.kinds.addItem(each.value, each)
        self.kinds.activated.connect(lambda _: self._filter())
        self.search = parts.SearchField("Find in activity")
        self.search.searched.connect(lambda _: self._filter())
        self.header = parts.page_header("Activity", "", self.accounts, self.kinds, self.search)
        self.card = parts.Card("Activity")
        self.table = TextTable("Activity", [Column("What", str, most_px=0)])
        self.table.near_end.connect(self._ask)
        self.table.row_opened.connect(self._open)
        self.card.body.addWidget(self.table)
        self.empty = parts.EmptyState("", "", icon="activity")
        column = parts.page(self.header)
        column.addWidget(self.card, 1)
        column.addWidget(self.empty, 1)
        self.setLayout(column)
        self._filter()

    def show_settings(self, settings: Settings) -> None:
        """Hide or show amounts and names."""
        if settings != self._settings:
            self._settings = settings
            self._fill_accounts()
            self._filter()

    def show_accounts(self, entries: Sequence[Entry], now: datetime) -> None:
        """The accounts there are, in the user's order."""
        names = [(entry.id, entry.reading.account.name) for entry in entries]
        before = [(entry.id, entry.reading.account.name) for entry in self._entries.values()]
        new_day = self._now is None or self._now.astimezone().date() != now.astimezone().date()
        self._entries = {entry.id: entry for entry in entries}
        self._now = now
        if names != before or new_day:
            self._fill_accounts()
            self._filter()

    def show_events(self, events: Sequence[Event], more: bool) -> None:
        """Show these events, newest first, instead of the former; `more`: there are older ones."""
        self._events, self._more, self._asked = list(events), more, False
        self._filter()

    def add_events(self, events: Sequence[Event], more: bool) -> None:
        """Show these older events below the others; `more`: there are still older ones."""
        self._events += events
        self._more, self._asked = more, False
        self.table.add_rows([each for each in events if self._fits(each)])
        self._say()
        self._ask_until_filled()

    def show_new(self, events: Sequence[Event]) -> None:
        """Show events that happened just now, newest first, above the others."""
        if events:
            self._events = [*events, *self._events]
            at_top = self.table.verticalScrollBar().value()
            self._filter()
            self.table.verticalScrollBar().setValue(at_top)

    def show_account(self, account_id: str) -> None:
        """Show this account's events only; "" shows all."""
        place = self.accounts.findData(account_id)
        if place >= 0:
            self.accounts.setCurrentIndex(place)
            self._filter()

    def _fill_accounts(self) -> None:
        chosen = self.accounts.currentData()
        self.accounts.clear()
        self.accounts.addItem(ALL_ACCOUNTS, "")
        for entry in self._entries.values():
            self.accounts.addItem(self._name(entry.id), entry.id)
        self.accounts.setCurrentIndex(max(0, self.accounts.findData(chosen)))

    def _name(self, account_id: str) -> str:
        entry = self._entries.get(account_id)
        if entry is None:
            return GONE
        return words.account_name(entry.reading.account, entry.definition, self._settings.hide_names)

    def _own_name(self, event: Event) -> str:
        """What the account's name says beyond its vendor's, or the vendor's where there is no more."""
        entry = self._entries.get(event.account)
        if entry is None:
            return GONE
        own = words.sub_name(entry.reading.account, entry.definition, self._settings.hide_names)
        return own or entry.definition.name

    def _what(self, event: Event) -> str:
        entry = self._entries.get(event.account)
        definition = entry.definition if entry is not None else None
        chosen = self._settings
        return event_words.what(event, definition, chosen.hide_amounts, labels_of(entry), chosen.hide_names)

    def _columns(self) -> list[Column]:
        now, hide = self._now, self._settings.hide_amounts
        return [
            Column("When", lambda each: words.moment(each.at, now or each.at), most_px=230, kept=True),
            Column("Account", lambda each: self._name(each.account), most_px=210, short=self._own_name),
            Column("What", self._what, most_px=0),
            Column("Amount", lambda each: event_words.change(each, hide), right=True, most_px=150, kept=True),
        ]

    def _fits(self, event: Event) -> bool:
        account, kind = self.accounts.currentData(), self.kinds.currentData()
        if account and event.account != account:
            return False
        if kind != Group.ALL and event_words.group(event.kind) != kind:
            return False
        wanted = self.search.text().strip().casefold()
        if not wanted:
            return True
        told = (self._name(event.account), self._what(event), event_words.change(event, self._settings.hide_amounts))
        return all(any(part in each.casefold() for each in told) for part in wanted.split())

    def _filter(self) -> None:
        self.table.show_columns(self._columns())
        self.table.show_rows([each for each in self._events if self._fits(each)])
        self._say()
        self._ask_until_filled()

    def _say(self) -> None:
        rows = len(self.table.rows())
        self.card.setVisible(rows > 0)
        self.empty.setVisible(rows == 0)
        if self._events:
            said = "Looking further back…" if self._more else "Change the account, the kind or the words above."
            self.empty.show_words("Nothing of this kind", said)
        else:
            self.empty.show_words(
                "Nothing happened yet", "Uses, resets, top-ups, warnings and troubles of all accounts will stand here."
            )
        self.header.show_subtitle(words.count(rows, "events") + (", more below" if self._more else "") if rows else "")

    def _ask(self) -> None:
        if self._more and not self._asked and self._events:
            self._asked = True
            self.more_requested.emit(self._events[-1].at)

    def _ask_until_filled(self) -> None:
        if self._events and (not self.table.rows() or (self.table.isVisible() and self.table.in_sight())):
            self._ask()

    def _open(self, event: Event) -> None:
        if event.account in self._entries:
            self.account_chosen.emit(event.account)
