"""The pages behind the overview: made when first shown, so that the first paint waits for none of them."""

import importlib
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import QMimeData, QObject, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from creditdesk.app.accounts import AccountStories
from creditdesk.app.parts import Parts
from creditdesk.app.queueing import QueueWatch, notice
from creditdesk.app.serving import Serving
from creditdesk.app.telling import Teller
from creditdesk.core.pools import Level
from creditdesk.core.sending import Sending
from creditdesk.paths import Places
from creditdesk.store.history import HistoryError
from creditdesk.store.outbox import Kept
from creditdesk.ui.banner import Banner
from creditdesk.ui.parts import button
from creditdesk.ui.sizer_drop import DropTarget
from creditdesk.ui.words import place_name

PREPARE_MS = 2000


async def _import_sizer() -> None:
    import asyncio  # the first paint should not pay for it

    await asyncio.to_thread(importlib.import_module, "creditdesk.app.sizing")


class Story(Protocol):
    """What serves one page."""

    def make(self) -> QWidget:
        """The page, wired."""
        ...

    def renew(self) -> None:
        """Show what is on the board now; nothing happens before the page was made."""
        ...

    def settle(self) -> None:
        """The desk's settings changed."""
        ...


class Pages(QObject):
    """Keeps the stories of the pages.

    Signals:
        refresh_requested(str): an account is to be read now.
        settings_changed(object): the desk's settings are these now.
        listed(): the accounts changed.
        link_requested(str): a page should be opened in the browser.
    """

    refresh_requested = Signal(str)
    settings_changed = Signal(object)
    listed = Signal()
    link_requested = Signal(str)

    def __init__(
        self, parts: Parts, stories: AccountStories, teller: Teller, where: Places, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._parts = parts
        self._stories = stories
        self._teller = teller
        self._where = where
        self._made: dict[str, Story] = {}
        self.serving = Serving(parts, teller, where, self)
        makers = {
            "sizer": self._sizer,
            "history": self._history,
            "activity": self._activity,
            "alerts": self._alerts,
            "gateway": self._gateway,
            "ledger": self._ledger,
            "accounts": self._accounts,
            "settings": self._settings,
            "maker": self._maker,
        }
        for name, make in makers.items():
            parts.window.add_page(name, make)
        parts.window.page_shown.connect(self._shown)
        stories.make_requested.connect(self.make)
        teller.gateway_requested.connect(lambda: parts.window.show_page("gateway"))
        drops = DropTarget(parts.window, texts=False)
        drops.taken.connect(self._take)
        self._queue = QueueWatch(parts, self)
        self._queue.ready.connect(self._begin_queued)
        self._look_for_imports()

    def prepare(self) -> None:
        """Import the sizer beside the window, a while after the first paint: it is the largest page."""
        QTimer.singleShot(PREPARE_MS, self, lambda: self._parts.ask(_import_sizer))
        if self._parts.settings.gateway:
            self.serving.start()

    def size(self, account_id: str) -> None:
        """Open the sizer, for this account if one is given."""
        self._open_sizer().choose(account_id)

    def open_list(self, path: Path) -> None:
        """Read a list into the sizer."""
        self._open_sizer().open_file(path)

    def make(self, provider: str = "") -> None:
        """Open the page for a vendor of one's own, with one that there is already if given."""
        window = self._parts.window
        window.show_page("maker")
        story: Any = self._made["maker"]
        if provider:
            story.open(provider)
        else:
            story.resume()

    def _open_sizer(self) -> Any:
        """Show the sizer; what serves it, an `app.sizing.SizerStory`."""
        self._parts.window.show_page("sizer")
        return self._made["sizer"]

    def _take(self, data: QMimeData) -> None:
        """A file was dropped anywhere on the window: it is a list to size."""
        from creditdesk.ui.sizer_page import SizerPage

        self._parts.window.show_page("sizer")
        page = self._parts.window.page("sizer")
        if isinstance(page, SizerPage):
            page.take(data)

    def _look_for_imports(self) -> None:
        """Say that imports were not finished when the program ended. None goes on by itself."""
        history = self._parts.desk.tools.history

        async def story() -> tuple[Sending, ...]:
            try:
                return await Kept(history.connections).sendings()
            except HistoryError:
                return ()  # what is wrong with the history is said elsewhere

        def told(sendings: tuple[Sending, ...]) -> None:
            self._tell_imports(notice(sendings))
            for each in sendings:
                self._queue.hear(each)
            self._queue.look()

        self._parts.ask(story, told)

    def _tell_imports(self, text: str) -> None:
        if text:
            show = button("Show", "secondary", name="Show the imports that are not finished")
            strip = self._parts.window.show_notice(text, Level.NOT_READ, [show])
            show.clicked.connect(lambda: self._show_unfinished(strip))

    def _begin_queued(self, sending: Sending) -> None:
        """The time of a queued import has come: it begins where the user agreed to that, else it is said."""
        place = place_name(sending.place.name, self._parts.settings.hide_names)
        if sending.queue is None or not sending.queue.by_itself:
            self._tell_imports(f"The queued import to {place} can be started now. Nothing is sent until you do.")
            return
        self._parts.window.page("sizer")  # made, not shown
        story: Any = self._made["sizer"]
        story.sending.start_queued(sending)
        self._parts.window.show_toast(f"The queued import to {place} was begun.")

    def _show_unfinished(self, strip: Banner) -> None:
        strip.clear_news()
        self._open_sizer().sending.open_unfinished()

    def show_history(self, account_id: str) -> None:
        """Open the history of this account."""
        from creditdesk.app.past import HistoryStory

        self._parts.window.show_page("history")
        story = self._made["history"]
        if isinstance(story, HistoryStory):
            story.choose(account_id)

    def show_ledger(self, account_id: str) -> None:
        """Open the ledger of this account."""
        before = self._parts.window.page_name
        self._parts.window.show_page("ledger")
        story: Any = self._made["ledger"]
        story.choose(account_id, before)

    def renew(self) -> None:
        """The board changed: renew the page on screen; the others are renewed when they are shown."""
        self._queue.look()
        story = self._made.get(self._parts.window.page_name)
        if story is not None:
            story.renew()

    def settle(self) -> None:
        """The desk's settings changed."""
        for story in self._made.values():
            story.settle()

    def story(self, name: str) -> Story | None:
        """What serves this page, once it was made."""
        return self._made.get(name)

    def _shown(self, name: str) -> None:
        story = self._made.get(name)
        if story is not None:
            story.renew()

    def _keep(self, name: str, story: Story) -> QWidget:
        self._made[name] = story
        return story.make()

    # Each page's module is imported when the page is first shown: the chart alone costs half a second.

    def _sizer(self) -> QWidget:
        from creditdesk.app.sizing import SizerStory

        story = SizerStory(self._parts, self._stories, self)
        story.refresh_requested.connect(self.refresh_requested)
        story.link_requested.connect(self.link_requested)
        story.sending.changed.connect(self._queue.hear)
        return self._keep("sizer", story)

    def _history(self) -> QWidget:
        from creditdesk.app.past import HistoryStory

        return self._keep("history", HistoryStory(self._parts, self._stories, self))

    def _activity(self) -> QWidget:
        from creditdesk.app.activity import ActivityStory

        story = ActivityStory(self._parts, self)
        story.account_chosen.connect(self.show_history)
        return self._keep("activity", story)

    def _alerts(self) -> QWidget:
        from creditdesk.app.lists import AlertsStory

        story = AlertsStory(self._parts, self._stories, self._teller, self)
        story.account_chosen.connect(self.show_history)
        story.settings_changed.connect(self.settings_changed)
        return self._keep("alerts", story)

    def _gateway(self) -> QWidget:
        from creditdesk.app.gateway import GatewayStory

        story = GatewayStory(self._parts, self._stories, self.serving, self)
        story.ledger_requested.connect(self.show_ledger)
        return self._keep("gateway", story)

    def _ledger(self) -> QWidget:
        from creditdesk.app.ledger import LedgerStory

        story = LedgerStory(self._parts, self._stories, self)
        story.closed.connect(self._parts.window.show_page)
        story.listed.connect(self.listed)
        return self._keep("ledger", story)

    def _accounts(self) -> QWidget:
        from creditdesk.app.account_list import AccountsStory

        story = AccountsStory(self._parts, self._stories, self)
        story.refresh_requested.connect(self.refresh_requested)
        story.listed.connect(self.listed)
        story.account_chosen.connect(self.show_history)
        story.ledger_requested.connect(self.show_ledger)
        return self._keep("accounts", story)

    def _maker(self) -> QWidget:
        from creditdesk.app.making import MakingStory

        story = MakingStory(self._parts, self._stories, self._where, self)
        story.closed.connect(lambda: self._parts.window.show_page("overview"))
        story.listed.connect(self.listed)
        return self._keep("maker", story)

    def _settings(self) -> QWidget:
        from creditdesk.app.settling import SettingsStory

        story = SettingsStory(self._parts, self._teller, self._where, self)
        story.settings_changed.connect(self.settings_changed)
        story.folder_requested.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._where.data_dir))))
        return self._keep("settings", story)
