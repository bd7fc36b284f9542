"""The user's own definition files, as their page needs them: opened, saved, removed with undo, exported."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from creditdesk.app.errands import carry_out
from creditdesk.app.parts import Parts
from creditdesk.desk.tools import Declined
from creditdesk.paths import Places
from creditdesk.providers.catalogue import UnknownProvider
from creditdesk.providers.definitions import DefinitionError
from creditdesk.store import own_definitions
from creditdesk.store.own_definitions import ChangedMeanwhile, OwnDefinitionError, text_digest

Listed = list[tuple[str, str]]

WAYS_ON = "Under More, Duplicate makes another one of yours, and Open one of yours shows what is kept now."
NEW, KEPT, CHANGED = "not saved yet", "saved", "changed since it was saved"


class OwnFiles(QObject):
    """Knows which file is open, and whether it is kept.

    Signals:
        kept(str): the definition of this id was saved.
        gone(): the open definition was removed.
        returned(): a removed one was brought back.
    """

    kept = Signal(str)
    gone = Signal()
    returned = Signal()

    def __init__(self, parts: Parts, where: Places, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self._folder = where.definitions
        self.saved = ""  # the id of the file that is open, "" for one that was never saved
        self.digest = ""  # names the text that is kept

    def tell_all(self, then: Callable[[Listed, Listed], None]) -> None:
        """Tell the user's own definitions and those that came with the program, each as (id, name)."""
        catalogue = self._parts.desk.tools.catalogue

        async def story() -> tuple[Listed, Listed]:
            own = [(each, self.name(each)) for each in catalogue.ids() if catalogue.is_own(each)]
            return own, [(each.id, each.name) for each in catalogue.all() if each.own is None]

        self._parts.ask(story, lambda found: then(*found))

    def name(self, provider: str) -> str:
        """What a definition is called; its id where its file is refused."""
        try:
            return self._parts.desk.tools.catalogue.get(provider).name
        except (UnknownProvider, DefinitionError):
            return provider

    def state(self, text: str) -> str:
        """Whether this text is kept, in a few words."""
        if not self.saved:
            return NEW
        return KEPT if text_digest(text) == self.digest else CHANGED

    def free_id(self, name: str) -> str:
        """An id for a new definition of this name."""
        taken = set(self._parts.desk.tools.catalogue.ids())
        wanted = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:50].strip("-") or "my-vendor"
        numbered = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
        return next(each for each in (wanted, *numbered) if each not in taken)

    def forget(self) -> None:
        """What comes next is a new file."""
        self.saved = self.digest = ""

    def read(self, provider: str, then: Callable[[str], None]) -> None:
        """Tell the text of a definition's file; what is wrong with it is said."""
        path = self._parts.desk.tools.catalogue.path(provider)
        self._run(lambda: own_definitions.import_file(path), then)

    def bring(self, then: Callable[[str], None]) -> None:
        """Tell the text of a definition file that the user chooses."""
        file, _ = QFileDialog.getOpenFileName(self._parts.window, "Open a definition", "", "TOML (*.toml)")
        if file:
            self._run(lambda: own_definitions.import_file(Path(file)), then)

    def take(self, provider: str, text: str) -> None:
        """This text is the open file, as it is kept under this id."""
        self.saved, self.digest = provider, text_digest(text)

    def save(self, provider: str, text: str) -> None:
        """Keep the text under its id."""
        former = self.digest if self.saved == provider else None

        def told(_path: object) -> None:
            self._parts.desk.tools.catalogue.renew()
            self.take(provider, text)
            self.kept.emit(provider)

        self._run(lambda: own_definitions.save(self._folder, provider, text, former), told)

    def remove(self, name: str) -> None:
        """Take the open file away; a toast brings it back."""
        provider, now = self.saved, self._parts.now()

        def told(kept: Path) -> None:
            self._parts.desk.tools.catalogue.renew()
            self.forget()
            self._parts.window.show_toast(f"Removed {name}.", lambda: self._restore(provider, kept))
            self.gone.emit()

        self._run(lambda: own_definitions.remove(self._folder, provider, now), told)

    def export(self, provider: str, text: str) -> None:
        """Write the text where the user says. It holds no key."""
        file, _ = QFileDialog.getSaveFileName(None, "Export the definition", f"{provider}.toml", "TOML (*.toml)")
        if file:
            self._run(lambda: Path(file).write_text(text, "utf-8"), lambda _n: self._say(f"Exported to {file}."))

    def _restore(self, provider: str, kept: Path) -> None:
        def told(_path: object) -> None:
            self._parts.desk.tools.catalogue.renew()
            self._say(f"{self.name(provider)} is back.")
            self.returned.emit()

        self._run(lambda: own_definitions.restore(self._folder, provider, kept), told)

    def _run(self, work: Callable[[], Any], told: Callable[[Any], None]) -> None:
        """Work on the disk beside the window; what went wrong is said."""

        async def story() -> Any:
            try:
                return await asyncio.to_thread(work)
            except ChangedMeanwhile as error:
                raise Declined(f"{error} {WAYS_ON}") from None
            except OwnDefinitionError as error:
                raise Declined(str(error)) from None
            except OSError as error:
                raise Declined(f"The file could not be written: {error.strerror}.") from None

        carry_out(self._parts, story, told, self._say)

    def _say(self, text: str) -> None:
        self._parts.window.show_toast(text)
