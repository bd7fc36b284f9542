"""A vendor that says the key back where the ledger looks, and a bug of ours in the middle of a request, tell no key."""

import json
import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.canary import logged
from tests.cli.commanding import until
from tests.gateway.conftest import KEY, Gate
from tests.gateway.raw import RawVendor, plain
from tests.searching import Search

from creditdesk.core.charges import Charge, ChargeState
from creditdesk.gateway.relay import Relay
from creditdesk.providers.metering import Meter
from creditdesk.providers.redaction import RedactingFilter
from creditdesk.store.charges import Charges

EVER = datetime(2020, 1, 1, tzinfo=UTC)
BODY = json.dumps({"keywords": ["a"]}).encode()
MORE = f"Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\n"


def charges(gate: Gate) -> tuple[Charge, ...]:
    return Charges(gate.desk.tools.history.connections).of("a0", EVER).result(10)


def asked(gate: Gate, path: str) -> bytes:
    client = gate.client()
    client.socket.sendall(gate.request(f"/Shop{path}", "POST", MORE) + BODY)
    head = client.head()
    said = head + (client.body(head) if head else b"")
    client.close()
    return said


@pytest.mark.promise("C1", "a vendor that says the key back through the gateway")
@pytest.mark.parametrize("status", [b"200 OK", b"202 Accepted", b"400 No", b"402 No", b"500 No"])
@pytest.mark.parametrize("path", ["/v1/serp/overview", "/v1/rank-checks", "/v1/unheard/of"])
def test_a_key_that_is_said_back_as_an_id_is_kept_nowhere(
    gate: Gate, vendor: RawVendor, path: str, status: bytes
) -> None:
    before = len(charges(gate))
    named = {"request_id": KEY, "credits_charged": 1}
    told = json.dumps({"data": {"id": f"job {KEY}", "status": KEY}, "meta": named, "error": {"message": KEY}})
    vendor.answer = lambda connection, came: bool(
        connection.sendall(plain(told.encode(), status, b"Content-Type: application/json\r\n"))
    )
    said = asked(gate, path)
    until(lambda: len(found := charges(gate)) > before and all(each.state is not ChargeState.OPEN for each in found))
    search = Search({"the key": KEY, "the token": gate.token})
    assert search.blob(said) == []
    assert search.blob(repr(charges(gate)) + repr(gate.running.feed.since())) == []
    gate.desk.tools.history.connections.read(lambda connection: None).result(10)
    assert search.folder(gate.places.data_dir) == []


def test_a_bug_in_the_middle_of_a_request_tells_no_key_and_leaves_the_gateway_at_work(
    gate: Gate, vendor: RawVendor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = len(charges(gate))

    def bug(*given: object) -> None:
        raise ValueError(f"Illegal header value Authorization: Bearer {KEY} in {given!r}")

    search = Search({"the key": KEY, "the token": gate.token})
    with logged(tmp_path / "log") as log, monkeypatch.context() as broken:
        for handler in logging.getLogger().handlers:
            handler.addFilter(RedactingFilter())  # as the window and the command set it up
        broken.setattr(Meter, "answer", bug)
        said = asked(gate, "/v1/serp/overview")
        broken.setattr(Relay, "_booked", bug)
        said += asked(gate, "/v1/serp/overview")
    assert b" 500 " in said
    assert "a bug of the gateway" in log.read_text()
    assert search.blob(said + log.read_bytes()) == []
    until(lambda: len(found := charges(gate)) > before and all(each.state is not ChargeState.OPEN for each in found))
    assert charges(gate)[-1].state is ChargeState.UNKNOWN  # it was sent
    assert b" 200 " in asked(gate, "/v1/serp/overview")
