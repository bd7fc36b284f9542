"""The window's side of restoring: the copies are listed in Settings, and one is laid ready for the next start."""

from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject

from creditdesk.app.parts import Parts
from creditdesk.desk.keeping import Keeper, single_writer
from creditdesk.paths import Places
from creditdesk.store.backups import Backup
from creditdesk.store.restoring import BackupError
from creditdesk.ui.backups_card import BackupsCard, Copy


class RestoringStory(QObject):
    """Serves the card of copies on the settings page."""

    def __init__(self, parts: Parts, where: Places, card: BackupsCard, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self._card = card
        self._keeper = Keeper(where.database, parts.now)
        self._found: dict[str, Backup] = {}
        card.restore_requested.connect(self._prepare)
        card.call_off_requested.connect(self._call_off)
        card.show_note(single_writer())

    def renew(self) -> None:
        """Show the copies as they are now."""

        async def story() -> tuple[tuple[Backup, ...], bool]:
            return await self._keeper.copies(), await self._keeper.is_waiting()

        def told(found: tuple[tuple[Backup, ...], bool]) -> None:
            copies, waiting = found
            self._found = {each.path.name: each for each in copies}
            shown = [Copy(each.path.name, each.at, each.size, each.aside, each.flawed) for each in copies]
            self._card.show_copies(shown, self._parts.now(), waiting)

        self._parts.ask(story, told)

    def _prepare(self, name: str) -> None:
        self._do(lambda: self._keeper.prepare(self._found[name].path))

    def _call_off(self) -> None:
        self._do(self._keeper.call_off)

    def _do(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        async def story() -> str:
            try:
                await work()
            except BackupError as error:
                return str(error)
            return ""

        self._parts.ask(story, self._told)

    def _told(self, problem: str) -> None:
        self._card.show_problem(problem)
        self.renew()
