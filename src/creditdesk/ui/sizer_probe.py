"""The free question that tells what a list would really cost, where a vendor answers one."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from creditdesk.core.bulk import ProbeRule
from creditdesk.core.verdict import Probed
from creditdesk.ui import parts, theme
from creditdesk.ui.nouns import counted
from creditdesk.ui.sizer_sections import Holding


class ProbeBox(QWidget):
    """Offers the question, its requests counted; then says what came of it.

    Signals:
        asked(): ask it now; answer with `show_part`, then `show_probed` or `show_error`.
        cancelled(): stop asking.
    """

    asked = Signal()
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.ask = parts.button("", icon="refresh")
        self.ask.clicked.connect(self.asked)
        self._told: tuple[tuple[str, ...], tuple[str, str], Probed | None] = ((), ("", ""), None)
        self.told = parts.small()
        self.error = parts.error()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Asking what it would cost")
        self.cancel = parts.button("Cancel", "link", name="Stop asking")
        self.cancel.clicked.connect(self.cancelled)
        self._wait = QWidget()
        wait = QHBoxLayout(self._wait)
        wait.setContentsMargins(0, 0, 0, 0)
        wait.addWidget(self.bar, 1)
        wait.addWidget(self.cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(5))
        for each in (self.ask, self._wait, self.told, self.error):
            column.addWidget(each)
        self._wait.hide()
        self.hide()

    def keep(self, held: Holding | None, owner: tuple[str, str], probed: Probed | None) -> None:
        """Keep what was told of this very list, sized for this account and operation."""
        self._told = (held.rest if held else (), owner, probed)

    def told_of(self, held: Holding | None, owner: tuple[str, str]) -> Probed | None:
        """What was told of this very list; None while it was not asked of it."""
        rest, whose, probed = self._told
        return probed if held is not None and held.rest is rest and whose == owner else None

    def show_rule(self, rule: ProbeRule | None, held: Holding | None, owner: tuple[str, str], item: str) -> None:
        """Offer the question for this list; hidden without a rule or a list."""
        items, probed = len(held.rest) if held else 0, self.told_of(held, owner)
        self.setVisible(rule is not None and items > 0)
        if rule is None or not items:
            return
        requests = -(-items // rule.batch)
        self.ask.show_text(f"Ask what it would cost: {counted(requests, 'request')}, free")
        self.ask.setVisible(probed is None and self._wait.isHidden())
        if probed is not None:
            charged = counted(probed.charged, item)
            self.told.setText(f"The vendor was asked: {charged} of {probed.items:,} would be charged.")
        self.told.setVisible(probed is not None)

    def show_part(self, done: int, of: int) -> None:
        """So many of the requests are done."""
        self.ask.hide()
        self.error.hide()
        self._wait.show()
        self.bar.setRange(0, of)
        self.bar.setValue(done)

    def show_end(self, problem: str = "") -> None:
        """It ended; `problem` says why without an answer."""
        self._wait.hide()
        self.ask.setVisible(True)
        self.error.setText(problem)
        self.error.setVisible(bool(problem))
