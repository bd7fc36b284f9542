"""Desktop notifications with buttons, through the system's own notification service.

`Notifier.show` says whether the service took the message; the caller falls back to the tray's balloon and to the banner
in the window, so that a warning is never only a notification.
"""

import asyncio
import logging
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from desktop_notifier import DEFAULT_SOUND, Button, DesktopNotifier, Icon, Sound, Urgency

from creditdesk.notify.message import Message

LIMIT_S = 5.0
SOUND = Sound(name="dialog-warning") if sys.platform == "linux" else DEFAULT_SOUND
"""A name of the freedesktop sound naming specification (0.8, read 2026-11); elsewhere the system's own sound."""


class Notifier:
    """Shows and withdraws notifications. Use it on one asyncio loop, the same for all calls."""

    def __init__(self, name: str, icon: Path | None = None) -> None:
        logging.getLogger("desktop_notifier").setLevel(logging.CRITICAL)  # a missing service is told by the result
        self._name, self._icon = name, Icon(path=icon) if icon else None
        self._notifier: DesktopNotifier | None = None

    async def show(self, message: Message, pressed: Callable[[str], None]) -> str | None:
        """Show it; its identifier, or None when no service took it. A click on its body is `pressed("open")`."""
        taken: list[bool] = []
        buttons = [Button(title=label, on_pressed=_call(pressed, action)) for label, action in message.buttons]
        notifier = self._notifier = self._notifier or DesktopNotifier(app_name=self._name, app_icon=self._icon)
        identifier = ""
        try:
            async with asyncio.timeout(LIMIT_S):
                identifier = await notifier.send(
                    title=message.title,
                    message=_plain(message.text),
                    urgency=Urgency.Critical if message.urgent else Urgency.Normal,
                    buttons=buttons,
                    on_clicked=_call(pressed, "open"),
                    on_dispatched=lambda: taken.append(True),
                    sound=SOUND if message.sound else None,
                )
        except (OSError, TimeoutError, RuntimeError):
            pass
        if taken:
            return identifier
        self._give_up(notifier)
        return None

    async def withdraw(self, identifier: str) -> None:
        """Take a shown notification back; nothing happens when it is gone already."""
        if self._notifier is None:
            return
        try:
            async with asyncio.timeout(LIMIT_S):
                await self._notifier.clear(identifier)
        except Exception:  # foreign code on a bus that may be gone: the message goes by itself, or is gone already
            return

    async def close(self) -> None:
        """Leave the bus; what is shown stays, and its buttons tell nothing any more."""
        bus = getattr(self._notifier._backend, "bus", None) if self._notifier is not None else None
        self._notifier = None
        if bus is not None:
            bus.disconnect()
            with suppress(TimeoutError, OSError, EOFError):
                await asyncio.wait_for(bus.wait_for_disconnect(), LIMIT_S)

    def _give_up(self, notifier: DesktopNotifier) -> None:
        """Without a service, or on a broken bus, the next message looks anew; the library leaves each try open."""
        backend = notifier._backend
        bus = getattr(backend, "bus", None)  # there is none on other systems
        if bus is None or (getattr(backend, "interface", None) is not None and bus.connected):
            return
        bus.disconnect()
        if notifier is self._notifier:
            self._notifier = None


def _plain(text: str) -> str:
    """The service may take the text for markup: a vendor's label must not become a link or a picture."""
    return text.replace("<", "‹").replace(">", "›")


def _call(told: Callable[[str], None], action: str) -> Callable[[], None]:
    return lambda: told(action)
