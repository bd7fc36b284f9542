"""`creditdesk size --save` and `creditdesk send`: what was approved is sent once, and every item's fate is told."""

import csv
import io
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.cli.commanding import Command, Vendors, environment, fine, process, until

from creditdesk.cli import send_command
from creditdesk.desk.send_look import Look
from creditdesk.sandbox import FaultKind

DESKTOP = "name=google,location=United States,language=en,device=desktop"
MOBILE = "name=google,location=United States,language=en,device=mobile"
DOMAIN = "northlight-shoes.example"
TRACK = ("--account", "Rank", "--operation", "track-keywords", "--domain", DOMAIN)


@pytest.fixture
def rank(desk: Command, vendors: Vendors) -> Command:
    """A vendor with room for 100 keywords and 500 rows."""
    vendors.set("ranktracker", usage={"keywords": 900, "dataRows": 4500})
    add = ("accounts", "add", "ranktracker", "--name", "Rank", "--key-stdin", *vendors.at("ranktracker"))
    fine(desk(*add, stdin=vendors.keys["ranktracker"]))
    fine(desk("status", "--refresh"))
    return desk


def words_file(folder: Path, count: int) -> Path:
    path = folder / "words.csv"
    path.write_text("".join(f"keyword {number}\n" for number in range(count)), "utf-8")
    return path


def planned(rank: Command, folder: Path, count: int, *more: str) -> Path:
    plan = folder / "words.plan.toml"
    engine = () if "--engine" in more else ("--engine", DESKTOP)
    size = ("size", str(words_file(folder, count)), *TRACK, *engine, *more, "--save", str(plan))
    assert rank(*size).status in (0, 2)
    return plan


def created(vendors: Vendors) -> list[str]:
    """Every word that the sandbox booked as created, once for each engine."""
    booked = vendors.running.call(lambda box: box.journal("ranktracker"))
    made = [line for line in booked if line["operation"] == "create"]
    return [word for line in made for word in line["words"] for _ in line["engines"]]


def test_a_plan_is_sent_in_requests_and_every_item_is_accepted_once(
    rank: Command, vendors: Vendors, tmp_path: Path
) -> None:
    plan = planned(rank, tmp_path, 30, "--engine", DESKTOP, "--engine", MOBILE, "--batch", "7")
    ran = rank("send", str(plan), "--json")
    assert ran.status == 0, ran.err
    assert {name: ran.json[name] for name in ("accepted", "refused", "unknown", "not_sent")} == {
        "accepted": 30,
        "refused": 0,
        "unknown": 0,
        "not_sent": 0,
    }
    assert [batch["items"] for batch in ran.json["batches"]] == [7, 7, 7, 7, 2]
    assert ran.json["spent"]["keywords"] == 60
    assert sorted(created(vendors)) == sorted([f"keyword {number}" for number in range(30)] * 2)


def test_a_plan_is_sent_once(rank: Command, vendors: Vendors, tmp_path: Path) -> None:
    plan = planned(rank, tmp_path, 5)
    assert rank("send", str(plan)).status == 0
    again = rank("send", str(plan), "--batch", "2")
    assert again.status == 1
    assert "was sent already" in again.err
    assert len(created(vendors)) == 5


def test_the_same_list_sized_anew_is_not_sent_again_by_itself(rank: Command, vendors: Vendors, tmp_path: Path) -> None:
    file, sized = words_file(tmp_path, 30), []
    for name in ("a", "b"):
        plan = tmp_path / f"{name}.plan.toml"
        sized.append(rank("size", str(file), *TRACK, "--engine", DESKTOP, "--save", str(plan), "--json").json)
        ran = rank("send", str(plan))
    assert (ran.status, ran.out) == (1, "")
    assert f"30 of these 30 keywords were accepted by {DOMAIN} on " in ran.err
    assert "--subtract-tracked" in ran.err and f"{plan.name} --again" in ran.err  # a folder may look like a key
    assert len(created(vendors)) == 30
    assert [any("30 of these 30 keywords" in note for note in each["assumptions"]) for each in sized] == [False, True]
    assert rank("send", str(plan), "--at", "room").status == 1
    assert rank("send", str(plan), "--again").status == 0
    assert len(created(vendors)) == 60
    left = rank("size", str(file), *TRACK, "--engine", DESKTOP, "--subtract-tracked", "--json").json
    assert (left["count"], left["tracked"]) == (0, 30)


def test_a_reserve_that_the_plan_was_sized_with_asks_when_it_is_sent(
    rank: Command, vendors: Vendors, tmp_path: Path
) -> None:
    plan = planned(rank, tmp_path, 60, "--reserve", "keywords=50")
    assert "reserve" in plan.read_text("utf-8")
    ran = rank("send", str(plan))
    assert ran.status == 1 and "reserve" in ran.err
    assert created(vendors) == []
    assert rank("send", str(plan), "--yes").status == 0
    assert len(created(vendors)) == 60


def test_a_list_of_which_all_is_skipped_is_an_error(rank: Command, tmp_path: Path) -> None:
    ran = rank("size", str(words_file(tmp_path, 30)), *TRACK, "--engine", DESKTOP, "--skip", "30")
    assert (ran.status, ran.out) == (1, "")
    assert "There is nothing to send: the list has 30 items" in ran.err


def test_a_factor_that_is_not_there_is_said_with_those_that_are(rank: Command, tmp_path: Path) -> None:
    ran = rank("size", str(words_file(tmp_path, 3)), *TRACK[:4], "--factor", "nope=1")
    assert ran.status == 1
    assert 'There is no factor "nope" here. Factors: engines.' in ran.err


def test_a_report_alone_names_a_command_that_can_be_given(rank: Command, vendors: Vendors, tmp_path: Path) -> None:
    plan = planned(rank, tmp_path, 30, "--batch", "20")
    vendors.fault(FaultKind.ERROR, "ranktracker", method="POST", skip=1, status=402, mode="over_quota")
    assert rank("send", str(plan)).status == 2
    told = rank("send", "--report", str(tmp_path / "fate.csv")).out
    assert "creditdesk send --resume PLAN, where PLAN is the plan's file that this import was begun by" in told
    missing = rank("send", "--report", str(tmp_path / "nowhere" / "fate.csv"))
    assert "its folder is not there" in missing.err and "othing was sent" not in missing.err


def test_a_changed_file_voids_the_plan(rank: Command, vendors: Vendors, tmp_path: Path) -> None:
    plan = planned(rank, tmp_path, 5)
    words_file(tmp_path, 6)
    ran = rank("send", str(plan))
    assert (ran.status, ran.out) == (1, "")
    assert "words.csv" in ran.err
    assert created(vendors) == []


def test_a_plan_that_was_edited_is_refused(rank: Command, vendors: Vendors, tmp_path: Path) -> None:
    plan = planned(rank, tmp_path, 5)
    plan.write_text(plan.read_text("utf-8").replace("batch = 100", "batch = 99"), "utf-8")
    assert rank("send", str(plan)).status == 1
    assert created(vendors) == []


def test_a_quota_that_fell_stops_it_before_the_vendor_says_402(rank: Command, vendors: Vendors, tmp_path: Path) -> None:
    plan = planned(rank, tmp_path, 50, "--batch", "20")
    amounts = {"keywords": 60}
    vendors.fault(FaultKind.CONSUME_BETWEEN, "ranktracker", times=1, skip=1, amounts=amounts)
    ran = rank("send", str(plan), "--json")
    assert ran.status == 2, ran.err
    assert ran.json["stop"] in ("quota_short", "over_quota")
    assert ran.json["accepted"] == len(created(vendors))
    assert ran.json["accepted"] + ran.json["refused"] + ran.json["not_sent"] == 50


def test_what_the_vendor_refuses_with_402_is_not_sent_again_by_itself(
    rank: Command, vendors: Vendors, tmp_path: Path
) -> None:
    plan = planned(rank, tmp_path, 10, "--batch", "5")
    vendors.fault(FaultKind.ERROR, "ranktracker", method="POST", status=402, mode="over_quota")
    ran = rank("send", str(plan), "--json")
    assert (ran.status, ran.json["stop"], ran.json["accepted"]) == (2, "over_quota", 0)
    assert created(vendors) == []
    vendors.clear()
    went_on = rank("send", "--resume", str(plan), "--json")
    assert (went_on.status, went_on.json["accepted"]) == (0, 10)
    assert sorted(created(vendors)) == sorted(f"keyword {number}" for number in range(10))


def test_an_answer_that_was_lost_is_looked_up_and_nothing_is_sent_twice(
    rank: Command, vendors: Vendors, tmp_path: Path
) -> None:
    plan = planned(rank, tmp_path, 12, "--batch", "4")
    vendors.fault(FaultKind.RESET, "ranktracker", method="POST", times=1, after_work=True, mode="before")
    ran = rank("send", str(plan), "--json")
    assert (ran.status, ran.json["accepted"], ran.json["unknown"]) == (0, 12, 0)
    assert sorted(created(vendors)) == sorted(f"keyword {number}" for number in range(12))


def test_the_report_names_every_item_and_its_line(rank: Command, tmp_path: Path) -> None:
    plan = planned(rank, tmp_path, 4)
    report = tmp_path / "report.csv"
    assert rank("send", str(plan), "--report", str(report)).status == 0
    with report.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["line", "item", "fate", "detail"]
    assert [row[:3] for row in rows[1:]] == [[str(n + 1), f"keyword {n}", "accepted"] for n in range(4)]
    other = tmp_path / "again.csv"
    assert rank("send", "--report", str(other)).status == 0
    assert other.read_bytes() == report.read_bytes()


def test_the_plan_of_an_import_that_is_not_finished_is_not_written_over(
    rank: Command, vendors: Vendors, tmp_path: Path
) -> None:
    plan = planned(rank, tmp_path, 10, "--batch", "5")
    vendors.fault(FaultKind.ERROR, "ranktracker", method="POST", skip=1, status=402, mode="over_quota")
    assert rank("send", str(plan)).status == 2
    before = plan.read_bytes()
    size = ("size", str(words_file(tmp_path, 10)), *TRACK, "--engine", DESKTOP, "--save", str(plan))
    ran = rank(*size)
    assert (ran.status, plan.read_bytes() == before) == (1, True)
    assert "--resume" in ran.err
    vendors.clear()
    assert rank("send", "--resume", str(plan)).status == 0
    assert rank(*size).status == 0
    assert sorted(created(vendors)) == sorted(f"keyword {number}" for number in range(10))


def test_what_is_tracked_already_is_left_out(rank: Command, vendors: Vendors, tmp_path: Path) -> None:
    assert rank("send", str(planned(rank, tmp_path, 4))).status == 0
    (tmp_path / "next").mkdir()
    plan = planned(rank, tmp_path / "next", 6, "--subtract-tracked")
    sized = rank("size", str(tmp_path / "words.csv"), *TRACK, "--engine", DESKTOP, "--subtract-tracked", "--json")
    assert (sized.json["tracked"], sized.json["count"]) == (4, 0)
    ran = rank("send", str(plan), "--json")
    assert (ran.status, ran.json["accepted"]) == (0, 2)
    assert sorted(created(vendors)) == sorted(f"keyword {number}" for number in range(6))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("send",), "wants a plan"),
        (("send", "--report", "x.csv"), "Nothing was sent yet"),
        (("send", "missing.plan.toml"), "missing.plan.toml"),
        (("send", "a", "--resume", "b"), "not both"),
        (("send", "a", "--arrived", "1=yes"), "goes with --resume"),
    ],
)
def test_a_wrong_word_says_what_is_meant(rank: Command, words: tuple[str, ...], said: str) -> None:
    ran = rank(*words)
    assert (ran.status, ran.out) == (1, "")
    assert said in ran.err


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--domain", "nowhere.example", "--engine", DESKTOP), DOMAIN),
        (("--engine", DESKTOP), "--domain"),
        (("--domain", DOMAIN), "--engine"),
        (("--domain", DOMAIN, "--engine", "name=google"), "lacks location, language, device"),
        (("--domain", DOMAIN, "--engine", DESKTOP, "--engine", DESKTOP), "stands twice"),
        (("--domain", DOMAIN, "--engine", "planet=mars"), "--engine wants"),
    ],
)
def test_a_plan_wants_a_place_and_its_engines(rank: Command, tmp_path: Path, more: tuple[str, ...], said: str) -> None:
    plan = tmp_path / "x.plan.toml"
    size = ("size", str(words_file(tmp_path, 3)), "--account", "Rank", "--operation", "track-keywords")
    ran = rank(*size, *more, "--save", str(plan))
    assert (ran.status, ran.out, plan.exists()) == (1, "", False)
    assert said in ran.err


def test_ctrl_c_stops_cleanly_and_says_how_to_go_on(vendors: Vendors, tmp_path: Path) -> None:
    environ = environment(tmp_path, RANK_KEY=vendors.keys["ranktracker"])
    at = ["--data-dir", str(tmp_path / "desk")]
    add = [*at, "accounts", "add", "ranktracker", "--name", "Rank", "--key-env", "RANK_KEY", *vendors.at("ranktracker")]
    assert process(add, environ).status == 0
    assert process([*at, "status", "--refresh"], environ).status == 0
    plan = tmp_path / "words.plan.toml"
    size = [*at, "size", str(words_file(tmp_path, 40)), *TRACK, "--engine", DESKTOP, "--batch", "2"]
    assert process([*size, "--save", str(plan)], environ).status == 0
    vendors.fault(FaultKind.LATENCY, "ranktracker", method="POST", seconds=0.3)
    command = [sys.executable, "-m", "creditdesk", *at, "send", str(plan)]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        until(lambda: bool(created(vendors)))
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=20)
    assert child.returncode == 130, err
    assert f"creditdesk send --resume {plan}" in out
    assert 0 < len(created(vendors)) < 40
    vendors.clear()
    ran = process([*at, "send", "--resume", str(plan)], environ)
    assert ran.status == 0, ran.err
    assert sorted(created(vendors)) == sorted(f"keyword {number}" for number in range(40))


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_a_report_is_sized_as_what_is_left_and_the_rest_is_sent_once(
    rank: Command, vendors: Vendors, tmp_path: Path, ending: str
) -> None:
    plan, report = planned(rank, tmp_path, 12, "--batch", "4"), tmp_path / f"report{ending}"
    vendors.fault(FaultKind.ERROR, "ranktracker", method="POST", status=422, mode="invalid", times=1, skip=1)
    ran = rank("send", str(plan), "--report", str(report), "--json")
    assert (ran.status, ran.json["accepted"], ran.json["refused"], ran.json["not_sent"]) == (1, 4, 4, 4)
    rest = tmp_path / "rest.plan.toml"
    engine = ("--engine", DESKTOP)
    sized = rank("size", str(report), *TRACK, *engine, "--save", str(rest), "--json")
    assert (sized.status, sized.json["count"], sized.json["file"]["column"]) == (0, 8, "item")
    told = "This is a report of an import: 8 items that were not sent, or refused, are taken; 4 accepted are left out."
    assert told in sized.json["assumptions"]
    assert rank("send", str(rest)).status == 0
    assert sorted(created(vendors)) == sorted(f"keyword {number}" for number in range(12))


def test_a_report_of_what_was_sent_whole_has_nothing_to_send(rank: Command, tmp_path: Path) -> None:
    report = tmp_path / "report.csv"
    assert rank("send", str(planned(rank, tmp_path, 3)), "--report", str(report)).status == 0
    ran = rank("size", str(report), *TRACK, "--engine", DESKTOP)
    assert (ran.status, ran.out) == (1, "")
    assert "0 items that were not sent, or refused, are taken; 3 accepted are left out." in ran.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("send", "{plan}", "--report", "{folder}/report.pdf"), ".csv or .xlsx"),
        (("send", "{plan}", "--report", "{folder}/nowhere/report.csv"), "its folder is not there"),
        (("send", "--report", "{folder}/nowhere/report.csv"), "its folder is not there"),
        (("send", "{plan}", "--report", ""), ".csv or .xlsx"),
        (("send", "{plan}", "--batch", "0"), "whole number from 1"),
        (("send", "{plan}", "--batch", "-1"), "whole number from 1"),
        (("send", "--resume", "{plan}", "--batch", "3"), "--batch goes with a plan that is begun"),
        (("send", "--resume", "{plan}", "--yes"), "--yes goes with a plan that is begun"),
        (("send", "{plan}", "--batch", "10001"), "A request holds from 1 to 10,000 items."),
    ],
)
def test_wrong_words_send_nothing(
    rank: Command, vendors: Vendors, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    plan = planned(rank, tmp_path, 3)
    ran = rank(*(word.format(plan=plan, folder=tmp_path) for word in words))
    assert (ran.status, ran.out) == (1, "")
    assert said in ran.err
    assert created(vendors) == []
    assert rank("send", str(plan)).status == 0


@pytest.mark.parametrize("words", [("1=maybe",), ("7=yes",), ("9" * 5_000 + "=yes",), ("1=no", "7=yes")])
def test_a_wrong_word_about_an_unknown_batch_settles_nothing(
    rank: Command, vendors: Vendors, tmp_path: Path, words: tuple[str, ...]
) -> None:
    plan = planned(rank, tmp_path, 4)
    vendors.fault(FaultKind.RESET, "ranktracker", method="POST", mode="before", after_work=True, times=1)
    vendors.fault(FaultKind.REJECT, "ranktracker", method="GET", path="/v1/domains", skip=1)
    first = rank("send", str(plan), "--json")
    assert (first.status, first.json["unknown"]) == (3, 4)
    arrived = [word for each in words for word in ("--arrived", each)]
    ran = rank("send", "--resume", str(plan), *arrived)
    assert (ran.status, ran.out) == (1, "")
    assert "--arrived wants BATCH=yes, BATCH=no or BATCH=listed." in ran.err
    vendors.clear()
    assert rank("send", "--report", str(tmp_path / "r.csv"), "--json").json["unknown"] == 4
    assert rank("send", "--resume", str(plan), "--json").json["accepted"] == 4


class Gone(io.StringIO):
    """A pipe whose reader is gone."""

    def write(self, _text: str) -> int:
        raise BrokenPipeError(32, "Broken pipe")


def test_progress_that_nobody_reads_stops_no_request_in_its_middle(
    rank: Command, vendors: Vendors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = planned(rank, tmp_path, 6, "--batch", "2")
    monkeypatch.setattr(sys, "stderr", Gone())
    ran = rank("send", str(plan), "--json")
    assert (ran.status, ran.json["accepted"]) == (0, 6)
    assert len(created(vendors)) == 6


def test_a_report_that_cannot_be_written_hides_nothing(
    rank: Command, vendors: Vendors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = planned(rank, tmp_path, 3)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(send_command, "write_table", full)
    ran = rank("send", str(plan), "--report", str(tmp_path / "report.csv"), "--json")
    assert (ran.status, ran.json["accepted"]) == (1, 3)
    assert "report.csv: No space left on device" in ran.err


def test_a_plan_is_not_saved_for_more_than_one_time(rank: Command, tmp_path: Path) -> None:
    plan = tmp_path / "words.plan.toml"
    size = ("size", str(words_file(tmp_path, 3)), *TRACK, "--engine", DESKTOP, "--save", str(plan))
    ran = rank(*size, "--times", "track-keywords=2")
    assert (ran.status, ran.out, plan.exists()) == (1, "", False)
    assert "A plan is sent once: --save does not go with --times." in ran.err
    assert rank(*size, "--times", "track-keywords=1").status == 0


def test_what_the_list_says_of_a_request_that_arrived_in_part_is_taken_item_by_item(
    rank: Command, vendors: Vendors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, report = planned(rank, tmp_path, 4), tmp_path / "fate.csv"
    vendors.fault(FaultKind.THROTTLE, "ranktracker", method="POST", retry_after=3_600, after_work=True, times=1)
    vendors.fault(FaultKind.STATUS, "ranktracker", method="GET", path="/v1/domains", status=500, skip=1)
    assert rank("send", str(plan), "--json").json["unknown"] == 4
    vendors.clear()
    monkeypatch.setattr(Look, "_listed", without("keyword 2", Look._listed))
    looked = rank("send", "--resume", str(plan))
    assert looked.status == 3
    assert "If a part of it is there: --arrived 1=listed takes what is listed; no rest is sent." in looked.out
    ran = rank("send", "--resume", str(plan), "--arrived", "1=listed", "--report", str(report))
    assert (ran.status, ran.out.splitlines()[0]) == (1, "3 accepted, 0 refused, 0 unknown, 1 not sent.")
    assert "Partly arrived: 1 are missing and not sent again; size the --report to send them." in ran.out
    assert "Go on with" not in ran.out
    fates = [row["fate"] for row in csv.DictReader(io.StringIO(report.read_text("utf-8-sig")))]
    assert fates == ["accepted", "accepted", "not sent", "accepted"]
    again = rank("size", str(report), *TRACK, "--engine", DESKTOP, "--save", str(plan), "--json")
    assert (again.status, again.json["count"]) == (0, 1)


def without(text: str, listed: Any) -> Any:
    """A vendor's list that lacks a row."""

    async def lacking(look: Look) -> Any:
        return tuple(row for row in await listed(look) if row.text != text)

    return lacking
