"""What the activity page shows: account, pool, client, kind, dates and words, as one query of the timeline."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from PySide6.QtCore import QDate, QTimer, Signal
from PySide6.QtWidgets import QDateEdit, QWidget

from creditdesk.core.series import Event, EventKind
from creditdesk.core.settings import Settings
from creditdesk.core.timeline import TimelineQuery, Word
from creditdesk.ui import event_words, parts, theme, words
from creditdesk.ui.board import Entry, labels_of
from creditdesk.ui.date_field import with_calendar
from creditdesk.ui.drop_down import DropDown
from creditdesk.ui.event_words import Group
from creditdesk.ui.flow import FlowLayout

ALL_ACCOUNTS = "All accounts"
ALL_POOLS = "All pools"
ALL_CLIENTS = "All clients"
NO_CLIENT = "No client"
TYPING_MS = 150
_FRAME_PX = 44  # what a drop-down has beside its text
ALL_TIME, TODAY, WEEK, MONTH, QUARTER, THIS_MONTH, LAST_MONTH, THIS_YEAR, OTHER = SPANS = (
    "All time",
    "Today",
    "Last 7 days",
    "Last 30 days",
    "Last 90 days",
    "This month",
    "Last month",
    "This year",
    "Other dates…",
)
_DAYS = {TODAY: 0, WEEK: 6, MONTH: 29, QUARTER: 89}


class ActivityFilters(QWidget):
    """The filters in a row, which folds when it gets narrow.

    Signals:
        changed(): `query` gives another one now.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._entries: list[Entry] = []
        self._clients: tuple[str, ...] = ()
        self._settings = Settings()
        self.accounts = _choice("Account", [(ALL_ACCOUNTS, "")])
        self.pools = _choice("Pool", [(ALL_POOLS, "")])
        self.clients = _choice("Client", [(ALL_CLIENTS, None)])
        self.kinds = _choice("Kind", [(each.value, each) for each in Group])
        self.span = _choice("Dates", [(each, each) for each in SPANS])
        self.first, self.last = _date("From"), _date("To")
        self.search = parts.SearchField("Find in activity")
        row = FlowLayout(self, spacing=theme.px(8))
        for each in (self.accounts, self.pools, self.clients, self.kinds, self.span, self.first, self.last):
            row.addWidget(each)
        row.addWidget(self.search)
        self._typing = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._typing.timeout.connect(self.changed)
        self.search.searched.connect(lambda _: self._typing.start())
        self.accounts.activated.connect(lambda _: self._fill_pools())
        for choice in (self.accounts, self.pools, self.clients, self.kinds, self.span):
            choice.activated.connect(lambda _: self._choose())
        for date in (self.first, self.last):
            date.dateChanged.connect(lambda _: self.changed.emit())
        self._show_dates()
        self.clients.hide()

    def show_known(self, entries: Sequence[Entry], clients: Iterable[str], settings: Settings) -> None:
        """The accounts, and the clients of accounts and imports, that can be chosen."""
        self._entries, self._clients, self._settings = list(entries), tuple(clients), settings
        named = [(self._name(entry), entry.id) for entry in self._entries]
        _fill(self.accounts, [(ALL_ACCOUNTS, ""), *named])
        hide = settings.hide_names
        shown = [(f"Client {place}" if hide else name, name) for place, name in enumerate(self._clients, 1)]
        _fill(self.clients, [(ALL_CLIENTS, None), *shown, (NO_CLIENT, "")])
        self.clients.setVisible(bool(self._clients))
        self._fill_pools()

    def choose_account(self, account_id: str) -> None:
        """Show this account only; "" shows all."""
        place = self.accounts.findData(account_id)
        if place >= 0:
            self.accounts.setCurrentIndex(place)
            self._fill_pools()
            self.changed.emit()

    @property
    def chosen(self) -> bool:
        """Whether anything is left out."""
        choices = (self.accounts, self.pools, self.clients, self.kinds, self.span)
        return any(each.currentIndex() > 0 for each in choices) or bool(self.search.text().strip())

    def query(self, now: datetime) -> TimelineQuery:
        """What is wanted now."""
        account, label = self.accounts.currentData(), self.pools.currentData()
        holders = {entry.id: _ids(entry, label) for entry in self._shown()} if label else {}
        kind, (since, until) = self.kinds.currentData(), self._dates(now)
        return TimelineQuery(
            accounts=(account,) if account else tuple(each for each, ids in holders.items() if ids),
            pools=tuple(dict.fromkeys(pool for ids in holders.values() for pool in ids)),
            kinds=() if kind == Group.ALL else event_words.kinds_of(kind),
            client=self.clients.currentData(),
            since=since,
            until=until,
            words=tuple(self._word(each) for each in self.search.text().split()),
            clients={entry.id: entry.reading.account.client for entry in self._entries},
        )

    def _choose(self) -> None:
        self._show_dates()
        self.changed.emit()

    def _shown(self) -> list[Entry]:
        account = self.accounts.currentData()
        return [entry for entry in self._entries if account in ("", entry.id)]

    def _fill_pools(self) -> None:
        labels = dict.fromkeys(label for entry in self._shown() for label in _labels(entry).values())
        _fill(self.pools, [(ALL_POOLS, ""), *((label, label) for label in labels)])
        self.pools.setVisible(len(labels) > 1)

    def _show_dates(self) -> None:
        own = self.span.currentData() == OTHER
        for each in (self.first, self.last):
            each.setVisible(own)

    def _dates(self, now: datetime) -> tuple[datetime | None, datetime | None]:
        today, span = now.astimezone().date(), self.span.currentData()
        if span in _DAYS:
            return _midnight(QDate(today.year, today.month, today.day).addDays(-_DAYS[span])), None
        month = QDate(today.year, today.month, 1)
        if span == THIS_MONTH:
            return _midnight(month), None
        if span == LAST_MONTH:
            return _midnight(month.addMonths(-1)), _midnight(month)
        if span == THIS_YEAR:
            return _midnight(QDate(today.year, 1, 1)), None
        if span == OTHER:
            first, last = sorted((self.first.date(), self.last.date()), key=QDate.toJulianDay)
            return _midnight(first), _midnight(last.addDays(1))
        return None, None

    def _word(self, text: str) -> Word:
        """Where a word may stand on screen. What is hidden there is not found either."""
        found = text.casefold()
        named = [entry.id for entry in self._entries if found in self._name(entry).casefold()]
        pools = [pool for entry in self._entries for pool, label in _labels(entry).items() if found in label.casefold()]
        kinds = [kind for kind in EventKind if found in event_words.what(Event(_NEVER, "", kind)).casefold()]
        return Word(text, tuple(named), tuple(dict.fromkeys(pools)), tuple(kinds), not self._settings.hide_amounts)

    def _name(self, entry: Entry) -> str:
        return words.account_name(entry.reading.account, entry.definition, self._settings.hide_names)


_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def _labels(entry: Entry) -> dict[str, str]:
    """What the account's pools are called, by id: those it has, else those that its vendor's file names."""
    told = {rule.id: rule.label for rule in entry.definition.pools if "{" not in rule.label and "*" not in rule.id}
    return labels_of(entry) or told


def _ids(entry: Entry, label: str) -> list[str]:
    return [pool for pool, told in _labels(entry).items() if told == label]


def _choice(name: str, items: Sequence[tuple[str, object]]) -> DropDown:
    made = DropDown()
    made.setAccessibleName(name)
    made.setMaximumWidth(theme.px(190))
    _fill(made, items)
    return made


def _fill(choice: DropDown, items: Sequence[tuple[str, object]]) -> None:
    """Offer these instead; what is chosen stays so, where it is still there."""
    shown = [(choice.itemText(place), choice.itemData(place)) for place in range(choice.count())]
    if shown == list(items):
        return
    before = choice.currentData()
    choice.clear()
    for text, data in items:
        choice.addItem(text, data)
    choice.setCurrentIndex(max(0, choice.findData(before)) if before is not None else 0)
    widest = max(choice.fontMetrics().horizontalAdvance(text) for text, _ in items)
    choice.setMinimumWidth(min(widest + theme.px(_FRAME_PX), choice.maximumWidth()))


def _date(name: str) -> QDateEdit:
    made = QDateEdit(QDate.currentDate())
    with_calendar(made, name)
    made.setDisplayFormat("d MMM yyyy")
    return made


def _midnight(day: QDate) -> datetime:
    """The first instant of a day of the user's, UTC."""
    return datetime(day.year(), day.month(), day.day()).astimezone(UTC)
