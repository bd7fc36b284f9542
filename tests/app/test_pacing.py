"""Work that is asked for at every change is done at once where it rested, once for many wishes, never twice at once."""

from pytestqt.qtbot import QtBot

from creditdesk.app.pacing import Paced


def test_many_wishes_while_it_is_under_way_are_one_after_it(qtbot: QtBot) -> None:
    done: list[int] = []
    paced = Paced(lambda: done.append(len(done)))
    paced.ask()
    assert done == [0]
    for _ in range(50):
        paced.ask()
    assert done == [0]
    paced.done()
    assert done == [0]
    qtbot.waitUntil(lambda: done == [0, 1])
    paced.done()


def test_what_the_user_waits_for_does_not_wait_for_a_rest(qtbot: QtBot) -> None:
    done: list[int] = []
    paced = Paced(lambda: done.append(len(done)))
    paced.ask()
    paced.done()
    paced.hurry()
    paced.ask()
    assert done == [0, 1]
    paced.hurry()
    paced.ask()
    assert done == [0, 1]
    paced.done()
    assert done == [0, 1, 2]
    paced.done()
