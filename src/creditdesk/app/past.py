"""The window's side of the past: the history page and the activity page are fed from the database."""

import asyncio
import importlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from creditdesk.app.accounts import AccountStories
from creditdesk.app.parts import Parts
from creditdesk.app.writing import write_later
from creditdesk.core.series import Event, Series
from creditdesk.ui.activity_page import ActivityPage
from creditdesk.ui.history_csv import csv_text
from creditdesk.ui.history_page import HistoryPage

EVENTS = 200
HISTORY_EVENTS = 60
CHART = "creditdesk.ui.chart"  # a quarter of a second to import: beside the window, not in its way


class HistoryStory(QObject):
    """Makes the history page and brings it series and events."""

    def __init__(self, parts: Parts, stories: AccountStories, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self._stories = stories
        self._page: HistoryPage | None = None

    def make(self) -> HistoryPage:
        """The page, wired."""
        page = self._page = HistoryPage()
        page.series_requested.connect(self._bring)
        page.export_requested.connect(self._export)
        page.add_requested.connect(lambda: self._stories.add())
        page.show_settings(self._parts.settings)
        self.renew()
        return page

    def renew(self) -> None:
        """Show the accounts as they stand now."""
        if self._page is not None:
            self._page.show_accounts(self._parts.board.entries(), self._parts.now())

    def settle(self) -> None:
        """The desk's settings changed."""
        if self._page is not None:
            self._page.show_settings(self._parts.settings)

    def choose(self, account_id: str) -> None:
        """Turn to this account."""
        if self._page is not None:
            self._page.show_account(account_id)

    def _bring(self, account_id: str, since: datetime | None) -> None:
        if self._page is not None:
            self._page.show_busy()
        history = self._parts.desk.tools.history

        async def story() -> tuple[list[Series], list[Event]]:
            await asyncio.to_thread(importlib.import_module, CHART)
            return await history.series(account_id, since), await history.events(HISTORY_EVENTS, None, account_id)

        def told(found: tuple[list[Series], list[Event]]) -> None:
            if self._page is not None:
                self._page.show_series(account_id, tuple(found[0]), tuple(found[1]), self._parts.now())

        self._parts.ask(story, told)

    def _export(self, account_id: str, series: tuple[Series, ...]) -> None:
        entry = self._parts.board.entry(account_id)
        name = f"{entry.reading.account.name if entry else 'history'}.csv"
        path, _ = QFileDialog.getSaveFileName(self._parts.window, "Export history", name, "CSV (*.csv)")
        if path:
            write_later(self._parts, Path(path), csv_text(series), "the history")


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
        self._last: Event | None = None  # the oldest that is shown

    def make(self) -> ActivityPage:
        """The page, wired."""
        page = self._page = ActivityPage()
        page.more_requested.connect(self._more)
        page.account_chosen.connect(self.account_chosen)
        page.show_settings(self._parts.settings)
        self.renew()
        return page

    def renew(self) -> None:
        """Show the newest events."""
        if self._page is None:
            return
        self._page.show_accounts(self._parts.board.entries(), self._parts.now())
        self._ask(None, self._show)

    def settle(self) -> None:
        """The desk's settings changed."""
        if self._page is not None:
            self._page.show_settings(self._parts.settings)

    def _more(self, _before: datetime) -> None:
        self._ask(self._last, self._add)

    def _ask(self, before: Event | None, tell: object) -> None:
        history = self._parts.desk.tools.history

        async def story() -> list[Event]:
            return await history.events(EVENTS, before)

        self._parts.ask(story, tell)  # type: ignore[arg-type]  # both take the events

    def _show(self, events: list[Event]) -> None:
        """Show the newest. Whoever reads further down keeps the place: there only what is new is put above."""
        page, before = self._page, self._newest
        if page is None or (events == before and events):
            return
        self._newest = events
        if page.table.verticalScrollBar().value() == 0:
            self._last = events[-1] if events else None
            page.show_events(events, len(events) == EVENTS)
        else:
            known = max((each.id for each in before), default=0)
            page.show_new([each for each in events if each.id > known])

    def _add(self, events: Sequence[Event]) -> None:
        self._last = events[-1] if events else self._last
        if self._page is not None:
            self._page.add_events(events, len(events) == EVENTS)
