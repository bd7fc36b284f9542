"""Where and when warnings are told: few messages, quiet hours, a digest, mail and chat, and never twice over a kill."""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.app.screen import Screen, spoken
from tests.app.warning import PLENTY, deliveries, episodes, looks, nothing_more, one_account, spend, told
from tests.canary import logged
from tests.notify.listening import Receiver, receiving
from tests.searching import Search

from creditdesk.app.telling import HERE
from creditdesk.core.alerts import Bulletin, group
from creditdesk.core.pools import Level
from creditdesk.core.quiet import Quiet
from creditdesk.core.series import Episode
from creditdesk.core.settings import Settings
from creditdesk.notify.message import Message
from creditdesk.sandbox import FaultKind

TOKEN = "t0pic-9fQz71LmXw42"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


def choose(screen: Screen, **values: object) -> Settings:
    """Settings as the settings page changes them."""
    chosen = screen.desktop.parts.desk.tools.chosen
    settings = chosen.change_settings(lambda before: replace(before, **values))  # type: ignore[arg-type]
    screen.desktop.pages.settings_changed.emit(settings)
    screen.settle()
    return settings


def hour(screen: Screen, hours: float) -> str:
    """The wall clock's time in so many hours from now."""
    return (screen.clock.now + timedelta(hours=hours)).astimezone(HERE).strftime("%H:%M")


def add_address(screen: Screen, address: str) -> str:
    said: list[str] = []
    screen.desktop.teller.courier.addresses.add(address, said.append)
    screen.until(lambda: bool(said))
    screen.settle()
    return said[0]


# ---- few messages


@pytest.mark.promise("F3", "50 accounts")
@pytest.mark.promise("F3", "50 accounts in the window")
def test_fifty_accounts_that_get_low_together_are_one_message_with_all_of_them_on_the_page(screen: Screen) -> None:
    screen.set("ranktracker", **PLENTY)
    names = [f"number {number}" for number in range(50)]
    keys = [screen.running.call(lambda box, n=name: box.add_account("ranktracker", name=n, **PLENTY)) for name in names]
    screen.prepare(*(screen.draft("ranktracker", name, key) for name, key in zip(names, keys, strict=True)))
    screen.open()
    for name in names:
        screen.running.call(lambda box, n=name: box.consume("ranktracker", n, keywords=750))
    screen.look(minutes=6)
    message = told(screen)
    assert message.title == "50 accounts run low"
    assert message.text.endswith(" and 46 more.")
    assert len(episodes(screen)) == 50
    nothing_more(screen, 1)


def test_a_second_warning_waits_until_five_minutes_after_the_first(screen: Screen) -> None:
    one_account(screen)
    spend(screen, 750)
    told(screen)
    screen.consume("ranktracker", dataRows=4500)
    screen.desktop.readings.refresh_all()
    screen.settle()
    screen.clock.move(minutes=4)
    looks(screen, 2)
    assert len(screen.messages.shown) == 1
    screen.clock.move(minutes=1)
    assert "Data rows" in told(screen, 2).text


def test_a_critical_warning_does_not_wait_for_others(screen: Screen) -> None:
    one_account(screen)
    screen.gathering.setInterval(60_000)
    spend(screen, 880)
    screen.until(lambda: len(screen.messages.shown) == 1)
    assert screen.messages.shown[0].urgent


@pytest.mark.promise("F5", "on screen")
@pytest.mark.promise("F5", "a message about two accounts")
def test_a_message_about_two_accounts_is_taken_back_when_neither_is_low_any_more(screen: Screen) -> None:
    screen.set("ranktracker", **PLENTY)
    other = screen.running.call(lambda box: box.add_account("ranktracker", name="second", **PLENTY))
    screen.prepare(screen.draft("ranktracker", "Agency"), screen.draft("ranktracker", "Studio", key=other))
    screen.open()
    screen.consume("ranktracker", keywords=750)
    screen.running.call(lambda box: box.consume("ranktracker", "second", keywords=750))
    screen.look(minutes=6)
    assert told(screen).title == "2 accounts run low"
    screen.set("ranktracker", **PLENTY)
    screen.look(minutes=6)
    nothing_more(screen, 1)
    assert screen.messages.withdrawn == []
    screen.running.call(lambda box: box.update_account("ranktracker", account="second", **PLENTY))
    screen.look(minutes=6)
    screen.until(lambda: screen.messages.withdrawn == ["message-1"])
    screen.settle()
    assert deliveries(screen) == [("desktop", "shown")] * 2 + [("desktop", "withdrawn")] * 2


def test_snoozing_a_message_about_two_accounts_leaves_the_third_alone(screen: Screen) -> None:
    screen.set("ranktracker", **PLENTY)
    others = [screen.running.call(lambda box, n=n: box.add_account("ranktracker", name=n, **PLENTY)) for n in "bc"]
    drafts = [screen.draft("ranktracker", name, key) for name, key in zip(("A", "B", "C"), ["", *others], strict=True)]
    accounts = screen.prepare(*drafts)
    screen.open()
    screen.consume("ranktracker", keywords=750)
    screen.running.call(lambda box: box.consume("ranktracker", "b", keywords=750))
    screen.look(minutes=6)
    told(screen)
    screen.messages.pressed[0]("snooze")
    screen.settle()
    snoozes = screen.desktop.parts.desk.tools.history.warned.snoozes().result()
    assert set(snoozes) == {accounts[0].id, accounts[1].id}
    screen.running.call(lambda box: box.consume("ranktracker", "c", keywords=750))
    screen.look(minutes=6)
    told(screen, 2)


# ---- kills


def hang(screen: Screen) -> list[Message]:
    """From now on the notification service never answers; what it was asked to show."""
    asked: list[Message] = []

    async def never(message: Message, pressed: Callable[[str], None]) -> str | None:
        asked.append(message)
        await asyncio.Event().wait()
        return None

    screen.messages.show = never  # type: ignore[method-assign]
    return asked


def test_a_warning_whose_showing_was_cut_off_by_the_end_is_marked_missed_and_never_told_again(screen: Screen) -> None:
    one_account(screen)
    asked = hang(screen)
    spend(screen, 750)
    screen.clock.move(seconds=30)
    screen.until(lambda: bool(asked))
    screen.restart()
    screen.look(minutes=6)
    nothing_more(screen, 0)
    assert len(asked) == 1
    assert [each.delivered for each in episodes(screen)] == ["missed"]
    screen.desktop.window.show_page("alerts")
    screen.settle()
    screen.until(lambda: "ended while it was told" in spoken([screen.desktop.window]))


def test_a_message_that_is_over_before_the_service_took_it_is_taken_back_at_once(screen: Screen) -> None:
    one_account(screen)
    released = asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []
    really = screen.messages.show

    async def slowly(message: Message, pressed: Callable[[str], None]) -> str | None:
        loops.append(asyncio.get_running_loop())
        await released.wait()
        return await really(message, pressed)

    screen.messages.show = slowly  # type: ignore[method-assign]
    spend(screen, 750)
    screen.clock.move(seconds=30)
    screen.until(lambda: bool(loops))
    screen.set("ranktracker", **PLENTY)
    came: list[object] = []
    screen.desktop.readings.came.connect(came.append)
    screen.desktop.readings.refresh_all()
    screen.until(lambda: bool(came))
    loops[0].call_soon_threadsafe(released.set)
    screen.until(lambda: screen.messages.withdrawn == ["message-1"])
    screen.settle()
    assert deliveries(screen) == [("desktop", "shown"), ("desktop", "withdrawn")]


def test_a_warning_that_another_process_told_is_not_told_here(screen: Screen) -> None:
    one_account(screen)
    spend(screen, 750)
    tools = screen.desktop.parts.desk.tools
    assert tools.history.warned.mark_delivered([each.id for each in episodes(screen)], "banner", tools.clock()).result()
    nothing_more(screen, 0)


def test_a_snooze_is_there_after_a_restart_and_ends_when_the_account_recovers(screen: Screen) -> None:
    account = one_account(screen)
    spend(screen, 750)
    told(screen)
    screen.desktop.teller.snooze(account.id, 8)
    screen.settle()
    snoozed: list[frozenset[str]] = []
    screen.restart()
    screen.desktop.teller.snoozed.connect(snoozed.append)
    screen.desktop.teller.renew_quiet()
    assert snoozed[-1] == {account.id}
    screen.set("ranktracker", **PLENTY)
    screen.look(minutes=6)
    screen.until(lambda: snoozed[-1] == frozenset())
    spend(screen, 750)
    told(screen, 2)


# ---- quiet hours and the digest


def test_in_quiet_hours_nothing_is_told_in_any_way_and_afterwards_what_still_holds(
    receiver: Receiver, screen: Screen
) -> None:
    one_account(screen)
    assert add_address(screen, receiver.address("ok")) == ""
    choose(screen, quiet=Quiet(hour(screen, -1), hour(screen, 2)))
    spend(screen, 880)
    nothing_more_in_quiet(screen)
    assert receiver.paths == []
    assert not any("Agency" in each for each in screen.desktop.window.notices)
    screen.clock.move(hours=2)
    looks(screen, 1)
    told(screen)
    screen.until(lambda: receiver.paths == ["/ok"])


def nothing_more_in_quiet(screen: Screen) -> None:
    screen.clock.move(minutes=10)
    looks(screen, 2)
    screen.settle()
    assert screen.messages.shown == []


def test_what_is_over_by_the_end_of_the_quiet_hours_is_never_told(screen: Screen) -> None:
    one_account(screen)
    choose(screen, quiet=Quiet(hour(screen, -1), hour(screen, 2)))
    spend(screen, 750)
    nothing_more_in_quiet(screen)
    screen.set("ranktracker", **PLENTY)
    screen.look(minutes=6)
    screen.clock.move(hours=2)
    nothing_more(screen, 0)


def test_a_critical_warning_may_break_the_quiet_if_the_user_says_so(screen: Screen) -> None:
    one_account(screen)
    choose(screen, quiet=Quiet(hour(screen, -1), hour(screen, 2), critical_breaks=True))
    spend(screen, 750)
    nothing_more_in_quiet(screen)
    spend(screen, 130)
    assert told(screen).urgent


def test_the_digest_comes_once_a_day_with_what_is_open_still_also_over_a_restart(screen: Screen) -> None:
    one_account(screen)
    choose(screen, quiet=Quiet(digest_at=hour(screen, 3)))
    spend(screen, 750)
    told(screen)
    screen.look(hours=2)
    nothing_more(screen, 1)
    screen.look(hours=1)
    message = told(screen, 2)
    assert message.title == "1 warning is still open"
    assert message.text == "Ranktracker · Agency is low."
    assert ("digest", "shown") in deliveries(screen)
    screen.restart()
    screen.look(hours=20)
    nothing_more(screen, 2)
    screen.look(hours=4)
    told(screen, 3)
    screen.set("ranktracker", **PLENTY)
    screen.look(minutes=6)
    screen.look(hours=24)
    nothing_more(screen, 3)


# ---- the ways


def test_the_sound_is_asked_for_only_when_the_user_wants_it(screen: Screen) -> None:
    one_account(screen)
    choose(screen, sound=True)
    spend(screen, 750)
    assert told(screen).sound
    choose(screen, sound=False)
    spend(screen, 140)
    assert not told(screen, 2).sound


def test_top_up_opens_the_vendors_shop(screen: Screen) -> None:
    (account,) = screen.prepare(screen.by_hand("seo-rank-genius", "Sites", plan="pro"))
    screen.open()
    asked: list[str] = []
    screen.desktop.teller.link_requested.disconnect()
    screen.desktop.teller.link_requested.connect(asked.append)
    screen.desktop.teller.courier.deliver(bulletin(account.id, "shared", screen.clock.now))
    screen.settle()
    screen.desktop.teller.courier.deliver(bulletin("gone", "shared", screen.clock.now))
    screen.settle()
    assert screen.messages.shown == []  # neither is in the history: nobody may tell what is not kept
    kept = screen.desktop.parts.desk.tools.history
    fired = bulletin(account.id, "shared", screen.clock.now).episodes
    (episode,) = kept.record(account.id, None, screen.clock.now, (fired, ())).result()
    screen.desktop.teller.courier.deliver(Bulletin(Level.LOW, (account.id,), (episode,)))
    screen.settle()
    label, action = screen.messages.shown[0].buttons[2]
    assert label == "Top up"
    screen.messages.pressed[0](action)
    screen.until(lambda: bool(asked))
    entry = screen.desktop.parts.board.entry(account.id)
    assert entry is not None
    assert asked[0] in {pack.url for pack in entry.definition.packs if pack.pool == "shared"}


def bulletin(account: str, pool: str, now: datetime) -> Bulletin:
    found = group([Episode(account, Level.LOW, now.astimezone(UTC), pool, "", "percent")])
    assert found is not None
    return found


@pytest.mark.promise("C1", "addresses of mail and chat")
def test_mail_and_chat_get_the_message_once_and_no_part_of_the_address_is_written_anywhere(
    receiver: Receiver, screen: Screen
) -> None:
    one_account(screen)
    with logged(screen.places.data_dir / "raw.log"):
        assert add_address(screen, receiver.address(TOKEN, f"user:{TOKEN[::-1]}@")) == ""
        assert any(TOKEN in each for each in screen.memory.items.values())
        spend(screen, 750)
        message = told(screen)
        screen.until(lambda: receiver.paths == [f"/{TOKEN}"])
        screen.settle()
    assert receiver.bodies[0]["title"] == message.title
    assert receiver.bodies[0]["message"] == message.text
    assert sorted(deliveries(screen)) == [("apprise", "shown"), ("desktop", "shown")]
    for page in ("settings", "alerts", "activity"):
        screen.desktop.window.show_page(page)
        screen.settle()
    search = Search({"token": TOKEN, "password": TOKEN[::-1], "key": screen.key("ranktracker")})
    assert search.blob(spoken([screen.desktop.window])) == []
    screen.restart()
    assert list(screen.desktop.parts.settings.addresses.values()) == ["json://127.0.0.1…"]
    assert search.folder(screen.places.data_dir) == []
    assert search.blob(repr(screen.messages.shown) + repr(receiver.bodies)) == []


def test_an_address_that_fails_is_said_once_and_tried_again_only_with_the_next_warning(
    receiver: Receiver, screen: Screen
) -> None:
    one_account(screen)
    assert add_address(screen, receiver.address("403")) == ""
    spend(screen, 750)
    told(screen)
    screen.until(lambda: ("apprise", "failed") in deliveries(screen))
    said = "A warning did not reach json://127.0.0.1… The service refused it (HTTP 403)."
    assert screen.desktop.window.notices.count(said) == 1
    spend(screen, 0)
    assert len(receiver.paths) == 1
    spend(screen, 110)
    told(screen, 2)
    screen.until(lambda: deliveries(screen).count(("apprise", "failed")) == 2)
    assert screen.desktop.window.notices.count(said) == 1
    assert len(receiver.paths) == 2


def test_a_locked_keyring_is_why_an_address_failed(receiver: Receiver, screen: Screen) -> None:
    one_account(screen)
    assert add_address(screen, receiver.address("ok")) == ""
    screen.consume("ranktracker", keywords=750)
    screen.look(minutes=6)
    screen.memory.fail("KeyringLocked")
    told(screen)
    screen.until(lambda: ("apprise", "failed") in deliveries(screen))
    assert receiver.paths == []
    assert any("keyring is locked" in each for each in screen.desktop.window.notices)


def test_an_address_is_refused_when_it_is_wrong_tested_when_asked_and_forgotten_when_removed(
    receiver: Receiver, screen: Screen
) -> None:
    screen.open()
    addresses = screen.desktop.teller.courier.addresses
    assert "does not know this address" in add_address(screen, "nonsense")
    assert add_address(screen, receiver.address("ok")) == ""
    (number,) = screen.desktop.parts.settings.addresses
    said: list[str] = []
    screen.desktop.teller.courier.test_address(number, said.append)
    screen.until(lambda: said == ["json://127.0.0.1… took the test."])
    addresses.remove(number, said.append)
    screen.until(lambda: len(said) == 2)
    assert said[1] == ""
    assert screen.memory.keys() == set()
    screen.settle()
    assert screen.desktop.parts.settings.addresses == {}


def test_a_service_that_hangs_holds_neither_the_window_nor_the_end_up(receiver: Receiver, screen: Screen) -> None:
    one_account(screen)
    assert add_address(screen, receiver.address("slow")) == ""
    receiver.gate.clear()
    spend(screen, 750)
    told(screen)
    screen.until(lambda: receiver.paths == ["/slow"])
    screen.desktop.window.show_page("alerts")
    began = time.perf_counter()
    screen.desktop.close()
    assert time.perf_counter() - began < 2
    receiver.gate.set()


def test_a_rejected_key_and_a_long_outage_are_told_in_their_own_words(screen: Screen) -> None:
    one_account(screen)
    screen.fault(FaultKind.REJECT)
    screen.look(minutes=6)
    message = told(screen)
    assert message.title == "Ranktracker · Agency refuses its key"
    assert message.text == "It is not read again before you act."
    screen.clear()
    screen.desktop.readings.refresh_all()
    screen.until(lambda: screen.messages.withdrawn == ["message-1"])
    screen.fault(FaultKind.STATUS)
    for _ in range(3):  # it must hold twice, 20 minutes apart
        screen.look(hours=13)
    message = told(screen, 2)
    assert message.title == "Ranktracker · Agency could not be read for long"
