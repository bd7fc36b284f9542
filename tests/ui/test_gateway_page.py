"""The gateway page: what it shows of requests and scripts, live and without a jump; what it hides; how it is used."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from creditdesk.core.charges import Known
from creditdesk.core.guard import Guard
from creditdesk.core.seen import Done, Seen
from creditdesk.core.settings import Settings
from creditdesk.core.tallies import Total
from creditdesk.ui.board import Entry
from creditdesk.ui.gateway_page import GatewayPage
from creditdesk.ui.gateway_requests import MOST_ROWS
from creditdesk.ui.gateway_token import TokenDialog, TokenShown
from creditdesk.ui.gateway_values import Phase, Script, Standing, Wanted, Way
from creditdesk.ui.words import HIDDEN

ON = Standing(Phase.ON, "http://127.0.0.1:8402/")
WHY = "It costs 30 credits, and 20 are left of this day's budget of 40."


@pytest.fixture
def account(made: dict[str, Callable[..., Entry]]) -> Entry:
    return made["oneclick"]()


@pytest.fixture
def page(qtbot: QtBot, account: Entry, now: datetime) -> GatewayPage:
    page = GatewayPage()
    qtbot.addWidget(page)
    page.resize(900, 700)
    way = Way(account.id, "OneClickSEO", "https://api.example.com", "in the header X-Key", "credits")
    page.show_accounts([account], [way], Settings(), now)
    page.show_standing(ON)
    page.show()
    return page


def seen(account: Entry, now: datetime, number: int, done: Done = Done.PASSED, **more: object) -> Seen:
    at = now + timedelta(seconds=number)
    cost = Decimal(0) if done is Done.REFUSED else Decimal(number)
    known = None if done is Done.REFUSED else Known.REPORTED
    made = Seen(
        number, at, account.id, "t1", "Acme", "serp", done, 402 if done is Done.REFUSED else 200, cost, "", known
    )
    return replace(made, **more)  # type: ignore[arg-type]


def script(account: Entry, now: datetime, **more: object) -> Script:
    return replace(Script("t1", account.id, "Acme", Guard.REFUSE, now), **more)  # type: ignore[arg-type]


def test_requests_come_on_top_and_who_looks_at_one_keeps_it_and_the_place(
    page: GatewayPage, account: Entry, now: datetime
) -> None:
    page.add_requests([seen(account, now, number) for number in range(1, 60)])
    table = page.requests.table
    assert table.texts()[0][-1] == "59 reported"
    table.choose(20)
    bar = table.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    chosen, top = table.chosen(), table.rowAt(0)
    first = table.rows()[top]
    page.add_requests([seen(account, now, number) for number in range(55, 70)])
    assert len(table.rows()) == 69
    assert table.chosen() == chosen
    assert table.rows()[table.rowAt(0)] == first


def test_however_many_came_there_are_five_hundred_rows(page: GatewayPage, account: Entry, now: datetime) -> None:
    for number in range(0, 3_000, 500):
        page.add_requests([seen(account, now, number + each) for each in range(1, 501)])
    assert len(page.requests.table.rows()) == MOST_ROWS
    assert page.requests.texts()[0][-1] == "3,000 reported"


def test_columns_do_not_jump_while_requests_come(page: GatewayPage, account: Entry, now: datetime) -> None:
    table = page.requests.table
    page.add_requests([seen(account, now, 10, client="a much longer client")])
    widths = [table.columnWidth(place) for place in range(6)]
    page.add_requests([seen(account, now, number, client="b") for number in range(11, 90)])
    assert [table.columnWidth(place) for place in range(6)] == widths


def test_a_refusal_is_said_above_everything_until_it_is_closed(
    page: GatewayPage, account: Entry, now: datetime, qtbot: QtBot
) -> None:
    page.add_requests([seen(account, now, 1, Done.REFUSED, note=WHY), seen(account, now, 2)])
    news = page.requests.news
    assert news.isVisible()
    assert news.accessibleName().startswith("Refused Acme at OneClickSEO.")
    assert WHY in news.accessibleName()
    assert news.mapTo(page, news.rect().topLeft()).y() < page.area.mapTo(page, page.area.rect().topLeft()).y()
    qtbot.mouseClick(news.buttons[0], Qt.MouseButton.LeftButton)
    page.add_requests([seen(account, now, 3)])
    assert not news.isVisible()


def test_what_is_spent_stands_beside_its_budget(page: GatewayPage, account: Entry, now: datetime) -> None:
    page.show_scripts(
        [
            script(
                account,
                now,
                today=Total("t1", 3, Decimal(12), 1),
                month=Total("t1", 9, Decimal(600)),
                budget_day=Decimal(40),
                budget_month=Decimal(600),
                refused=2,
            )
        ]
    )
    assert page.scripts.texts() == [
        ["Acme", "OneClickSEO", "Refuse", "12 of 40, 1 unknown", "600 of 600", "2", "never"]
    ]


def test_names_and_amounts_that_are_hidden_are_nowhere(page: GatewayPage, account: Entry, now: datetime) -> None:
    page.show_settings(Settings(hide_amounts=True, hide_names=True))
    page.show_scripts([script(account, now, today=Total("t1", 3, Decimal(12)), used_at=now)])
    page.add_requests([seen(account, now, 1, Done.REFUSED, note=WHY), seen(account, now, 34)])
    said = repr(page.scripts.texts() + page.requests.texts()) + page.requests.news.accessibleName()
    assert "Acme" not in said
    assert "34 reported" not in said
    assert "budget of 40" not in said
    assert HIDDEN in said


def test_each_state_says_what_it_is_and_what_to_do(page: GatewayPage) -> None:
    for standing, word, button in (
        (Standing(), "Off", "Start the gateway"),
        (ON, "On", "Stop the gateway"),
        (Standing(Phase.ELSEWHERE), "Runs elsewhere", "Start the gateway"),
        (Standing(Phase.FAILED, problem="Look at the settings."), "Does not run", "Start the gateway"),
    ):
        page.show_standing(standing)
        assert page.state.accessibleName() == word
        assert page.switch.text() == page.switch.accessibleName() == button
        assert page.status.way.isVisible() == standing.serves
        assert page.status.what.isVisible() != standing.serves
    assert page.status.what.text() == "Look at the settings."
    assert page.scripts.none.isVisible() and page.requests.none.isVisible()


def test_without_an_account_that_can_pass_the_page_says_what_to_do(qtbot: QtBot, now: datetime) -> None:
    page = GatewayPage()
    qtbot.addWidget(page)
    page.show_accounts([], [], Settings(), now)
    page.show()
    assert page.empty.isVisible() and not page.area.isVisible()
    with qtbot.waitSignal(page.add_account_requested):
        page.empty.buttons[0].click()


def test_the_address_for_an_account_is_copied_whole(page: GatewayPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.status.copy_requested) as copied:
        page.status.copy.click()
    assert copied.args == ["http://127.0.0.1:8402/OneClickSEO"]
    assert "https://api.example.com" in page.status.place.text()
    assert "in the header X-Key" in page.status.place.text()


def test_every_part_that_takes_the_keyboard_has_a_name(page: GatewayPage, account: Entry, now: datetime) -> None:
    page.show_scripts([script(account, now)])
    page.add_requests([seen(account, now, 1, Done.REFUSED, note=WHY)])
    parts = [each for each in page.findChildren(QWidget) if each.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert [each for each in parts if each.isVisible() and not each.accessibleName()] == []
    assert all(each.accessibleName() for each in page.findChildren(QPushButton))


def test_a_token_is_asked_for_with_its_guard_and_budgets(qtbot: QtBot) -> None:
    dialog = TokenDialog([("a", "Shop"), ("b", "Other")], {"a": "credits"}, {"a": "Acme", "b": "Nord"})
    qtbot.addWidget(dialog)
    saved: list[Wanted] = []
    dialog.saved.connect(saved.append)
    assert dialog.client.text() == "Acme"
    dialog.choose("b")
    assert dialog.client.text() == "Nord"
    dialog.client.setText("night report")
    dialog.choose("a")
    assert dialog.client.text() == "night report"
    dialog.day.setText("lots")
    dialog.save.click()
    assert not saved and dialog.error.text()
    dialog.day.setText("1,500")
    dialog.guards[Guard.WARN].setChecked(True)
    dialog.save.click()
    assert saved == [Wanted("a", "night report", Guard.WARN, Decimal(1500), None)]


def test_the_new_token_is_gone_from_the_window_when_its_dialog_is(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    shown = TokenShown("cdk_secret", "http://127.0.0.1:8402/Shop", "in the header X-Key", parent)
    shown.open()
    assert shown.token.text() == "cdk_secret"
    assert any("only time" in each.text() for each in shown.findChildren(QLabel))
    texts: list[str] = []
    shown.finished.connect(lambda _: texts.append(shown.token.text()))
    shown.done_button.click()
    assert texts == [""]
