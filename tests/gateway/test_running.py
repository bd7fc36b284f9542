"""The gateway on its thread: started, stopped, started again; one for a folder; keys held for seconds only."""

import asyncio
import socket
import threading
from pathlib import Path
from typing import Any

import pytest
from tests.desk.world import Memory
from tests.gateway.conftest import KEY, Gate, gateway
from tests.gateway.raw import Came, RawVendor, connect

from creditdesk.core.pools import Account, Custody
from creditdesk.desk.opening import open_desk
from creditdesk.gateway.keys import HELD_S, RENEWED_S, Keys, NoKey
from creditdesk.gateway.running import GatewayError
from creditdesk.gateway.thread import GatewayThread
from creditdesk.paths import Places
from creditdesk.store.vault import Vault


@pytest.fixture
def alone(tmp_path: Path) -> Any:
    with RawVendor() as vendor, gateway(tmp_path, vendor.url) as gate:
        yield gate, vendor


def test_a_stopped_gateway_starts_again_and_a_second_one_is_refused(alone: tuple[Gate, RawVendor]) -> None:
    gate, _ = alone
    second = GatewayThread(gate.desk.tools, gate.places)
    with pytest.raises(GatewayError, match="runs already"):
        second.start(0).result(10)
    second.stop().result(10)
    gate.running.stop().result(10)
    gate.running.stop().result(10)
    with pytest.raises(ConnectionRefusedError):
        connect(gate.port)
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(GatewayError, match="can not be used"):
        gate.running.start(taken.getsockname()[1]).result(10)
    gate.url = gate.running.start(0).result(10)
    client = gate.client()
    client.socket.sendall(gate.request())
    assert client.head().startswith(b"HTTP/1.1 200 ")
    client.close()


def test_what_is_under_way_when_it_stops_gets_two_seconds(alone: tuple[Gate, RawVendor]) -> None:
    gate, vendor = alone
    came, go = threading.Event(), threading.Event()

    def answer(connection: socket.socket, _came: Came) -> None:
        came.set()
        go.wait(10)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    vendor.answer = answer
    client = gate.client()
    client.socket.sendall(gate.request())
    assert came.wait(10)
    ended = gate.running.stop()
    go.set()
    assert client.body(client.head()) == b"ok"
    ended.result(10)
    client.close()


class Counting(Memory):
    """A keyring that counts how often it is asked."""

    @property
    def asked(self) -> int:
        return self.calls.count("get")


def test_a_key_is_held_for_seconds_and_fetched_anew(tmp_path: Path) -> None:
    memory, at = Counting(), [0.0]
    desk = open_desk(Places(tmp_path, tmp_path), Vault(memory, limit_s=5))
    account = Account("a1", "Shop", "oneclickseo", Custody.KEYRING)
    definition = desk.tools.catalogue.get("oneclickseo")
    memory.items["creditdesk", "a1/key"] = KEY

    async def story() -> None:
        keys = Keys(desk.tools, lambda: at[0])
        for _ in range(50):
            assert (await keys.of(account, definition)).secrets == {"key": KEY}
        assert memory.asked == 1
        await asyncio.gather(*(keys.of(account.changed(name="Other"), definition) for _ in range(9)))
        assert memory.asked == 2  # another state of the account: another key perhaps
        at[0] += RENEWED_S
        assert await keys.of(account, definition)
        at[0] += HELD_S
        memory.items["creditdesk", "a1/key"] = KEY[::-1]
        assert (await keys.of(account, definition)).secrets == {"key": KEY[::-1]}
        at[0] += HELD_S
        keys.drop_old()
        assert KEY[::-1] not in str(vars(keys))
        del memory.items["creditdesk", "a1/key"]
        with pytest.raises(NoKey):
            await keys.of(account, definition)
        await desk.close()

    asyncio.run(story())


def test_without_a_file_for_its_books_a_gateway_does_not_run(tmp_path: Path) -> None:
    (tmp_path / "history.sqlite3").mkdir()
    places = Places(tmp_path, tmp_path)
    desk = open_desk(places, Vault(Memory(), limit_s=5))
    with pytest.raises(GatewayError, match="can't be used"):
        GatewayThread(desk.tools, places).start(0).result(10)
    asyncio.run(desk.close())
