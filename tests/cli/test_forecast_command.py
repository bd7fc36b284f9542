"""`creditdesk forecast`: a file's run-out by the desk's own function, opening nothing else; and an account's."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.cli.commanding import Command, fine

from creditdesk.cli import commands
from creditdesk.cli.arguments import parser
from creditdesk.desk.opening import Desk
from creditdesk.paths import Places

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
KEYS = {"pool", "question", "at", "low", "high", "sure", "why_not", "answer", "wasted"}


def hourly(folder: Path, left: int = 300, days: int = 10, header: str = "time,left\n") -> Path:
    path = folder / "calls.csv"
    hours = days * 24
    rows = [f"{(NOW - timedelta(hours=hours - n)).isoformat()},{left + 2 * (hours - n)}\n" for n in range(hours + 1)]
    path.write_text(header + "".join(rows), encoding="utf-8")
    return path


def unopened(places: Places) -> Desk:
    raise AssertionError("a file needs no desk")


def file_forecast(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = commands.run(parser().parse_args(["forecast", *words]), unopened)
    return (status, *capsys.readouterr())


def test_a_file_is_forecast_without_opening_anything_else(tmp_path: Path, desk: Command) -> None:
    path = hourly(tmp_path)
    ran = fine(desk("forecast", "--series", str(path), "--kind", "wallet", "--at", "2026-11-21T12:00:00Z", "--json"))
    (pool,) = ran.json["pools"]
    assert set(pool) == KEYS
    at = datetime.fromisoformat(pool["at"])
    assert abs(at - NOW - timedelta(hours=150)) < timedelta(hours=6)
    assert pool["low"] <= pool["at"] <= pool["high"]
    assert (pool["pool"], pool["question"], pool["why_not"]) == ("calls", "until_when", None)
    assert pool["sure"] in ("sure", "likely", "rough")


def test_the_desk_stays_closed_for_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = hourly(tmp_path, header="")
    status, out, err = file_forecast(capsys, "--series", str(path))
    assert (status, err) == (0, "")
    assert out.startswith("calls: lasts until about 2026-11-2")


@pytest.mark.parametrize(("days", "answer"), [(20, True), (2, False)])
def test_an_allowance_answers_whether_it_lasts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], days: int, answer: bool
) -> None:
    resets = (NOW + timedelta(days=days)).isoformat()
    words = ("--series", str(hourly(tmp_path)), "--kind", "allowance", "--resets-at", resets)
    assert file_forecast(capsys, *words)[1].startswith(f"calls: runs out before its reset: {'yes' if answer else 'no'}")


def test_a_package_says_what_is_wasted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    expires = (NOW + timedelta(days=3)).isoformat()
    words = ("--series", str(hourly(tmp_path)), "--kind", "package", "--resets-at", expires)
    assert "left over" in file_forecast(capsys, *words)[1]


def test_too_little_says_why(tmp_path: Path, desk: Command) -> None:
    path = tmp_path / "few.csv"
    path.write_text("time,left\n2026-11-20T12:00:00Z,9\n2026-11-21T12:00:00Z,5\n", encoding="utf-8")
    (pool,) = fine(desk("forecast", "--series", str(path), "--json")).json["pools"]
    assert (pool["at"], pool["why_not"]) == (None, "too few readings")


@pytest.mark.parametrize("text", ["time,left\n2026-11-20,9\nsk-secret,x\n", "time,left\n2026-11-20\n"])
def test_a_wrong_file_is_one_line_that_repeats_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    path = tmp_path / "wrong.csv"
    path.write_text(text, encoding="utf-8")
    status, out, err = file_forecast(capsys, "--series", str(path))
    assert (status, out, len(err.splitlines())) == (1, "", 1)
    assert "sk-secret" not in err
    assert file_forecast(capsys, "--series", str(tmp_path / "none.csv"))[0] == 1
    assert file_forecast(capsys, "--series", str(path), "--at", "soon")[0] == 1


def test_an_account_says_why_there_is_no_date_yet(desk: Command) -> None:
    fine(desk("accounts", "add", "oneclickseo", "--name", "Shop", "--no-key", "--set", "plan=starter"))
    fine(desk("accounts", "set", "Shop", "--pool", "monthly=312", "--pool", "top-up=120"))
    found = fine(desk("forecast", "--account", "Shop", "--json")).json["pools"]
    assert {each["pool"]: each["why_not"] for each in found} == {
        "monthly": "too few readings",
        "top-up": "too few readings",
    }
    assert "no date: too few readings" in fine(desk("forecast", "--account", "shop")).out
    assert desk("forecast", "--account", "Nobody").status == 1
