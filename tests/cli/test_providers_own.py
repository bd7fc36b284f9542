"""`creditdesk providers add | approve | remove`: definitions of one's own on the command line."""

import io
import sys
from pathlib import Path

import pytest
from tests.cli.commanding import Command, Ran, fine
from tests.desk.test_trusting import SIMPLE

LOCAL = SIMPLE.replace("https://api.vendor.example", "http://localhost:9")


def given(desk: Command, text: str, folder: Path) -> Ran:
    file = folder / "given.toml"
    file.write_text(text, encoding="utf-8")
    return desk("providers", "add", str(file))


def mark(desk: Command) -> str:
    """The mark that is shown with the lines."""
    ran = desk("providers", "approve", "mine")
    return ran.out.partition("Its mark is ")[2].partition(".")[0]


def row(desk: Command) -> dict[str, object]:
    rows = fine(desk("providers", "list", "--json")).json["providers"]
    return next(each for each in rows if each["id"] == "mine")


def test_a_definition_is_added_shown_approved_and_removed(desk: Command, tmp_path: Path) -> None:
    assert "Added Mine." in fine(given(desk, SIMPLE, tmp_path)).out
    assert (row(desk)["own"], row(desk)["approved"]) == (True, False)
    assert "own, not approved" in fine(desk("providers", "list")).out
    shown = desk("providers", "approve", "mine")
    assert shown.status == 1
    assert "GET https://api.vendor.example/v1/balance" in shown.out
    assert '    header Authorization: Bearer *** (your "API key")' in shown.out
    assert "Nothing was approved" in shown.err
    assert row(desk)["approved"] is False
    assert "Approved Mine." in fine(desk("providers", "approve", "mine", "--yes", mark(desk))).out
    assert (row(desk)["own"], row(desk)["approved"]) == (True, True)
    assert "approved already" in fine(desk("providers", "approve", "mine")).out
    assert "Removed mine." in fine(desk("providers", "remove", "mine")).out
    assert desk("providers", "approve", "mine").status == 1
    assert len(list((desk.folder / "providers" / "removed").iterdir())) == 1


def test_a_built_in_one_is_approved_and_cannot_be_removed_or_replaced(desk: Command, tmp_path: Path) -> None:
    rows = fine(desk("providers", "list", "--json")).json["providers"]
    assert {(each["own"], each["approved"]) for each in rows} == {(False, True)}
    assert "nothing to approve" in desk("providers", "approve", "ranktracker").err
    assert "came with creditdesk" in desk("providers", "remove", "ranktracker").err
    again = given(desk, SIMPLE.replace('id = "mine"', 'id = "ranktracker"'), tmp_path)
    assert again.status == 1
    assert "came with creditdesk" in again.err


def test_only_the_right_mark_approves(desk: Command, tmp_path: Path) -> None:
    given(desk, SIMPLE, tmp_path)
    right = mark(desk)
    for wrong in ("", right[:7], "0" * 12, f"{right}0", "yes"):
        assert desk("providers", "approve", "mine", "--yes", wrong).status == 1
        assert row(desk)["approved"] is False
    fine(desk("providers", "approve", "mine", "--yes", right[:8].upper()))


def test_a_definition_that_changed_meanwhile_is_not_approved_by_the_former_mark(desk: Command, tmp_path: Path) -> None:
    given(desk, SIMPLE, tmp_path)
    right = mark(desk)
    own = desk.folder / "providers" / "mine.toml"
    own.write_text(SIMPLE.replace("vendor.example", "vendor.evil"), encoding="utf-8")
    assert desk("providers", "approve", "mine", "--yes", right).status == 1
    assert row(desk)["approved"] is False
    fine(desk("providers", "approve", "mine", "--yes", mark(desk)))
    own.write_text(SIMPLE, encoding="utf-8")
    changed = desk("providers", "approve", "mine").out
    assert "Changed since it was approved:" in changed
    assert "New: GET https://api.vendor.example/v1/balance" in changed
    assert "Gone: GET https://api.vendor.evil/v1/balance" in changed


def test_a_local_host_has_to_be_named(desk: Command, tmp_path: Path) -> None:
    given(desk, LOCAL, tmp_path)
    for words in ((), ("--yes", mark(desk)), ("--host", "127.0.0.1"), ("--host", "")):
        ran = desk("providers", "approve", "mine", *words)
        assert ran.status == 1
        assert "localhost" in ran.err
    fine(desk("providers", "approve", "mine", "--host", "localhost"))
    assert row(desk)["approved"] is True


@pytest.mark.parametrize(
    ("text", "said", "status"), [(SIMPLE, "yes", 0), (SIMPLE, "y", 1), (LOCAL, "localhost", 0), (LOCAL, "yes", 1)]
)
def test_at_a_terminal_it_is_asked(
    desk: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, said: str, status: int
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    given(desk, text, tmp_path)
    monkeypatch.setattr(desk, "_stdin", lambda _raw: monkeypatch.setattr(sys, "stdin", Terminal(f"{said}\n")))
    assert desk("providers", "approve", "mine").status == status
    assert row(desk)["approved"] is (status == 0)


def test_an_account_that_is_not_approved_says_so_and_its_exit_code_is_that_of_a_trouble(
    desk: Command, tmp_path: Path
) -> None:
    given(desk, SIMPLE, tmp_path)
    added = desk("accounts", "add", "mine", "--name", "M", "--key-stdin", stdin="sk-0123456789abcdef")
    assert added.status == 0
    assert "providers approve mine" in added.err
    for words in (("status",), ("status", "--refresh")):
        ran = desk(*words, "--json")
        assert ran.json["accounts"][0]["trouble"]["kind"] == "not_approved"
    plain = desk("status")
    assert "definition of your own" in plain.out + plain.err


def test_stored_keys_are_used_for_another_state_only_when_said_so(desk: Command, tmp_path: Path) -> None:
    given(desk, SIMPLE, tmp_path)
    fine(desk("providers", "approve", "mine", "--yes", mark(desk)))
    fine(desk("accounts", "add", "mine", "--name", "M", "--key-stdin", stdin="sk-0123456789abcdef"))
    (before,) = desk.memory.items
    own = desk.folder / "providers" / "mine.toml"
    own.write_text(SIMPLE.replace("/v1/", "/v2/"), encoding="utf-8")
    ran = desk("providers", "approve", "mine", "--yes", mark(desk))
    assert ran.status == 0
    assert "--keep-keys" in ran.err
    assert list(desk.memory.items) == [before]
    fine(desk("providers", "approve", "mine", "--yes", mark(desk), "--keep-keys"))
    (after,) = desk.memory.items
    assert after != before
    fine(desk("accounts", "remove", "M"))
    assert desk.memory.items == {}


def test_wrong_files_are_not_taken_in(desk: Command, tmp_path: Path) -> None:
    wrong = given(desk, "schema = 1\n", tmp_path)
    assert wrong.status == 1
    assert "given.toml:" in wrong.err
    assert desk("providers", "add", str(tmp_path / "nowhere.toml")).status == 1
    fine(given(desk, SIMPLE, tmp_path))
    assert "already" in given(desk, SIMPLE.replace("v1", "v2"), tmp_path).err
    assert "v1" in (desk.folder / "providers" / "mine.toml").read_text(encoding="utf-8")


def test_a_file_on_a_local_host_is_tried_only_when_the_host_is_named(desk: Command, tmp_path: Path) -> None:
    file = tmp_path / "local.toml"
    file.write_text(LOCAL, encoding="utf-8")
    ran = desk("providers", "try", str(file), "--key-stdin", "--yes", stdin="sk-0123456789abcdef")
    assert ran.status == 1
    assert "--host localhost" in ran.err
    ran = desk("providers", "try", str(file), "--key-stdin", "--host", "localhost", stdin="sk-0123456789abcdef")
    assert "no_network" in ran.out  # nobody listens there; it was asked
    fine(given(desk, SIMPLE, tmp_path))
    ran = desk("providers", "try", "mine", "--key-stdin", stdin="sk-0123456789abcdef")
    assert "not_approved" in ran.out
