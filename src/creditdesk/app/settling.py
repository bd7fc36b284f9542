"""The window's side of settings: each valid change is kept at once."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from creditdesk import __version__
from creditdesk.app.accounts import SAID
from creditdesk.app.carrying import CarryingStory
from creditdesk.app.parts import Parts
from creditdesk.app.restoring import RestoringStory
from creditdesk.app.telling import Teller
from creditdesk.core.settings import Settings
from creditdesk.paths import Places, resources
from creditdesk.ui.settings_page import Facts, SettingsPage
from creditdesk.ui.settings_telling import TellingCard
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
        self._restoring: RestoringStory | None = None

    def make(self) -> SettingsPage:
        """The page, wired."""
        page = self._page = SettingsPage()
        page.settings_changed.connect(self._keep)
        page.forecast_requested.connect(lambda: self._open_docs("forecast.md"))
        self._wire(page.telling)
        page.folder_requested.connect(self.folder_requested)
        page.docs_requested.connect(lambda: self._open_docs())
        self._restoring = RestoringStory(self._parts, self._where, page.backups, self)
        CarryingStory(self._parts, page.backups, self)
        self.renew()
        return page

    def renew(self) -> None:
        """Show the settings, by what name the keyring goes, and the copies of the history."""
        self._show()
        if self._restoring is not None:
            self._restoring.renew()

    def settle(self) -> None:
        """The desk's settings changed."""
        self._show()

    def _wire(self, card: TellingCard) -> None:
        courier = self._teller.courier
        card.test_requested.connect(lambda: courier.test(card.show_tested))
        card.address_added.connect(lambda text: courier.addresses.add(text, card.show_added))
        card.address_removed.connect(lambda number: courier.addresses.remove(number, _saying(card, number)))
        card.address_tested.connect(lambda number: courier.test_address(number, _saying(card, number)))
        card.link_requested.connect(lambda url: QDesktopServices.openUrl(QUrl(url)))

    def _open_docs(self, page: str = "") -> None:
        """The documentation lies beside the program; an installed one has it among its resources."""
        for folder in (resources() / "docs", resources().parent / "docs"):
            if (folder / page).exists():
                QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder / page)))
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
                return chosen.change_settings(lambda before: replace(settings, **_own(before, self._parts.settings)))
            except SAID as error:
                return str(error)

        def told(result: Settings | str) -> None:
            if isinstance(result, str):
                self._parts.window.show_toast(f"The setting was not kept: {result}")
                self._show()
            else:
                self.settings_changed.emit(result)

        self._parts.ask(story, told)


def _own(before: Settings, shown: Settings) -> dict[str, Any]:
    """What the settings page does not choose: it is as another page, or the window itself, left it."""
    window = {"window": shown.window, "told_no_tray": shown.told_no_tray}
    return window | {"addresses": before.addresses, "rules": before.rules}


def _saying(card: TellingCard, number: str) -> Callable[[str], None]:
    return lambda text: card.show_address_said(number, text)
