"""After how many days a balance typed by hand is to be looked up again."""

from PySide6.QtWidgets import QSpinBox, QVBoxLayout, QWidget

from creditdesk.ui import parts
from creditdesk.ui.amount_field import padded

LABEL = "Remind me to look it up again"
MOST_DAYS = 365


class ReminderField(QWidget):
    """A number of days with its label; 0 is "never"."""

    def __init__(self, days: int) -> None:
        super().__init__()
        self.days = padded(QSpinBox())
        self.days.setRange(0, max(MOST_DAYS, days))
        self.days.setPrefix("after ")
        self.days.setSuffix(" days")
        self.days.setSpecialValueText("never")
        self.days.setValue(days)
        self.days.setAccessibleName(LABEL)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(parts.field(LABEL, self.days))

    def value(self) -> int:
        """The days; 0 for never."""
        return self.days.value()
