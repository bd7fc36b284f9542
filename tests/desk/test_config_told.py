"""The config file is the user's: what is wrong in it is told, and nothing is ever written over it."""

from typing import Any

import pytest
from tests.desk.world import World

from creditdesk.store.config import ConfigError

BROKEN = ["schema = 1\naccount = 5\n", "not toml at all [", "\udcff", "[[account]]\nid = 'x'\n"]


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_config_is_told_and_never_overwritten(world: World, text: str) -> None:
    account = world.add("ranktracker")
    raw = text.encode("utf-8", "surrogateescape")
    world.places.config.write_bytes(raw)
    registry, reader = world.desk.registry, world.desk.reader
    stories: list[Any] = [
        lambda: reader.load(),
        lambda: world.run(reader.read(account.id)),
        lambda: world.run(registry.add(world.draft("leadboxer"), {"key": "another-key"})),
        lambda: world.run(registry.change(account.changed(muted=True))),
        lambda: world.run(registry.remove(account)),
        lambda: world.restart(),
    ]
    for story in stories:
        with pytest.raises(ConfigError):
            story()
        assert world.places.config.read_bytes() == raw
    assert world.memory.keys() == {world.key("ranktracker")}
    world.places.config.unlink()


def test_a_config_edited_by_another_process_is_noticed(world: World) -> None:
    account = world.add("ranktracker", "before")
    text = world.places.config.read_text(encoding="utf-8")
    world.places.config.write_text(text.replace("before", "after, elsewhere"), encoding="utf-8")
    assert [each.name for each in world.desk.tools.chosen.accounts] == ["after, elsewhere"]
    world.snapshot(account)
