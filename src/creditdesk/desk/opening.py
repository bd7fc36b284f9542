"""Opens what the stories work with, in one folder: config, database, keyring, definitions."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from creditdesk.desk.accounts import Registry
from creditdesk.desk.chosen import Chosen
from creditdesk.desk.reading import Reader
from creditdesk.desk.tools import Asks, Tools, utc_now
from creditdesk.desk.trusting import Trust
from creditdesk.paths import Places, resources
from creditdesk.providers.catalogue import Catalogue
from creditdesk.store.approvals import Approvals
from creditdesk.store.config import Config
from creditdesk.store.history import History
from creditdesk.store.vault import Vault


@dataclass(frozen=True, slots=True)
class Desk:
    """The open desk: its tools, the story of reading and the story of accounts."""

    tools: Tools
    reader: Reader
    registry: Registry
    _late: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def sender(self) -> Any:
        """The story of imports, a `desk.sending.Sender`. It is made late: with it comes the network stack."""
        if "sender" not in self._late:
            from creditdesk.desk.sending import Sender

            self._late["sender"] = Sender(self.tools, self.reader)
        return self._late["sender"]

    @property
    def ledger(self) -> Any:
        """The story of charges and entries, a `desk.ledger.Ledger`; the first paint does not need it."""
        if "ledger" not in self._late:
            from creditdesk.desk.ledger import Ledger

            self._late["ledger"] = Ledger(self.tools, self.reader)
        return self._late["ledger"]

    @property
    def notice(self) -> str:
        """What the user should know about the history's file, or ""."""
        found = self.tools.history.notice
        names = {account.id: account.name for account in self.tools.chosen.accounts}
        return found.named(names).text if found else ""

    async def close(self) -> None:
        """Close connections, then the database, then the keyring's worker."""
        if "sender" in self._late:
            await self.sender.close()
        await self.reader.close()
        self.tools.history.close()
        self.tools.vault.close()


def ask_the_network(ca_file: str = "") -> Asks:
    """The exchange on the real network. Imported here: the network stack costs a third of a second."""
    from creditdesk.providers.exchange import Exchange
    from creditdesk.providers.transport import open_client

    return Exchange(open_client(ca_file))


def open_desk(
    places: Places,
    vault: Vault | None = None,
    open_asking: Callable[[], Asks] | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> Desk:
    """Open the desk in these folders. Raises ConfigError when the config cannot be read; no database ever stops it."""
    places.make()
    chosen = Chosen(Config(places.config))
    chosen.load()
    history = History(places.database, clock())
    ours = resources() / "providers"
    catalogue = Catalogue(ours, places.definitions, ours=ours)
    asking = open_asking or (lambda: ask_the_network(chosen.settings.ca_file))
    tools = Tools(chosen, vault or Vault(), history, catalogue, asking, Trust(Approvals(places.approved)), clock)
    reader = Reader(tools)
    return Desk(tools, reader, Registry(tools, reader))
