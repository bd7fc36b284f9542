"""The window's side of the timeline: events, totals and notes for the activity page, and its way to the statements."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from creditdesk.app.parts import Parts
from creditdesk.app.writing import TABLES, write_rows
from creditdesk.core.series import Event
from creditdesk.core.timeline import TimelineQuery, Totals
from creditdesk.desk.notes import add_note
from creditdesk.desk.statements import known_clients
from creditdesk.desk.tools import Declined
from creditdesk.store.history import HistoryError
from creditdesk.store.timeline import PAGE, Timeline
from creditdesk.ui import event_words, words
from creditdesk.ui.activity_page import GONE, ActivityPage
from creditdesk.ui.board import Entry, labels_of
from creditdesk.ui.note_dialog import NoteDialog

EXPORTED_AT_ONCE = 5000
EXPORT_HEADER = ("when", "account", "client", "kind", "pool", "amount", "unit", "what")


class ActivityStory(QObject):
    """Makes the activity page and brings it events.

    Signals:
        account_chosen(str): an account is to be shown.
    """

    account_chosen = Signal(str)

    def __init__(self, parts: Parts, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self._page: ActivityPage | None = None
        self._newest: list[Event] = []  # as last fetched
        self._problem = ""
        self._counting = self._again = False
        self._timeline = Timeline(parts.desk.tools.history.connections)

    def make(self) -> ActivityPage:
        """The page, wired."""
        page = self._page = ActivityPage()
        page.query_changed.connect(lambda: self._bring(page, anew=True))
        page.more_requested.connect(lambda before: self._more(page, before))
        page.account_chosen.connect(self.account_chosen)
        page.note_requested.connect(lambda: self._type_note(page))
        page.note_removed.connect(lambda note: self._remove_note(page, note))
        page.export_requested.connect(lambda: self._export(page.query))
        page.statements_requested.connect(self._open_statements)
        page.show_settings(self._parts.settings)
        self.renew()
        return page

    def renew(self) -> None:
        """Show the newest events."""
        if self._page is not None:
            self._page.show_accounts(self._parts.board.entries(), self._parts.now())
            self._bring(self._page)

    def settle(self) -> None:
        """The desk's settings changed."""
        if self._page is not None:
            self._page.show_settings(self._parts.settings)

    def _bring(self, page: ActivityPage, anew: bool = False) -> None:
        """Bring the first page of what is wanted, and the totals where it is another one than before."""
        query, tools = page.query, self._parts.desk.tools

        async def story() -> tuple[list[Event], tuple[str, ...]] | str:
            try:
                return await self._timeline.events(query), await known_clients(tools)
            except HistoryError as error:
                return str(error)

        def told(found: tuple[list[Event], tuple[str, ...]] | str) -> None:
            if isinstance(found, str):
                if found != self._problem:
                    self._parts.window.show_toast(found)
                self._problem = found  # it is asked after every reading; one message is enough
                return
            self._problem = ""
            events, clients = found
            if query != page.query:
                return  # something else is wanted meanwhile
            page.show_clients(clients)
            if anew or not self._newest:
                page.show_events(events, len(events) == PAGE)
            elif events != self._newest:
                page.renew_events(events, len(events) == PAGE)
            else:
                return
            self._newest = events
            self._count(page)

        self._parts.ask(story, told)

    def _count(self, page: ActivityPage) -> None:
        """Add up what is wanted; one sum at a time, because a sum of a million events takes more than a second."""
        if self._counting:
            self._again = True
            return
        self._counting, self._again, query = True, False, page.query

        async def story() -> Totals | None:
            try:
                return await self._timeline.totals(query)
            except HistoryError:
                return None  # what is wrong with the history was said when the events were read

        def told(totals: Totals | None) -> None:
            self._counting = False
            if query == page.query:
                page.show_totals(totals)
            if self._again or query != page.query:
                self._count(page)

        self._parts.ask(story, told)

    def _more(self, page: ActivityPage, before: Event) -> None:
        query = page.query

        async def story() -> list[Event]:
            try:
                return await self._timeline.events(query, before)
            except HistoryError:
                return []

        def told(events: list[Event]) -> None:
            if query == page.query:
                page.add_events(events, len(events) == PAGE)

        self._parts.ask(story, told)

    def _type_note(self, page: ActivityPage) -> None:
        parts = self._parts
        account = str(page.filters.accounts.currentData())
        dialog = NoteDialog(parts.board.entries(), parts.now(), parts.settings, account, parts.window)

        def save(text: str, at: datetime, account_id: str) -> None:
            def told(problem: str) -> None:
                if problem:
                    dialog.show_error(problem)
                else:
                    dialog.accept()
                    self._bring(page, anew=True)  # its date may be an old one

            self._note(lambda: add_note(parts.desk.tools, text, at, account_id), told)

        dialog.saved.connect(save)
        dialog.open()

    def _note(self, work: Callable[[], Any], told: Callable[[str], None]) -> None:
        async def story() -> str:
            try:
                await work()
            except (Declined, HistoryError) as error:
                return str(error)
            return ""

        self._parts.ask(story, told)

    def _remove_note(self, page: ActivityPage, event: Event) -> None:
        async def story() -> tuple[Event, str] | str | None:
            try:
                return await self._timeline.remove_note(event.id)
            except HistoryError as error:
                return str(error)

        def told(taken: tuple[Event, str] | str | None) -> None:
            if isinstance(taken, str):
                self._parts.window.show_toast(taken)
                return
            if taken is not None:
                self._parts.window.show_toast("Deleted the note.", lambda: self._bring_back(page, *taken))
            page.drop_event(event.id)
            self._newest = [each for each in self._newest if each.id != event.id]
            self._count(page)

        self._parts.ask(story, told)

    def _bring_back(self, page: ActivityPage, event: Event, client: str) -> None:
        def told(problem: str) -> None:
            if problem:
                self._parts.window.show_toast(problem)
            self._bring(page, anew=True)  # it may stand below what is on screen

        self._note(lambda: self._timeline.add(event, client), told)

    def _export(self, query: TimelineQuery) -> None:
        path, _ = QFileDialog.getSaveFileName(self._parts.window, "Export activity", "activity.csv", TABLES)
        if path:
            entries = {entry.id: entry for entry in self._parts.board.entries()}
            rows = _rows(self._timeline, query, entries)
            write_rows(self._parts, Path(path), (EXPORT_HEADER, rows), "the activity")

    def _open_statements(self) -> None:
        from creditdesk.app.statements import StatementStory  # few ever look at it

        StatementStory(self._parts, self).open()


def _rows(timeline: Timeline, query: TimelineQuery, entries: dict[str, Entry]) -> Iterator[tuple[Any, ...]]:
    """All that a query finds, as EXPORT_HEADER says. Run on a thread that may wait."""
    before = None
    while page := _page(timeline, query, before):
        for event in page:
            entry = entries.get(event.account)
            told = event_words.what(event, entry.definition if entry else None, labels=labels_of(entry))
            name = (
                words.account_name(entry.reading.account, entry.definition) if entry else GONE if event.account else ""
            )
            client = entry.reading.account.client if entry else ""
            yield (event.at, name, client, event.kind.value, event.pool, event.amount, event.unit, told)
        before = page[-1]


def _page(timeline: Timeline, query: TimelineQuery, before: Event | None) -> list[Event]:
    try:
        return timeline.events(query, before, EXPORTED_AT_ONCE).result()
    except HistoryError as error:
        raise OSError(str(error)) from None  # which is what whoever writes a file expects
