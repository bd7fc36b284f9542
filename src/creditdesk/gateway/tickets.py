"""The tokens as they are now: looked at for every request, read anew from the database once a second at the most."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from creditdesk.store.history import HistoryError
from creditdesk.store.tokens import Token, Tokens, id_of, is_it

FRESH_S = 1.0
"""A token that another process revoked lets nobody in after this."""
LOOK_AGAIN_S = 0.05
NOTED = timedelta(minutes=1)


class Tickets:
    """Who may come in, and as whom."""

    def __init__(
        self, tokens: Tokens, now: Callable[[], datetime], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._tokens = tokens
        self._now = now
        self._clock = clock
        self._known: dict[str, Token] = {}
        self._read_at = float("-inf")
        self._reading: asyncio.Task[None] | None = None
        self._noted: dict[str, datetime] = {}

    async def admit(self, secret: str | None, account_id: str | None) -> Token | None:
        """The token with this text, if it is one for this account and lets in; None for all else, told alike."""
        number = id_of(secret or "")
        age = self._clock() - self._read_at
        if age >= FRESH_S or (number and number not in self._known and age >= LOOK_AGAIN_S):
            await self._renew()
        token = self._known.get(number)
        right = is_it(token, secret or "")
        if not right or token is None or token.account != account_id:
            return None
        self._note(token)
        return token

    async def _renew(self) -> None:
        if self._reading is None:
            self._reading = asyncio.get_running_loop().create_task(self._read())
            self._reading.add_done_callback(lambda _done: setattr(self, "_reading", None))
        await asyncio.shield(self._reading)

    async def _read(self) -> None:
        try:
            self._known = {each.id: each for each in await self._tokens.listing()}
        except HistoryError:  # the database cannot be read now: nobody new comes in
            if self._clock() - self._read_at > 60 * FRESH_S:
                self._known = {}
            return
        self._read_at = self._clock()

    def _note(self, token: Token) -> None:
        """Keep when it was used, once a minute."""
        now = self._now()
        if now - self._noted.get(token.id, datetime.min.replace(tzinfo=now.tzinfo)) >= NOTED:
            self._noted[token.id] = now
            self._tokens.used(token.id, now)
