"""Sizing through the window: a file that is dropped, a pasted list, a reserve that stays, a balance that moves."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from tests.app.screen import Screen, spoken

from creditdesk.sandbox import FaultKind
from creditdesk.ui.sizer_page import SizerPage


def sizer(screen: Screen) -> SizerPage:
    screen.desktop.pages.size("")
    page = screen.desktop.window.page("sizer")
    assert isinstance(page, SizerPage)
    return page


def drop(page: SizerPage, *files: Path, text: str = "") -> None:
    data = QMimeData()
    if files:
        data.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    if text:
        data.setText(text)
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    page.dropEvent(QDropEvent(QPointF(9, 9), copy, data, left, Qt.KeyboardModifier.NoModifier))


def keywords(folder: Path, count: int, name: str = "list.csv") -> Path:
    file = folder / name
    file.write_text("keyword,volume\n" + "".join(f"shoes {number},{number}\n" for number in range(count)))
    return file


def verdict(screen: Screen) -> str:
    """What the result says, once there is one."""
    page = sizer(screen)
    screen.until(lambda: page.right.currentWidget() is page.result)
    screen.settle()
    return spoken([page.result.verdict])


def test_a_file_that_is_dropped_gives_a_verdict_and_exactly_enough_fits(screen: Screen, tmp_path: Path) -> None:
    screen.prepare(screen.draft("ranktracker"))
    screen.open()
    drop(sizer(screen), keywords(tmp_path, 158))
    assert "This import fits" in verdict(screen)
    page = sizer(screen)
    assert page.answer is not None
    assert page.answer.verdict is not None
    assert page.answer.verdict.kind == "fits"
    drop(page, keywords(tmp_path, 159))
    screen.until(
        lambda: page.answer is not None and page.answer.verdict is not None and page.answer.verdict.kind == "refused"
    )
    assert page.answer.verdict.binding_pool == "keywords"
    assert page.answer.verdict.fits_items == 158


def test_a_number_that_moves_while_the_list_is_open_moves_the_verdict(screen: Screen, tmp_path: Path) -> None:
    screen.prepare(screen.draft("ranktracker"))
    screen.open()
    page = sizer(screen)
    drop(page, keywords(tmp_path, 150))
    assert "This import fits" in verdict(screen)
    screen.consume("ranktracker", keywords=20)
    page.form.check.click()
    screen.settle()
    assert page.answer is not None
    assert page.answer.verdict is not None
    assert page.answer.verdict.kind == "refused"
    assert page.answer.verdict.fits_items == 138
    assert "just now" in page.form.reading.text()
    screen.look(minutes=2)
    assert "2 min ago" in page.form.reading.text()


def test_an_old_number_is_not_sized_as_a_live_one(screen: Screen, tmp_path: Path) -> None:
    screen.prepare(screen.draft("ranktracker"))
    screen.open()
    page = sizer(screen)
    drop(page, keywords(tmp_path, 10))
    assert "This import fits" in verdict(screen)
    screen.fault(FaultKind.STATUS)
    screen.look(hours=1)
    said = spoken([page])
    assert "1 h ago" in said
    assert page.answer is not None


def test_a_reserve_is_kept_and_nothing_else_of_the_account_is_lost_by_it(screen: Screen, tmp_path: Path) -> None:
    (account,) = screen.prepare(screen.draft("ranktracker"))
    screen.open()
    page = sizer(screen)
    drop(page, keywords(tmp_path, 150))
    verdict(screen)
    page.form.reserve.field("keywords").setText("20")
    screen.settle()
    assert page.answer is not None
    assert page.answer.verdict is not None
    assert page.answer.verdict.kind == "thin"
    assert screen.reading().account.reserve == {"keywords": Decimal(20)}
    screen.desktop.stories.mute(account.id, True)
    screen.settle()
    screen.restart()
    kept = screen.reading().account
    assert kept.reserve == {"keywords": Decimal(20)}
    assert kept.muted


def test_a_change_by_the_command_line_is_not_undone_by_the_window(screen: Screen) -> None:
    (account,) = screen.prepare(screen.draft("ranktracker"))
    screen.open()
    screen.desktop.parts.desk.tools.chosen.change(account.changed(client="Harbour Bikes"))
    screen.desktop.stories.mute(account.id, True)
    screen.settle()
    kept = screen.reading().account
    assert (kept.client, kept.muted) == ("Harbour Bikes", True)


def test_a_file_that_cannot_be_read_is_said_beside_the_list(screen: Screen, tmp_path: Path) -> None:
    screen.prepare(screen.draft("ranktracker"))
    screen.open()
    page = sizer(screen)
    drop(page, tmp_path / "gone.csv")
    screen.until(lambda: bool(page.form.keywords.error.text()))
    assert "gone.csv" in page.form.keywords.error.text()
    drop(page, text="running shoes\ntrail shoes\nrunning  SHOES\n")
    assert "This import fits" in verdict(screen)
    assert page.form.keywords.count() == 2


def test_a_long_paste_is_read_away_from_the_window(screen: Screen) -> None:
    screen.prepare(screen.draft("ranktracker"))
    screen.open()
    page = sizer(screen)
    drop(page, text="".join(f"word {number}\n" for number in range(60_000)))
    screen.until(lambda: page.form.keywords.count() == 60_000)
    assert page.answer is not None
    assert page.answer.verdict is not None
    assert page.answer.verdict.fits_items == 158


def test_hidden_amounts_are_hidden_in_a_verdict_too(screen: Screen, tmp_path: Path) -> None:
    screen.prepare(screen.draft("ranktracker"))
    screen.open()
    page = sizer(screen)
    drop(page, keywords(tmp_path, 150))
    assert "158" in verdict(screen)
    screen.desktop.pages.settings_changed.emit(replace(screen.desktop.parts.settings, hide_amounts=True))
    screen.settle()
    said = spoken([page])
    assert not [amount for amount in ("158", "790", "1,000", "5,000") if amount in said]
