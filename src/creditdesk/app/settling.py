"""The window's side of settings: each valid change is kept at once."""

from dataclasses import replace

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from creditdesk import __version__
from creditdesk.app.accounts import SAID
from creditdesk.app.parts import Parts
from creditdesk.app.telling import Teller
from creditdesk.core.settings import Settings
from creditdesk.paths import Places, resources
from creditdesk.ui.settings_page import Facts, SettingsPage
from creditdesk.ui.tray import Tray


class SettingsStory(QObject):
    """Makes the settings page and keeps what it says.

    Signals:
        settings_changed(object): the desk's settings are these now.
        folder_requested(): the data folder should be opened.
    """

    settings_changed = Signal(object)
    folder_requested = Signal()

    def __init__(self, parts: Parts, teller: Teller, where: Places, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self._teller = teller
        self._where = where
        self._page: SettingsPage | None = None

    def make(self) -> SettingsPage:
        """The page, wired."""
        page = self._page = SettingsPage()
        page.settings_changed.connect(self._keep)
        page.test_requested.connect(self._teller.test)
        page.folder_requested.connect(self.folder_requested)
        page.docs_requested.connect(self._open_docs)
        self.renew()
        return page

    def renew(self) -> None:
        """Show the settings, and by what name the keyring goes."""
        self._show()

    def settle(self) -> None:
        """The desk's settings changed."""
        self._show()

    def _open_docs(self) -> None:
        """The documentation lies beside the program; an installed one has it among its resources."""
        for folder in (resources() / "docs", resources().parent / "docs"):
            if folder.is_dir():
                QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
                return
        self._parts.window.show_toast("The documentation is not installed here.")

    def _show(self) -> None:
        if self._page is not None:
            facts = Facts(self._parts.store_name, str(self._where.data_dir), __version__, Tray.available())
            self._page.show_settings(self._parts.settings, facts)

    def _keep(self, settings: Settings) -> None:
        chosen = self._parts.desk.tools.chosen

        async def story() -> Settings | str:
            try:
                own = {"window": self._parts.settings.window, "told_no_tray": self._parts.settings.told_no_tray}
                return chosen.change_settings(lambda _before: replace(settings, **own))  # type: ignore[arg-type]
            except SAID as error:
                return str(error)

        def told(result: Settings | str) -> None:
            if isinstance(result, str):
                self._parts.window.show_toast(f"The setting was not kept: {result}")
                self._show()
            else:
                self.settings_changed.emit(result)

        self._parts.ask(story, told)
