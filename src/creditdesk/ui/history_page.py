"""The history page: what was left of an account over time, when it resets and runs out, and what happened to it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QMenu, QWidget

from creditdesk.core.pools import Level
from creditdesk.core.series import Event, Series
from creditdesk.core.settings import Settings
from creditdesk.ui import event_words, parts, words
from creditdesk.ui.board import Entry, labels_of
from creditdesk.ui.history_chart import ChartCard, Past
from creditdesk.ui.text_table import Column, TextTable

RANGES: tuple[tuple[str, str, timedelta | None], ...] = (
    ("7 d", "The last 7 days", timedelta(days=7)),
    ("30 d", "The last 30 days", timedelta(days=30)),
    ("90 d", "The last 90 days", timedelta(days=90)),
    ("1 y", "The last year", timedelta(days=365)),
    ("All", "All that was observed", None),
)
_FIRST_RANGE = 1
EXPORTS = (
    ("Data as CSV…", "csv"),
    ("Copy the data on screen", "copy"),
    ("Picture as PNG…", "png"),
    ("Picture as SVG…", "svg"),
)
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
EVENTS_AFTER_MS = 200
"""What happened is asked for when the chart has stood still for so long."""
NO_EVENTS = "Nothing yet. Uses, resets, top-ups and warnings will stand here."
MOST_ROWS = 200
MOST_MARKS = 2_000
MANY = 50_000
"""Points: freeing or searching so many at once is felt."""


class HistoryPage(QWidget):
    """Title, range buttons, pools, chart, and what happened.

    Signals:
        series_requested(str, object): the account's series since a datetime (None: all) are wanted, by `show_series`.
        events_requested(str, object, object): what happened to the account between two datetimes is wanted, by
            `show_events`: MOST_ROWS events of any kind, and MOST_MARKS of those that are marked, from a longer time.
        lines_requested(object): `creditdesk.ui.chart_data.build` is to make lines beside the window, for `show_lines`.
        export_requested(str, object): the account and the tuple[Series, ...] that are ticked are to be written as CSV
            (`creditdesk.ui.history_csv.csv_text` makes the text).
        copy_requested(object): the same text of this tuple[Series, ...] is to be put on the clipboard.
        picture_requested(str, str, object): the account, "png" or "svg", and the chart as a QImage or an SVG's bytes.
        let_go(object): this list[Series] is not shown any more; whoever empties it away from the window, a part at a
            time, spares it the stall of a million points that are freed at once.
        account_chosen(str): the user chose another account on this page.
        add_requested(): there is no account yet, and one is to be added.
    """

    series_requested = Signal(str, object)
    events_requested = Signal(str, object, object)
    lines_requested = Signal(object)
    export_requested = Signal(str, object)
    copy_requested = Signal(object)
    picture_requested = Signal(str, str, object)
    let_go = Signal(object)
    account_chosen = Signal(str)
    add_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("History")
        self._entries: dict[str, Entry] = {}
        self._now: datetime | None = None
        self._settings = Settings()
        self._account = ""
        self._since: datetime | None = None
        self._past: Past | None = None
        self._wanted = False
        self._listed: object = None
        self._make_header()
        self.card = ChartCard()
        self.card.lines_wanted.connect(self.lines_requested)
        self.card.drawn.connect(self._let_go)
        self._old: list[Series] = []
        self._later = QTimer(self, singleShot=True, interval=EVENTS_AFTER_MS)
        self._later.timeout.connect(self._ask_events)
        self.card.span_changed.connect(self._later.start)
        self.events_card = parts.Card("What happened")
        self.table = TextTable("What happened", [Column("When", str), Column("What", str, most_px=0)])
        self.no_events = parts.muted()
        self.no_events.setAlignment(Qt.AlignmentFlag.AlignTop)
        for each, stretch in ((parts.heading("What happened"), 0), (self.table, 1), (self.no_events, 1)):
            self.events_card.body.addWidget(each, stretch)
        add = parts.button("Add account", "primary", "add")
        add.clicked.connect(self.add_requested)
        self.empty = parts.EmptyState("No accounts yet", "Add one, and its history begins with its first reading.", add)
        column = parts.page(self.header)
        column.addWidget(self.card, 21)
        column.addWidget(self.events_card, 10)
        column.addWidget(self.empty, 1)
        self.setLayout(column)
        self._turn()

    @property
    def account(self) -> str:
        """The id of the account on screen, "" when there is none."""
        return self._account

    def show_settings(self, settings: Settings) -> None:
        """Hide or show amounts and names; the reading interval decides what a gap is."""
        if settings != self._settings:
            self._settings = settings
            self._turn()

    def show_accounts(self, entries: Sequence[Entry], now: datetime) -> None:
        """The accounts there are, in the user's order. A new reading of the one on screen asks for its series."""
        before = self._entries.get(self._account)
        self._entries = {entry.id: entry for entry in entries}
        self._now = now
        if self._account not in self._entries:
            self._account = next(iter(self._entries), "")
            self._ask()
        elif before is not None and before.reading.read_at != self._entries[self._account].reading.read_at:
            self._ask()
        self._turn()

    def show_account(self, account_id: str) -> None:
        """Turn to this account, and ask for its series."""
        if account_id in self._entries and account_id != self._account:
            self._account = account_id
            self._turn()
        self._ask()

    def show_series(self, account_id: str, series: tuple[Series, ...], now: datetime) -> None:
        """The series that were asked for, oldest point first; another account's are let go."""
        entry = self._entries.get(account_id)
        if entry is not None and account_id == self._account:
            self._now = now
            same = self._past is not None and self._past.entry.id == entry.id
            past = self._past if self._past is not None and same else Past(entry)
            self._old += self._past.series if self._past is not None else ()
            self._past = replace(past, entry=entry, series=series, since=self._since, told=True)
            self._turn()
            self._ask_events()

    def show_events(self, account_id: str, events: tuple[Event, ...], more: bool = False) -> None:
        """The events that were asked for, and whether older ones that are marked were left out."""
        if self._past is None or self._now is None or account_id != self._account:
            return
        if (events, True, more) != (self._past.events, self._past.listed, self._past.more):
            self._past = replace(self._past, events=events, listed=True, more=more)
            self.card.show_past(self._past, self._settings, self._now)
        self._show_events(self._past, self._now)

    def show_lines(self, lines: object) -> None:
        """The lines that were asked for."""
        self.card.show_lines(lines)

    def show_busy(self) -> None:
        """Say that the series are on their way."""
        self.card.unit.setText("Reading the history…")

    def showEvent(self, event: QShowEvent) -> None:
        """Qt's: the page comes on screen; the chart is drawn after it was painted once."""
        super().showEvent(event)
        QTimer.singleShot(0, self, self._appear)

    def _make_header(self) -> None:
        self.ranges = [parts.button(text, name=name) for text, name, _ in RANGES]
        for each, (_, name, _) in zip(self.ranges, RANGES, strict=True):
            each.setCheckable(True)
            each.setAutoExclusive(True)
            each.setToolTip(name)
            each.clicked.connect(lambda _checked=False: self._ask())
        self.ranges[_FIRST_RANGE].setChecked(True)
        self.export = parts.button("Export…", name="Export or copy what the chart shows")
        saving = QMenu(self.export)
        for text, what in EXPORTS:
            saving.addAction(text).triggered.connect(lambda _checked=False, what=what: self._save(what))
        self.export.setMenu(saving)
        self.header = parts.page_header("History", "", *self.ranges, self.export)
        self.pill = parts.Pill()
        self.test_server = parts.Pill(Level.NOT_READ, "Test server")
        self.others = parts.button("", "quiet", "arrow-down", "Choose another account")
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(self._fill_menu)
        self.others.setMenu(self._menu)
        self.header.add_beside_title(self.test_server)
        self.header.add_beside_title(self.others)
        self.header.add_beside_title(self.pill)

    def _ask(self) -> None:
        """Ask for the account's series now, or when the page is on screen."""
        self._wanted = not self.isVisible()
        if self._account and self._now is not None and not self._wanted:
            span = next(span for each, (_, _, span) in zip(self.ranges, RANGES, strict=True) if each.isChecked())
            self._since = None if span is None else self._now - span
            self.series_requested.emit(self._account, self._since)

    def _ask_events(self) -> None:
        span = self.card.span()
        if self._account and self._now is not None and self.isVisible():
            low, high = span or (self._since or _BEGINNING, self._now)
            self.events_requested.emit(self._account, low, high)

    def _let_go(self) -> None:
        old, self._old = self._old, []
        if sum(len(each.points) for each in old) > MANY:
            self.let_go.emit(old)

    def _save(self, what: str) -> None:
        chart = self.card.chart()
        if what == "csv":
            self.export_requested.emit(self._account, self.card.series_shown())
        elif what == "copy":
            self.copy_requested.emit(self.card.series_shown(on_screen=True))
        elif chart is not None:
            from creditdesk.ui import chart_saving  # QtSvg's writer, which only a picture needs

            chart.point_at(None)
            made = chart_saving.image(chart) if what == "png" else chart_saving.svg(chart, self.header.title.text())
            self.picture_requested.emit(self._account, what, made)

    def _appear(self) -> None:
        if self.isVisible():
            if self._wanted:
                self._ask()
            self.card.draw()

    def _fill_menu(self) -> None:
        self._menu.clear()
        for entry in self._entries.values():
            action = self._menu.addAction(self._name(entry).replace("&", "&&"))
            action.triggered.connect(lambda _checked=False, chosen=entry.id: self._choose_account(chosen))

    def _choose_account(self, account_id: str) -> None:
        self.show_account(account_id)
        self.account_chosen.emit(account_id)

    def _name(self, entry: Entry) -> str:
        return words.account_name(entry.reading.account, entry.definition, self._settings.hide_names)

    def _turn(self) -> None:
        """Show the account's name, level, chart and events as they are known."""
        entry = self._entries.get(self._account)
        for each in (self.card, self.events_card, self.pill, *self.ranges, self.export):
            each.setVisible(entry is not None)
        self.others.setVisible(len(self._entries) > 1)
        self.empty.setVisible(entry is None)
        if entry is None or self._now is None:
            self.header.show_title("History")
            self.test_server.hide()
            return
        self.header.show_title(self._name(entry))
        self.test_server.setVisible(bool(entry.test_server))
        self.test_server.setToolTip(f"Read from {entry.test_server} on this computer")
        self.pill.show_level(entry.reading.level)
        past = self._past if self._past is not None and self._past.entry.id == entry.id else Past(entry)
        self._past = replace(past, entry=entry)
        self.card.show_past(self._past, self._settings, self._now)
        self.export.setEnabled(any(each.points for each in self.card.series_shown()))
        self._show_events(self._past, self._now)

    def _show_events(self, past: Past, now: datetime) -> None:
        span = self.card.span()
        there = [each for each in past.events if span is None or span[0] <= each.at <= span[1]]
        newest = sorted(there, key=lambda each: (each.at, each.id), reverse=True)[:MOST_ROWS]
        a_part = bool(past.events) or self.card.whole.isEnabled()
        of = past.entry.id, past.entry.reading.account.client
        listed = (*of, newest, past.listed, self._settings, now.date(), a_part)
        if listed == self._listed:
            return
        self._listed = listed
        self.table.show_columns(event_columns(past, self._settings, now))
        self.table.show_rows(newest)
        self.table.setVisible(bool(newest))
        nothing = "Nothing happened in this time." if a_part else NO_EVENTS
        self.no_events.setText(nothing if past.listed else "")
        self.no_events.setVisible(not newest)


def event_columns(past: Past, settings: Settings, now: datetime) -> list[Column]:
    """When, What, Client (when the account has one) and the amounts, whose one unit is their title."""
    definition, account = past.entry.definition, past.entry.reading.account
    hide = settings.hide_amounts
    labels = labels_of(past.entry)
    client = words.HIDDEN if settings.hide_names and account.client else account.client
    units = {each.unit for each in past.events if each.amount is not None}
    unit = units.pop() if len(units) == 1 else ""
    title = unit if words.is_money(unit) else unit[:1].upper() + unit[1:]
    columns = [
        Column("When", lambda each: words.moment(each.at, now), most_px=230, kept=True),
        Column("What", lambda each: event_words.what(each, definition, hide, labels, settings.hide_names), most_px=0),
        Column("Client", lambda _: client, most_px=150),
        Column(title or "Amount", lambda each: event_words.change(each, hide, unit=not unit), right=True, kept=True),
    ]
    return columns if client else [*columns[:2], columns[3]]
