"""The window's side of sizing: files are read by a child process, long pastes cleaned off the GUI thread."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from creditdesk.app.accounts import SAID, AccountStories
from creditdesk.app.parts import Parts
from creditdesk.core.keywords import Items
from creditdesk.desk.listing import Listed, read_list
from creditdesk.store.sheets import SheetError
from creditdesk.ui.sizer_page import SizerPage


class SizerStory(QObject):
    """Makes the sizer page and answers its wishes.

    Signals:
        refresh_requested(str): an account is to be read now.
        link_requested(str): a page should be opened in the browser.
    """

    refresh_requested = Signal(str)
    link_requested = Signal(str)

    def __init__(self, parts: Parts, stories: AccountStories, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self._stories = stories
        self._page: SizerPage | None = None
        self._file: Path | None = None

    def make(self) -> SizerPage:
        """The page, wired."""
        page = self._page = SizerPage()
        page.file_chosen.connect(lambda path: self.open_file(Path(path)))
        page.column_chosen.connect(self._choose_column)
        page.text_given.connect(self._clean)
        page.check_requested.connect(self.refresh_requested)
        page.balance_requested.connect(self._stories.type_balance)
        page.edit_requested.connect(self._stories.edit)
        page.add_requested.connect(lambda: self._stories.add())
        page.export_requested.connect(self._export)
        page.copied.connect(lambda count: self._parts.window.show_toast(f"Copied {count:,} items."))
        page.reserve_changed.connect(self._keep_reserve)
        page.link_requested.connect(self.link_requested)
        page.show_settings(self._parts.settings)
        self.renew()
        return page

    def renew(self) -> None:
        """Show the accounts as they stand now."""
        if self._page is not None:
            self._page.show_entries(self._parts.board.entries(), self._parts.now())

    def settle(self) -> None:
        """The desk's settings changed."""
        if self._page is not None:
            self._page.show_settings(self._parts.settings)

    def choose(self, account_id: str) -> None:
        """Size for this account."""
        if self._page is not None and account_id:
            self._page.choose_account(account_id)

    def open_file(self, path: Path, column: str | None = None) -> None:
        """Read a list from a file, in a child process."""
        if self._page is None:
            return
        self._file = path
        self._page.show_busy(f"Reading {path.name}")

        async def story() -> Listed | str:
            try:
                return await read_list(path, path.name, column)
            except SheetError as error:
                return str(error)

        def told(result: Listed | str) -> None:
            if self._page is None or self._file != path:
                return
            if isinstance(result, str):
                self._page.show_error(result)
            else:
                self._page.show_items(result.items, path.name, result.column.columns, result.column.name)

        self._parts.ask(story, told)

    def _choose_column(self, column: str) -> None:
        if self._file is not None:
            self.open_file(self._file, column)

    def _clean(self, text: str) -> None:
        if self._page is None:
            return
        self._page.show_busy("Reading the list")
        self._file = None

        async def story() -> Items | str:
            try:
                return (await read_list(text.encode("utf-8", "replace"), "pasted text")).items
            except SheetError as error:
                return str(error)

        def told(result: Items | str) -> None:
            if self._page is None:
                return
            if isinstance(result, str):
                self._page.show_error(result)
            else:
                self._page.show_items(result, "")

        self._parts.ask(story, told)

    def _export(self, name: str, items: tuple[str, ...]) -> None:
        path, _ = QFileDialog.getSaveFileName(self._parts.window, "Export what fits", name, "Text (*.txt)")
        if path:
            write_later(self._parts, Path(path), "\n".join(items) + "\n", f"{len(items):,} items")

    def _keep_reserve(self, account_id: str, reserve: dict[str, object]) -> None:
        chosen = self._parts.desk.tools.chosen

        async def story() -> str:
            try:
                chosen.change(chosen.account(account_id).changed(reserve=reserve))
            except SAID as error:
                return str(error)
            except KeyError:
                return ""  # removed meanwhile
            return ""

        def told(problem: str) -> None:
            if problem:
                self._parts.window.show_toast(problem)
            else:
                self._stories.listed.emit()

        self._parts.ask(story, told)


def write_later(parts: Parts, path: Path, text: str, what: str) -> None:
    """Write a file off the GUI thread and say so."""

    async def story() -> str:
        try:
            path.write_text(text, encoding="utf-8", newline="")
        except OSError as error:
            return f"{path.name} was not written: {error.strerror}."
        return f"Wrote {what} to {path.name}."

    def told(text: str) -> None:
        parts.window.show_toast(text)

    parts.ask(story, told)
