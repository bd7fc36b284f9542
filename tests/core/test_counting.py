"""A counted balance is the last certain point, what was added since, less what was charged since; to the last digit."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from tests.core.desk_facts import D, vendor
from tests.proving import size

from creditdesk.core.charges import Charge, ChargeState, Draw, Entry, EntryKind, Known
from creditdesk.core.counting import Certain, Count, Counted, Gap, count
from creditdesk.core.definition import Definition, PoolRule, When
from creditdesk.core.pools import Pool, PoolKind, Source

START = datetime(2026, 11, 20, tzinfo=UTC)
TURN = datetime(2026, 12, 1, tzinfo=UTC)


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def seo() -> Definition:
    turn = When(every="month", anchor="first")
    monthly = PoolRule("monthly", "Monthly", PoolKind.ALLOWANCE, "credits", typed=True, reset=turn)
    return vendor(pools=(monthly, PoolRule("top-up", "Top-up", PoolKind.WALLET, "credits", typed=True)))


def certain(pool: str, left: str | None, hours: float = 0, **more: object) -> Certain:
    kind = PoolKind.ALLOWANCE if pool == "monthly" else PoolKind.WALLET
    limit = D(500) if pool == "monthly" else None
    facts: dict[str, object] = {"kind": kind, "limit": limit, **more}
    source = facts.pop("source", Source.BY_HAND)
    assert isinstance(source, Source)
    return Certain(
        Pool(pool, pool, unit="credits", left=None if left is None else D(left), **facts),  # type: ignore[arg-type]
        at(hours),
        source,
    )


def spent(amount: str | None, hours: float, *pools: str, **more: object) -> Charge:
    draws = None if amount is None else (Draw(D(amount), pools),)
    state = ChargeState.UNKNOWN if amount is None else ChargeState.BOOKED
    given: dict[str, object] = {"state": state, "draws": draws, **more}
    return Charge(f"c{hours}", "a", at(hours), **given)  # type: ignore[arg-type]


def typed(kind: EntryKind, amount: str, hours: float, pool: str = "top-up", **more: object) -> Entry:
    return Entry(f"e{hours}", "a", pool, kind, D(amount), at(hours), **more)  # type: ignore[arg-type]


BOTH = (certain("monthly", "10"), certain("top-up", "100"))


def left(counted: Counted) -> dict[str, Decimal | None]:
    return {each.pool.id: each.pool.left for each in counted.pools}


def test_the_monthly_credits_go_first_then_the_top_up() -> None:
    counted = count(seo(), BOTH, (), [spent("4", 1), spent("9", 2), spent("1", 3)], at(4))
    assert left(counted) == {"monthly": 0, "top-up": 96}
    assert [each.charged for each in counted.pools] == [10, 4]
    assert [each.source for each in counted.pools] == [Source.METERED, Source.METERED]
    assert (counted.at, counted.metered) == (at(3), True)


def test_without_any_charge_a_number_is_what_it_was() -> None:
    counted = count(seo(), BOTH, (), (), at(4))
    assert left(counted) == {"monthly": 10, "top-up": 100}
    assert [each.source for each in counted.pools] == [Source.BY_HAND, Source.BY_HAND]
    assert (counted.at, counted.metered) == (at(0), False)


def test_what_cost_nothing_leaves_the_number_as_it_is() -> None:
    free = [spent("1", hours, draws=(), status=status) for hours, status in ((1, 401), (2, 422), (3, 429), (4, 200))]
    assert left(count(seo(), BOTH, (), free, at(5))) == {"monthly": 10, "top-up": 100}


def test_a_charge_before_the_certain_point_is_in_it_already() -> None:
    balance = typed(EntryKind.BALANCE, "50", 2)
    assert (
        left(count(seo(), BOTH, [balance], [spent("3", 1, "top-up"), spent("5", 3, "top-up")], at(4)))["top-up"] == 45
    )


def test_a_charge_that_began_at_the_very_instant_of_the_certain_point_comes_after_it() -> None:
    assert left(count(seo(), BOTH, (), [spent("3", 0)], at(1)))["monthly"] == 7


def test_an_undone_entry_and_an_undone_charge_count_for_nothing() -> None:
    entries = [typed(EntryKind.TOP_UP, "40", 1), typed(EntryKind.TOP_UP, "7", 1.5, undone=True)]
    charges = [spent("3", 2, state=ChargeState.UNDONE), spent("2", 3, "top-up")]
    counted = count(seo(), BOTH, entries, charges, at(4))
    assert left(counted) == {"monthly": 10, "top-up": 138}
    assert counted.pools[1].added == 40


def test_what_a_certain_point_could_not_explain_is_never_counted_again() -> None:
    unexplained = spent("9", 1, "top-up", known=Known.UNEXPLAINED)
    assert left(count(seo(), BOTH, (), [unexplained], at(2)))["top-up"] == 100


def test_a_charge_across_the_months_turn_is_told_as_doubt() -> None:
    before = (TURN - START) / timedelta(hours=1)
    across = spent("4", before - 0.01, ended_at=TURN + timedelta(seconds=9))
    counted = count(seo(), BOTH, (), [across, spent("6", before + 1)], TURN + timedelta(hours=2))
    monthly = counted.pool("monthly")
    assert monthly is not None
    assert (monthly.pool.left, monthly.doubt, monthly.source) == (494, 4, Source.ESTIMATED)
    assert (monthly.refilled_at, monthly.added, monthly.charged) == (TURN, 494, 10)
    assert monthly.pool.resets_at == datetime(2027, 1, 1, tzinfo=UTC)


def test_a_reset_after_counted_charges_refills_only_the_allowance() -> None:
    counted = count(seo(), BOTH, (), [spent("14", 1)], TURN + timedelta(days=70))
    assert left(counted) == {"monthly": 500, "top-up": 96}
    assert counted.pools[0].refilled_at == datetime(2027, 2, 1, tzinfo=UTC)


def test_a_charge_whose_cost_nobody_knows_makes_the_number_an_at_most() -> None:
    counted = count(seo(), BOTH, (), [spent(None, 1, expected=D(5)), spent("3", 2)], at(3))
    monthly = counted.pools[0]
    assert (monthly.pool.left, monthly.unknown, monthly.doubt, monthly.at_most) == (7, 1, 5, True)
    assert monthly.source is Source.ESTIMATED
    assert counted.snapshot().source is Source.ESTIMATED
    assert count(seo(), (*BOTH, certain("monthly", "6", 2)), (), [spent(None, 1)], at(3)).pools[0].unknown == 0


def test_an_open_charge_is_under_way_and_after_ten_minutes_unknown() -> None:
    under_way = spent(None, 1, state=ChargeState.OPEN, expected=D(2))
    soon = count(seo(), BOTH, (), [under_way], at(1) + timedelta(minutes=9))
    assert (soon.open, soon.reserved, soon.pools[0].unknown, soon.pools[0].source) == (1, 2, 0, Source.BY_HAND)
    late = count(seo(), BOTH, (), [under_way], at(2))
    assert (late.pools[0].unknown, late.pools[0].doubt, late.pools[0].source) == (1, 2, Source.ESTIMATED)


def test_grants_are_spent_by_the_earliest_expiry_and_end_there() -> None:
    grants = [
        typed(EntryKind.GRANT, "20", 1, expires_at=at(30)),
        typed(EntryKind.GRANT, "10", 2, expires_at=at(20)),
    ]
    charges = [spent("13", 3, "top-up")]
    assert left(count(seo(), BOTH, grants, charges, at(10)))["top-up"] == 117
    counted = count(seo(), BOTH, grants, charges, at(40))
    assert left(counted)["top-up"] == 100
    assert counted.pools[1].lost == 17


def test_packages_are_emptied_by_the_earliest_expiry_and_none_after_it() -> None:
    leads = vendor(drain=("grant:*", "balance"), pools=())
    packages = [
        certain("grant:late", "50", kind=PoolKind.PACKAGE, expires_at=at(90)),
        certain("grant:soon", "30", kind=PoolKind.PACKAGE, expires_at=at(10)),
        certain("grant:over", "5", kind=PoolKind.PACKAGE, expires_at=at(1)),
    ]
    charges = [spent("20", 2), spent("20", 3), spent("1", 11)]
    assert left(count(leads, packages, (), charges, at(12))) == {"grant:late": 39, "grant:soon": 0, "grant:over": 5}


def test_each_of_two_draws_pays_by_itself() -> None:
    ranks = vendor(drain=(), pools=())
    pools = [certain("keywords", "10", kind=PoolKind.SLOTS), certain("rows", "50", kind=PoolKind.SLOTS)]
    both = spent("0", 1, draws=(Draw(D(3), ("keywords",)), Draw(D(12), ("rows",))))
    counted = count(ranks, pools, (), [both, spent("1", 2)], at(3))
    assert left(counted) == {"keywords": 7, "rows": 38}
    assert counted.unplaced == 1  # nobody says which pool it is of


def test_what_no_pool_holds_is_owed_by_the_last_one() -> None:
    counted = count(seo(), BOTH, (), [spent("120", 1)], at(2))
    assert left(counted) == {"monthly": 0, "top-up": -10}


def test_a_pool_that_was_never_typed_may_have_paid_and_says_so() -> None:
    counted = count(seo(), (certain("monthly", None), BOTH[1]), (), [spent("7", 1)], at(2))
    assert left(counted) == {"monthly": None, "top-up": 100}
    assert counted.pools[1].source is Source.ESTIMATED
    assert counted.pools[0].charged == 7


def test_no_digit_is_lost() -> None:
    tiny, huge = "0.000000000000000000000000000001", "1234567890123456789012345678901234567890"
    start = (certain("monthly", "0"), certain("top-up", huge))
    charges = [spent(tiny, hours) for hours in range(1, 8)]
    found = left(count(seo(), start, (), charges, at(9)))["top-up"]
    assert str(found) == "1234567890123456789012345678901234567889.999999999999999999999999999993"


def test_a_clock_that_went_back_loses_no_charge_and_the_number_says_it_is_a_guess() -> None:
    counted = count(seo(), BOTH, (), [spent("3", 5)], at(1))
    assert left(counted)["monthly"] == 7
    ahead = count(seo(), (certain("monthly", "10", 5), BOTH[1]), (), (), at(1))
    assert left(ahead)["monthly"] is None


def test_a_spend_that_only_knows_what_was_used_goes_up() -> None:
    cloud = vendor(drain=("month",), pools=())
    month = certain("month", None, kind=PoolKind.SPEND, used=D(12), resets_at=at(20))
    charges = [spent("3", 1), spent("4", 21)]
    assert count(cloud, [month], (), charges[:1], at(2)).pools[0].pool.used == 15
    assert count(cloud, [month], (), charges, at(22)).pools[0].pool.used == 4


def test_a_part_is_taken_from_the_whole_too() -> None:
    parted = vendor(drain=("all",), pools=())
    pools = [certain("all", "100"), certain("shared", "60", part_of="all")]
    counted = count(parted, pools, (), [spent("5", 1), spent("7", 2, "shared")], at(3))
    assert left(counted) == {"all": 88, "shared": 53}


def test_what_was_counted_less_what_stands_is_a_gap_of_each_pool() -> None:
    entries = [typed(EntryKind.BALANCE, "5", 2, "monthly"), typed(EntryKind.BALANCE, "101", 2)]
    counting = Count(seo(), BOTH, entries)
    counting.take(spent("4", 1))
    counting.take(spent(None, 1.5))
    counting.advance(at(2))
    assert counting.gaps == [Gap("monthly", at(2), D(1), 1), Gap("top-up", at(2), D(-1), 1)]


# ---- against a plain model


class Model:
    """The same rules as a plain loop over whole credits, hour by hour."""

    def __init__(self) -> None:
        self.pots: dict[str, list[list[int]]] = {"monthly": [], "top-up": []}  # [expiry hour, amount]

    def left(self, pool: str) -> int:
        return sum(amount for _, amount in self.pots[pool])

    def hour(self, hour: int) -> None:
        if hour == (TURN - START) // timedelta(hours=1):
            self.pots["monthly"] = [[10**6, 500]]
        for pool in self.pots:
            self.pots[pool] = [each for each in self.pots[pool] if each[0] > hour]

    def set(self, pool: str, amount: int) -> None:
        grants = sorted(each for each in self.pots[pool] if each[0] < 10**6 and each[1])
        while grants and sum(each[1] for each in grants) > amount:
            grants[0][1] -= 1
            if not grants[0][1]:
                grants.pop(0)
        self.pots[pool] = [*grants, [10**6, amount - sum(each[1] for each in grants)]]

    def spend(self, amount: int) -> None:
        for pool in ("monthly", "top-up"):
            for pot in sorted(self.pots[pool]):
                while amount and pot[1] > 0:
                    pot[1] -= 1
                    amount -= 1
        if amount:
            next(each for each in self.pots["top-up"] if each[0] == 10**6)[1] -= amount


@pytest.mark.parametrize("seed", range(size(40, 3000)))
def test_whatever_happens_in_whatever_order_the_count_is_that_of_a_plain_model(seed: int) -> None:
    chance = random.Random(seed)
    model, entries, charges = Model(), [], []
    model.set("monthly", 60)
    model.set("top-up", 40)
    points = (certain("monthly", "60"), certain("top-up", "40"))
    gaps = []
    for hour in range(1, 320):
        model.hour(hour)
        what = chance.random()
        if what < 0.08:
            pool, amount = chance.choice(("monthly", "top-up")), chance.randrange(200)
            gaps.append((pool, at(hour), model.left(pool) - amount))
            entries.append(typed(EntryKind.BALANCE, str(amount), hour, pool))
            model.set(pool, amount)
        elif what < 0.12:
            entries.append(typed(EntryKind.TOP_UP, "50", hour))
            next(each for each in model.pots["top-up"] if each[0] == 10**6)[1] += 50
        elif what < 0.15:
            ends = hour + chance.randrange(1, 60)
            entries.append(typed(EntryKind.GRANT, "30", hour, expires_at=at(ends)))
            model.pots["top-up"].append([ends, 30])
        elif what < 0.6:
            amount = chance.choice((0, 1, 1, 4, 25))
            charges.append(spent(str(amount), hour))
            model.spend(amount)
    told = list(charges)
    chance.shuffle(told)
    counted = count(seo(), points, entries, told, at(330))
    model.hour(330)
    for hour in range(320, 331):
        model.hour(hour)
    assert left(counted) == {"monthly": model.left("monthly"), "top-up": model.left("top-up")}
    for each in counted.pools:
        assert each.certain is not None
        assert each.pool.left == each.certain + each.added - each.lost - each.charged
    stepwise = Count(seo(), points, entries)
    for charge in charges:
        assert stepwise.takes(charge)
        stepwise.take(charge)
    assert stepwise.counted(at(330)) == counted
    assert [each[:3] for each in stepwise.gaps] == gaps


def test_charges_told_late_within_a_quiet_hour_come_to_the_same() -> None:
    chance = random.Random(5)
    charges = [spent(str(chance.randrange(1, 9)), 1 + each / 100) for each in range(60)]
    mixed = list(charges)
    chance.shuffle(mixed)
    stepwise = Count(seo(), BOTH)
    stepwise.advance(at(0))
    for charge in mixed:
        assert stepwise.takes(charge)
        stepwise.take(charge)
    assert stepwise.counted(at(9)) == count(seo(), BOTH, (), charges, at(9))
    assert not stepwise.takes(spent("1", -1))
