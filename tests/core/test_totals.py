"""Totals add only what may be added: shared pools once, old and failed readings never, and that is said."""

from datetime import timedelta

from tests.core.desk_facts import NOW, D, pool, snapshot, vendor

from creditdesk.core.definition import Definition
from creditdesk.core.pools import Account, Level, Pool, PoolKind, Reading, Snapshot, Trouble, TroubleKind
from creditdesk.core.stock import in_order, is_top_up, left_of, matches, place
from creditdesk.core.totals import Total, totals

GENIUS = vendor(drain=("shared", "domain"), total_label="Total available", pools=())


def reading(name: str, *pools: Pool, at: timedelta = timedelta(), **more: object) -> Reading:
    held: Snapshot | None = snapshot(*pools, at=NOW - at) if pools else None
    more.setdefault("trouble", None)
    return Reading(Account(name, name, "vendor"), held, level=Level.GOOD, **more)  # type: ignore[arg-type]


def add(*readings: Reading, definition: Definition = GENIUS) -> tuple[Total, ...]:
    return totals([(definition, each) for each in readings], NOW)


def shared(left: int) -> Pool:
    return pool("shared", left, shared_by="vendor/shared/licence-1")


def test_a_pool_shared_by_several_sites_counts_once_at_its_newest() -> None:
    (total,) = add(
        reading("a", shared(3450), pool("domain", 1370), at=timedelta(minutes=5)),
        reading("b", shared(3400), pool("domain", 10)),
        reading("c", shared(9999), pool("domain", 1), at=timedelta(minutes=9)),
    )
    assert total == Total("vendor", "credits", "", "Total available", D(3400 + 1370 + 10 + 1), 3, 0)


def test_two_licences_are_two_pools() -> None:
    other = pool("shared", 5, shared_by="vendor/shared/licence-2")
    assert add(reading("a", shared(1)), reading("b", other))[0].left == 6
    assert add(reading("a", pool("shared", 1)), reading("b", pool("shared", 2)))[0].left == 3


def test_old_and_failed_readings_are_left_out_and_counted() -> None:
    (total,) = add(
        reading("a", pool("domain", 7)),
        reading("b", pool("domain", 100), stale=True),
        reading("c", pool("domain", 100), trouble=Trouble(TroubleKind.VENDOR_DOWN, "Down.")),
        reading("d"),
    )
    assert (total.left, total.accounts, total.left_out) == (7, 1, 2)


def test_pools_that_do_not_stand_in_for_one_another_are_not_added() -> None:
    held = (pool("on-demand", 38), pool("serp", 22))
    found = add(reading("a", *held), reading("b", *held), definition=vendor(drain=()))
    assert [(each.pool, each.label, each.left) for each in found] == [
        ("on-demand", "On-Demand", 76),
        ("serp", "Serp", 44),
    ]


def test_units_are_never_mixed() -> None:
    held = (pool("shared", 5, unit="USD"), pool("domain", 7, unit="calls"))
    assert {each.unit: each.left for each in add(reading("a", *held))} == {"USD": 5, "calls": 7}


def test_rates_parts_expired_and_unknown_amounts_are_in_no_total() -> None:
    held = (
        pool("domain", 7),
        pool("shared", 7, part_of="domain"),
        pool("hourly", 7, PoolKind.RATE),
        pool("gone", 7, PoolKind.PACKAGE, expires_at=NOW),
        pool("mute", None),
    )
    assert [each.left for each in add(reading("a", *held))] == [7]
    assert add() == ()


def test_families_and_orders_of_pools() -> None:
    assert matches("grant:*", "grant:7")
    assert not matches("grant:*", "balance")
    assert matches("balance", "balance")
    assert place(("grant:*", "balance"), "balance") == 1
    assert place((), "balance") is None
    late, soon, other = (
        pool(name, 1, expires_at=NOW + timedelta(days=d)) for name, d in (("g:1", 9), ("g:2", 1), ("x", 0))
    )
    assert [each.id for each in in_order([other, late, soon, pool("g:3", 1)], ("g:*",))] == ["g:2", "g:1", "g:3", "x"]
    assert left_of(pool("a", None, used=D(3), limit=D(10))) == 7
    assert left_of(pool("a", None, used=D(3))) is None


def test_a_refund_is_no_top_up() -> None:
    assert [is_top_up(D(20), D(after)) for after in ("20", "20.8", "21.9", "22", "19")] == [False] * 3 + [True, False]
    assert is_top_up(D(0), D(1))
    assert is_top_up(D(-5), D(1))
    assert not is_top_up(D(0), D(0))
    assert not is_top_up(D(-5), D("-4.9"))
