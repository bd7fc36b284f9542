"""The activity page: what happened, newest first, one line an event, under filters; and what it adds up to."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from creditdesk.core.series import Event, EventKind
from creditdesk.core.settings import Settings
from creditdesk.core.timeline import TimelineQuery, Totals
from creditdesk.ui import event_words, parts, theme, words
from creditdesk.ui.activity_filters import ActivityFilters
from creditdesk.ui.board import Entry, labels_of
from creditdesk.ui.text_table import Column, TextTable

GONE = "Removed account"
NO_ACCOUNT = "—"


class ActivityPage(QWidget):
    """A table of events under filters, with their totals. It is told what `query` finds, a page at a time.

    Signals:
        query_changed(): other events are wanted, by `show_events` and `show_totals`.
        more_requested(object): the events after this one (Event) are wanted, by `add_events`.
        account_chosen(str): an event was opened; its account's history is wanted.
        note_requested(): a note is to be typed.
        note_removed(object): this note (Event) is to be deleted.
        export_requested(): what `query` finds is to be written to a file.
        statements_requested(): the months' statements are wanted.
    """

    query_changed = Signal()
    more_requested = Signal(object)
    account_chosen = Signal(str)
    note_requested = Signal()
    note_removed = Signal(object)
    export_requested = Signal()
    statements_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Activity")
        self._entries: dict[str, Entry] = {}
        self._clients: tuple[str, ...] = ()
        self._events: list[Event] = []
        self._more = self._asked = False
        self._now: datetime | None = None
        self._settings = Settings()
        self._totals: Totals | None = None
        self.note = parts.button("Add note…", icon="note")
        self.note.clicked.connect(self.note_requested)
        self.delete = parts.button("Delete note", icon="remove")
        self.delete.clicked.connect(self._remove_note)
        self.statements = parts.button("Statements…", name="Statements of a month for each client")
        self.statements.clicked.connect(self.statements_requested)
        self.export = parts.button("Export…", name="Export what is shown as CSV")
        self.export.clicked.connect(self.export_requested)
        self.header = parts.page_header("Activity", "", self.delete, self.note, self.statements, self.export)
        self.filters = ActivityFilters()
        self.filters.changed.connect(self._ask_anew)
        self.totals = parts.muted()
        self.card = parts.Card("Activity")
        self.table = TextTable("Activity", [Column("What", str, most_px=0)])
        self.table.near_end.connect(self._ask)
        self.table.row_opened.connect(self._open)
        self.table.row_chosen.connect(lambda event: self.delete.setVisible(_is_note(event)))
        self.card.body.addWidget(self.table)
        self.empty = parts.EmptyState("", "", icon="activity")
        column = parts.page(self.header, self.filters, self.totals)
        column.setSpacing(theme.px(10))
        column.addWidget(self.card, 1)
        column.addWidget(self.empty, 1)
        self.setLayout(column)
        delete = QShortcut(QKeySequence(Qt.Key.Key_Delete), self.table, self._remove_note)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        self.totals.hide()
        self._show_rows()

    @property
    def query(self) -> TimelineQuery:
        """What is wanted."""
        return self.filters.query(self._now) if self._now is not None else TimelineQuery()

    def show_settings(self, settings: Settings) -> None:
        """Hide or show amounts and names."""
        if settings != self._settings:
            self._settings = settings
            self.filters.show_known(list(self._entries.values()), self._clients, settings)
            self._show_rows()
            self.show_totals(self._totals)

    def show_accounts(self, entries: Sequence[Entry], now: datetime) -> None:
        """The accounts there are, in the user's order, by which events are named and filtered."""
        names = [self._name(entry.id) for entry in self._entries.values()]
        new_day = self._now is None or self._now.astimezone().date() != now.astimezone().date()
        self._entries = {entry.id: entry for entry in entries}
        self._now = now
        self.filters.show_known(entries, self._clients, self._settings)
        if new_day or names != [self._name(entry.id) for entry in entries]:
            self._show_rows()

    def show_clients(self, clients: Iterable[str]) -> None:
        """The clients of accounts and imports, by which events are filtered."""
        self._clients = tuple(clients)
        self.filters.show_known(list(self._entries.values()), self._clients, self._settings)

    def show_events(self, events: Sequence[Event], more: bool) -> None:
        """Show the first page of what is wanted, newest first; `more`: there are older ones."""
        self._events, self._more, self._asked = list(events), more, False
        self._show_rows()

    def add_events(self, events: Sequence[Event], more: bool) -> None:
        """Show these older events below the others; `more`: there are still older ones."""
        self._events += events
        self._more, self._asked = more, False
        self.table.add_rows(events)
        self._say()
        self._ask_until_filled()

    def renew_events(self, events: Sequence[Event], more: bool) -> None:
        """The first page anew, after something happened. Whoever reads further down keeps the place and the choice."""
        fresh = {each.id for each in events}
        last = (events[-1].at, events[-1].id) if events and more else None
        older = [] if last is None else [each for each in self._events if each.id not in fresh and _place(each) < last]
        chosen, bar = self.table.chosen(), self.table.verticalScrollBar()
        at, count = bar.value(), len(self._events)
        self._events, self._more = [*events, *older], self._more if older else more
        self._show_rows()
        if chosen is not None:
            same = next((place for place, each in enumerate(self._events) if each.id == chosen.id), -1)
            if same >= 0:
                self.table.choose(same)
        new_rows = max(0, len(self._events) - count)
        bar.setValue(at + new_rows * self.table.verticalHeader().defaultSectionSize() if at else 0)

    def drop_event(self, number: int) -> None:
        """This event (its id) is gone; the place stays."""
        bar = self.table.verticalScrollBar()
        at = bar.value()
        self._events = [each for each in self._events if each.id != number]
        self._show_rows()
        bar.setValue(at)

    def show_totals(self, totals: Totals | None) -> None:
        """What all that is wanted adds up to; None while it is not known."""
        self._totals = totals
        said = event_words.totals_words(totals, self._settings.hide_amounts) if totals is not None else ""
        self.totals.setText(f"In all: {said}" if said else "")
        self.totals.setVisible(bool(said))
        self._say()

    def show_account(self, account_id: str) -> None:
        """Show this account's events only; "" shows all."""
        self.filters.choose_account(account_id)

    def focus_search(self) -> None:
        """Put the keyboard into the field of words."""
        self.filters.search.setFocus()
        self.filters.search.selectAll()

    def _ask_anew(self) -> None:
        self.show_totals(None)
        if self._now is not None:
            self.query_changed.emit()

    def _name(self, account_id: str) -> str:
        entry = self._entries.get(account_id)
        if entry is None:
            return GONE if account_id else NO_ACCOUNT
        return words.account_name(entry.reading.account, entry.definition, self._settings.hide_names)

    def _own_name(self, event: Event) -> str:
        """What the account's name says beyond its vendor's, or the vendor's where there is no more."""
        entry = self._entries.get(event.account)
        if entry is None:
            return self._name(event.account)
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

    def _show_rows(self) -> None:
        self.table.show_columns(self._columns())
        self.table.show_rows(self._events)
        self._say()
        self._ask_until_filled()

    def _say(self) -> None:
        rows = len(self._events)
        self.card.setVisible(rows > 0)
        self.empty.setVisible(rows == 0)
        self.export.setEnabled(rows > 0)
        if self.filters.chosen:
            self.empty.show_words("Nothing of this kind", "Change the filters above, or look at all dates.")
        else:
            self.empty.show_words(
                "Nothing happened yet", "Uses, resets, top-ups, warnings and troubles of all accounts will stand here."
            )
        count = self._totals.events if self._totals is not None else rows
        sure = self._totals is not None or not self._more
        said = words.count(count, "events") + ("" if sure else ", more below")
        self.header.show_subtitle(said if rows else "")

    def _ask(self) -> None:
        if self._more and not self._asked and self._events:
            self._asked = True
            self.more_requested.emit(self._events[-1])

    def _ask_until_filled(self) -> None:
        if self._events and self.table.isVisible() and self.table.in_sight():
            self._ask()

    def _open(self, event: Event) -> None:
        if event.account in self._entries:
            self.account_chosen.emit(event.account)

    def _remove_note(self) -> None:
        event = self.table.chosen()
        if _is_note(event):
            self.note_removed.emit(event)


def _place(event: Event) -> tuple[datetime, int]:
    return event.at, event.id


def _is_note(event: Event | None) -> bool:
    return event is not None and event.kind is EventKind.NOTE
