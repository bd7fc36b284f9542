"""The window's side of the free question that tells what a list would really cost."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from creditdesk.app.errands import Errand
from creditdesk.app.parts import Parts
from creditdesk.core.verdict import Probed
from creditdesk.ui.sizer_page import SizerPage


class ProbeStory(QObject):
    """Asks it when the user wants it, and sizes with the answer as long as the list is the same."""

    def __init__(self, parts: Parts, page: SizerPage, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self._page = page
        self._errand = Errand(parts, self)
        self._errand.moved.connect(page.form.probe.show_part)
        page.form.probe.asked.connect(self._ask)
        page.form.probe.cancelled.connect(self._cancel)

    def _ask(self) -> None:
        page, held = self._page, self._page.form.keywords.held
        if page.answer is None or held is None:
            return
        question, items = page.answer.base or page.answer.question, held.rest
        page.form.probe.show_part(0, 0)

        async def ask(heard: Callable[[int, int], None]) -> Probed:
            from creditdesk.desk.probing import Prober  # with it comes the network stack

            prober = Prober(self._parts.desk.tools)
            return (await prober.probe(question.entry.id, question.operation.id, items, heard)).probed

        def told(probed: Probed) -> None:
            page.form.probe.show_end("")
            still = page.form.keywords.held
            if still is not None and still.rest is items:
                page.form.show_probed(probed)

        self._errand.run(ask, told, page.form.probe.show_end)

    def _cancel(self) -> None:
        self._errand.cancel()
        self._page.form.probe.show_end()
