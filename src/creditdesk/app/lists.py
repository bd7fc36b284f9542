"""The window's side of the lists: alerts and accounts."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal

from creditdesk.app.accounts import SAID, AccountStories
from creditdesk.app.parts import Parts
from creditdesk.app.telling import Teller
from creditdesk.core.series import Episode
from creditdesk.ui.accounts_page import AccountsPage
from creditdesk.ui.alerts_page import AlertsPage

EPISODES = 200


class AlertsStory(QObject):
    """Makes the alerts page and brings it the episodes.

    Signals:
        account_chosen(str): an account is to be shown.
    """

    account_chosen = Signal(str)

    def __init__(self, parts: Parts, stories: AccountStories, teller: Teller, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self._stories = stories
        self._teller = teller
        self._page: AlertsPage | None = None

    def make(self) -> AlertsPage:
        """The page, wired."""
        page = self._page = AlertsPage()
        page.snooze_requested.connect(self._snooze)
        page.mute_requested.connect(self._stories.mute)
        page.account_chosen.connect(self.account_chosen)
        page.show_settings(self._parts.settings)
        self.renew()
        return page

    def renew(self) -> None:
        """Show what is open, and what was."""
        if self._page is None:
            return
        self._page.show_accounts(self._parts.board.entries(), self._parts.now())
        history = self._parts.desk.tools.history

        async def story() -> list[Episode]:
            return await history.warned.episodes(EPISODES)

        self._parts.ask(story, self._show)

    def settle(self) -> None:
        """The desk's settings changed."""
        if self._page is not None:
            self._page.show_settings(self._parts.settings)

    def _show(self, episodes: list[Episode]) -> None:
        if self._page is not None:
            self._page.show_alerts(episodes, self._parts.now())

    def _snooze(self, account_id: str, hours: float) -> None:
        self._teller.snooze(account_id, hours)
        self.renew()


class AccountsStory(QObject):
    """Makes the accounts page and carries out its wishes.

    Signals:
        refresh_requested(str): an account is to be read now.
        listed(): the accounts' order changed.
        account_chosen(str): an account is to be shown.
    """

    refresh_requested = Signal(str)
    listed = Signal()
    account_chosen = Signal(str)

    def __init__(self, parts: Parts, stories: AccountStories, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self._stories = stories
        self._page: AccountsPage | None = None

    def make(self) -> AccountsPage:
        """The page, wired."""
        page = self._page = AccountsPage()
        page.add_requested.connect(lambda: self._stories.add())
        page.edit_requested.connect(self._stories.edit)
        page.test_requested.connect(self.refresh_requested)
        page.duplicate_requested.connect(self._stories.duplicate)
        page.remove_requested.connect(self._stories.remove)
        page.move_requested.connect(self._move)
        page.account_chosen.connect(self.account_chosen)
        page.show_settings(self._parts.settings, self._parts.store_name)
        self.renew()
        return page

    def renew(self) -> None:
        """Show the accounts as they stand now."""
        if self._page is not None:
            self._page.show_settings(self._parts.settings, self._parts.store_name)
            self._page.show_accounts(self._parts.board.entries(), self._parts.now())

    def settle(self) -> None:
        """The desk's settings changed."""
        if self._page is not None:
            self._page.show_settings(self._parts.settings, self._parts.store_name)

    def _move(self, account_id: str, places: int) -> None:
        work: Callable[[], None] = partial(self._parts.desk.tools.chosen.move, account_id, places)

        async def story() -> str:
            try:
                work()
            except SAID as error:
                return str(error)
            return ""

        def told(problem: str) -> None:
            if problem:
                self._parts.window.show_toast(problem)
            self.listed.emit()

        self._parts.ask(story, told)
