"""C1 with the gateway between script and vendor: after faults of every kind no key and no token lies anywhere.

Searched are all files of the desk, what was logged at DEBUG without any filter, and all that scripts were answered.
"""

import json
import re
from pathlib import Path

import pytest
from tests.canary import FAULTS, KEYS, command_lines, guarded, logged
from tests.cli.commanding import until
from tests.gateway.conftest import gateway
from tests.gateway.raw import Stream
from tests.searching import Search

from creditdesk.sandbox import Fault, FaultKind

ASKED = {
    "ranktracker": ("/v1/account/usage", "Authorization: {token}"),
    "leadboxer": ("/v1/management/credits", "X-Api-Key: {token}"),
    "capsolver": ("/getBalance", "Content-Type: application/json"),
}
"""What a script asks, with the header in which the vendor wants its key; one of them wants it in the body."""
HANGING = Fault(kind=FaultKind.HANG, mode="head")


def request(url: str, provider: str, token: str) -> bytes:
    """A request with the token where this vendor wants its key."""
    host = url.removeprefix("http://").rstrip("/")
    path, header = ASKED[provider]
    body = json.dumps({"clientKey": token}).encode() if provider == "capsolver" else b""
    head = f"{'POST' if body else 'GET'} /{provider}{path} HTTP/1.1\r\nHost: {host}\r\n{header.format(token=token)}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


@pytest.mark.promise("C1", "the gateway between script and vendor")
def test_a_session_of_scripts_leaves_no_key_and_no_token_anywhere(tmp_path: Path) -> None:
    heard = b""
    with (
        guarded() as vendors,
        logged(tmp_path / "raw.log") as log,
        gateway(tmp_path / "desk", vendors.running.addresses.base_urls["ranktracker"]) as gate,
    ):
        tokens = {}
        for provider in ASKED:
            account = gate.account(provider, vendors.running.addresses.base_urls[provider], provider, KEYS[provider])
            tokens[provider] = gate.add_token(account)

        def said(provider: str) -> bytes:
            client = gate.client()
            client.socket.sendall(request(gate.url, provider, tokens[provider]))
            head = client.head()
            client.close()
            return head

        until(lambda: all(said(provider).startswith(b"HTTP/1.1 200 ") for provider in tokens))
        for fault in (*FAULTS, HANGING):
            vendors.fault(fault)
            for provider, token in tokens.items():
                client = gate.client()
                client.socket.sendall(request(gate.url, provider, token))
                heard += client.head() + (b"" if fault is HANGING else _rest(client))
                client.close()
        words = command_lines()
    search = Search(KEYS | {f"token of {provider}": token for provider, token in tokens.items()})
    assert re.findall(rb"HTTP/1.1 (\d+)", heard)
    assert search.blob(heard) == []
    assert search.blob(log.read_bytes()) == []
    assert search.blob(words) == []
    assert search.folder(tmp_path / "desk") == []


def _rest(client: Stream) -> bytes:
    """What comes within a moment; connections are kept, so that the end does not show."""
    client.socket.settimeout(0.05)
    try:
        return client.rest()
    except TimeoutError:
        return b""
