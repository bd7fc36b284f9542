"""Tells alerts: desktop notification, else the tray's balloon, else the window's banner; once, also across restarts."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from PySide6.QtCore import QObject, QTimer, Signal

from creditdesk.app.parts import Parts
from creditdesk.core.alerts import Bulletin, group
from creditdesk.core.pools import Level
from creditdesk.core.series import Episode
from creditdesk.desk.reading import Outcome
from creditdesk.notify.message import Message, Shows
from creditdesk.ui import bulletin_words, words
from creditdesk.ui.banner import Banner
from creditdesk.ui.tray import Tray

ONLY_HERE = "There is no notification service and no tray: warnings come here."
GATHER_MS = 1500
"""Alerts that come together are one message."""

HOUR = timedelta(hours=1)
SNOOZE_H = 8
TEST_TEXT = "This is a test. A warning would look like this."


def system_notifier() -> Shows:
    """The system's notification service. Imported here: D-Bus costs a tenth of a second, at the first warning."""
    from creditdesk.notify.desktop import Notifier

    return Notifier("creditdesk")


@dataclass(slots=True)
class _Shown:
    """A message that is on screen: of what, and where."""

    bulletin: Bulletin
    identifier: str = ""
    banner: Banner | None = None


class Teller(QObject):
    """Gathers fired episodes, tells them in one message, and notes how.

    Signals:
        open_requested(str): the user clicked a message; the account it speaks of, "" for several.
        snoozed(object): the accounts (a frozenset of ids) that are snoozed now, each by itself.
    """

    open_requested = Signal(str)
    snoozed = Signal(object)
    _pressed = Signal(str, str)

    def __init__(
        self, parts: Parts, tray: Tray, open_notifier: Callable[[], Shows], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._parts = parts
        self._tray = tray
        self._open_notifier = open_notifier
        self._notifier: Shows | None = None
        self._waiting: dict[int, Episode] = {}
        self._told: set[int] = set()  # a reading that was under way meanwhile may bring them once more
        self._shown: list[_Shown] = []
        self._quiet: dict[str, datetime] = {}  # by account, "" for all
        self._timer = QTimer(self, singleShot=True, interval=GATHER_MS)
        self._timer.timeout.connect(self._tell)
        self._pressed.connect(self._act)

    def hear(self, outcome: Outcome) -> None:
        """What a reading set off: episodes that are to be told, and ones that no longer hold."""
        account = outcome.reading.account
        if self._parts.sample or account.muted:
            return
        for episode in outcome.fired:
            if episode.id not in self._told and not self._is_quiet(episode):
                self._waiting.setdefault(episode.id, episode)
        for episode in outcome.cleared:
            self._waiting.pop(episode.id, None)
        if outcome.cleared and not outcome.alerts:
            self._withdraw(frozenset({account.id}))
        if self._waiting and not self._timer.isActive():
            self._timer.start()

    def snooze(self, account_id: str | None, hours: float) -> None:
        """Keep the warnings of one account, or of all, quiet for some hours."""
        until = self._parts.now() + HOUR * hours
        self._quiet[account_id or ""] = until

        async def story() -> None:
            await self._parts.desk.tools.history.warned.snooze(account_id, until)

        self._parts.ask(story)
        everyone = frozenset(entry.id for entry in self._parts.board.entries())
        self._withdraw(frozenset({account_id}) if account_id else everyone)
        self.renew_quiet()
        self._parts.window.show_toast(f"Warnings are quiet for {words.duration(hours * 3600)}.")

    def drop(self, account_id: str) -> None:
        """An account is gone: nothing is said of it any more."""
        self._waiting = {number: each for number, each in self._waiting.items() if each.account != account_id}
        self._withdraw(frozenset({account_id}))

    def renew_quiet(self) -> None:
        """Say which accounts were snoozed by themselves."""
        now = self._parts.now()
        self.snoozed.emit(frozenset(account for account, until in self._quiet.items() if account and until > now))

    def settle(self) -> None:
        """The desk's settings changed: what a banner says must not show what is to be hidden now."""
        for shown in self._shown:
            if shown.banner is not None and not shown.banner.isHidden():
                shown.banner.clear_news()
                shown.banner = self._show_banner(shown.bulletin)

    def test(self) -> None:
        """Show a test message the way a warning would come, and say which way it took."""

        async def story() -> str | None:
            return await self._notifier_now().show(Message("creditdesk", TEST_TEXT), lambda _action: None)

        def told(identifier: str | None) -> None:
            if identifier:
                self._parts.window.show_toast("The test was sent as a desktop notification.")
            elif self._tray.balloon("creditdesk", TEST_TEXT, False):
                self._parts.window.show_toast("No notification service took it: the tray showed it.")
            else:
                self._parts.window.show_notice(f"{TEST_TEXT} {ONLY_HERE}")

        self._parts.ask(story, told)

    def _is_quiet(self, episode: Episode) -> bool:
        ends = (episode.snoozed_until, self._quiet.get(episode.account), self._quiet.get(""))
        return any(until is not None and until > self._parts.now() for until in ends)

    def _tell(self) -> None:
        """Tell what waits. What is snoozed by now is told by the first reading after the snooze."""
        waiting = [episode for episode in self._waiting.values() if not self._is_quiet(episode)]
        self._waiting.clear()
        bulletin = group(waiting)
        if bulletin is None:
            return
        self._told.update(episode.id for episode in waiting)
        if self._parts.settings.notifications:
            self._notify(bulletin)
        else:
            self._tell_here(bulletin)

    def _notify(self, bulletin: Bulletin) -> None:
        title, text = self._words(bulletin)
        account = bulletin.accounts[0] if len(bulletin.accounts) == 1 else ""
        urgent = bulletin.level.severity >= Level.CRITICAL.severity

        async def story() -> str | None:
            buttons = (("Open", "open"), (f"Snooze {SNOOZE_H} hours", "snooze"))
            message = Message(title, text, urgent, buttons)
            return await self._notifier_now().show(message, lambda action: self._pressed.emit(account, action))

        def told(identifier: str | None) -> None:
            if identifier:
                self._supersede(_Shown(bulletin, identifier))
                self._note(bulletin.episodes, "notification")
            elif self._tray.balloon(title, text, urgent):
                self._note(bulletin.episodes, "balloon")
            elif self._tray.awaited:
                self._tell_later(bulletin)
            else:
                self._tell_here(bulletin)

        self._parts.ask(story, told)

    def _tell_later(self, bulletin: Bulletin) -> None:
        """Right after log-in neither service nor tray may be there yet, and the window be hidden: try again soon."""
        for episode in bulletin.episodes:
            self._told.discard(episode.id)
            self._waiting.setdefault(episode.id, episode)
        self._timer.start()

    def _notifier_now(self) -> Shows:
        """The notifier, made when there is first something to say."""
        if self._notifier is None:
            self._notifier = self._open_notifier()
        return self._notifier

    def _tell_here(self, bulletin: Bulletin) -> None:
        self._supersede(_Shown(bulletin, banner=self._show_banner(bulletin)))
        self._note(bulletin.episodes, "banner")

    def _show_banner(self, bulletin: Bulletin) -> Banner:
        title, text = self._words(bulletin)
        return self._parts.window.show_notice(f"{title}. {text}", bulletin.level)

    def _words(self, bulletin: Bulletin) -> tuple[str, str]:
        settings = self._parts.settings
        entries = {entry.id: entry for entry in self._parts.board.entries()}
        return bulletin_words.message(bulletin, entries, (settings.hide_amounts, settings.hide_names))

    def _note(self, episodes: Iterable[Episode], how: str) -> None:
        """Remember that these were told, so that no restart tells them again."""
        ids: Mapping[int, str] = {episode.id: how for episode in episodes}
        desk = self._parts.desk

        async def story() -> None:
            desk.reader.told(ids)
            await desk.tools.history.warned.mark_delivered(list(ids), how, desk.tools.clock())

        self._parts.ask(story)

    def _supersede(self, fresh: _Shown) -> None:
        """A newer message takes the place of the older ones about its accounts."""
        self._withdraw(frozenset(fresh.bulletin.accounts), but=fresh.banner)
        self._shown.append(fresh)

    def _withdraw(self, accounts: frozenset[str], but: Banner | None = None) -> None:
        """Take back the messages that speak of these accounts only."""
        over = [shown for shown in self._shown if accounts.issuperset(shown.bulletin.accounts)]
        self._shown = [shown for shown in self._shown if shown not in over]
        gone = [shown.identifier for shown in over if shown.identifier]
        for shown in over:
            if shown.banner is not None and shown.banner is not but:
                shown.banner.clear_news()

        async def story() -> None:
            for identifier in gone:
                await self._notifier_now().withdraw(identifier)

        if gone:
            self._parts.ask(story)

    def _act(self, account: str, action: str) -> None:
        if action == "snooze":
            self.snooze(account or None, SNOOZE_H)
        else:
            self.open_requested.emit(account)
