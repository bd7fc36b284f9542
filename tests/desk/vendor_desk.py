"""A desk whose vendors answer from a function: for those that the sandbox does not speak for."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import httpx
from tests.desk.world import Clock, Memory

from creditdesk.core.pools import Account, Custody, Reading
from creditdesk.desk.opening import Desk, open_desk
from creditdesk.paths import Places
from creditdesk.providers.exchange import Exchange
from creditdesk.store.vault import Vault

T = TypeVar("T")
Answer = Callable[[httpx.Request], httpx.Response]


class VendorDesk:
    """The open desk; `answer` is the world's, `asked` the requests it had. Close it at the end."""

    def __init__(self, folder: Path, answer: Answer) -> None:
        self.clock, self.memory, self.answer = Clock(), Memory(), answer
        self.asked: list[httpx.Request] = []
        self.places = Places(folder, folder)
        self.runner = asyncio.Runner()
        self.desk = self._open()

    def _open(self) -> Desk:
        client = httpx.AsyncClient(transport=httpx.MockTransport(self._seen))
        return open_desk(self.places, Vault(self.memory, limit_s=5), lambda: Exchange(client, 5), self.clock)

    def _seen(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return self.answer(request)

    def restart(self) -> list[Reading]:
        self.run(self.desk.close())
        self.desk = self._open()
        return self.desk.reader.load()

    def close(self) -> None:
        self.run(self.desk.close())
        self.runner.close()

    def run(self, story: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(story)

    def add(self, provider: str, key: str, **changes: Any) -> Account:
        draft = Account("", f"{provider} {key[-6:]}", provider, Custody.KEYRING).changed(**changes)
        return self.run(self.desk.registry.add(draft, {"key": key}))

    def read(self, account: Account, agreed: bool = False) -> Reading:
        return self.run(self.desk.reader.read(account.id, agreed)).reading


def as_json(body: object, status: int = 200) -> httpx.Response:
    """An answer with this body."""
    return httpx.Response(status, content=json.dumps(body).encode(), headers={"content-type": "application/json"})
