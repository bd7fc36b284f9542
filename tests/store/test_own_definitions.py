"""The user's own definition files: never over another one, never under a built-in id, and kept when removed."""

import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from creditdesk.store.own_definitions import (
    MOST_BYTES,
    OwnDefinitionError,
    import_file,
    remove,
    restore,
    save,
    text_digest,
)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "config" / "providers"


def test_a_definition_is_saved_privately_and_read_back(folder: Path) -> None:
    path = save(folder, "my-vendor", "schema = 1 # ü\r\n")
    assert path == folder / "my-vendor.toml"
    assert path.read_bytes() == "schema = 1 # ü\r\n".encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert import_file(path) == "schema = 1 # ü\r\n"


def test_a_file_is_replaced_only_by_who_knows_what_it_holds(folder: Path) -> None:
    path = save(folder, "v", "one")
    for former in (None, text_digest("two"), ""):
        with pytest.raises(OwnDefinitionError):
            save(folder, "v", "two", former)
        assert path.read_text() == "one"
    save(folder, "v", "two", text_digest("one"))
    assert path.read_text() == "two"
    path.unlink()
    with pytest.raises(OwnDefinitionError, match="is gone"):
        save(folder, "v", "three", text_digest("two"))


@pytest.mark.parametrize("bad", ["", "..", "a/b", "A", "a_b", "-a", "a--b", "a" * 65, "a\n", "../../etc", "ü", "con.x"])
def test_only_an_id_is_a_name(folder: Path, bad: str) -> None:
    with pytest.raises(OwnDefinitionError):
        save(folder, bad, "text")
    with pytest.raises(OwnDefinitionError):
        remove(folder, bad, NOW)
    assert not folder.exists()


@pytest.mark.parametrize("built_in", ["ranktracker", "capsolver"])
def test_the_id_of_a_built_in_definition_is_refused(folder: Path, built_in: str) -> None:
    with pytest.raises(OwnDefinitionError, match="came with creditdesk"):
        save(folder, built_in, "text")


@pytest.mark.parametrize("text", ["#" * (MOST_BYTES + 1), "é" * MOST_BYTES, "\ud800"])
def test_what_is_too_large_or_no_text_is_not_saved(folder: Path, text: str) -> None:
    with pytest.raises(OwnDefinitionError):
        save(folder, "v", text)
    assert not folder.exists()


def test_a_link_is_followed_and_one_to_nowhere_is_not_overwritten(folder: Path, tmp_path: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "v.toml").symlink_to(tmp_path / "nowhere")
    with pytest.raises(OwnDefinitionError):
        save(folder, "v", "text")
    assert not (tmp_path / "nowhere").exists()


def test_what_is_removed_is_kept_and_comes_back(folder: Path) -> None:
    save(folder, "v", "one")
    kept = remove(folder, "v", NOW)
    assert list(folder.glob("*.toml")) == []
    assert kept.read_text() == "one"
    save(folder, "v", "another")
    with pytest.raises(OwnDefinitionError):
        restore(folder, "v", kept)
    again = remove(folder, "v", NOW)
    assert again != kept
    assert restore(folder, "v", kept).read_text() == "one"
    assert not kept.exists()
    assert again.read_text() == "another"
    with pytest.raises(OwnDefinitionError):
        remove(folder, "never-there", NOW)


def test_only_a_file_of_text_and_of_a_sensible_size_is_taken_in(tmp_path: Path) -> None:
    for name, data in (("binary", b"\xff\xfe"), ("large", b"#" * (MOST_BYTES + 1))):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(OwnDefinitionError):
            import_file(tmp_path / name)
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", "nowhere", "."):
        with pytest.raises(OwnDefinitionError):
            import_file(tmp_path / name)
    (tmp_path / "marked").write_bytes(b"\xef\xbb\xbfschema = 1")
    assert import_file(tmp_path / "marked") == "schema = 1"


def test_a_disk_that_is_full_leaves_the_former_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(folder, "v", "one")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        save(folder, "v", "two", text_digest("one"))
    assert path.read_text() == "one"
    assert [each.name for each in folder.iterdir() if each.name not in (".lock", "v.toml")] == []
