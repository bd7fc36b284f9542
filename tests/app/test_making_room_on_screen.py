"""Around a sending: what is tracked already, room that is made, limits that ask, the plan and the report as files."""

import csv
from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from tests.app.screen import Screen, spoken
from tests.app.test_sending_on_screen import answer, created, opened, ready, send, until
from tests.app.test_sizing_on_screen import drop, sizer

from creditdesk.sandbox import FaultKind
from creditdesk.store.exports import write_table
from creditdesk.ui.send_tracked import TrackedDialog


def test_the_report_and_the_plan_are_files(screen: Screen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    screen.prepare(screen.draft("ranktracker"))
    opened(screen)
    page = ready(screen, tmp_path, 30)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "spring.plan.toml"), ""))
    page.result.send.click()
    sheet = page.sending.sheet
    assert sheet is not None
    sheet.save.click()
    screen.until(lambda: (tmp_path / "spring.plan.toml").exists())
    assert created(screen) == Counter()
    sheet.send.click()
    until(screen, page, "Sent 30 keywords")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "report.csv"), ""))
    page.sending.panel.report.click()
    screen.until(lambda: (tmp_path / "report.csv").exists())
    rows = list(csv.reader((tmp_path / "report.csv").read_text("utf-8-sig").splitlines()))
    assert rows[0] == ["Line", "Keyword", "Fate", "Detail"]
    assert rows[1][:3] == ["2", "shoes 0", "accepted"]
    assert len(rows) == 31


def test_what_is_tracked_already_is_taken_off_and_sent_no_more(screen: Screen, tmp_path: Path) -> None:
    screen.prepare(screen.draft("ranktracker"))
    opened(screen)
    ready(screen, tmp_path, 30)
    file = tmp_path / "with.csv"
    file.write_text("keyword\nrunning shoes\nnew shoes\nTrail  Shoes\n")
    page = sizer(screen)
    drop(page, file)
    screen.until(lambda: page.form.keywords.count() == 3)
    page.form.place.subtract.click()
    screen.until(lambda: page.form.keywords.count() == 1)
    assert page.form.keywords.summary.others.text() == "2 already tracked"
    assert "2 keywords of the list are tracked there already." in page.form.place.told.text()
    send(page, 10)
    until(screen, page, "Sent 1 keyword")
    assert created(screen) == Counter({"new shoes": 1})
    screen.until(lambda: page.form.keywords.count() == 0)
    page.form.place.subtract.click()
    assert page.form.keywords.count() == 3


def test_room_is_made_by_pausing_and_taken_back(screen: Screen, tmp_path: Path) -> None:
    screen.prepare(screen.draft("ranktracker"))
    opened(screen)
    page = ready(screen, tmp_path, 160)
    free = page.result.ways.button("free")
    assert free is not None
    free.click()  # type: ignore[attr-defined]
    screen.until(lambda: page.sending.tracked is not None)
    dialog = page.sending.tracked
    assert isinstance(dialog, TrackedDialog)
    assert len(dialog.chosen()) == 2
    dialog.pause.click()
    answer(screen)
    screen.until(lambda: page.answer is not None and page.answer.taken)
    screen.settle()
    assert page.sending.tracked is None
    toast = screen.desktop.window.toasts.shown[-1]
    assert "Paused 2 keywords." in spoken([toast])
    assert toast.undo_button is not None
    toast.undo_button.click()
    screen.until(lambda: page.answer is not None and not page.answer.taken)


def test_a_pausing_that_is_stopped_in_the_middle_can_be_undone(screen: Screen, tmp_path: Path) -> None:
    screen.prepare(screen.draft("ranktracker"))
    opened(screen)
    page = ready(screen, tmp_path, 162)
    before = _tracked(screen)
    free = page.result.ways.button("free")
    assert free is not None
    free.click()  # type: ignore[attr-defined]
    screen.until(lambda: page.sending.tracked is not None)
    dialog = page.sending.tracked
    assert dialog is not None
    assert len(dialog.chosen()) == 4
    change = {"method": "PATCH", "path": "/v1/domains"}
    screen.fault(FaultKind.HANG, "ranktracker", skip=2, times=1, after_work=True, **change)
    dialog.pause.click()
    answer(screen)
    screen.until(lambda: _tracked(screen) == before - 3)
    screen.until(lambda: dialog.bar.value() == 2)
    dialog.leave.click()
    screen.until(lambda: bool(screen.desktop.window.toasts.shown))
    toast = screen.desktop.window.toasts.shown[-1]
    assert "Stopped. Paused 2 of 4 keywords." in spoken([toast])
    assert page.sending.tracked is None
    assert toast.undo_button is not None
    toast.undo_button.click()
    screen.until(lambda: _tracked(screen) == before)  # the third was on its way, and had been done


def _tracked(screen: Screen) -> int:
    books = screen.running.call(lambda box: box.books())
    (account,) = books["vendors"]["ranktracker"].values()
    return int(account["state"]["keywords_tracked"])


def test_a_spending_limit_asks_before_it_is_passed(screen: Screen, tmp_path: Path) -> None:
    screen.prepare(screen.draft("ranktracker"))
    opened(screen)
    page = ready(screen, tmp_path, 60)
    page.form.limits.field("keywords").setText("50")
    screen.settle()
    page.result.send.click()
    sheet = page.sending.sheet
    assert sheet is not None
    assert "this takes more than 50 keywords" in spoken([sheet])
    assert not sheet.send.isEnabled()
    sheet.agree.click()
    sheet.send.click()
    until(screen, page, "Sent 60 keywords")
    assert screen.reading().account.ask_over == {"keywords": 50}


def test_a_report_that_is_dropped_is_what_is_left_to_send(screen: Screen, tmp_path: Path) -> None:
    screen.prepare(screen.draft("ranktracker"))
    screen.open()
    fates = {"red": "accepted", "blue": "not sent", "green": "unknown", "=x": "refused"}
    rows = [(line, item, fate, "") for line, (item, fate) in enumerate(fates.items(), 1)]
    report = tmp_path / "list-report.xlsx"
    write_table(report, ("Line", "Keyword", "Fate", "Detail"), rows)
    page = sizer(screen)
    drop(page, report)
    screen.until(lambda: page.form.keywords.held is not None and len(page.form.keywords.held.items.unique) == 2)
    assert page.form.keywords.held is not None
    assert page.form.keywords.held.items.unique == ("blue", "=x")
    screen.until(lambda: bool(screen.desktop.window.toasts.shown))
    told = spoken(screen.desktop.window.toasts.shown)
    assert "1 accepted are left out" in told
    assert "1 unknown are left out, too" in told
