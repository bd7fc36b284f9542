"""The gateway page's card of scripts: each token, what came with it today and this month, and its budgets."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout

from creditdesk.core.guard import Guard
from creditdesk.core.pools import Level
from creditdesk.core.settings import Settings
from creditdesk.ui import gateway_words, parts, theme, words
from creditdesk.ui.board import Entry
from creditdesk.ui.gateway_values import Script
from creditdesk.ui.state_icons import StateIcons
from creditdesk.ui.text_table import ROW_PX, Column, TextTable

_MOST_ROWS = 6


class ScriptsCard(parts.Card):
    """A row for each token that lets in.

    Signals:
        add_requested(): a new token is wanted.
        revoke_requested(str): the token with this id is to let nobody in any more.
        chosen(str): a row was chosen; the account's id.
        ledger_requested(str): the ledger of an account is wanted.
    """

    add_requested = Signal()
    revoke_requested = Signal(str)
    chosen = Signal(str)
    ledger_requested = Signal(str)

    def __init__(self) -> None:
        super().__init__("Scripts")
        self._scripts: tuple[Script, ...] = ()
        self._entries: Mapping[str, Entry] = {}
        self._units: Mapping[str, str] = {}
        self._settings = Settings()
        self._now: datetime | None = None
        self._marks = StateIcons(self)
        self.add = parts.button("Add token…", icon="add", name="Add a token for a script")
        self.add.clicked.connect(self.add_requested)
        self.ledger = parts.button("Ledger…", icon="ledger", name="Open the ledger of this account")
        self.ledger.clicked.connect(lambda: self._with_chosen(lambda each: self.ledger_requested.emit(each.account)))
        self.revoke = parts.button("Revoke…", icon="remove", name="Revoke this token")
        self.revoke.clicked.connect(self._revoke)
        head = QHBoxLayout()
        head.setSpacing(theme.px(8))
        head.addWidget(parts.heading("Scripts"), 1)
        for each in (self.revoke, self.ledger, self.add):
            head.addWidget(each)
        self.body.addLayout(head)
        self.none = parts.muted(
            "No token yet. Add one for each script: it sends the token in the place of the vendor's key, and never "
            "sees the key itself."
        )
        self.none.setMinimumWidth(theme.px(260))
        self.table = TextTable("Scripts", self._columns())
        self.table.row_chosen.connect(self._choose)
        self.table.row_opened.connect(lambda script: self.ledger_requested.emit(script.account))
        delete = QShortcut(QKeySequence(Qt.Key.Key_Delete), self.table, self._revoke)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        self.body.addWidget(self.none)
        self.body.addWidget(self.table)
        self._show()

    def show_settings(self, settings: Settings) -> None:
        """Hide or show amounts and names."""
        if settings != self._settings:
            self._settings = settings
            self._show()

    def show_accounts(self, entries: Sequence[Entry], units: Mapping[str, str], now: datetime) -> None:
        """The accounts that tokens are of, by which they are named; `units` is what each charges in."""
        self._entries, self._units, self._now = {each.id: each for each in entries}, units, now

    def show_scripts(self, scripts: Sequence[Script]) -> None:
        """The tokens that let in, in the order they are given; the one chosen stays chosen."""
        if tuple(scripts) != self._scripts or self.table.rows() != list(scripts):
            self._scripts = tuple(scripts)
            self._show()

    def texts(self) -> list[list[str]]:
        """What stands in the table."""
        return self.table.texts()

    def _show(self) -> None:
        before = self.table.chosen()
        self.table.show_columns(self._columns())
        self.table.show_rows(self._scripts)
        place = next((place for place, each in enumerate(self._scripts) if before and each.id == before.id), -1)
        if place >= 0:
            self.table.choose(place)
        rows = min(max(len(self._scripts), 1), _MOST_ROWS)
        head = self.table.horizontalHeader().sizeHint().height()
        self.table.setFixedHeight(head + rows * theme.px(ROW_PX) + theme.px(2))
        self.table.setVisible(bool(self._scripts))
        self.none.setVisible(not self._scripts)
        self._enable()

    def _enable(self) -> None:
        on = self.table.chosen() is not None
        for each in (self.revoke, self.ledger):
            each.setEnabled(on)
            each.setVisible(bool(self._scripts))

    def _choose(self, script: Script | None) -> None:
        self._enable()
        if script is not None:
            self.chosen.emit(script.account)

    def _revoke(self) -> None:
        self._with_chosen(lambda script: self.revoke_requested.emit(script.id))

    def _with_chosen(self, say: Callable[[Script], None]) -> None:
        script = self.table.chosen()
        if script is not None:
            say(script)

    def _columns(self) -> list[Column]:
        return [
            Column("Client", self._client, most_px=0, picture=self._mark),
            Column("Account", self._account, most_px=190, short=self._own_name),
            Column("Guard", lambda each: gateway_words.GUARDS[each.guard][0], most_px=90, kept=True),
            Column("Today", lambda each: self._spent(each, True), right=True, most_px=170),
            Column("This month", lambda each: self._spent(each, False), right=True, most_px=170),
            Column("Refused", lambda each: f"{each.refused:,}" if each.refused else "", right=True, most_px=80),
            Column("Last used", self._used, right=True, most_px=120, kept=True),
        ]

    def _account(self, script: Script) -> str:
        entry = self._entries.get(script.account)
        if entry is None:
            return "(removed)"
        return words.account_name(entry.reading.account, entry.definition, self._settings.hide_names)

    def _client(self, script: Script) -> str:
        return gateway_words.client_name(script.client, self._settings.hide_names)

    def _own_name(self, script: Script) -> str:
        entry = self._entries.get(script.account)
        own = words.sub_name(entry.reading.account, entry.definition, self._settings.hide_names) if entry else ""
        return own or self._account(script)

    def _spent(self, script: Script, today: bool) -> str:
        total, budget = (script.today, script.budget_day) if today else (script.month, script.budget_month)
        return gateway_words.spent(total, budget, self._units.get(script.account, ""), self._settings.hide_amounts)

    def _used(self, script: Script) -> str:
        if script.used_at is None or self._now is None:
            return "never"
        return words.age(script.used_at, self._now)

    def _mark(self, script: Script) -> QIcon:
        over = any(
            gateway_words.is_used_up(total, budget)
            for total, budget in ((script.today, script.budget_day), (script.month, script.budget_month))
        )
        stopped = over and script.guard is Guard.REFUSE
        level = Level.EXHAUSTED if stopped else Level.LOW if over or script.refused else Level.GOOD
        return self._marks.icon(level if script.used_at is not None or over else Level.NOT_READ)
