"""The folders of definition files."""

import os
from pathlib import Path

import pytest

from creditdesk.providers.catalogue import Catalogue, UnknownProvider
from creditdesk.providers.definitions import DefinitionError, load

BUILT_IN = Path(__file__).parents[2] / "resources" / "providers"


def definition(provider: str, name: str = "Mine") -> str:
    """The text of a small definition."""
    return (
        f'schema = 1\nid = "{provider}"\nname = "{name}"\nas_of = 2026-01-01\nsource = "me"\n'
        '[[pool]]\nid = "credits"\nlabel = "Credits"\nkind = "wallet"\nunit = "credits"\ntyped = true\n'
    )


def test_built_in_and_own_definitions_stand_side_by_side(tmp_path):
    (tmp_path / "mine.toml").write_text(definition("mine"), encoding="utf-8")
    catalogue = Catalogue(BUILT_IN, tmp_path)
    assert set(catalogue.ids()) >= {"mine", "ranktracker", "capsolver"}
    assert catalogue.get("mine").name == "Mine"
    assert "Mine" in [each.name for each in catalogue.all()]
    assert catalogue.broken() == []


@pytest.mark.parametrize("path", sorted(BUILT_IN.glob("*.toml")), ids=lambda path: path.stem)
def test_a_built_in_file_would_pass_as_a_strangers_too(path):
    """At the start it is not looked at as closely as a stranger's is."""
    text = path.read_text("utf-8")
    assert load(text, path.name) == load(text, path.name, ours=True)


def test_a_file_is_read_once_and_only_when_it_is_asked_for(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text("broken", encoding="utf-8")
    catalogue = Catalogue(tmp_path)
    assert catalogue.ids() == ("mine",)
    file.write_text(definition("mine"), encoding="utf-8")
    first = catalogue.get("mine")
    file.unlink()
    assert catalogue.get("mine") is first


def test_an_own_file_never_replaces_a_built_in_one(tmp_path):
    (tmp_path / "ranktracker.toml").write_text(definition("ranktracker", "Evil"), encoding="utf-8")
    catalogue = Catalogue(BUILT_IN, tmp_path)
    assert catalogue.get("ranktracker").name == "Ranktracker"
    assert ["belongs to another" in str(error) for error in catalogue.broken()] == [True]


def test_the_file_name_must_be_the_id(tmp_path):
    (tmp_path / "mine.toml").write_text(definition("yours"), encoding="utf-8")
    (tmp_path / "My File.toml").write_text(definition("my-file"), encoding="utf-8")
    catalogue = Catalogue(tmp_path)
    with pytest.raises(DefinitionError, match=r"mine\.toml:1: id: is yours"):
        catalogue.get("mine")
    assert len(catalogue.broken()) == 2
    assert catalogue.all() == ()


def test_a_broken_file_does_not_hide_the_others(tmp_path):
    (tmp_path / "bad.toml").write_text("schema = 2", encoding="utf-8")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "good.toml").write_text(definition("good"), encoding="utf-8")
    (tmp_path / "large.toml").write_text(definition("large") + "#" * 70_000, encoding="utf-8")
    catalogue = Catalogue(tmp_path)
    assert [each.id for each in catalogue.all()] == ["good"]
    assert sorted(error.file for error in catalogue.broken()) == [
        "bad.toml",
        "binary.toml",
        "folder.toml",
        "large.toml",
    ]


def test_an_unknown_provider_is_told_with_near_names():
    with pytest.raises(UnknownProvider) as caught:
        Catalogue(BUILT_IN).get("ranktraker")
    assert caught.value.near == ("ranktracker",)
    assert str(caught.value) == "no provider is called 'ranktraker'; did you mean ranktracker?"
    assert isinstance(caught.value, KeyError)


def test_a_folder_that_does_not_exist_is_empty(tmp_path):
    assert Catalogue(tmp_path / "none").ids() == ()


def test_a_pipe_beside_the_definitions_is_refused_and_not_waited_for(tmp_path):
    own = tmp_path / "own"
    own.mkdir()
    os.mkfifo(own / "mine.toml")
    with pytest.raises(DefinitionError, match="is not a file"):
        Catalogue(tmp_path, own).get("mine")
