"""The sizer's page and the command learn the same from charges and imports."""

from datetime import timedelta
from decimal import Decimal

from tests.app.screen import Screen
from tests.app.test_ledger_on_screen import Book, book

from creditdesk.app.lessons import Lessons
from creditdesk.core.charges import Charge, ChargeState, Draw, Known
from creditdesk.core.tallies import newest_lessons
from creditdesk.core.verdict import Learned
from creditdesk.desk.learning import learned
from creditdesk.store.charges import Charges

__all__ = ["book"]

D = Decimal


def test_what_was_charged_teaches_the_window_what_it_teaches_the_command(book: Book, screen: Screen) -> None:
    history, heard = screen.desktop.parts.desk.tools.history, list[bool]()
    lessons = Lessons(screen.desktop.parts, lambda: heard.append(True))
    at, draws = screen.clock() - timedelta(minutes=5), (Draw(D(3)),)
    told = {"known": Known.REPORTED, "state": ChargeState.BOOKED, "items": 2, "expected": D(2)}
    charge = Charge("c1", book.account.id, at, "serp-overview", draws, **told)  # type: ignore[arg-type]
    Charges(history.connections).settle(charge).result(10)
    history.counts.learn().result(10)
    lessons.of(())
    screen.until(lambda: bool(heard))
    found: list[object] = []

    async def by_command() -> object:
        return await learned(history, book.account.id)

    screen.desktop.parts.ask(by_command, found.append)
    screen.until(lambda: bool(found))
    assert lessons.of(()) == {book.account.id: found[0]}
    assert found[0] == {"serp-overview": Learned(2, at, {}, {}, D("1.5"), charged=True)}
    newer = Learned(10, at + timedelta(minutes=1), {}, {}, D(2))
    (foretold,) = history.counts.summed(book.account.id).result(10).foretold
    assert newest_lessons({"serp-overview": newer}, [foretold]) == {"serp-overview": newer}
    assert newest_lessons({"serp-overview": None}, ()) == {}
