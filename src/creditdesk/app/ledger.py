"""The window's side of the ledger: brings an account's charges and entries, and keeps what is typed."""

from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from PySide6.QtCore import QObject, Signal

from creditdesk.app.accounts import SAID, AccountStories
from creditdesk.app.ledger_files import LedgerFiles
from creditdesk.app.pacing import Paced
from creditdesk.app.parts import Parts
from creditdesk.core.charge_lines import ChargeLineError
from creditdesk.core.charges import Charge, ChargeState, Draw, Entry, EntryKind, Known
from creditdesk.desk.ledger import Shown
from creditdesk.store.entries import new_id
from creditdesk.store.history import HistoryError
from creditdesk.ui import words
from creditdesk.ui.ledger_entry import LedgerEntryDialog
from creditdesk.ui.ledger_page import LedgerPage
from creditdesk.ui.ledger_values import Kind, LedgerView, Line, Typed

AT_ONCE = 2_000
MOST = 16_000
"""So many charges are shown at the most; an export has them all."""
_EVER = datetime(1970, 1, 1, tzinfo=UTC)


class LedgerStory(QObject):
    """Makes the ledger page and carries out its wishes, for one account at a time.

    Signals:
        closed(str): the page of this name, from which it was opened, should be shown again.
        listed(): what stands of an account changed.
    """

    closed = Signal(str)
    listed = Signal()

    def __init__(self, parts: Parts, stories: AccountStories, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self._stories = stories
        self._page: LedgerPage | None = None
        self._account = ""
        self._before = "overview"
        self._limit = AT_ONCE
        self._seen: object = None
        self._problem = ""
        self._paced = Paced(self._bring, self)
        self.files = LedgerFiles(parts, self._do, self)
        self.files.booked.connect(self._again)

    def make(self) -> LedgerPage:
        """The page, wired."""
        page = self._page = LedgerPage()
        page.account_chosen.connect(self.choose)
        page.back_requested.connect(lambda: self.closed.emit(self._before))
        page.add_requested.connect(self._ask)
        page.add_account_requested.connect(lambda: self._stories.add())
        page.import_requested.connect(lambda: self.files.choose(self._account))
        page.export_requested.connect(lambda: self.files.export(self._account))
        page.undo_requested.connect(self._undo)
        page.more_requested.connect(self._more)
        page.show_settings(self._parts.settings)
        self.renew()
        return page

    def choose(self, account_id: str, before: str = "") -> None:
        """Turn to this account; `before` is the page to go back to."""
        if before and before != "ledger":
            self._before = before
        if account_id != self._account:
            self._account, self._limit, self._seen = account_id, AT_ONCE, None
            self._paced.hurry()
        self.renew()

    def renew(self) -> None:
        """Show the ledger as it stands, where anything may have changed."""
        if self._page is None:
            return
        entries = self._parts.board.entries()
        if self._account not in {each.id for each in entries}:
            self._account, self._seen = entries[0].id if entries else "", None
        self._page.show_accounts(entries, self._account, self._parts.now())
        entry = self._parts.board.entry(self._account)
        seen = (self._account, self._limit, entry.reading.snapshot if entry else None)
        if entry is not None and seen != self._seen:
            self._seen = seen
            self._paced.ask()

    def settle(self) -> None:
        """The desk's settings changed."""
        if self._page is not None:
            self._page.show_settings(self._parts.settings)
            self.renew()

    def _bring(self) -> None:
        account, limit, ledger = self._account, self._limit, self._parts.desk.ledger

        async def story() -> LedgerView | str | None:
            try:
                return view_of(account, await ledger.shown(account, limit), limit)
            except HistoryError as error:
                return str(error)
            except KeyError:
                return None  # the account was removed meanwhile

        def told(found: LedgerView | str | None) -> None:
            self._paced.done()
            if isinstance(found, str):
                if found != self._problem:
                    self._parts.window.show_toast(found)
                self._problem = found
            elif found is not None and account == self._account and self._page is not None:
                self._problem = ""
                self._page.show_view(found)

        self._parts.ask(story, told)

    def _more(self) -> None:
        self._limit = min(2 * self._limit, MOST)
        self._paced.hurry()
        self.renew()

    def _again(self) -> None:
        """Something was changed here: the whole desk shows it."""
        self._seen = None
        self._paced.hurry()
        self.renew()
        self.listed.emit()

    def _ask(self) -> None:
        entry, page = self._parts.board.entry(self._account), self._page
        if entry is None or page is None or page.view is None:
            return
        pools = [(each.pool.id, each.pool.label) for each in page.view.counted.pools]
        pools = pools or [(rule.id, rule.label) for rule in entry.definition.pools if "{" not in rule.id]
        operations = [(each.id, each.label) for each in entry.definition.operations]
        hide = self._parts.settings.hide_names
        clients = set() if hide else {each.reading.account.client for each in self._parts.board.entries()}
        name = words.account_name(entry.reading.account, entry.definition, hide)
        offered = (pools, operations, clients)
        dialog = LedgerEntryDialog(f"Add to the ledger of {name}", offered, self._parts.now(), self._parts.window)
        dialog.saved.connect(lambda typed: self._keep(dialog, typed))
        dialog.open()

    def _keep(self, dialog: LedgerEntryDialog, typed: Typed) -> None:
        account, desk = self._account, self._parts.desk

        async def story() -> Line:
            if not desk.tools.history.durable:
                raise HistoryError("The ledger can't be kept: the history's file can't be used.")
            if typed.kind is Kind.CHARGE:
                desk.ledger.check_pools(account, [typed.pool])
                charge: Charge = await desk.ledger.book(_charge(account, typed))
                return charge
            entry = desk.ledger.checked(_entry(account, typed))
            if typed.kind is Kind.BALANCE:
                desk.registry.check_typed(desk.tools.chosen.account(account), {typed.pool: (typed.amount, None)})
            kept: Entry = await desk.ledger.add(entry)
            return kept

        def told(kept: Line) -> None:
            dialog.accept()
            self._parts.window.show_toast("Added to the ledger.", lambda: self._take_back(kept, ""))
            self._again()

        self._do(story, told, dialog.show_error)

    def _undo(self, line: Line) -> None:
        self._take_back(line, "Taken back. It counts for nothing.")

    def _take_back(self, line: Line, said: str) -> None:
        """Take a line back; with something to say it can be brought back for a moment."""
        ledger = self._parts.desk.ledger

        def told(_gone: object) -> None:
            if said:
                self._parts.window.show_toast(said, lambda: self._bring_back(line))
            self._again()

        self._do(lambda: ledger.undo(line.id), told)

    def _bring_back(self, line: Line) -> None:
        """What is undone stays so: the same line is written once more."""
        ledger = self._parts.desk.ledger

        async def story() -> None:
            if isinstance(line, Charge):
                await ledger.book(replace(line, id=new_id(), job=""))  # its job is charged once, also where undone
            else:
                await ledger.add(replace(line, id=new_id()))

        self._do(story, lambda _: self._again())

    def _do(
        self,
        story: Callable[[], Coroutine[Any, Any, Any]],
        told: Callable[[Any], None],
        wrong: Callable[[str], None] | None = None,
    ) -> None:
        """Run a story; what the user or the world did wrong is said, by `wrong` or in a toast."""

        async def guarded() -> tuple[bool, Any]:
            try:
                return True, await story()
            except (ChargeLineError, KeyError, *SAID) as error:
                return False, "The account was removed." if isinstance(error, KeyError) else str(error)

        def heard(found: tuple[bool, Any]) -> None:
            right, value = found
            if right:
                told(value)
            else:
                (wrong or self._parts.window.show_toast)(value)

        self._parts.ask(guarded, heard)


def view_of(account: str, shown: Shown, limit: int) -> LedgerView:
    """What the page shows: charges, entries and what is unexplained in one line, newest first."""
    older = len(shown.charges) >= limit
    since = shown.charges[-1].at if older else _EVER
    lines: list[Line] = [*shown.entries, *shown.unexplained]
    lines = [*shown.charges, *(each for each in lines if each.at >= since)]
    lines.sort(key=lambda each: each.at, reverse=True)
    return LedgerView(
        account,
        shown.counted,
        tuple(lines),
        shown.unexplained,
        shown.totals,
        shown.foretold,
        older,
        older and limit < MOST,
    )


def _charge(account: str, typed: Typed) -> Charge:
    return Charge(
        id=new_id(),
        account=account,
        at=typed.at,
        operation=typed.operation,
        draws=(Draw(typed.amount, (typed.pool,)),),
        client=typed.client,
        known=Known.TYPED,
        state=ChargeState.BOOKED,
        note=typed.note,
        ended_at=typed.at,
    )


def _entry(account: str, typed: Typed) -> Entry:
    told = (EntryKind(typed.kind.value), typed.amount, typed.at, typed.client, typed.note)
    return Entry(new_id(), account, typed.pool, *told, expires_at=typed.expires_at)
