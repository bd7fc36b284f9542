"""A crossing is told once: by a notification, else beside the tray, else in the window; the same one never again."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from tests.app.screen import TRAY_MS, Screen, spoken
from tests.app.warning import PLENTY, deliveries, episodes, nothing_more, one_account, spend, told

from creditdesk.app.delivering import ONLY_HERE
from creditdesk.notify.message import Message
from creditdesk.sandbox import FaultKind
from creditdesk.ui.alerts_page import AlertsPage


def test_a_crossing_is_told_once_and_not_again_at_the_next_reading_nor_after_a_restart(screen: Screen) -> None:
    one_account(screen)
    spend(screen, 750)
    message = told(screen)
    assert message.title == "Ranktracker · Agency is low"
    assert message.text.startswith("Keywords: 150 of 1,000 left.")
    assert [label for label, _ in message.buttons] == ["Open", "Snooze 8 hours"]
    assert not message.urgent
    assert [each.delivered for each in episodes(screen)] == ["notification"]
    spend(screen, 1)
    spend(screen, 0)
    nothing_more(screen, 1)
    screen.restart()
    spend(screen, 1)
    nothing_more(screen, 1)
    assert "Alerts, 1" in spoken([screen.desktop.window.sidebar])


def test_a_worse_level_is_told_once_more_and_takes_the_place_of_the_first_message(screen: Screen) -> None:
    one_account(screen)
    spend(screen, 750)
    told(screen)
    spend(screen, 110)
    message = told(screen, 2)
    assert message.urgent
    assert message.title == "Ranktracker · Agency is nearly used up"
    screen.until(lambda: screen.messages.withdrawn == ["message-1"])
    spend(screen, 40)
    assert told(screen, 3).title == "Ranktracker · Agency is full"


def test_only_a_good_reading_well_over_the_threshold_arms_it_again(screen: Screen) -> None:
    one_account(screen)
    spend(screen, 750)
    told(screen)
    screen.fault(FaultKind.STATUS)
    screen.look(hours=1)
    screen.clear()
    screen.look(hours=5)
    nothing_more(screen, 1)
    screen.set("ranktracker", usage={"keywords": 795})  # 205 left: over 200, but not well over
    screen.look(minutes=6)
    spend(screen, 50)
    nothing_more(screen, 1)
    assert screen.messages.withdrawn == []
    screen.set("ranktracker", usage={"keywords": 500})
    screen.look(minutes=6)
    screen.until(lambda: screen.messages.withdrawn == ["message-1"])
    assert "Alerts, 1" not in spoken([screen.desktop.window.sidebar])
    spend(screen, 400)
    told(screen, 2)


def test_an_alert_that_was_not_told_when_the_desk_closed_is_told_after_the_next_start(screen: Screen) -> None:
    one_account(screen)
    screen.gathering.setInterval(60_000)
    spend(screen, 750)
    screen.restart(quiet=False)
    assert screen.messages.shown == []
    screen.look(minutes=6)
    told(screen)


def test_a_slow_notification_service_is_not_told_twice(screen: Screen) -> None:
    """The reading that comes while the first message is on its way brings the same episode once more."""
    account = one_account(screen)
    released: list[Callable[[], None]] = []
    really = screen.messages.show

    async def slowly(message: Message, pressed: Callable[[str], None]) -> str | None:
        waiting = asyncio.Event()
        loop = asyncio.get_running_loop()
        released.append(lambda: loop.call_soon_threadsafe(waiting.set))
        await waiting.wait()
        return await really(message, pressed)

    screen.messages.show = slowly  # type: ignore[method-assign]
    came: list[object] = []
    screen.desktop.readings.came.connect(came.append)
    screen.consume("ranktracker", keywords=750)
    screen.desktop.readings.refresh(account.id)
    screen.until(screen.gathering.isActive)
    screen.clock.move(seconds=30)
    screen.until(lambda: len(released) == 1)
    screen.desktop.readings.refresh(account.id)
    screen.until(lambda: len(came) == 2)
    screen.until(lambda: not screen.gathering.isActive())
    for release in released:
        release()
    told(screen)
    nothing_more(screen, 1)


def test_alerts_that_come_together_are_one_message(screen: Screen) -> None:
    screen.set("ranktracker", **PLENTY)
    other = screen.running.call(lambda box: box.add_account("ranktracker", name="second", **PLENTY))
    screen.prepare(screen.draft("ranktracker", "Agency"), screen.draft("ranktracker", "Studio", key=other))
    screen.open()
    screen.consume("ranktracker", keywords=750)
    screen.running.call(lambda box: box.consume("ranktracker", "second", keywords=870))
    screen.look(minutes=6)
    message = told(screen)
    assert message.title == "2 accounts run low"
    assert message.text == "Ranktracker · Studio, Ranktracker · Agency."
    assert {each.delivered for each in episodes(screen)} == {"notification"}


def test_with_notifications_off_the_window_says_it_and_hides_it_again_when_it_is_over(screen: Screen) -> None:
    one_account(screen)
    screen.desktop.parts.settings = screen.desktop.parts.desk.tools.chosen.change_settings(
        lambda before: type(before)(notifications=False)
    )
    spend(screen, 750)
    screen.clock.move(seconds=30)
    screen.until(lambda: any("is low" in text for text in screen.desktop.window.notices))
    screen.until(lambda: [each.delivered for each in episodes(screen)] == ["banner"])
    assert screen.messages.shown == []
    screen.set("ranktracker", usage={"keywords": 100})
    screen.look(minutes=6)
    screen.until(lambda: not any("is low" in text for text in screen.desktop.window.notices))


def test_without_a_notification_service_and_a_tray_the_window_says_it_once(screen: Screen) -> None:
    screen.messages.takes = False
    one_account(screen)
    assert any("no tray" in text for text in screen.desktop.window.notices)
    spend(screen, 750)
    screen.clock.move(seconds=30)
    screen.until(lambda: any("Ranktracker · Agency is low" in text for text in screen.desktop.window.notices))
    screen.until(lambda: [each.delivered for each in episodes(screen)] == ["banner"])
    assert any("no tray" in text for text in screen.desktop.window.notices)
    screen.restart()
    spend(screen, 1)
    screen.settle()
    assert screen.desktop.window.notices == []


def test_a_warning_waits_for_a_tray_that_may_still_come_and_is_told_when_none_does(screen: Screen) -> None:
    """Right after log-in: no notification service, no tray and, maybe, no window that anybody sees."""
    screen.messages.takes = False
    screen.tray_ms = 60_000
    screen.set("ranktracker", **PLENTY)
    screen.prepare(screen.draft("ranktracker", "Agency"))
    screen.open(quiet=False)
    screen.settle()
    spend(screen, 750)
    screen.clock.move(minutes=1)
    screen.until(lambda: deliveries(screen) == [("desktop", "failed")])
    assert screen.desktop.window.notices == []
    assert [each.delivered for each in episodes(screen)] == ["missed"]
    screen.tray_looks.setInterval(TRAY_MS)
    screen.until(lambda: any("Ranktracker · Agency is low" in text for text in screen.desktop.window.notices))
    screen.until(lambda: [each.delivered for each in episodes(screen)] == ["banner"])


def test_a_banner_that_is_on_screen_follows_hidden_amounts(screen: Screen) -> None:
    screen.messages.takes = False
    one_account(screen)
    spend(screen, 750)
    screen.clock.move(seconds=30)
    screen.until(lambda: any("150 of 1,000" in text for text in screen.desktop.window.notices))
    hiding = type(screen.desktop.parts.settings)(hide_amounts=True, hide_names=True)
    screen.desktop.pages.settings_changed.emit(hiding)
    said = [text for text in screen.desktop.window.notices if "low" in text]
    assert len(said) == 1
    assert "150" not in said[0]
    assert "Agency" not in said[0]


def test_a_message_hides_what_is_to_be_hidden(screen: Screen) -> None:
    one_account(screen)
    hiding = replace(screen.desktop.parts.settings, hide_amounts=True, hide_names=True)
    screen.desktop.pages.settings_changed.emit(hiding)
    screen.desktop.parts.desk.tools.chosen.change_settings(lambda _: hiding)
    spend(screen, 750)
    message = told(screen)
    assert message.title == "Ranktracker · ••• is low"
    assert message.text.startswith("Keywords: ••• of ••• left.")


def test_sample_data_never_warns(screen: Screen) -> None:
    screen.sample = True
    one_account(screen)
    spend(screen, 880)
    nothing_more(screen, 0)
    assert screen.desktop.window.notices == []
    assert episodes(screen)


def test_a_muted_account_does_not_warn_and_warns_again_when_it_may(screen: Screen) -> None:
    account = one_account(screen)
    screen.desktop.stories.mute(account.id, True)
    screen.settle()
    spend(screen, 750)
    nothing_more(screen, 0)
    screen.desktop.stories.mute(account.id, False)
    screen.settle()
    screen.look(minutes=6)
    told(screen)


def test_a_snoozed_account_is_quiet_for_its_hours_also_over_a_restart_and_then_it_is_told(screen: Screen) -> None:
    account = one_account(screen)
    screen.desktop.teller.snooze(account.id, 8)
    screen.settle()
    assert "Warnings are quiet for 8 h." in spoken(screen.desktop.window.toasts.shown)
    spend(screen, 750)
    nothing_more(screen, 0)
    screen.restart()
    screen.look(hours=5)
    nothing_more(screen, 0)
    screen.look(hours=4)
    told(screen)


def test_snoozing_everything_from_the_tray_takes_the_message_back_and_keeps_new_ones(screen: Screen) -> None:
    one_account(screen)
    spend(screen, 750)
    told(screen)
    screen.desktop.tray.snooze_requested.emit(1.0)
    screen.until(lambda: screen.messages.withdrawn == ["message-1"])
    spend(screen, 120)
    nothing_more(screen, 1)
    screen.look(hours=2)
    assert told(screen, 2).urgent


def test_the_buttons_of_a_message_open_the_account_and_snooze_it(screen: Screen) -> None:
    account = one_account(screen)
    spend(screen, 750)
    told(screen)
    screen.desktop.window.hide()
    screen.messages.pressed[0]("open")
    screen.until(screen.desktop.window.isVisible)
    assert screen.desktop.window.page_name == "history"
    screen.messages.pressed[0]("snooze")
    screen.settle()
    screen.until(lambda: all(each.snoozed_until for each in episodes(screen)))
    assert screen.desktop.parts.board.entry(account.id) is not None


def test_the_alerts_page_says_how_it_was_told(screen: Screen) -> None:
    one_account(screen)
    spend(screen, 750)
    told(screen)
    screen.desktop.window.show_page("alerts")
    page = screen.desktop.window.page("alerts")
    assert isinstance(page, AlertsPage)
    screen.until(lambda: len(page.open_episodes()) == 1)
    screen.settle()
    screen.until(lambda: "Shown as a notification" in spoken([page]))
    assert "150 of 1,000 left: 15 %, rule: under 20 %." in spoken([page])


def test_a_test_message_says_which_way_it_took(screen: Screen) -> None:
    screen.open()
    said: list[str] = []
    screen.desktop.teller.courier.test(said.append)
    screen.until(lambda: said == ["The test was sent as a desktop notification."])
    screen.messages.takes = False
    screen.desktop.teller.courier.test(said.append)
    screen.until(lambda: any("warnings come here" in text for text in screen.desktop.window.notices))
    assert said[1] == ONLY_HERE


def test_an_account_that_is_removed_takes_its_message_along(screen: Screen) -> None:
    account = one_account(screen)
    spend(screen, 750)
    told(screen)
    screen.desktop.stories.remove(account.id)
    screen.until(lambda: screen.messages.withdrawn == ["message-1"])
