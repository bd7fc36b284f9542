"""The rules of warning on a whole desk: keys, silence, refills, snoozes; outages in the log; clocks that jump."""

import json
import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from tests.desk.world import World

from creditdesk.core.pools import Account, Level
from creditdesk.core.rules import RuleKind, Rules
from creditdesk.core.series import PENDING, RECOVERING, Episode
from creditdesk.desk.opening import open_desk
from creditdesk.desk.reading import Outcome
from creditdesk.sandbox import FaultKind

D = Decimal


def credits(world: World, left: int) -> None:
    """Free slots of the first account's keywords, of 1,000; everything else is plenty."""
    usage = {"keywords": 1000 - left, "dataRows": 0, "onDemand": 0, "serpAnalyser": 0}
    world.set("ranktracker", usage=usage)


def deliver(world: World, outcome: Outcome) -> list[str]:
    """Tell what is to be told, as the window does; the rules that spoke."""
    warned, ids = world.desk.tools.history.warned, [each.id for each in outcome.fired]
    if ids:
        world.desk.reader.told(dict.fromkeys(ids, "missed"))
        warned.mark_delivered(ids, "missed", world.clock.now).result()
        warned.note_delivery(ids, "desktop", "shown", world.clock.now).result()
    return [each.rule for each in outcome.fired]


def told(world: World, account: Account) -> list[str]:
    return deliver(world, world.read(account))


def overdue(world: World) -> list[str]:
    """The rules that spoke when nobody was asked."""
    outcomes: Iterable[Outcome] = world.run(world.desk.reader.overdue(world.clock.now))
    return [rule for outcome in outcomes for rule in deliver(world, outcome)]


def kept(world: World) -> list[Episode]:
    return world.desk.tools.history.warned.episodes().result()


def switch(world: World, rules: Rules) -> None:
    world.desk.tools.chosen.change_settings(lambda before: replace(before, rules=rules))


@pytest.fixture
def account(world: World) -> Account:
    credits(world, 500)
    added = world.add("ranktracker")
    assert told(world, added) == []
    return added


def test_a_rejected_key_is_told_once_and_cleared_by_the_first_good_reading(world: World, account: Account) -> None:
    world.fault(FaultKind.REJECT)
    assert told(world, account) == ["key-rejected"]
    assert told(world, account) == []
    world.restart()
    assert told(world, account) == []
    world.clear()
    assert [each.rule for each in world.read(account).cleared] == ["key-rejected"]
    assert [each.cleared_at for each in kept(world)] == [world.clock.now]


def test_silence_over_a_day_is_told_without_asking_anybody_and_survives_a_restart(
    world: World, account: Account
) -> None:
    world.fault(FaultKind.STATUS, status=500)
    assert told(world, account) == []
    for hours, said in ((23, []), (2, []), (0.5, ["not-read"]), (5, []), (100, [])):
        world.clock.move(hours=hours)
        assert overdue(world) == said
    world.restart()
    assert overdue(world) == []
    world.clear()
    assert [each.rule for each in world.read(account).cleared] == ["not-read"]


def test_what_is_pending_is_in_nobodys_list_and_stays_pending_over_a_restart(world: World, account: Account) -> None:
    world.clock.move(hours=25)
    assert overdue(world) == []
    assert [each.state for each in world.desk.tools.history.warned.open_episodes().result()] == [PENDING]
    assert kept(world) == []
    assert world.desk.reader.reading(account).level is Level.NOT_READ
    world.restart()
    world.clock.move(minutes=21)
    assert overdue(world) == ["not-read"]
    assert [each.fired_at for each in kept(world)] == [world.clock.now]
    assert json.loads(kept(world)[0].numbers)["hours"] == "24"


@pytest.mark.promise("G2", "alerts over 7 jumps")
@pytest.mark.parametrize("jump", [{"hours": 1}, {"hours": -1}, {"days": 1}, {"days": -1}, {"hours": 8}])
def test_a_jump_of_the_clock_or_a_sleep_tells_nothing_twice_and_misses_nothing(
    world: World, account: Account, jump: dict[str, float]
) -> None:
    """Promise G2."""
    credits(world, 150)
    assert told(world, account) == ["level"]
    world.clock.move(**jump)
    assert overdue(world) == []
    assert told(world, account) == []
    credits(world, 40)
    world.clock.move(minutes=5)
    assert told(world, account) == ["level"]
    assert overdue(world) == []


@pytest.mark.parametrize("year", [1970, 2099])
def test_a_clock_that_is_far_off_and_set_right_tells_nothing_twice(world: World, account: Account, year: int) -> None:
    right = world.clock.now
    world.clock.now = right.replace(year=year)
    assert overdue(world) == []
    assert [rule for rule in told(world, account) if rule != "level"] == []
    world.clock.now = right
    assert overdue(world) == []
    assert told(world, account) == []


@pytest.mark.promise("F9", "24 hours, 3 accounts")
def test_an_outage_of_a_day_is_two_lines_in_the_log(
    world: World, account: Account, caplog: pytest.LogCaptureFixture
) -> None:
    """Promise F9: down and back, however the vendor fails meanwhile."""
    caplog.set_level(logging.INFO)
    healthy, other = world.add("capsolver"), world.add("ranktracker", "other")
    faults = (FaultKind.STATUS, FaultKind.HTML, FaultKind.RESET, FaultKind.EMPTY)
    for turn in range(48):
        world.clear()
        world.fault(faults[turn // 3 % 4], "ranktracker", **({"status": 503} if turn // 3 % 4 == 0 else {}))
        for each in (account, other, healthy):
            world.read(each)
        overdue(world)
        world.clock.move(minutes=30)
    world.clear()
    for each in (account, other, account, other):
        world.read(each)
    lines = [record.getMessage() for record in caplog.records]
    assert lines == ["ranktracker cannot be read: throttled", "ranktracker is read again"]
    assert {record.levelname for record in caplog.records} == {"INFO"}


def test_a_refill_is_news_that_is_over_when_it_was_told(world: World) -> None:
    switch(world, Rules(off=frozenset()))
    world.set("capsolver", balance="2.00")
    account = world.add("capsolver")
    assert "refilled" not in told(world, account)
    world.clock.move(minutes=5)
    world.set("capsolver", balance="52.00")
    assert "refilled" in told(world, account)
    (news,) = [each for each in kept(world) if each.rule == "refilled"]
    assert (news.level, news.delivered, news.cleared_at) == (Level.GOOD, "notification", world.clock.now)
    assert json.loads(news.numbers)["how"] == "top-up"
    world.clock.move(minutes=5)
    outcome = world.read(account)
    assert (outcome.fired, outcome.cleared) == ((), ())
    world.restart()
    assert told(world, account) == []


def test_news_that_could_not_be_told_before_a_restart_is_told_after_it(world: World) -> None:
    switch(world, Rules(off=frozenset()))
    world.set("capsolver", balance="2.00")
    account = world.add("capsolver")
    told(world, account)
    world.set("capsolver", balance="52.00")
    world.clock.move(minutes=5)
    assert "refilled" in [each.rule for each in world.read(account).fired]
    world.restart()
    assert "refilled" in told(world, account)
    assert "refilled" not in told(world, account)


def test_a_rule_that_is_switched_off_closes_what_is_open_and_the_levels_stay_as_they_are(
    world: World, account: Account
) -> None:
    credits(world, 0)
    assert told(world, account) == ["slots-full"]
    world.run(world.desk.registry.change(account.changed(rules_off=("slots-full", "level"))))
    outcome = world.read(account)
    assert [each.rule for each in outcome.cleared] == ["slots-full"]
    assert outcome.alerts == 0
    assert outcome.reading.level is Level.EXHAUSTED
    world.run(world.desk.registry.change(account.changed(rules_off=())))
    assert told(world, account) == ["slots-full"]


def test_recovering_is_kept_until_it_is_clear(world: World, account: Account) -> None:
    for left, state in ((150, ""), (210, RECOVERING), (150, "")):
        credits(world, left)
        world.read(account)
        assert [each.state for each in kept(world)] == [state]
    assert [each.state for each in world.desk.tools.history.warned.open_episodes().result()] == [""]


def test_a_snooze_ends_when_the_balance_recovers(world: World, account: Account) -> None:
    warned = world.desk.tools.history.warned
    until = world.clock.now + timedelta(hours=8)
    credits(world, 150)
    told(world, account)
    warned.snooze(account.id, until).result()
    world.restart()
    warned = world.desk.tools.history.warned
    assert warned.snoozes().result() == {account.id: until}
    credits(world, 40)
    assert [each.snoozed_until for each in world.read(account).fired] == [until]
    credits(world, 600)
    world.read(account)
    assert warned.snoozes().result() == {}
    credits(world, 150)
    assert [each.snoozed_until for each in world.read(account).fired] == [None]


def test_a_warning_that_was_never_told_is_missed_when_it_is_over(world: World, account: Account) -> None:
    credits(world, 150)
    world.read(account)
    credits(world, 600)
    world.read(account)
    assert [each.delivered for each in kept(world)] == ["missed"]


def test_balances_by_hand_are_judged_as_time_goes_by(world: World) -> None:
    switch(world, replace(Rules(), off=frozenset(set(RuleKind) - {RuleKind.LEVEL})))
    account = world.add_typed("oneclickseo", plan="starter")
    world.type(account, monthly=10, top_up=0)
    assert overdue(world) == ["level"]
    assert overdue(world) == []
    world.clock.move(days=40)
    assert overdue(world) == []


def test_what_was_told_where_is_kept_with_the_warning(world: World, account: Account) -> None:
    credits(world, 150)
    told(world, account)
    warned, (episode,) = world.desk.tools.history.warned, kept(world)
    warned.note_delivery([episode.id], "apprise", "failed", world.clock.now, "slack://… refused it").result()
    warned.note_delivery([episode.id, 999], "digest", "shown", world.clock.now).result()
    found = warned.deliveries([episode.id, 999]).result()
    tries = [(each.channel, each.outcome, each.detail) for each in found[episode.id]]
    assert tries == [
        ("desktop", "shown", ""),
        ("apprise", "failed", "slack://… refused it"),
        ("digest", "shown", ""),
    ]
    assert found[999] == ()
    assert kept(world)[0].delivered == "notification"
    world.desk.tools.history.forget(account.id).result()
    assert warned.deliveries([episode.id]).result() == {episode.id: ()}


def test_a_balance_typed_while_reading_fails_neither_ends_nor_repeats_the_silence(
    world: World, account: Account
) -> None:
    fallback = world.add("leadboxer")
    assert told(world, fallback) == []
    assert told(world, account) == []
    world.fault(FaultKind.STATUS, "leadboxer", status=500)
    world.clock.move(hours=25)
    told(world, account)
    assert told(world, fallback) == []
    world.clock.move(hours=1)
    assert told(world, fallback) == ["not-read"]
    world.type(fallback, balance=5000)
    for _ in range(3):
        world.clock.move(hours=1)
        told(world, account)
        assert [*told(world, fallback), *overdue(world)] == []


def test_a_warning_that_another_process_saw_first_is_told_by_the_window_once(world: World, account: Account) -> None:
    """`status --refresh` in a cron job tells nobody: the desk that is open must."""
    other = open_desk(world.places, world.vault, clock=world.clock)
    other.reader.load()
    credits(world, 150)
    assert [each.level for each in world.run(other.reader.read(account.id)).fired] == [Level.LOW]
    world.clock.move(minutes=5)
    assert told(world, account) == ["level"]
    assert told(world, account) == []
    credits(world, 210)
    world.run(other.reader.read(account.id))
    world.read(account)
    assert [each.state for each in kept(world)] == [RECOVERING]
    credits(world, 600)
    world.run(other.reader.read(account.id))
    assert world.read(account).alerts == 0
    assert [each.cleared_at is None for each in kept(world)] == [False]
    world.run(other.close())
