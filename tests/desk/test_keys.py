"""Where a reading gets its key from, and what is said when it cannot be had."""

import pytest
from tests.desk.world import World, shows_the_old_number_as_old

from creditdesk.core.pools import Custody, TroubleKind


def test_a_locked_keyring_an_absent_key_and_no_keyring_are_three_things(world: World) -> None:
    account = world.add("ranktracker")
    before = world.snapshot(account)
    told = {}
    for name in ("KeyringLocked", "NoKeyringError"):
        world.memory.fail(name)
        told[name] = world.trouble(account)
        shows_the_old_number_as_old(world.reading(account), before)
    world.memory.before = lambda _: None
    world.memory.items.clear()
    told["absent"] = world.trouble(account)
    assert told["KeyringLocked"].kind is TroubleKind.KEYRING_LOCKED
    assert told["NoKeyringError"].kind is TroubleKind.NO_KEY
    assert told["absent"].kind is TroubleKind.NO_KEY
    assert len({trouble.message for trouble in told.values()}) == 3
    assert world.requests("ranktracker") == 1


def test_a_keyring_that_was_locked_is_asked_again_by_itself_and_lost_nothing(world: World) -> None:
    account = world.add("ranktracker")
    world.memory.fail("KeyringLocked")
    assert world.trouble(account).kind is TroubleKind.KEYRING_LOCKED
    assert world.reading(account).due_at is not None
    world.memory.before = lambda _: None
    world.snapshot(account)
    assert world.memory.keys() == {world.key("ranktracker")}


def test_a_key_that_was_missing_at_the_last_start_is_looked_for_at_the_next(world: World) -> None:
    account = world.add("ranktracker")
    world.memory.fail("NoKeyringError")
    world.trouble(account)
    assert world.reading(account).due_at is None
    world.memory.before = lambda _: None
    (reading,) = world.restart()
    assert reading.due_at == world.clock.now
    world.snapshot(account)


def test_a_key_in_the_environment_touches_no_keyring(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = world.draft("ranktracker", custody=Custody.ENVIRONMENT, key_env="DESK_TEST_KEY")
    account = world.run(world.desk.registry.add(draft, {}))
    assert "DESK_TEST_KEY" in world.trouble(account).message
    monkeypatch.setenv("DESK_TEST_KEY", world.key("ranktracker"))
    world.snapshot(account)
    monkeypatch.setenv("DESK_TEST_KEY", "tkn_usr_another")
    assert world.trouble(account).kind is TroubleKind.KEY_REJECTED
    world.run(world.desk.registry.remove(account))
    assert world.memory.calls == []
