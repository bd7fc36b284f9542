"""Readings on their way to the screen: asked for by the poller or the user, shown on board, overview, tray and page."""

from collections.abc import Callable, Coroutine, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from creditdesk.app.parts import Parts
from creditdesk.core.cadence import rhythm
from creditdesk.core.levels import is_stale
from creditdesk.core.pools import Reading
from creditdesk.core.totals import totals
from creditdesk.desk.reading import Outcome
from creditdesk.store.history import HistoryError
from creditdesk.ui import words
from creditdesk.ui.board import Entry
from creditdesk.ui.overview import OverviewPage
from creditdesk.ui.poller import Poller
from creditdesk.ui.totals_words import totals_line
from creditdesk.ui.tray import Tray

LOOK_EVERY = timedelta(minutes=5)
"""How often it is looked at what time alone sets off."""


class Readings(QObject):
    """Runs the story of a reading on the engine and shows what came of it.

    Signals:
        came(object): an Outcome was shown.
        listed(): other accounts, or another order of them, are shown.
        unkept(str): a reading was shown that could not be written down, and why.
    """

    came = Signal(object)
    listed = Signal()
    unkept = Signal(str)
    _missed = Signal(str)

    def __init__(self, parts: Parts, overview: OverviewPage, tray: Tray, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self._overview = overview
        self._tray = tray
        self._alerts: dict[str, int] = {}
        self._looked_at: datetime | None = None
        self.poller = Poller(parts.board, parts.now, self)
        self.poller.due.connect(self._read)
        self.poller.looked.connect(self._age)
        self.poller.looked.connect(self._look_for_overdue)
        self._missed.connect(self.poller.missed)

    def refresh(self, account_id: str) -> None:
        """Read this account now, unless it is being read."""
        if self._parts.board.entry(account_id) is not None and self.poller.asked(account_id):
            self._read(account_id)

    def refresh_all(self) -> None:
        """Read every account now."""
        for entry in self._parts.board.entries():
            self.refresh(entry.id)

    def ask_again(self, account_id: str) -> None:
        """The user asks for one account by name: a keyring that was refused may ask once more.

        Where a reading costs something the price is said first, and it is made when the user agrees.
        """
        entry = self._parts.board.entry(account_id)
        self._parts.desk.tools.vault.ask_again()
        if entry is None or not entry.definition.manual:
            self.refresh(account_id)
            return
        from creditdesk.ui.price_question import price_question  # dialogs cost the first paint

        name = words.account_name(entry.reading.account, entry.definition, self._parts.settings.hide_names)
        question = price_question(name, entry.definition, self._parts.window)
        question.accepted.connect(lambda: self._read_agreed(account_id))
        question.open()

    def recall_all(self) -> None:
        """Run-outs and sparklines of the last weeks, worked out after the first paint; nobody is asked."""
        for entry in self._parts.board.entries():
            self._tell(entry.id, partial(self._parts.desk.reader.recall, entry.id), self.show)

    def show_list(self, readings: Iterable[Reading]) -> None:
        """Show these accounts and no others."""
        self._parts.board.replace(self._parts.entry(reading) for reading in readings)
        self._show_all()

    def list_anew(self) -> None:
        """The accounts or the settings changed: show them as they are now."""
        reader, chosen = self._parts.desk.reader, self._parts.desk.tools.chosen

        async def story() -> list[Reading]:
            self._parts.settings = chosen.settings
            return [reader.reading(account) for account in chosen.accounts]

        def told(readings: list[Reading]) -> None:
            self.show_list(readings)
            self.listed.emit()

        self._parts.ask(story, told)

    def drop(self, account_id: str) -> None:
        """An account is gone."""
        self._parts.board.drop(account_id)
        self._show_all()

    def show(self, outcome: Outcome) -> None:
        """Show what came of a reading."""
        entry = self._parts.entry(outcome.reading)
        before = self._parts.board.entry(outcome.reading.account.id)
        if before is None:
            return
        self._parts.board.put(entry)
        self._alerts[entry.id] = outcome.alerts
        if before.reading.level is entry.reading.level:
            self._overview.show_entry(entry, self._parts.now(), self._parts.settings)
            self._summarise()
        else:
            self._show_all()
        self.came.emit(outcome)

    def _look_for_overdue(self) -> None:
        """What time alone sets off, every few minutes: an account that is not read for too long, balances by hand."""
        now, reader = self._parts.now(), self._parts.desk.reader
        if self._looked_at is not None and timedelta(0) <= now - self._looked_at < LOOK_EVERY:
            return
        self._looked_at = now

        async def story() -> tuple[Outcome, ...]:
            try:
                return await reader.overdue(now)
            except HistoryError:
                return ()  # the readings say what is wrong with it

        def told(outcomes: tuple[Outcome, ...]) -> None:
            for outcome in outcomes:
                self.show(outcome)

        self._parts.ask(story, told)

    def _read_agreed(self, account_id: str) -> None:
        if self.poller.asked(account_id):
            self._read(account_id, agreed=True)

    def _read(self, account_id: str, agreed: bool = False) -> None:
        def told(outcome: Outcome | None) -> None:
            try:
                if outcome is not None:
                    self.show(outcome)
            finally:  # after the new due time is known, or the poller would look at once
                self.poller.answered(account_id)

        self._tell(account_id, partial(self._parts.desk.reader.read, account_id, agreed), told, always=True)

    def _tell(
        self,
        account_id: str,
        job: Callable[[], Coroutine[Any, Any, Outcome]],
        told: Callable[[Any], None],
        always: bool = False,
    ) -> None:
        """Run a story of one account; an account that was removed meanwhile is no error."""
        desk = self._parts.desk

        async def story() -> Outcome | None:
            try:
                return await job()
            except KeyError as error:
                if error.args != (account_id,):
                    raise
                return None
            except HistoryError as error:  # the number is true all the same
                self.unkept.emit(str(error))
                return Outcome(desk.reader.reading(desk.tools.chosen.account(account_id)))
            except Exception:  # our own bug: it is told and reported; the account is read again a while later
                self._missed.emit(account_id)
                raise

        self._parts.ask(story, lambda outcome: told(outcome) if always or outcome is not None else None)

    def _show_all(self) -> None:
        entries = self._parts.board.entries()
        self._overview.show_entries(entries, self._parts.now(), self._parts.settings)
        self._summarise()

    def _summarise(self) -> None:
        parts = self._parts
        entries = parts.board.entries()
        parts.window.show_accounts(entries, parts.settings)
        parts.window.sidebar.show_alert_count(sum(self._alerts.get(entry.id, 0) for entry in entries))
        self._tray.show_entries(entries, parts.settings)
        pairs = [(entry.definition, entry.reading) for entry in entries]
        definitions = [entry.definition for entry in entries]
        self._overview.show_totals(totals_line(totals(pairs, parts.now()), definitions, parts.settings))

    def _age(self) -> None:
        """Time went by: ages grow, what nobody renewed is not live any more, a command may have changed things."""
        parts = self._parts
        self._parts.ask(self._parts.desk.reader.catch_up, self._caught_up)
        if not self._tray.shown and not parts.sample:
            self._tray.show()  # some desktops bring their tray late
        entries = parts.board.entries()
        if any(self._went_stale(entry) for entry in entries):
            self.list_anew()
            return
        self._overview.show_now(parts.now())
        self._tray.show_entries(entries, parts.settings)

    def _caught_up(self, changed: bool) -> None:
        if changed:
            self._looked_at = None  # what another process read, it may have warned of
            self._look_for_overdue()
            self.list_anew()

    def _went_stale(self, entry: Entry) -> bool:
        reading = entry.reading
        if reading.snapshot is None or reading.stale:
            return False
        interval = rhythm(reading.account, entry.definition, self._parts.settings).interval_s
        return is_stale(reading.snapshot, interval, self._parts.now())
