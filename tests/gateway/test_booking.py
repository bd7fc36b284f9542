"""Every request is in the books: before it leaves, and after its answer with its cost; what can't be paid stops."""

import json
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from tests.cli.commanding import until
from tests.gateway.conftest import Gate
from tests.gateway.raw import Came, RawVendor, plain

from creditdesk.core.charges import Charge, ChargeState, Draw, Known
from creditdesk.core.guard import Guard
from creditdesk.core.pools import Account
from creditdesk.gateway.feed import Done, Seen
from creditdesk.store.charges import Charges
from creditdesk.store.tokens import id_of

JSON = b"Content-Type: application/json\r\n"
EVER = datetime(2020, 1, 1, tzinfo=UTC)


def charges(gate: Gate, account: str) -> tuple[Charge, ...]:
    return Charges(gate.desk.tools.history.connections).of(account, EVER).result(10)


@pytest.fixture
def shop(gate: Gate, vendor: RawVendor) -> Account:
    """An account of its own for each test, with 10 credits of each pool."""
    account = gate.account(f"Shop {len(gate.desk.tools.chosen.accounts)}", vendor.url)
    for pool in ("monthly", "top-up"):
        gate.desk.tools.history.typed(account.id, pool, Decimal(5), None, datetime.now(UTC)).result(10)
    return account


def asked(gate: Gate, account: Account, token: str, keywords: int = 1, path: str = "/v1/serp/overview") -> bytes:
    body = json.dumps({"keywords": [f"k{number}" for number in range(keywords)]}).encode()
    more = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    target = f"/{account.name.replace(' ', '%20')}{path}"
    return gate.request(target, "POST", more, token) + body


def answered(gate: Gate, data: bytes) -> tuple[bytes, bytes]:
    client = gate.client()
    client.socket.sendall(data)
    head = client.head()
    body = client.body(head) if head else b""
    client.close()
    return head, body


def settled(gate: Gate, account: Account, count: int = 1) -> tuple[Charge, ...]:
    """The account's charges, when there are so many and none is open."""
    until(lambda: len(found := charges(gate, account.id)) == count and all(each.ended_at for each in found))
    return charges(gate, account.id)


def charging(gate: Gate, vendor: RawVendor) -> None:
    """The vendor charges one credit a keyword, and says so."""

    def answer(connection: socket.socket, came: Came) -> bool:
        count = len(json.loads(came.body)["keywords"])
        body = json.dumps({"meta": {"request_id": "r", "credits_charged": count}}).encode()
        connection.sendall(plain(body, more=JSON))
        return True

    vendor.answer = answer


def known(gate: Gate, account: Account, token: str) -> str:
    """The token, when the gateway knows it and its account."""
    until(lambda: b" 401 " not in answered(gate, gate.request(f"/{account.id}/v1/projects", token=token))[0])
    return token


def test_a_charge_is_journalled_before_its_request_leaves_and_settled_by_what_the_vendor_says(
    gate: Gate, vendor: RawVendor, shop: Account
) -> None:
    token = known(gate, shop, gate.add_token(shop))
    before: list[Charge] = []

    def answer(connection: socket.socket, came: Came) -> bool:
        before.extend(charges(gate, shop.id))
        body = b'{"meta": {"request_id": "req_1", "credits_charged": 3}}'
        connection.sendall(plain(body, more=JSON))
        return True

    vendor.answer = answer
    head, _ = answered(gate, asked(gate, shop, token, 2))
    assert b"x-creditdesk-gateway: passed" in head
    (charge,) = settled(gate, shop)
    (journalled,) = before
    assert journalled.state is ChargeState.OPEN
    assert journalled.draws is None
    assert journalled.id == charge.id
    assert (charge.operation, charge.items, charge.expected) == ("serp-overview", 2, 2)
    assert charge.draws == (Draw(Decimal(3)),) or charge.draws == (Draw(Decimal(3), ("monthly", "top-up")),)
    assert (charge.state, charge.known) == (ChargeState.BOOKED, Known.REPORTED)
    assert (charge.client, charge.request_id, charge.status) == ("acme", "req_1", 200)
    assert charge.token in token
    assert token not in repr(charge)


def _cut(connection: socket.socket, came: Came) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{")


def _silent(connection: socket.socket, came: Came) -> None:
    connection.settimeout(10)
    connection.recv(1)


@pytest.mark.parametrize(
    ("answer", "state", "draws"),
    [
        (lambda connection, came: connection.sendall(plain(b"{}", b"404 No", JSON)), ChargeState.BOOKED, ()),
        (lambda connection, came: connection.sendall(plain(b"{}", b"500 No", JSON)), ChargeState.UNKNOWN, None),
        (lambda connection, came: connection.sendall(plain(b"{}", more=JSON)), ChargeState.UNKNOWN, None),
        (lambda connection, came: connection.sendall(plain(b"<html>")), ChargeState.UNKNOWN, None),
        (lambda connection, came: None, ChargeState.UNKNOWN, None),
        (_cut, ChargeState.UNKNOWN, None),
        (_silent, ChargeState.UNKNOWN, None),
    ],
    ids=["refused", "failed", "says-nothing", "page", "no-answer", "cut", "silent"],
)
def test_what_an_answer_does_not_tell_is_unknown_and_never_nothing(
    gate: Gate,
    vendor: RawVendor,
    shop: Account,
    answer: Callable[[socket.socket, Came], bool | None],
    state: ChargeState,
    draws: tuple[Draw, ...] | None,
) -> None:
    token = known(gate, shop, gate.add_token(shop))
    vendor.answer = answer
    client = gate.client()
    client.socket.sendall(asked(gate, shop, token))
    client.piece()
    (charge,) = settled(gate, shop)
    assert (charge.state, charge.draws) == (state, draws)
    client.close()


def test_a_client_that_goes_leaves_an_unknown_charge(gate: Gate, vendor: RawVendor, shop: Account) -> None:
    token = known(gate, shop, gate.add_token(shop))
    came = threading.Event()

    def answer(connection: socket.socket, _came: Came) -> None:
        came.set()
        connection.settimeout(10)
        connection.recv(1)

    vendor.answer = answer
    client = gate.client()
    client.socket.sendall(asked(gate, shop, token))
    assert came.wait(10)
    client.close()
    (charge,) = settled(gate, shop)
    assert charge.state is ChargeState.UNKNOWN
    assert "client went" in charge.note


def test_a_request_that_never_left_cost_nothing(gate: Gate) -> None:
    gone = gate.account(f"Gone {len(gate.desk.tools.chosen.accounts)}", "http://127.0.0.1:1")
    token = gate.add_token(gone)
    until(lambda: b" 502 " in answered(gate, asked(gate, gone, token))[0])
    charge = settled(gate, gone)[0]
    assert (charge.state, charge.draws) == (ChargeState.BOOKED, ())


def test_what_cannot_be_paid_is_refused_in_the_vendors_words_and_does_not_reach_it(
    gate: Gate, vendor: RawVendor, shop: Account
) -> None:
    token = known(gate, shop, gate.add_token(shop, Guard.REFUSE))
    charging(gate, vendor)
    vendor.came.clear()
    for count in (4, 4):
        assert answered(gate, asked(gate, shop, token, count))[0].startswith(b"HTTP/1.1 200 ")
    head, body = answered(gate, asked(gate, shop, token, 3))
    assert head.startswith(b"HTTP/1.1 402 ")
    assert b"x-creditdesk-gateway: refused\r\n" in head
    assert b": 1 short." in head
    assert json.loads(body)["error"]["code"] == "insufficient_credits"
    assert answered(gate, asked(gate, shop, token, 2))[0].startswith(b"HTTP/1.1 200 ")
    assert answered(gate, asked(gate, shop, token, 1))[0].startswith(b"HTTP/1.1 402 ")
    assert [len(json.loads(came.body)["keywords"]) for came in vendor.came] == [4, 4, 2]
    mine = [each for each in gate.running.feed.since() if each.account == shop.id and each.operation]
    assert [each.done for each in mine] == [Done.PASSED, Done.PASSED, Done.REFUSED, Done.PASSED, Done.REFUSED]
    assert [each.cost for each in mine] == [4, 4, 0, 2, 0]


def test_what_cannot_be_paid_passes_with_a_warning_where_the_guard_warns(
    gate: Gate, vendor: RawVendor, shop: Account
) -> None:
    token = known(gate, shop, gate.add_token(shop, Guard.WARN))
    charging(gate, vendor)
    head, _ = answered(gate, asked(gate, shop, token, 11))
    assert head.startswith(b"HTTP/1.1 200 ")
    assert b"x-creditdesk-gateway: warned\r\n" in head
    assert b": 1 short." in head


def test_what_cannot_be_known_passes_and_the_answer_says_so(gate: Gate, vendor: RawVendor, shop: Account) -> None:
    token = known(gate, shop, gate.add_token(shop, Guard.REFUSE))
    charging(gate, vendor)
    head, _ = answered(gate, asked(gate, shop, token, 1, "/v1/never/heard/of"))
    assert head.startswith(b"HTTP/1.1 200 ")
    assert b"x-creditdesk-gateway: passed\r\n" in head
    assert b"x-creditdesk-note: Nobody knows" in head


def test_fifty_scripts_at_once_spend_exactly_what_is_there(gate: Gate, vendor: RawVendor, shop: Account) -> None:
    token = known(gate, shop, gate.add_token(shop, Guard.REFUSE))
    charging(gate, vendor)
    vendor.came.clear()
    with ThreadPoolExecutor(50) as scripts:
        heads = list(scripts.map(lambda _: answered(gate, asked(gate, shop, token))[0][:12], range(50)))
    assert sorted(heads) == [b"HTTP/1.1 200"] * 10 + [b"HTTP/1.1 402"] * 40
    assert len(vendor.came) == 10
    assert sum(draw.amount for each in settled(gate, shop, 10) for draw in each.draws or ()) == 10


@pytest.mark.parametrize(("day", "month"), [("7", None), (None, "7"), ("7", "8")])
def test_fifty_scripts_at_once_keep_a_budget(
    gate: Gate, vendor: RawVendor, shop: Account, day: str | None, month: str | None
) -> None:
    token = known(gate, shop, gate.add_token(shop, Guard.REFUSE, day, month))
    charging(gate, vendor)
    vendor.came.clear()
    with ThreadPoolExecutor(50) as scripts:
        heads = list(scripts.map(lambda _: answered(gate, asked(gate, shop, token))[0], range(50)))
    assert len(vendor.came) == 7
    refused = [head for head in heads if head.startswith(b"HTTP/1.1 402 ")]
    assert len(refused) == 43
    assert all(b"budget" in head for head in refused)


def test_what_nobody_knows_counts_for_a_budget_after_a_restart_too(
    gate: Gate, vendor: RawVendor, shop: Account
) -> None:
    token = known(gate, shop, gate.add_token(shop, Guard.REFUSE, "7", "9"))
    now, state, three = datetime.now(UTC), ChargeState.UNKNOWN, Decimal(3)
    lost = [Charge(f"{shop.id}{n}", shop.id, now, token=id_of(token), expected=three, state=state) for n in range(2)]
    Charges(gate.desk.tools.history.connections).book(lost).result(10)
    charging(gate, vendor)
    heads = [answered(gate, asked(gate, shop, token))[0] for _ in range(3)]
    assert [head[9:12] for head in heads] == [b"200", b"402", b"402"]


def test_one_that_fits_if_those_on_the_way_cost_less_waits_for_them(
    gate: Gate, vendor: RawVendor, shop: Account
) -> None:
    token = known(gate, shop, gate.add_token(shop, Guard.REFUSE))
    on_the_way, go = threading.Barrier(2), threading.Event()

    def answer(connection: socket.socket, came: Came) -> bool:
        if b"domains" in came.body:  # cached: it costs nothing
            on_the_way.wait(10)
            go.wait(10)
            connection.sendall(plain(b'{"meta": {"credits_charged": 0}}', more=JSON))
        else:
            connection.sendall(plain(b'{"meta": {"credits_charged": 10}}', more=JSON))
        return True

    vendor.answer = answer
    body = json.dumps({"domains": [f"{number}.example" for number in range(10)]}).encode()
    more = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    first, second = gate.client(), gate.client()
    first.socket.sendall(gate.request(f"/{shop.id}/v1/domains/metrics", "POST", more, token) + body)
    on_the_way.wait(10)
    second.socket.sendall(asked(gate, shop, token, 10))
    go.set()
    assert first.head().startswith(b"HTTP/1.1 200 ")
    assert second.head().startswith(b"HTTP/1.1 200 ")
    first.close()
    second.close()


def test_a_job_is_charged_once_though_it_is_told_at_every_look(gate: Gate, vendor: RawVendor, shop: Account) -> None:
    token = known(gate, shop, gate.add_token(shop, Guard.REFUSE))

    def answer(connection: socket.socket, came: Came) -> bool:
        made = b'{"data": {"id": "job_1"}, "meta": {"credits_charged": 4}}'
        looked = b'{"data": {"id": "job_1", "status": "completed", "credits_charged": 4}, "meta": {}}'
        connection.sendall(plain(made if came.line.startswith(b"POST") else looked, more=JSON))
        return True

    vendor.answer = answer
    answered(gate, asked(gate, shop, token, 4, "/v1/rank-checks"))
    for _ in range(3):
        answered(gate, gate.request(f"/{shop.id}/v1/rank-checks/job_1", token=token))
    until(lambda: len(charges(gate, shop.id)) == 4)
    found = settled(gate, shop, 4)
    assert sum(draw.amount for each in found for draw in each.draws or ()) == 4
    assert answered(gate, asked(gate, shop, token, 6))[0].startswith(b"HTTP/1.1 200 ")


def test_the_feed_is_bounded_and_counts_by_token(gate: Gate, vendor: RawVendor, shop: Account) -> None:
    token = known(gate, shop, gate.add_token(shop))
    charging(gate, vendor)
    for _ in range(3):
        answered(gate, asked(gate, shop, token, 2))

    def seen() -> list[Seen]:
        return [each for each in gate.running.feed.since() if each.account == shop.id and each.operation]

    until(lambda: len(seen()) == 3)
    for each in seen():
        assert (each.client, each.operation, each.cost, each.status) == ("acme", "serp-overview", 2, 200)
        assert datetime.now(UTC) - each.at < timedelta(minutes=1)
    tallied = gate.running.feed.tallies()[token.split("_")[1]]
    assert tallied.charged == 6
    before = gate.running.feed.turned_away
    answered(gate, asked(gate, shop, "wrong"))
    assert gate.running.feed.turned_away == before + 1
