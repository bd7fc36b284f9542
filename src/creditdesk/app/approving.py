"""The window's side of trust: asks the user to approve a definition of his own, and says what became of it."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from creditdesk.app.errands import carry_out
from creditdesk.app.parts import Parts
from creditdesk.core.definition import Definition
from creditdesk.desk.approving import Asked, approve, question
from creditdesk.ui.approval_dialog import ApprovalDialog

Then = Callable[[bool], None]


class Approving(QObject):
    """Opens the approval dialog.

    Signals:
        approved(str): the definition with this id was approved; accounts of it may be read.
    """

    approved = Signal(str)

    def __init__(self, parts: Parts, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self._asking: dict[str, list[Then]] = {}  # who waits for an open dialog, by what it asks about

    def ask(self, definition_id: str, then: Then = lambda _approved: None) -> None:
        """Ask the user to approve the definition with this id, unless he did; `then` hears whether it is approved.

        A definition that came with the program is approved; one that is gone or broken never is.
        """
        tools = self._parts.desk.tools
        self._begin(lambda: tools.catalogue.get(definition_id), then)

    def ask_about(self, definition: Definition, then: Then = lambda _approved: None) -> None:
        """The same for a definition that is not in the catalogue yet (`providers.binding.owned` marks it as such)."""
        self._begin(lambda: definition, then)

    def _begin(self, find: Callable[[], Definition], then: Then) -> None:
        tools = self._parts.desk.tools

        async def story() -> Asked | None:
            return question(tools, find)

        def told(asked: Asked | None) -> None:
            if asked is None:
                then(True)
            else:
                self._open(asked, then)

        carry_out(self._parts, story, told, lambda problem: self._refuse(problem, then))

    def _refuse(self, problem: str, then: Then) -> None:
        self._parts.window.show_toast(problem)
        then(False)

    def _open(self, asked: Asked, then: Then) -> None:
        waiting = self._asking.setdefault(asked.binding.digest, [])
        waiting.append(then)
        if len(waiting) > 1:
            return
        above = QApplication.activeModalWidget() or self._parts.window
        dialog = ApprovalDialog(asked.definition.name, asked.lines, asked.changed, asked.typed_host, above)
        dialog.show_hosts(asked.binding.hosts)
        dialog.offer_keys([each.name for each in asked.stored], asked.is_new)
        dialog.approved.connect(lambda host, keys: self._approve(dialog, (asked, host, keys)))
        dialog.declined.connect(lambda: self._answer(asked, False))
        dialog.open()

    def _answer(self, asked: Asked, approved: bool) -> None:
        for then in self._asking.pop(asked.binding.digest, []):
            then(approved)

    def _approve(self, dialog: ApprovalDialog, said: tuple[Asked, str, bool]) -> None:
        asked, host, keys = said
        desk = self._parts.desk

        def told(without: str) -> None:
            dialog.accept()
            if without:
                self._parts.window.show_toast(without)
            self.approved.emit(asked.definition.id)
            self._answer(asked, True)

        carry_out(self._parts, lambda: approve(desk.tools, desk.reader, asked, host, keys), told, dialog.show_error)
