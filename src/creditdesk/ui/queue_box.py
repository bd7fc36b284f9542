"""What an import, or the rest of one, waits for, and whether it then starts by itself."""

from datetime import UTC, datetime

from PySide6.QtCore import QDateTime, QTime, Signal
from PySide6.QtWidgets import QCheckBox, QDateTimeEdit, QHBoxLayout, QVBoxLayout, QWidget

from creditdesk.core.queueing import Queue
from creditdesk.ui import theme, words
from creditdesk.ui.drop_down import DropDown

KEEP, RESET, DATE, ROOM = "keep", "reset", "date", "room"
BY_ITSELF = "Start it by itself then, or when creditdesk is opened after that"
BY_ITSELF_ROOM = "Start it by itself then, while creditdesk is open"
CHECKED = (
    "Nothing is sent before. Then what is left is read first: if it no longer fits, or the file or a price changed, "
    "nothing is sent, and it says so."
)


class QueueBox(QWidget):
    """Asks what is waited for.

    Signals:
        changed(): another answer was given.
    """

    changed = Signal()

    def __init__(self, now: datetime, reset: datetime | None, keep: str = "") -> None:
        """`reset` is the next one that is known. With `keep` not to wait at all stands first, in these words."""
        super().__init__()
        self._reset = reset
        self.when = DropDown()
        self.when.setAccessibleName("When it is sent")
        if keep:
            self.when.addItem(keep, KEEP)
        if reset is not None:
            self.when.addItem(f"Queue until the reset, {words.short_day(reset, now)}, {words.clock(reset)}", RESET)
        self.when.addItem("Queue until a date", DATE)
        self.when.addItem("Queue until there is room", ROOM)
        self.date = QDateTimeEdit()
        self.date.lineEdit().setTextMargins(theme.px(7), 0, 0, 0)
        self.date.setDisplayFormat("d MMM yyyy, HH:mm")
        self.date.setCalendarPopup(True)
        self.date.setAccessibleName("Date and time")
        here = QDateTime.fromSecsSinceEpoch(int(now.timestamp()))
        self.date.setMinimumDateTime(here.addSecs(60))
        tomorrow = QDateTime(here.date().addDays(1), QTime(9, 0))
        self.date.setDateTime(tomorrow)
        self.by_itself = QCheckBox(BY_ITSELF)
        line = QHBoxLayout()
        line.setSpacing(theme.px(8))
        line.addWidget(self.when)
        line.addWidget(self.date)
        line.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(6))
        column.addLayout(line)
        column.addWidget(self.by_itself)
        self.when.currentIndexChanged.connect(self._follow)
        self._follow()

    def queue(self) -> Queue | None:
        """What is waited for; None for nothing."""
        chosen = self.when.currentData()
        if chosen == KEEP:
            return None
        at = {RESET: self._reset, DATE: self._date()}.get(chosen)
        return Queue(at, self.by_itself.isChecked())

    def _date(self) -> datetime:
        return datetime.fromtimestamp(self.date.dateTime().toSecsSinceEpoch(), UTC)

    def _follow(self) -> None:
        chosen = self.when.currentData()
        self.date.setVisible(chosen == DATE)
        self.by_itself.setVisible(chosen != KEEP)
        text = BY_ITSELF_ROOM if chosen == ROOM else BY_ITSELF
        self.by_itself.setText(text)
        self.by_itself.setAccessibleName(text)
        self.changed.emit()
