"""Nobody comes in without a token, no page of a browser at all, and nothing that could be read in two ways passes."""

import gzip
import json
from datetime import UTC, datetime

import pytest
from tests.cli.commanding import until
from tests.gateway.conftest import KEY, Gate
from tests.gateway.raw import RawVendor, plain

from creditdesk.store.tokens import Token, Tokens, digest, id_of, is_it, new_secret


def said(gate: Gate, data: bytes) -> bytes:
    """All that the gateway answers to these bytes before it closes, or the first whole answer."""
    client = gate.client()
    client.socket.sendall(data)
    head = client.head()
    body = client.body(head) if head else b""
    client.close()
    return head + body


def lines(gate: Gate, *more: str, target: str = "/Shop/v1/x", host: str | None = None) -> bytes:
    named = f"127.0.0.1:{gate.port}" if host is None else host
    rest = [f"Authorization: Bearer {gate.token}", *more]
    return "\r\n".join([f"GET {target} HTTP/1.1", *([f"Host: {named}"] if named else []), *rest, "", ""]).encode(
        "latin-1"
    )


def test_who_has_no_token_hears_the_same_whatever_he_asks_for(gate: Gate, vendor: RawVendor) -> None:
    other = gate.account("Other", vendor.url)
    foreign = gate.add_token(other)
    until(lambda: b" 200 " in said(gate, gate.request("/Other/x", token=foreign)))
    vendor.forget()
    answers = {
        said(gate, gate.request(target, token=token))
        for target in ("/Shop/v1/x", "/shop/", "/Shop", "/a0/v1/x", "/Nobody/v1/x", "/%2e%2e/x", "/%00/x", "/Shop%2f/x")
        for token in ("", "wrong", KEY, foreign, gate.token[:-1], f"{gate.token}x", gate.token.upper())
    }
    assert len(answers) == 1
    assert next(iter(answers)).startswith(b"HTTP/1.1 401 ")
    assert vendor.came == []


def test_the_token_is_taken_only_from_where_the_vendor_wants_its_key(gate: Gate, vendor: RawVendor) -> None:
    for place in (f"X-Api-Key: {gate.token}", f"Authorization: Basic {gate.token}", f"Cookie: key={gate.token}"):
        data = f"GET /Shop/x?key={gate.token} HTTP/1.1\r\nHost: 127.0.0.1:{gate.port}\r\n{place}\r\n\r\n".encode()
        assert said(gate, data).startswith(b"HTTP/1.1 401 ")
    assert said(gate, gate.request(f"/Shop/x?key={gate.token}")).startswith(b"HTTP/1.1 400 ")  # and nowhere else
    assert vendor.came == []


@pytest.mark.parametrize("place", ["/Shop/v1/x?a={}", "/Shop/{}", "X-Other: {}", "Authorization2: Bearer {}", "body"])
def test_a_token_of_another_account_does_not_reach_the_vendor(gate: Gate, vendor: RawVendor, place: str) -> None:
    foreign = new_secret()[1]
    target = place.format(foreign) if place[0] == "/" else "/Shop/v1/x"
    body = json.dumps({"a": foreign}).encode() if place == "body" else b"{}"
    more = f"{place.format(foreign)}\r\n" if ":" in place else ""
    more += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    answer = said(gate, gate.request(target, "POST", more) + body)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"misplaced_token" in answer
    assert foreign.encode() not in answer
    assert vendor.came == []


def test_a_revoked_token_lets_nobody_in_after_a_second(gate: Gate, vendor: RawVendor) -> None:
    token = gate.add_token(gate.desk.registry.named("Shop"))
    request = gate.request(token=token)
    until(lambda: b" 200 " in said(gate, request))
    tokens = Tokens(gate.desk.tools.history.connections)
    assert tokens.revoke(id_of(token), datetime.now(UTC)).result(10)
    until(lambda: b" 401 " in said(gate, request), 3)
    assert not tokens.revoke(id_of(token), datetime.now(UTC)).result(10)


@pytest.mark.parametrize(
    "host",
    ["", "evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example:{port}", "0.0.0.0:{port}", "[::1]:{port}"],
)
def test_only_the_gateways_own_address_is_served(gate: Gate, vendor: RawVendor, host: str) -> None:
    answer = said(gate, lines(gate, host=host.format(port=gate.port)))
    assert answer.startswith((b"HTTP/1.1 403 ", b"HTTP/1.1 400 "))
    assert vendor.came == []


def test_two_hosts_are_none(gate: Gate, vendor: RawVendor) -> None:
    assert said(gate, lines(gate, f"Host: 127.0.0.1:{gate.port}")).startswith((b"HTTP/1.1 403 ", b"HTTP/1.1 400 "))
    assert vendor.came == []


@pytest.mark.parametrize(
    "header",
    [
        "Origin: https://evil.example",
        "Origin: null",
        "Origin: http://127.0.0.1:{port}",
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: same-site",
        "Sec-Fetch-Site: same-origin",
        "Sec-Fetch-Site: none\r\nSec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: \r\nSec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: none, cross-site",
        "Origin: \r\nOrigin: https://evil.example",
    ],
)
def test_a_page_of_a_browser_is_refused_though_it_has_a_token(gate: Gate, vendor: RawVendor, header: str) -> None:
    answer = said(gate, lines(gate, header.format(port=gate.port)))
    assert answer.startswith(b"HTTP/1.1 403 ")
    assert b"access-control" not in answer.lower()
    assert vendor.came == []


def test_a_preflight_is_refused(gate: Gate, vendor: RawVendor) -> None:
    preflight = (
        f"OPTIONS /Shop/v1/x HTTP/1.1\r\nHost: 127.0.0.1:{gate.port}\r\nOrigin: https://evil.example\r\n"
        "Access-Control-Request-Method: GET\r\n\r\n"
    )
    answer = said(gate, preflight.encode())
    assert answer.startswith(b"HTTP/1.1 403 ")
    assert b"access-control" not in answer.lower()


def test_websockets_are_refused_clearly(gate: Gate, vendor: RawVendor) -> None:
    answer = said(gate, lines(gate, "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: x"))
    assert answer.startswith(b"HTTP/1.1 501 ")
    assert b"websocket" in answer
    assert vendor.came == []


@pytest.mark.parametrize(
    "target", ["http://evil.example/Shop/x", "http://127.0.0.1/Shop/x", "*", "//", "/", "/Shop/x#y", "evil.example:443"]
)
def test_a_target_that_is_no_path_of_an_account_is_refused(gate: Gate, vendor: RawVendor, target: str) -> None:
    answer = said(gate, lines(gate, target=target))
    assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 401 "))
    assert vendor.came == []


@pytest.mark.parametrize("account", ["Shop", "a0", "Nobody"])
def test_when_the_refusal_comes_tells_nothing_about_accounts(gate: Gate, vendor: RawVendor, account: str) -> None:
    head = f"POST /{account}/v1/x HTTP/1.1\r\nHost: 127.0.0.1:{gate.port}\r\nAuthorization: Bearer cdk_00000000_x\r\n"
    client = gate.client()
    more = "Content-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
    client.socket.sendall((head + more).encode())
    assert client.head().startswith(b"HTTP/1.1 100 ")
    client.socket.sendall(b"{}")
    assert client.head().startswith(b"HTTP/1.1 401 ")
    client.close()
    assert vendor.came == []


def test_a_trailer_is_no_header(gate: Gate, vendor: RawVendor) -> None:
    named, token = f"Host: 127.0.0.1:{gate.port}", f"Authorization: Bearer {gate.token}"
    chunked = "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"
    for head, trailer, status in (
        (named, token, b"401"),
        (token, named, b"403"),
        (f"{named}\r\n{token}", "X: 1", b"200"),
    ):
        answer = said(gate, f"POST /Shop/v1/x HTTP/1.1\r\n{head}\r\n{chunked}{trailer}\r\n\r\n".encode())
        assert answer.startswith(b"HTTP/1.1 " + status)
    assert [came.header(b"x") for came in vendor.came] == [b""]


def test_a_body_in_another_transfer_coding_passes_neither_way(gate: Gate, vendor: RawVendor) -> None:
    coded = b"Transfer-Encoding: gzip, chunked\r\n"
    head = f"POST /Shop/v1/x HTTP/1.1\r\nHost: 127.0.0.1:{gate.port}\r\nAuthorization: Bearer {gate.token}\r\n"
    assert said(gate, head.encode() + coded + b"\r\n0\r\n\r\n").startswith(b"HTTP/1.1 501 ")
    assert vendor.came == []
    packed = gzip.compress(KEY.encode())
    framed = b"HTTP/1.1 200 OK\r\n" + coded + b"\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(packed), packed)
    vendor.answer = lambda connection, came: connection.sendall(framed)
    answer = said(gate, gate.request("/Shop/v1/x"))
    assert answer.startswith(b"HTTP/1.1 502 ")
    assert packed not in answer


@pytest.mark.parametrize(
    "behind", [b"0\r\nX: " + b"a" * 200_000, b"2;" + b"a" * 200_000, b"0\r\n" + b"X: a\r\n" * 40_000]
)
def test_what_stands_around_a_body_has_a_limit(gate: Gate, behind: bytes) -> None:
    head = f"POST /Nobody/x HTTP/1.1\r\nHost: 127.0.0.1:{gate.port}\r\nContent-Type: application/json\r\n"
    client = gate.client()
    try:
        client.socket.sendall(head.encode() + b"Transfer-Encoding: chunked\r\n\r\n")
        for at in range(0, len(behind), 8_192):
            client.socket.sendall(behind[at : at + 8_192])
        assert b" 401 " not in client.rest()
    except (BrokenPipeError, ConnectionResetError):
        pass  # closed while it was still talking
    client.close()


SMUGGLED = "GET /Shop/smuggled HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@pytest.mark.parametrize(
    "framing",
    [
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
        "Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd",
        "Content-Length: 4, 5\r\n\r\nabcd",
        "Content-Length: +4\r\n\r\nabcd",
        "Content-Length: -1\r\n\r\n",
        "Content-Length: 0x4\r\n\r\nabcd",
        "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        "Transfer-Encoding: chunked\r\n\r\n4;a\nb\r\nabcd\r\n0\r\n\r\n",
        "X: 1\n Content-Length: 4\r\n\r\nabcd",
        "X: a\x00b\r\n\r\n",
        "X: a\rb\r\n\r\n",
        ": nothing\r\n\r\n",
    ],
)
def test_what_can_be_read_in_two_ways_does_not_pass(gate: Gate, vendor: RawVendor, framing: str) -> None:
    head = f"POST /Shop/v1/x HTTP/1.1\r\nHost: 127.0.0.1:{gate.port}\r\nAuthorization: Bearer {gate.token}\r\n"
    client = gate.client()
    client.socket.sendall((head + framing + SMUGGLED).encode("latin-1"))
    answer = client.rest() if b"zz" not in framing.encode() else client.piece()
    client.close()
    assert b" 200 " not in answer.split(b"\r\n")[0]
    assert b"HTTP/1.1 200" not in answer
    assert not any(b"smuggled" in came.line for came in vendor.came)


@pytest.mark.parametrize(
    "data",
    [
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"a" * 100_000,
        b"GET / HTTP/1.1\r\n" + b"X: a\r\n" * 30_000,
        b"GET / HTTP/1.1\r\n" + b"X: a\r\n" * 300 + b"\r\n",
        b"X" * 100_000,
    ],
)
def test_a_head_has_a_limit(gate: Gate, vendor: RawVendor, data: bytes) -> None:
    client = gate.client()
    try:
        client.socket.sendall(data)
        answer = client.rest()
    except (BrokenPipeError, ConnectionResetError):
        answer = b""  # closed while it was still talking
    assert answer.startswith((b"HTTP/1.1 431 ", b"HTTP/1.1 400 ", b""))
    assert b" 200 " not in answer
    assert vendor.came == []
    client.close()


def test_what_a_vendor_answers_cannot_add_headers(gate: Gate, vendor: RawVendor) -> None:
    vendor.answer = lambda connection, came: connection.sendall(plain(b"x", more=b"X-A: a\x01b\r\n"))
    answer = said(gate, gate.request())
    assert answer.startswith((b"HTTP/1.1 502 ", b"HTTP/1.1 200 "))
    assert b"\x01" not in answer


def test_the_config_may_be_broken_and_nobody_comes_in_until_it_is_whole(gate: Gate, vendor: RawVendor) -> None:
    whole = gate.places.config.read_text()
    try:
        gate.places.config.write_text("[[account]\n")
        until(lambda: b" 401 " in said(gate, gate.request()))
    finally:
        gate.places.config.write_text(whole)
    until(lambda: b" 200 " in said(gate, gate.request()))


def test_a_token_is_random_hashed_and_known_by_its_id() -> None:
    made = [new_secret() for _ in range(50)]
    assert len({secret for _, secret, _ in made}) == 50
    for number, secret, kept in made:
        assert id_of(secret) == number
        assert len(secret.removeprefix(f"cdk_{number}_")) == 43  # 256 bits
        assert kept == digest(secret)
        token = Token(number, "a", "", "watch", datetime.now(UTC), kept)  # type: ignore[arg-type]
        assert is_it(token, secret)
        assert not is_it(token, secret[:-1] + ("A" if secret[-1] != "A" else "B"))
        assert kept not in repr(token)
    assert not is_it(None, made[0][1])
    assert id_of("") == id_of("cdk_") == id_of(f"{made[0][1]} ") == ""


def test_the_database_holds_no_token_and_no_key(gate: Gate) -> None:
    gate.desk.tools.history.connections.read(lambda connection: None).result(10)
    for path in gate.places.data_dir.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert gate.token.encode() not in data
            assert gate.token[-43:].encode() not in data
            assert KEY.encode() not in data


def test_the_gateways_own_answers_are_json_of_its_own_shape(gate: Gate) -> None:
    answer = said(gate, gate.request(token="wrong"))
    told = json.loads(answer.partition(b"\r\n\r\n")[2])
    assert told["error"]["code"] == "unauthorized"
    assert told["error"]["from"] == "creditdesk gateway"


def test_a_vendor_that_takes_its_key_in_the_body_is_served(gate: Gate, vendor: RawVendor) -> None:
    account = gate.account("Solver", vendor.url, "capsolver")
    token = gate.add_token(account)

    def ask(body: bytes) -> bytes:
        head = f"POST /Solver/createTask HTTP/1.1\r\nHost: 127.0.0.1:{gate.port}\r\nContent-Type: application/json\r\n"
        return said(gate, f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)

    body = json.dumps({"task": {"type": "x"}, "clientKey": token}).encode()
    until(lambda: b" 401 " not in ask(body).split(b"\r\n")[0])
    assert json.loads(vendor.came[-1].body) == {"task": {"type": "x"}, "clientKey": KEY}
    vendor.forget()
    assert b" 401 " in ask(json.dumps({"task": {"clientKey": token}}).encode())
    assert vendor.came == []
