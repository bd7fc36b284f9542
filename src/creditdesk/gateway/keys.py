"""The vendor's keys for the requests that pass. They are held in memory for seconds, because a keyring takes 20 ms.

Fetched for each request, a keyring would let 50 requests a second through and add 20 ms to each. A key is fetched anew
after HELD_S seconds; while requests keep coming, that happens beside them.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from creditdesk.core.definition import Definition
from creditdesk.core.pools import Account, Custody, Trouble
from creditdesk.desk.keys import keys_of
from creditdesk.desk.tools import Tools
from creditdesk.gateway.masking import Masker

HELD_S = 10.0
RENEWED_S = 5.0


class NoKey(Exception):
    """There is no key to send; the text is one plain sentence."""


@dataclass(frozen=True, slots=True, repr=False)
class Known:
    """The credentials of an account by name, and what hides the secret ones."""

    secrets: Mapping[str, str]
    masker: Masker


@dataclass(frozen=True, slots=True, repr=False)
class _Held:
    of: tuple[Account, Definition]
    known: Known
    at: float


class Keys:
    """One loop's way to the vault. Keys of the environment and of a session are asked for each time."""

    def __init__(self, tools: Tools, clock: Callable[[], float] = time.monotonic) -> None:
        self._tools = tools
        self._clock = clock
        self._held: dict[str, _Held] = {}
        self._plain: dict[str, Known] = {}
        self._asked: dict[str, tuple[tuple[Account, Definition], asyncio.Task[Known]]] = {}

    async def of(self, account: Account, definition: Definition) -> Known:
        """The account's credentials by name. Raises NoKey."""
        if account.custody is not Custody.KEYRING:  # in this process's memory anyhow
            known = await self._read(account, definition, self._plain.get(account.id))
            self._plain[account.id] = known
            return known
        held, now = self._held.get(account.id), self._clock()
        if held is not None and held.of == (account, definition) and now - held.at < HELD_S:
            if now - held.at >= RENEWED_S:
                self._ask(account, definition)
            return held.known
        return await asyncio.shield(self._ask(account, definition))

    def drop_old(self) -> None:
        """Forget keys that were held long enough; to be called every second."""
        now = self._clock()
        for account_id in [each for each, held in self._held.items() if now - held.at > HELD_S - 1]:
            del self._held[account_id]

    def forget(self) -> None:
        """Forget all keys."""
        self._held.clear()
        self._plain.clear()
        for _, task in self._asked.values():
            task.cancel()

    def _ask(self, account: Account, definition: Definition) -> "asyncio.Task[Known]":
        asked, running = self._asked.get(account.id, (None, None))
        if running is None or asked != (account, definition):  # never the key of another state of the account
            running = asyncio.get_running_loop().create_task(self._fetch(account, definition))
            self._asked[account.id] = ((account, definition), running)
            running.add_done_callback(lambda done: self._settled(account.id, done))
        return running

    async def _fetch(self, account: Account, definition: Definition) -> Known:
        known = await self._read(account, definition)
        self._held[account.id] = _Held((account, definition), known, self._clock())
        return known

    async def _read(self, account: Account, definition: Definition, before: Known | None = None) -> Known:
        secrets = await keys_of(self._tools, account, definition)
        if isinstance(secrets, Trouble):
            raise NoKey(secrets.message)
        if before is not None and before.secrets == secrets:
            return before
        hidden = [secrets[each.name] for each in definition.credentials if each.secret and each.name in secrets]
        return Known(secrets, Masker(hidden))

    def _settled(self, account_id: str, done: "asyncio.Task[Known]") -> None:
        if self._asked.get(account_id, (None, None))[1] is done:
            del self._asked[account_id]
        if not done.cancelled() and done.exception() is not None:
            self._held.pop(account_id, None)  # a keyring that was locked meanwhile locks us out, too
