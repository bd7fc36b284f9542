"""A balance typed by hand is to be looked up again as often as its account says: told once a period."""

from datetime import timedelta

from tests.desk.world import World

from creditdesk.core.pools import Account
from creditdesk.core.replaying import Past, replay
from creditdesk.core.rules import RuleKind
from creditdesk.core.settings import Settings


def told(world: World, days: float) -> list[str]:
    """Time goes by, looked at every six hours; the rules that were told meanwhile, and of what was taken back."""
    found = []
    for _ in range(int(days * 4)):
        world.clock.move(hours=6)
        for outcome in world.run(world.desk.reader.overdue(world.clock.now)):
            found += [each.rule for each in outcome.fired] + [f"{each.rule} over" for each in outcome.cleared]
            ids = [each.id for each in outcome.fired]
            world.desk.reader.told(dict.fromkeys(ids, "notification"))
            world.desk.tools.history.warned.mark_delivered(ids, "notification", world.clock.now).result()
    return found


def reminded(world: World, days: int) -> Account:
    account = world.add_typed("oneclickseo", "Shop", plan="starter")
    account = account.changed(remind_days=days)
    world.run(world.desk.registry.change(account))
    return account


def test_it_is_told_once_a_period_and_ends_when_it_is_typed(world: World) -> None:
    account = reminded(world, 7)
    assert told(world, 10) == []  # nothing was ever typed: the card asks for it
    world.type(account, top_up=400)
    assert told(world, 6.5) == []
    assert told(world, 3) == ["look-up"]
    assert told(world, 3) == []
    world.restart()
    assert told(world, 5) == ["look-up", "look-up over"]  # the second period
    world.type(account, top_up=380)
    assert told(world, 1) == ["look-up over"]
    assert told(world, 5) == []


def test_a_clock_that_is_put_back_neither_clears_nor_repeats_it(world: World) -> None:
    account = reminded(world, 7)
    world.type(account, top_up=400)
    assert told(world, 8) == ["look-up"]
    world.clock.move(days=-5)
    assert told(world, 5) == []
    assert told(world, 3) == []


def test_without_a_reminder_or_with_the_rule_off_nothing_is_told_and_what_was_is_taken_back(world: World) -> None:
    account = reminded(world, 7)
    world.type(account, top_up=400)
    assert told(world, 8) == ["look-up"]
    world.run(world.desk.registry.change(account.changed(remind_days=0)))
    assert told(world, 1) == ["look-up over"]
    world.run(world.desk.registry.change(account.changed(rules_off=("look-up",))))
    assert told(world, 20) == []
    assert world.desk.tools.chosen.account(account.id).rules_off == ("look-up",)


def test_an_account_that_is_read_is_never_to_be_looked_up(world: World) -> None:
    account = world.add("ranktracker", remind_days=1)
    world.snapshot(account)
    assert "look-up" not in told(world, 3)


def test_the_past_says_when_it_would_have_been_told(world: World) -> None:
    account = reminded(world, 7)
    begin = world.clock.now
    world.type(account, top_up=400)
    world.clock.move(days=16)
    world.type(account, top_up=350)
    world.clock.move(days=10)
    series = world.desk.tools.history.series(account.id).result()
    definition = world.desk.tools.catalogue.get("oneclickseo")
    past = Past(account, definition, Settings(), world.clock.now, world.clock.now.tzinfo or begin.tzinfo)  # type: ignore[arg-type]
    found = replay(RuleKind.LOOK_UP, series, (), past)
    days = [(each.fired_at - begin) / timedelta(days=1) for each in found]
    assert days == [7, 14, 23]
    assert [each.cleared_at is None for each in found] == [False, False, True]
