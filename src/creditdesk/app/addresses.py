"""The addresses of mail and chat: kept in the keyring, named in the settings, sent to off the window's thread."""

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from creditdesk.app.parts import Parts
from creditdesk.core.settings import Settings
from creditdesk.notify import apprise
from creditdesk.notify.message import Message
from creditdesk.store.config import ConfigError
from creditdesk.store.vault import VaultError

KEPT_AS = apprise.KEPT_AS


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a message to one address: by what may be shown of it, and why it failed ("" when it did not)."""

    shown: str
    why: str = ""


class Addresses(QObject):
    """Adds, removes and uses addresses. The address itself is fetched for one message and dropped.

    Signals:
        changed(object): the desk's settings are these now.
    """

    changed = Signal(object)

    def __init__(self, parts: Parts, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts = parts

    def add(self, text: str, told: Callable[[str], None]) -> None:
        """Keep an address; `told` hears what is wrong with it, "" when it was taken."""
        vault = self._parts.desk.tools.vault
        number = os.urandom(6).hex()

        async def story() -> Settings | str:
            try:
                await asyncio.to_thread(apprise.check, text)
                await vault.write(KEPT_AS, number, text)
                return self._keep(lambda before: before | {number: apprise.masked(text)})
            except (apprise.AddressWrong, VaultError, ConfigError, OSError) as error:
                return _plain(error)

        self._parts.ask(story, lambda result: self._tell(result, told))

    def remove(self, number: str, told: Callable[[str], None]) -> None:
        """Forget an address; `told` hears why it could not be, "" when it was."""
        vault = self._parts.desk.tools.vault

        async def story() -> Settings | str:
            try:
                await vault.erase(KEPT_AS, number)
                return self._keep(lambda before: {each: shown for each, shown in before.items() if each != number})
            except (VaultError, ConfigError, OSError) as error:
                return _plain(error)

        self._parts.ask(story, lambda result: self._tell(result, told))

    async def send(self, message: Message, only: str = "") -> list[Sent]:
        """Send it to every address, or to the one with this id, each once. To be run on the engine."""
        addresses = self._parts.desk.tools.chosen.settings.addresses
        wanted = {number: shown for number, shown in addresses.items() if only in ("", number)}
        return list(await asyncio.gather(*(self._send(number, shown, message) for number, shown in wanted.items())))

    async def _send(self, number: str, shown: str, message: Message) -> Sent:
        try:
            address = await self._parts.desk.tools.vault.read(KEPT_AS, number)
        except VaultError as error:
            return Sent(shown, str(error))
        if address is None:
            return Sent(shown, "The keyring has no such address any more. Remove it and add it again.")
        return Sent(shown, await apprise.send(address, message))

    def _keep(self, change: Callable[[dict[str, str]], dict[str, str]]) -> Settings:
        chosen = self._parts.desk.tools.chosen
        return chosen.change_settings(lambda before: replace(before, addresses=change(dict(before.addresses))))

    def _tell(self, result: Settings | str, told: Callable[[str], None]) -> None:
        if isinstance(result, str):
            told(result)
        else:
            self.changed.emit(result)
            told("")


def _plain(error: Exception) -> str:
    """The error in words that speak of an address: the keyring calls whatever it keeps a key."""
    text = str(error) if not isinstance(error, OSError) else f"It could not be kept: {error.strerror}."
    return text.replace("The key has", "The address has").replace("The key is", "The address is")
