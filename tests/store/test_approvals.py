"""approved.toml: whole or not at all, private, for several processes, and closed when it cannot be read."""

import stat
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from creditdesk.store.approvals import MOST_OF_ONE, Approval, Approvals, ApprovalsError, Bound

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def approval(digest: str, host: str = "") -> Approval:
    return Approval(digest, NOW, ("GET https://v.example/", '    header k: *** (your "Key")'), host)


@pytest.fixture
def kept(tmp_path: Path) -> Approvals:
    return Approvals(tmp_path / "config" / "approved.toml")


def test_what_was_approved_is_found_again_by_id_and_digest(kept: Approvals) -> None:
    assert kept.find("v", "aa") is None
    assert kept.last("v") is None
    kept.approve("v", approval("aa", "nas.local"))
    again = Approvals(kept.path)
    assert again.find("v", "aa") == approval("aa", "nas.local")
    assert again.find("v", "ab") is None
    assert again.find("w", "aa") is None


def test_the_last_approval_is_the_one_that_was_made_last(kept: Approvals) -> None:
    for digest in ("aa", "bb", "aa", "cc", "bb"):
        kept.approve("v", approval(digest))
    found = kept.last("v")
    assert found is not None
    assert found.digest == "bb"
    assert kept.path.read_text(encoding="utf-8").count("[[approval]]") == 3


def test_only_a_few_approvals_of_one_definition_are_kept_and_all_of_others(kept: Approvals) -> None:
    kept.approve("w", approval("w"))
    for number in range(30):
        kept.approve("v", approval(str(number)))
    assert kept.find("v", str(29 - MOST_OF_ONE)) is None
    assert all(kept.find("v", str(number)) for number in range(30 - MOST_OF_ONE, 30))
    assert kept.find("w", "w") is not None


def test_what_a_key_was_given_for_is_kept_and_forgotten(kept: Approvals) -> None:
    assert kept.bound("a1") == Bound()
    kept.bind("a1", Bound())
    assert not kept.path.exists()
    kept.bind("a1", Bound("aa", ("key", "user")))
    kept.approve("v", approval("aa"))
    assert Approvals(kept.path).bound("a1") == Bound("aa", ("key", "user"))
    kept.bind("a1", Bound())
    assert Approvals(kept.path).bound("a1") == Bound()


def test_the_file_is_the_users_alone_and_holds_what_others_wrote_into_it(kept: Approvals) -> None:
    kept.path.parent.mkdir()
    kept.path.write_text('schema = 1\nlater = "kept"\n', encoding="utf-8")
    kept.approve("v", approval("aa"))
    assert stat.S_IMODE(kept.path.stat().st_mode) == 0o600
    assert 'later = "kept"' in kept.path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "text",
    [
        *("[", "schema = 2", 'schema = "1"', "approval = 1", "[[approval]]", '[[approval]]\nid = "v"\ndigest = 5'),
        '[[approval]]\nid = "v"\ndigest = "aa"\nat = 2026-01-01T00:00:00',
        '[[approval]]\nid = "v"\ndigest = "aa"\nat = 2026-01-01T00:00:00Z\nlines = [5]',
        *("key = 1", "[key]\na1 = 5", "[key]\na1 = { digest = 5 }", "x = " + "[" * 3_000, "\x00"),
    ],
)
def test_a_file_that_is_wrong_is_left_as_it_is_and_approves_nothing(kept: Approvals, text: str) -> None:
    kept.approve("v", approval("aa"))
    kept.path.write_text(text, encoding="utf-8")
    with pytest.raises(ApprovalsError, match=r"approved\.toml"):
        kept.find("v", "aa")
    with pytest.raises(ApprovalsError):
        kept.approve("v", approval("bb"))
    with pytest.raises(ApprovalsError):
        kept.bind("a1", Bound("aa"))
    assert kept.path.read_text(encoding="utf-8") == text


def test_a_file_that_is_no_text_or_far_too_large_approves_nothing(kept: Approvals) -> None:
    kept.path.parent.mkdir()
    for data in (b"\xff\xfe", b"#" * (2 << 20)):
        kept.path.write_bytes(data)
        with pytest.raises(ApprovalsError):
            kept.last("v")
    kept.path.unlink()
    kept.path.mkdir()
    with pytest.raises(ApprovalsError):
        kept.last("v")


def test_several_writers_lose_nothing_of_one_another(kept: Approvals) -> None:
    def write(name: str) -> None:
        own = Approvals(kept.path)
        for number in range(5):
            own.approve(name, approval(str(number)))
            own.bind(f"{name}-{number}", Bound(str(number), ("key",)))

    threads = [threading.Thread(target=write, args=(f"v{number}",)) for number in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert all(kept.find(f"v{a}", str(b)) and kept.bound(f"v{a}-{b}").digest for a in range(4) for b in range(5))
