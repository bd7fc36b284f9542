"""The banner over the overview: the worst news of all accounts and the buttons that answer it."""

from collections.abc import Iterable
from datetime import datetime

from PySide6.QtCore import Signal

from creditdesk.core.settings import Settings
from creditdesk.ui.banner import Banner
from creditdesk.ui.board import Entry
from creditdesk.ui.buttons import Button, button
from creditdesk.ui.news import News, worst_news


class NewsBanner(Banner):
    """Says the worst news; hidden when all is well.

    Signals:
        history_requested(str), snooze_requested(str): of the account that the news is about.
        remedy_requested(str, str): the account and the Action (its value) that mends its trouble.
    """

    history_requested = Signal(str)
    snooze_requested = Signal(str)
    remedy_requested = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self._news: News | None = None
        self._snoozed: frozenset[str] = frozenset()
        self._last: tuple[tuple[Entry, ...], datetime, Settings] | None = None

    def show_entries(self, entries: Iterable[Entry], now: datetime, settings: Settings) -> None:
        """Show the worst news of these accounts."""
        self._last = (tuple(entries), now, settings)
        heard = [entry for entry in self._last[0] if entry.id not in self._snoozed]
        news = worst_news(heard, now, settings)
        if news == self._news:
            return
        self._news = news
        if news is None:
            self.clear_news()
        else:
            self.show_news(news.lead, news.rest, news.level, *self._answers(news))

    def show_snoozed(self, accounts: frozenset[str]) -> None:
        """Leave these accounts out."""
        self._snoozed = accounts
        if self._last is not None:
            self.show_entries(*self._last)

    def _answers(self, news: News) -> list[Button]:
        if news.remedy is not None and news.remedy.button_label:
            action = news.remedy.action.value
            mend = button(news.remedy.button_label)
            mend.clicked.connect(lambda: self.remedy_requested.emit(news.account, action))
            return [mend]
        history, snooze = button("History"), button("Snooze")
        history.clicked.connect(lambda: self.history_requested.emit(news.account))
        snooze.clicked.connect(lambda: self._snooze(news.account))
        return [history, snooze]

    def _snooze(self, account: str) -> None:
        self.show_snoozed(self._snoozed | {account})
        self.snooze_requested.emit(account)
