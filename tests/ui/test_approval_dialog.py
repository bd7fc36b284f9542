"""The dialog in which a definition is approved: everything is said, and nothing is approved by accident."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from creditdesk.ui.approval_dialog import ZERO_WIDTH, ApprovalDialog

LINES = ("GET https://api.vendor.example/v1/balance", '    header Authorization: Bearer *** (your "API key")')
CHANGED = ("New: GET https://api.vendor.example/v1/balance", "Gone: GET https://old.vendor.example/v1/balance")


def opened(qtbot: QtBot, typed_host: str = "", changed: tuple[str, ...] = ()) -> tuple[ApprovalDialog, list[object]]:
    dialog = ApprovalDialog("Some Vendor", LINES, changed, typed_host)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    said: list[object] = []
    dialog.approved.connect(lambda host, keys: said.append((host, keys)))
    dialog.declined.connect(lambda: said.append("declined"))
    dialog.show_hosts(["api.vendor.example"])
    dialog.open()
    qtbot.waitUntil(dialog.isVisible)
    return dialog, said


def shown(dialog: ApprovalDialog) -> str:
    return "\n".join(each.text() for each in dialog.findChildren(QLabel)).replace(ZERO_WIDTH, "")


def test_every_line_every_change_and_every_host_is_shown(qtbot: QtBot) -> None:
    dialog, _ = opened(qtbot, changed=CHANGED)
    text = shown(dialog)
    assert "\n".join(LINES) in text
    assert "\n".join(CHANGED) in text
    assert "api.vendor.example" in dialog.hosts.text().replace(ZERO_WIDTH, "")
    assert dialog.hosts.accessibleName() == "api.vendor.example"
    assert "Changed since" not in shown(opened(qtbot)[0])


def test_return_and_escape_approve_nothing(qtbot: QtBot) -> None:
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Enter):
        dialog, said = opened(qtbot)
        QTest.keyClick(dialog, key)
        assert said == ["declined"]
        assert not dialog.isVisible()


def test_it_is_approved_by_keyboard_when_the_button_is_chosen(qtbot: QtBot) -> None:
    dialog, said = opened(qtbot)
    QTest.keyClick(dialog.later, Qt.Key.Key_Tab)
    dialog.yes.setFocus()
    QTest.keyClick(dialog.yes, Qt.Key.Key_Space)
    QTest.keyClick(dialog.yes, Qt.Key.Key_Space)
    assert said == [("", False)]
    dialog.accept()
    assert said == [("", False)]


def test_a_local_host_is_approved_only_when_its_name_is_typed(qtbot: QtBot) -> None:
    dialog, said = opened(qtbot, "nas.local")
    for typed in ("", "nas", "nas.local.", "yes"):
        dialog.typed.setText(typed)
        assert not dialog.yes.isEnabled()
        QTest.keyClick(dialog.typed, Qt.Key.Key_Return)
    assert said == []
    dialog.typed.clear()
    QTest.keyClicks(dialog.typed, " NAS.local ")
    assert dialog.yes.isEnabled()
    QTest.keyClick(dialog.typed, Qt.Key.Key_Return)
    assert said == [("nas.local", False)]


def test_stored_keys_are_offered_and_used_only_when_ticked(qtbot: QtBot) -> None:
    for chosen in (True, False):
        dialog, said = opened(qtbot)
        dialog.offer_keys(["Mine", "Other"], chosen)
        assert dialog.keys.isVisible()
        assert "Mine, Other" in dialog.keys.text()
        dialog.yes.click()
        assert said == [("", chosen)]
    dialog, said = opened(qtbot)
    dialog.offer_keys([], True)
    assert not dialog.keys.isVisible()
    dialog.yes.click()
    assert said == [("", False)]


def test_an_error_is_said_and_it_can_be_tried_again(qtbot: QtBot) -> None:
    dialog, said = opened(qtbot)
    dialog.yes.click()
    assert not dialog.yes.isEnabled()
    dialog.show_error("The disk is full.")
    assert dialog.error.isVisible()
    dialog.yes.click()
    assert said == [("", False)] * 2
    dialog.show_error("The disk is full.")
    dialog.reject()
    assert said[-1] == "declined"


def test_no_end_of_a_long_host_or_address_is_cut_off(qtbot: QtBot) -> None:
    host = "api.vendor.example." + "a" * 63 + "." + "b" * 63 + ".attacker.example"
    line = f"GET https://{host}/" + "c" * 300
    dialog = ApprovalDialog("Some Vendor", (line,), (), "")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show_hosts([host])
    dialog.open()
    qtbot.waitUntil(dialog.isVisible)
    for label in dialog.findChildren(QLabel):
        if "attacker" in label.text().replace(ZERO_WIDTH, ""):
            longest = max(re_pieces(label.text()), key=len)
            assert label.fontMetrics().horizontalAdvance(longest) < label.width()
            assert label.height() >= label.heightForWidth(label.width())


def re_pieces(text: str) -> list[str]:
    return [piece for line in text.split("\n") for piece in line.replace(" ", ZERO_WIDTH).split(ZERO_WIDTH)]
