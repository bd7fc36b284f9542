"""A pilot's real cost corrects what `size` says of the rest."""

from pathlib import Path

from tests.cli.commanding import Command, Vendors, fine
from tests.cli.test_send_command import DESKTOP, TRACK, planned, rank, words_file

__all__ = ["rank"]


def test_a_pilot_that_took_twice_the_price_refuses_what_the_price_lets_through(
    rank: Command, vendors: Vendors, tmp_path: Path
) -> None:
    vendors.set("ranktracker", usage={"keywords": 0, "dataRows": 3_500}, rows_per_keyword=2)
    pilot = planned(rank, tmp_path, 10, "--check-now")
    assert rank("send", str(pilot)).status == 0
    vendors.set("ranktracker", usage={"keywords": 0, "dataRows": 3_500})
    size = ("size", str(words_file(tmp_path, 1_000)), *TRACK, "--engine", DESKTOP, "--check-now")
    plain = rank(*size, "--by-price", "--json")
    assert (plain.status, plain.json["verdict"]) == (0, "fits")
    assert [each["counted"] for each in plain.json["learned"]] == [False, False]
    assert any("The price counts, as you chose." in note for note in plain.json["assumptions"])
    found = rank(*size, "--json")
    assert (found.status, found.json["verdict"], found.json["fits_items"]) == (2, "refused", 750)
    needs = {each["pool"]: (each["needs_low"], each["needs_high"], each["short"]) for each in found.json["demands"]}
    assert needs == {"keywords": (1000, 1000, 0), "data-rows": (2000, 2000, 500)}
    lessons = {each["pool"]: each for each in found.json["learned"]}
    assert lessons["data-rows"]["at"].endswith("Z")
    del lessons["data-rows"]["at"]
    assert lessons["data-rows"] == {
        "pool": "data-rows",
        "needs": 2000,
        "documented": 1000,
        "each": 2,
        "times": 2,
        "counted": True,
        "items": 10,
    }
    assert not lessons["keywords"]["counted"]
    part = next(way for way in found.json["ways"] if way["id"] == "part")
    assert (part["items"], part["added_now"], part["left_after"]) == (750, 1500, 0)
    told = rank(*size).out
    assert "2,000 as 10 really took on" in told
    assert "What it really took rests on 10 items only: --by-price counts the price instead." in told
    assert fine(rank(*size, "--first", "750", "--json")).json["verdict"] == "fits"
