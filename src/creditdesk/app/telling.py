"""Tells what readings set off: gathered into few messages, not in quiet hours, once a day again as a digest if wished.

When and what is decided by `core.gathering` and `core.quiet`; how it reaches the user, by `app.delivering`.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo

from PySide6.QtCore import QObject, QTimer, Signal

from creditdesk.app.delivering import SNOOZE_H, Courier
from creditdesk.app.parts import Parts
from creditdesk.core import gathering, quiet
from creditdesk.core.alerts import Bulletin, group
from creditdesk.core.gathering import Gather
from creditdesk.core.pools import Level
from creditdesk.core.rules import off_for
from creditdesk.core.series import Delivery, Episode
from creditdesk.desk.reading import Outcome
from creditdesk.notify.message import Message, Shows
from creditdesk.store.history import HistoryError
from creditdesk.ui import words
from creditdesk.ui.tray import Tray

LOOK_MS = 5000
"""While something waits to be told, it is looked at so often."""

HOUR = timedelta(hours=1)
LONGEST = timedelta(hours=26)
"""Two digests are no further apart, also where clocks change: an instant beyond is of a clock that was put back."""

_Found = tuple[list[Episode], dict[int, tuple[Delivery, ...]]]


def system_notifier() -> Shows:
    """The system's notification service. Imported here: D-Bus costs a tenth of a second, at the first warning."""
    from creditdesk.notify.desktop import Notifier

    return Notifier("creditdesk")


class _Here(tzinfo):
    """The user's own time zone as the system says it at each instant, summer and winter."""

    def utcoffset(self, at: datetime | None) -> timedelta | None:
        """Python's."""
        return at.replace(tzinfo=None).astimezone().utcoffset() if at is not None else None

    def dst(self, at: datetime | None) -> timedelta | None:
        """Python's."""
        return None

    def tzname(self, at: datetime | None) -> str | None:
        """Python's."""
        return None

    def fromutc(self, at: datetime) -> datetime:
        """Python's."""
        return at.replace(tzinfo=UTC).astimezone().replace(tzinfo=self)


HERE = _Here()


class Teller(QObject):
    """Gathers fired episodes and has them told.

    Signals:
        open_requested(str): the user clicked a message; the account it speaks of, "" for several.
        link_requested(str): the user wants to buy; a page to open in the browser.
        gateway_requested(): the user wants to see what the gateway did.
        snoozed(object): the accounts (a frozenset of ids) that are snoozed now, each by itself.
    """

    open_requested = Signal(str)
    link_requested = Signal(str)
    gateway_requested = Signal()
    snoozed = Signal(object)

    def __init__(
        self, parts: Parts, tray: Tray, open_notifier: Callable[[], Shows], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._parts = parts
        self.courier = Courier(parts, tray, open_notifier, self)
        self._gather = Gather()
        self._told: set[int] = set()  # a reading that was under way meanwhile may bring them once more
        self._quiet: dict[str, datetime] = {}  # snoozed until, by account, "" for all
        self._digest_at: datetime | None = None  # None: it is to be worked out
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.look)
        self.courier.pressed.connect(self._act)
        self._recall_snoozes()

    def hear(self, outcome: Outcome) -> None:
        """What a reading set off: episodes that are to be told, and ones that no longer hold."""
        if self._parts.sample:
            return
        account, cleared = outcome.reading.account, [each.id for each in outcome.cleared]
        fired = outcome.fired if not account.muted else ()
        fresh = [each for each in fired if each.id not in self._told and not self._is_quiet(each)]
        self._gather = self._gather.add(fresh, self._parts.now()).drop(cleared)
        self.courier.clear(cleared)
        if cleared and not outcome.alerts and account.id in self._quiet:
            del self._quiet[account.id]  # a recovery ends the snooze
            self.renew_quiet()
        if fresh:
            self.look()

    def look(self) -> None:
        """Tell what is due by now, unless these are quiet hours."""
        now, chosen = self._parts.now(), self._parts.settings.quiet
        bulletin = self._gather.due(now)
        if bulletin is not None and not quiet.held(chosen, bulletin.level, now, HERE):
            self._tell(bulletin, now)
        elif bulletin is None and not quiet.held(chosen, Level.LOW, now, HERE):
            self._look_for_digest(now)
        if not self._gather.waiting:
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()

    def snooze(self, account_id: str | None, hours: float) -> None:
        """Keep the warnings of one account, or of all, quiet for some hours."""
        until = self._parts.now() + HOUR * hours
        self._quiet[account_id or ""] = until

        async def story() -> None:
            await self._parts.desk.tools.history.warned.snooze(account_id, until)

        self._parts.ask(story)
        everyone = frozenset(entry.id for entry in self._parts.board.entries())
        self.courier.withdraw(frozenset({account_id}) if account_id else everyone)
        self.renew_quiet()
        self._parts.window.show_toast(f"Warnings are quiet for {words.duration(hours * 3600)}.")

    def say(self, message: Message, level: Level, account_id: str) -> bool:
        """Tell something of an account that no reading set off, unless it is to be quiet now; whether it is told."""
        now, entry = self._parts.now(), self._parts.board.entry(account_id)
        ends = (self._quiet.get(account_id), self._quiet.get(""))
        muted = entry is not None and entry.reading.account.muted
        if self._parts.sample or muted or any(until is not None and until > now for until in ends):
            return False
        if quiet.held(self._parts.settings.quiet, level, now, HERE):
            return False
        self.courier.say(message, level, account_id)
        return True

    def drop(self, account_id: str) -> None:
        """An account is gone: nothing is said of it any more."""
        self._gather = self._gather.drop([each.id for each in self._gather.waiting if each.account == account_id])
        self.courier.withdraw(frozenset({account_id}))

    def renew_quiet(self) -> None:
        """Say which accounts were snoozed by themselves."""
        now = self._parts.now()
        self.snoozed.emit(frozenset(account for account, until in self._quiet.items() if account and until > now))

    def settle(self) -> None:
        """The desk's settings changed."""
        self._digest_at = None
        self.courier.settle()

    def _tell(self, bulletin: Bulletin, now: datetime) -> None:
        """Tell what waited. What is snoozed or muted by now is told by the first reading after that."""
        found = [each for each in bulletin.episodes if not self._is_off(each) and not self._is_quiet(each)]
        heard = group(found)
        if heard is None:
            self._gather = self._gather.drop([each.id for each in bulletin.episodes])
            return
        self._gather = self._gather.told(now)
        self._told.update(each.id for each in found)
        self.courier.deliver(heard)

    def _look_for_digest(self, now: datetime) -> None:
        """Once a day all that is open still, if the user wishes that; when that last was, the history knows."""
        if self._parts.sample or not self._parts.settings.quiet.digest_at:
            return
        if self._gather.told_lately(now) or (self._digest_at is not None and now < self._digest_at <= now + LONGEST):
            return
        chosen, warned = self._parts.settings.quiet, self._parts.desk.tools.history.warned
        self._digest_at = quiet.digest_after(chosen, now, HERE)

        async def story() -> _Found:
            found = await warned.open_episodes()
            return found, await warned.deliveries([each.id for each in found])

        def told(found: _Found) -> None:
            episodes, deliveries = found
            heard = [each for each in episodes if each.delivered and not self._is_off(each)]
            bulletin = gathering.digest([each for each in heard if not self._is_quiet(each)], now)
            if bulletin is None:
                return
            tries = [each for found in deliveries.values() for each in found if each.channel == "digest"]
            fired = [each.fired_at if each.fired_at <= now else now - LONGEST for each in bulletin.episodes]
            since = max((each.at for each in tries if each.at <= now), default=min(fired))
            due = quiet.digest_after(chosen, since, HERE)
            if due is not None and due <= now:
                self._gather = Gather(self._gather.waiting, self._gather.since, now)
                self.courier.deliver(bulletin, digest=True)

        self._parts.ask(story, told)

    def _is_off(self, episode: Episode) -> bool:
        """Whether the account was muted, or the rule switched off, since it fired."""
        entry = self._parts.board.entry(episode.account)
        account = entry.reading.account if entry is not None else None
        off = off_for(self._parts.settings.rules, account.rules_off if account is not None else ())
        return episode.rule in off or (account is not None and account.muted)

    def _is_quiet(self, episode: Episode) -> bool:
        ends = (episode.snoozed_until, self._quiet.get(episode.account), self._quiet.get(""))
        return any(until is not None and until > self._parts.now() for until in ends)

    def _recall_snoozes(self) -> None:
        """Snoozes outlive the program."""
        warned = self._parts.desk.tools.history.warned

        async def story() -> dict[str, datetime]:
            try:
                return await warned.snoozes()
            except HistoryError:
                return {}  # what is wrong with the history is said elsewhere

        def told(found: dict[str, datetime]) -> None:
            self._quiet = found | self._quiet
            self.renew_quiet()

        self._parts.ask(story, told)

    def _act(self, accounts: tuple[str, ...], action: str) -> None:
        if action == "snooze":
            for account in accounts:
                self.snooze(account, SNOOZE_H)
        elif action == "gateway":
            self.open_requested.emit("")
            self.gateway_requested.emit()
        elif action == "open":
            self.open_requested.emit(accounts[0] if len(accounts) == 1 else "")
        else:
            self.link_requested.emit(action)
