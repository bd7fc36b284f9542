"""The main window: the sidebar, one page at a time, news for the whole desk above it, and short messages below."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from creditdesk.core.pools import Level
from creditdesk.core.settings import Settings
from creditdesk.ui import icons, theme, words
from creditdesk.ui.banner import Banner
from creditdesk.ui.board import Entry
from creditdesk.ui.notices import Notices
from creditdesk.ui.parts import Button
from creditdesk.ui.sidebar import LOWER_PAGES, PAGES, SideAccount, Sidebar
from creditdesk.ui.toast import Toast, Toasts

LEAST_PAGE_PX = 600  # a page narrower than this (in base fonts) gets the sidebar's room


class MainWindow(QMainWindow):
    """The window of the desk.

    Signals:
        page_shown(str): another page is on screen.
        account_chosen(str): an account was pressed in the sidebar.
        add_requested(), refresh_all_requested(), size_requested(), quit_requested(): by key or row.
        close_requested(): the user closes the window; it stays until `close_for_good`, the owner may hide it.
    """

    page_shown = Signal(str)
    account_chosen = Signal(str)
    add_requested = Signal()
    refresh_all_requested = Signal()
    size_requested = Signal()
    quit_requested = Signal()
    close_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("creditdesk")
        self.setWindowIcon(icons.app_icon())
        self.setMinimumSize(*theme.MIN_WINDOW_PX)
        self.resize(1280, 820)
        self._pages: dict[str, QWidget] = {}
        self._factories: dict[str, Callable[[], QWidget]] = {}
        self._page = ""
        self._may_close = False
        self.sidebar = Sidebar()
        self.sidebar.page_requested.connect(self.show_page)
        self.sidebar.account_chosen.connect(self.account_chosen)
        self.sidebar.add_requested.connect(self.add_requested)
        self._news = Notices()
        self._stack = QStackedWidget()
        self._build()
        self.toasts = Toasts(self)
        self._add_shortcuts()

    def add_page(self, name: str, page: QWidget | Callable[[], QWidget]) -> None:
        """Add a page, or what makes it when it is first shown."""
        if isinstance(page, QWidget):
            self._keep(name, page)
        else:
            self._factories[name] = page

    def show_page(self, name: str) -> None:
        """Show this page. A name that was never added is ignored."""
        page = self.page(name)
        if page is None:
            return
        self.sidebar.show_page(name)
        self._stack.setCurrentWidget(page)
        if name != self._page:
            self._page = name
            self.page_shown.emit(name)

    def page(self, name: str) -> QWidget | None:
        """The page of this name, made when it was not yet; None when it was never added."""
        if name not in self._pages and name in self._factories:
            self._keep(name, self._factories.pop(name)())
        return self._pages.get(name)

    @property
    def page_name(self) -> str:
        """The name of the page on screen, "" before the first."""
        return self._page

    def show_accounts(self, entries: Sequence[Entry], settings: Settings) -> None:
        """Show these accounts in the sidebar, in this order."""
        self.sidebar.show_accounts(
            [
                SideAccount(
                    entry.id,
                    words.account_name(entry.reading.account, entry.definition, settings.hide_names),
                    entry.reading.level,
                )
                for entry in entries
            ]
        )

    def show_notice(self, text: str, level: Level = Level.LOW, buttons: Sequence[Button] = ()) -> Banner:
        """Say something about the whole desk above every page until it is closed. The first sentence is bold.

        Three notices stand there at the most; a fourth takes the place of the oldest. `clear_news` of the strip that
        is given back closes it.
        """
        return self._news.show_notice(text, level, buttons)

    @property
    def notices(self) -> list[str]:
        """What stands there now, the oldest first."""
        return self._news.texts()

    def show_toast(self, text: str, undo: Callable[[], None] | None = None) -> Toast:
        """Say something short for 8 seconds; `undo` is called when the user takes it back."""
        return self.toasts.show_words(text, undo)

    def let_close(self) -> None:
        """The program ends: the window closes when it is asked to, without asking its owner again."""
        self._may_close = True

    def close_for_good(self) -> None:
        """Close the window without asking its owner again."""
        self.let_close()
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Qt's: the owner decides whether the desk goes to the tray or ends."""
        if self._may_close:
            event.accept()
            return
        event.ignore()
        self.close_requested.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt's: a narrow window, or a large font, leaves only icons in the sidebar."""
        super().resizeEvent(event)
        self.sidebar.show_narrow(self.width() - theme.px(theme.SIDEBAR_PX) < theme.px(LEAST_PAGE_PX))

    def changeEvent(self, event: QEvent) -> None:
        """Qt's."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.update()

    def _build(self) -> None:
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._news)
        column.addWidget(self._stack, 1)
        middle = QWidget()
        row = QHBoxLayout(middle)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.sidebar)
        row.addWidget(right, 1)
        self.setCentralWidget(middle)

    def _keep(self, name: str, page: QWidget) -> None:
        self._pages[name] = page
        self._stack.addWidget(page)
        if not self._page:
            self.show_page(name)

    def _add_shortcuts(self) -> None:
        places = [name for name, _, _ in (*PAGES, *LOWER_PAGES)]
        for number, name in enumerate(places, start=1):
            self._shortcut(f"Ctrl+{number}", partial(self.show_page, name))
        self._shortcut("Ctrl+,", lambda: self.show_page("settings"))
        self._shortcut("Ctrl+N", self.add_requested.emit)
        self._shortcut("Ctrl+F", self._find)
        self._shortcut("F5", self.refresh_all_requested.emit)
        self._shortcut("Ctrl+R", self.refresh_all_requested.emit)
        self._shortcut("Ctrl+I", self.size_requested.emit)
        self._shortcut("Ctrl+Q", self.quit_requested.emit)
        self._shortcut("Esc", self.toasts.dismiss_all)

    def _shortcut(self, keys: str, then: Callable[[], None]) -> None:
        QShortcut(QKeySequence(keys), self).activated.connect(then)

    def _find(self) -> None:
        """Put the keyboard into the search of the page on screen, or of the overview."""
        page = self._pages.get(self._page)
        if not hasattr(page, "focus_search"):
            self.show_page("overview")
            page = self._pages.get("overview")
        focus = getattr(page, "focus_search", None)
        if focus is not None:
            focus()
