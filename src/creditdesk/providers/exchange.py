"""Asking a vendor: a definition's requests in order, under one deadline, and one snapshot or trouble at the end.

Nothing is tried twice. Requests to one origin go one after another. No exception of the network leaves this module,
except that a cancelled reading stays cancelled.
"""

import asyncio
import hashlib
import os
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx

from creditdesk.core.definition import Definition, RequestRule
from creditdesk.core.pools import Account, Snapshot, Trouble, TroubleKind
from creditdesk.providers import troubles
from creditdesk.providers.answers import Answer, Body, judge, snapshot_of
from creditdesk.providers.fetching import fetch, stop_at_redirects
from creditdesk.providers.redaction import Mask
from creditdesk.providers.request import Prepared, RequestRefused, build
from creditdesk.providers.values import Scene

DEADLINE_S = 30.0
MOST_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class _Token:
    """Values captured from an answer, good until an instant."""

    values: Mapping[str, str] = field(repr=False)
    until: datetime


@dataclass(slots=True)
class _Reading:
    """One account being read."""

    definition: Definition
    account: Account
    secrets: Mapping[str, str] = field(repr=False)
    clock: Callable[[], datetime]
    key: bytes = field(repr=False)
    bodies: dict[str, object] = field(default_factory=dict, repr=False)
    captured: dict[str, str] = field(default_factory=dict, repr=False)
    masks: list[Mask] = field(default_factory=list, repr=False)
    failed: dict[str, Trouble] = field(default_factory=dict)
    from_memory: bool = False  # whether a value captured by an earlier reading was sent
    host: str = ""
    asked: bool = False

    def known(self) -> tuple[str, ...]:
        """Everything secret that was sent and may come back."""
        return tuple(filter(None, (*self.secrets.values(), *self.captured.values())))

    def scene(self) -> Scene:
        """What judging an answer needs beside it."""
        return Scene(self.clock(), self.definition.settings(self.account.settings), self.known(), tuple(self.masks))


class Exchange:
    """Asks vendors with one client, on one event loop. Captured tokens are kept in memory only."""

    def __init__(self, client: httpx.AsyncClient, deadline_s: float = DEADLINE_S) -> None:
        stop_at_redirects(client)
        self._client = client
        self._deadline_s = deadline_s
        self._lanes: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._room = asyncio.Semaphore(MOST_AT_ONCE)
        self._tokens: dict[tuple[bytes, str], _Token] = {}
        self._salt = os.urandom(16)

    async def ask(
        self,
        definition: Definition,
        account: Account,
        secrets: Mapping[str, str],
        clock: Callable[[], datetime],
    ) -> Snapshot | Trouble:
        """What is left of this account, or why it could not be read. `secrets` maps credential names to values.

        `clock` gives the instant, aware UTC. Takes at the most the deadline, waiting for other accounts included.
        """
        reading = _Reading(definition, account, secrets, clock, self._key(account, secrets))
        try:
            async with asyncio.timeout(self._deadline_s):
                result = await self._read(reading)
                if reading.from_memory and isinstance(result, Trouble) and result.kind is TroubleKind.KEY_REJECTED:
                    # The vendor took back a token before its time. The key itself was not asked about yet.
                    self._forget(reading.key)
                    reading = _Reading(definition, account, secrets, clock, reading.key)
                    result = await self._read(reading)
                return result
        except TimeoutError:
            return troubles.of_deadline(reading.host or definition.name, self._deadline_s, reading.asked)

    async def aclose(self) -> None:
        """Close the client and its connections."""
        await self._client.aclose()

    async def _read(self, reading: _Reading) -> Snapshot | Trouble:
        for rule in reading.definition.requests:
            trouble = await self._run(reading, rule)
            if trouble is not None and not rule.optional:
                return trouble
            if trouble is not None:
                reading.failed[rule.id] = trouble
        return snapshot_of(reading.definition, reading.bodies, reading.scene())

    async def _run(self, reading: _Reading, rule: RequestRule) -> Trouble | None:
        """Run one request; None when it went well, or was not needed because its captured values still hold."""
        missing = next((reading.failed[needed] for needed in rule.needs if needed in reading.failed), None)
        if missing is not None:
            return missing
        if self._remembered(reading, rule):
            return None
        try:
            prepared = build(reading.definition, rule, reading.account, reading.secrets, reading.captured)
        except RequestRefused as error:
            return Trouble(error.kind, error.message)
        answer = await self._fetch(reading, prepared)
        if isinstance(answer, Trouble):
            return answer
        found = judge(reading.definition, rule, answer, reading.scene())
        if isinstance(found, Trouble):
            return found
        self._keep(reading, rule, found)
        return None

    async def _fetch(self, reading: _Reading, prepared: Prepared) -> Answer | Trouble:
        reading.host, reading.asked = prepared.host, False
        async with self._lanes[prepared.lane], self._room:
            reading.asked = True
            return await fetch(self._client, prepared, reading.known())

    def _remembered(self, reading: _Reading, rule: RequestRule) -> bool:
        token = self._tokens.get((reading.key, rule.id))
        if token is None or token.until <= reading.clock() or _is_read(reading.definition, rule):
            return False
        reading.captured |= token.values
        reading.from_memory = True
        return True

    def _keep(self, reading: _Reading, rule: RequestRule, body: Body) -> None:
        reading.bodies[rule.id] = body.data
        reading.masks.append(body.mask)
        reading.captured |= body.captured
        if rule.capture_ttl and body.captured:
            now = reading.clock()
            self._tokens = {key: token for key, token in self._tokens.items() if token.until > now}
            self._tokens[reading.key, rule.id] = _Token(body.captured, now + timedelta(seconds=rule.capture_ttl))

    def _forget(self, key: bytes) -> None:
        self._tokens = {each: token for each, token in self._tokens.items() if each[0] != key}

    def _key(self, account: Account, secrets: Mapping[str, str]) -> bytes:
        """Names an account as it is set up now: another key, setting or base URL never meets a token of the old one."""
        values = (sorted(account.settings.items()), sorted(secrets.items()))
        said = repr((account.id, account.provider, account.base_url, values))
        return hashlib.blake2b(said.encode("utf-8", "replace"), key=self._salt, digest_size=16).digest()


def _is_read(definition: Definition, rule: RequestRule) -> bool:
    """Whether pools are read from this request's answer, so that it has to run each time."""
    last = definition.requests[-1].id
    return any((pool.from_ or last) == rule.id for pool in definition.pools if not pool.typed)
