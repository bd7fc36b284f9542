"""The window's side of a set-up as a file: written without keys, brought in, and then the keys asked for one by one."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog

from creditdesk.app.accounts import SAID, AccountStories
from creditdesk.app.parts import Parts
from creditdesk.cli.setup_command import lines
from creditdesk.desk.setup import Clash, Plan, apply, exported, parsed, planned, waiting
from creditdesk.store.files import replace_file
from creditdesk.store.own_definitions import OwnDefinitionError
from creditdesk.store.setup_file import MOST_BYTES, Setup, SetupError
from creditdesk.ui import words
from creditdesk.ui.setup_dialog import SetupDialog

FILES = "Set-up (*.toml);;All files (*)"
NAME = "creditdesk-setup.toml"
_SAID = (*SAID, SetupError, OwnDefinitionError)


class SettingUp(QObject):
    """Writes the set-up into a file and brings one in.

    Signals:
        listed(): accounts came in.
    """

    listed = Signal()

    def __init__(self, parts: Parts, stories: AccountStories, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self._stories = stories

    def export(self) -> None:
        """Ask where to, and write the set-up there."""
        file, _ = QFileDialog.getSaveFileName(self._parts.window, "Export the set-up, without keys", NAME, FILES)
        if file:
            self.write(Path(file))

    def bring(self) -> None:
        """Ask for a file, and show what it would bring."""
        file, _ = QFileDialog.getOpenFileName(self._parts.window, "Import a set-up", "", FILES)
        if file:
            self.read(Path(file))

    def write(self, path: Path) -> None:
        """Write the set-up into this file, and say how that went."""
        path, tools = path if path.suffix else path.with_suffix(".toml"), self._parts.desk.tools

        async def story() -> str:
            try:
                text, left_out = exported(tools)
                await asyncio.to_thread(replace_file, path, text.encode())
            except _SAID as error:
                return f"{path.name} was not written: {error}"
            return " ".join((f"Wrote the set-up to {path.name}, without keys.", *left_out))

        self._parts.ask(story, lambda text: self._toast(text))

    def read(self, path: Path) -> None:
        """Show what this file would bring, and bring it when the user agrees."""

        async def story() -> Setup | str:
            try:
                return await asyncio.to_thread(_parsed, path)
            except (SetupError, OSError) as error:
                return getattr(error, "strerror", None) or str(error)

        def told(found: Setup | str) -> None:
            if isinstance(found, str):
                self._toast(f"{path.name} was not read: {found}")
            else:
                self._open(path.name, found)

        self._parts.ask(story, told)

    def _open(self, name: str, setup: Setup) -> None:
        dialog = SetupDialog(name, self._parts.window)
        gone: list[int] = []
        dialog.finished.connect(gone.append)

        def planned_for(clash: str, then: Callable[[Plan], None]) -> None:
            desk = self._parts.desk

            async def story() -> Plan | str:
                try:
                    return planned(desk.tools, desk.registry, setup, Clash(clash))
                except _SAID as error:
                    return str(error)

            def told(plan: Plan | str) -> None:
                if isinstance(plan, Plan) and not gone:
                    then(plan)
                elif not gone:
                    dialog.show_error(str(plan))

            self._parts.ask(story, told)

        def show(plan: Plan) -> None:
            anything = bool(plan.coming or plan.settings or plan.definitions)
            dialog.show_lines(lines(plan, dry=True), len(plan.coming), anything)

        dialog.clash_chosen.connect(lambda clash: planned_for(clash, show))
        dialog.agreed.connect(lambda clash: planned_for(clash, lambda plan: self._apply(dialog, plan)))
        planned_for(dialog.chosen(), show)
        dialog.open()

    def _apply(self, dialog: SetupDialog, plan: Plan) -> None:
        tools = self._parts.desk.tools

        async def story() -> str:
            try:
                await apply(tools, plan)
            except _SAID as error:
                return str(error)
            return ""

        def told(problem: str) -> None:
            if problem:
                dialog.show_error(problem)
                return
            dialog.accept()
            self.listed.emit()
            wanting = waiting(plan)
            said = f"{words.count(len(plan.coming), 'accounts')} came in."
            self._toast(f"{said} {len(wanting)} of them want a key." if wanting else said)
            self._walk(wanting, len(wanting))

        self._parts.ask(story, told)

    def _walk(self, ids: Sequence[str], of: int) -> None:
        """Open the dialogs of accounts that want a key, one after the other; closing one without saving ends it."""
        if not ids:
            return

        async def listed() -> None:
            """By the time this is done, the board has the accounts."""

        def closed(result: int) -> None:
            if result == QDialog.DialogCode.Accepted:
                self._walk(ids[1:], of)
            elif len(ids) > 1:
                left = words.count(len(ids), "accounts")
                self._toast(f"{left} still want a key. Each says so on its card.")

        def open_next() -> None:
            note = f"Key {of - len(ids) + 1} of {of}. " if of > 1 else ""
            self._stories.edit(ids[0], closed, note)

        def wait(_none: None) -> None:
            before = QApplication.activeModalWidget()  # a vendor of the user's own is approved first
            if isinstance(before, QDialog):
                before.finished.connect(open_next)
            else:
                open_next()

        self._parts.ask(listed, wait)

    def _toast(self, text: str) -> None:
        self._parts.window.show_toast(text)


def _parsed(path: Path) -> Setup:
    with path.open("rb") as stream:
        return parsed(stream.read(MOST_BYTES + 1))
