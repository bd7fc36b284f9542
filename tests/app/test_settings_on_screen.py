"""Settings through the window: kept, at once, over a restart; hidden amounts and names are hidden everywhere."""

import re
from decimal import Decimal

from PySide6.QtCore import QAbstractItemModel
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QMenu
from tests.app.screen import Screen, spoken

from creditdesk.core.settings import ThemeChoice
from creditdesk.sandbox import FaultKind
from creditdesk.ui import theme
from creditdesk.ui.settings_page import SettingsPage

PAGES = ("overview", "sizer", "history", "activity", "alerts", "gateway", "accounts", "settings")


def settings_page(screen: Screen) -> SettingsPage:
    screen.desktop.window.show_page("settings")
    page = screen.desktop.window.page("settings")
    assert isinstance(page, SettingsPage)
    return page


def choose_theme(page: SettingsPage, choice: ThemeChoice) -> None:
    """As the user picks it from the list."""
    place = page.theme.findData(choice)
    page.theme.setCurrentIndex(place)
    page.theme.activated.emit(place)


def table_texts(model: QAbstractItemModel) -> list[str]:
    """What a table or list says, tool tips and all."""
    roles = (0, 3, 11, 12)  # display, tool tip, accessible text and description
    return [
        str(model.data(model.index(row, column), role) or "")
        for row in range(model.rowCount())
        for column in range(model.columnCount())
        for role in roles
    ]


def everything_said(screen: Screen) -> str:
    """All that the desk says on any page, in the sidebar, in menus, on the tray and in messages."""
    said = [spoken(screen.application.topLevelWidgets())]
    window = screen.desktop.window
    for view in window.findChildren(QAbstractItemView):
        said += table_texts(view.model()) if view.isVisibleTo(window) else []
    for box in window.findChildren(QComboBox):
        said += [box.itemText(index) for index in range(box.count())] if box.isVisibleTo(window) else []
    menus = [card.menu() for card in screen.desktop.overview.cards] + screen.desktop.window.findChildren(QMenu)
    said += [action.text() for menu in menus for action in menu.actions()]
    said += screen.desktop.tray.menu_texts()
    said.append(screen.desktop.tray.tool_tip())
    said += screen.desktop.window.notices
    return "\n".join(said)


def show_every_page(screen: Screen, but: tuple[str, ...] = ()) -> str:
    """Make every page, with all it can show; what all of it says."""
    said = []
    for page in (page for page in PAGES if page not in but):
        screen.desktop.window.show_page(page)
        screen.settle()
        screen.application.processEvents()
        said.append(everything_said(screen))
    return "\n".join(said)


def test_every_setting_is_kept_at_once_and_there_after_a_restart(screen: Screen) -> None:
    screen.open()
    page = settings_page(screen)
    page.interval.show_value(Decimal(12))
    page.interval.value_changed.emit(Decimal(12))
    page.telling.notifications.box.click()
    page.hide_names.box.click()
    choose_theme(page, ThemeChoice.DARK)
    screen.settle()
    screen.restart()
    kept = screen.desktop.parts.settings
    assert (kept.interval_s, kept.notifications, kept.hide_names, kept.theme) == (720, False, True, ThemeChoice.DARK)
    assert settings_page(screen).hide_names.box.isChecked()


def test_a_shorter_interval_reads_sooner(screen: Screen) -> None:
    screen.prepare(screen.draft("ranktracker"))
    screen.open()
    before = screen.reading().due_at
    page = settings_page(screen)
    page.interval.value_changed.emit(Decimal(1))
    screen.settle()
    after = screen.reading().due_at
    assert before is not None
    assert after is not None
    assert after < before
    screen.look(minutes=2)
    assert screen.requests("ranktracker") == 2


def test_a_low_level_set_by_the_user_is_judged_at_once(screen: Screen) -> None:
    screen.prepare(screen.draft("ranktracker"))
    screen.open()
    assert "Ranktracker, Low" in spoken([screen.desktop.window.sidebar])
    page = settings_page(screen)
    for row, value in ((page.low, 10), (page.critical, 2)):
        row.show_value(Decimal(value))
    page.low.value_changed.emit(Decimal(10))
    screen.settle()
    assert "Ranktracker, Good" in spoken([screen.desktop.window.sidebar])


def test_the_theme_turns_the_whole_window_at_once(screen: Screen) -> None:
    screen.prepare(screen.draft("ranktracker"))
    screen.open()
    show_every_page(screen)
    page = settings_page(screen)
    for choice, name in ((ThemeChoice.DARK, "dark"), (ThemeChoice.LIGHT, "light")):
        choose_theme(page, choice)
        screen.settle()
        worn = theme.load(name)
        assert theme.active().name == name
        background = worn.colour("background").name()
        assert screen.desktop.window.palette().color(QPalette.ColorRole.Window).name() == background
        for each in PAGES:
            screen.desktop.window.show_page(each)
            shot = screen.desktop.window.grab().toImage()
            assert shot.pixelColor(shot.width() - 3, 3).name() in (background, worn.colour("surface").name()), each


def test_an_open_window_follows_the_settings_file_of_nobody_else(screen: Screen) -> None:
    """The window's place is kept at the end, and nothing else of the settings is lost by that."""
    screen.open()
    page = settings_page(screen)
    page.hide_amounts.box.click()
    screen.settle()
    screen.restart()
    screen.restart()
    assert screen.desktop.parts.settings.hide_amounts
    assert screen.desktop.parts.settings.window


def with_all_kinds_of_accounts(screen: Screen) -> None:
    """Accounts of every vendor with amounts everywhere: live, in trouble, used up, typed; with uses and warnings."""
    screen.messages.takes = False
    drafts = [
        screen.draft("ranktracker", "Whitegate Studio", client="Harbour Bikes"),
        screen.draft("leadboxer", "Whitegate Leads"),
        screen.draft("capsolver", "Whitegate Captchas"),
        screen.by_hand("oneclickseo", "Whitegate Shop", plan="starter"),
        screen.by_hand("seo-rank-genius", "Whitegate Sites", plan="pro"),
    ]
    accounts = screen.prepare(*drafts)
    screen.open()
    screen.desktop.stories._type(accounts[3].id, {"monthly": (Decimal(37), None), "top-up": (Decimal(4321), None)})
    screen.desktop.stories._type(accounts[4].id, {"shared": (Decimal(8765), None), "domain": (Decimal(9876), None)})
    screen.settle()
    for _ in range(4):
        screen.consume("ranktracker", keywords=31)
        screen.set("capsolver", balance="7.6543")
        screen.look(hours=3)
    screen.fault(FaultKind.STATUS, "leadboxer")
    screen.look(hours=1)
    screen.until(lambda: bool(screen.desktop.window.notices))


PUBLIC = re.compile(
    r"\d+ (critical|low|used up)\b"
    r"|\d+ (events|accounts?|open warnings|d|y|min|h|days|hours|hour|day|week)\b|\d+ (min|h|d) ago|\d\d:\d\d"
    r"|Read from 127\.0\.0\.1:\d+|\d+ (Sep|Oct|Nov|Dec)|HTTP \d+|[Uu]nder \d+ %|Version [\d.]+|Alerts, \d+"
    r"|^(7|24|2026)$"
    r"|\$[\d.,]+|[\d,]+ (shared|domain) credits|\d+ credits for ip-lookup|counts \d+,|g-\w+|reCAPTCHA v2 \d+K"
)
"""Numbers that are no amounts of these accounts: ages, days, a year, prices, thresholds, numbers of rules, names."""


def test_hidden_amounts_are_hidden_on_every_page_in_the_tray_and_in_accessible_names(screen: Screen) -> None:
    with_all_kinds_of_accounts(screen)
    shown = show_every_page(screen)
    assert all(amount in shown for amount in ("790", "7.6543", "412,306", "4,321", "8,765"))
    settings_page(screen).hide_amounts.box.click()
    screen.settle()
    hidden = show_every_page(screen, but=("settings",))
    left_over = {line for line in hidden.splitlines() if re.search(r"\d", PUBLIC.sub("", line))}
    assert left_over == set()
    assert "•••" in hidden
    assert "Whitegate Studio" in hidden


def test_hidden_names_are_hidden_on_every_page_in_the_tray_and_in_accessible_names(screen: Screen) -> None:
    with_all_kinds_of_accounts(screen)
    shown = show_every_page(screen)
    assert "Whitegate" in shown
    assert "Harbour Bikes" in shown
    settings_page(screen).hide_names.box.click()
    screen.settle()
    hidden = show_every_page(screen)
    assert {line for line in hidden.splitlines() if "Whitegate" in line or "Harbour" in line} == set()
    assert "790" in hidden
