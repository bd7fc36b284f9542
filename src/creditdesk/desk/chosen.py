"""What the user chose, read from the config only when the file changed: by this desk or by another process."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from creditdesk.core.pools import Account
from creditdesk.core.settings import Settings
from creditdesk.store.config import Choices, Config

_Stamp = tuple[int, int, int]

LOOK_AGAIN_S = 0.05
"""How long one look at the file holds, for another process's changes; one's own are seen at once."""


class Chosen:
    """The accounts and settings. Every method raises ConfigError when the file cannot be used."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._stamp: _Stamp | None = None
        self._looked_at = 0.0
        self._choices = Choices()
        self._by_id: dict[str, Account] = {}

    def load(self) -> Choices:
        """All that the user chose."""
        now = time.monotonic()
        if self._stamp is not None and now - self._looked_at < LOOK_AGAIN_S:
            return self._choices
        self._looked_at = now
        stamp = self._look()
        if stamp != self._stamp or stamp is None:
            self._choices = self._config.load()
            self._by_id = {account.id: account for account in self._choices.accounts}
            self._stamp = stamp
        return self._choices

    @property
    def settings(self) -> Settings:
        """The desk's settings."""
        return self.load().settings

    @property
    def accounts(self) -> tuple[Account, ...]:
        """The accounts in the user's order."""
        return self.load().accounts

    def account(self, account_id: str) -> Account:
        """The account with this id. Raises KeyError when there is none."""
        return self.chosen(account_id)[0]

    def chosen(self, account_id: str) -> tuple[Account, Settings]:
        """The account with this id, and the desk's settings, by one look at the file. Raises KeyError."""
        settings = self.load().settings
        return self._by_id[account_id], settings

    def add(self, account: Account, position: int | None = None) -> None:
        """Add an account, at the end or at a place."""

        def added(accounts: tuple[Account, ...]) -> tuple[Account, ...]:
            at = len(accounts) if position is None else position
            return (*accounts[:at], account, *accounts[at:])

        self._edit(added)

    def change(self, account: Account) -> None:
        """Change the account that has the same id."""
        self._edit(lambda accounts: tuple(account if each.id == account.id else each for each in accounts))

    def remove(self, account_id: str) -> None:
        """Drop an account."""
        self._edit(lambda accounts: tuple(each for each in accounts if each.id != account_id))

    def order(self, ids: Sequence[str]) -> None:
        """Put the accounts into this order; those that it does not name (another process added them) come last."""
        places = {account_id: place for place, account_id in enumerate(ids)}
        self._edit(lambda accounts: tuple(sorted(accounts, key=lambda each: places.get(each.id, len(places)))))

    def change_settings(self, change: Callable[[Settings], Settings]) -> Settings:
        """Change the desk's settings; what they are then."""
        return self.edit(lambda before: replace(before, settings=change(before.settings))).settings

    def edit(self, change: Callable[[Choices], Choices]) -> Choices:
        """Change all of it in one step; what is chosen then. Raises AccountRefused, too."""
        choices = self._config.edit(change)
        self._stamp = None
        return choices

    def _edit(self, change: Callable[[tuple[Account, ...]], tuple[Account, ...]]) -> None:
        self.edit(lambda before: replace(before, accounts=change(before.accounts)))

    def _look(self) -> _Stamp | None:
        try:
            found = self._config.path.stat()
        except OSError:
            return None
        return (found.st_mtime_ns, found.st_size, found.st_ino)
