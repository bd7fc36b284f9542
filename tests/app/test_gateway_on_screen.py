"""The gateway in a window, with real requests to the sandbox: switched, shown, stopped; and no key or token leaks."""

import json
import threading
from concurrent.futures import Future
from dataclasses import dataclass, replace
from decimal import Decimal
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from tests.app.screen import Screen, spoken

from creditdesk.core.charges import ChargeState
from creditdesk.core.guard import Guard
from creditdesk.core.pools import Account
from creditdesk.gateway.running import LOCK
from creditdesk.notify.message import Message
from creditdesk.sandbox import FaultKind
from creditdesk.store.charges import Charges
from creditdesk.store.lock import FileLock
from creditdesk.ui.dialogs import Question
from creditdesk.ui.gateway_page import GatewayPage
from creditdesk.ui.gateway_token import TokenDialog, TokenShown
from creditdesk.ui.gateway_values import Phase
from creditdesk.ui.ledger_words import MINUS

PATIENCE_S = 10
VENDOR = "oneclickseo"


@dataclass
class Shop:
    """A window with the account "Shop", whose balance was typed, and its gateway page."""

    screen: Screen
    account: Account

    @property
    def page(self) -> GatewayPage:
        page = self.screen.desktop.window.page("gateway")
        assert isinstance(page, GatewayPage)
        return page

    @property
    def phase(self) -> Phase:
        phase: Phase = self.screen.desktop.pages.serving.standing.phase
        return phase

    def start(self) -> None:
        self.screen.desktop.window.show_page("gateway")
        self.page.switch.click()
        self.screen.until(lambda: self.phase is Phase.ON)
        self.screen.settle()

    def add_token(self, guard: Guard = Guard.WATCH, day: str = "") -> str:
        """The new token, as a user makes it and reads it."""
        window = self.screen.desktop.window
        self.page.scripts.add.click()
        self.screen.until(lambda: bool(window.findChildren(TokenDialog)))
        dialog = window.findChildren(TokenDialog)[-1]
        dialog.client.setText("night report")
        dialog.guards[guard].setChecked(True)
        dialog.day.setText(day)
        dialog.save.click()
        self.screen.until(lambda: bool(window.findChildren(TokenShown)))
        shown = window.findChildren(TokenShown)[-1]
        secret = shown.token.text()
        shown.accept()
        self.screen.settle()
        return secret

    def ask(self, token: str, path: str = "/v1/serp/overview", keywords: int = 0) -> int:
        """The status of a request through the gateway."""
        body = json.dumps({"keywords": [f"k{each}" for each in range(keywords)]}).encode() if keywords else None
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        url = self.page.status.url.text()
        try:
            with urlopen(Request(f"{url}{path}", body, headers), timeout=PATIENCE_S) as answer:
                return int(answer.status)
        except HTTPError as error:
            return error.code

    def rows(self, count: int) -> list[list[str]]:
        """The rows of the live table, when there are so many."""
        self.screen.until(lambda: len(self.page.requests.texts()) == count)
        return self.page.requests.texts()


@pytest.fixture
def shop(screen: Screen) -> Shop:
    screen.set(VENDOR, monthly=20, top_up=0)
    (account,) = screen.prepare(screen.draft(VENDOR, "Shop", settings={"plan": "starter", "edition": "international"}))
    desk = screen.open_desk()
    for pool, left in (("monthly", 20), ("top-up", 0)):
        desk.tools.history.typed(account.id, pool, Decimal(left), None, screen.clock()).result()
    desk.tools.history.close()
    desk.tools.vault.close()
    screen.open()
    return Shop(screen, account)


def test_what_passes_is_shown_counted_and_on_the_card_and_no_key_or_token_is_anywhere(shop: Shop) -> None:
    screen = shop.screen
    shop.start()
    token = shop.add_token()
    assert shop.ask(token, keywords=4) == 200
    ((_, decision, account, client, request, charged),) = shop.rows(1)
    assert (decision, account, client) == ("Passed, 200", "OneClickSEO · Shop", "night report")
    assert (request, charged) == ("SERP overview", "4 reported")
    screen.until(lambda: shop.page.scripts.texts()[0][3] == "4")
    screen.look(seconds=61)
    screen.until(lambda: screen.left()["monthly"] == 16)
    assert "counted" in spoken([screen.card()])
    said = spoken([screen.desktop.window])
    assert token not in said
    assert screen.key(VENDOR) not in said
    everything = b"".join(each.read_bytes() for each in screen.places.data_dir.iterdir() if each.is_file())
    assert token.encode() not in everything
    assert screen.key(VENDOR).encode() not in everything


def test_a_token_that_was_copied_is_taken_off_the_clipboard(shop: Shop) -> None:
    screen, clipboard = shop.screen, QGuiApplication.clipboard()
    shop.start()
    shop.page.scripts.add.click()
    screen.until(lambda: bool(screen.desktop.window.findChildren(TokenDialog)))
    screen.desktop.window.findChildren(TokenDialog)[0].save.click()
    screen.until(lambda: bool(screen.desktop.window.findChildren(TokenShown)))
    shown = screen.desktop.window.findChildren(TokenShown)[0]
    shown.copy.click()
    secret = shown.token.text()
    assert clipboard.text() == secret != ""
    screen.desktop.stories.clipboard.clear_now()
    assert clipboard.text() == ""


def stopped(screen: Screen) -> list[tuple[int, Message]]:
    """The messages that a script was stopped, each with its place among all."""
    return [(place, each) for place, each in enumerate(screen.messages.shown) if "report was stopped" in each.title]


def test_what_cannot_be_paid_is_refused_said_large_and_told_once_an_hour(shop: Shop) -> None:
    screen = shop.screen
    shop.start()
    token = shop.add_token(Guard.REFUSE, "5")
    asked = screen.requests(VENDOR)
    for _ in range(3):
        assert shop.ask(token, keywords=6) == 402
    assert screen.requests(VENDOR) == asked
    assert [row[1] for row in shop.rows(3)] == ["Refused, 402"] * 3
    news = shop.page.requests.news
    assert news.isVisible()
    assert "Refused night report" in news.accessibleName()
    assert "budget of 5" in news.accessibleName()
    screen.until(lambda: len(stopped(screen)) == 1)
    assert stopped(screen)[0][1].text.endswith("budget of 5.")
    screen.until(lambda: shop.page.scripts.texts()[0][5] == "3")
    screen.clock.move(minutes=61)
    assert shop.ask(token, keywords=6) == 402
    screen.until(lambda: len(stopped(screen)) == 2)
    screen.desktop.window.show_page("overview")
    screen.messages.pressed[stopped(screen)[1][0]]("gateway")
    screen.until(lambda: screen.desktop.window.page_name == "gateway")


def test_it_is_on_again_at_the_next_start_and_the_same_token_still_lets_in(shop: Shop) -> None:
    shop.start()
    token = shop.add_token()
    shop.screen.restart()
    shop.screen.until(lambda: shop.phase is Phase.ON)
    shop.screen.desktop.window.show_page("gateway")
    shop.screen.settle()
    assert shop.ask(token, "/v1/projects") == 200
    shop.page.switch.click()
    shop.screen.until(lambda: shop.phase is Phase.OFF)
    shop.screen.restart()
    assert shop.phase is Phase.OFF


def test_closing_the_window_ends_it_in_time_and_what_was_under_way_is_not_lost(shop: Shop) -> None:
    screen = shop.screen
    shop.start()
    token = shop.add_token()
    screen.fault(FaultKind.HANG, VENDOR)
    status: Future[str] = Future()

    def work() -> None:
        try:
            status.set_result(str(shop.ask(token, keywords=2)))
        except OSError as error:
            status.set_result(type(error).__name__)

    running = threading.Thread(target=work)
    url = shop.page.status.url.text()
    assert url
    running.start()
    charges = Charges(screen.desktop.parts.desk.tools.history.connections)
    screen.until(lambda: len(charges.of(shop.account.id, screen.clock()).result(10)) == 1)
    assert screen.close() < 2
    running.join(PATIENCE_S)
    assert status.done()
    screen.clear()
    screen.open()
    screen.until(lambda: shop.phase is Phase.ON)
    charges = Charges(screen.desktop.parts.desk.tools.history.connections)
    (charge,) = charges.of(shop.account.id, screen.clock()).result(10)
    assert (charge.state, charge.draws) == (ChargeState.UNKNOWN, None)


def test_a_second_gateway_of_the_folder_is_said_plainly(shop: Shop) -> None:
    shop.screen.desktop.window.show_page("gateway")
    with FileLock(shop.screen.places.data_dir / LOCK, 0.0).hold():
        shop.page.switch.click()
        shop.screen.until(lambda: shop.phase is Phase.ELSEWHERE)
        assert "creditdesk gateway" in shop.page.status.what.text()
        assert shop.page.switch.text() == "Start the gateway"
    shop.page.switch.click()
    shop.screen.until(lambda: shop.phase is Phase.ON)


def test_what_keeps_it_from_running_is_said_and_the_switch_works_again(shop: Shop) -> None:
    shop.screen.desktop.window.show_page("gateway")
    chosen = shop.screen.desktop.parts.desk.tools.chosen
    chosen.change_settings(lambda before: replace(before, ca_file="nowhere.pem"))
    shop.page.switch.click()
    shop.screen.until(lambda: shop.phase is Phase.FAILED)
    assert "authorities" in shop.page.status.what.text()
    chosen.change_settings(lambda before: replace(before, ca_file=""))

    def tried() -> bool:
        """An edit of the settings is seen within a second."""
        if shop.phase is Phase.FAILED:
            shop.page.switch.click()
        return shop.phase is Phase.ON

    shop.screen.until(tried)


def test_a_keyring_that_is_locked_is_said_at_the_request(shop: Shop) -> None:
    shop.start()
    token = shop.add_token()
    shop.screen.memory.fail("KeyringLocked")
    assert shop.ask(token, keywords=1) == 503
    ((_, decision, _, _, request, _),) = shop.rows(1)
    assert decision == "Failed, 503"
    assert "There is no key to send" in request


def test_a_revoked_token_lets_nobody_in(shop: Shop, qapp: QApplication) -> None:
    screen = shop.screen
    shop.start()
    token = shop.add_token()
    assert shop.ask(token, "/v1/projects") == 200
    screen.until(lambda: len(shop.page.scripts.texts()) == 1)
    shop.page.scripts.table.choose(0)
    shop.page.scripts.revoke.click()
    screen.until(lambda: bool(screen.desktop.window.findChildren(Question)))
    screen.desktop.window.findChildren(Question)[0].yes.click()
    screen.until(lambda: not shop.page.scripts.texts())
    screen.until(lambda: shop.ask(token, "/v1/projects") == 401)


def test_the_ledger_is_a_click_away_and_shows_how_the_balance_comes_about(shop: Shop) -> None:
    screen = shop.screen
    shop.start()
    assert shop.ask(shop.add_token(), keywords=3) == 200
    shop.rows(1)
    screen.look(seconds=61)
    shop.page.scripts.table.choose(0)
    shop.page.scripts.ledger.click()
    screen.settle()
    window = screen.desktop.window
    assert window.page_name == "ledger"
    said = spoken([window.page("ledger")])  # type: ignore[list-item]  # it is there
    assert "20 typed" in said and f"{MINUS} 3 charged" in said
    window.page("ledger").back.click()  # type: ignore[union-attr]  # as above
    assert window.page_name == "gateway"
