"""Fields for a day, or a day and a time, with a calendar that looks like the rest of the window."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCharFormat
from PySide6.QtWidgets import QCalendarWidget, QDateTimeEdit

_WEEKEND = (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday)


def with_calendar(field: QDateTimeEdit, name: str) -> None:
    """Give a field of dates its calendar and its accessible name. A weekend is no warning: it is not red."""
    field.setAccessibleName(name)
    field.setCalendarPopup(True)
    calendar = field.calendarWidget()
    calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
    for day in _WEEKEND:
        calendar.setWeekdayTextFormat(day, QTextCharFormat())
