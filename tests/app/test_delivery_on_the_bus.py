"""The desk on a bus with a notification service: what is shown, answered, grouped and taken back crosses it, no key."""

from collections.abc import Iterator

import pytest
from tests.app.screen import Screen
from tests.app.warning import PLENTY, deliveries, episodes, one_account, spend
from tests.notify.service import Sent, Service, private_bus, serving
from tests.searching import Search

from creditdesk.app.telling import system_notifier


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    with private_bus() as address, serving(address) as running:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        yield running


@pytest.fixture
def desk(service: Service, screen: Screen) -> Screen:
    """A screen whose warnings go to the service."""
    screen.open_notifier = system_notifier
    return screen


def shown(desk: Screen, service: Service, count: int = 1) -> Sent:
    """Wait for this many notifications; the last one."""
    desk.clock.move(seconds=30)
    desk.until(lambda: len(service.sent) >= count)
    desk.settle()
    assert len(service.sent) == count
    return service.sent[-1]


@pytest.mark.promise("F5", "CloseNotification on the bus")
def test_a_warning_is_one_call_its_buttons_answer_and_a_recovery_closes_it(desk: Screen, service: Service) -> None:
    account = one_account(desk)
    spend(desk, 750)
    sent = shown(desk, service)
    assert (sent.app, sent.title) == ("creditdesk", "Ranktracker · Agency is low")
    assert list(sent.actions.values()) == ["", "Open", "Snooze 8 hours"]
    assert sent.hints["urgency"] == ("y", 1)
    desk.desktop.window.hide()
    service.press(sent.id, sent.button("Open"))
    desk.until(desk.desktop.window.isVisible)
    spend(desk, 110)
    worse = shown(desk, service, 2)
    assert worse.hints["urgency"] == ("y", 2)
    desk.set("ranktracker", **PLENTY)
    desk.look(minutes=6)
    desk.until(lambda: service.closed == [worse.id])
    spend(desk, 750)
    again = shown(desk, service, 3)
    service.press(again.id, again.button("Snooze 8 hours"))
    snoozes = desk.desktop.parts.desk.tools.history.warned.snoozes
    desk.until(lambda: account.id in snoozes().result())
    assert {each.delivered for each in episodes(desk)} == {"notification"}
    assert ("desktop", "withdrawn") in deliveries(desk)


@pytest.mark.promise("C1", "every call to the notification service")
def test_accounts_that_get_low_together_are_one_call_and_no_key_is_in_any(desk: Screen, service: Service) -> None:
    desk.set("ranktracker", **PLENTY)
    names = ("one", "two", "three")
    keys = [desk.running.call(lambda box, n=name: box.add_account("ranktracker", name=n, **PLENTY)) for name in names]
    desk.prepare(*(desk.draft("ranktracker", name, key) for name, key in zip(names, keys, strict=True)))
    desk.open()
    for name in names:
        desk.running.call(lambda box, n=name: box.consume("ranktracker", n, keywords=750))
    desk.look(minutes=6)
    sent = shown(desk, service)
    assert sent.title == "3 accounts run low"
    service.press(sent.id)
    desk.until(lambda: desk.desktop.window.page_name == "overview")
    assert len(service.raw) >= 3
    assert Search(dict(zip(names, keys, strict=True))).blob("".join(service.raw)) == []


def test_without_the_service_the_window_warns_and_both_tries_are_noted(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    with private_bus() as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        screen.open_notifier = system_notifier
        one_account(screen)
        spend(screen, 750)
        screen.clock.move(seconds=30)
        screen.until(lambda: deliveries(screen) == [("desktop", "failed"), ("banner", "shown")])
        assert any("Ranktracker · Agency is low" in text for text in screen.desktop.window.notices)
