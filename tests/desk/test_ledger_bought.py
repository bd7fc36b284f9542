"""What was bought or typed beside the counting: a top-up that was not entered, one taken back, balances of before."""

from datetime import UTC
from decimal import Decimal

from tests.desk.test_ledger import Till, seo, till
from tests.desk.world import World

from creditdesk.cli.ledger_lines import ledger_lines
from creditdesk.core.charges import EntryKind
from creditdesk.core.pools import Account
from creditdesk.core.series import EventKind
from creditdesk.desk.statements import month_statement

__all__ = ["seo", "till"]

D = Decimal


def told(world: World, account: Account) -> list[str]:
    shown = world.run(world.desk.ledger.shown(account.id))
    return ledger_lines(account, shown)


def top_ups(world: World) -> list[Decimal | None]:
    events = world.desk.tools.history.events().result()
    return [each.amount for each in events if each.kind is EventKind.TOP_UP]


def test_what_was_bought_and_not_entered_says_what_it_may_be_and_is_explained_by_adding_it(
    world: World, seo: Account, till: Till
) -> None:
    till.spend("12")
    world.clock.move(minutes=5)
    bought_at = world.clock()
    world.clock.move(minutes=5)
    till.add(EntryKind.BALANCE, "148")
    assert till.drifts() == [("top-up", -50)]
    assert "ledger add top-up 50 --account oneclickseo --pool top-up --at INSTANT" in "\n".join(told(world, seo))
    till.add(EntryKind.TOP_UP, "50", at=bought_at)
    assert till.drifts() == []
    assert world.left(seo) == {"monthly": 0, "top-up": 148}
    assert "bought credits" not in "\n".join(told(world, seo))


def test_more_that_is_gone_than_was_charged_is_no_top_up(world: World, seo: Account, till: Till) -> None:
    till.spend("12")
    world.clock.move(minutes=5)
    till.add(EntryKind.BALANCE, "90")
    assert till.drifts() == [("top-up", 8)]
    assert "bought credits" not in "\n".join(told(world, seo))


def test_a_top_up_that_is_taken_back_leaves_no_line_in_the_activity(world: World, seo: Account, till: Till) -> None:
    till.spend("12")
    world.clock.move(minutes=5)
    kept = till.add(EntryKind.TOP_UP, "70")
    world.clock.move(minutes=5)
    gone = till.add(EntryKind.TOP_UP, "50")
    assert top_ups(world) == [50, 70]
    world.run(till.ledger.undo(gone.id))
    assert top_ups(world) == [70]
    world.run(till.ledger.undo(kept.id))
    assert top_ups(world) == []
    assert world.left(seo) == {"monthly": 0, "top-up": 98}


def test_the_first_metered_month_holds_what_typed_balances_fell_by_before_it(
    world: World, seo: Account, till: Till
) -> None:
    world.type(seo, top_up=80)
    world.clock.move(days=1)
    world.type(seo, top_up=70)
    world.clock.move(days=1)
    till.spend("14", client="Nord")
    world.clock.move(hours=1)
    world.type(seo, top_up=60)
    whole = world.run(month_statement(world.desk.tools, "2026-09", UTC))
    used = {pool: D(0) for pool in ("monthly", "top-up")}
    for line in whole.lines:
        used[line.pool] += line.amount
    assert used == {"monthly": 10, "top-up": 40}
    world.clock.move(days=30)
    later = world.run(month_statement(world.desk.tools, "2026-10", UTC))
    assert sum((line.amount for line in later.lines), D(0)) == 0
