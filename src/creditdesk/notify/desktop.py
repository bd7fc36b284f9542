"""Desktop notifications with buttons, through the system's own notification service.

`Notifier.show` says whether the service took the message; the caller falls back to the tray's balloon and to the banner
in the window, so that a warning is never only a notification.
"""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from desktop_notifier import Button, DesktopNotifier, Icon, Urgency

from creditdesk.notify.message import Message

LIMIT_S = 5.0


class Notifier:
    """Shows and withdraws notifications. Use it on one asyncio loop, the same for all calls."""

    def __init__(self, name: str, icon: Path | None = None) -> None:
        logging.getLogger("desktop_notifier").setLevel(logging.CRITICAL)  # a missing service is told by the result
        self._notifier = DesktopNotifier(app_name=name, app_icon=Icon(path=icon) if icon else None)

    async def show(self, message: Message, pressed: Callable[[str], None]) -> str | None:
        """Show it; its identifier, or None when no service took it. A click on its body is `pressed("open")`."""
        taken: list[bool] = []
        buttons = [Button(title=label, on_pressed=_call(pressed, action)) for label, action in message.buttons]
        try:
            async with asyncio.timeout(LIMIT_S):
                identifier = await self._notifier.send(
                    title=message.title,
                    message=_plain(message.text),
                    urgency=Urgency.Critical if message.urgent else Urgency.Normal,
                    buttons=buttons,
                    on_clicked=_call(pressed, "open"),
                    on_dispatched=lambda: taken.append(True),
                )
        except (OSError, TimeoutError, RuntimeError):
            return None
        return identifier if taken else None

    async def withdraw(self, identifier: str) -> None:
        """Take a shown notification back; nothing happens when it is gone already."""
        try:
            async with asyncio.timeout(LIMIT_S):
                await self._notifier.clear(identifier)
        except Exception:  # foreign code on a bus that may be gone: the message goes by itself, or is gone already
            return


def _plain(text: str) -> str:
    """The service may take the text for markup: a vendor's label must not become a link or a picture."""
    return text.replace("<", "‹").replace(">", "›")


def _call(told: Callable[[str], None], action: str) -> Callable[[], None]:
    return lambda: told(action)
