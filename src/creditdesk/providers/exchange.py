"""Asking a vendor: a definition's requests in order, under one deadline, and one snapshot or trouble at the end.

Nothing is tried twice. A few requests at a time go to one origin; the deadline of a reading counts only the time in
which it is really being asked. No exception of the network leaves this module, except that a cancelled reading stays
cancelled.
"""

import asyncio
import hashlib
import os
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import httpx

from creditdesk.core.clock import ahead, wrong_by
from creditdesk.core.definition import Definition, RequestRule
from creditdesk.core.pools import Account, Snapshot, Trouble, TroubleKind
from creditdesk.providers import troubles
from creditdesk.providers.answers import Answer, Body, bad_answer, judge, snapshot_of
from creditdesk.providers.fetching import fetch, stop_at_redirects
from creditdesk.providers.lanes import Lane
from creditdesk.providers.pages import TOKEN, asking_next, joined, next_token
from creditdesk.providers.redaction import Mask
from creditdesk.providers.request import Prepared, RequestRefused, build
from creditdesk.providers.strict_json import BadAnswer
from creditdesk.providers.times import times
from creditdesk.providers.unchanged import Unchanged
from creditdesk.providers.values import Scene

Heard = Callable[[RequestRule, Answer], None]

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
    seconds: float  # how long it may still be asked
    key: bytes = field(default=b"", repr=False)  # names it among the remembered tokens; b"" until it is needed
    bodies: dict[str, object] = field(default_factory=dict, repr=False)
    captured: dict[str, str] = field(default_factory=dict, repr=False)
    masks: list[Mask] = field(default_factory=list, repr=False)
    identity: str = field(default="", repr=False)
    failed: dict[str, Trouble] = field(default_factory=dict)
    mark: bytes = b""  # tells its answer from any other; b"" where that is of no use
    from_memory: bool = False  # whether a value captured by an earlier reading was sent
    host: str = ""

    def known(self) -> tuple[str, ...]:
        """Everything secret that was sent and may come back."""
        return tuple(filter(None, (*self.secrets.values(), *self.captured.values())))

    def scene(self) -> Scene:
        """What judging an answer needs beside it."""
        chosen = self.definition.settings(self.account.settings)
        return Scene(self.clock(), chosen, self.known(), tuple(self.masks), self.identity)


class Exchange:
    """Asks vendors with one client, on one event loop. Captured tokens are kept in memory only."""

    def __init__(self, client: httpx.AsyncClient, deadline_s: float = DEADLINE_S, heard: Heard | None = None) -> None:
        """`heard` is told every answer, as it came: whoever gives it keeps what is secret in it from people."""
        stop_at_redirects(client)
        self._client = client
        self._heard = heard
        self._deadline_s = deadline_s
        self._lanes: defaultdict[str, Lane] = defaultdict(Lane)
        self._room = asyncio.Semaphore(MOST_AT_ONCE)
        self._tokens: dict[tuple[bytes, str], _Token] = {}
        self._unchanged = Unchanged()
        self._clocks: dict[str, timedelta] = {}  # by origin: how far ahead of its clock ours was last
        self._salt = os.urandom(16)

    async def ask(
        self,
        definition: Definition,
        account: Account,
        secrets: Mapping[str, str],
        clock: Callable[[], datetime],
    ) -> Snapshot | Trouble:
        """What is left of this account, or why it could not be read. `secrets` maps credential names to values.

        `clock` gives the instant, aware UTC. The account's own requests take at the most the deadline together; before
        each of them it may have to wait for those of other accounts.
        """
        reading = _Reading(definition, account, secrets, clock, self._deadline_s)
        try:
            result = await self._read(reading)
            if reading.from_memory and isinstance(result, Trouble) and result.kind is TroubleKind.KEY_REJECTED:
                # The vendor took back a token before its time. The key itself was not asked about yet.
                self._forget(reading.key)
                reading = _Reading(definition, account, secrets, clock, reading.seconds, reading.key)
                result = await self._read(reading)
            return result
        except TimeoutError:
            return troubles.of_deadline(reading.host or definition.name, self._deadline_s)

    @property
    def clock_ahead(self) -> timedelta | None:
        """By how much this computer's clock is ahead of the vendors' (negative: behind); None where it seems right."""
        return wrong_by(self._clocks.values())

    async def aclose(self) -> None:
        """Close the client and its connections."""
        await self._client.aclose()

    async def _read(self, reading: _Reading) -> Snapshot | Trouble:
        for rule in reading.definition.requests:
            found = await self._run(reading, rule)
            if isinstance(found, Trouble) and rule.optional:
                reading.failed[rule.id] = found
            elif found is not None:
                return found
        result = snapshot_of(reading.definition, reading.bodies, reading.scene())
        if reading.mark and isinstance(result, Snapshot):
            self._unchanged.keep(reading.account, reading.definition, reading.mark, result)
        return result

    async def _run(self, reading: _Reading, rule: RequestRule) -> Snapshot | Trouble | None:
        """Run one request; None when it went well, or was not needed because its captured values still hold.

        A snapshot when its answer is the last one again, word for word.
        """
        missing = next((reading.failed[needed] for needed in rule.needs if needed in reading.failed), None)
        if missing is not None:
            return missing
        if self._remembered(reading, rule):
            return None
        try:
            known = {**times(reading.clock()), **reading.captured}
            prepared = build(reading.definition, rule, reading.account, reading.secrets, known)
        except RequestRefused as error:
            return Trouble(error.kind, error.message)
        found = await self._asked(reading, rule, prepared)
        if isinstance(found, Body) and rule.page is not None:
            found = await self._paged(reading, rule, found, known)
        if not isinstance(found, Body):
            return found
        self._keep(reading, rule, found)
        return None

    async def _paged(
        self, reading: _Reading, rule: RequestRule, first: Body, known: Mapping[str, str]
    ) -> Body | Snapshot | Trouble:
        """All pages as one answer, or the trouble of one of them: a part is never told for the whole."""
        page, data, latest = rule.page, first.data, first.data
        assert page is not None
        try:
            for number in range(1, page.most + 1):
                token = next_token(page, latest)
                if not token:
                    return replace(first, data=data)
                if number == page.most:
                    raise BadAnswer(f"has more than {page.most} pages")
                asked = asking_next(rule, page)
                values = {**known, TOKEN: token}
                prepared = build(reading.definition, asked, reading.account, reading.secrets, values)
                found = await self._asked(reading, asked, prepared)
                if not isinstance(found, Body):
                    return found
                reading.masks += [found.mask] if found.mask else []
                latest, data = found.data, joined(page, data, found.data)
        except RequestRefused as error:
            return Trouble(error.kind, error.message)
        except BadAnswer as error:
            return bad_answer(reading.definition, str(error), reading.scene(), rule.hint)
        raise AssertionError

    async def _asked(self, reading: _Reading, rule: RequestRule, prepared: Prepared) -> Body | Snapshot | Trouble:
        """What the answer holds, or its trouble. TimeoutError when the reading's time is over."""
        reading.host = prepared.host
        lane = self._lanes[prepared.lane]
        async with lane, self._room:
            answer = await self._fetch(reading, prepared)
            if isinstance(answer, Trouble):
                return answer
            if self._heard is not None:
                self._heard(rule, answer)
            self._compare_clocks(prepared.lane, answer, reading.clock())
            found = self._known(reading, answer) or judge(reading.definition, rule, answer, reading.scene())
            if not isinstance(found, Trouble):
                lane.widen()
            elif found.kind is TroubleKind.THROTTLED:
                lane.narrow()
            return found

    def _compare_clocks(self, origin: str, answer: Answer, now: datetime) -> None:
        offset = ahead(answer.headers.get("date", ""), now, answer.headers.get("age", ""))
        if offset is not None:
            self._clocks[origin] = offset

    def _known(self, reading: _Reading, answer: Answer) -> Snapshot | None:
        """The snapshot of an answer that came the last time, too."""
        if not self._unchanged.suits(reading.definition):
            return None
        reading.mark = self._unchanged.mark(reading.account, reading.secrets, answer)
        return self._unchanged.find(reading.account, reading.definition, reading.mark, reading.clock())

    async def _fetch(self, reading: _Reading, prepared: Prepared) -> Answer | Trouble:
        clock = asyncio.get_running_loop().time
        began = clock()
        try:
            async with asyncio.timeout(reading.seconds):
                return await fetch(self._client, prepared, reading.known())
        finally:
            reading.seconds -= clock() - began

    def _remembered(self, reading: _Reading, rule: RequestRule) -> bool:
        if not rule.capture_ttl:
            return False
        reading.key = reading.key or self._key(reading)
        token = self._tokens.get((reading.key, rule.id))
        if token is None or token.until <= reading.clock() or _is_read(reading.definition, rule):
            return False
        reading.captured |= token.values
        reading.from_memory = True
        return True

    def _keep(self, reading: _Reading, rule: RequestRule, body: Body) -> None:
        reading.bodies[rule.id] = body.data
        if body.mask:
            reading.masks.append(body.mask)
        reading.captured |= body.captured
        reading.identity = body.identity or reading.identity
        if rule.capture_ttl and body.captured:
            now = reading.clock()
            self._tokens = {key: token for key, token in self._tokens.items() if token.until > now}
            self._tokens[reading.key, rule.id] = _Token(body.captured, now + timedelta(seconds=rule.capture_ttl))

    def _forget(self, key: bytes) -> None:
        self._tokens = {each: token for each, token in self._tokens.items() if each[0] != key}

    def _key(self, reading: _Reading) -> bytes:
        """Names an account as it is set up now: another key, setting, base URL or definition never meets a token of the
        old one."""
        account, own = reading.account, reading.definition.own
        values = (sorted(account.settings.items()), sorted(reading.secrets.items()))
        said = repr((account.id, account.provider, account.base_url, own.digest if own else "", values))
        return hashlib.blake2b(said.encode("utf-8", "replace"), key=self._salt, digest_size=16).digest()


def _is_read(definition: Definition, rule: RequestRule) -> bool:
    """Whether pools are read from this request's answer, so that it has to run each time."""
    last = definition.requests[-1].id
    return any((pool.from_ or last) == rule.id for pool in definition.pools if not pool.typed)
