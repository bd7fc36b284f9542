"""`size` names the rows that it leaves out, and `--keep-footer` takes them, also in the plan that is sent."""

from pathlib import Path

from tests.cli.commanding import Command, Vendors
from tests.cli.test_send_command import DESKTOP, TRACK, created, rank

__all__ = ["rank"]


def test_a_keyword_total_is_named_and_can_be_kept_and_sent(rank: Command, vendors: Vendors, tmp_path: Path) -> None:
    path, plan = tmp_path / "list.csv", tmp_path / "list.plan.toml"
    path.write_text("Keyword,Volume\nred,1\nKeyword,Volume\nTotal,120\n", encoding="utf-8")
    size = ("size", str(path), *TRACK, "--engine", DESKTOP)
    found = rank(*size, "--json").json
    assert found["items"]["unique"] == 1
    assert found["left_out"] == [
        {"line": 3, "text": "Keyword · Volume", "reason": "header"},
        {"line": 4, "text": "Total · 120", "reason": "totals"},
    ]
    said = "2 rows of totals or that repeat the header were left out: line 3 (Keyword · Volume), line 4 (Total · 120)."
    assert f"{said} --keep-footer takes them." in found["assumptions"]
    kept = rank(*size, "--keep-footer", "--save", str(plan), "--json").json
    assert (kept["items"]["unique"], kept["left_out"]) == (3, [])
    assert "keep_footer = true" in plan.read_text("utf-8")
    assert rank("send", str(plan)).status == 0
    assert sorted(created(vendors)) == ["Keyword", "Total", "red"]
