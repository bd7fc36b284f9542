"""Tells alerts: desktop notification, else the tray's balloon, else the window's banner; once, also across restarts."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from PySide6.QtCore import QObject, QTimer, Signal

from creditdesk.app.parts import Parts
from creditdesk.core.alerts import Bulletin, group
from creditdesk.core.pools import Level
from creditdesk.core.series import Episode
from creditdesk.notify.message import Message, Shows
from creditdesk.ui import bulletin_words
from creditdesk.ui.tray import Tray

ONLY_HERE = "There is no notification service and no tray: warnings come here."
GATHER_MS = 1500
"""Alerts that come together are one message."""

HOUR = timedelta(hours=1)
TEST_TEXT = "This is a test. A warning would look like this."


class Teller(QObject):
    """Gathers fired episodes, tells them in one message, and notes how.

    Signals:
        open_requested(str): the user clicked a message; the account it speaks of, "" for several.
        counted(int): how many alerts are open now.
    """

    open_requested = Signal(str)
    counted = Signal(int)
    _pressed = Signal(str, str)

    def __init__(self, parts: Parts, tray: Tray, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self._tray = tray
        self._notifier: Shows | None = None
        self._waiting: dict[int, Episode] = {}
        self._shown: dict[str, str] = {}
        self._quiet_until: datetime | None = None
        self._timer = QTimer(self, singleShot=True, interval=GATHER_MS)
        self._timer.timeout.connect(self._tell)
        self._pressed.connect(self._act)

    def hear(self, fired: Iterable[Episode], cleared: Iterable[Episode]) -> None:
        """Episodes that are to be told, and ones that no longer hold."""
        now = self._parts.now()
        for episode in fired:
            snoozed = episode.snoozed_until is not None and episode.snoozed_until > now
            if not snoozed:
                self._waiting.setdefault(episode.id, episode)
        for episode in cleared:
            self._waiting.pop(episode.id, None)
            if not any(each.account == episode.account for each in self._waiting.values()):
                self._withdraw(episode.account)
        if self._waiting and not self._timer.isActive():
            self._timer.start()

    def snooze(self, account_id: str | None, hours: float) -> None:
        """Keep the warnings of one account, or of all, quiet for some hours."""
        until = self._parts.now() + HOUR * hours

        async def story() -> None:
            await self._parts.desk.tools.history.snooze(account_id, until)

        if account_id is None:
            self._quiet_until = until
        self._parts.ask(story)
        self._withdraw(account_id or "")

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

    def _tell(self) -> None:
        waiting = list(self._waiting.values())
        self._waiting.clear()
        bulletin = group(waiting)
        if bulletin is None or self._parts.sample:
            return
        if self._quiet_until and self._quiet_until > self._parts.now():
            self._note(waiting, "snoozed")
            return
        settings = self._parts.settings
        entries = {entry.id: entry for entry in self._parts.board.entries()}
        title, text = bulletin_words.message(bulletin, entries, (settings.hide_amounts, settings.hide_names))
        account = bulletin.accounts[0] if len(bulletin.accounts) == 1 else ""
        if not settings.notifications:
            self._banner(title, text, bulletin, waiting)
            return
        self._notify(title, text, account, bulletin, waiting)

    def _notify(self, title: str, text: str, account: str, bulletin: Bulletin, waiting: list[Episode]) -> None:
        async def story() -> str | None:
            buttons = (("Open", "open"), ("Snooze 8 hours", "snooze"))
            message = Message(title, text, bulletin.level.severity >= Level.CRITICAL.severity, buttons)
            return await self._notifier_now().show(message, lambda action: self._pressed.emit(account, action))

        def told(identifier: str | None) -> None:
            if identifier:
                self._shown[account] = identifier
                self._note(waiting, "notification")
            elif self._tray.balloon(title, text, bulletin.level.severity >= Level.CRITICAL.severity):
                self._note(waiting, "balloon")
            else:
                self._banner(title, text, bulletin, waiting)

        self._parts.ask(story, told)

    def _notifier_now(self) -> Shows:
        """The notifier, made when there is first something to say: D-Bus costs a tenth of a second."""
        if self._notifier is None:
            from creditdesk.notify.desktop import Notifier

            self._notifier = Notifier("creditdesk")
        return self._notifier

    def _banner(self, title: str, text: str, bulletin: Bulletin, waiting: list[Episode]) -> None:
        self._parts.window.show_notice(f"{title}. {text}", bulletin.level)
        self._note(waiting, "banner")

    def _note(self, episodes: Iterable[Episode], how: str) -> None:
        """Remember that these were told, so that no restart tells them again."""
        ids: Mapping[int, str] = {episode.id: how for episode in episodes}
        desk = self._parts.desk

        async def story() -> None:
            desk.reader.told(ids)
            await desk.tools.history.mark_delivered(list(ids), how, desk.tools.clock())

        self._parts.ask(story)

    def _withdraw(self, account: str) -> None:
        identifier = self._shown.pop(account, None)

        async def story() -> None:
            if identifier:
                await self._notifier_now().withdraw(identifier)

        if identifier:
            self._parts.ask(story)

    def _act(self, account: str, action: str) -> None:
        if action == "snooze":
            self.snooze(account or None, 8)
        else:
            self.open_requested.emit(account)
