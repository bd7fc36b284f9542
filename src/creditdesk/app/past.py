"""The window's side of the past: the history page is fed from the database."""

import asyncio
import importlib
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog

from creditdesk.app import collector
from creditdesk.app.accounts import AccountStories
from creditdesk.app.parts import Parts
from creditdesk.app.writing import write_later
from creditdesk.core.series import Event, Series
from creditdesk.core.timeline import TimelineQuery
from creditdesk.store.timeline import Timeline
from creditdesk.ui import chart_saving, words
from creditdesk.ui.chart_marks import KINDS
from creditdesk.ui.history_csv import csv_text
from creditdesk.ui.history_page import MANY, MOST_MARKS, MOST_ROWS, HistoryPage

FIRST = datetime(1971, 1, 1, tzinfo=UTC)
FREED = 5_000  # points at a stretch, during which nothing else can run
CHART = "creditdesk.ui.chart"  # a quarter of a second to import: beside the window, not in its way


def release(old: list[Series]) -> None:
    """Empty the list and free its points, a part at a time: a million at once stop every thread for 0.3 s."""
    points = [point for each in old for point in each.points]
    old.clear()
    while points:
        del points[-FREED:]
        time.sleep(0)  # lets the other threads run; nothing is waited for


def _picture(made: QImage | bytes) -> bytes:
    return made if isinstance(made, bytes) else chart_saving.png(made)


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
        page.events_requested.connect(self._bring_events)
        page.lines_requested.connect(self._make_lines)
        page.let_go.connect(lambda old: self._parts.ask(lambda: asyncio.to_thread(release, old)))
        page.copy_requested.connect(self._copy)
        page.picture_requested.connect(self._save_picture)
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

        async def story() -> list[Series]:
            await asyncio.to_thread(importlib.import_module, CHART)
            return await history.series(account_id, since)

        def told(found: list[Series]) -> None:
            if sum(len(each.points) for each in found) > MANY:
                collector.spare()  # looking at a million of them takes 100 ms and more
            if self._page is not None:
                self._page.show_series(account_id, tuple(found), self._parts.now())

        self._parts.ask(story, told)

    def _bring_events(self, account_id: str, low: datetime, high: datetime) -> None:
        """The newest events on screen, and all marks, from as long before and after too, for whoever drags on."""
        timeline = Timeline(self._parts.desk.tools.history.connections)
        wide = min(high - low, low - FIRST)
        shown = TimelineQuery((account_id,), since=low, until=high)
        marked = TimelineQuery((account_id,), kinds=tuple(KINDS), since=low - wide, until=high + wide)

        async def story() -> tuple[list[Event], list[Event]]:
            return await timeline.events(shown, None, MOST_ROWS), await timeline.events(marked, None, MOST_MARKS)

        def told(found: tuple[list[Event], list[Event]]) -> None:
            events = {event.id: event for each in found for event in each}
            if self._page is not None:
                self._page.show_events(account_id, tuple(events.values()), len(found[1]) == MOST_MARKS)

        self._parts.ask(story, told)

    def _make_lines(self, wanted: object) -> None:
        """The lines of many points, on a thread: a second for a million."""

        def work() -> object:
            from creditdesk.ui import chart_data  # numpy, which the first paint of the page does not wait for

            return chart_data.build(wanted)  # type: ignore[arg-type]  # the chart's own value, on its way back to it

        def told(lines: object) -> None:
            if self._page is not None:
                self._page.show_lines(lines)

        self._parts.ask(lambda: asyncio.to_thread(work), told)

    def _export(self, account_id: str, series: tuple[Series, ...]) -> None:
        path = self._ask_where(account_id, "Export history", "csv")
        if path is not None:
            write_later(self._parts, path, lambda: csv_text(series), "the history")

    def _copy(self, series: tuple[Series, ...]) -> None:
        count = sum(len(each.points) for each in series)

        def told(text: str) -> None:
            QGuiApplication.clipboard().setText(text)
            self._parts.window.show_toast(f"Copied {words.count(count, 'readings')} as CSV.")

        self._parts.ask(lambda: asyncio.to_thread(csv_text, series), told)

    def _save_picture(self, account_id: str, kind: str, made: QImage | bytes) -> None:
        path = self._ask_where(account_id, "Save the picture", kind)
        if path is not None:
            write_later(self._parts, path, partial(_picture, made), "the picture")

    def _ask_where(self, account_id: str, title: str, ending: str) -> Path | None:
        """The file that the user names; a name without an ending gets this one."""
        entry = self._parts.board.entry(account_id)
        name = f"{entry.reading.account.name if entry else 'history'}.{ending}"
        path, _ = QFileDialog.getSaveFileName(self._parts.window, title, name, f"{ending.upper()} (*.{ending})")
        chosen = Path(path)
        return (chosen if chosen.suffix else chosen.with_suffix(f".{ending}")) if path else None
