"""The page for an own vendor in a real window on a real desk, without the rest of the desktop."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from tests.desk.world import Clock, Memory

from creditdesk.app.accounts import AccountStories
from creditdesk.app.front import Front
from creditdesk.app.making import MakingStory
from creditdesk.core.settings import ThemeChoice
from creditdesk.desk.opening import open_desk
from creditdesk.paths import Places
from creditdesk.store.vault import Vault
from creditdesk.ui import theme
from creditdesk.ui.account_dialog import AccountDialog
from creditdesk.ui.maker_page import MakerPage


class Workbench:
    """The page, its story, and the folder that definitions are saved into."""

    def __init__(self, qtbot: QtBot, application: QApplication, folder: Path) -> None:
        theme.choose(application, ThemeChoice.LIGHT)
        self._qtbot = qtbot
        self.places = Places(folder, folder).make()
        self.desk = open_desk(self.places, Vault(Memory(), limit_s=5), clock=Clock())
        self.front = Front(self.desk)
        self.window = self.front.window
        self.stories = AccountStories(self.front.parts)
        self.story = MakingStory(self.front.parts, self.stories, self.places)
        self.window.add_page("maker", self.story.make)
        self.window.show_page("maker")
        self.window.show()

    @property
    def page(self) -> MakerPage:
        return self.story.page

    def until(self, condition: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(condition, timeout=10_000)

    def settle(self) -> None:
        self.until(self.front.parts.engine.is_idle)

    def dialogs(self) -> list[AccountDialog]:
        return [each for each in self.window.findChildren(AccountDialog) if each.isVisible()]

    def close(self) -> None:
        self.front.parts.engine.stop(self.desk.close)
        self.window.close_for_good()
        for each in (self.window, self.story, self.stories, self.front):
            each.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
