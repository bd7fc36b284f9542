"""The window's side of history in files: all accounts out, and a file back in beside what is stored."""

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from creditdesk.app.parts import Parts
from creditdesk.desk.carrying import Span, export_history, import_history
from creditdesk.desk.tools import Declined
from creditdesk.store.config import ConfigError
from creditdesk.store.history import HistoryError
from creditdesk.store.past import PastError
from creditdesk.store.past_files import kind_of
from creditdesk.ui.backups_card import BackupsCard
from creditdesk.ui.nouns import counted

KINDS = "JSON (*.json);;CSV (*.csv);;Parquet (*.parquet)"
ANY = "History (*.json *.csv *.parquet);;All files (*)"


class CarryingStory(QObject):
    """Serves the card of the history: what is to go to a file, and what is to come from one."""

    def __init__(self, parts: Parts, card: BackupsCard, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self._card = card
        card.export_requested.connect(self._ask_where)
        card.import_requested.connect(self._ask_which)

    def export_to(self, path: Path) -> None:
        """Write the history of all accounts."""
        path = path if path.suffix else path.with_suffix(".json")
        tools = self._parts.desk.tools

        async def story() -> str:
            target = (path, kind_of(path))
            written = await export_history(tools, tools.chosen.accounts, target, Span(), _quietly)
            left_out = " Events and warnings are left out; JSON keeps them." if written.left_out else ""
            return f"Wrote {counted(written.points, 'point')} to {path.name}.{left_out}"

        self._do(story)

    def import_from(self, path: Path) -> None:
        """Put a file's history beside what is stored."""

        async def story() -> str:
            added = await import_history(self._parts.desk.tools, path, "", _quietly)
            astray = f" {added.astray:,} lie before 1970 or ahead of now: left out." if added.astray else ""
            new = f"{counted(added.points, 'point')} and {counted(added.events, 'event')}"
            return f"Added {new} from {path.name}.{astray}"

        self._do(story)

    def _do(self, work: Callable[[], Coroutine[Any, Any, str]]) -> None:
        async def story() -> tuple[str, str]:
            try:
                return await work(), ""
            except (ConfigError, Declined, HistoryError, PastError) as error:
                return "", str(error)
            except OSError as error:
                return "", f"The file cannot be used: {error.strerror or error}."

        def told(said: tuple[str, str]) -> None:
            done, problem = said
            self._card.show_problem(problem)
            if done:
                self._parts.window.show_toast(done)

        self._parts.ask(story, told)

    def _ask_where(self) -> None:
        path, _ = QFileDialog.getSaveFileName(self._parts.window, "Export the history", "history.json", KINDS)
        if path:
            self.export_to(Path(path))

    def _ask_which(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self._parts.window, "Import history", "", ANY)
        if path:
            self.import_from(Path(path))


def _quietly(_: str) -> None:
    """The window says how it ended, not how far it is."""
