"""The activity page and the statements in the window: filtered in the database, added up, noted, saved."""

import csv
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from tests.app.screen import Screen, texts
from tests.app.test_sending_on_screen import opened, ready, until
from tests.ui.pdf_text import page_texts
from tests.ui.test_activity_page import choose

from creditdesk.core.series import Event, EventKind
from creditdesk.store.outbox import Outbox
from creditdesk.ui.activity_page import ActivityPage
from creditdesk.ui.event_words import Group
from creditdesk.ui.note_dialog import NoteDialog
from creditdesk.ui.statement_dialog import StatementDialog
from creditdesk.ui.toast import Toast


@pytest.fixture
def page(screen: Screen) -> ActivityPage:
    """Two accounts: one of Acme that used three keywords, one of nobody that used a dollar and a quarter."""
    screen.prepare(screen.draft("ranktracker", "Agency", client="Acme"), screen.draft("capsolver", "Mine"))
    screen.open()
    screen.consume("ranktracker", keywords=3)
    screen.consume("capsolver", balance="1.25")
    screen.look(minutes=10)
    screen.desktop.window.show_page("activity")
    found = screen.desktop.window.page("activity")
    assert isinstance(found, ActivityPage)
    screen.until(lambda: found.totals.isVisible())
    screen.settle()
    return found


def said(page: ActivityPage) -> list[str]:
    return [row[2] for row in page.table.texts()]


def note(screen: Screen, page: ActivityPage, text: str) -> NoteDialog:
    page.note.click()
    dialog = screen.desktop.window.findChildren(NoteDialog)[0]
    dialog.text.setText(text)
    dialog.save.click()
    screen.settle()
    return dialog


def test_what_is_filtered_is_asked_of_the_database_and_added_up(screen: Screen, page: ActivityPage) -> None:
    assert page.totals.text() == "In all: $1.25 used · 3 keywords used"
    choose(page.filters.clients, "Acme")
    screen.until(lambda: page.totals.text() == "In all: 3 keywords used")
    assert {row[1] for row in page.table.texts()} == {"Ranktracker · Agency"}
    choose(page.filters.clients, "")
    screen.until(lambda: page.totals.text() == "In all: $1.25 used")
    choose(page.filters.clients, None)
    page.filters.search.setText("keywords USED")
    screen.until(lambda: said(page) == ["Keywords used"])
    page.filters.search.setText("nothing like it")
    screen.until(page.empty.isVisible)
    assert page.empty.title.text() == "Nothing of this kind"


def test_new_use_is_added_where_it_is_looked_at(screen: Screen, page: ActivityPage) -> None:
    choose(page.filters.kinds, Group.USE)
    screen.until(lambda: len(page.table.rows()) == 2)
    screen.consume("ranktracker", keywords=4)
    screen.look(minutes=10)
    screen.until(lambda: page.totals.text() == "In all: $1.25 used · 7 keywords used")
    assert [row[3] for row in page.table.texts() if "Keywords" in row[2]] == ["−7 keywords"]


def test_a_note_is_added_deleted_and_brought_back(screen: Screen, page: ActivityPage) -> None:
    note(screen, page, "Agreed with the client")
    assert not any(each.isVisible() for each in screen.desktop.window.findChildren(NoteDialog))
    screen.until(lambda: said(page)[0] == "Agreed with the client")
    page.table.choose(0)
    page.delete.click()
    screen.until(lambda: "Agreed with the client" not in said(page))
    (toast,) = screen.desktop.window.toasts.shown
    assert toast.undo_button is not None
    toast.undo_button.click()
    screen.until(lambda: said(page)[0] == "Agreed with the client")
    assert page.header.subtitle.text() != ""


def test_a_note_far_below_is_deleted_where_it_stands(screen: Screen, page: ActivityPage) -> None:
    history = screen.desktop.parts.desk.tools.history
    for number in range(300):
        at = screen.clock() - timedelta(days=1, minutes=number)
        written = history.add_event(Event(at, "", EventKind.NOTE, detail=f"Note {number}"))
    written.result(10)
    choose(page.filters.kinds, Group.NOTES)
    screen.until(lambda: page.header.subtitle.text() == "300 events")
    bar = page.table.verticalScrollBar()
    bar.setValue(bar.maximum())
    screen.until(lambda: len(page.table.rows()) == 300)
    page.table.choose(250)
    bar.setValue(bar.maximum() - 400)
    place = bar.value()
    page.delete.click()
    screen.until(lambda: "Note 250" not in said(page))
    screen.until(lambda: page.header.subtitle.text() == "299 events")
    assert len(page.table.rows()) == 299
    assert bar.value() == place


def test_a_key_in_a_note_is_not_kept(screen: Screen, page: ActivityPage) -> None:
    key = f"CAP-{'A1' * 16}"
    dialog = note(screen, page, f"the key is {key}")
    screen.until(lambda: not dialog.error.isHidden())
    assert "keyring" in dialog.error.text()
    assert key not in dialog.error.text()
    assert not any("key is" in each for each in said(page))
    dialog.reject()


def test_what_is_shown_is_exported_whole(
    screen: Screen, page: ActivityPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "activity.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    history = screen.desktop.parts.desk.tools.history
    note_of = Event(screen.clock(), "", EventKind.NOTE, detail="=1+1")
    for _ in range(250):  # more than a page
        history.add_event(note_of).result(10)
    choose(page.filters.kinds, Group.NOTES)
    screen.until(lambda: page.header.subtitle.text() == "250 events")
    page.export.click()
    screen.until(path.exists)
    rows = list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
    assert [row["what"] for row in rows] == ["'=1+1"] * 250
    choose(page.filters.kinds, Group.USE)
    screen.until(lambda: len(page.table.rows()) == 2)
    path.unlink()
    page.export.click()
    screen.until(path.exists)
    rows = list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
    told = {(row["account"], row["client"], row["amount"], row["unit"]) for row in rows}
    assert told == {("Ranktracker · Agency", "Acme", "-3", "keywords"), ("CapSolver · Mine", "", "-1.2500", "USD")}


def test_a_statement_is_shown_and_saved(
    screen: Screen, page: ActivityPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.statements.click()
    (dialog,) = screen.desktop.window.findChildren(StatementDialog)
    screen.until(lambda: bool(dialog.texts()))
    assert [row[0] for row in dialog.texts()[0]] == ["Acme", "Not assigned", "Together"]
    assert dialog.months.itemText(0) == "September 2026"
    place = dialog.clients.findText("Acme")
    dialog.clients.setCurrentIndex(place)
    dialog.clients.activated.emit(place)
    assert dialog.texts()[0][0][2] == "3 keywords"
    for name, button in (("acme.csv", dialog.csv), ("acme.pdf", dialog.pdf)):
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, name=name: (str(tmp_path / name), ""))
        button.click()
        screen.until((tmp_path / name).exists)
    (row,) = csv.DictReader((tmp_path / "acme.csv").read_text("utf-8-sig").splitlines())
    assert (row["client"], row["amount"], row["unit"]) == ("Acme", "3", "keywords")
    text = " ".join(each for each in page_texts((tmp_path / "acme.pdf").read_bytes())[0])
    assert "3 keywords" in text
    assert "Mine" not in text
    screen.until(lambda: any("Wrote the statement to acme.pdf." in texts(each) for each in toasts(screen)))
    dialog.accept()
    screen.settle()


def toasts(screen: Screen) -> tuple[Toast, ...]:
    return screen.desktop.window.toasts.shown


def test_hidden_names_are_hidden_in_a_statement_and_not_in_what_is_saved(screen: Screen, page: ActivityPage) -> None:
    screen.desktop.parts.settings = replace(screen.desktop.parts.settings, hide_names=True, hide_amounts=True)
    page.statements.click()
    (dialog,) = screen.desktop.window.findChildren(StatementDialog)
    screen.until(lambda: bool(dialog.texts()))
    dialog.clients.setCurrentIndex(1)
    dialog.clients.activated.emit(1)
    told = " ".join([dialog.clients.itemText(1), *texts(dialog), repr(dialog.texts())])
    assert "Client 1" in told
    assert "Acme" not in told
    assert "Agency" not in told
    assert "3 keywords" not in told
    dialog.accept()
    screen.settle()


def test_an_import_is_sent_for_the_client_that_was_typed(screen: Screen, tmp_path: Path) -> None:
    screen.prepare(screen.draft("ranktracker", "Agency", client="Acme"))
    opened(screen)
    sizer_page = ready(screen, tmp_path, 12)
    sizer_page.result.send.click()
    sheet = sizer_page.sending.sheet
    assert sheet is not None
    assert (sheet.client.text(), sheet.client.placeholderText()) == ("", "As its account")
    model = sheet.client.completer().model()
    assert [model.data(model.index(row, 0)) for row in range(model.rowCount())] == ["Acme"]
    sheet.client.setText(" Beta ")
    sheet.send.click()
    until(screen, sizer_page, "Sent 12 keywords")
    (sent,) = Outbox(screen.desktop.parts.desk.tools.history.connections).kept.sendings().result(10)
    assert (sent.client, sent.summary["accepted"]) == ("Beta", 12)
    screen.desktop.window.show_page("activity")
    page = screen.desktop.window.page("activity")
    assert isinstance(page, ActivityPage)
    screen.until(lambda: page.filters.clients.findText("Beta") > 0)
    choose(page.filters.clients, "Beta")
    screen.until(lambda: len(page.table.rows()) == 1)
    assert said(page)[0].endswith(", for Beta")
