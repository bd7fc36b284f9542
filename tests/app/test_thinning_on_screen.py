"""While the window is open, old readings are thinned out day by day, and a damaged row that is met is said."""

import sqlite3
from datetime import timedelta
from decimal import Decimal

from tests.app.screen import Screen, spoken

from creditdesk.core.pools import Pool, PoolKind, Snapshot, Source


def look(screen: Screen) -> None:
    screen.desktop.keeping.look()
    screen.settle()


def test_readings_of_two_years_ago_are_thinned_out_from_the_second_day_on(screen: Screen) -> None:
    (account,) = screen.prepare(screen.draft("capsolver"))
    screen.open()
    history = screen.desktop.parts.desk.tools.history
    for number in range(20):
        at = screen.clock.now - timedelta(days=730) + timedelta(minutes=number)
        pool = Pool("past", "Past", PoolKind.PACKAGE, "calls", Decimal(50 - number))
        history.record(account.id, Snapshot(at, Source.BY_HAND, (pool,)), at).result(10)

    def points() -> int:
        found = {each.pool: each.points for each in history.series(account.id).result(10)}
        return len(found["past"])

    counts = []
    for _ in range(3):
        look(screen)
        counts.append(points())
        screen.look(minutes=24 * 60)
    assert counts == [20, 2, 2]


def test_a_damaged_row_that_is_met_while_the_window_is_open_is_said_with_the_accounts_name(screen: Screen) -> None:
    (account,) = screen.prepare(screen.draft("capsolver"))
    screen.set("capsolver", balance="24.5")
    screen.open()
    screen.desktop.keeping.start()
    screen.set("capsolver", balance="9.25")
    screen.look(minutes=40)
    connection = sqlite3.connect(screen.places.database)
    assert connection.execute("UPDATE point SET amount_left = '99.25' WHERE amount_left = '24.5'").rowcount
    connection.commit()
    connection.close()
    screen.desktop.parts.desk.tools.history.series(account.id).result(10)
    look(screen)
    assert f"of “{account.name}”" in spoken([screen.desktop.window])
    assert "was damaged and is left out" in spoken([screen.desktop.window])
    assert screen.left(account)["balance"] == Decimal("9.25")
