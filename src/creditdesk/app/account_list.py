"""The window's side of the accounts page: what it shows, and the order of the accounts with its undo."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from creditdesk.app.accounts import SAID, AccountStories
from creditdesk.app.parts import Parts
from creditdesk.app.setting_up import SettingUp
from creditdesk.ui.accounts_page import AccountsPage
from creditdesk.ui.toast import Toast


class AccountsStory(QObject):
    """Makes the accounts page and carries out its wishes.

    Signals:
        refresh_requested(str): an account is to be read now.
        listed(): the accounts' order changed.
        account_chosen(str), ledger_requested(str): an account's history, or its ledger, is to be shown.
    """

    refresh_requested = Signal(str)
    listed = Signal()
    account_chosen = Signal(str)
    ledger_requested = Signal(str)

    def __init__(self, parts: Parts, stories: AccountStories, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self._stories = stories
        self._page: AccountsPage | None = None
        self.setting_up = SettingUp(parts, stories, self)
        self.setting_up.listed.connect(self.listed)
        self._toast: Toast | None = None
        self._before: tuple[str, ...] = ()

    def make(self) -> AccountsPage:
        """The page, wired."""
        page = self._page = AccountsPage()
        page.add_requested.connect(lambda: self._stories.add())
        page.edit_requested.connect(self._stories.edit)
        page.test_requested.connect(self.refresh_requested)
        page.duplicate_requested.connect(self._stories.duplicate)
        page.remove_requested.connect(self._stories.remove)
        page.order_requested.connect(self._order)
        page.account_chosen.connect(self.account_chosen)
        page.ledger_requested.connect(self.ledger_requested)
        page.export_requested.connect(self.setting_up.export)
        page.import_requested.connect(self.setting_up.bring)
        page.make_requested.connect(self._stories.make_requested)
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

    def _order(self, ids: Sequence[str]) -> None:
        """Keep another order. Undo goes back to the one before the first of several changes in a row."""
        if self._toast is None:
            self._before = tuple(entry.id for entry in self._parts.board.entries())
        else:
            self._toast.dismiss()
        before = self._before
        self._keep(ids)
        self._toast = self._parts.window.show_toast("The order was changed.", lambda: self._keep(before))
        self._toast.closed.connect(self._gone)

    def _gone(self, toast: Toast) -> None:
        if toast is self._toast:
            self._toast = None

    def _keep(self, ids: Sequence[str]) -> None:
        chosen = self._parts.desk.tools.chosen

        async def story() -> str:
            try:
                chosen.order(ids)
            except SAID as error:
                return str(error)
            return ""

        def told(problem: str) -> None:
            if problem:
                self._parts.window.show_toast(problem)
            self.listed.emit()

        self._parts.ask(story, told)
