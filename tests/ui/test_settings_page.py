"""The settings page: what is allowed takes effect at once, and what is not is said beside its field."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QScrollArea, QStyle, QStyleOptionComboBox, QWidget
from pytestqt.qtbot import QtBot

from creditdesk.core.pools import Thresholds
from creditdesk.core.settings import Settings, ThemeChoice
from creditdesk.ui.settings_page import NO_TRAY, PRIVACY, Facts, SettingsPage
from creditdesk.ui.settings_rows import NumberRow

FACTS = Facts("GNOME Keyring", "/data/creditdesk", "0.1.0")


def page_with(
    qtbot: QtBot, settings: Settings | None = None, facts: Facts = FACTS
) -> tuple[SettingsPage, list[Settings]]:
    page = SettingsPage()
    qtbot.addWidget(page)
    page.resize(688, 600)
    page.show_settings(settings or Settings(), facts)
    changes: list[Settings] = []
    page.settings_changed.connect(changes.append)
    page.show()
    return page, changes


def write(row: NumberRow, text: str) -> None:
    """Type this number and leave the field."""
    row.field.selectAll()
    QTest.keyClicks(row.field, text)
    QTest.keyClick(row.field, Qt.Key.Key_Return)


def test_showing_settings_changes_nothing(qtbot: QtBot) -> None:
    chosen = Settings(interval_s=90, thresholds=Thresholds(Decimal("12.5"), Decimal(3)), theme=ThemeChoice.DARK)
    page, changes = page_with(qtbot, chosen)
    assert page.interval.field.text() == "1.5"
    assert page.low.field.text() == "12.5"
    assert page.theme.currentText() == "Dark"
    assert changes == []


def test_the_interval_is_taken_in_minutes_and_never_under_one(qtbot: QtBot) -> None:
    page, changes = page_with(qtbot)
    write(page.interval, "10")
    assert changes[-1].interval_s == 600
    write(page.interval, "0.5")
    assert len(changes) == 1
    assert page.interval.error() == "Write a number from 1 to 1,440 (minutes)."
    write(page.interval, "x")
    assert page.interval.error()
    write(page.interval, "2")
    assert page.interval.error() == ""
    assert changes[-1].interval_s == 120


def test_a_number_counts_when_the_typing_settles(qtbot: QtBot) -> None:
    page, changes = page_with(qtbot)
    page.interval.field.selectAll()
    QTest.keyClicks(page.interval.field, "15")
    assert changes == []
    qtbot.waitUntil(lambda: [each.interval_s for each in changes] == [900])


def test_arrows_step(qtbot: QtBot) -> None:
    page, changes = page_with(qtbot)
    QTest.keyClick(page.low.field, Qt.Key.Key_Up)
    QTest.keyClick(page.low.field, Qt.Key.Key_Up)
    page.low.settle()
    assert changes[-1].thresholds.low_percent == 22


def test_critical_must_be_under_low(qtbot: QtBot) -> None:
    page, changes = page_with(qtbot)
    write(page.critical, "30")
    assert changes == []
    assert page.critical.error() == "Critical must be under low."
    write(page.low, "40")
    assert page.critical.error() == ""
    assert (changes[-1].thresholds.low_percent, changes[-1].thresholds.critical_percent) == (40, 30)
    write(page.critical_days, "9")
    assert page.critical_days.error() == "Critical must be under low."
    write(page.low_days, "14")
    assert (changes[-1].low_days, changes[-1].critical_days) == (14, 9)


def test_other_thresholds_stay(qtbot: QtBot) -> None:
    own = Thresholds(low_amounts={"monthly": Decimal(50)})
    page, changes = page_with(qtbot, Settings(thresholds=own))
    write(page.low, "25")
    assert changes[-1].thresholds == replace(own, low_percent=Decimal(25))


@pytest.mark.parametrize("name", ["start_in_tray", "close_to_tray", "hide_amounts", "hide_names"])
def test_a_tick_changes_its_setting_at_once(qtbot: QtBot, name: str) -> None:
    page, changes = page_with(qtbot)
    getattr(page, name).box.click()
    assert changes == [replace(Settings(), **{name: not getattr(Settings(), name)})]


def test_words_of_a_tick_box_can_be_clicked(qtbot: QtBot) -> None:
    page, changes = page_with(qtbot)
    QTest.mouseClick(page.hide_names.title, Qt.MouseButton.LeftButton)
    assert changes[-1].hide_names


def test_the_theme_is_chosen(qtbot: QtBot) -> None:
    page, changes = page_with(qtbot)
    page.theme.setCurrentIndex(2)
    page.theme.activated.emit(2)
    assert changes[-1].theme is ThemeChoice.DARK


@pytest.mark.parametrize("theme_name", ["light", "dark"])
def test_the_colours_are_named_in_full(qtbot: QtBot, worn: Callable[[str], None], theme_name: str) -> None:
    worn(theme_name)
    page, _ = page_with(qtbot)
    for place in range(page.theme.count()):
        page.theme.setCurrentIndex(place)
        option = QStyleOptionComboBox()
        page.theme.initStyleOption(option)
        field = QStyle.SubControl.SC_ComboBoxEditField
        room = page.theme.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, field, page.theme).width()
        assert room > page.theme.fontMetrics().horizontalAdvance(page.theme.currentText()) + 4


def test_without_a_tray_its_settings_say_so_and_stay_as_they_are(qtbot: QtBot) -> None:
    page, changes = page_with(qtbot, facts=replace(FACTS, tray_available=False))
    assert not page.close_to_tray.box.isEnabled()
    assert page.start_in_tray.hint.text() == NO_TRAY
    page.hide_names.box.click()
    assert changes[-1].close_to_tray
    page.show_settings(changes[-1], FACTS)
    assert page.close_to_tray.box.isEnabled()
    assert page.close_to_tray.box.isChecked()
    assert page.close_to_tray.hint.text() != NO_TRAY


def test_a_certificate_file_is_looked_at_before_it_is_taken(qtbot: QtBot, tmp_path: Path) -> None:
    page, changes = page_with(qtbot)
    page.take_ca_file(str(tmp_path / "missing.pem"))
    assert page.ca.error().startswith("The file cannot be read")
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("hello")
    page.take_ca_file(str(wrong))
    assert page.ca.error() == "There is no certificate in PEM form in this file."
    assert changes == []
    right = tmp_path / "right.pem"
    right.write_text("-----BEGIN CERTIFICATE-----\n")
    page.take_ca_file(str(right))
    assert page.ca.error() == ""
    assert changes[-1].ca_file == str(right)
    page.clear_ca.click()
    assert changes[-1].ca_file == ""


def test_facts_are_shown_and_their_buttons_speak(qtbot: QtBot) -> None:
    page, _ = page_with(qtbot)
    assert page.store.hint.text() == "GNOME Keyring"
    assert page.folder.hint.text() == "/data/creditdesk"
    assert page.version.hint.text() == "Version 0.1.0"
    assert len(page.privacy) == len(PRIVACY) == 5
    assert "GNOME Keyring" in page.privacy[0].text()
    pairs = (
        (page.open_folder, page.folder_requested),
        (page.docs, page.docs_requested),
        (page.table, page.forecast_requested),
    )
    for button, signal in pairs:
        with qtbot.waitSignal(signal):
            button.click()


def test_an_echo_does_not_disturb_typing(qtbot: QtBot) -> None:
    page, changes = page_with(qtbot)
    page.hide_names.box.click()
    page.interval.field.selectAll()
    QTest.keyClicks(page.interval.field, "1")
    page.show_settings(changes[-1], FACTS)
    QTest.keyClicks(page.interval.field, "2")
    page.interval.settle()
    assert changes[-1].interval_s == 720


@pytest.mark.parametrize("theme_name", ["light", "dark"])
def test_it_never_scrolls_sideways_and_everything_has_a_name(
    qtbot: QtBot, worn: Callable[[str], None], shoot: Callable[[QWidget, str], object], theme_name: str
) -> None:
    page, _ = page_with(qtbot)
    worn(theme_name)
    shoot(page, f"settings-{theme_name}")
    area = page.findChild(QScrollArea)
    assert isinstance(area, QScrollArea)
    assert area.widget().width() <= area.viewport().width()
    reached = [each for each in page.findChildren(QWidget) if each.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert [each for each in reached if each.isVisible() and not each.accessibleName()] == []
