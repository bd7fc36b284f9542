"""Runs the command line: in this process with a keyring in memory, or as a process of its own."""

import io
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.desk.world import Memory

from creditdesk.cli import commands
from creditdesk.cli.arguments import parser
from creditdesk.desk.opening import open_desk
from creditdesk.sandbox import Fault, FaultKind, Sandbox, SandboxThread
from creditdesk.store.vault import Vault

PASSED_ON = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "PYTHONPATH")
OF_THE_KEYRING = ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "HOME")


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended: its exit code and what it wrote."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its output as JSON, numbers with a point as Decimals."""
        return json.loads(self.out, parse_float=Decimal)


def fine(ran: Ran) -> Ran:
    assert (ran.status, ran.err) == (0, ""), ran.err
    return ran


class Command:
    """`creditdesk --data-dir FOLDER WORDS...` in this process, with a keyring in memory."""

    def __init__(
        self, folder: Path, memory: Memory, capture: pytest.CaptureFixture[str], stdin: Callable[[bytes], None]
    ):
        self.folder = folder
        self.memory = memory
        self._capture = capture
        self._stdin = stdin

    def __call__(self, *words: str, stdin: str | bytes = b"") -> Ran:
        self._stdin(stdin.encode() if isinstance(stdin, str) else stdin)
        self._capture.readouterr()
        try:
            options = parser().parse_args(["--data-dir", str(self.folder), *words])
            status = commands.run(options, lambda places: open_desk(places, Vault(self.memory, limit_s=5)))
        except SystemExit as left:
            status = int(left.code or 0)
        out, err = self._capture.readouterr()
        return Ran(status, out, err)


class Vendors:
    """The running sandbox of a test."""

    def __init__(self, running: SandboxThread) -> None:
        self.running = running
        self.keys = running.addresses.keys
        self.urls = running.addresses.base_urls

    def set(self, provider: str, **state: Any) -> None:
        self.running.call(lambda box: box.update_account(provider, **state))

    def fault(self, kind: FaultKind, provider: str | None = None, **fields: Any) -> None:
        self.running.call(lambda box: box.set_fault(Fault(kind=kind, provider=provider, **fields)))

    def clear(self) -> None:
        self.running.call(Sandbox.clear_faults)

    def state(self, provider: str) -> dict[str, Any]:
        books: dict[str, Any] = self.running.call(Sandbox.books)
        page: dict[str, Any] = books["vendors"][provider][f"{provider}-1"]["state"]
        return page

    def requests(self, provider: str) -> int:
        pages = self.running.call(Sandbox.books)["vendors"].get(provider, {})
        return sum(sum(page["requests"].values()) for page in pages.values())

    def at(self, provider: str) -> tuple[str, str]:
        """The option that sends an account's requests to the sandbox."""
        return "--base-url", self.urls[provider]


def environment(home: Path, *more: str, **values: str) -> dict[str, str]:
    """What a command gets of this process's environment: little, a home of its own, and the variables asked for."""
    kept = {name: os.environ[name] for name in (*PASSED_ON, *more) if name in os.environ}
    homes = (
        {}
        if more
        else {"HOME": str(home), "XDG_DATA_HOME": str(home / "data"), "XDG_CONFIG_HOME": str(home / "config")}
    )
    return {**kept, **homes, "TMPDIR": str(home), **values}


def process(words: list[str], environ: dict[str, str], stdin: bytes = b"") -> Ran:
    """`python -m creditdesk WORDS...` as a process of its own."""
    command = [sys.executable, "-m", "creditdesk", *words]
    ended = subprocess.run(command, input=stdin, capture_output=True, env=environ, timeout=60)
    return Ran(ended.returncode, ended.stdout.decode(errors="replace"), ended.stderr.decode(errors="replace"))


def standard_input(raw: bytes) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8")


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until it holds; fail when it never does."""
    deadline = time.monotonic() + seconds
    turn = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        turn.wait(0.002)
