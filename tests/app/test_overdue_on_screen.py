"""An account that is silent for over a day is told, although nobody gets an answer that would set it off."""

from tests.app.screen import Screen
from tests.app.warning import episodes, nothing_more, one_account, told

from creditdesk.sandbox import FaultKind


def test_a_day_of_silence_is_told_once_and_the_next_good_reading_takes_it_back(screen: Screen) -> None:
    one_account(screen)
    screen.fault(FaultKind.STATUS, "ranktracker")
    screen.look(hours=25)
    screen.look(minutes=10)
    nothing_more(screen, 0)
    screen.look(minutes=15)
    assert told(screen).title == "Ranktracker · Agency could not be read for long"
    screen.look(hours=3)
    nothing_more(screen, 1)
    screen.clear()
    screen.look(hours=1)
    screen.until(lambda: screen.messages.withdrawn == ["message-1"])
    assert [(each.rule, each.cleared_at is not None) for each in episodes(screen)] == [("not-read", True)]
