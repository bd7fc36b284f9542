"""The window's side of an account's life: dialogs, and removal with undo."""

from collections.abc import Callable, Coroutine, Mapping
from decimal import Decimal
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from creditdesk.app.approving import Approving
from creditdesk.app.parts import Parts
from creditdesk.core.definition import Definition
from creditdesk.core.pools import Account, Snapshot, Trouble
from creditdesk.core.rules import RuleKind
from creditdesk.core.typed import Typed
from creditdesk.desk.accounts import AccountError, Removed
from creditdesk.desk.keys import keys_of
from creditdesk.desk.offering import recent_vendors
from creditdesk.providers.catalogue import UnknownProvider
from creditdesk.providers.definitions import DefinitionError
from creditdesk.store.approvals import ApprovalsError
from creditdesk.store.config import AccountRefused, ConfigError
from creditdesk.store.history import HistoryError
from creditdesk.store.vault import NoKeyring, VaultError
from creditdesk.ui import words
from creditdesk.ui.account_dialog import AccountDialog
from creditdesk.ui.account_draft import Edited, Surroundings
from creditdesk.ui.balance_dialog import BalanceDialog
from creditdesk.ui.clipboard import ClipboardGuard

SAID = (
    AccountError,
    AccountRefused,
    ApprovalsError,
    VaultError,
    ConfigError,
    HistoryError,
    UnknownProvider,
    DefinitionError,
    OSError,
)
"""Errors of the user's or the world's making: said in the dialog, the desk goes on."""

Keys = Mapping[str, str]
Balances = Mapping[str, tuple[Decimal, Decimal | None]]


class AccountStories(QObject):
    """Opens the dialogs, runs their stories on the engine, and tells what changed.

    Signals:
        changed(str): an account was added, changed or brought back: read it now.
        listed(): the list of accounts changed.
        removed(str): an account is gone.
        link_requested(str): a page should be opened in the browser.
        make_requested(): the page for a vendor of one's own should be shown.
    """

    changed = Signal(str)
    listed = Signal()
    removed = Signal(str)
    link_requested = Signal(str)
    make_requested = Signal()

    def __init__(self, parts: Parts, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self.approving = Approving(parts, self)
        self.approving.approved.connect(self._read_all)
        self.clipboard = ClipboardGuard(QGuiApplication.clipboard(), parent=self)
        said = "The key was taken off the clipboard."
        self.clipboard.cleared.connect(lambda: self._parts.window.show_toast(said))

    def add(self, provider: str = "", like: Account | None = None, keys: Keys | None = None) -> None:
        """Open the dialog for a new account, of one vendor (with these keys) or like another account if given."""

        def opened(around: Surroundings) -> None:
            dialog = AccountDialog(around, self._parts.window)
            chosen = like.provider if like else provider
            if chosen:
                dialog.choose_provider(chosen, like)
                dialog.put_keys(keys or {})
            self._open(dialog)

        self._with_surroundings(opened)

    def edit(self, account_id: str, closed: Callable[[int], None] | None = None, note: str = "") -> None:
        """Open the dialog for an account that exists, with a note above it; `closed` hears how it ended."""
        entry = self._parts.board.entry(account_id)
        if entry is None:
            return
        typed = self._parts.desk.reader.typed(account_id)
        edited = Edited(entry.reading.account, entry.definition, typed, entry.reading.untried)

        def opened(around: Surroundings) -> None:
            dialog = AccountDialog(around, self._parts.window, edited)
            dialog.show_note(note)
            if closed is not None:
                dialog.finished.connect(closed)
            self._open(dialog)

        self._with_surroundings(opened)

    def duplicate(self, account_id: str) -> None:
        """Open the dialog for another account of the same vendor."""
        entry = self._parts.board.entry(account_id)
        if entry is not None:
            self.add(like=entry.reading.account)

    def type_balance(self, account_id: str) -> None:
        """Open the dialog in which balances are typed."""
        entry = self._parts.board.entry(account_id)
        if entry is None:
            return
        typed: dict[str, Typed] = self._parts.desk.reader.typed(account_id)
        dialog = BalanceDialog(entry, typed, self._parts.now(), self._parts.window)
        dialog.link_requested.connect(self.link_requested)
        dialog.typed.connect(lambda chosen, balances: self._type(chosen, balances))
        dialog.typed.connect(dialog.accept)
        dialog.open()

    def approve(self, account_id: str) -> None:
        """Ask whether the account's definition, one of the user's own, may be used."""
        entry = self._parts.board.entry(account_id)
        if entry is not None:
            self.approving.ask(
                entry.reading.account.provider, lambda approved: self.changed.emit(account_id) if approved else None
            )

    def _read_all(self, provider: str) -> None:
        for entry in self._parts.board.entries():
            if entry.reading.account.provider == provider:
                self.changed.emit(entry.id)

    def set(self, account_id: str, values: Mapping[str, str]) -> None:
        """Change settings of an account, as a notice's button asks."""
        self._change(account_id, lambda account: account.changed(settings={**account.settings, **values}))

    def confirm(self, account_id: str) -> None:
        """The user confirms that inferred numbers are right."""
        self._change(account_id, lambda account: account.changed(confirmed=True))

    def mute(self, account_id: str, muted: bool) -> None:
        """Warn of this account no more, or again."""
        self._change(account_id, lambda account: account.changed(muted=muted))

    def let_rule(self, account_id: str, rule: str, off: bool) -> None:
        """Let a rule of warning (`core.rules.RuleKind`) leave this account out, or not."""
        self._change(
            account_id,
            lambda account: account.changed(
                rules_off=tuple(each.value for each in RuleKind if (off if each == rule else each in account.rules_off))
            ),
        )

    def remove(self, account_id: str) -> None:
        """Remove an account and its key; a toast brings it back."""
        entry = self._parts.board.entry(account_id)
        if entry is None:
            return
        account = entry.reading.account
        name = words.account_name(account, entry.definition, self._parts.settings.hide_names)

        async def story() -> Removed | str:
            try:
                return await self._parts.desk.registry.remove(account)
            except SAID as error:
                return str(error)

        def told(result: Removed | str) -> None:
            if isinstance(result, str):
                self._parts.window.show_toast(f"{name} was not removed: {result}")
                return
            self.removed.emit(account.id)
            self.listed.emit()
            said = f"Removed {name}{' and its key' if result.keys() else ''}. {result.key_stays}".strip()
            self._parts.window.show_toast(said, lambda: self._restore(result))

        self._parts.ask(story, told)

    def _restore(self, removed: Removed) -> None:
        self._run(lambda: self._parts.desk.registry.restore(removed))

    def _change(self, account_id: str, change: Callable[[Account], Account]) -> None:
        """Change the account as it is kept now: another process may have changed it since it came on screen."""
        desk = self._parts.desk

        async def story() -> Account:
            return await desk.registry.change(change(desk.tools.chosen.account(account_id)))

        if self._parts.board.entry(account_id) is not None:
            self._run(story)

    def _type(self, account_id: str, balances: Balances) -> None:
        entry = self._parts.board.entry(account_id)
        if entry is None:
            return
        account = entry.reading.account

        async def story() -> Account:
            await self._parts.desk.registry.type_balances(account, balances)
            return account

        self._run(story)

    def _run(
        self, story: Callable[[], Coroutine[Any, Any, Account]], done: Callable[[str], None] | None = None
    ) -> None:
        """Run a story that gives an account; its error is said in a toast, or to `done`."""

        async def guarded() -> Account | str:
            try:
                return await story()
            except SAID as error:
                return str(error)

        def told(result: Account | str) -> None:
            if done is not None:
                done(result if isinstance(result, str) else "")
            elif isinstance(result, str):
                self._parts.window.show_toast(result)
            self.listed.emit()
            if isinstance(result, Account):
                self.changed.emit(result.id)

        self._parts.ask(guarded, told)

    def _with_surroundings(self, then: Callable[[Surroundings], None]) -> None:
        desk, settings = self._parts.desk, self._parts.settings

        async def story() -> Surroundings:
            desk.tools.vault.ask_again()
            name = trouble = ""
            try:
                name = await desk.tools.vault.store_name()
            except NoKeyring as error:
                trouble = error.reason
            except VaultError as error:
                trouble = str(error)
            accounts = desk.tools.chosen.accounts
            names, clients = tuple(each.name for each in accounts), tuple(each.client for each in accounts)
            return Surroundings(
                tuple(desk.tools.catalogue.all()),
                names,
                name,
                trouble,
                settings.thresholds,
                settings.interval_s,
                clients,
                await recent_vendors(desk.tools),
                desk.tools.catalogue.popular(),
            )

        self._parts.ask(story, then)

    def _open(self, dialog: AccountDialog) -> None:
        dialog.link_requested.connect(self.link_requested)
        dialog.make_requested.connect(self.make_requested)
        dialog.test_requested.connect(lambda draft, keys: self._test(dialog, draft, keys))
        dialog.saved.connect(lambda draft, keys, balances: self._save(dialog, draft, keys, balances))
        dialog.open()

    def _test(self, dialog: AccountDialog, draft: Account, keys: Keys) -> None:
        desk = self._parts.desk
        definition: Definition = desk.tools.catalogue.get(draft.provider)

        async def story() -> Snapshot | Trouble:
            found = keys or await keys_of(desk.tools, draft, definition)
            return found if isinstance(found, Trouble) else await desk.reader.test(draft, found)

        def told(result: Snapshot | Trouble) -> None:
            dialog.show_test(result, definition, self._parts.now())

        self.approving.ask(draft.provider, lambda _approved: self._parts.ask(story, told))

    def _save(self, dialog: AccountDialog, draft: Account, keys: Keys, balances: Balances) -> None:
        registry = self._parts.desk.registry
        for key in keys.values():
            self.clipboard.note(key)
        gone: list[int] = []  # the keyring may keep us waiting, and the user may close the dialog meanwhile
        dialog.finished.connect(gone.append)

        async def story() -> Account:
            account = await (registry.change(draft, keys) if draft.id else registry.add(draft, keys))
            if balances:
                await registry.type_balances(account, balances)
            return account

        def told(problem: str) -> None:
            if problem and gone:
                self._parts.window.show_toast(f"{draft.name} was not saved: {problem}")
            elif problem:
                dialog.show_error(problem)
            elif not gone:
                dialog.accept()
            if not problem:
                self.approving.ask(draft.provider)

        self._run(story, told)
