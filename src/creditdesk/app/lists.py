"""The window's side of the alerts page."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from PySide6.QtCore import QObject, Signal

from creditdesk.app.accounts import SAID, AccountStories
from creditdesk.app.parts import Parts
from creditdesk.app.telling import Teller
from creditdesk.core.replaying import Past, replay
from creditdesk.core.rules import RuleKind, Rules
from creditdesk.core.series import Delivery, Episode
from creditdesk.core.settings import Settings
from creditdesk.desk.judging import here
from creditdesk.ui.alerts_page import AlertsPage
from creditdesk.ui.rules_card import TRIED_DAYS

EPISODES = 200
EVENTS = 2000
LOOK_BACK = timedelta(days=TRIED_DAYS + 60)
"""A forecast of the first day that is tried rests on the weeks before it."""

_Warned = tuple[list[Episode], dict[int, tuple[Delivery, ...]]]


class AlertsStory(QObject):
    """Makes the alerts page and brings it the episodes.

    Signals:
        account_chosen(str): an account is to be shown.
        settings_changed(object): the desk's settings are these now.
    """

    account_chosen = Signal(str)
    settings_changed = Signal(object)

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
        page.link_requested.connect(self._teller.link_requested)
        page.rules.rules_changed.connect(self._keep_rules)
        page.rules.exception_changed.connect(self._stories.let_rule)
        page.rules.try_requested.connect(self._try)
        page.show_settings(self._parts.settings)
        self.renew()
        return page

    def renew(self) -> None:
        """Show what is open, and what was."""
        if self._page is None:
            return
        self._page.show_accounts(self._parts.board.entries(), self._parts.now())
        warned = self._parts.desk.tools.history.warned

        async def story() -> _Warned:
            episodes = await warned.episodes(EPISODES)
            return episodes, await warned.deliveries([each.id for each in episodes])

        self._parts.ask(story, self._show)

    def settle(self) -> None:
        """The desk's settings changed."""
        if self._page is not None:
            self._page.show_settings(self._parts.settings)

    def _show(self, warned: _Warned) -> None:
        if self._page is not None:
            self._page.show_alerts(warned[0], self._parts.now(), warned[1])

    def _keep_rules(self, rules: Rules) -> None:
        chosen = self._parts.desk.tools.chosen

        async def story() -> Settings | str:
            try:
                return chosen.change_settings(lambda before: replace(before, rules=rules))
            except SAID as error:
                return str(error)

        def told(result: Settings | str) -> None:
            if isinstance(result, str):
                self._parts.window.show_toast(f"The rule was not kept: {result}")
            else:
                self.settings_changed.emit(result)

        self._parts.ask(story, told)

    def _try(self, rule: str, account_id: str) -> None:
        """Go through the account's own past with this rule; nobody is told, nothing is kept."""
        entry, tools = self._parts.board.entry(account_id), self._parts.desk.tools
        if self._page is None or entry is None:
            return
        self._page.rules.show_trying(rule)
        now = self._parts.now()
        past = Past(entry.reading.account, entry.definition, self._parts.settings, now, here(now))

        async def story() -> list[Episode]:
            series = await tools.history.series(account_id, now - LOOK_BACK)
            events = await tools.history.events(EVENTS, account_id=account_id)
            found = await asyncio.to_thread(replay, RuleKind(rule), series, events, past)
            return [each for each in found if each.fired_at >= now - timedelta(days=TRIED_DAYS)]

        def told(found: list[Episode]) -> None:
            if self._page is not None:
                self._page.rules.show_tried(rule, found, entry, self._parts.settings, now)

        self._parts.ask(story, told)

    def _snooze(self, account_id: str, hours: float) -> None:
        self._teller.snooze(account_id, hours)
        self.renew()
