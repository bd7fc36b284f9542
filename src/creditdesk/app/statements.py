"""The window's side of the months' statements: makes them, shows them in their dialog, and saves them."""

import asyncio
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from creditdesk.app.parts import Parts
from creditdesk.app.writing import TABLES, write_rows
from creditdesk.core import statement_table
from creditdesk.core.months import month_of, months_down
from creditdesk.core.statement import Statement
from creditdesk.desk.statements import known_clients, month_statement
from creditdesk.desk.tools import Declined
from creditdesk.store.files import replace_file
from creditdesk.store.history import HistoryError
from creditdesk.store.ledger import Ledger
from creditdesk.ui import words
from creditdesk.ui.activity_page import GONE
from creditdesk.ui.statement_dialog import StatementDialog
from creditdesk.ui.statement_pdf import NoFontsError, statement_pdf
from creditdesk.ui.statement_words import NOT_ASSIGNED, Naming

PDF = "PDF (*.pdf)"
MOST_OF_NAME = 60
"""So many characters of a client stand in the file's name that is offered: a file system takes 255 bytes."""


class StatementStory(QObject):
    """Opens the dialog and brings it statements. It lives as long as its dialog."""

    def __init__(self, parts: Parts, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self._clients: tuple[str, ...] = ()

    def open(self) -> StatementDialog:
        """The dialog, on screen; its newest month comes a moment later."""
        hide = self._parts.settings
        dialog = StatementDialog(self._naming(hide.hide_names, hide.hide_amounts), self._parts.window)
        gone: list[int] = []
        dialog.finished.connect(gone.append)
        dialog.finished.connect(self.deleteLater)
        dialog.month_chosen.connect(lambda month: self._bring(dialog, month, gone))
        dialog.csv_requested.connect(self._save_csv)
        dialog.pdf_requested.connect(self._save_pdf)
        tools, now = self._parts.desk.tools, self._parts.now()

        async def story() -> tuple[str, tuple[str, ...]] | str:
            try:
                begun = await Ledger(tools.history.connections).begun_at()
                return month_of(min(begun or now, now), None), await known_clients(tools)
            except HistoryError as error:
                return str(error)

        def told(found: tuple[str, tuple[str, ...]] | str) -> None:
            if gone:
                return
            if isinstance(found, str):
                dialog.show_error(found)
                return
            first, self._clients = found
            dialog.show_months(months_down(first, month_of(now, None)))

        self._parts.ask(story, told)
        dialog.open()
        return dialog

    def _bring(self, dialog: StatementDialog, month: str, gone: list[int]) -> None:
        tools = self._parts.desk.tools

        async def story() -> Statement | str:
            try:
                return await month_statement(tools, month)
            except (Declined, HistoryError) as error:
                return str(error)

        def told(found: Statement | str) -> None:
            if gone:
                return
            if isinstance(found, str):
                dialog.show_error(found)
            else:
                dialog.show_statement(found, self._clients)

        self._parts.ask(story, told)

    def _naming(self, hide_names: bool = False, hide: bool = False) -> Naming:
        entries = {entry.id: entry for entry in self._parts.board.entries()}

        def account(account_id: str) -> str:
            entry = entries.get(account_id)
            return words.account_name(entry.reading.account, entry.definition, hide_names) if entry else GONE

        def client(name: str) -> str:
            place = self._clients.index(name) + 1 if name in self._clients else 0
            return f"Client {place or ''}".strip() if hide_names else name

        return Naming(account, hide, client, lambda name: words.place_name(name, hide_names))

    def _save_csv(self, statement: Statement, client: str | None) -> None:
        if path := self._ask_where(statement, client, ".csv", TABLES):
            rows = statement_table.rows(statement, self._naming().account)
            write_rows(self._parts, path, (statement_table.HEADER, rows), "the statement")

    def _save_pdf(self, statement: Statement, client: str) -> None:
        path = self._ask_where(statement, client, ".pdf", PDF)
        if path is None:
            return
        naming, now = self._naming(), self._parts.now()

        def write() -> None:
            replace_file(path, statement_pdf(statement, client, naming, now))

        async def story() -> str:
            try:
                await asyncio.to_thread(write)
            except (OSError, NoFontsError) as error:
                return f"{path.name} was not written: {getattr(error, 'strerror', None) or error}"
            return f"Wrote the statement to {path.name}."

        def told(text: str) -> None:
            self._parts.window.show_toast(text)

        self._parts.ask(story, told)

    def _ask_where(self, statement: Statement, client: str | None, ending: str, kinds: str) -> Path | None:
        of = "all clients" if client is None else client or NOT_ASSIGNED
        name = "".join(
            each if each.isalnum() or each in " -_." else "-" for each in f"{statement.month} {of[:MOST_OF_NAME]}"
        )
        path, _ = QFileDialog.getSaveFileName(self._parts.window, "Save statement", f"{name}{ending}", kinds)
        return (Path(path) if Path(path).suffix else Path(path).with_suffix(ending)) if path else None
