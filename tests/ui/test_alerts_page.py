"""The alerts page: what is open and why, what was, and what can be done about it."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot
from tests.ui.history_sample import DAY, NEXT_RESET, NOW, entry, unread

from creditdesk.core.pools import Level, Thresholds
from creditdesk.core.series import Episode
from creditdesk.core.settings import Settings
from creditdesk.ui import alert_words
from creditdesk.ui.alerts_page import AlertsPage

LOW = Episode("a1", Level.LOW, NOW - 3 * DAY, "monthly", "", "percent", "notification")
CRITICAL = Episode("a2", Level.CRITICAL, NOW - DAY / 24, "total:credits", "", "runs_out", "balloon")
OVER = Episode("a1", Level.LOW, NOW - 33 * DAY, "monthly", "", "percent", "missed", cleared_at=NOW - 29 * DAY)
QUIET = Episode("a2", Level.LOW, NOW - DAY, "monthly", "", "percent", "covered")

MISSED = "Perhaps not shown: the program ended while it was told"


def page_with(qtbot: QtBot, *episodes: Episode, settings: Settings | None = None) -> AlertsPage:
    page = AlertsPage()
    qtbot.addWidget(page)
    page.resize(688, 600)
    page.show_settings(settings or Settings())
    page.show_accounts([entry(), entry("a2", "Agency", Level.CRITICAL), unread()], NOW)
    page.show_alerts(episodes, NOW)
    page.show()
    return page


def test_nothing_to_warn_about_is_said(qtbot: QtBot) -> None:
    page = page_with(qtbot, OVER)
    assert page.nothing.isVisible()
    assert page.nothing.title.text() == "Nothing to warn about"
    assert page.past.texts() == [
        ["Mon 20 Oct 10:30", "Word Finder", "Monthly: low", "4 d", MISSED],
    ]


def test_open_warnings_stand_worst_first_without_the_quiet_ones(qtbot: QtBot) -> None:
    page = page_with(qtbot, LOW, CRITICAL, OVER, QUIET)
    assert [card.accessibleName() for card in page.cards] == [
        "Word Finder · Agency, All credits together: critical",
        "Word Finder, Monthly: low",
    ]
    assert page.header.subtitle.text() == "2 open warnings"
    assert not page.nothing.isVisible()


def test_a_warning_of_today_says_since_when_in_small_letters(qtbot: QtBot) -> None:
    page = page_with(qtbot, replace(CRITICAL, fired_at=NOW, snoozed_until=NOW + DAY / 24))
    said = " ".join(each.text() for each in page.cards[0].findChildren(QLabel))
    assert "Since today" in said
    assert "snoozed until today" in said


@pytest.mark.parametrize(
    ("episode", "settings", "words"),
    [
        (LOW, Settings(), "92 of 500 left: 18.4 %, rule: under 20 %."),
        (LOW, Settings(hide_amounts=True), "••• of ••• left: •••, rule: under 20 %."),
        (replace(LOW, level=Level.CRITICAL), Settings(), "92 of 500 left: 18.4 %, rule: under 5 %."),
        (replace(LOW, why="empty"), Settings(), "Nothing is left: 92 credits."),
        (replace(LOW, why="vendor"), Settings(), "The vendor refuses requests because nothing is left."),
        (replace(LOW, why="own words"), Settings(), "own words"),
        (
            replace(LOW, why="runs_out"),
            Settings(),
            "Runs out about Thu 27 Nov, before its reset on 1 Dec (8 in 10 times between 25 Nov and 1 Dec).",
        ),
    ],
)
def test_a_warning_says_the_rule_and_the_numbers(episode: Episode, settings: Settings, words: str) -> None:
    assert alert_words.reason(entry(), episode, settings, NOW) == words


def test_an_amount_that_the_user_set_is_said() -> None:
    told = entry()
    levels = Thresholds(low_amounts={"monthly": Decimal(100)})
    told = replace(told, reading=replace(told.reading, account=told.reading.account.changed(thresholds=levels)))
    said = alert_words.reason(told, replace(LOW, why="amount"), Settings(), NOW)
    assert said == "92 credits left, under the amount that you set, 100 credits."


def test_snoozing_tells_hours_also_until_the_reset(qtbot: QtBot) -> None:
    page = page_with(qtbot, LOW)
    actions = page.cards[0].snooze.menu().actions()
    assert [each.text() for each in actions] == ["For 1 hour", "For 8 hours", "For 1 day", "Until the reset on 1 Dec"]
    told: list[tuple[str, float]] = []
    page.snooze_requested.connect(lambda account, hours: told.append((account, hours)))
    for each in actions:
        each.trigger()
    assert told[:3] == [("a1", 1.0), ("a1", 8.0), ("a1", 24.0)]
    assert told[3][1] == pytest.approx((NEXT_RESET - NOW).total_seconds() / 3600)


def test_opening_and_muting_name_the_account(qtbot: QtBot) -> None:
    page = page_with(qtbot, CRITICAL)
    with qtbot.waitSignal(page.account_chosen) as opened:
        page.cards[0].open.click()
    with qtbot.waitSignal(page.mute_requested) as muted:
        page.cards[0].mute.click()
    assert (opened.args, muted.args) == (["a2"], ["a2", True])


def test_a_tick_says_which_accounts_may_warn(qtbot: QtBot) -> None:
    page = page_with(qtbot)
    assert page.ticks["a1"].isChecked()
    with qtbot.waitSignal(page.mute_requested) as muted:
        page.ticks["a1"].click()
    assert muted.args == ["a1", True]
    quiet = entry()
    quiet = replace(quiet, reading=replace(quiet.reading, account=quiet.reading.account.changed(muted=True)))
    page.show_accounts([quiet], NOW)
    assert not page.ticks["a1"].isChecked()
    with qtbot.waitSignal(page.mute_requested) as muted:
        page.ticks["a1"].click()
    assert muted.args == ["a1", False]


def test_a_card_is_not_made_again_without_news(qtbot: QtBot) -> None:
    page = page_with(qtbot, LOW)
    page.cards[0].open.setFocus()
    before = page.cards[0]
    page.show_accounts([entry(), entry("a2", "Agency", Level.CRITICAL), unread()], NOW)
    assert page.cards[0] is before
    page.show_alerts([replace(LOW, snoozed_until=NOW + DAY)], NOW)
    assert page.cards[0] is not before
    assert page.focusWidget() is page.cards[0].open


def test_names_are_hidden_and_everything_has_a_name(qtbot: QtBot) -> None:
    page = page_with(qtbot, LOW, CRITICAL, OVER, settings=Settings(hide_names=True))
    assert "Agency" not in " ".join(card.accessibleName() for card in page.cards)
    assert "Agency" not in " ".join(tick.text() for tick in page.ticks.values())
    reached = [each for each in page.findChildren(QWidget) if each.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert [each for each in reached if each.isVisible() and not each.accessibleName()] == []


@pytest.mark.parametrize("theme_name", ["light", "dark"])
def test_it_is_drawn_in_both_themes(
    qtbot: QtBot, worn: Callable[[str], None], shoot: Callable[[QWidget, str], object], theme_name: str
) -> None:
    page = page_with(qtbot, LOW, CRITICAL, OVER)
    worn(theme_name)
    shoot(page, f"alerts-{theme_name}")
    assert page.cards[0].isVisible()
