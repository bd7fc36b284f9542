"""What passes the gateway is what was sent: methods, bytes of path and query, bodies, headers, statuses, cuts."""

import gzip
import socket
import threading
from urllib.parse import quote

import pytest
from tests.cli.commanding import until
from tests.gateway.conftest import KEY, Gate
from tests.gateway.raw import Came, RawVendor, headers, plain

HOPS = "Connection: keep-alive, X-Private\r\nX-Private: 1\r\nKeep-Alive: timeout=5\r\nTE: trailers\r\nUpgrade: h2c\r\n"


def ask(gate: Gate, data: bytes, bodiless: bool = False) -> tuple[bytes, bytes]:
    client = gate.client()
    client.socket.sendall(data)
    head = client.head()
    body = client.body(head, bodiless)
    client.close()
    return head, body


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_a_request_reaches_the_vendor_as_it_was_sent_but_for_the_key(
    gate: Gate, vendor: RawVendor, method: str
) -> None:
    target = "/a//b/../c/%2e%2E/%zz;p=1?q=a+b%20c&&x=%2F/?&q=2#"[:-1]
    body = b"" if method == "GET" else b"\x00\xff anything"
    more = f"X-One: 1\r\nX-Two: a\r\nX-One:  2 \r\nCookie: a=b\r\n{HOPS}Content-Length: {len(body)}\r\n"
    head, _ = ask(gate, gate.request(f"/sHOP{target}", method, more) + body)
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    (came,) = vendor.came
    assert came.line == f"{method} {target} HTTP/1.1".encode()
    assert came.body == body
    got = [each for each in headers(came.head) if each[0] not in (b"host", b"content-length")]
    assert got == [
        (b"authorization", f"Bearer {KEY}".encode()),
        (b"x-one", b"1"),
        (b"x-two", b"a"),
        (b"x-one", b"2"),
        (b"cookie", b"a=b"),
    ]
    assert came.header(b"host") == vendor.url.removeprefix("http://").encode()
    assert gate.token.encode() not in came.head


def test_no_part_of_an_answer_is_asked_for_because_a_key_could_not_be_told_in_it(gate: Gate, vendor: RawVendor) -> None:
    def in_parts(connection: socket.socket, came: Came) -> None:
        told = came.header(b"authorization")
        part = came.header(b"range").partition(b"=")[2]
        if part:
            start, _, end = part.partition(b"-")
            told = told[int(start) : int(end) + 1]
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(told), told))

    vendor.answer = in_parts
    for start in range(0, 42, 14):
        more = f'Range: bytes={start}-{start + 13}\r\nIf-Range: "1"\r\n'
        _, body = ask(gate, gate.request(more=more))
        assert KEY[:14].encode() not in body
        assert b"*" * len(KEY) in body
    for came in vendor.came:
        assert not {b"range", b"if-range"} & {name for name, _ in headers(came.head)}


def test_an_answer_reaches_the_client_as_it_was_sent(gate: Gate, vendor: RawVendor) -> None:
    told = (
        b"HTTP/1.1 418 Whatever\r\nSet-Cookie: a=1\r\nX-Rate: 5\r\nSet-Cookie: b=2\r\nConnection: X-Gone\r\n"
        b"X-Gone: 1\r\n"
        b"Location: https://else.example/?a=b\r\nX-Creditdesk-Gateway: forged\r\nContent-Length: 3\r\n\r\n\x00\xffz"
    )
    vendor.answer = lambda connection, came: connection.sendall(told)
    head, body = ask(gate, gate.request())
    assert head.startswith(b"HTTP/1.1 418 ")
    assert body == b"\x00\xffz"
    assert headers(head) == [
        (b"set-cookie", b"a=1"),
        (b"x-rate", b"5"),
        (b"set-cookie", b"b=2"),
        (b"location", b"https://else.example/?a=b"),
        (b"content-length", b"3"),
        (b"x-creditdesk-gateway", b"passed"),
    ]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_passed_on_and_not_followed(gate: Gate, vendor: RawVendor, status: int) -> None:
    more = f"Location: {vendor.url}/elsewhere\r\n".encode()
    vendor.answer = lambda connection, came: connection.sendall(plain(b"", b"%d X" % status, more))
    head, _ = ask(gate, gate.request())
    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert more.lower() in head.lower()
    assert len(vendor.came) == 1


@pytest.mark.parametrize(("status", "method"), [(204, "GET"), (304, "GET"), (200, "HEAD"), (999, "GET"), (205, "GET")])
def test_answers_without_a_body_leave_the_connection_usable(
    gate: Gate, vendor: RawVendor, status: int, method: str
) -> None:
    bodiless = status in (204, 304) or method == "HEAD"
    length = b"Content-Length: 5\r\n" if bodiless else b"Content-Length: 0\r\n"
    vendor.answer = lambda connection, came: (
        connection.sendall(b"HTTP/1.1 %d X\r\n%bEtag: 1\r\n\r\n" % (status, length)) or True
    )
    client = gate.client()
    for _ in range(3):
        client.socket.sendall(gate.request(method=method))
        head = client.head()
        assert head.startswith(b"HTTP/1.1 %d" % status)
        assert client.body(head, bodiless) == b""
    client.close()


def test_a_request_body_of_unknown_length_is_streamed_and_arrives_before_it_ends(gate: Gate, vendor: RawVendor) -> None:
    first = threading.Event()

    def answer(connection: socket.socket, came: Came) -> None:
        data = came.stream.piece()
        while b"one" not in data:
            data += came.stream.piece()
        first.set()
        while not data.endswith(b"0\r\n\r\n"):
            data += came.stream.piece()
        came.body = data
        connection.sendall(plain(b"ok"))

    vendor.reads_body, vendor.answer = False, answer
    client = gate.client()
    client.socket.sendall(
        gate.request(method="POST", more="Transfer-Encoding: chunked\r\nContent-Type: text/plain\r\n")
    )
    client.socket.sendall(b"3\r\none\r\n")
    assert first.wait(10)
    client.socket.sendall(b"3\r\ntwo\r\n0\r\n\r\n")
    assert client.body(client.head()) == b"ok"
    assert vendor.came[0].header(b"transfer-encoding") == b"chunked"
    assert vendor.came[0].body.count(b"one") == vendor.came[0].body.count(b"two") == 1
    client.close()


def test_events_reach_the_client_one_by_one_as_they_come(gate: Gate, vendor: RawVendor) -> None:
    go = threading.Event()

    def answer(connection: socket.socket, came: Came) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        for number in range(3):
            connection.sendall(b"9\r\ndata: %d\n\n\r\n" % number)
            go.wait(10)
            go.clear()
        connection.sendall(b"0\r\n\r\n")

    vendor.answer = answer
    client = gate.client()
    client.socket.sendall(gate.request())
    head = client.head()
    assert b"text/event-stream" in head
    for number in range(3):
        data = client.piece()
        while b"data: %d\n\n" % number not in data:
            data += client.piece()
        go.set()
    client.close()


def test_a_compressed_answer_is_passed_on_untouched(gate: Gate, vendor: RawVendor) -> None:
    packed = gzip.compress(b'{"meta": {"credits_charged": 3}}')
    vendor.answer = lambda connection, came: connection.sendall(
        plain(packed, more=b"Content-Type: application/json\r\nContent-Encoding: gzip\r\n")
    )
    head, body = ask(gate, gate.request(more="Accept-Encoding: br;q=1, gzip, zstd, *\r\n"))
    assert body == packed
    assert b"content-encoding: gzip" in head
    assert vendor.came[0].header(b"accept-encoding") == b"gzip"


@pytest.mark.parametrize(
    ("framed", "cut"),
    [
        (b"Content-Length: 100", b"half"),
        (b"Transfer-Encoding: chunked", b"4\r\nhalf\r\n"),
        (b"Transfer-Encoding: chunked", b"4\r\nhalf\r\nzz\r\n"),
    ],
)
def test_an_answer_that_breaks_off_never_looks_whole(gate: Gate, vendor: RawVendor, framed: bytes, cut: bytes) -> None:
    begun = threading.Event()

    def answer(connection: socket.socket, came: Came) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + framed + b"\r\n\r\n")
        begun.wait(10)
        connection.sendall(cut)

    vendor.answer = answer
    client = gate.client()
    client.socket.sendall(gate.request())
    client.head()
    begun.set()
    rest = client.rest()
    assert b"half" in rest or b"zz" in cut
    assert not rest.endswith(b"0\r\n\r\n")
    assert len(rest) < 100
    client.close()


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 2", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nbad header\r\n\r\n"])
def test_a_vendor_that_gives_no_answer_is_told_as_502_by_the_gateway(
    gate: Gate, vendor: RawVendor, said: bytes
) -> None:
    vendor.answer = lambda connection, came: connection.sendall(said)
    head, body = ask(gate, gate.request())
    assert head.startswith(b"HTTP/1.1 502 ")
    assert b"x-creditdesk-gateway: failed" in head
    assert b"creditdesk gateway" in body
    assert len(vendor.came) == 1  # and asked once


def test_a_vendor_that_cannot_be_reached_is_told_as_502(gate: Gate) -> None:
    gone = gate.account("Gone", "http://127.0.0.1:1")
    request = gate.request("/Gone/x", token=gate.add_token(gone))
    until(lambda: not ask(gate, request)[0].startswith(b"HTTP/1.1 401 "))  # the config is looked at later
    assert ask(gate, request)[0].startswith(b"HTTP/1.1 502 ")


def test_a_vendor_that_does_not_answer_in_time_is_told_as_504(gate: Gate, vendor: RawVendor) -> None:
    vendor.answer = lambda connection, came: vendor.gone.wait(10)
    head, _ = ask(gate, gate.request())
    assert head.startswith(b"HTTP/1.1 504 ")
    assert b"x-creditdesk-gateway: failed" in head


@pytest.mark.parametrize("begun", [b"", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n"])
def test_a_client_that_goes_ends_the_request_at_the_vendor(gate: Gate, vendor: RawVendor, begun: bytes) -> None:
    asked = threading.Event()

    def answer(connection: socket.socket, came: Came) -> None:
        connection.sendall(begun)
        asked.set()
        connection.settimeout(10)
        assert connection.recv(1) == b""

    vendor.answer = answer
    client = gate.client()
    client.socket.sendall(gate.request())
    assert asked.wait(10)
    if begun:
        client.head()
    client.close()
    assert vendor.gone.wait(0.9)  # sooner than any time limit


def test_a_client_that_goes_in_the_middle_of_its_upload_ends_it_at_the_vendor(gate: Gate, vendor: RawVendor) -> None:
    asked = threading.Event()

    def answer(connection: socket.socket, came: Came) -> None:
        asked.set()
        came.body = came.stream.rest()

    vendor.reads_body, vendor.answer = False, answer
    client = gate.client()
    client.socket.sendall(gate.request(method="POST", more="Content-Length: 1000\r\n") + b"part")
    assert asked.wait(10)
    client.close()
    assert vendor.gone.wait(10)
    assert vendor.came[0].body in (b"", b"part")


def test_a_client_may_wait_for_100_continue(gate: Gate, vendor: RawVendor) -> None:
    client = gate.client()
    client.socket.sendall(gate.request(method="POST", more="Expect: 100-continue\r\nContent-Length: 4\r\n"))
    assert client.head().startswith(b"HTTP/1.1 100 ")
    client.socket.sendall(b"body")
    assert client.head().startswith(b"HTTP/1.1 200 ")
    assert vendor.came[0].body == b"body"
    assert vendor.came[0].header(b"expect") == b""
    client.close()


def test_a_client_that_may_not_come_in_is_not_told_to_continue(gate: Gate, vendor: RawVendor) -> None:
    client = gate.client()
    more = "Expect: 100-continue\r\nContent-Length: 4\r\n"
    client.socket.sendall(gate.request(method="POST", more=more, token="wrong"))
    assert client.head().startswith(b"HTTP/1.1 401 ")
    client.close()


def test_early_hints_before_an_answer_do_not_become_the_answer(gate: Gate, vendor: RawVendor) -> None:
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    vendor.answer = lambda connection, came: connection.sendall(hints + plain(b"yes"))
    assert ask(gate, gate.request())[1] == b"yes"


def test_a_large_upload_passes_without_being_held(gate: Gate, vendor: RawVendor) -> None:
    size = 8_000_000
    client = gate.client()
    client.socket.sendall(gate.request(method="PUT", more=f"Content-Length: {size}\r\n"))
    client.socket.sendall(b"z" * size)
    assert client.head().startswith(b"HTTP/1.1 200 ")
    assert vendor.came[0].body == b"z" * size
    assert vendor.came[0].header(b"content-length") == str(size).encode()
    client.close()


def test_a_vendor_waits_for_a_client_that_reads_slowly(gate: Gate, vendor: RawVendor) -> None:
    sent, size = [0], 64_000_000

    def answer(connection: socket.socket, came: Came) -> None:
        connection.settimeout(0.3)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
        try:
            while sent[0] < size:
                sent[0] += connection.send(b"z" * 65536)
        except TimeoutError:
            vendor.gone.set()

    vendor.answer = answer
    client = gate.client()
    client.socket.sendall(gate.request())
    client.head()
    assert vendor.gone.wait(10)
    assert sent[0] < size / 4
    client.close()


def test_requests_on_one_connection_are_answered_in_their_order(gate: Gate, vendor: RawVendor) -> None:
    vendor.answer = lambda connection, came: connection.sendall(plain(came.line)) or True
    client = gate.client()
    client.socket.sendall(b"".join(gate.request(f"/Shop/{number}") for number in range(5)))
    for number in range(5):
        assert client.body(client.head()) == b"GET /%d HTTP/1.1" % number
    client.close()


def test_a_client_of_http_1_0_gets_a_length_instead_of_chunks(gate: Gate, vendor: RawVendor) -> None:
    vendor.answer = lambda connection, came: connection.sendall(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"
    )
    client = gate.client()
    client.socket.sendall(gate.request().replace(b"HTTP/1.1", b"HTTP/1.0"))
    head = client.head()
    assert b"content-length: 6" in head
    assert b"transfer-encoding" not in head
    assert client.rest() == b"onetwo"
    client.close()


def test_a_json_body_too_large_to_be_looked_into_passes_whole(gate: Gate, vendor: RawVendor) -> None:
    body = b'["' + b"z" * 3_000_000 + b'"]'
    more = "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n"
    client = gate.client()
    client.socket.sendall(gate.request(method="POST", more=more))
    for at in range(0, len(body), 700_000):
        part = body[at : at + 700_000]
        client.socket.sendall(b"%x\r\n%b\r\n" % (len(part), part))
    client.socket.sendall(b"0\r\n\r\n")
    assert client.head().startswith(b"HTTP/1.1 200 ")
    assert vendor.came[0].body == body
    client.close()


def test_a_vendor_may_answer_before_it_has_the_whole_body(gate: Gate, vendor: RawVendor) -> None:
    def answer(connection: socket.socket, came: Came) -> None:
        connection.sendall(plain(b"too large", b"413 Content Too Large"))
        vendor.gone.wait(1)

    vendor.reads_body, vendor.answer = False, answer
    client = gate.client()
    client.socket.sendall(gate.request(method="POST", more="Content-Length: 1000\r\n") + b"part")
    head = client.head()
    assert head.startswith(b"HTTP/1.1 413 ")
    assert client.body(head) == b"too large"
    vendor.gone.set()
    client.close()


@pytest.mark.parametrize("name", ["Two words", "Käse/Brot? 100 % #1", "über & unter"])
def test_an_account_is_found_by_any_name_whatever_its_case(gate: Gate, vendor: RawVendor, name: str) -> None:
    token = gate.add_token(gate.account(name, vendor.url))
    request = gate.request(f"/{quote(name.upper(), safe='')}/v1/x?y=1", token=token)
    until(lambda: ask(gate, request)[0].startswith(b"HTTP/1.1 200 "))
    assert vendor.came[-1].line == b"GET /v1/x?y=1 HTTP/1.1"


def test_an_answer_that_is_packed_a_thousandfold_passes_whole(gate: Gate, vendor: RawVendor) -> None:
    packed = gzip.compress(b" " * 10_000_000)
    vendor.answer = lambda connection, came: connection.sendall(plain(packed, more=b"Content-Encoding: gzip\r\n"))
    assert ask(gate, gate.request())[1] == packed
