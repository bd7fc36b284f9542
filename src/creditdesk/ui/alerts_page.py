"""The alerts page: what is open, why, and where it was told; what was; the rules; and which accounts may warn."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from creditdesk.core.alerts import foremost
from creditdesk.core.series import Delivery, Episode
from creditdesk.core.settings import Settings
from creditdesk.ui import alert_words, parts, theme, words
from creditdesk.ui.alert_card import AlertCard, card_stamp
from creditdesk.ui.board import Entry
from creditdesk.ui.rules_card import RulesCard
from creditdesk.ui.text_table import ROW_PX, Column, TextTable

_MOST_ROWS = 8


class AlertsPage(QWidget):
    """Open warnings as cards, past ones as a table, and a tick for every account that may warn.

    Signals:
        snooze_requested(str, float): the account is to be quiet for so many hours.
        mute_requested(str, bool): the account is never to warn (True), or to warn again.
        account_chosen(str): the account's history is wanted.
        link_requested(str): a vendor's shop is wanted.

    `rules` is a card that speaks for itself.
    """

    snooze_requested = Signal(str, float)
    mute_requested = Signal(str, bool)
    account_chosen = Signal(str)
    link_requested = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Alerts")
        self._entries: dict[str, Entry] = {}
        self._episodes: tuple[Episode, ...] = ()
        self._deliveries: Mapping[int, tuple[Delivery, ...]] = {}
        self._settings = Settings()
        self._now: datetime | None = None
        self._built: object = None
        self.cards: list[AlertCard] = []
        self.ticks: dict[str, QCheckBox] = {}
        self.header = parts.page_header("Alerts")
        self.nothing = parts.EmptyState(
            "Nothing to warn about",
            "You are told once when an account gets low, and once when it gets critical.",
            icon="check",
        )
        content = QWidget()
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(theme.GAP_PX))
        self._open = QVBoxLayout()
        self._open.setSpacing(theme.px(theme.GAP_PX))
        self._column.addWidget(self.nothing)
        self._column.addLayout(self._open)
        self._make_past()
        self.rules = RulesCard()
        self._column.addWidget(self.rules)
        self._make_mutes()
        self._column.addStretch(1)
        area = parts.scrolled(content, "Alerts")
        self.setLayout(parts.page(self.header, area, stretch=area))
        self._build()

    def show_settings(self, settings: Settings) -> None:
        """Hide or show amounts and names; the desk's thresholds are said as the rule."""
        self._settings = settings
        self._build()

    def show_accounts(self, entries: Sequence[Entry], now: datetime) -> None:
        """The accounts there are, in the user's order."""
        self._entries = {entry.id: entry for entry in entries}
        self._now = now
        self._build()

    def show_alerts(
        self, episodes: Sequence[Episode], now: datetime, deliveries: Mapping[int, tuple[Delivery, ...]] | None = None
    ) -> None:
        """All episodes to show: those without `cleared_at` are open. Those of removed accounts are let go.

        `deliveries`: where each of them, by its id, was told.
        """
        self._episodes = tuple(episodes)
        self._deliveries = deliveries or {}
        self._now = now
        self._build()

    def open_episodes(self) -> list[Episode]:
        """The open warnings on screen, worst first, then newest."""
        shown = foremost(each for each in self._episodes if each.account in self._entries)
        return sorted(shown, key=lambda each: (-each.level.severity, -each.fired_at.timestamp()))

    def _make_past(self) -> None:
        self.past_card = parts.Card("Earlier warnings")
        self.past_card.body.addWidget(parts.heading("Earlier"))
        self.past = TextTable("Earlier warnings", [Column("What", str, most_px=0)])
        self.past.row_opened.connect(lambda episode: self.account_chosen.emit(episode.account))
        self.past.row_chosen.connect(self._show_detail)
        self.past_card.body.addWidget(self.past)
        self.detail = parts.small()
        self.detail.setMinimumWidth(theme.px(300))  # else a scrolled page takes it for very high
        self.detail.hide()
        self.past_card.body.addWidget(self.detail)
        self._column.addWidget(self.past_card)

    def _make_mutes(self) -> None:
        self.mute_card = parts.Card("Which accounts may warn")
        self.mute_card.body.addWidget(parts.heading("Which accounts may warn"))
        self.mute_card.body.addWidget(
            parts.muted("An account without a tick is still read and shown, but never warns.")
        )
        row = QWidget()
        self._ticks = parts.FlowLayout(row, spacing=theme.px(14))
        self.mute_card.body.addWidget(row)
        self._column.addWidget(self.mute_card)

    def _build(self) -> None:
        """Make the cards again when something that they say has changed; the keyboard stays where it was."""
        now = self._now
        found = self.open_episodes()
        if now is not None:
            stamp = [
                card_stamp(self._entries[each.account], each, self._tries(each), self._settings, now) for each in found
            ]
            if stamp != self._built:
                self._built = stamp
                self._build_cards(found, now)
        self.nothing.setVisible(not found)
        self.header.show_subtitle(words.count(len(found), "open warnings") if found else "")
        self._build_past()
        self.rules.show_rules(self._settings, list(self._entries.values()))
        self._build_ticks()

    def _tries(self, episode: Episode) -> tuple[Delivery, ...]:
        return self._deliveries.get(episode.id, ())

    def _show_detail(self, episode: Episode | None) -> None:
        """Why the chosen warning came, and where it was told."""
        now = self._now
        self.detail.setVisible(episode is not None and now is not None)
        if episode is not None and now is not None:
            why = alert_words.why(None, episode, self._settings, now)
            told = alert_words.tries(episode, self._tries(episode), now)
            self.detail.setText("\n".join((why, " · ".join(told))))

    def _build_cards(self, found: Sequence[Episode], now: datetime) -> None:
        keyboard = self.focusWidget()
        focused = next(
            (
                (place, name)
                for place, card in enumerate(self.cards)
                for name in _BUTTONS
                if getattr(card, name) is keyboard
            ),
            None,
        )
        for card in self.cards:
            self._open.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = [
            AlertCard(self._entries[each.account], each, self._tries(each), self._settings, now) for each in found
        ]
        for card in self.cards:
            card.snooze_requested.connect(self.snooze_requested)
            card.mute_requested.connect(self.mute_requested)
            card.account_chosen.connect(self.account_chosen)
            card.link_requested.connect(self.link_requested)
            self._open.addWidget(card)
            card.show()
        if focused is not None and focused[0] < len(self.cards):
            getattr(self.cards[focused[0]], focused[1]).setFocus()

    def _build_past(self) -> None:
        gone = [each for each in self._episodes if each.cleared_at is not None and each.account in self._entries]
        rows = sorted(gone, key=lambda each: each.fired_at, reverse=True)
        self.past_card.setVisible(bool(rows))
        if rows != self.past.rows() or not rows:
            self.past.show_columns(self._columns())
            self.past.show_rows(rows)
            self.past.setFixedHeight(theme.px(ROW_PX * (min(len(rows), _MOST_ROWS) + 1) + 8))
        else:
            self.past.show_columns(self._columns())

    def _columns(self) -> list[Column]:
        now = self._now
        return [
            Column("When", lambda each: words.moment(each.fired_at, now or each.fired_at), most_px=200, kept=True),
            Column("Account", lambda each: self._name(each.account), most_px=190),
            Column("What", lambda each: alert_words.headline(self._entries.get(each.account), each), most_px=0),
            Column("Lasted", _lasted, right=True, most_px=80, kept=True),
            Column("Told", alert_words.delivery, most_px=190),
        ]

    def _name(self, account_id: str) -> str:
        entry = self._entries.get(account_id)
        if entry is None:
            return ""
        return words.account_name(entry.reading.account, entry.definition, self._settings.hide_names)

    def _build_ticks(self) -> None:
        self.mute_card.setVisible(bool(self._entries))
        if list(self.ticks) != list(self._entries):
            for old in self.ticks.values():
                self._ticks.removeWidget(old)
                old.hide()
                old.deleteLater()
            self.ticks = {account_id: self._tick(account_id) for account_id in self._entries}
        for account_id, tick in self.ticks.items():
            tick.setText(self._name(account_id).replace("&", "&&"))
            tick.setAccessibleName(f"{self._name(account_id)} may warn")
            tick.setChecked(not self._entries[account_id].reading.account.muted)

    def _tick(self, account_id: str) -> QCheckBox:
        tick = QCheckBox()
        tick.clicked.connect(lambda checked: self.mute_requested.emit(account_id, not checked))
        self._ticks.addWidget(tick)
        tick.show()
        return tick


_BUTTONS = ("open", "snooze", "mute")


def _lasted(episode: Episode) -> str:
    if episode.cleared_at is None:
        return ""
    return words.duration((episode.cleared_at - episode.fired_at).total_seconds())
