"""The dialog that makes room: the oldest are ticked, everything can be sorted and searched, nothing happens unasked."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from tests.ui.send_sample import NOW, RULE, rows

from creditdesk.ui.dialogs import Question
from creditdesk.ui.send_rows import oldest
from creditdesk.ui.send_tracked import Freeing, TrackedDialog


@pytest.fixture
def dialog(qtbot: QtBot, worn: Callable[[str], None]) -> Iterator[TrackedDialog]:
    window = QWidget()
    qtbot.addWidget(window)
    made = TrackedDialog(Freeing(rows(50), 12, RULE, "keyword", NOW), window)
    made.show()
    yield made  # its window lives as long


def yes() -> Question:
    found = [each for each in QApplication.topLevelWidgets() if isinstance(each, Question) and each.isVisible()]
    assert len(found) == 1
    return found[0]


def test_the_oldest_are_ticked_and_rows_without_a_date_come_last() -> None:
    assert oldest(rows(30), 2) == {"k29", "k28"}
    mixed = (*rows(5, dated=False), *rows(9)[5:])
    assert oldest(mixed, 5) == {"k8", "k7", "k6", "k5", "k0"}


def test_as_many_as_must_come_free_are_ticked_and_no_paused_one(
    dialog: TrackedDialog, shoot: Callable[[QWidget, str], Path]
) -> None:
    shoot(dialog, "send-tracked")
    chosen = dialog.chosen()
    assert len(chosen) == 12
    assert all(row.active for row in chosen)
    assert min(row.since for row in chosen if row.since) == rows(49)[-1].since
    assert dialog.told.text() == "12 keywords chosen."
    assert dialog.pause.text() == "Pause 12 keywords"
    dialog.number.setValue(10)
    assert dialog.told.text() == "10 keywords chosen. 2 more must come free for the whole import."


def test_nothing_is_paused_or_deleted_without_a_question(dialog: TrackedDialog, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(dialog.pause_asked):
        dialog.pause.click()
        yes().reject()
    dialog.pause.click()
    with qtbot.waitSignal(dialog.pause_asked) as told:
        yes().yes.click()
    assert told.args[0] == dialog.chosen()
    dialog.remove.click()
    with qtbot.waitSignal(dialog.remove_asked):
        yes().yes.click()


def test_it_is_sorted_and_searched_and_a_tick_that_is_not_seen_still_counts(dialog: TrackedDialog) -> None:
    dialog.table.sortByColumn(4, Qt.SortOrder.AscendingOrder)
    positions = [row.rank for row in dialog.model.shown]
    assert positions[0] == 1
    assert positions[-1] is None
    dialog.search.setText("word 40")
    assert [row.id for row in dialog.model.shown] == ["k40"]
    assert len(dialog.chosen()) == 12
    dialog.table.setCurrentIndex(dialog.model.index(0, 1))
    before = {row.id for row in dialog.chosen()}
    QTest.keyClick(dialog.table, Qt.Key.Key_Space)
    assert before ^ {row.id for row in dialog.chosen()} == {"k40"}


def test_what_was_paused_once_can_be_resumed(dialog: TrackedDialog, qtbot: QtBot) -> None:
    dialog.paused.click()
    assert {row.id for row in dialog.model.shown} == {"k9", "k19", "k29", "k39", "k49"}
    assert dialog.chosen() == ()
    assert not dialog.pause.isEnabled()
    dialog.model.toggle(0)
    assert dialog.pause.text() == "Resume 1 keyword"
    dialog.pause.click()
    with qtbot.waitSignal(dialog.resume_asked) as told:
        yes().yes.click()
    assert len(told.args[0]) == 1


def test_while_rows_are_changed_leaving_stops_that_first(dialog: TrackedDialog, qtbot: QtBot) -> None:
    dialog.show_part(3, 12)
    assert dialog.told.text() == "3 of 12 done."
    assert not dialog.pause.isEnabled()
    with qtbot.waitSignal(dialog.cancelled):
        dialog.leave.click()
    assert dialog.isVisible()
    dialog.show_error("Stopped.")
    assert dialog.pause.isEnabled()
    with qtbot.waitSignal(dialog.finished):
        dialog.reject()


def test_fifty_thousand_rows_take_no_time(qtbot: QtBot, worn: Callable[[str], None]) -> None:
    many = rows(50_000)
    started = time.process_time()
    dialog = TrackedDialog(Freeing(many, 20_000, RULE, "keyword", NOW))
    qtbot.addWidget(dialog)
    dialog.model.search("4999")
    assert time.process_time() - started < 1.0
