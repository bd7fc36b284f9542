"""`send --at`: a plan waits in the outbox until its day, and `send --resume` says so until then."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.cli.commanding import Command, Vendors, fine
from tests.cli.test_send_command import DESKTOP, TRACK, created, planned, rank, words_file

__all__ = ["rank"]


def test_a_plan_waits_for_its_instant_and_resume_says_so(rank: Command, vendors: Vendors, tmp_path: Path) -> None:
    plan = planned(rank, tmp_path, 30)
    at = (datetime.now(UTC) + timedelta(days=10)).replace(microsecond=0)
    queued = fine(rank("send", str(plan), "--at", at.isoformat(), "--json"))
    assert (queued.json["stop"], queued.json["not_sent"]) == ("queued", 30)
    assert queued.json["queued"]["until"] == "instant"
    assert datetime.fromisoformat(queued.json["queued"]["at"]) == at
    early = rank("send", "--resume", str(plan))
    assert early.status == 2
    assert f"Queued until {at:%Y-%m-%d %H:%M} UTC." in early.out
    assert f"Go on with: creditdesk send --resume {plan}" in early.out
    assert created(vendors) == []
    again = rank("send", str(plan))
    assert (again.status, "is queued already" in again.err) == (1, True)


def test_one_that_waits_for_room_goes_when_there_is_some(rank: Command, vendors: Vendors, tmp_path: Path) -> None:
    plan = planned(rank, tmp_path, 101)
    assert fine(rank("send", str(plan), "--at", "room")).out.splitlines()[1] == "Queued until there is room."
    waits = rank("send", "--resume", str(plan), "--json")
    assert (waits.status, waits.json["stop"], waits.json["queued"]["until"]) == (2, "queued", "room")
    assert "100 are left" in waits.json["detail"]
    assert created(vendors) == []
    vendors.set("ranktracker", usage={"keywords": 899, "dataRows": 4500})
    goes = rank("send", "--resume", str(plan), "--json")
    assert (goes.status, goes.json["accepted"], goes.json["queued"]) == (0, 101, None)
    assert len(created(vendors)) == 101


def test_the_part_that_fits_goes_now_and_the_rest_is_queued(rank: Command, vendors: Vendors, tmp_path: Path) -> None:
    file, now, rest = words_file(tmp_path, 130), tmp_path / "now.plan.toml", tmp_path / "rest.plan.toml"
    words = ("size", str(file), *TRACK, "--engine", DESKTOP)
    sized = rank(*words, "--first", "100", "--save", str(now), "--json")
    assert (sized.status, sized.json["count"]) == (0, 100)
    sized = rank(*words, "--skip", "100", "--save", str(rest), "--json")
    assert (sized.status, sized.json["count"]) == (0, 30)
    fine(rank("send", str(rest), "--at", "room"))
    assert rank("send", str(now)).status == 0
    assert rank("send", "--resume", str(rest)).status == 2
    vendors.set("ranktracker", usage={"keywords": 900, "dataRows": 4500})
    assert rank("send", "--resume", str(rest)).status == 0
    assert sorted(created(vendors)) == sorted(f"keyword {number}" for number in range(130))


def test_what_cannot_be_waited_for_is_said_and_nothing_is_queued(rank: Command, tmp_path: Path) -> None:
    plan = planned(rank, tmp_path, 5)
    for when, said in (
        ("tomorrow", "--at wants reset, room, or an instant"),
        ("reset", "No reset is known of Rank"),
        ("2020-01-01T00:00Z", "over"),
        ("9999-12-31T23:59:59-14:00", "--at wants reset, room, or an instant"),
    ):
        ran = rank("send", str(plan), "--at", when)
        assert (ran.status, ran.out) == (1, "")
        assert said in ran.err
    assert rank("send", "--resume", str(plan), "--at", "room").status == 1
    assert rank("send", str(plan)).status == 0
