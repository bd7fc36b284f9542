"""A clock that is wrong is said, as long as it is (promise G2)."""

from datetime import timedelta

from tests.app.screen import Screen


def put_vendors_back(screen: Screen, minutes: int) -> None:
    screen.running.call(lambda sandbox: setattr(sandbox, "skew", -timedelta(minutes=minutes)))


def said(screen: Screen) -> list[str]:
    return [text for text in screen.desktop.window.notices if "clock" in text]


def test_a_clock_that_is_off_by_minutes_is_said_once_and_until_it_is_right(screen: Screen) -> None:
    screen.prepare(screen.draft("ranktracker"))
    screen.open()
    assert said(screen) == []
    put_vendors_back(screen, minutes=12)
    screen.look(minutes=6)
    screen.look(seconds=20)
    (notice,) = said(screen)
    assert "12 min ahead of the vendors'" in notice
    screen.look(minutes=6)
    screen.look(seconds=20)
    assert said(screen) == [notice]
    put_vendors_back(screen, minutes=0)
    screen.look(minutes=6)
    screen.look(seconds=20)
    assert said(screen) == []
