"""The tray: the worst level in shape and colour on any panel, what is left in menu and tool tip, hidden when told."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import QSize, QTimer
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QSystemTrayIcon
from pytestqt.qtbot import QtBot
from tests.ui.conftest import NOW, oneclick, ranktracker

from creditdesk.core.pools import Level, Trouble, TroubleKind
from creditdesk.core.settings import Settings
from creditdesk.ui.board import Entry
from creditdesk.ui.tray import COLOURS, SHOWN_AT_MOST, SIZES, Tray, level_icon, worst_level


class LateTray(Tray):
    """A tray on a desktop that brings its trays when the test says so, and is looked for without delay."""

    there = False

    def __init__(self) -> None:
        super().__init__(lambda: NOW)
        timer = self.findChild(QTimer)
        assert isinstance(timer, QTimer)
        timer.setInterval(1)

    @staticmethod
    def available() -> bool:
        return LateTray.there


@pytest.fixture
def late(qtbot: QtBot) -> Iterator[LateTray]:
    LateTray.there = False
    tray = LateTray()
    yield tray
    tray.hide()


PANELS = {"light": "#F2F2F2", "dark": "#1E1E1E"}


@pytest.fixture
def tray(qtbot: QtBot) -> Tray:
    return Tray(lambda: NOW)


def at_level(level: Level, name: str = "Agency") -> Entry:
    return ranktracker(name, level)


def drawn(level: Level, size: int) -> QImage:
    return level_icon(level).pixmap(QSize(size, size)).toImage()


def luminance(colour: QColor) -> float:
    parts = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.getRgbF()[:3]]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: QColor, other: QColor) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("size", SIZES)
def test_each_level_has_a_shape_of_its_own_at_every_size(size: int) -> None:
    shapes = {}
    for level in (Level.GOOD, Level.LOW, Level.CRITICAL, Level.NOT_READ):
        image = drawn(level, size)
        assert image.size() == QSize(size, size)
        filled = [image.pixelColor(x, y).alpha() > 128 for x in range(size) for y in range(size)]
        assert any(filled)
        shapes[level] = tuple(filled)
    assert len(set(shapes.values())) == 4


@pytest.mark.parametrize("panel", PANELS)
@pytest.mark.parametrize("level", list(Level))
def test_every_levels_colour_stands_out_on_light_and_dark_panels(level: Level, panel: str) -> None:
    assert contrast(QColor(COLOURS[level]), QColor(PANELS[panel])) >= 3


def test_the_worst_level_of_those_that_may_warn_is_shown() -> None:
    muted = at_level(Level.EXHAUSTED, "Quiet")
    muted = Entry(replace(muted.reading, account=muted.reading.account.changed(muted=True)), muted.definition)
    assert worst_level([at_level(Level.GOOD), at_level(Level.LOW, "Other"), muted]) is Level.LOW
    assert worst_level([]) is Level.NOT_READ


def test_menu_and_tool_tip_say_what_is_left_worst_first(tray: Tray) -> None:
    tray.show_entries([at_level(Level.GOOD), at_level(Level.LOW, "Studio")], Settings())
    lines = tray.menu_texts()
    assert lines[0] == "Ranktracker · Studio: Keywords 358 of 1,000 left, Data rows 1,790 of 5,000 left"
    assert lines[1].startswith("Ranktracker · Agency: ")
    assert lines[2:] == ["Open creditdesk", "Refresh all", "Snooze warnings", "Quit"]
    assert tray.tool_tip().splitlines()[0] == "creditdesk: Low"
    assert tray.tool_tip().splitlines()[1] == lines[0]


def test_an_old_number_says_its_age(tray: Tray) -> None:
    entry = at_level(Level.NOT_READ)
    down = replace(entry.reading, trouble=Trouble(TroubleKind.VENDOR_DOWN, "It is down."))
    old = replace(entry.reading, stale=True)
    for reading in (down, old):
        tray.show_entries([Entry(reading, entry.definition)], Settings())
        assert tray.menu_texts()[0].endswith("(2 min ago)")


def test_hidden_amounts_and_names_are_hidden(tray: Tray) -> None:
    tray.show_entries([at_level(Level.GOOD), oneclick()], Settings(hide_amounts=True, hide_names=True))
    said = "\n".join([*tray.menu_texts(), tray.tool_tip()])
    assert not [part for part in ("358", "1,000", "1,790", "92", "500", "Agency") if part in said]


def test_many_accounts_are_cut_off_and_counted(tray: Tray) -> None:
    tray.show_entries([at_level(Level.GOOD, f"Account {number}") for number in range(40)], Settings())
    lines = tray.menu_texts()
    assert lines[SHOWN_AT_MOST] == f"and {40 - SHOWN_AT_MOST} more"
    assert len(tray.tool_tip().splitlines()) == 6


def test_an_ampersand_in_a_name_is_no_shortcut(tray: Tray) -> None:
    tray.show_entries([at_level(Level.GOOD, "Kiln & Clay")], Settings())
    assert tray.menu_texts()[0].startswith("Ranktracker · Kiln && Clay: ")
    assert "Kiln & Clay" in tray.tool_tip()


def test_the_menu_is_made_anew_each_time_it_opens(qtbot: QtBot) -> None:
    passed = [NOW]
    tray = Tray(lambda: passed[0])
    entry = at_level(Level.NOT_READ)
    tray.show_entries([Entry(replace(entry.reading, stale=True), entry.definition)], Settings())
    assert tray.menu_texts()[0].endswith("(2 min ago)")
    passed[0] += timedelta(minutes=30)
    assert tray.menu_texts()[0].endswith("(32 min ago)")


def test_the_lines_of_the_menu_say_what_was_chosen(tray: Tray) -> None:
    entry = at_level(Level.GOOD)
    tray.show_entries([entry], Settings())
    heard: list[object] = []
    tray.account_chosen.connect(heard.append)
    tray.open_requested.connect(lambda: heard.append("open"))
    tray.refresh_requested.connect(lambda: heard.append("refresh"))
    tray.quit_requested.connect(lambda: heard.append("quit"))
    tray.snooze_requested.connect(heard.append)
    for action in tray.menu_actions():
        menu = action.menu()
        if menu is None:
            action.trigger()
        else:
            menu.actions()[1].trigger()
    assert heard == [entry.id, "open", "refresh", 8.0, "quit"]


def test_without_a_tray_there_is_no_balloon(tray: Tray) -> None:
    assert not Tray.available()
    tray.show()
    assert not tray.shown
    assert not tray.balloon("A title", "A text", True)


def test_a_tray_that_comes_late_is_used_and_nobody_is_told_that_there_is_none(qtbot: QtBot, late: LateTray) -> None:
    missed: list[bool] = []
    late.missed.connect(lambda: missed.append(True))
    late.show_entries([at_level(Level.LOW)], Settings())
    late.show()
    assert (late.shown, late.awaited) == (False, True)
    with qtbot.waitSignal(late.arrived):
        LateTray.there = True
    assert (late.shown, late.awaited, missed) == (True, False, [])
    icon = late.findChild(QSystemTrayIcon)
    assert isinstance(icon, QSystemTrayIcon)
    assert icon.toolTip() == late.tool_tip()
    assert icon.contextMenu() is not None


def test_the_icon_is_made_when_its_tray_is_there_since_an_older_one_would_never_get_into_it(late: LateTray) -> None:
    late.show()
    assert late.findChild(QSystemTrayIcon) is None
    LateTray.there = True
    late.show()
    assert late.shown


def test_after_a_while_there_is_no_tray_and_that_is_said_once(qtbot: QtBot, late: LateTray) -> None:
    missed: list[bool] = []
    late.missed.connect(lambda: missed.append(True))
    with qtbot.waitSignal(late.missed):
        late.show()
    assert not late.awaited
    late.show()
    assert not late.awaited
    LateTray.there = True
    late.show()
    assert late.shown
    assert missed == [True]


def test_a_tray_that_goes_is_awaited_again(qtbot: QtBot, late: LateTray) -> None:
    LateTray.there = True
    late.show()
    LateTray.there = False
    assert not late.shown
    late.show()
    assert late.awaited
    with qtbot.waitSignal(late.arrived):
        LateTray.there = True
    assert late.shown
