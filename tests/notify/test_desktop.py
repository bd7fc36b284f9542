"""What crosses the bus when a warning is shown, answered and taken back; and what happens when the service goes."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import psutil
import pytest
from tests.notify.service import Service, private_bus, serving

from creditdesk.notify.desktop import Notifier
from creditdesk.notify.message import Message

BUTTONS = (("Open", "open"), ("Snooze 8 hours", "snooze"), ("Top up", "https://example.com/buy"))
MESSAGE = Message("Agency is low", "150 of <b>1,000</b> left.", urgent=True, buttons=BUTTONS)


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with private_bus() as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        yield address


@pytest.fixture
def service(bus: str) -> Iterator[Service]:
    with serving(bus) as running:
        yield running


def run(story: Callable[[Notifier, list[str]], Coroutine[Any, Any, None]]) -> list[str]:
    """Run a story with a notifier; what was pressed."""
    pressed: list[str] = []

    async def whole() -> None:
        notifier = Notifier("creditdesk")
        await story(notifier, pressed)
        await notifier.close()

    asyncio.run(whole())
    return pressed


async def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.005)


def test_a_message_crosses_the_bus_with_its_words_its_buttons_and_how_urgent_it_is(service: Service) -> None:
    async def story(notifier: Notifier, pressed: list[str]) -> None:
        assert await notifier.show(MESSAGE, pressed.append)
        assert await notifier.show(Message("Calm", "Text", sound=True), pressed.append)

    assert run(story) == []
    urgent, calm = service.sent
    assert (urgent.app, urgent.replaces, urgent.title) == ("creditdesk", 0, "Agency is low")
    assert urgent.text == "150 of ‹b›1,000‹/b› left."
    assert list(urgent.actions.values()) == ["", "Open", "Snooze 8 hours", "Top up"]
    assert "default" in urgent.actions
    assert not any("example.com" in key for key in urgent.actions)
    assert urgent.hints == {"urgency": ("y", 2)}
    assert calm.hints == {"urgency": ("y", 1), "sound-name": ("s", "dialog-warning")}


@pytest.mark.parametrize(("label", "action"), [("", "open"), *BUTTONS])
def test_a_button_tells_its_action_once(service: Service, label: str, action: str) -> None:
    async def story(notifier: Notifier, pressed: list[str]) -> None:
        identifier = await notifier.show(MESSAGE, pressed.append)
        service.press(1, service.sent[0].button(label))
        await until(lambda: bool(pressed))
        await notifier.withdraw(identifier or "")

    assert run(story) == [action]
    assert service.closed == []


def test_a_message_that_no_longer_holds_is_closed_and_one_that_is_gone_is_left_alone(service: Service) -> None:
    async def story(notifier: Notifier, pressed: list[str]) -> None:
        first = await notifier.show(MESSAGE, pressed.append)
        second = await notifier.show(MESSAGE, pressed.append)
        assert first and second
        service.dismiss(2)
        await notifier.withdraw(first)
        await until(lambda: not service.showing)
        await notifier.withdraw(second)
        await notifier.withdraw(first)

    assert run(story) == []
    assert service.closed[0] == 1
    assert len(service.sent) == 2


def test_a_service_that_comes_later_is_found_and_its_absence_leaves_nothing_open(bus: str) -> None:
    async def story(notifier: Notifier, pressed: list[str]) -> None:
        assert await notifier.show(MESSAGE, pressed.append) is None
        before = psutil.Process().num_fds()
        for _ in range(10):
            assert await notifier.show(MESSAGE, pressed.append) is None
        await until(lambda: psutil.Process().num_fds() <= before)
        with serving(bus) as service:
            assert await notifier.show(MESSAGE, pressed.append)
            assert len(service.sent) == 1
        assert await notifier.show(MESSAGE, pressed.append) is None
        with serving(bus) as service:
            identifier = await notifier.show(MESSAGE, pressed.append)
            assert identifier
            await notifier.withdraw(identifier)
            assert service.closed == [1]

    assert run(story) == []


def test_a_bus_that_breaks_is_told_as_no_service_and_the_next_one_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(notifier: Notifier, pressed: list[str]) -> None:
        for _ in range(2):
            with private_bus() as address, serving(address) as service:
                monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
                identifier = await notifier.show(MESSAGE, pressed.append)
                assert identifier
                assert len(service.sent) == 1
            await notifier.withdraw(identifier)
            assert await notifier.show(MESSAGE, pressed.append) is None

    assert run(story) == []
