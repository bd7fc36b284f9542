"""Each fault can be seen by a client that decodes nothing, follows nothing and retries nothing."""

import gzip
import http.client
import json
import math
import socket
import time
from urllib.parse import urlsplit

import pytest

from creditdesk.sandbox import Fault, FaultKind

USAGE = "GET /v1/account/usage"
ENGINE = {"name": "google", "location": "United States", "language": "en", "device": "desktop"}


@pytest.fixture
def fault(world):
    def setter(kind, provider="ranktracker", times=1, **more):
        spec = Fault(kind=FaultKind(kind), provider=provider, times=times, **more)
        return world.call(lambda sandbox: sandbox.set_fault(spec))

    return setter


def create(world, *words):
    domain = next(iter(world.page("ranktracker")["state"]["domains"]))
    body = {"words": list(words), "search_engines": [ENGINE]}
    return world.ask("ranktracker", f"POST /v1/domains/{domain}/keywords", body)


def tracked(world):
    return world.page("ranktracker")["state"]["usage"]["keywords"]


def talk(world, most=1 << 30, timeout=10.0):
    """A usage request on a bare socket: the bytes that came, and how it ended ("closed", "reset" or "enough")."""
    parts = urlsplit(world.urls["ranktracker"])
    with socket.create_connection((parts.hostname, parts.port), timeout=timeout) as sock:
        key = world.keys["ranktracker"]
        sock.sendall(f"GET {parts.path}/v1/account/usage HTTP/1.1\r\nHost: x\r\nAuthorization: {key}\r\n\r\n".encode())
        came = bytearray()
        while len(came) < most:
            try:
                piece = sock.recv(1 << 16)
            except ConnectionResetError:
                return bytes(came), "reset"
            if not piece:
                return bytes(came), "closed"
            came += piece
        return bytes(came), "enough"


def eventually(condition, seconds=5.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline


def test_without_a_fault_nothing_is_wrong_and_a_fault_is_gone_after_its_times(world, fault):
    fault("status", times=2, status=500)
    statuses = [world.ask("ranktracker", USAGE).status for _ in range(4)]
    assert statuses == [500, 500, 200, 200]


def test_a_fault_stays_until_it_is_cleared_when_no_times_are_given(world, fault):
    number = fault("status", times=None, status=502)
    assert [world.ask("ranktracker", USAGE).status for _ in range(3)] == [502] * 3
    world.call(lambda sandbox: sandbox.clear_faults(number=number))
    assert world.ask("ranktracker", USAGE).status == 200


def test_a_fault_applies_to_its_account_path_and_method_after_those_it_skips(world, fault):
    other = world.call(lambda sandbox: sandbox.add_account("ranktracker"))
    fault("status", times=None, account=other, path="/v1/account", method="get", skip=1)
    seen = [world.ask("ranktracker", USAGE, key=other).status for _ in range(2)]
    assert seen == [200, 500]
    assert world.ask("ranktracker", "GET /v1/domains", key=other).status == 200
    assert world.ask("ranktracker", USAGE).status == 200


@pytest.mark.parametrize("status", [500, 502, 503, 504, 418, 599])
def test_any_status_can_be_had(world, fault, status):
    fault("status", status=status, retry_after=7)
    reply = world.ask("ranktracker", USAGE)
    assert (reply.status, reply.headers["retry-after"]) == (status, "7")


def test_a_failing_post_has_done_its_work_only_when_asked_for(world, fault):
    fault("status", status=500)
    assert create(world, "a").status == 500
    assert tracked(world) == 842
    fault("status", status=500, after_work=True)
    assert create(world, "a").status == 500
    assert tracked(world) == 843


def test_latency_delays_a_good_answer_before_or_after_the_work(world, fault):
    for after_work in (False, True):
        fault("latency", seconds=0.2, after_work=after_work)
        start = time.monotonic()
        assert create(world, "a").status == 201
        assert time.monotonic() - start >= 0.2


@pytest.mark.parametrize("mode", ["", "stubborn"])
def test_only_a_stubborn_vendor_does_the_work_of_a_client_that_has_gone(world, fault, mode):
    before = tracked(world)
    fault("latency", seconds=0.2, mode=mode)
    domain = next(iter(world.page("ranktracker")["state"]["domains"]))
    parts = urlsplit(world.urls["ranktracker"])
    body = json.dumps({"words": ["a"], "search_engines": [ENGINE]})
    gone = http.client.HTTPConnection(parts.hostname, parts.port)
    gone.request(
        "POST", f"{parts.path}/v1/domains/{domain}/keywords", body, {"Authorization": world.keys["ranktracker"]}
    )
    eventually(lambda: world.books()["open_requests"] == 1)
    gone.close()
    eventually(lambda: world.books()["open_requests"] == 0)
    if mode:
        assert tracked(world) == before
        eventually(lambda: tracked(world) == before + 1)
    else:
        assert create(world, "b").status == 201  # the books are in order, and only this one is in them
        assert tracked(world) == before + 1


def test_latency_comes_together_with_another_fault(world, fault):
    fault("latency", seconds=0.1)
    fault("status", status=503)
    start = time.monotonic()
    assert world.ask("ranktracker", USAGE).status == 503
    assert time.monotonic() - start >= 0.1


@pytest.mark.parametrize("mode", ["", "body"])
def test_a_dripping_answer_arrives_byte_by_byte(world, fault, mode):
    fault("drip", seconds=0.0005, mode=mode)
    assert world.ask("ranktracker", USAGE).body["data"]["type"] == "usage"
    fault("drip", seconds=30, mode=mode)
    came, _ = talk(world, most=1)
    assert len(came) == 1 or mode


@pytest.mark.parametrize(("mode", "begins"), [("before", b""), ("head", b"HTTP/1.1"), ("mid", b"HTTP/1.1 200 OK\r\n")])
def test_a_reset_is_a_tcp_reset(world, fault, mode, begins):
    fault("reset", mode=mode)
    came, ended = talk(world)
    assert ended == "reset"
    assert came.startswith(begins)
    assert (b"\r\n\r\n" in came) == (mode == "mid")


def test_a_reset_before_the_answer_can_come_before_or_after_the_work(world, fault):
    for after_work, keywords in ((False, 842), (True, 843)):
        fault("reset", after_work=after_work)
        with pytest.raises((ConnectionResetError, http.client.RemoteDisconnected)):
            create(world, "a")
        assert tracked(world) == keywords


def test_every_vendor_throttles_in_its_own_way(world, fault):
    fault("throttle", "ranktracker")
    reply = world.ask("ranktracker", USAGE)
    assert (reply.status, "retry-after" in reply.headers) == (503, False)
    fault("throttle", "ranktracker", retry_after="Fri, 31 Dec 2027 23:59:59 GMT")
    assert world.ask("ranktracker", USAGE).headers["retry-after"] == "Fri, 31 Dec 2027 23:59:59 GMT"
    fault("throttle", "oneclickseo", retry_after=9)
    reply = world.ask("oneclickseo", "GET /v1/projects")
    assert (reply.status, reply.headers["retry-after"]) == (429, "9")
    fault("throttle", "leadboxer", retry_after=17)
    reply = world.ask("leadboxer", "GET /v1/management/credits")
    assert (reply.status, reply.body["retry-after"], "retry-after" in reply.headers) == (429, 17, False)
    fault("throttle", "leadboxer", retry_after=17, mode="header")
    assert world.ask("leadboxer", "GET /v1/management/credits").headers["retry-after"] == "17"
    for code in ("ERROR_RATE_LIMIT", "ERROR_KEY_TEMP_BLOCKED", "ERROR_IP_BANNED"):
        fault("throttle", "capsolver", mode=code)
        reply = world.ask("capsolver", "POST /getBalance")
        assert (reply.status, reply.body["errorCode"]) == (400, code)


def test_every_vendor_rejects_a_good_key_in_its_own_way(world, fault):
    lines = {
        "ranktracker": (USAGE, 403, 403),
        "oneclickseo": ("GET /v1/projects", 401, 403),
        "leadboxer": ("GET /v1/management/credits", 401, 403),
        "capsolver": ("POST /getBalance", 401, 401),
    }
    for provider, (line, rejected, no_access) in lines.items():
        fault("reject", provider)
        fault("reject", provider, mode="no-access")
        assert [world.ask(provider, line).status for _ in range(2)] == [rejected, no_access]


def test_a_vendors_error_can_come_in_any_status(world, fault):
    for status in (200, 400, 401):
        fault("error", "capsolver", status=status, mode="ERROR_ZERO_BALANCE")
        reply = world.ask("capsolver", "POST /getBalance")
        assert (reply.status, reply.body["errorCode"]) == (status, "ERROR_ZERO_BALANCE")
    fault("error", "ranktracker")
    assert world.ask("ranktracker", USAGE).body["errors"][0]["code"] == "over_quota"


@pytest.mark.parametrize("status", [200, 403])
def test_html_comes_in_the_place_of_json(world, fault, status):
    fault("html", status=status)
    reply = world.ask("ranktracker", USAGE)
    assert reply.status == status
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert reply.raw.startswith(b"<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("mode", "value"), [("", "842"), ("bool", True), ("object", {"value": 842}), ("array", [842]), ("null", None)]
)
def test_numbers_have_another_type(world, fault, mode, value):
    fault("wrong_types", mode=mode)
    assert world.ask("ranktracker", USAGE).body["data"]["attributes"]["keywords"]["usage"] == value


@pytest.mark.parametrize("mode", ["NaN", "Infinity", "-Infinity", "1e400"])
def test_numbers_are_not_finite(world, fault, mode):
    fault("nan", mode=mode)
    reply = world.ask("ranktracker", USAGE)
    assert f'"usage": {mode},'.encode() in reply.raw
    assert not math.isfinite(reply.body["data"]["attributes"]["keywords"]["usage"])


def test_a_name_stands_twice_in_its_object(world, fault):
    fault("dup_keys")
    assert b'"usage": 0, "usage": 842' in world.ask("ranktracker", USAGE).raw


def test_a_body_is_nested_deeply(world, fault):
    fault("deep")
    raw = world.ask("ranktracker", USAGE).raw
    assert b"[" * 100_000 + b"]" * 100_000 in raw
    assert raw.endswith(b"}}}}")
    fault("deep", size=3)
    assert world.ask("ranktracker", USAGE).body["deep"] == [[[]]]


def test_a_truncated_body_can_be_framed_well_or_badly(world, fault):
    fault("truncated")
    with pytest.raises(ValueError):
        _ = world.ask("ranktracker", USAGE).body
    for mode in ("transfer", "chunked"):
        fault("truncated", mode=mode)
        with pytest.raises(http.client.IncompleteRead):
            world.ask("ranktracker", USAGE)


def test_a_body_is_empty_or_begins_with_a_byte_order_mark(world, fault):
    fault("empty")
    reply = world.ask("ranktracker", USAGE)
    assert (reply.status, reply.raw) == (200, b"")
    fault("bom")
    raw = world.ask("ranktracker", USAGE).raw
    assert raw.startswith(b"\xef\xbb\xbf{")


def test_a_huge_body_is_the_right_one_with_white_space_after_it(world, fault):
    fault("huge", size=5_000_000)
    reply = world.ask("ranktracker", USAGE)
    assert len(reply.raw) == 5_000_000
    assert reply.body["data"]["type"] == "usage"


def test_the_client_can_leave_ten_gigabytes(world, fault):
    fault("huge")
    came, _ = talk(world, most=3_000_000)
    assert b"Content-Length: 10000000000\r\n" in came
    eventually(lambda: world.books()["open_requests"] == 0)


@pytest.mark.parametrize("size", [1_000, 8_000_000, 1 << 23])
def test_a_gzip_bomb_is_a_small_body_that_becomes_large(world, fault, size):
    fault("gzip_bomb", size=size)
    reply = world.ask("ranktracker", USAGE)
    assert reply.headers["content-encoding"] == "gzip"
    assert len(reply.raw) < 20_000
    decoded = gzip.decompress(reply.raw)
    assert len(decoded) == size
    assert json.loads(decoded)["data"]["type"] == "usage"


def test_there_can_be_very_many_headers(world, fault):
    fault("many_headers", size=5_000)
    came, ended = talk(world)
    assert came.count(b"\r\nX-Filler-") == 5_000
    assert came.endswith(b"}}}}") and ended == "closed"
    fault("many_headers")
    assert len(talk(world, most=2_000_000)[0]) >= 2_000_000


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_leads_to_another_origin_which_sees_what_came_along(world, fault, status):
    fault("redirect", status=status)
    reply = world.ask("ranktracker", USAGE)
    other = world.running.addresses.other_origin
    assert (reply.status, reply.headers["location"]) == (status, f"{other}/landing")
    assert world.books()["other_origin"]["requests"] == 0
    parts = urlsplit(other)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
    connection.request("GET", "/landing", headers={"Authorization": world.keys["ranktracker"]})
    assert connection.getresponse().read() == b'{"data": {}}'
    connection.close()
    seen = world.books()["other_origin"]
    assert (seen["requests"], seen["credentials"], seen["credential_headers"]) == (1, 1, 1)
    found = {"owner": "ranktracker/ranktracker-1", "part": "header", "name": "authorization"}
    assert seen["visits"][0]["credentials"] == [found]


@pytest.mark.parametrize("mode", ["", "self"])
def test_a_redirect_can_be_a_chain(world, fault, mode):
    fault("redirect", mode=mode, size=3)
    location = world.ask("ranktracker", USAGE).headers["location"]
    hops = 0
    while not location.endswith("/landing"):
        hops += 1
        parts = urlsplit(location)
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
        connection.request("GET", parts.path)
        location = connection.getresponse().headers["Location"]
        connection.close()
    assert hops == 4
    assert location.startswith(world.running.addresses.other_origin)


def test_a_redirect_can_have_any_location(world, fault):
    fault("redirect", mode="https://user@xn--bcher-kva.example:8443/x")
    assert world.ask("ranktracker", USAGE).headers["location"] == "https://user@xn--bcher-kva.example:8443/x"
    fault("redirect", mode="{other}/{self}")
    assert world.running.addresses.other_origin in world.ask("ranktracker", USAGE).headers["location"]


@pytest.mark.parametrize(("mode", "came"), [("", False), ("head", True)])
def test_a_hanging_request_ends_when_its_client_goes(world, fault, mode, came):
    fault("hang", mode=mode)
    with pytest.raises(TimeoutError):
        talk(world, timeout=0.2)
    eventually(lambda: world.books()["open_requests"] == 0)
    assert world.call(lambda sandbox: sandbox.requests())[0]["status"] is None


def test_another_client_consumes_between_a_reading_and_a_create(world, fault):
    fault("consume_between", amounts={"keywords": 157})
    reading = world.ask("ranktracker", USAGE).body["data"]["attributes"]["keywords"]
    assert reading["remaining"] == 158
    assert create(world, "a", "b").status == 402
    assert create(world, "a").status == 201
    assert world.page("ranktracker")["consumed_by_others"] == {"keywords": 157}


def test_another_client_takes_no_more_than_there_is(world):
    taken = {
        provider: world.call(lambda sandbox, p=provider, a=amounts: sandbox.consume(p, **a))
        for provider, amounts in {
            "ranktracker": {"keywords": 10_000},
            "oneclickseo": {"credits": 10_000},
            "leadboxer": {"credits": 10**9},
            "capsolver": {"balance": "1e9", "calls": 10**9},
        }.items()
    }
    assert taken["ranktracker"] == {"keywords": 158}
    assert taken["oneclickseo"] == {"monthly": 312, "top_up": 120}
    assert sum(taken["leadboxer"].values()) == 118_240
    assert str(taken["capsolver"]["balance"]) == "24.3518"
    assert world.page("capsolver")["state"]["balance"] == "0.0000"


def test_a_fault_that_can_not_be_is_refused():
    for spec in ({"kind": "nonsense"}, {}, {"kind": "reset", "mode": "x"}, {"kind": "html", "status": "x"}, {"x": 1}):
        with pytest.raises(ValueError):
            Fault.from_json(spec)
