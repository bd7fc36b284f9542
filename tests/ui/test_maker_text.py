"""The text of an own vendor's file: changes from outside are exact, and each is one step of undo."""

import random

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from creditdesk.core.own_vendor import Fault
from creditdesk.ui.maker_text import FileText

SIGNS = "ab\n=é😀 \t"


def test_any_change_is_exact_and_undone_in_one_step(qtbot: QtBot, qapp: QApplication) -> None:
    editor = FileText()
    qtbot.addWidget(editor)
    dice = random.Random(5)
    for _ in range(150):
        first, second = ("".join(dice.choices(SIGNS, k=dice.randrange(12))) for _ in range(2))
        editor.begin(first)
        editor.put(second)
        assert editor.toPlainText() == second
        editor.undo()
        assert editor.toPlainText() == first


def test_lines_with_faults_are_marked_and_found(qtbot: QtBot, qapp: QApplication) -> None:
    editor = FileText()
    qtbot.addWidget(editor)
    editor.begin("a\nb\nc")
    editor.show_faults([Fault(2, "b", "is wrong"), Fault(0, "file", "is wrong"), Fault(99, "x", "is wrong")])
    assert [each.cursor.blockNumber() for each in editor.extraSelections()] == [1]
    editor.go_to(3)
    assert editor.textCursor().blockNumber() == 2
    editor.show_faults([])
    assert not editor.extraSelections()
