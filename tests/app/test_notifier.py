"""The notification service as it is: where there is none the notifier says so at once, and harms nothing."""

import asyncio
import time

import pytest

from creditdesk.notify.desktop import Notifier
from creditdesk.notify.message import Message

MESSAGE = Message("A title", "A text", urgent=True, buttons=(("Open", "open"),))


@pytest.mark.parametrize("address", ["unix:path=/nonexistent/bus", "nonsense", ""])
def test_without_a_bus_nothing_is_shown_and_nothing_raised(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    monkeypatch.delenv("DISPLAY", raising=False)

    async def story() -> list[str | None]:
        notifier = Notifier("creditdesk")
        shown = [await notifier.show(MESSAGE, lambda _: None) for _ in range(2)]
        await notifier.withdraw("never shown")
        return shown

    began = time.monotonic()
    assert asyncio.run(story()) == [None, None]
    assert time.monotonic() - began < 5
