"""Takes a message to the user: as a notification, else beside the tray, else in the window; and by mail and chat.

Before anything is shown the episodes are claimed as "missed", and what was shown is noted after it: a program that is
killed in between leaves them missed, and never tells them twice. What no longer holds is taken back.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from creditdesk.app.addresses import Addresses, Sent
from creditdesk.app.parts import Parts
from creditdesk.core.alerts import Bulletin
from creditdesk.core.pools import Level
from creditdesk.notify.message import Message, Shows
from creditdesk.store.history import HistoryError
from creditdesk.ui import alert_words, bulletin_words
from creditdesk.ui.banner import Banner
from creditdesk.ui.tray import Tray

ONLY_HERE = "There is no notification service and no tray: warnings come here."
SNOOZE_H = 8
TEST = Message("creditdesk", "This is a test. A warning would look like this.")
_MISSED = "missed"


@dataclass(slots=True, eq=False)
class _Shown:
    """A message: of what, which of its episodes still hold, and where it is on screen ("" while it is under way)."""

    bulletin: Bulletin
    message: Message
    digest: bool
    holding: set[int]
    channel: str = ""
    identifier: str = ""
    banner: Banner | None = None


class Courier(QObject):
    """Delivers bulletins, notes each try, and takes messages back.

    Signals:
        pressed(object, str): a message about these accounts (a tuple of ids) was answered: "open", "snooze" or a link.
    """

    pressed = Signal(object, str)

    def __init__(
        self, parts: Parts, tray: Tray, open_notifier: Callable[[], Shows], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._parts = parts
        self._tray = tray
        self._open_notifier = open_notifier
        self._notifier: Shows | None = None
        self._shown: list[_Shown] = []
        self._coming: list[_Shown] = []  # being shown, or waiting for a tray
        self._failing: set[str] = set()  # addresses of which it was said already that they fail
        self.addresses = Addresses(parts, self)
        tray.arrived.connect(self._put_late)
        tray.missed.connect(self._put_late)

    def deliver(self, bulletin: Bulletin, digest: bool = False) -> None:
        """Tell it once, unless another process did. A digest is told again each day."""
        ids = {episode.id for episode in bulletin.episodes}
        shown = _Shown(bulletin, self._message(bulletin, digest), digest, ids)
        quietly = not self._parts.settings.notifications
        self._coming.append(shown)

        async def story() -> str | None:
            if not await self._claim(shown):
                return None
            return "" if quietly else await self._show(shown.message, bulletin.accounts) or ""

        def told(identifier: str | None) -> None:
            if identifier is None:
                self._coming.remove(shown)
                return
            self._send_out(shown)
            shown.identifier = identifier
            shown.channel = "desktop" if identifier else "banner" if quietly else "balloon"
            if shown.channel == "balloon":
                self._note(shown, "desktop", "failed")
            self._put(shown)

        self._parts.ask(story, told)

    def say(self, message: Message, level: Level, account_id: str) -> None:
        """Tell what is no episode: it is neither claimed nor noted, and not taken back."""
        chosen = self._parts.settings

        async def story() -> str | None:
            return await self._show(message, (account_id,)) if chosen.notifications else None

        def told(identifier: str | None) -> None:
            balloon = chosen.notifications and not identifier
            if not identifier and not (balloon and self._tray.balloon(message.title, message.text, message.urgent)):
                self._parts.window.show_notice(f"{message.title}. {message.text}", level)

        self._parts.ask(story, told)
        if chosen.addresses:
            self._parts.ask(lambda: self.addresses.send(message))

    def clear(self, ids: Iterable[int]) -> None:
        """These episodes do not hold any more: messages of which none is left are taken back."""
        gone = set(ids)
        for shown in (*self._shown, *self._coming):
            shown.holding -= gone
        self._take_back([shown for shown in self._shown if not shown.holding])

    def withdraw(self, accounts: frozenset[str]) -> None:
        """Take back the messages that speak of these accounts only: they are snoozed, or gone."""
        for shown in self._coming:
            if accounts.issuperset(shown.bulletin.accounts):
                shown.holding.clear()
        self._take_back([shown for shown in self._shown if accounts.issuperset(shown.bulletin.accounts)])

    def settle(self) -> None:
        """The desk's settings changed: what a banner says must not show what is to be hidden now."""
        for shown in self._shown:
            if shown.banner is not None and not shown.banner.isHidden():
                shown.banner.clear_news()
                shown.banner = self._show_banner(shown)

    def test(self, told: Callable[[str], None]) -> None:
        """Show a test message the way a warning would come; `told` hears which way it took."""

        def heard(identifier: str | None) -> None:
            if identifier:
                told("The test was sent as a desktop notification.")
            elif self._tray.balloon(TEST.title, TEST.text, False):
                told("No notification service took it: the tray showed it.")
            else:
                self._parts.window.show_notice(f"{TEST.text} {ONLY_HERE}")
                told(ONLY_HERE)

        message = Message(TEST.title, TEST.text, sound=self._parts.settings.sound)
        self._parts.ask(lambda: self._show(message, ()), heard)

    def test_address(self, number: str, told: Callable[[str], None]) -> None:
        """Send a test message to one address; `told` hears how that went."""

        def heard(sent: list[Sent]) -> None:
            for each in sent:
                self._failing.discard(each.shown)
                told(each.why or f"{each.shown} took the test.")

        self._parts.ask(lambda: self.addresses.send(TEST, number), heard)

    async def close(self) -> None:
        """Leave the notification service. To be run on the engine, at its end."""
        if self._notifier is not None:
            await self._notifier.close()

    async def _claim(self, shown: _Shown) -> bool:
        """Note that these are being told, before anybody sees them. False: another process tells, or told, them."""
        desk, ids = self._parts.desk, [episode.id for episode in shown.bulletin.episodes]
        now, warned = desk.tools.clock(), desk.tools.history.warned
        try:
            if shown.digest:
                await warned.note_delivery(ids, "digest", _MISSED, now)
                return True
            desk.reader.told(dict.fromkeys(ids, _MISSED))
            return await warned.mark_delivered(ids, _MISSED, now) > 0
        except HistoryError:
            return True  # a disk that is full must not keep a warning back

    def _put(self, shown: _Shown) -> None:
        """Show it here, if no service took it; right after log-in only when it is known whether a tray comes."""
        message = shown.message
        if shown.channel == "balloon" and self._tray.awaited:
            return
        self._coming.remove(shown)
        if shown.channel == "balloon" and not self._tray.balloon(message.title, message.text, message.urgent):
            shown.channel = "banner"
        if shown.channel == "banner":
            shown.banner = self._show_banner(shown)
        self._supersede(shown)
        self._note(shown, "digest" if shown.digest else shown.channel, "shown", shown.channel if shown.digest else "")
        if not shown.holding:  # it was over before it was on screen
            self._take_back([shown])

    def _put_late(self) -> None:
        """It is known by now whether there is a tray: show what waited for that, if it still holds."""
        for shown in [each for each in self._coming if each.channel == "balloon"]:
            if shown.holding:
                self._put(shown)
            else:
                self._coming.remove(shown)

    async def _show(self, message: Message, accounts: tuple[str, ...]) -> str | None:
        if self._notifier is None:
            self._notifier = self._open_notifier()
        return await self._notifier.show(message, lambda action: self.pressed.emit(accounts, action))

    def _message(self, bulletin: Bulletin, digest: bool) -> Message:
        title, text = self._words(bulletin, digest)
        buttons = [("Open", "open"), (f"Snooze {SNOOZE_H} hours", "snooze")]
        if link := self._buy_link(bulletin):
            buttons.append(("Top up", link))
        urgent = bulletin.level.severity >= Level.CRITICAL.severity
        return Message(title, text, urgent, tuple(buttons), self._parts.settings.sound)

    def _buy_link(self, bulletin: Bulletin) -> str:
        """Where the vendor sells what is low, when it is one vendor's and the vendor sells it."""
        entry = self._parts.board.entry(bulletin.accounts[0]) if len(bulletin.accounts) == 1 else None
        return alert_words.buy_link(entry, bulletin.episodes) if entry is not None else ""

    def _words(self, bulletin: Bulletin, digest: bool) -> tuple[str, str]:
        settings = self._parts.settings
        entries = {entry.id: entry for entry in self._parts.board.entries()}
        said = bulletin_words.digest if digest else bulletin_words.message
        return said(bulletin, entries, (settings.hide_amounts, settings.hide_names))

    def _show_banner(self, shown: _Shown) -> Banner:
        title, text = self._words(shown.bulletin, shown.digest)
        return self._parts.window.show_notice(f"{title}. {text}", shown.bulletin.level)

    def _send_out(self, shown: _Shown) -> None:
        """By mail and chat: each address once. That one fails is noted, and said once until it works again."""
        if not self._parts.settings.addresses:
            return

        def told(sent: list[Sent]) -> None:
            for each in sent:
                self._note(shown, "apprise", "failed" if each.why else "shown", f"{each.shown} {each.why}".strip())
                if not each.why:
                    self._failing.discard(each.shown)
                elif each.shown not in self._failing:
                    self._failing.add(each.shown)
                    self._parts.window.show_notice(f"A warning did not reach {each.shown} {each.why}", Level.NOT_READ)

        self._parts.ask(lambda: self.addresses.send(shown.message), told)

    def _note(self, shown: _Shown, channel: str, outcome: str, detail: str = "") -> None:
        """Remember what became of it, so that the alerts page can say it."""
        tools, ids = self._parts.desk.tools, [episode.id for episode in shown.bulletin.episodes]

        async def story() -> None:
            await tools.history.warned.note_delivery(ids, channel, outcome, tools.clock(), detail)

        self._parts.ask(story)

    def _supersede(self, fresh: _Shown) -> None:
        """A newer message takes the place of the older ones about its accounts."""
        accounts = frozenset(fresh.bulletin.accounts)
        self._take_back([shown for shown in self._shown if accounts.issuperset(shown.bulletin.accounts)], fresh.banner)
        self._shown.append(fresh)

    def _take_back(self, over: list[_Shown], but: Banner | None = None) -> None:
        self._shown = [shown for shown in self._shown if shown not in over]
        gone = [shown.identifier for shown in over if shown.identifier]
        for shown in over:
            if shown.banner is not None and shown.banner is not but:
                shown.banner.clear_news()
            if shown.channel != "balloon":
                self._note(shown, shown.channel, "withdrawn")

        async def story() -> None:
            for identifier in gone:
                if self._notifier is not None:
                    await self._notifier.withdraw(identifier)

        if gone:
            self._parts.ask(story)
