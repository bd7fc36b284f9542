"""Sizing through the window: a file that is dropped, a pasted list, a reserve that stays, a balance that moves."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from PySide6.QtCore import QMimeData, QUrl
from tests.app.screen import Screen, spoken
from tests.ui.dropping import drop as drop_on

from creditdesk.sandbox import FaultKind
from creditdesk.store.exports import write_table
from creditdesk.ui.sizer_guess import GuessSheet
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
    assert drop_on(page, data)


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


def test_a_file_dropped_anywhere_is_sized_in_three_gestures(screen: Screen, tmp_path: Path) -> None:
    screen.prepare(screen.draft("leadboxer"), screen.draft("ranktracker"))
    screen.open()
    assert screen.desktop.window.page_name == "overview"
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(keywords(tmp_path, 159)))])
    assert drop_on(screen.desktop.window, data)  # the first
    assert screen.desktop.window.page_name == "sizer"
    page = sizer(screen)
    screen.until(lambda: page.form.keywords.count() == 159)
    page.form.account.setCurrentIndex(1)  # the second
    assert "This import would be refused with 402" in verdict(screen)  # and it is read
    data.setUrls([])
    data.setText("a text is for the page alone")
    screen.desktop.window.show_page("overview")
    assert not drop_on(screen.desktop.window, data)


def test_a_workbook_is_read_and_how_can_be_changed(screen: Screen, tmp_path: Path) -> None:
    screen.prepare(screen.draft("ranktracker"))
    screen.open()
    page = sizer(screen)
    file = tmp_path / "both.xlsx"
    write_table(file, ("Keyword", "Alternative"), [("red shoes", "blue shoes"), ("boots", "blue  SHOES")])
    drop(page, file)
    screen.until(lambda: page.form.keywords.count() == 2)
    summary = page.form.keywords.summary
    assert summary.lines.text() == "column “Keyword” · 2 lines"
    assert summary.guess.text().startswith("XLSX · header in line 1 · sheet “")
    summary.change.click()
    (sheet,) = screen.desktop.window.findChildren(GuessSheet)
    assert [sheet.column.itemText(at) for at in range(2)] == ["Keyword", "Alternative"]
    assert sheet.table.model().index(1, 0).data() == "red shoes"
    sheet.column.setCurrentIndex(1)
    screen.until(lambda: page.form.keywords.count() == 1)
    assert summary.others.text() == "1 repeated"
    sheet.header.setValue(0)
    screen.until(lambda: page.form.keywords.held is not None and page.form.keywords.held.items.given == 3)
    sheet.accept()


def test_a_list_that_is_not_wanted_any_more_is_not_shown(screen: Screen, tmp_path: Path) -> None:
    screen.prepare(screen.draft("ranktracker"))
    screen.open()
    page = sizer(screen)
    drop(page, keywords(tmp_path, 5))
    screen.until(lambda: page.form.keywords.count() == 5)
    drop(page, keywords(tmp_path, 7, "other.csv"))
    page.form.keywords.busy.cancel.click()
    screen.settle()
    assert page.form.keywords.count() == 5
    assert page.form.keywords.summary.name.text() == "list.csv"


def test_the_free_question_tells_what_it_would_really_cost(screen: Screen, tmp_path: Path) -> None:
    cached = [f"cached-{number}.example" for number in range(15)]
    screen.set("oneclickseo", monthly=100, top_up=0, cached_domains=cached)
    screen.prepare(screen.draft("oneclickseo"))
    screen.open()
    page = sizer(screen)
    page.choose_account(page.form.account_id, "domain-metrics")
    file = tmp_path / "sites.csv"
    file.write_text("domain\n" + "".join(f"{each}\n" for each in cached) + "new-1.example\nnew-2.example\n")
    drop(page, file)
    screen.until(lambda: page.form.probe.isVisible())
    assert page.form.probe.ask.text() == "Ask what it would cost: 2 requests, free"
    page.form.probe.ask.click()
    screen.until(lambda: bool(page.form.probe.told.text()))
    assert page.form.probe.told.text() == "The vendor was asked: 2 domains of 17 would be charged."
    screen.settle()
