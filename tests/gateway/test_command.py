"""`creditdesk gateway` as people use it: tokens, one JSON line, a kill in the middle, a clean end."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.cli.commanding import Command, Ran, environment, fine, standard_input, until
from tests.desk.world import Memory
from tests.gateway.conftest import KEY
from tests.gateway.raw import Came, RawVendor, Stream, connect

from creditdesk.core.charges import Charge, ChargeState
from creditdesk.providers.redaction import redact
from creditdesk.store.charges import Charges
from creditdesk.store.history import History

EVER = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    def feed(raw: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", standard_input(raw))

    return Command(tmp_path / "desk", Memory(), capsys, feed)


@pytest.fixture
def vendor() -> Iterator[RawVendor]:
    with RawVendor() as running:
        yield running


def shop(desk: Command, url: str) -> Ran:
    return fine(desk("accounts", "add", "oneclickseo", "--name", "My Shop", "--key-env", "SHOP_KEY", "--base-url", url))


def test_a_token_is_shown_once_listed_without_its_text_and_revoked(desk: Command, vendor: RawVendor) -> None:
    shop(desk, vendor.url)
    assert fine(desk("gateway", "token", "list")).out.startswith("There are no tokens.")
    added = desk("gateway", "token", "add", "--account", "my shop", "--client", "acme")
    token = added.out.strip()
    assert (added.status, "only time" in added.err) == (0, True)
    words = ("--account", "My Shop", "--guard", "refuse", "--budget-day", "5", "--budget-month", "100.5", "--json")
    told = fine(desk("gateway", "token", "add", *words)).json
    assert told["token"].startswith(f"cdk_{told['id']}_")
    assert (told["account"], told["client"], told["guard"]) == ("My Shop", None, "refuse")
    assert (str(told["budget_day"]), str(told["budget_month"])) == ("5", "100.5")
    listed = fine(desk("gateway", "token", "list"))
    rows = fine(desk("gateway", "token", "list", "--json")).json["tokens"]
    assert [row["id"] for row in rows] == [token.split("_")[1], told["id"]]
    assert "acme" in listed.out and "refuse" in listed.out and "5 a day" in listed.out and "never used" in listed.out
    for shown in (listed.out, json.dumps(rows, default=str)):
        assert token not in shown and token[-20:] not in shown and told["token"][-20:] not in shown
    assert fine(desk("gateway", "token", "revoke", told["id"])).out.startswith("Revoked.")
    assert "revoked" in fine(desk("gateway", "token", "list")).out
    assert desk("gateway", "token", "revoke", told["id"]).status == 1
    assert desk("gateway", "token", "revoke", "nothing").status == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("token", "add", "--account", "nobody"), "nobody"),
        (("token", "add", "--account", "My Shop", "--budget-day", "-1"), "--budget-day"),
        (("token", "add", "--account", "My Shop", "--budget-month", "x"), "--budget-month"),
        (("token", "add", "--account", "My Shop", "--guard", "maybe"), "no such word"),
        (("token", "add"), "--account"),
        (("token",), "ACTION"),
        (("--port", "99999"), "99999"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(desk: Command, vendor: RawVendor, words: tuple[str, ...], said: str) -> None:
    shop(desk, vendor.url)
    ran = desk("gateway", *words)
    assert ran.status == 1
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_a_token_pasted_in_the_wrong_place_is_not_repeated(desk: Command, vendor: RawVendor) -> None:
    shop(desk, vendor.url)
    token = desk("gateway", "token", "add", "--account", "My Shop").out.strip()
    ran = desk("gateway", "token", "revoke", token)
    assert token not in ran.err + ran.out
    assert token not in redact(f"the token {token} here")


class Running:
    """A gateway in a process of its own."""

    def __init__(self, folder: Path, *words: str) -> None:
        command = [sys.executable, "-m", "creditdesk", "--data-dir", str(folder), "gateway", *words]
        environ = environment(folder, SHOP_KEY=KEY)
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environ, text=True, bufsize=1
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        self.url = json.loads(line)["url"] if line else ""

    def begin(self, token: str) -> Stream:
        """A request to the vendor that is not answered yet."""
        port = int(self.url.rsplit(":", 1)[1].rstrip("/"))
        client = connect(port)
        head = f"GET /My%20Shop/v1/keywords/overview?keyword=a HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        client.socket.sendall(f"{head}Authorization: Bearer {token}\r\n\r\n".encode())
        return client

    def end(self, number: int) -> tuple[int, str, str]:
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=5)
        return self.process.returncode, out, err


def charges(folder: Path) -> tuple[Charge, ...]:
    history = History(folder / "history.sqlite3", datetime.now(UTC))
    connections = history.connections
    (account,) = {
        row[0] for row in connections.read(lambda file: list(file.execute("SELECT account FROM charge"))).result()
    }
    found = Charges(connections).of(account, EVER).result(10)
    history.close()
    return found


def test_a_gateway_that_is_killed_in_the_middle_leaves_an_unknown_charge_and_one_that_is_ended_ends_cleanly(
    desk: Command, vendor: RawVendor
) -> None:
    shop(desk, vendor.url)
    token = desk("gateway", "token", "add", "--account", "My Shop", "--client", "acme").out.strip()
    asked = threading.Semaphore(0)

    def answer(connection: socket.socket, came: Came) -> None:
        asked.release()
        connection.settimeout(10)
        connection.recv(1)

    vendor.answer = answer
    first = Running(desk.folder, "--port", "0")
    second = Running(desk.folder, "--port", "0")
    assert second.url == ""
    assert second.end(signal.SIGTERM)[2] == "creditdesk: A gateway runs already on this folder.\n"
    client = first.begin(token)
    assert asked.acquire(timeout=10)
    assert [each.state for each in charges(desk.folder)] == [ChargeState.OPEN]
    first.end(signal.SIGKILL)
    client.close()
    again = Running(desk.folder, "--port", "0")
    assert [each.state for each in charges(desk.folder)] == [ChargeState.UNKNOWN]
    client = again.begin(token)
    assert asked.acquire(timeout=10)
    status, out, err = again.end(signal.SIGINT if os.name != "nt" else signal.SIGTERM)
    assert (status, out) == (0, "")
    assert KEY not in err and token not in err and "Traceback" not in err
    assert client.rest().startswith(b"HTTP/1.1 503 ")
    client.close()
    assert [each.state for each in charges(desk.folder)] == [ChargeState.UNKNOWN] * 2
    assert {each.client for each in charges(desk.folder)} == {"acme"}
    until(lambda: len(vendor.came) == 2)
    assert all(KEY.encode() in came.head for came in vendor.came)
    for path in desk.folder.rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        assert KEY.encode() not in data and token.encode() not in data
