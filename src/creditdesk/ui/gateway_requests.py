"""The gateway page's live table: what passed, newest first, and the last refusal said large above it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon

from creditdesk.core.pools import Level
from creditdesk.core.seen import Done, Seen
from creditdesk.core.settings import Settings
from creditdesk.ui import gateway_words, parts, theme, words
from creditdesk.ui.board import Entry
from creditdesk.ui.state_icons import StateIcons
from creditdesk.ui.text_table import ROW_PX, Column, TextTable

MOST_ROWS = 500
_LEAST_ROWS = 6


class RequestsCard(parts.Card):
    """The last requests.

    Signals:
        ledger_requested(str): a request was opened; the ledger of its account is wanted.
    """

    ledger_requested = Signal(str)

    def __init__(self) -> None:
        super().__init__("Requests")
        self._entries: Mapping[str, Entry] = {}
        self._units: Mapping[str, str] = {}
        self._settings = Settings()
        self._now: datetime | None = None
        self._shown = 0  # the number of the newest
        self._marks = StateIcons(self)
        self.news = parts.Banner()  # its place is above all cards of the page
        self.none = parts.muted("No request yet. What scripts ask will stand here, newest first.")
        self.none.setMinimumWidth(theme.px(260))
        self.table = TextTable("Requests", self._columns())
        self.table.setMinimumHeight(theme.px(ROW_PX) * _LEAST_ROWS)
        self.table.row_opened.connect(lambda seen: self.ledger_requested.emit(seen.account))
        self.table.row_chosen.connect(self._detail)
        self.detail = parts.small()
        self.detail.setMinimumWidth(theme.px(260))
        self.detail.hide()
        self.body.addWidget(parts.heading("Requests"))
        self.body.addWidget(self.none, 1, Qt.AlignmentFlag.AlignTop)
        self.body.addWidget(self.table, 1)
        self.body.addWidget(self.detail)
        self._show_any()

    def show_settings(self, settings: Settings) -> None:
        """Hide or show amounts and names."""
        if settings != self._settings:
            self._settings = settings
            rows = self.table.rows()
            self.table.show_columns(self._columns())
            self._tell_refusal(rows)

    def show_accounts(self, entries: Sequence[Entry], units: Mapping[str, str], now: datetime) -> None:
        """The accounts, by which requests are named; `units` is what each charges in."""
        self._entries, self._units, self._now = {each.id: each for each in entries}, units, now

    def show_anew(self, seen: Sequence[Seen]) -> None:
        """Show these requests, oldest first, and no others."""
        self._shown = seen[-1].number if seen else 0
        self.table.show_columns(self._columns())
        self.table.show_rows(list(reversed(seen))[:MOST_ROWS])
        self.news.clear_news()
        self._tell_refusal(self.table.rows())
        self._show_any()

    def add(self, seen: Sequence[Seen]) -> None:
        """These requests came, oldest first; those that are shown already are passed over."""
        fresh = [each for each in seen if each.number > self._shown]
        if fresh:
            self._shown = fresh[-1].number
            self.table.add_above(list(reversed(fresh))[:MOST_ROWS], MOST_ROWS)
            self._tell_refusal(list(reversed(fresh)))
            self._show_any()

    def texts(self) -> list[list[str]]:
        """What stands in the table."""
        return self.table.texts()

    def _show_any(self) -> None:
        rows = bool(self.table.rows())
        self.table.setVisible(rows)
        self.none.setVisible(not rows)

    def _tell_refusal(self, newest_first: Sequence[Seen]) -> None:
        """The newest refusal of these, large: which script, where, and why."""
        refused = [each for each in newest_first if each.done is Done.REFUSED]
        if not refused or self._now is None:
            return
        last, rows = refused[0], self.table.rows()
        count = sum(each.done is Done.REFUSED for each in rows)
        who = gateway_words.client_name(last.client, self._settings.hide_names)
        lead = f"Refused {who} at {self._account(last)}."
        hide = self._settings.hide_amounts
        why = gateway_words.request_words(last, self._entries.get(last.account), hide)
        more = f" {words.count(count, 'requests')} of the last {len(rows):,} were refused." if count > 1 else ""
        said = f"{gateway_words.when(last.at, self._now)}, {why}{'' if why.endswith('.') else '.'}{more}"
        close = parts.button("", "quiet", "close", name="Close")
        close.clicked.connect(self.news.clear_news)
        self.news.show_news(lead, said, Level.EXHAUSTED, close)

    def _detail(self, seen: Seen | None) -> None:
        """All that is said of the request that is chosen, where a column may have cut it."""
        said = ""
        if seen is not None and seen.note:
            said = gateway_words.request_words(seen, self._entries.get(seen.account), self._settings.hide_amounts)
        self.detail.setText(said)
        self.detail.setVisible(bool(said))

    def _columns(self) -> list[Column]:
        return [
            Column("When", self._when, most_px=130, kept=True),
            Column("Decision", gateway_words.decision, most_px=150, picture=self._mark, kept=True),
            Column("Account", self._account, most_px=220, short=self._own_name),
            Column("Client", self._client, most_px=130),
            Column("Request", self._request, most_px=0),
            Column("Charged", self._cost, right=True, most_px=150, kept=True),
        ]

    def _when(self, seen: Seen) -> str:
        return gateway_words.when(seen.at, self._now or seen.at)

    def _account(self, seen: Seen) -> str:
        entry = self._entries.get(seen.account)
        if entry is None:
            return "(removed)"
        return words.account_name(entry.reading.account, entry.definition, self._settings.hide_names)

    def _client(self, seen: Seen) -> str:
        return gateway_words.client_name(seen.client, self._settings.hide_names)

    def _own_name(self, seen: Seen) -> str:
        entry = self._entries.get(seen.account)
        own = words.sub_name(entry.reading.account, entry.definition, self._settings.hide_names) if entry else ""
        return own or self._account(seen)

    def _request(self, seen: Seen) -> str:
        return gateway_words.request_words(seen, self._entries.get(seen.account), self._settings.hide_amounts)

    def _cost(self, seen: Seen) -> str:
        return gateway_words.cost_words(seen, self._units.get(seen.account, ""), self._settings.hide_amounts)

    def _mark(self, seen: Seen) -> QIcon:
        return self._marks.icon(gateway_words.DONE[seen.done][1])
