"""The history page on a real desk: its chart, what happened in the time on screen, and what is saved and copied."""

import csv
import gc
import os
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from tests.app.screen import Gaps, Screen
from tests.ui.chart_hands import hover

from creditdesk.app import collector
from creditdesk.core.pools import Account, Pool, PoolKind, Snapshot, Source
from creditdesk.core.series import Event, EventKind
from creditdesk.ui.chart import Chart
from creditdesk.ui.history_page import HistoryPage

PROVE = bool(os.environ.get("CREDITDESK_PROVE"))
POINTS = 200_000 if PROVE else 8_000
STALL_MS = 100


def opened(screen: Screen, account: Account) -> tuple[HistoryPage, Chart]:
    """The history page of this account, drawn."""
    screen.desktop.pages.show_history(account.id)
    page = screen.desktop.window.page("history")
    assert isinstance(page, HistoryPage)
    screen.until(lambda: page.card.span() is not None, ms=300_000 if PROVE else 10_000)
    screen.settle()
    chart = page.card.chart()
    assert isinstance(chart, Chart)
    return page, chart


def record(screen: Screen, account: Account, count: int) -> None:
    """So many readings, five minutes apart, each with one keyword less than before, the last one five minutes ago."""
    history = screen.desktop.parts.desk.tools.history
    now = screen.clock.now
    for place in range(count, 0, -1):
        at = now - place * timedelta(minutes=5)
        pool = Pool("keywords", "Keywords", PoolKind.SLOTS, "keywords", Decimal(place), Decimal(10**6))
        written = history.record(account.id, Snapshot(at, Source.LIVE, (pool,)), at)
    written.result()


def export(page: HistoryPage, what: str) -> None:
    next(each for each in page.export.menu().actions() if what in each.text()).trigger()


@pytest.fixture
def spared() -> Iterator[None]:
    """Python's search for cycles as the program has it: the tests' own heap would cost 100 ms a search."""
    threshold = gc.get_threshold()
    collector.spare()
    yield
    gc.set_threshold(*threshold)
    gc.unfreeze()


@pytest.mark.alone
@pytest.mark.usefixtures("spared")
def test_many_readings_are_shown_and_moved_without_a_stall(screen: Screen) -> None:
    (account,) = screen.prepare(screen.draft("ranktracker"))
    screen.open()
    record(screen, account, POINTS)
    opened(screen, account)  # what is imported and made once is not counted
    gaps = Gaps()
    page, chart = opened(screen, account)
    page.ranges[-1].click()
    (wanted,) = [each for each in page.card.series_shown() if each.pool == "keywords"]
    screen.until(lambda: len(page.card.series_shown()[0].points) >= POINTS, ms=300_000 if PROVE else 10_000)
    screen.until(lambda: page.card.unit.text() == "keywords left", ms=300_000 if PROVE else 10_000)
    for key in (Qt.Key.Key_Plus, Qt.Key.Key_Plus, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home):
        QTest.keyClick(chart, key)
        screen.application.processEvents()
    assert wanted.pool == "keywords"
    assert gaps.stop() <= STALL_MS
    low, high = chart.span()
    assert high - low > (POINTS - 1) * timedelta(minutes=5)
    at = screen.clock.now - timedelta(days=3)
    left = hover(chart, at)
    point = next(each for each in page.card.series_shown()[0].points if each.first_seen >= chart._pointed.at)
    assert left == f"{point.left}"


def test_marks_and_table_are_of_the_time_on_screen_however_much_happened_since(screen: Screen) -> None:
    (account,) = screen.prepare(screen.draft("ranktracker"))
    screen.open()
    record(screen, account, 3_000)
    history = screen.desktop.parts.desk.tools.history
    long_ago = screen.clock.now - timedelta(days=10)
    history.add_event(Event(long_ago, account.id, EventKind.NOTE, detail="Asked for a refund"))
    for place in range(400):
        at = screen.clock.now - place * timedelta(minutes=4)
        event = Event(at, account.id, EventKind.USED, "keywords", Decimal(-1), "keywords")
        written = history.add_event(event)
    written.result()
    page, chart = opened(screen, account)
    screen.until(lambda: bool(page.table.rows()))
    assert "Asked for a refund" not in {row[1] for row in page.table.texts()}
    assert "Asked for a refund" in {mark.words for each in chart._now.clusters for mark in each.marks}
    chart.show_span(long_ago - timedelta(hours=5), long_ago + timedelta(hours=5))
    screen.until(lambda: "Asked for a refund" in {row[1] for row in page.table.texts()})


def test_data_and_pictures_are_written_and_copied(
    screen: Screen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (account,) = screen.prepare(screen.draft("ranktracker"))
    screen.open()
    record(screen, account, 500)
    page, chart = opened(screen, account)
    chart.show_span(screen.clock.now - timedelta(hours=10), screen.clock.now - timedelta(hours=9))
    for what, name in (("CSV…", "all.csv"), ("PNG", "chart"), ("SVG", "chart.svg")):
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, name=name: (str(tmp_path / name), ""))
        export(page, what)
        written = tmp_path / (name if "." in name else f"{name}.png")
        screen.until(written.exists)
    screen.settle()
    assert len(list(csv.DictReader(StringIO((tmp_path / "all.csv").read_text("utf-8"))))) >= 500
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")
    assert "<svg" in (tmp_path / "chart.svg").read_text("utf-8")
    clipboard = QGuiApplication.clipboard()
    clipboard.clear()
    export(page, "Copy")
    screen.until(lambda: clipboard.text() != "")
    rows = list(csv.DictReader(StringIO(clipboard.text())))
    assert [row["left"] for row in rows] == [str(place) for place in range(120, 107, -1)]
