"""The sandbox as a whole: what it counts, how it is controlled from outside, and how it starts and stops."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

from creditdesk.sandbox import Fault, FaultKind, Sandbox, SandboxThread, run

USAGE = "GET /v1/account/usage"
COMMAND = "import sys; from creditdesk.sandbox import run; sys.exit(run(int(sys.argv[1])))"


def test_a_key_is_recorded_where_it_was_seen_and_under_whose_name(world):
    world.ask("ranktracker", USAGE)
    world.ask("ranktracker", USAGE)
    world.ask("capsolver", "POST /getBalance")
    world.ask("leadboxer", f"GET /v1/leads?site={world.keys['oneclickseo']}")
    seen = {
        (each["seen_at"], each["owner"], each["part"], each["name"], each["request"]): each["times"]
        for each in world.books()["credentials"]
    }
    assert seen == {
        ("ranktracker", "ranktracker/ranktracker-1", "header", "authorization", USAGE): 2,
        ("capsolver", "capsolver/capsolver-1", "body", "clientKey", "POST /getBalance"): 1,
        ("leadboxer", "leadboxer/leadboxer-1", "header", "x-api-key", "GET /v1/leads"): 1,
        ("leadboxer", "oneclickseo/oneclickseo-1", "query", "site", "GET /v1/leads"): 1,
    }


def test_a_key_with_odd_characters_is_found_too():
    with SandboxThread(Sandbox(keys={"leadboxer": "odd/key with=signs"})) as running:
        sandbox = running.sandbox
        found = running.call(lambda _: list(sandbox.counters._owners_in("x odd/key with=signs y")))
        assert found == ["leadboxer/leadboxer-1"]
        assert running.addresses.keys["leadboxer"] == "odd/key with=signs"


def test_requests_are_listed_in_order_with_their_status_and_fault(world):
    world.call(lambda sandbox: sandbox.set_fault(Fault(kind=FaultKind.STATUS, times=1, skip=1)))
    for _ in range(2):
        world.ask("ranktracker", USAGE)
    listed = world.control("GET /requests?since=1").body
    assert [(each["number"], each["status"], each["fault"]) for each in listed] == [(2, 500, "status")]
    assert (listed[0]["account"], listed[0]["request"]) == ("ranktracker-1", USAGE)
    assert world.page("ranktracker")["statuses"] == {"200": 1, "500": 1}


def test_the_same_seed_gives_the_same_keys_and_no_seed_gives_others():
    def keys(seed=None):
        with SandboxThread(Sandbox(seed=seed)) as running:
            return running.addresses.keys

    assert keys(5) == keys(5)
    assert keys() != keys()
    assert "tkn_usr_" not in repr(SandboxThread(Sandbox()).sandbox)


def test_addresses_do_not_show_keys(world):
    text = repr(world.running.addresses)
    assert not any(key in text for key in world.keys.values())


def test_fifty_accounts_are_fifty_keys(world):
    keys = {world.call(lambda sandbox: sandbox.add_account("ranktracker")) for _ in range(49)}
    assert len(keys | {world.keys["ranktracker"]}) == 50
    assert {world.ask("ranktracker", USAGE, key=key).status for key in keys} == {200}


def test_faults_are_set_listed_and_cleared_from_outside(world):
    spec = {"provider": "ranktracker", "kind": "throttle", "retry_after": 5, "times": 2}
    number = world.control("POST /faults", spec).body["number"]
    assert world.ask("ranktracker", USAGE).headers["retry-after"] == "5"
    assert world.control("GET /faults").body == [{"number": number, "left": 1} | spec]
    world.control("DELETE /faults?provider=leadboxer")
    assert len(world.control("GET /faults").body) == 1
    world.control("POST /faults", {"clear": True})
    assert world.ask("ranktracker", USAGE).status == 200


def test_accounts_are_made_changed_and_read_from_outside(world):
    made = world.control("POST /account", {"provider": "oneclickseo", "name": "second", "state": {"top_up": 3}}).body
    assert world.ask("oneclickseo", "GET /v1/projects", key=made["key"]).status == 200
    world.control("PATCH /account", {"provider": "oneclickseo", "account": "second", "state": {"monthly": 9}})
    taken = world.control("POST /consume", {"provider": "oneclickseo", "account": "second", "amounts": {"credits": 10}})
    assert taken.body == {"taken": {"monthly": 9, "top_up": 1}}
    assert world.control("GET /books").body["vendors"]["oneclickseo"]["second"]["state"]["balance"] == 2
    world.control("POST /month", {"account": "second"})
    assert world.page("oneclickseo", "second")["state"]["monthly"] == 500
    assert world.page("oneclickseo")["state"]["monthly"] == 312
    journal = world.control("GET /journal?provider=oneclickseo&account=second").body
    assert [each["operation"] for each in journal] == ["(another client)"]


def test_a_reset_brings_the_start_back_with_the_same_keys(world):
    key = world.call(lambda sandbox: sandbox.add_account("oneclickseo", monthly=77))
    world.control("POST /consume", {"provider": "oneclickseo", "account": "oneclickseo-2", "amounts": {"credits": 7}})
    world.control("POST /faults", {"kind": "hang"})
    assert world.control("POST /reset").status == 200
    page = world.page("oneclickseo", "oneclickseo-2")
    assert (page["state"]["monthly"], page["consumed_by_others"]) == (77, {})
    assert world.ask("oneclickseo", "GET /v1/projects", key=key).status == 200


def test_the_control_interface_refuses_web_pages_and_other_hosts(world):
    assert world.control("GET /books", headers={"Origin": "http://a.example"}).status == 403
    assert world.control("GET /books", headers={"Host": "a.example"}).status == 403
    assert world.control("GET /").status == 200


@pytest.mark.parametrize(
    ("line", "body"),
    [
        ("POST /faults", {"kind": "nonsense"}),
        ("POST /faults", {"kind": "html", "provider": "nobody"}),
        ("POST /faults", b"["),
        ("POST /account", {"provider": "nobody"}),
        ("POST /account", {"provider": "ranktracker", "name": "ranktracker-1"}),
        ("POST /account", {"provider": "ranktracker", "state": {"nonsense": 1}}),
        ("PATCH /account", {"provider": "ranktracker", "state": {"limits": 5}}),
        ("PATCH /account", {"provider": "ranktracker", "account": "nobody", "state": {}}),
        ("POST /consume", {"provider": "ranktracker"}),
        ("POST /consume", {"provider": "capsolver", "amounts": {"balance": "x"}}),
        ("POST /reset", {"what": "nonsense"}),
        ("GET /journal", None),
    ],
)
def test_a_control_request_that_can_not_be_done_says_why(world, line, body):
    reply = world.control(line, body)
    assert reply.status == 400
    assert reply.body["error"]


def test_what_is_nowhere_is_404(world):
    assert world.control("GET /nothing").status == 404
    assert world.control("GET /../nothing").status == 404


def test_twenty_hanging_requests_do_not_hold_up_the_stop():
    with SandboxThread() as running:
        running.call(lambda sandbox: sandbox.set_fault(Fault(kind=FaultKind.HANG)))
        sockets = [socket.create_connection(("127.0.0.1", running.addresses.port), timeout=10) for _ in range(20)]
        for sock in sockets:
            sock.sendall(b"GET /ranktracker/v1/account/usage HTTP/1.1\r\nHost: x\r\n\r\n")
        deadline = time.monotonic() + 5
        while running.call(lambda sandbox: sandbox.books()["open_requests"]) < 20:
            assert time.monotonic() < deadline
        start = time.monotonic()
    assert time.monotonic() - start < 2
    for sock in sockets:
        sock.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "sandbox"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_says_in_one_line_where_it_is_and_stops_with_0(number):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", COMMAND, "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as process:
        said = json.loads(process.stdout.readline())
        assert sorted(said) == ["base_urls", "keys"]
        assert (
            sorted(said["base_urls"])
            == sorted(said["keys"])
            == ["capsolver", "leadboxer", "oneclickseo", "ranktracker"]
        )
        port = int(said["base_urls"]["ranktracker"].split(":")[2].split("/")[0])
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
        process.send_signal(number)
        rest, errors = process.communicate(timeout=10)
    assert (process.returncode, rest, errors) == (0, b"", b"")


def test_a_port_that_is_taken_is_said_in_one_line(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert run(taken.getsockname()[1]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1 and "can not be used" in said.err
    assert run(70_000) == 1
