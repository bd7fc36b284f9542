"""The ledger's files in the window: charges are read from one after a look at it, and all of it is written to one."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from creditdesk.app.parts import Parts
from creditdesk.app.writing import TABLES, write_rows
from creditdesk.core.charge_lines import ChargeLineError
from creditdesk.core.charges import Charge, Draw, Entry
from creditdesk.desk.ledger import Imported
from creditdesk.store.charges import Charges
from creditdesk.store.history import HistoryError
from creditdesk.ui import words
from creditdesk.ui.dialogs import Question
from creditdesk.ui.ledger_values import Line

MOST_BYTES = 256_000_000
LISTS = "Charges (*.csv *.jsonl *.ndjson *.json *.txt);;All files (*)"
HEADER = (
    *("at", "kind", "amount", "pool", "operation", "client", "items", "expected", "known", "state"),
    *("request_id", "job", "status", "note", "id"),
)
_EVER = datetime(1970, 1, 1, tzinfo=UTC)

Do = Callable[[Callable[[], Coroutine[Any, Any, Any]], Callable[[Any], None], Callable[[str], None]], None]
"""Runs a story; tells what came of it, or what was wrong."""


class LedgerFiles(QObject):
    """Reads and writes the files of one account's ledger at a time.

    Signals:
        booked(): charges were booked.
    """

    booked = Signal()

    def __init__(self, parts: Parts, do: Do, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self._do = do

    def choose(self, account_id: str) -> None:
        """Ask for a file of charges of this account, and `bring` it."""
        path, _ = QFileDialog.getOpenFileName(self._parts.window, "Import charges", "", LISTS)
        if path:
            self.bring(Path(path), account_id)

    def bring(self, path: Path, account_id: str) -> None:
        """Look through a file of charges, say what it holds, and book it when the user agrees."""
        desk = self._parts.desk

        async def read(dry_run: bool) -> Imported:
            text = await asyncio.to_thread(_text, path)
            found: Imported = await desk.ledger.import_charges(text, desk.tools.chosen.account(account_id), dry_run)
            return found

        def booked(found: Imported) -> None:
            self._parts.window.show_toast(f"Booked {words.count(len(found.new), 'charges')} from {path.name}.")
            self.booked.emit()

        def looked(found: Imported) -> None:
            if not found.new:
                before = words.count(found.known, "charges")
                self._parts.window.show_toast(f"Nothing to book: {path.name} has {before}, all booked before.")
                return
            question = Question(
                f"Book {words.count(len(found.new), 'charges')}?", _held(found), "Book", self._parts.window, "primary"
            )
            question.accepted.connect(lambda: self._do(lambda: read(False), booked, self._refuse))
            question.open()

        self._do(lambda: read(True), looked, self._refuse)

    def _refuse(self, why: str) -> None:
        """A file cannot be taken: its line is said, and stays until it was read."""
        self._parts.window.show_notice(f"Nothing was booked. {why}")

    def export(self, account_id: str) -> None:
        """Ask for a name, and write all of this account's ledger there."""
        entry = self._parts.board.entry(account_id)
        name = f"{entry.reading.account.name if entry else 'account'} ledger.csv".replace("/", "-")
        path, _ = QFileDialog.getSaveFileName(self._parts.window, "Export the ledger", name, TABLES)
        if path:
            charges = Charges(self._parts.desk.tools.history.connections)
            write_rows(self._parts, Path(path), (HEADER, rows_of(charges, account_id)), "the ledger")


def rows_of(charges: Charges, account: str) -> Iterator[tuple[Any, ...]]:
    """All of an account's ledger, oldest first, as HEADER says. Run on a thread that may wait."""
    try:
        found: list[Line] = [*charges.of(account, _EVER).result(), *charges.entries(account).result()]
    except HistoryError as error:
        raise OSError(str(error)) from None  # which is what whoever writes a file expects
    for each in sorted(found, key=_begun):
        yield from _charge_rows(each) if isinstance(each, Charge) else [_entry_row(each)]


def _begun(line: Line) -> datetime:
    return line.at


def _charge_rows(each: Charge) -> Iterator[tuple[Any, ...]]:
    """A line for each draw; one without an amount where nobody knows what it cost."""
    draws: list[Draw | None] = [None] if each.draws is None else [*each.draws] or [Draw(Decimal(0))]
    for draw in draws:
        told = (None, "") if draw is None else (draw.amount, " or ".join(draw.pools))
        known = (each.known.value, each.state.value, each.request_id, each.job, each.status, each.note, each.id)
        yield (each.at, "charge", *told, each.operation, each.client, each.items, each.expected, *known)


def _entry_row(each: Entry) -> tuple[Any, ...]:
    state = "undone" if each.undone else "kept"
    known = (each.known.value, state, "", "", None, each.note, each.id)
    return (each.at, each.kind.value, each.amount, each.pool, "", each.client, None, None, *known)


def _text(path: Path) -> str:
    """The text of a file of charges. Raises OSError, ChargeLineError."""
    if path.stat().st_size > MOST_BYTES:
        raise OSError(f"{path.name} has over {MOST_BYTES // 1_000_000} MB.")
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ChargeLineError(raw.count(b"\n", 0, error.start) + 1, "it is no text in UTF-8.") from None


def _held(found: Imported) -> str:
    known = (
        f" {words.count(found.known, 'charges')} of it were booked before and are passed over." if found.known else ""
    )
    accounts = f" They are of {words.count(len(found.accounts), 'accounts')}." if len(found.accounts) > 1 else ""
    days = sorted(each.at for each in found.new)
    span = f"From {days[0]:%Y-%m-%d} to {days[-1]:%Y-%m-%d} (UTC)."
    return f"{span}{accounts}{known}"
