"""Warnings under a hostile user: two processes, a clock in 2099, mute, rules off, quiet hours, vanishing packages."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

from tests.app.screen import Screen
from tests.app.test_delivery_on_screen import choose, hour
from tests.app.warning import PLENTY, episodes, nothing_more, one_account, spend, told

from creditdesk.core.quiet import Quiet
from creditdesk.core.rules import RuleKind


def elsewhere(screen: Screen) -> None:
    """Another process reads every account, as `status --refresh` does."""

    async def story() -> None:
        desk = screen.open_desk()
        try:
            for reading in desk.reader.load():
                await desk.reader.read(reading.account.id)
        finally:
            await desk.close()

    asyncio.run(story())


def beside(screen: Screen, minutes: int) -> None:
    """Every minute the other process reads, so that nothing is ever due for the window itself."""
    for _ in range(minutes):
        screen.clock.move(minutes=1)
        elsewhere(screen)
        screen.look()


def test_a_warning_that_only_another_process_ever_sees_is_told_by_the_window_once(screen: Screen) -> None:
    one_account(screen)
    screen.consume("ranktracker", keywords=750)
    beside(screen, 3)
    assert told(screen).title == "Ranktracker · Agency is low"
    beside(screen, 8)
    nothing_more(screen, 1)
    screen.restart()
    beside(screen, 3)
    nothing_more(screen, 1)


def test_what_another_process_saw_end_and_begin_again_is_taken_back_and_told_again(screen: Screen) -> None:
    one_account(screen)
    spend(screen, 750)
    told(screen)
    screen.set("ranktracker", **PLENTY)
    beside(screen, 2)
    screen.until(lambda: screen.messages.withdrawn == ["message-1"])
    screen.consume("ranktracker", keywords=750)
    beside(screen, 6)
    told(screen, 2)
    assert [each.cleared_at is None for each in episodes(screen)] == [True, False]


def test_an_end_and_a_new_beginning_between_two_looks_of_the_window_are_told_too(screen: Screen) -> None:
    one_account(screen)
    spend(screen, 750)
    told(screen)
    screen.set("ranktracker", **PLENTY)
    screen.clock.move(minutes=6)
    elsewhere(screen)
    screen.consume("ranktracker", keywords=750)
    screen.clock.move(minutes=1)
    elsewhere(screen)
    assert [each.cleared_at is None for each in episodes(screen)] == [True, False]
    screen.look()
    screen.look(minutes=6)
    told(screen, 2)


def test_a_clock_that_was_in_2099_for_a_while_holds_no_digest_up(screen: Screen) -> None:
    one_account(screen)
    choose(screen, quiet=Quiet(digest_at=hour(screen, 3)))
    spend(screen, 750)
    told(screen)
    right = screen.clock.now
    screen.clock.now = datetime(2099, 1, 1, 12, tzinfo=UTC)
    screen.look()
    told(screen, 2)
    screen.clock.now = right
    screen.look(hours=4)
    told(screen, 3)
    screen.look(hours=20)
    nothing_more(screen, 3)
    screen.look(hours=4)
    told(screen, 4)


def test_an_account_that_is_muted_while_its_warning_waits_is_not_told_before_it_is_no_longer_muted(
    screen: Screen,
) -> None:
    account = one_account(screen)
    choose(screen, quiet=Quiet(hour(screen, -1), hour(screen, 2)))
    spend(screen, 750)
    screen.desktop.stories.mute(account.id, True)
    screen.settle()
    screen.look(hours=3)
    nothing_more(screen, 0)
    screen.desktop.stories.mute(account.id, False)
    screen.settle()
    screen.look(minutes=6)
    told(screen)


def test_a_digest_that_was_due_in_the_quiet_hours_does_not_come_at_once_behind_what_they_held(screen: Screen) -> None:
    one_account(screen)
    choose(screen, quiet=Quiet(hour(screen, -1), hour(screen, 3), hour(screen, 1)))
    spend(screen, 750)
    screen.look(hours=3)
    told(screen)
    screen.look(minutes=1)
    nothing_more(screen, 1)
    screen.look(minutes=5)
    assert told(screen, 2).title == "1 warning is still open"


def test_a_package_that_is_missing_from_some_readings_is_told_to_expire_once(screen: Screen) -> None:
    (account,) = screen.prepare(screen.draft("capsolver", "Captchas"))
    expires = int(screen.clock.now.timestamp()) + 3 * 86400
    package = {"id": "p1", "title": "Calls", "calls": 500, "expire_time": expires}
    screen.set("capsolver", balance="100.00", packages=[package])
    screen.open()
    screen.look(minutes=6)
    assert told(screen).title == "CapSolver · Captchas has credits that expire soon"
    for packages in ([], [package], [], [package]):
        screen.set("capsolver", packages=packages)
        screen.look(minutes=6)
        nothing_more(screen, 1)
        (episode,) = episodes(screen)
        assert (episode.cleared_at is None, episode.account) == (bool(packages), account.id)
    screen.set("capsolver", packages=[package, package | {"id": "p2", "title": "Others"}])
    screen.look(minutes=6)
    told(screen, 2)


def test_a_rule_that_is_switched_off_while_its_warning_waits_says_nothing_any_more(screen: Screen) -> None:
    one_account(screen)
    choose(screen, quiet=Quiet(hour(screen, -1), hour(screen, 2)))
    spend(screen, 750)
    rules = screen.desktop.parts.settings.rules
    choose(screen, rules=replace(rules, off=rules.off | {RuleKind.LEVEL}))
    screen.clock.move(hours=3)
    nothing_more(screen, 0)
    screen.look(minutes=6)
    nothing_more(screen, 0)
    assert [each.cleared_at is None for each in episodes(screen)] == [False]
