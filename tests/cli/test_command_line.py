"""The command as a process: what it starts with, where it keeps things, how it ends."""

import json
import os
import pty
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.cli.commanding import OF_THE_KEYRING, Vendors, environment, fine, process, until

from creditdesk.cli import commands
from creditdesk.cli.arguments import parser
from creditdesk.paths import Places
from creditdesk.sandbox import FaultKind

FOUR = ("ranktracker", "leadboxer", "capsolver", "oneclickseo")


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[tuple["subprocess.Popen[bytes]", dict[str, Any]]]:
    """`creditdesk sandbox` as a process, and the line that it prints."""
    command = [sys.executable, "-m", "creditdesk", "sandbox"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(tmp_path)
    ) as running:
        assert running.stdout is not None
        yield running, json.loads(running.stdout.readline())
        if running.poll() is None:
            running.kill()


def test_four_vendors_from_the_command_line_show_the_sandboxs_numbers(
    sandbox: tuple["subprocess.Popen[bytes]", dict[str, Any]], tmp_path: Path
) -> None:
    running, line = sandbox
    assert set(line) == {"base_urls", "keys"}
    assert set(line["base_urls"]) == set(line["keys"]) == set(FOUR)
    keys = {f"KEY_{provider.upper()}": line["keys"][provider] for provider in FOUR}
    environ = environment(tmp_path, **keys)
    folder = ["--data-dir", str(tmp_path / "desk")]
    for provider in FOUR[:3]:
        words = ["accounts", "add", provider, "--name", provider, "--key-env", f"KEY_{provider.upper()}"]
        fine(process([*folder, *words, "--base-url", line["base_urls"][provider]], environ))
    fine(
        process(
            [*folder, "accounts", "add", "oneclickseo", "--name", "shop", "--no-key", "--set", "plan=starter"], environ
        )
    )
    fine(process([*folder, "accounts", "set", "shop", "--pool", "monthly=312", "--pool", "top-up=120"], environ))
    ran = fine(process([*folder, "status", "--refresh", "--json"], environ))
    found = {
        account["name"]: {pool["id"]: pool["left"] for pool in account["pools"]} for account in ran.json["accounts"]
    }
    assert found["ranktracker"] == {"keywords": 158, "data-rows": 790, "on-demand": 38, "serp-analyser": 22}
    assert sorted(found["leadboxer"].values()) == [18_240, 100_000]
    assert found["capsolver"]["balance"] == Decimal("24.3518")
    assert 412_306 in found["capsolver"].values()
    assert found["shop"] == {"monthly": 312, "top-up": 120}
    running.send_signal(signal.SIGTERM)
    assert running.wait(5) == 0
    assert running.stdout is not None
    assert running.stdout.read() == b""


def test_a_port_that_is_taken_is_told_in_a_line(vendors: Vendors, tmp_path: Path) -> None:
    port = str(vendors.running.addresses.port)
    ran = process(["sandbox", "--port", port], environment(tmp_path))
    assert (ran.status, ran.out) == (1, "")
    assert port in ran.err
    assert len(ran.err.splitlines()) == 1


def test_the_folder_is_chosen_by_option_or_variable_and_the_option_wins(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    by_variable = environment(tmp_path, CREDITDESK_DATA_DIR=str(one))
    add = ["accounts", "add", "oneclickseo", "--no-key", "--name"]
    fine(process([*add, "by variable"], by_variable))
    fine(process(["--data-dir", str(two), *add, "by option"], by_variable))
    assert [row["name"] for row in fine(process(["accounts", "list", "--json"], by_variable)).json["accounts"]] == [
        "by variable"
    ]
    assert "by option" in (two / "config.toml").read_text(encoding="utf-8")
    assert not (tmp_path / "config").exists()
    fine(process(["status"], environment(tmp_path)))
    assert (tmp_path / "data" / "creditdesk" / "history.sqlite3").exists()


def test_the_option_stands_before_the_command(tmp_path: Path) -> None:
    ran = process(["status", "--data-dir", str(tmp_path / "desk")], environment(tmp_path))
    assert (ran.status, ran.out) == (1, "")
    assert not (tmp_path / "desk").exists()


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["--version"], 0),
        (["--help"], 0),
        (["accounts", "add", "--help"], 0),
        (["nonsense"], 1),
        (["sandbox", "--port", "x"], 1),
    ],
)
def test_help_and_wrong_words(tmp_path: Path, words: list[str], status: int) -> None:
    ran = process(words, environment(tmp_path))
    assert ran.status == status
    assert bool(ran.out) == (status == 0)


def test_a_command_starts_without_the_window_and_the_network(tmp_path: Path) -> None:
    heavy = ("PySide6", "numpy", "pyqtgraph", "httpx", "aiohttp", "keyring", "sqlalchemy")
    text = (
        "import sys\nfrom creditdesk.__main__ import main\n"
        f"status = main(['--data-dir', {str(tmp_path / 'desk')!r}, 'status'])\n"
        f"print([name for name in {heavy!r} if name in sys.modules])\nsys.exit(status)\n"
    )
    ran = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, env=environment(tmp_path))
    assert ran.returncode == 0
    assert ran.stdout.splitlines()[-1] == "[]"


def test_json_is_utf_8_whatever_the_terminal_is(tmp_path: Path) -> None:
    environ = environment(tmp_path, PYTHONIOENCODING="latin-1", PYTHONUTF8="0")
    folder = ["--data-dir", str(tmp_path / "desk")]
    fine(process([*folder, "accounts", "add", "oneclickseo", "--name", "Łódź 東京", "--no-key"], environ))
    assert process([*folder, "status", "--json"], environ).json["accounts"][0]["name"] == "Łódź 東京"
    assert process([*folder, "status"], environ).status == 0


def test_output_that_nobody_reads_on_is_no_bug(tmp_path: Path) -> None:
    command = f"{sys.executable} -m creditdesk --data-dir {tmp_path / 'desk'} providers show ranktracker | head -c 1"
    ran = subprocess.run(["bash", "-c", command], capture_output=True, text=True, env=environment(tmp_path))
    assert "Traceback" not in ran.stderr
    assert "bug" not in ran.stderr


def test_a_command_writes_no_core_dump(tmp_path: Path) -> None:
    text = (
        "import resource\nfrom creditdesk.__main__ import main\n"
        f"main(['--data-dir', {str(tmp_path / 'desk')!r}, 'status'])\nprint(resource.getrlimit(resource.RLIMIT_CORE))"
    )
    ran = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, env=environment(tmp_path))
    assert ran.stdout.splitlines()[-1] == "(0, 0)"


def test_a_bug_of_ours_leaves_a_report_and_a_line_without_values(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = "tkn_usr_" + secrets.token_hex(16)

    def opened(_: Places) -> Any:
        raise RuntimeError(f"the header was Authorization: {key}")

    status = commands.run(parser().parse_args(["--data-dir", str(tmp_path), "status"]), opened)
    told = capsys.readouterr()
    (report,) = (tmp_path / "reports").iterdir()
    assert (status, told.out) == (1, "")
    assert "RuntimeError" in told.err and str(report) in told.err
    text = report.read_text(encoding="utf-8")
    assert "RuntimeError" in text and "raise RuntimeError" in text
    assert key not in text + told.err
    assert report.stat().st_mode & 0o077 == 0


def test_an_interrupted_command_ends_at_once_and_says_so(vendors: Vendors, tmp_path: Path) -> None:
    vendors.fault(FaultKind.HANG)
    environ = environment(tmp_path, RANK_KEY=vendors.keys["ranktracker"])
    folder = ["--data-dir", str(tmp_path / "desk")]
    add = ["accounts", "add", "ranktracker", "--name", "A", "--key-env", "RANK_KEY", *vendors.at("ranktracker")]
    fine(process([*folder, *add], environ))
    # a test run in the background ignores this signal, and so would its children
    text = "import signal, sys\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
    text += "from creditdesk.__main__ import main\nsys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", text, *folder, "status", "--refresh"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environ) as running:
        until(lambda: vendors.requests("ranktracker") == 1)
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=5)
    assert running.returncode == 130
    assert err == b"creditdesk: Stopped.\n"


@pytest.mark.keyring
def test_a_key_from_standard_input_lives_in_the_systems_own_keyring(vendors: Vendors, tmp_path: Path) -> None:
    environ = environment(tmp_path, *OF_THE_KEYRING)
    folder = ["--data-dir", str(tmp_path / "desk")]
    key = vendors.keys["ranktracker"]
    add = ["accounts", "add", "ranktracker", "--name", "A", "--key-stdin", *vendors.at("ranktracker")]
    assert "kept in GNOME Keyring" in fine(process([*folder, *add], environ, f"{key}\n".encode())).out
    row = fine(process([*folder, "accounts", "list", "--json"], environ)).json["accounts"][0]
    lookup = ["secret-tool", "lookup", "service", "creditdesk", "username", f"{row['id']}/key"]
    assert subprocess.run(lookup, capture_output=True, text=True, timeout=20).stdout == key
    ran = fine(process([*folder, "status", "--refresh", "--json"], environ))
    assert ran.json["accounts"][0]["pools"][0]["left"] == 158
    assert (
        fine(process([*folder, "accounts", "remove", "A"], environ)).out
        == "Removed A and its key. Its history stays.\n"
    )
    assert subprocess.run(lookup, capture_output=True, text=True, timeout=20).stdout == ""


def test_a_key_typed_at_a_terminal_is_not_shown(tmp_path: Path) -> None:
    environ = environment(tmp_path, PYTHON_KEYRING_BACKEND="keyring.backends.fail.Keyring")
    words = ["--data-dir", str(tmp_path / "desk"), "accounts", "add", "leadboxer", "--name", "A", "--key-stdin"]
    terminal, end = pty.openpty()
    command = [sys.executable, "-m", "creditdesk", *words]
    with subprocess.Popen(command, stdin=end, stdout=end, stderr=end, env=environ, start_new_session=True) as running:
        os.close(end)
        shown = b""
        while not shown.endswith(b"API key: "):
            shown += os.read(terminal, 1000)
        os.write(terminal, b"a-secret-key-0123456789\n")
        running.wait(20)
    shown += os.read(terminal, 10_000)
    os.close(terminal)
    assert running.returncode == 1
    assert b"No keyring is running" in shown
    assert b"secret" not in shown


def test_without_any_keyring_a_key_is_refused_and_kept_nowhere(tmp_path: Path) -> None:
    environ = environment(tmp_path, PYTHON_KEYRING_BACKEND="keyring.backends.fail.Keyring")
    folder = ["--data-dir", str(tmp_path / "desk")]
    ran = process([*folder, "accounts", "add", "ranktracker", "--name", "A", "--key-stdin"], environ, b"tkn_usr_abc\n")
    assert (ran.status, ran.out) == (1, "")
    assert "No keyring is running" in ran.err
    assert fine(process([*folder, "accounts", "list", "--json"], environ)).json == {"accounts": []}
