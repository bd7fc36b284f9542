"""The first page: cards worst first, one banner, a search, and a first run that says what to do."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractButton, QWidget
from pytestqt.qtbot import QtBot

from creditdesk.core.pools import Level, Trouble, TroubleKind
from creditdesk.core.settings import Settings
from creditdesk.ui.board import Entry
from creditdesk.ui.news import worst_news
from creditdesk.ui.overview import AT_ONCE, OverviewPage

NOW = datetime(2025, 11, 21, 9, 14, tzinfo=UTC)
PLAIN = Settings()
Makers = dict[str, Callable[..., Entry]]


@pytest.fixture
def page(qtbot: QtBot, worn: Callable[[str], None]) -> OverviewPage:
    """An overview of no account yet."""
    made = OverviewPage()
    qtbot.addWidget(made)
    made.resize(1068, 820)
    return made


def many(made: Makers, count: int) -> list[Entry]:
    """So many accounts, of every shape in turn."""
    makers = list(made.values())
    entries = []
    for number in range(count):
        entry = makers[number % len(makers)]()
        account = entry.reading.account.changed(id=f"account-{number}")
        entries.append(replace(entry, reading=replace(entry.reading, account=account)))
    return entries


def names(page: OverviewPage) -> list[str]:
    """The accounts of the cards on screen, in their order."""
    return [card.account_id for card in page.cards if not card.isHidden()]


def test_the_worst_news_is_on_top(page: OverviewPage, entries: list[Entry]) -> None:
    page.show_entries(entries, NOW, PLAIN)
    levels = {entry.id: entry.reading.level for entry in entries}
    severities = [levels[account].severity for account in names(page)]
    assert severities == sorted(severities, reverse=True)
    assert page.header.subtitle.text() == "7 accounts, read 1 min ago"


def test_a_first_run_says_what_to_do(page: OverviewPage, qtbot: QtBot) -> None:
    page.show_entries([], NOW, PLAIN)
    assert page.empty is not None
    add, sample = page.empty.buttons
    with qtbot.waitSignal(page.add_requested):
        add.click()
    with qtbot.waitSignal(page.sample_requested):
        sample.click()
    assert page.search.isHidden()


def test_the_banner_says_the_worst_news_and_snoozes(page: OverviewPage, made: Makers, qtbot: QtBot) -> None:
    low = made["oneclick"]()
    page.show_entries([made["ranktracker"](), low], NOW, PLAIN)
    said = page.banner.accessibleName()
    assert said == "OneClickSEO runs out about Thu 27 Nov, 3 days before its reset on 1 Dec."
    with qtbot.waitSignal(page.snooze_requested) as snoozed:
        page.banner.buttons[1].click()
    assert snoozed.args == [low.id]
    assert page.banner.isHidden()


def test_there_is_no_banner_when_all_is_well(page: OverviewPage, made: Makers) -> None:
    page.show_entries([made["ranktracker"](), made["rank_genius"]()], NOW, PLAIN)
    assert page.banner.isHidden()


def test_a_locked_keyring_is_news_with_a_way_out(page: OverviewPage, made: Makers, qtbot: QtBot) -> None:
    locked = made["ranktracker"](trouble=Trouble(TroubleKind.KEYRING_LOCKED, ""))
    page.show_entries([locked], NOW, PLAIN)
    with qtbot.waitSignal(page.remedy_requested) as asked:
        page.banner.buttons[0].click()
    assert asked.args == [locked.id, "unlock"]


def test_muted_accounts_make_no_news(made: Makers) -> None:
    low = made["oneclick"]()
    muted = replace(low, reading=replace(low.reading, account=low.reading.account.changed(muted=True)))
    assert worst_news([muted], NOW, PLAIN) is None


def test_the_rest_of_fifty_cards_comes_after_the_first_paint(page: OverviewPage, made: Makers, qtbot: QtBot) -> None:
    page.show_entries(many(made, 50), NOW, PLAIN)
    assert len(page.cards) == AT_ONCE
    page.show()
    qtbot.waitUntil(lambda: len(page.cards) == 50, timeout=10_000)


def test_a_card_is_updated_in_place(page: OverviewPage, made: Makers) -> None:
    entry = made["capsolver"]()
    page.show_entries([entry], NOW, PLAIN)
    (card,) = page.cards
    widgets = card.findChildren(QWidget)
    assert entry.reading.snapshot is not None
    balance, package = entry.reading.snapshot.pools
    snapshot = replace(entry.reading.snapshot, pools=(replace(balance, left=Decimal("2.71")), package))
    page.show_entry(replace(entry, reading=replace(entry.reading, snapshot=snapshot)), NOW, PLAIN)
    assert page.cards == [card]
    assert card.findChildren(QWidget) == widgets
    assert any(widget.accessibleName().startswith("$2.71") for widget in widgets)


def test_an_account_that_is_gone_has_no_card(page: OverviewPage, entries: list[Entry]) -> None:
    page.show_entries(entries, NOW, PLAIN)
    page.show_entries(entries[1:], NOW, PLAIN)
    assert entries[0].id not in names(page)
    assert len(names(page)) == len(entries) - 1


def test_a_search_keeps_what_is_called_that(page: OverviewPage, entries: list[Entry]) -> None:
    page.show_entries(entries, NOW, PLAIN)
    page.search.setText("tracker")
    assert len(names(page)) == 2
    page.search.setText("no such account")
    assert names(page) == []
    page.search.setText("")
    assert len(names(page)) == len(entries)


def test_ages_go_on_without_a_reading(page: OverviewPage, made: Makers) -> None:
    page.show_entries([made["ranktracker"]()], NOW, PLAIN)
    page.show_now(NOW + timedelta(hours=2))
    assert page.header.subtitle.text() == "1 account, read 2 h ago"
    assert "2 h ago" in page.cards[0].accessibleName()


@pytest.mark.parametrize(
    ("words", "signal"),
    [
        ("Refresh", "refresh_requested"),
        ("Edit…", "edit_requested"),
        ("History", "history_requested"),
        ("Size an import", "size_requested"),
        ("Type a balance…", "type_balance_requested"),
        ("Snooze alerts", "snooze_requested"),
        ("Duplicate…", "duplicate_requested"),
        ("Remove", "remove_requested"),
    ],
)
def test_the_menu_of_a_card_asks_for_what_it_says(
    page: OverviewPage, made: Makers, qtbot: QtBot, words: str, signal: str
) -> None:
    entry = made["oneclick"]()
    page.show_entries([entry], NOW, PLAIN)
    actions = {action.text(): action for action in page.cards[0].menu().actions()}
    with qtbot.waitSignal(getattr(page, signal)) as asked:
        actions[words].trigger()
    assert asked.args == [entry.id]


def test_only_typed_accounts_offer_to_type_a_balance(page: OverviewPage, made: Makers) -> None:
    page.show_entries([made["ranktracker"]()], NOW, PLAIN)
    assert "Type a balance…" not in [action.text() for action in page.cards[0].menu().actions()]


def test_the_buttons_of_cards_ask_for_what_they_say(page: OverviewPage, made: Makers, qtbot: QtBot) -> None:
    stale, inferred, free = made["own_api"](), made["leadboxer"](), made["rank_genius"](plan="free")
    page.show_entries([stale, inferred, free], NOW, PLAIN)
    buttons = {button.text(): button for button in page.findChildren(QAbstractButton) if button.text()}
    with qtbot.waitSignal(page.refresh_requested) as asked:
        buttons["Try now"].click()
    assert asked.args == [stale.id]
    with qtbot.waitSignal(page.confirm_requested) as asked:
        buttons["Confirm"].click()
    assert asked.args == [inferred.id]
    with qtbot.waitSignal(page.link_requested) as asked:
        buttons["See plans"].click()
    assert asked.args == ["https://example.com/plans"]


def test_return_on_a_card_opens_its_history(page: OverviewPage, made: Makers, qtbot: QtBot) -> None:
    entry = made["ranktracker"]()
    page.show_entries([entry], NOW, PLAIN)
    with qtbot.waitSignal(page.history_requested) as asked:
        qtbot.keyClick(page.cards[0], Qt.Key.Key_Return)
    assert asked.args == [entry.id]


def test_every_widget_that_takes_the_keyboard_has_a_name(page: OverviewPage, entries: list[Entry]) -> None:
    page.show_entries(entries, NOW, PLAIN)
    nameless = [
        widget
        for widget in page.findChildren(QWidget)
        if widget.focusPolicy() != Qt.FocusPolicy.NoFocus and not widget.accessibleName()
    ]
    assert nameless == []


def test_the_keyboard_visits_the_cards_in_their_order(page: OverviewPage, entries: list[Entry]) -> None:
    page.show_entries(entries, NOW, PLAIN)
    wanted = [widget for card in page.cards for widget in card.focus_chain()]
    visited, widget = [], wanted[0]
    for _ in range(5000):
        if widget in wanted:
            visited.append(widget)
        widget = widget.nextInFocusChain()
        if widget is wanted[0]:
            break
    assert visited == wanted


@pytest.mark.parametrize(("width", "columns"), [(1068, 3), (688, 2), (500, 1)])
def test_cards_flow_from_three_columns_to_one(
    page: OverviewPage, entries: list[Entry], qtbot: QtBot, width: int, columns: int
) -> None:
    page.show_entries(entries, NOW, PLAIN)
    page.resize(width, 800)
    page.show()
    qtbot.waitUntil(lambda: len({card.x() for card in page.cards}) == columns)
    assert max(card.width() for card in page.cards) - min(card.width() for card in page.cards) <= 1
    assert all(card.mapTo(page, card.rect().bottomRight()).x() < width for card in page.cards)


def test_hidden_names_are_on_no_card(page: OverviewPage, entries: list[Entry]) -> None:
    page.show_entries(entries, NOW, Settings(hide_names=True, hide_amounts=True))
    said = " ".join(widget.accessibleName() for widget in page.findChildren(QWidget))
    for secret in ("Agency", "client-site", "Scraping", "4,820", "3.18", "1,204"):
        assert secret not in said


@pytest.mark.parametrize("name", ["light", "dark"])
def test_the_page_can_be_drawn(
    page: OverviewPage,
    entries: list[Entry],
    worn: Callable[[str], None],
    shoot: Callable[[QWidget, str], Path],
    name: str,
) -> None:
    worn(name)
    page.show_entries(entries, NOW, PLAIN)
    page.show_sample(True)
    picture = QImage(str(shoot(page, f"overview-{name}")))
    assert picture.size() == page.size()
    assert len({picture.pixel(x, 300) for x in range(0, picture.width(), 3)}) > 5


def test_an_account_used_up_is_the_worst(made: Makers) -> None:
    used_up = made["oneclick"](run_outs=())
    gone = replace(used_up, reading=replace(used_up.reading, level=Level.EXHAUSTED))
    news = worst_news([made["capsolver"](), gone], NOW, PLAIN)
    assert news is not None
    assert (news.lead, news.rest) == ("OneClickSEO is used up", ", it resets 1 Dec. 1 more account needs a look.")
