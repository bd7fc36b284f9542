"""The desktop: window, tray, poller and the desk, put together; signals are wired here and nowhere else."""

import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication

from creditdesk.app.accounts import AccountStories
from creditdesk.app.clock import ClockStory
from creditdesk.app.front import Front
from creditdesk.app.keeping import KeepingStory
from creditdesk.app.pages import Pages
from creditdesk.app.process import Application, log_safely
from creditdesk.app.readings import Readings
from creditdesk.app.telling import Teller, system_notifier
from creditdesk.core.pools import Level, Reading
from creditdesk.core.settings import Settings
from creditdesk.notify.message import Shows
from creditdesk.paths import Places
from creditdesk.store.config import ConfigError
from creditdesk.store.history import HistoryError
from creditdesk.store.vault import VaultError
from creditdesk.ui import parts as ui_parts
from creditdesk.ui import theme
from creditdesk.ui.banner import Banner
from creditdesk.ui.remedies import Action
from creditdesk.ui.tray import Tray

NO_TRAY = "This desktop has no tray. creditdesk stays in the task bar when you close its window. Ctrl+Q quits."


class Desktop(QObject):
    """One open desk on the screen. `open` shows it, `close` takes it down in order."""

    def __init__(
        self,
        application: QApplication,
        front: Front,
        where: Places,
        open_notifier: Callable[[], Shows] = system_notifier,
    ) -> None:
        super().__init__()
        self._application = application
        self._front = front
        self.parts = front.parts
        self.engine = front.parts.engine
        self.window = front.window
        self.overview = front.overview
        self.tray = Tray(self.parts.now, self)
        self.readings = Readings(self.parts, self.overview, self.tray, self)
        self.stories = AccountStories(self.parts, self)
        self.teller = Teller(self.parts, self.tray, open_notifier, self)
        self.pages = Pages(self.parts, self.stories, self.teller, where, self)
        self.clock = ClockStory(self.parts, self)
        self.keeping = KeepingStory(self.parts, where, self)
        self._closed = False
        self._painted = False
        self._no_tray: Banner | None = None
        self._wire()
        self._wire_overview()
        if isinstance(application, Application):
            application.quitting.connect(self.window.let_close)

    def open(self, readings: Iterable[Reading]) -> None:
        """Show the window with the last readings, unless it is there already; the rest begins after its paint."""
        self.readings.show_list(readings)
        if self.window.isVisible():
            self._after_first_paint()
        elif self.parts.settings.start_in_tray and not self.parts.sample:
            QTimer.singleShot(0, self._after_first_paint)
        else:
            self._front.painted.connect(self._after_first_paint)
            self._front.show()

    def close(self) -> None:
        """Stop polling, cancel what runs, close client, database and keyring; at most two seconds."""
        if self._closed:
            return
        self._closed = True
        self.stories.clipboard.clear_now()
        self.pages.serving.end()
        self.readings.poller.stop()
        self.tray.hide()
        geometry = bytes(self.window.saveGeometry().toBase64().data()).decode()
        self.engine.stop(lambda: self._last(geometry))
        self.window.close_for_good()

    def is_quiet(self) -> bool:
        """Whether nothing is being read or worked out."""
        return self._painted and self.engine.is_idle() and self.overview.is_complete()

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
        text = f"creditdesk met a bug of its own ({kind}). A report without your keys lies on this computer, not sent."
        self.window.show_notice(text, Level.LOW, [button])

    def quit(self) -> None:
        """End the program."""
        self.window.let_close()
        self._application.quit()

    def _wire(self) -> None:
        window, readings, pages = self.window, self.readings, self.pages
        window.add_requested.connect(lambda: self.stories.add())
        window.refresh_all_requested.connect(readings.refresh_all)
        window.size_requested.connect(lambda: pages.size(""))
        window.account_chosen.connect(pages.show_history)
        window.quit_requested.connect(self.quit)
        window.close_requested.connect(self._closing)
        readings.came.connect(self.teller.hear)
        readings.came.connect(lambda _outcome: pages.renew())
        readings.poller.looked.connect(self.clock.look)
        readings.listed.connect(pages.renew)
        readings.unkept.connect(window.show_notice)
        self.stories.changed.connect(self._act_on)
        self.stories.listed.connect(readings.list_anew)
        self.stories.removed.connect(readings.drop)
        self.stories.removed.connect(self.teller.drop)
        for each in (self.stories, pages, self.teller):
            each.link_requested.connect(self._open_link)
        self.teller.courier.addresses.changed.connect(self._settle)
        pages.refresh_requested.connect(readings.ask_again)
        pages.settings_changed.connect(self._settle)
        pages.listed.connect(readings.list_anew)
        self.tray.arrived.connect(self._mind_the_tray)
        self.tray.arrived.connect(pages.renew)
        self.tray.missed.connect(self._do_without_tray)
        self.tray.open_requested.connect(self.raise_window)
        self.tray.refresh_requested.connect(readings.refresh_all)
        self.tray.quit_requested.connect(self.quit)
        self.tray.account_chosen.connect(self._open_account)
        self.tray.snooze_requested.connect(lambda hours: self.teller.snooze(None, hours))
        self.teller.open_requested.connect(self._open_account)
        self.teller.snoozed.connect(self.overview.show_snoozed)
        for then in (self.teller.renew_quiet, self.teller.look, pages.renew, self._mind_the_tray):
            readings.poller.looked.connect(then)
        self.engine.failed.connect(self._fail)

    def _wire_overview(self) -> None:
        overview, stories = self.overview, self.stories
        overview.refresh_requested.connect(self.readings.ask_again)
        overview.refresh_all_requested.connect(self.readings.refresh_all)
        overview.size_requested.connect(self.pages.size)
        overview.history_requested.connect(self.pages.show_history)
        overview.ledger_requested.connect(self.pages.show_ledger)
        overview.add_requested.connect(lambda: stories.add())
        overview.sample_requested.connect(self._look_around)
        overview.edit_requested.connect(stories.edit)
        overview.remove_requested.connect(stories.remove)
        overview.duplicate_requested.connect(stories.duplicate)
        overview.type_balance_requested.connect(stories.type_balance)
        overview.snooze_requested.connect(lambda account: self.teller.snooze(account, 8))
        overview.confirm_requested.connect(stories.confirm)
        overview.setting_requested.connect(stories.set)
        overview.link_requested.connect(self._open_link)
        overview.remedy_requested.connect(self._remedy)

    def _after_first_paint(self) -> None:
        self._painted = True
        log_safely()
        if self.parts.desk.notice:
            self.window.show_notice(self.parts.desk.notice)
        if not self.parts.sample:
            self.tray.show()
        self._name_store()
        self.readings.poller.start()
        self.readings.recall_all()
        self.keeping.start()
        self.pages.prepare()

    def _mind_the_tray(self) -> None:
        """A tray may come late. It may also go, and then it must not take the window along."""
        if self.tray.shown:
            if self._no_tray is not None:
                self._no_tray.clear_news()
        elif not self.tray.awaited and not self.window.isVisible():
            self.window.showMinimized()

    def _do_without_tray(self) -> None:
        """No tray came for a while: say so once, and have a window without it."""
        if not self.parts.settings.told_no_tray:
            self._no_tray = self.window.show_notice(NO_TRAY)
            self._remember(told_no_tray=True)
        self._mind_the_tray()

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

    def _act_on(self, account_id: str) -> None:
        """An account was added or changed: read it as soon as it is listed."""

        async def story() -> str:
            return account_id

        self.parts.ask(story, self.readings.refresh)

    def _remedy(self, account_id: str, action: str) -> None:
        if action == Action.EDIT_KEY:
            self.stories.edit(account_id)
        elif action == Action.TYPE_BALANCE:
            self.stories.type_balance(account_id)
        elif action == Action.APPROVE:
            self.stories.approve(account_id)
        elif action == Action.OPEN_DASHBOARD:
            entry = self.parts.board.entry(account_id)
            if entry is not None:
                self._open_link(entry.definition.dashboard or entry.definition.homepage)
        else:
            self.readings.ask_again(account_id)

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
        self.teller.settle()
        if changed:
            theme.choose(self._application, settings.theme)
        self.readings.list_anew()

    def _remember(self, **values: object) -> None:
        """Keep something of the window's own in the settings."""
        self.parts.settings = replace(self.parts.settings, **values)  # type: ignore[arg-type]  # checked at run time
        chosen = self.parts.desk.tools.chosen

        async def story() -> None:
            with suppress(ConfigError, OSError):  # a window's place is not worth a message
                chosen.change_settings(lambda before: replace(before, **values))  # type: ignore[arg-type]  # as above

        self.parts.ask(story)

    async def _last(self, geometry: str) -> None:
        """The engine's last job."""
        await self.pages.serving.ended()
        if not self.parts.sample:
            with suppress(ConfigError, OSError):
                self.parts.desk.tools.chosen.change_settings(lambda before: replace(before, window=geometry))
        await self.teller.courier.close()
        await self.parts.desk.close()

    def _fail(self, error: BaseException) -> None:
        """A story ended in an error it did not expect. Only a history or a config that cannot be used is no bug."""
        if not isinstance(error, HistoryError | ConfigError):
            raise error
        self.window.show_notice(str(error))

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
