"""`creditdesk providers`: the vendors there are, their files, and what is wrong with a file."""

from pathlib import Path

import pytest
from tests.cli.commanding import Command, fine

FIVE = {"ranktracker", "oneclickseo", "seo-rank-genius", "leadboxer", "capsolver"}


def test_the_list_has_every_vendor_and_whether_it_is_read(desk: Command) -> None:
    document = fine(desk("providers", "list", "--json")).json
    assert set(document) == {"providers", "counts"}
    rows = {row["id"]: row for row in document["providers"]}
    assert set(rows) >= FIVE
    assert {frozenset(row) for row in rows.values()} == {
        frozenset({"id", "name", "category", "grade", "own", "approved"})
    }
    assert document["counts"]["all"] == len(rows)
    assert sum(count for category, count in document["counts"].items() if category != "all") == len(rows)
    lines = {line.split()[0]: line for line in fine(desk("providers", "list")).out.splitlines()}
    assert set(lines) == set(rows)
    assert lines["ranktracker"].endswith("read")
    assert lines["seo-rank-genius"].endswith("by hand")


def test_a_file_is_shown_as_it_is_and_is_fine(desk: Command, tmp_path: Path) -> None:
    for provider in FIVE:
        text = fine(desk("providers", "show", provider)).out
        copy = tmp_path / f"{provider}.toml"
        copy.write_text(text, encoding="utf-8")
        assert f"{provider}.toml: fine." in fine(desk("providers", "check", str(copy))).out


def test_one_operation_is_not_called_operations(desk: Command, tmp_path: Path) -> None:
    copy = tmp_path / "ranktracker.toml"
    copy.write_text(fine(desk("providers", "show", "ranktracker")).out, encoding="utf-8")
    assert "4 pools, 1 operation, as of" in fine(desk("providers", "check", str(copy))).out


def test_what_is_wrong_is_told_with_file_line_and_key(desk: Command, tmp_path: Path) -> None:
    text = fine(desk("providers", "show", "ranktracker")).out
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(
        text.replace('kind = "slots"', 'kind = "sloths"', 1).replace("schema = 1", "schema = 1\ncolour = 2")
    )
    ran = desk("providers", "check", str(wrong))
    assert ran.status == 1
    kind_line = wrong.read_text().split("\n").index('kind = "sloths"') + 1
    assert f"{wrong}:{kind_line}: pool[1].kind" in ran.out
    assert "colour" in ran.out


@pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00", b"schema = ", b"x" * 70_000, b"[[pool]]\n" * 50])
def test_any_file_can_be_checked(desk: Command, tmp_path: Path, body: bytes) -> None:
    odd = tmp_path / "odd.toml"
    odd.write_bytes(body)
    ran = desk("providers", "check", str(odd))
    assert ran.status == 1
    assert str(odd) in ran.out
    assert "Traceback" not in ran.err


def test_a_file_that_is_not_there_and_a_vendor_that_is_not_there(desk: Command) -> None:
    for words in (("check", "/nowhere/x.toml"), ("show", "nobody")):
        ran = desk("providers", *words)
        assert (ran.status, ran.out) == (1, "")
        assert words[1] in ran.err


def test_the_users_own_definitions_are_listed_and_wrong_ones_named(desk: Command) -> None:
    folder = desk.folder / "providers"
    folder.mkdir(parents=True)
    shipped = fine(desk("providers", "show", "ranktracker")).out
    (folder / "own.toml").write_text(shipped.replace('id = "ranktracker"', 'id = "own"'), encoding="utf-8")
    (folder / "broken.toml").write_text("schema = 1\n", encoding="utf-8")
    ran = desk("providers", "list", "--json")
    assert ran.status == 0
    assert {row["id"] for row in ran.json["providers"]} >= FIVE | {"own"}
    assert "broken.toml" in ran.err
    assert desk("providers", "show", "own").out == (folder / "own.toml").read_text(encoding="utf-8")
