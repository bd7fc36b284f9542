"""The warning before a key with full rights is kept, with the tick that says it was read; and other notes on keys."""

from collections.abc import Iterable

from PySide6.QtWidgets import QCheckBox, QWidget

from creditdesk.core.definition import Credential
from creditdesk.ui import parts, theme

ADMIN = (
    "This is a key with full rights: whoever has it can spend what is there, and change or delete things at the "
    "vendor. Use a weaker one if there is one."
)
TICK = "I know what this key can do. Keep it."
TICK_FIRST = "Tick this first, or use a weaker key."


def note(text: str) -> parts.Card:
    """A warning beside the key."""
    frame = parts.Card(text, tone="low")
    frame.body.setContentsMargins(theme.px(12), theme.px(9), theme.px(12), theme.px(9))
    frame.body.addWidget(parts.text(text, wrap=True))
    return frame


class PowerNote(QWidget):
    """What a vendor's key can do, where it can do everything; nothing at any other vendor."""

    def __init__(self, credentials: Iterable[Credential]) -> None:
        super().__init__()
        strong = [each for each in credentials if each.power == "admin"]
        self.needed = bool(strong)
        self.tick = QCheckBox(TICK)
        self.tick.setAccessibleName(TICK)
        self.error = parts.error()
        self.tick.toggled.connect(lambda _on: self.error.hide())
        told = " ".join(dict.fromkeys(each.hint for each in strong if each.hint))
        self._frame = note(f"{ADMIN} {told}".strip())
        self._frame.body.addWidget(self.tick)
        self._frame.body.addWidget(self.error)
        column = parts.page(self._frame)
        column.setContentsMargins(0, 0, 0, 0)
        self.setLayout(column)
        self.setVisible(self.needed)

    def check(self) -> QWidget | None:
        """The tick, with the reason beside it, when it is missing; else None."""
        if not self.needed or self.tick.isChecked():
            return None
        self.error.setText(TICK_FIRST)
        self.error.show()
        return self.tick
