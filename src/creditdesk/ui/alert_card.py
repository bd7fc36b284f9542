"""One warning that is open: whose, how bad, why, how it was told, and what can be done about it."""

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from creditdesk.core.rules import OF_STOCK
from creditdesk.core.series import Delivery, Episode
from creditdesk.core.settings import Settings
from creditdesk.ui import alert_words, parts, theme, words
from creditdesk.ui.board import Entry

SNOOZES = (("For 1 hour", 1.0), ("For 8 hours", 8.0), ("For 1 day", 24.0))


class AlertCard(parts.Card):
    """An open episode of an account that is there.

    Signals:
        snooze_requested(str, float): the account is to be quiet for so many hours.
        mute_requested(str, bool): the account is never to warn (True), or to warn again.
        account_chosen(str): its history is wanted.
        link_requested(str): the page on which the vendor sells it is wanted.
    """

    snooze_requested = Signal(str, float)
    mute_requested = Signal(str, bool)
    account_chosen = Signal(str)
    link_requested = Signal(str)

    def __init__(
        self, entry: Entry, episode: Episode, deliveries: Sequence[Delivery], settings: Settings, now: datetime
    ) -> None:
        name = words.account_name(entry.reading.account, entry.definition, settings.hide_names)
        headline = alert_words.headline(entry, episode)
        super().__init__(f"{name}, {headline}")
        self._id = entry.id
        self.reason = parts.text(alert_words.why(entry, episode, settings, now), wrap=True)
        self.reason.setMinimumWidth(theme.px(300))  # else a scrolled page takes it for very high
        top = QHBoxLayout()
        top.setSpacing(theme.px(10))
        top.addWidget(parts.StateMark(episode.level))
        top.addWidget(parts.ElidedLabel(name, "heading"))
        top.addWidget(parts.ElidedLabel(alert_words.subject(entry, episode), "muted"), 1)
        top.addWidget(parts.Pill(episode.level, alert_words.pill(episode)))
        self.body.addLayout(top)
        self.body.addWidget(self.reason)
        if left := alert_words.left_now(entry, episode, settings, now):
            self.body.addWidget(parts.text(left, wrap=True))
        self.body.addWidget(parts.small(_told(entry, episode, deliveries, now)))
        self.body.addWidget(self._buttons(entry, episode, (name, now)))

    def _buttons(self, entry: Entry, episode: Episode, said: tuple[str, datetime]) -> QWidget:
        name, now = said
        self.open = parts.button("Open account", name=f"Open account {name}")
        self.open.clicked.connect(lambda: self.account_chosen.emit(self._id))
        self.snooze = parts.button("Snooze", icon="snooze", name=f"Snooze {name}")
        menu = QMenu(self.snooze)
        for text, hours in SNOOZES:
            menu.addAction(text).triggered.connect(self._snoozing(hours))
        reset = alert_words.reset_of(entry, episode, now)
        if reset is not None:
            hours = (reset - now).total_seconds() / 3600
            menu.addAction(f"Until the reset on {words.short_day(reset, now)}").triggered.connect(self._snoozing(hours))
        self.snooze.setMenu(menu)
        muted = entry.reading.account.muted
        self.mute = parts.button("Warn again" if muted else "Mute", "quiet", name=f"Mute {name}")
        self.mute.setToolTip("Never warn about this account")
        self.mute.clicked.connect(lambda: self.mute_requested.emit(self._id, not muted))
        row = QWidget()
        flow = parts.FlowLayout(row, spacing=theme.px(8))
        for each in (self.open, self.snooze, *self._shop(entry, episode, name), self.mute):
            flow.addWidget(each)
        return row

    def _shop(self, entry: Entry, episode: Episode, name: str) -> list[QWidget]:
        """The button to where the vendor sells what is low, if it sells any."""
        link = alert_words.buy_link(entry, [episode]) if episode.rule in OF_STOCK else ""
        if not link:
            return []
        shop = parts.button("Top up", icon="external", name=f"Top up {name}")
        shop.clicked.connect(lambda: self.link_requested.emit(link))
        return [shop]

    def _snoozing(self, hours: float) -> Callable[..., None]:
        return lambda *_: self.snooze_requested.emit(self._id, hours)


def card_stamp(
    entry: Entry, episode: Episode, deliveries: Sequence[Delivery], settings: Settings, now: datetime
) -> tuple[object, ...]:
    """All that a card says: a card with the same stamp need not be made again."""
    name = words.account_name(entry.reading.account, entry.definition, settings.hide_names)
    said = (alert_words.why(entry, episode, settings, now), alert_words.left_now(entry, episode, settings, now))
    told = (*said, _told(entry, episode, deliveries, now))
    return entry.id, name, alert_words.headline(entry, episode), told, alert_words.reset_of(entry, episode, now)


def _told(entry: Entry, episode: Episode, deliveries: Sequence[Delivery], now: datetime) -> str:
    """Since when, where it was told and when, and whether it is quiet now."""
    since = f"Since {words.moment(episode.fired_at, now, inside=True)}"
    said = [since, *alert_words.tries(episode, deliveries, now)]
    if episode.snoozed_until is not None and episode.snoozed_until > now:
        said.append(f"snoozed until {words.moment(episode.snoozed_until, now, inside=True)}")
    if entry.reading.account.muted:
        said.append("muted")
    return " · ".join(said)
