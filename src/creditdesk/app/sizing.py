"""The window's side of sizing: files are read by a child process, long pastes cleaned off the GUI thread."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from creditdesk.app.accounts import SAID, AccountStories
from creditdesk.app.errands import Errand
from creditdesk.app.freeing import FreeStory
from creditdesk.app.parts import Parts
from creditdesk.app.placing import PlaceStory
from creditdesk.app.probing import ProbeStory
from creditdesk.app.sending import SendStory
from creditdesk.app.writing import TABLES, write_rows
from creditdesk.core.import_plan import Source
from creditdesk.core.keywords import Items
from creditdesk.core.sending import Sending
from creditdesk.desk.listing import Listed, read_list, report_words
from creditdesk.desk.tools import Declined
from creditdesk.store.sheets import Choice, SheetError
from creditdesk.ui import words
from creditdesk.ui.guess import Guess, Wanted
from creditdesk.ui.items_dialog import Section
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
        self._known: tuple[Items | None, Source] = (None, Source())
        self._reading = Errand(parts, self)
        self._reading.moved.connect(self._show_progress)
        self.sending = SendStory(parts, self)
        self.placing: PlaceStory | None = None

    def make(self) -> SizerPage:
        """The page, wired."""
        page = self._page = SizerPage()
        page.file_chosen.connect(lambda path: self.open_file(Path(path)))
        page.form.keywords.wanted.connect(self._read_as)
        page.form.keywords.cancelled.connect(self._reading.cancel)
        page.text_given.connect(self._clean)
        page.check_requested.connect(self.refresh_requested)
        page.balance_requested.connect(self._stories.type_balance)
        page.edit_requested.connect(self._stories.edit)
        page.add_requested.connect(lambda: self._stories.add())
        page.export_requested.connect(self._export)
        page.form.keywords.section_exported.connect(self._export_section)
        page.copied.connect(lambda count: self._parts.window.show_toast(f"Copied {words.count(count, 'items')}."))
        page.reserve_changed.connect(lambda account, amounts: self._keep(account, reserve=amounts))
        page.limits_changed.connect(lambda account, amounts: self._keep(account, ask_over=amounts))
        page.link_requested.connect(self.link_requested)
        self.placing = PlaceStory(self._parts, page, self)
        FreeStory(self._parts, page, self.placing, self).refresh_requested.connect(self.refresh_requested)
        ProbeStory(self._parts, page, self)
        self.sending.attach(page, self._source_of)
        self.sending.refresh_requested.connect(self.refresh_requested)
        self.sending.accepted.connect(self._place_changed)
        page.show_settings(self._parts.settings)
        self.renew()
        return page

    def renew(self) -> None:
        """Show the accounts as they stand now."""
        if self._page is not None:
            self._page.show_entries(self._parts.board.entries(), self._parts.now())
            self.sending.renew()

    def settle(self) -> None:
        """The desk's settings changed."""
        if self._page is not None:
            self._page.show_settings(self._parts.settings)
            self.sending.settle()

    def choose(self, account_id: str) -> None:
        """Size for this account."""
        if self._page is not None and account_id:
            self._page.choose_account(account_id)

    def open_file(self, path: Path, wanted: Wanted | None = None) -> None:
        """Read a list from a file, in a child process."""
        self._file = path
        self._read(path, path.name, Choice() if wanted is None else _choice(wanted))

    def _read_as(self, wanted: Wanted) -> None:
        if self._file is not None:
            self.open_file(self._file, wanted)

    def _clean(self, text: str) -> None:
        self._file = None
        self._read(text.encode("utf-8", "replace"), "pasted text", None)

    def _read(self, source: Path | bytes, name: str, choice: Choice | None) -> None:
        """Read a list; what was asked for before is not waited for any more, and its child process ends."""
        page = self._page
        if page is None:
            return
        page.show_busy(f"Reading {name}")

        async def read(heard: Callable[[int, int], None]) -> Listed:
            try:
                return await read_list(
                    source, name, choice, lambda so_far: heard(so_far.bytes_read, so_far.bytes_total)
                )
            except SheetError as error:
                raise Declined(str(error)) from None

        def told(listed: Listed) -> None:
            self._known = (listed.items, _source(listed, source))
            page.show_items(listed.items, name if choice else "", _guess(listed) if choice else None)
            if listed.column.report:
                self._parts.window.show_toast(report_words(listed))

        self._reading.run(read, told, page.show_error)

    def _show_progress(self, done: int, of: int) -> None:
        if self._page is not None:
            self._page.form.keywords.busy.show_part(done, of)

    def _source_of(self, items: Items) -> Source:
        """Where exactly these items came from; what was typed into the box has no source."""
        read, source = self._known
        return source if items is read else Source(name="typed list")

    def _place_changed(self, sending: Sending) -> None:
        """An import brought new rows there: what was known to be tracked is not true any more."""
        if self.placing is not None:
            self.placing.forget(sending.account, sending.place.id)

    def _export(self, name: str, items: tuple[str, ...]) -> None:
        path, _ = QFileDialog.getSaveFileName(self._parts.window, "Export what fits", name, TABLES)
        if path:
            rows = ((item,) for item in items)
            write_rows(self._parts, Path(path), ((), rows), words.count(len(items), "items"))

    def _export_section(self, section: Section) -> None:
        name = f"{section.id}.csv"
        path, _ = QFileDialog.getSaveFileName(self._parts.window, "Export lines", name, TABLES)
        if path:
            table = (("Line", "Text", "Reason"), _lines(section))
            write_rows(self._parts, Path(path), table, words.count(section.count, "lines"))

    def _keep(self, account_id: str, **amounts: dict[str, object]) -> None:
        """Keep the reserve, or the spending limits, of an account."""
        chosen = self._parts.desk.tools.chosen

        async def story() -> str:
            try:
                chosen.change(chosen.account(account_id).changed(**amounts))
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


def _lines(section: Section) -> Iterator[tuple[int | None, str, str]]:
    for index in range(section.count):
        line, text, why = section.row(index)
        yield line or None, text, why


def _choice(wanted: Wanted) -> Choice:
    return Choice(
        wanted.encoding, wanted.delimiter, wanted.header_line, wanted.column, wanted.sheet, wanted.keep_footer
    )


def _guess(listed: Listed) -> Guess:
    """How a file was understood, for the page."""
    column = listed.column
    place = 0
    with suppress(ValueError):
        place = column.columns.index(column.name)
    guess = Guess(column.encoding, column.delimiter, column.header_line, column.columns, place, column.sheet)
    rows = tuple(zip(column.preview_lines, column.preview, strict=False))
    guess = replace(guess, sheets=column.sheets, rows=rows, keep_footer=listed.choice.keep_footer)
    return replace(guess, left_out=column.footer, left_rows=column.left_out)


def _source(listed: Listed, source: Path | bytes) -> Source:
    """Where a list came from, so that a plan can read it again in the same way."""
    if isinstance(source, bytes):
        return Source(name="pasted text")
    column = listed.column
    read = (column.name, column.encoding, column.delimiter, column.sheet, column.header_line)
    return Source(str(source.absolute()), "", *read, source.name, listed.choice.keep_footer)
