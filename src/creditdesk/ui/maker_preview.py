"""Beside the steps of an own vendor: the card it makes of the answer, at once, or what is missing yet."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from creditdesk.core.own_vendor import Fault
from creditdesk.core.pools import Trouble
from creditdesk.core.settings import Settings
from creditdesk.ui import parts, theme
from creditdesk.ui.board import Entry
from creditdesk.ui.buttons import Button
from creditdesk.ui.card import AccountCard
from creditdesk.ui.maker_words import fault_line

MOST_FAULTS = 6
QUIET = "\n\nNothing is sent before you fetch an answer or test a key, and before you have approved it."


class Preview(QWidget):
    """The card, what would be sent, and what is wrong.

    Signals:
        line_chosen(int): the user wants to see this line of the file.
    """

    line_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("What it reads")
        self._title = parts.heading("What it reads")
        self.card = AccountCard()
        self.card.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.card.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.card.menu_button.hide()
        self.say = parts.muted()
        self.sent_title = parts.heading("What is sent")
        self.sent = parts.small()
        self.sent.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._faults = QVBoxLayout()
        self._faults.setSpacing(theme.px(2))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        for each in (self._title, self.card, self.say):
            column.addWidget(each)
        column.addLayout(self._faults)
        column.addWidget(self.sent_title)
        column.addWidget(self.sent)

    def show_entry(self, entry: Entry | None, now: datetime, settings: Settings) -> None:
        """The card as it would be; None: nothing to show yet."""
        trouble = entry.reading.trouble if entry is not None else None
        self.card.setVisible(entry is not None and trouble is None)
        if entry is not None and trouble is None:
            self.card.show_entry(entry, now, settings)
        self._say(trouble)

    def show_missing(self, text: str) -> None:
        """What to do next, where there is no card."""
        self.say.setText(text)
        self.say.setVisible(bool(text))

    def show_sent(self, text: str, wanted: bool) -> None:
        """What would be sent, the key masked."""
        self.sent.setText(text.replace("; ", "\n") + QUIET if text else "")
        for each in (self.sent_title, self.sent):
            each.setVisible(wanted and bool(text))

    def show_faults(self, faults: Sequence[Fault]) -> None:
        """What is wrong in the file, each line a button that goes there."""
        while (item := self._faults.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        for fault in faults[:MOST_FAULTS]:
            self._faults.addWidget(_FaultLine(fault, self))
        if len(faults) > MOST_FAULTS:
            self._faults.addWidget(parts.small(f"and {len(faults) - MOST_FAULTS} more"))

    def show_card_wanted(self, wanted: bool) -> None:
        """Whether this step shows a card at all."""
        self._title.setVisible(wanted)
        if not wanted:
            self.card.hide()
            self.say.hide()

    def _say(self, trouble: Trouble | None) -> None:
        self.show_missing(trouble.message if trouble is not None else "")


class _FaultLine(QWidget):
    """One fault; the button goes to its line."""

    def __init__(self, fault: Fault, preview: Preview) -> None:
        super().__init__()
        text = parts.error(fault_line(fault))
        row = QVBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(text)
        if fault.line:
            self.go: Button = parts.button(f"Go to line {fault.line}", "link")
            self.go.clicked.connect(lambda: preview.line_chosen.emit(fault.line))
            row.addWidget(self.go)
