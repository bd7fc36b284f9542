"""Known keys, a sandbox that knows them, and ways to look at what this process and its children write and say."""

import http.client
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from tests.searching import Search

from creditdesk.providers.redaction import quiet_libraries
from creditdesk.sandbox import Fault, FaultKind, Sandbox, SandboxThread

KEYS = {
    "ranktracker": 'tkn_usr_C4n/9xQ+2vLb="7&Wd%Kz0Rm<Tf>Yp5Hs',
    "leadboxer": "c7e1b04d9a52f86e3d0b7c419f28a6e5d3017b4c",
    "capsolver": "CAP-9F3A7C10E5B24D68A1C0F7E2B9D45836",
}
FAULTS = [
    Fault(kind=FaultKind.REJECT),
    Fault(kind=FaultKind.ERROR),
    Fault(kind=FaultKind.THROTTLE, retry_after=0),
    Fault(kind=FaultKind.REDIRECT),
    Fault(kind=FaultKind.REDIRECT, mode="self", size=3),
    Fault(kind=FaultKind.HTML),
    Fault(kind=FaultKind.TRUNCATED, mode="body"),
    Fault(kind=FaultKind.NAN),
    Fault(kind=FaultKind.EMPTY),
    Fault(kind=FaultKind.STATUS, status=500),
    Fault(kind=FaultKind.RESET),
]


@dataclass(frozen=True, slots=True)
class Vendors:
    """A sandbox whose first accounts have the known keys, and the search for those and for the packages' tokens."""

    running: SandboxThread
    search: Search

    def fault(self, fault: Fault) -> None:
        self.running.call(Sandbox.clear_faults)
        self.running.call(lambda box: box.set_fault(fault))


@contextmanager
def guarded() -> Iterator[Vendors]:
    """A running sandbox with these keys."""
    with SandboxThread(Sandbox(keys=KEYS)) as running:
        connection = http.client.HTTPConnection("127.0.0.1", running.addresses.port)
        connection.request("POST", "/capsolver/getBalance", json.dumps({"clientKey": KEYS["capsolver"]}))
        packages = json.loads(connection.getresponse().read())["packages"]
        connection.close()
        tokens = {f"token {number}": package["token"] for number, package in enumerate(packages)}
        assert tokens
        yield Vendors(running, Search(KEYS | tokens))


@contextmanager
def logged(path: Path) -> Iterator[Path]:
    """Everything that is logged at DEBUG and above, as it comes."""
    handler = logging.FileHandler(path)
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    quiet_libraries()
    yield path
    root.setLevel(before)
    root.removeHandler(handler)
    handler.close()


def started() -> list[psutil.Process]:
    """The processes that this one has started, and theirs."""
    return psutil.Process().children(recursive=True)


def command_lines() -> bytes:
    """The words that these processes were started with."""
    found = []
    for each in started():
        with suppress(psutil.NoSuchProcess):
            found.append("\0".join(each.cmdline()))
    return "\n".join(found).encode()
