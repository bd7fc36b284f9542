"""Files that the user asks for are written off the GUI thread, and a short message says how that went."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from pathlib import Path
from typing import Any

from creditdesk.app.parts import Parts
from creditdesk.store.sheets import SheetError

TABLES = "CSV (*.csv);;Excel workbook (*.xlsx);;Text (*.txt)"
Table = tuple[tuple[str, ...], Iterable[tuple[Any, ...]]]
"""A header (may be empty) and rows."""


def write_later(parts: Parts, path: Path, make: Callable[[], str | bytes], what: str) -> None:
    """Make a text or bytes and write them, off the GUI thread, and say so."""

    def work() -> None:
        made = make()
        path.write_bytes(made if isinstance(made, bytes) else made.encode("utf-8"))

    async def story() -> str:
        try:
            await asyncio.to_thread(work)
        except OSError as error:
            return f"{path.name} was not written: {error.strerror}."
        return f"Wrote {what} to {path.name}."

    _say(parts, story)


def write_rows(parts: Parts, path: Path, table: Table, what: str) -> None:
    """Write a table on a thread and say so; the name's ending says which kind, a name without one becomes a CSV."""
    path = path if path.suffix else path.with_suffix(".csv")
    header, rows = table

    async def story() -> str:
        from creditdesk.store.exports import write_table  # a start does not wait for it

        try:
            await asyncio.to_thread(write_table, path, header, rows)
        except (OSError, SheetError) as error:
            return f"{path.name} was not written: {getattr(error, 'strerror', None) or error}."
        return f"Wrote {what} to {path.name}."

    _say(parts, story)


def _say(parts: Parts, story: Callable[[], Coroutine[Any, Any, str]]) -> None:
    def told(text: str) -> None:
        parts.window.show_toast(text)

    parts.ask(story, told)
