"""No key leaves its place: whole sessions with known keys, and then a search through everything that was written.

Searched are all files under HOME, the temporary and the data folder (config, database with its log, reports, locks),
what the commands print, log lines at DEBUG without any filter, and the command lines of the running processes.
"""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psutil
import pytest
from tests.canary import FAULTS, KEYS, Vendors, command_lines, guarded, logged
from tests.cli.commanding import OF_THE_KEYRING, Command, Ran, environment, process, standard_input, until
from tests.desk.world import READ, Memory
from tests.searching import Search

from creditdesk.sandbox import Fault, FaultKind, Sandbox


@pytest.fixture
def vendors() -> Iterator[Vendors]:
    with guarded() as running:
        yield running


@pytest.fixture
def raw_log(tmp_path: Path) -> Iterator[Path]:
    with logged(tmp_path / "raw.log") as path:
        yield path


# ---- the search itself


@pytest.mark.parametrize("name", KEYS)
def test_the_search_finds_a_planted_key_in_every_form(tmp_path: Path, name: str) -> None:
    search, key = Search(KEYS), KEYS[name]
    planted = [
        key.encode(),
        quote(key, safe="").encode(),
        base64.b64encode(f"user:{key}".encode()),
        base64.b64encode(f"x{key}".encode()),
        base64.urlsafe_b64encode(f"Bearer {key}!".encode()),
        key.encode("utf-16"),
        key.encode("utf-16-be"),
        json.dumps({"detail": f"no such key: {key}"}).encode(),
        json.dumps(json.dumps(key)).encode(),
        "".join(f"\\u{ord(char):04X}" for char in key).encode(),
        key[: len(key) // 2].encode(),
        key[len(key) // 2 :].upper().encode(),
        base64.b64encode(f"abc{key[len(key) // 2 :]}def".encode()),
        key[::-1].encode(),
        key.encode().hex().encode(),
    ]
    for number, raw in enumerate(planted):
        path = tmp_path / "a" / f"planted-{number}"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(os.urandom(999) + raw + os.urandom(999))
        assert search.folder(tmp_path) == [f"{name} in {path}"], number
        assert search.folder(tmp_path, skip=["a"]) == []
        path.unlink()
    named = tmp_path / quote(key, safe="")
    named.touch()
    assert search.folder(tmp_path) == [f"{name} in {named}"]
    named.unlink()  # another test looks through the whole temporary folder


def test_the_search_finds_a_key_in_a_running_processes_command_line() -> None:
    search = Search(KEYS)
    command = [sys.executable, "-c", "import sys; sys.stdin.read()", KEYS["leadboxer"]]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as running:
        until(lambda: search.blob(command_lines()) == ["leadboxer"])
        running.communicate()


# ---- the sessions


@pytest.mark.promise("C1", "a session in one process")
def test_a_session_with_a_keyring_in_memory_leaves_no_key_anywhere(
    vendors: Vendors, tmp_path: Path, raw_log: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = Memory()
    desk = Command(
        tmp_path / "desk", memory, capsys, lambda raw: monkeypatch.setattr(sys, "stdin", standard_input(raw))
    )
    written: list[Ran] = []
    for provider in READ:
        add = (
            "accounts",
            "add",
            provider,
            "--name",
            provider,
            "--base-url",
            vendors.running.addresses.base_urls[provider],
        )
        written.append(desk(*add, "--key-stdin", stdin=KEYS[provider]))
        assert written[-1].status == 0
        for bad in (f"{KEYS[provider]}\n{KEYS[provider]}", f"{KEYS[provider]}é", f"\x07{KEYS[provider]}"):
            written.append(desk(*add[:4], f"{provider} again", "--key-stdin", stdin=bad))
            assert written[-1].status == 1
    assert memory.keys() == set(KEYS.values())
    written.append(desk("status", "--refresh", "--json"))
    assert all(account["source"] == "live" for account in written[-1].json["accounts"])
    for fault in FAULTS:
        vendors.fault(fault)
        written += [desk("status", "--refresh", "--json"), desk("status", "--refresh")]
        assert all(account["trouble"] for account in written[-2].json["accounts"]), fault
    written += [desk("accounts", "list", "--json"), desk("accounts", "list"), desk("status")]
    written.append(desk("size", "-", "--account", "ranktracker", "--operation", "track-keywords", stdin="a\nb\n"))
    memory.fail("KeyringLocked")
    written.append(desk("status", "--refresh", "--json"))
    memory.before = lambda _: None
    written += [desk("accounts", "remove", provider) for provider in READ]
    assert memory.items == {}
    assert [vendors.search.blob(ran.out + ran.err) for ran in written] == [[]] * len(written)
    assert vendors.search.folder(tmp_path) == []
    assert (tmp_path / "desk" / "history.sqlite3").stat().st_size > 0
    assert raw_log.exists()
    books = vendors.running.call(Sandbox.books)
    assert books["other_origin"]["requests"] == 0


@pytest.mark.promise("C1", "a session of processes")
def test_a_session_of_processes_leaves_no_key_anywhere(vendors: Vendors, tmp_path: Path) -> None:
    environ = environment(tmp_path, **{f"KEY_{provider.upper()}": KEYS[provider] for provider in READ})
    folder = ["--data-dir", str(tmp_path / "desk")]
    written = []
    for provider in READ:
        add = ["accounts", "add", provider, "--name", provider, "--key-env", f"KEY_{provider.upper()}"]
        written.append(process([*folder, *add, "--base-url", vendors.running.addresses.base_urls[provider]], environ))
    written.append(process([*folder, "status", "--refresh", "--json"], environ))
    assert all(account["source"] == "live" for account in written[-1].json["accounts"])
    for fault in FAULTS[:5]:
        vendors.fault(fault)
        written.append(process([*folder, "status", "--refresh"], environ))
    vendors.fault(Fault(kind=FaultKind.HANG))
    waiting = [sys.executable, "-m", "creditdesk", *folder, "status", "--refresh"]
    with subprocess.Popen(waiting, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environ) as running:
        until(lambda: vendors.running.call(Sandbox.books)["open_requests"] == len(READ))
        seen = command_lines()
        assert b"status\0--refresh" in seen
        assert vendors.search.blob(seen) == []
        assert vendors.search.folder(tmp_path) == []  # the database's log and locks, while it is open
        running.terminate()
        out, err = running.communicate(timeout=10)
    written.append(Ran(0, out.decode(), err.decode()))
    assert [vendors.search.blob(ran.out + ran.err) for ran in written] == [[]] * len(written)
    assert vendors.search.folder(tmp_path) == []


def test_the_child_that_reads_a_list_gets_no_key(vendors: Vendors, tmp_path: Path) -> None:
    environ = environment(tmp_path, KEY=KEYS["ranktracker"])
    folder = ["--data-dir", str(tmp_path / "desk")]
    process([*folder, "accounts", "add", "ranktracker", "--name", "A", "--key-env", "KEY"], environ)
    words = tmp_path / "words.txt"
    words.write_text("".join(f"keyword {number}\n" for number in range(1_500_000)), "utf-8")  # it takes a second
    size = [
        sys.executable,
        "-m",
        "creditdesk",
        *folder,
        "size",
        str(words),
        "--account",
        "A",
        "--operation",
        "track-keywords",
    ]
    with subprocess.Popen(size, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environ) as running:
        until(lambda: b"sheets_child" in command_lines())
        (child,) = psutil.Process(running.pid).children()
        child.suspend()
        environments = "\n".join(child.environ().values())
        assert environ["PATH"] in environments
        assert vendors.search.blob(environments.encode() + command_lines()) == []
        for each in (child, running):
            each.kill()
        running.communicate(timeout=10)


@pytest.mark.keyring
@pytest.mark.promise("C1", "a session with the system's keyring")
def test_a_session_with_the_systems_keyring_leaves_no_key_outside_it(vendors: Vendors, tmp_path: Path) -> None:
    environ = environment(tmp_path, *OF_THE_KEYRING)
    folder = ["--data-dir", str(tmp_path / "desk")]
    written = []
    for provider in READ:
        add = [*folder, "accounts", "add", provider, "--name", provider, "--key-stdin"]
        words = [sys.executable, "-m", "creditdesk", *add, "--base-url", vendors.running.addresses.base_urls[provider]]
        with subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environ
        ) as running:
            assert running.stdin is not None
            running.stdin.write(KEYS[provider][:8].encode())
            running.stdin.flush()
            until(lambda: b"--key-stdin" in command_lines())
            assert vendors.search.blob(command_lines()) == []
            out, err = running.communicate(KEYS[provider][8:].encode(), timeout=30)
        assert running.returncode == 0, err
        written.append(Ran(0, out.decode(), err.decode()))
    written.append(process([*folder, "status", "--refresh", "--json"], environ))
    assert all(account["source"] == "live" for account in written[-1].json["accounts"])
    written += [process([*folder, "accounts", "remove", provider], environ) for provider in READ]
    assert [vendors.search.blob(ran.out + ran.err) for ran in written] == [[]] * len(written)
    assert vendors.search.folder(tmp_path) == []
    if "CREDITDESK_TEST_KEYRING" in os.environ:
        # A home of its own, in which the keyring's folder is the key's place, and others are at work in tmp and t.
        assert vendors.search.folder(Path.home(), skip=["keyrings", "keyring", "tmp", "t"]) == []
