"""The desktop: window, tray, poller and the desk, put together; signals are wired here and nowhere else."""

import base64
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication

from creditdesk.app.accounts import AccountStories
from creditdesk.app.pages import Pages
from creditdesk.app.parts import Parts
from creditdesk.app.telling import Teller
from creditdesk.core.pools import Level, Reading
from creditdesk.core.settings import Settings
from creditdesk.core.totals import totals
from creditdesk.desk.opening import Desk
from creditdesk.desk.reading import Outcome
from creditdesk.paths import Places
from creditdesk.store.config import ConfigError
from creditdesk.store.vault import VaultError
from creditdesk.ui import parts as ui_parts
from creditdesk.ui import theme
from creditdesk.ui.board import Board
from creditdesk.ui.engine import Engine
from creditdesk.ui.overview import OverviewPage
from creditdesk.ui.poller import Poller
from creditdesk.ui.remedies import Action
from creditdesk.ui.totals_words import totals_line
from creditdesk.ui.tray import Tray
from creditdesk.ui.window import MainWindow

AGES_MS = 20_000
NO_TRAY = "This desktop has no tray. creditdesk stays in the task bar when you close its window. Ctrl+Q quits."


class Desktop(QObject):
    """One open desk on the screen. `open` shows it, `close` takes it down in order."""

    def __init__(self, application: QApplication, desk: Desk, where: Places, sample: bool = False) -> None:
        super().__init__()
        self._application = application
        self.engine = Engine(self)
        self.window = MainWindow()
        self.parts = Parts(desk, self.engine, Board(), self.window, desk.tools.chosen.settings, sample)
        self.overview = OverviewPage()
        self.window.add_page("overview", self.overview)
        self.stories = AccountStories(self.parts, self)
        self.tray = Tray(self.parts.now, self)
        self.teller = Teller(self.parts, self.tray, self)
        self.poller = Poller(self.parts.board, self.parts.now, self)
        self.pages = Pages(self.parts, self.stories, self.teller, where, self)
        self._closed = False
        self._painted = False
        self._wire()

    def open(self, readings: Iterable[Reading]) -> None:
        """Show the window with the last readings; everything else begins after the first paint."""
        self._list(readings)
        if self.parts.settings.window:
            self.window.restoreGeometry(_bytes(self.parts.settings.window))
        self.overview.show_sample(self.parts.sample)
        if self.parts.settings.start_in_tray and Tray.available() and not self.parts.sample:
            QTimer.singleShot(0, self._after_first_paint)
            return
        self.window.show()
        QTimer.singleShot(0, self._after_first_paint)

    def close(self) -> None:
        """Stop polling, cancel what runs, close client, database and keyring; at most two seconds."""
        if self._closed:
            return
        self._closed = True
        self.poller.stop()
        self.tray.hide()
        self.engine.stop(self.parts.desk.close)
        self.window.close_for_good()

    def raise_window(self) -> None:
        """Bring the window to the front."""
        if self.window.isMinimized():
            self.window.showNormal()
        self.window.show()
        self.window.raise_()
        self.window.activateWindow()

    def show_bug(self, kind: str, report: Path) -> None:
        """One of our own bugs happened."""
        folder = QUrl.fromLocalFile(str(report.parent))
        button = ui_parts.button("Open the folder", "secondary")
        button.clicked.connect(lambda: QDesktopServices.openUrl(folder))
        text = f"creditdesk met a bug of its own ({kind}). A report without your keys lies on this computer; nothing is sent."
        self.window.show_notice(text, Level.LOW, [button])

    def is_quiet(self) -> bool:
        """Whether nothing is being read or worked out."""
        return self._painted and self.engine.is_idle()

    def refresh(self, account_id: str) -> None:
        """Read this account now, unless it is being read."""
        if self.parts.board.entry(account_id) is not None and self.poller.asked(account_id):
            self._read(account_id)

    def refresh_all(self) -> None:
        """Read every account now."""
        for entry in self.parts.board.entries():
            self.refresh(entry.id)

    def quit(self) -> None:
        """End the program."""
        if not self.parts.sample:
            self._remember(window=bytes(self.window.saveGeometry().toBase64().data()).decode())
        self._application.quit()

    def _wire(self) -> None:
        window, overview = self.window, self.overview
        window.add_requested.connect(lambda: self.stories.add())
        window.refresh_all_requested.connect(self.refresh_all)
        window.size_requested.connect(lambda: self.pages.size(""))
        window.account_chosen.connect(self.pages.show_history)
        window.quit_requested.connect(self.quit)
        window.close_requested.connect(self._closing)
        overview.refresh_requested.connect(self.refresh)
        overview.refresh_all_requested.connect(self.refresh_all)
        overview.size_requested.connect(self.pages.size)
        overview.history_requested.connect(self.pages.show_history)
        overview.add_requested.connect(lambda: self.stories.add())
        overview.sample_requested.connect(self._look_around)
        overview.edit_requested.connect(self.stories.edit)
        overview.remove_requested.connect(self.stories.remove)
        overview.duplicate_requested.connect(self.stories.duplicate)
        overview.type_balance_requested.connect(self.stories.type_balance)
        overview.snooze_requested.connect(lambda account: self.teller.snooze(account, 8))
        overview.confirm_requested.connect(self.stories.confirm)
        overview.setting_requested.connect(self.stories.set)
        overview.link_requested.connect(self._open_link)
        overview.remedy_requested.connect(self._remedy)
        self.stories.changed.connect(self._act_on)
        self.stories.listed.connect(self._relist)
        self.stories.removed.connect(self._drop)
        self.stories.link_requested.connect(self._open_link)
        self.pages.link_requested.connect(self._open_link)
        self.pages.refresh_requested.connect(self.refresh)
        self.pages.settings_changed.connect(self._settle)
        self.pages.listed.connect(self._relist)
        self.poller.due.connect(self._read)
        self.poller.looked.connect(self._age)
        self.tray.open_requested.connect(self.raise_window)
        self.tray.refresh_requested.connect(self.refresh_all)
        self.tray.quit_requested.connect(self.quit)
        self.tray.account_chosen.connect(self._open_account)
        self.tray.snooze_requested.connect(lambda hours: self.teller.snooze(None, hours))
        self.teller.open_requested.connect(self._open_account)
        self.engine.failed.connect(_raise)

    def _after_first_paint(self) -> None:
        self._painted = True
        self.overview.finish()
        if self.parts.desk.notice:
            self.window.show_notice(self.parts.desk.notice)
        if not self.parts.sample:
            self.tray.show()
            if not Tray.available() and not self.parts.settings.told_no_tray:
                self.window.show_notice(NO_TRAY)
                self._remember(told_no_tray=True)
        self._name_store()
        self.poller.start()
        for entry in self.parts.board.entries():
            self._recall(entry.id)

    def _name_store(self) -> None:
        """Learn what the keyring is called: it is loaded now, after the first paint."""
        vault = self.parts.desk.tools.vault

        async def story() -> str:
            try:
                return await vault.store_name()
            except VaultError as error:
                return str(error)

        def told(name: str) -> None:
            self.parts.store_name = name
            self.pages.renew()

        self.parts.ask(story, told)

    def _recall(self, account_id: str) -> None:
        """Run-outs and sparklines of the last weeks, worked out after the first paint."""
        reader = self.parts.desk.reader

        async def story() -> Outcome | None:
            try:
                return await reader.recall(account_id)
            except KeyError:  # removed meanwhile
                return None

        def told(outcome: Outcome | None) -> None:
            if outcome is not None:
                self._show(outcome)

        self.parts.ask(story, told)

    def _read(self, account_id: str) -> None:
        reader = self.parts.desk.reader

        async def story() -> Outcome | None:
            try:
                return await reader.read(account_id)
            except KeyError:  # removed while it was due
                return None

        def told(outcome: Outcome | None) -> None:
            self.poller.answered(account_id)
            if outcome is not None:
                self._show(outcome)

        self.parts.ask(story, told)

    def _show(self, outcome: Outcome) -> None:
        entry = self.parts.entry(outcome.reading)
        if entry is None or self.parts.board.entry(entry.id) is None:
            return
        before = self.parts.board.entry(entry.id)
        self.parts.board.put(entry)
        now, settings = self.parts.now(), self.parts.settings
        if before is not None and before.reading.level is entry.reading.level:
            self.overview.show_entry(entry, now, settings)
            self._summarise()
        else:
            self._show_all()
        self.teller.hear(outcome.fired, outcome.cleared)
        self.pages.renew()

    def _show_all(self) -> None:
        entries = self.parts.board.entries()
        self.overview.show_entries(entries, self.parts.now(), self.parts.settings)
        self._summarise()

    def _summarise(self) -> None:
        entries = self.parts.board.entries()
        self.window.show_accounts(entries, self.parts.settings)
        self.tray.show_entries(entries, self.parts.settings)
        pairs = [(entry.definition, entry.reading) for entry in entries]
        definitions = [definition for definition, _ in pairs]
        self.overview.show_totals(totals_line(totals(pairs, self.parts.now()), definitions, self.parts.settings))

    def _age(self) -> None:
        if not self.tray.shown and not self.parts.sample:
            self.tray.show()  # some desktops bring their tray late
        self.overview.show_now(self.parts.now())

    def _list(self, readings: Iterable[Reading]) -> None:
        found = [self.parts.entry(reading) for reading in readings]
        self.parts.board.replace(entry for entry in found if entry is not None)
        self._show_all()

    def _relist(self) -> None:
        reader, chosen = self.parts.desk.reader, self.parts.desk.tools.chosen

        async def story() -> list[Reading]:
            return [reader.reading(account) for account in chosen.accounts]

        def told(readings: list[Reading]) -> None:
            self._list(readings)
            self.pages.renew()

        self.parts.ask(story, told)

    def _act_on(self, account_id: str) -> None:
        """An account was added or changed: read it as soon as it is listed."""

        async def story() -> str:
            return account_id

        self.parts.ask(story, self.refresh)

    def _drop(self, account_id: str) -> None:
        self.parts.board.drop(account_id)
        self._show_all()

    def _remedy(self, account_id: str, action: str) -> None:
        if action == Action.EDIT_KEY:
            self.stories.edit(account_id)
        elif action == Action.TYPE_BALANCE:
            self.stories.type_balance(account_id)
        elif action == Action.OPEN_DASHBOARD:
            entry = self.parts.board.entry(account_id)
            if entry is not None:
                self._open_link(entry.definition.dashboard or entry.definition.homepage)
        else:
            if action == Action.UNLOCK:
                self.parts.desk.tools.vault.ask_again()
            self.refresh(account_id)

    def _open_account(self, account_id: str) -> None:
        self.raise_window()
        if account_id:
            self.pages.show_history(account_id)
        else:
            self.window.show_page("overview")

    def _settle(self, settings: Settings) -> None:
        changed = settings.theme != self.parts.settings.theme
        self.parts.settings = settings
        self.pages.settle()
        if changed:
            theme.choose(self._application, settings.theme)
        self._relist()

    def _remember(self, **values: object) -> None:
        """Keep something of the window's own in the settings."""
        self.parts.settings = replace(self.parts.settings, **values)  # type: ignore[arg-type]  # names are checked at run time
        chosen = self.parts.desk.tools.chosen

        async def story() -> None:
            with suppress(ConfigError, OSError):  # a window's place is not worth a message
                chosen.change_settings(lambda before: replace(before, **values))  # type: ignore[arg-type]

        self.parts.ask(story)

    def _look_around(self) -> None:
        """Open the demo beside this desk, in a process of its own."""
        frozen = getattr(sys, "frozen", False)
        words = ["demo"] if frozen else ["-m", "creditdesk", "demo"]
        if not QProcess.startDetached(sys.executable, words)[0]:
            self.window.show_toast("The sample desk did not start.")

    def _closing(self) -> None:
        if self.parts.sample or not self.parts.settings.close_to_tray:
            self.quit()
        elif self.tray.shown:
            self.window.hide()
        else:
            self.window.showMinimized()

    def _open_link(self, url: str) -> None:
        if url.startswith("https://"):
            QDesktopServices.openUrl(QUrl(url))


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""


def _raise(error: BaseException) -> None:
    raise error
