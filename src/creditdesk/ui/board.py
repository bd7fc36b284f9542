"""The board: the latest reading of every account that the window shows."""

from collections.abc import Iterable
from dataclasses import dataclass

from creditdesk.core.definition import Definition
from creditdesk.core.pools import Reading


@dataclass(frozen=True, slots=True)
class Entry:
    """An account as the window knows it: its latest reading and its vendor's definition. `sample`: it is the demo's."""

    reading: Reading
    definition: Definition
    sample: bool = False

    @property
    def id(self) -> str:
        """The account's id."""
        return self.reading.account.id

    @property
    def test_server(self) -> str:
        """The server on this computer that is read instead of the vendor's: "127.0.0.1:8080"; "" when there is none."""
        return "" if self.sample else self.reading.account.base_url.partition("//")[2].partition("/")[0]


def labels_of(entry: Entry | None) -> dict[str, str]:
    """What the account's pools are called now, by id."""
    snapshot = entry.reading.snapshot if entry is not None else None
    return {pool.id: pool.label for pool in snapshot.pools} if snapshot else {}


class Board:
    """The entries on screen, in the user's order. The only mutable state of the window."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}

    def put(self, entry: Entry) -> None:
        """Show this entry in the place of the account's former one, or at the end."""
        self._entries[entry.id] = entry

    def replace(self, entries: Iterable[Entry]) -> None:
        """Show these entries and no others."""
        self._entries = {entry.id: entry for entry in entries}

    def drop(self, account_id: str) -> None:
        """Show this account no longer."""
        self._entries.pop(account_id, None)

    def entry(self, account_id: str) -> Entry | None:
        """The entry of this account, or None."""
        return self._entries.get(account_id)

    def entries(self) -> list[Entry]:
        """All entries in the user's order."""
        return list(self._entries.values())

    def worst_first(self) -> list[Entry]:
        """All entries, worst news on top; equal ones in the user's order."""
        return sorted(self._entries.values(), key=lambda entry: -entry.reading.level.severity)
