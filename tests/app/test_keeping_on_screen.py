"""A6 in the window: copies are made while it is open, a problem is said once, and one is put back at the next start."""

import asyncio
from decimal import Decimal
from pathlib import Path

from tests.app.screen import Screen, spoken

from creditdesk.app.carrying import CarryingStory
from creditdesk.app.start import load
from creditdesk.store.backups import backups
from creditdesk.ui.dialogs import Question
from creditdesk.ui.settings_page import SettingsPage


def kept(screen: Screen) -> int:
    return len(backups(screen.places.database))


def look(screen: Screen) -> None:
    screen.desktop.keeping.look()
    screen.settle()


def test_a_copy_is_made_when_half_an_hour_went_by_and_something_was_read(screen: Screen) -> None:
    screen.prepare(screen.draft("ranktracker"))
    screen.open()
    look(screen)
    assert kept(screen) == 1
    look(screen)
    screen.look(minutes=29)
    look(screen)
    assert kept(screen) == 1
    screen.look(minutes=1)
    look(screen)
    (copy,) = backups(screen.places.database)  # of this day the newer one
    assert copy.at == screen.clock.now


def test_that_no_copy_can_be_made_is_said_once(screen: Screen) -> None:
    screen.prepare(screen.draft("ranktracker"))
    screen.open()
    (screen.places.data_dir / "backups").write_text("in the way")
    told = []
    for _ in range(3):
        look(screen)
        told.append(spoken([screen.desktop.window]).count("No copy of the history can be made now"))
    assert told == [told[0]] * 3 != [0] * 3
    assert screen.left()


def test_the_history_goes_back_to_a_copy_at_the_next_start(screen: Screen) -> None:
    (account,) = screen.prepare(screen.draft("capsolver"))
    screen.set("capsolver", balance="24.5")
    screen.open()
    look(screen)
    screen.set("capsolver", balance="9.25")
    screen.look(minutes=40)
    assert screen.left(account)["balance"] == Decimal("9.25")
    screen.desktop.window.show_page("settings")
    screen.settle()
    page = screen.desktop.window.page("settings")
    assert isinstance(page, SettingsPage)
    assert page.backups.rows.count() == 1
    assert "Single-writer mode" in page.backups.note.text() or not page.backups.note.text()
    for wish in ("Restore…", "Do not restore", "Restore…"):
        button = next(each for each in page.backups.findChildren(type(page.backups.more)) if each.text() == wish)
        button.click()
        for question in screen.desktop.window.findChildren(Question):
            question.accept()
        screen.settle()
        assert page.backups.waiting.isVisible() == (wish == "Restore…")
    screen.close()
    desk, readings = load(screen.places)
    asyncio.run(desk.close())
    (reading,) = readings
    assert reading.snapshot is not None
    assert {pool.id: pool.left for pool in reading.snapshot.pools}["balance"] == Decimal("24.5")
    assert len(list(screen.places.data_dir.glob("*.aside"))) == 1


def test_the_history_goes_to_a_file_and_comes_back_from_the_settings_page(screen: Screen, tmp_path: Path) -> None:
    screen.prepare(screen.draft("ranktracker"))
    screen.open()
    screen.desktop.window.show_page("settings")
    screen.settle()
    page = screen.desktop.window.page("settings")
    assert isinstance(page, SettingsPage)
    (story,) = screen.desktop.findChildren(CarryingStory)
    story.export_to(tmp_path / "history")
    screen.settle()
    assert "Wrote 4 points to history.json." in spoken([screen.desktop.window])
    story.import_from(tmp_path / "history.json")
    screen.settle()
    assert "Added 0 points and 0 events from history.json." in spoken([screen.desktop.window])
    (tmp_path / "history.json").write_text("{}")
    for work, problem in (
        (lambda: story.import_from(tmp_path / "history.json"), "history.json: it is no history of creditdesk"),
        (lambda: story.export_to(tmp_path / "history.xlsx"), "history.xlsx: choose a kind, or end the name in"),
        (lambda: story.import_from(tmp_path / "nothing.csv"), "The file cannot be used: No such file or directory."),
    ):
        work()
        screen.settle()
        assert page.backups.problem.text().startswith(problem)
