"""Where a dialog opens: over the middle of its window, whole on the screen."""

from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from creditdesk.ui.dialogs import Sheet


def test_a_sheet_opens_over_the_middle_of_its_window_with_its_final_size(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.setGeometry(40, 30, 700, 500)
    window.show()
    sheet = Sheet("A question", window, width_px=360)
    for number in range(6):
        sheet.body.addWidget(QLabel(f"line {number}"))
    sheet.open()
    before = sheet.geometry()
    qtbot.waitUntil(sheet.isVisible)
    middle, wanted = sheet.geometry().center(), window.geometry().center()
    assert abs(middle.x() - wanted.x()) <= 2
    assert abs(middle.y() - wanted.y()) <= 14
    assert sheet.geometry().size() == before.size()
    assert sheet.screen().availableGeometry().contains(sheet.geometry())
    sheet.reject()


def test_a_sheet_that_grows_keeps_its_buttons_on_the_screen(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    room = window.screen().availableGeometry()
    window.setGeometry(room.left() + 40, room.bottom() - 320, 700, 300)
    window.show()
    sheet = Sheet("A question", window, width_px=360)
    sheet.open()
    qtbot.waitUntil(sheet.isVisible)
    for number in range(12):
        sheet.body.addWidget(QLabel(f"line {number}"))
    sheet.fit()
    assert sheet.frameGeometry().bottom() <= room.bottom()
    sheet.reject()
