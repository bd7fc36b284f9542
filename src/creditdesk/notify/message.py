"""What a notification says, and what can show one. Nothing heavy is imported here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """A notification: plain text, and its buttons as (label, action) where the action is told when one is pressed.

    `sound`: the service may play its own sound of a warning.
    """

    title: str
    text: str
    urgent: bool = False
    buttons: tuple[tuple[str, str], ...] = ()
    sound: bool = False


class Shows(Protocol):
    """Shows and withdraws notifications; `notify.desktop.Notifier` on a real desktop."""

    async def show(self, message: Message, pressed: Callable[[str], None]) -> str | None:
        """Show it; its identifier, or None when no service took it."""
        ...

    async def withdraw(self, identifier: str) -> None:
        """Take a shown notification back."""
        ...

    async def close(self) -> None:
        """Leave the service; what is shown stays, and its buttons tell nothing any more."""
        ...
