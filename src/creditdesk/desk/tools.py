"""What the stories work with: the stores, the catalogue, the way to ask, and the clock."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from creditdesk.core.definition import Definition
from creditdesk.core.pools import Account, Snapshot, Trouble
from creditdesk.desk.chosen import Chosen
from creditdesk.desk.trusting import Trust
from creditdesk.providers.catalogue import Catalogue
from creditdesk.store.history import History
from creditdesk.store.vault import Vault


class Declined(Exception):
    """What was asked for cannot be done; the text is one or two plain sentences without any secret."""


class Asks(Protocol):
    """Something that asks a vendor once; `providers.exchange.Exchange` on the real network."""

    async def ask(
        self,
        definition: Definition,
        account: Account,
        secrets: Mapping[str, str],
        clock: Callable[[], datetime],
    ) -> Snapshot | Trouble:
        """The vendor's answer as a snapshot or a trouble; never raises for what the world does."""
        ...

    @property
    def clock_ahead(self) -> timedelta | None:
        """By how much this computer's clock is ahead of the vendors' (negative: behind); None where it seems right."""
        ...

    async def aclose(self) -> None:
        """Close the connections."""
        ...


def utc_now() -> datetime:
    """The wall clock, aware, UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Tools:
    """Everything a story needs. `open_asking` is called at the first reading: the network stack is imported late."""

    chosen: Chosen
    vault: Vault
    history: History
    catalogue: Catalogue
    open_asking: Callable[[], Asks]
    trust: Trust
    clock: Callable[[], datetime] = utc_now

    def vendor(self, provider: str) -> Definition:
        """The definition with this id, as it stands: one of the user's own may be approved or not.

        Raises `UnknownProvider`, `DefinitionError`.
        """
        return self.trust.standing(self.catalogue.get(provider))
