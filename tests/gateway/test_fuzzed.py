"""Requests and answers with bytes changed at random: no key passes, no bug shows, and the gateway goes on."""

import gzip
import logging
import random
import socket
from contextlib import suppress

import pytest
from tests.gateway.conftest import KEY, Gate
from tests.gateway.raw import Came, RawVendor, plain
from tests.proving import size
from tests.searching import Search

REQUESTS = 200, 5_000
ANSWERS = 300, 5_000
PACKED = gzip.compress(b'{"meta":{"credits_charged":1}}')
SAID = [
    plain(b'{"meta":{"credits_charged":1}}', more=b"Content-Type: application/json\r\nSet-Cookie: a\r\n"),
    plain(PACKED, more=b"Content-Type: application/json\r\nContent-Encoding: gzip\r\n"),
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/event-stream\r\n\r\n5\r\ndata:\r\n0\r\n\r\n",
    b"HTTP/1.0 200 OK\r\n\r\nuntil the end",
    b"HTTP/1.1 103 Early\r\nX: y\r\n\r\n" + plain(b"x"),
    plain(b"", b"304 Not"),
    b"HTTP/1.1 302 F\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n",
]
PUT_IN = [
    *(b"\r\n", b"\n", b"\r", b" ", b":", b"\x00", b"\xff", b"%", b"/", b"#", b"\r\n\r\n", b"999", b"0\r\n\r\n"),
    *(b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n", b"Connection: close\r\n", b"Host: x\r\n"),
    *(b"HTTP/1.0", b"HTTP/2.0", b"HTTP/1.1 100 C\r\n\r\n", b"Expect: 100-continue\r\n", b"CONNECT", b"HEAD"),
    *(b"Content-Encoding: br\r\n", b"Content-Encoding: deflate\r\n", b"Upgrade: websocket\r\nConnection: upgrade\r\n"),
]


def changed(data: bytes, more: bytes, chance: random.Random) -> bytes:
    """These bytes with some put in, left out or changed; `more` is put in, too."""
    found = bytearray(data)
    for _ in range(chance.randint(0, 4)):
        at, kind = chance.randrange(len(found) + 1), chance.random()
        if kind < 0.4:
            found[at:at] = chance.choice((*PUT_IN, more, b"X-A: " + more + b"\r\n"))
        elif kind < 0.7:
            del found[at : at + chance.randint(1, 8)]
        elif found:
            found[at % len(found)] = chance.randrange(256)
    return bytes(found)


def test_whatever_a_script_sends_nothing_breaks_and_no_token_goes_on(
    gate: Gate, vendor: RawVendor, caplog: pytest.LogCaptureFixture
) -> None:
    chance = random.Random(7)
    body = b'4\r\n{"a"\r\n3\r\n:1}\r\n0\r\n\r\n'
    chunks = "Transfer-Encoding: chunked\r\nContent-Type: application/json\r\n"
    sent = [
        gate.request(),
        gate.request(method="POST", more="Content-Length: 4\r\n") + b"abcd",
        gate.request("/Shop/a?b=c", "PUT", chunks) + body,
        gate.request(more="Connection: upgrade\r\nUpgrade: h2c\r\n"),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ]
    for _ in range(size(*REQUESTS)):
        client = gate.client()
        client.socket.settimeout(0.01)
        client.socket.sendall(changed(chance.choice(sent), gate.token.encode(), chance))
        with suppress(OSError):  # it waits for more, or the connection was reset
            client.socket.recv(65536)
        client.close()
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
    assert all(KEY.encode() in came.head and gate.token.encode() not in came.head for came in vendor.came)


def test_whatever_a_vendor_answers_nothing_breaks_and_no_key_comes_back(
    gate: Gate, vendor: RawVendor, caplog: pytest.LogCaptureFixture
) -> None:
    chance, search = random.Random(7), Search({"key": KEY})

    def answer(connection: socket.socket, came: Came) -> None:
        connection.sendall(changed(chance.choice(SAID), KEY.encode(), chance))

    vendor.answer = answer
    for _ in range(size(*ANSWERS)):
        client = gate.client()
        method = chance.choice(("GET", "HEAD", "POST"))
        client.socket.sendall(gate.request(method=method, more="Connection: close\r\nAccept-Encoding: gzip\r\n"))
        heard = client.rest()
        client.close()
        assert heard.startswith(b"HTTP/1.1 ")
        assert search.blob(heard) == [], heard
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
