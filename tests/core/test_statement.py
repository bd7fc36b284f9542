"""A month's statement: who used what, why something is of no client, and the price that was taken, dated."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from tests.core.desk_facts import FACT, vendor

from creditdesk.core.months import month_of, month_span, months_down, zone_words
from creditdesk.core.offers import Fact, Pack, Plan
from creditdesk.core.pools import PoolKind
from creditdesk.core.sending import Batch, BatchState, Place, Sending, split
from creditdesk.core.series import Event, EventKind
from creditdesk.core.statement import Line, Reason, Statement
from creditdesk.core.statement_making import Books, PoolFacts, statement, typed_falls, when
from creditdesk.core.statement_prices import NoPrice, Rate, pack_of, rate_of
from creditdesk.core.statement_table import HEADER, rows

D = Decimal
SINCE = datetime(2026, 11, 1, tzinfo=UTC)
FRAME = Statement("2026-11", SINCE, SINCE + timedelta(days=30))
POOL = PoolFacts("monthly", "Monthly", PoolKind.ALLOWANCE, "credits")
PLAN = Plan("growth", "Growth", FACT, limits={"monthly": D(1000)}, currency="EUR", unit_price=D("0.0008"))


def pack(amount: int, price: str, pool: str = "top-up", currency: str = "USD") -> Pack:
    return Pack(f"p{amount}", f"{amount} credits", pool, D(amount), D(price), currency, "https://vendor.example", FACT)


def sent(client: str = "", spent: int | None = 30, **changes: object) -> Sending:
    made = Sending("s1", "a1", "run", Place("p", "example.com"), 3, 3, SINCE, batches=split(3, 3), client=client)
    made = replace(made, spent=None if spent is None else {"monthly": D(spent)})
    return replace(made, **changes)  # type: ignore[arg-type]


def books(client: str = "Acme", used: int = 100, *imports: Sending, **more: object) -> Books:
    plain: dict[str, object] = {"definition": vendor(), "pools": (POOL,), "used": {"monthly": D(used)}}
    return Books("a1", client, imports=imports, **{**plain, **more})  # type: ignore[arg-type]


def shares(*made: Books) -> dict[str, tuple[Decimal, Reason | None]]:
    return {line.client: (line.amount, line.reason) for line in statement(FRAME, made).lines}


def test_an_account_of_one_client_is_that_clients_whatever_its_imports_took() -> None:
    assert shares(books()) == {"Acme": (D(100), None)}
    assert shares(books("Acme", 100, sent())) == {"Acme": (D(100), None)}
    assert shares(books("Acme", 100, sent("Acme", 300))) == {"Acme": (D(100), None)}


def test_an_import_for_another_client_leaves_the_rest_to_nobody() -> None:
    found = shares(books("Acme", 100, sent("Beta")))
    assert found == {"Beta": (D(30), None), "": (D(70), Reason.SHARED)}
    both = shares(books("Acme", 100, sent("Beta"), sent()))
    assert both == {"Beta": (D(30), None), "Acme": (D(30), None), "": (D(40), Reason.SHARED)}


def test_what_is_of_no_client_has_its_reason() -> None:
    assert shares(books("")) == {"": (D(100), Reason.NO_CLIENT)}
    assert shares(books("", removed=True)) == {"": (D(100), Reason.REMOVED)}
    assert shares(books("", 100, sent("Beta"))) == {"Beta": (D(30), None), "": (D(70), Reason.NO_CLIENT)}
    assert shares(books("", 10, sent("Beta"))) == {"Beta": (D(30), None), "": (D(-20), Reason.OVER)}


def test_an_import_whose_use_is_not_known_takes_nothing_and_is_told() -> None:
    made = statement(FRAME, [books("", 100, sent("Beta", None))])
    assert [(line.client, line.amount) for line in made.lines] == [("", D(100))]
    assert [(each.client, each.used) for each in made.imports] == [("Beta", None)]


def test_a_shared_pool_is_counted_once_and_is_one_clients_only_if_all_its_accounts_are() -> None:
    licence = replace(POOL, shared_by="licence")
    one, two = books("Acme", 90, pools=(licence,)), replace(books("Acme", 100, pools=(licence,)), account="a2")
    assert shares(one, two) == {"Acme": (D(100), None)}
    (line,) = statement(FRAME, [one, two]).lines
    assert line.accounts == ("a1", "a2")
    assert shares(one, replace(two, client="Beta")) == {"": (D(100), Reason.SHARED_POOL)}


def test_a_pool_within_another_one_and_a_window_of_minutes_are_not_counted() -> None:
    inside = PoolFacts("grant:1", "Grant", PoolKind.PACKAGE, "credits", part_of="monthly")
    window = PoolFacts("rate", "Rate", PoolKind.RATE, "requests")
    used = {"monthly": D(5), "grant:1": D(5), "rate": D(60)}
    made = statement(FRAME, [Books("a1", "Acme", pools=(POOL, inside, window), used=used)])
    assert made.units == {"credits": D(5)}


def test_typed_balances_count_by_what_they_fell() -> None:
    def typed(days: int, amount: int) -> Event:
        return Event(SINCE + timedelta(days=days), "a1", EventKind.TYPED, "monthly", D(amount), "credits")

    falls = typed_falls([typed(-9, 400), typed(-2, 300), typed(3, 250), typed(5, 500), typed(8, 490)], SINCE)
    assert falls == {"monthly": D(60)}
    assert statement(FRAME, [books(used=0, typed=falls)]).lines == ()  # what was read counts, where there is such
    (line,) = statement(FRAME, [replace(books(), used={}, typed=falls)]).lines
    assert (line.amount, line.typed) == (D(60), True)


# ---- money


def test_money_is_itself() -> None:
    rate = rate_of(None, {}, ("balance", "USD"), D(9), ())
    assert isinstance(rate, Rate)
    assert (rate.currency, rate.money(D("3.1274")), rate.fact) == ("USD", D("3.13"), None)


def test_the_plans_price_is_taken_with_its_date_but_not_over_its_limit() -> None:
    definition = vendor(plans=(PLAN,))
    rate = rate_of(definition, {"plan": "growth"}, ("monthly", "credits"), D(1000), ())
    assert isinstance(rate, Rate)
    assert (rate.kind, rate.label, rate.fact) == ("plan", "Growth", FACT)
    assert rate.money(D(1000)) == D("0.80")
    assert rate_of(definition, {"plan": "growth"}, ("monthly", "credits"), D(1001), ()) is NoPrice.OVER_LIMIT
    assert rate_of(definition, {"plan": "growth"}, ("top-up", "credits"), D(1), ()) is NoPrice.NONE
    assert rate_of(definition, {}, ("monthly", "credits"), D(1), ()) is NoPrice.NONE


def test_a_packs_price_is_taken_only_where_it_is_certain_which_one_was_bought() -> None:
    def bought(*amounts: int) -> list[Event]:
        return [Event(SINCE, "a1", EventKind.TOP_UP, "top-up", D(each), "credits") for each in amounts]

    several = vendor(packs=(pack(1000, "5"), pack(5000, "20"), pack(15000, "40")))
    pool = ("top-up", "credits")
    assert rate_of(several, {}, pool, D(9), ()) is NoPrice.WHICH_PACK
    assert rate_of(several, {}, pool, D(9), bought(1000, 4321)) is NoPrice.WHICH_PACK
    found = rate_of(several, {}, pool, D(9), bought(1000, 15000))
    assert isinstance(found, Rate)
    assert (found.price, found.per, found.money(D(100))) == (D(40), D(15000), D("0.27"))
    alone = rate_of(vendor(packs=(pack(1000, "5"), pack(2000, "10"))), {}, pool, D(9), ())
    assert isinstance(alone, Rate)
    assert pack_of(several, bought(5000)[0]) == Rate(D(20), D(5000), "USD", "5000 credits", "pack", FACT)
    assert pack_of(several, bought(5001)[0]) is None
    two = vendor(packs=(pack(1000, "5"), pack(1000, "6")))
    assert rate_of(two, {}, pool, D(9), bought(1000)) is NoPrice.WHICH_PACK


@pytest.mark.parametrize(("currency", "money"), [("EUR", "0.01"), ("JPY", "0")])
def test_half_a_cent_is_rounded_up_and_a_yen_has_no_cents(currency: str, money: str) -> None:
    rate = Rate(D(1), D(200), currency)
    assert (rate.money(D(1)), -rate.money(D(-1))) == (D(money), D(money))


def test_no_amounts_of_different_units_are_ever_one() -> None:
    usd = PoolFacts("wallet", "Wallet", PoolKind.WALLET, "USD")
    used = {"monthly": D(100), "wallet": D("2.5")}
    priced = books(pools=(POOL, usd), definition=vendor(plans=(PLAN,)), settings={"plan": "growth"})
    made = statement(FRAME, [replace(priced, used=used)])
    assert made.units == {"USD": D("2.5"), "credits": D(100)}
    assert made.money == {"EUR": D("0.08"), "USD": D("2.50")}
    assert made.unpriced == {}


# ---- months, and when an import counts


def test_a_month_is_the_users_own() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    since, until = month_span("2026-10", berlin)
    assert (since, until) == (datetime(2026, 9, 30, 22, tzinfo=UTC), datetime(2026, 10, 31, 23, tzinfo=UTC))
    assert zone_words(since, until, berlin) == "Europe/Berlin, UTC+02:00, at the end Europe/Berlin, UTC+01:00"
    assert zone_words(*month_span("2026-12", UTC), UTC) == "UTC"
    assert month_span("2026-12", UTC)[1] == datetime(2027, 1, 1, tzinfo=UTC)
    assert month_of(since, berlin) == "2026-10"
    assert months_down("2025-11", "2026-02") == ("2026-02", "2026-01", "2025-12", "2025-11")


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "2026-1", "2026-11-01", "0001-01", "9999-12", "２０２６-11"])
def test_another_text_is_no_month(text: str) -> None:
    with pytest.raises(ValueError, match="written as 2026-11"):
        month_span(text, UTC)


def test_an_import_counts_when_it_ended() -> None:
    day = timedelta(days=1)
    assert when(sent()) == SINCE
    batch = Batch(1, 0, 3, BatchState.UNKNOWN, ended_at=SINCE + day)
    assert when(sent(batches=(batch,))) == SINCE + day
    assert when(sent(batches=(batch,), ended_at=SINCE + 2 * day)) == SINCE + 2 * day


# ---- as a table


def test_the_table_has_every_share_import_and_top_up() -> None:
    top_up = Event(SINCE, "a1", EventKind.TOP_UP, "top-up", D(5000), "credits")
    late = replace(top_up, at=FRAME.until)
    both = (POOL, PoolFacts("top-up", "Top-up", PoolKind.WALLET, "credits"))
    definition = vendor(packs=(pack(5000, "20"),))
    batches = (Batch(1, 0, 3, BatchState.ACCEPTED),)
    more = {"pools": both, "definition": definition, "top_ups": (top_up, late)}
    made = statement(FRAME, [books("Acme", 100, sent("Beta", batches=batches), **more)])
    found = [dict(zip(HEADER, row, strict=True)) for row in rows(made, lambda _: "Agency")]
    told = [(row["kind"], row["client"], row["amount"], row["items"], row["money"], row["why"]) for row in found]
    assert told == [
        ("use", "", D(70), None, None, "shared price:none"),
        ("use", "Beta", D(30), None, None, "price:none"),
        ("import", "Beta", D(30), 3, None, ""),
        ("top-up", "", D(5000), None, D("20.00"), ""),
    ]
    assert found[3]["price_as_of"] == date(2026, 9, 1).isoformat()
    assert {row["account"] for row in found} == {"Agency"}


def test_a_line_without_a_price_has_no_money() -> None:
    line = Line("Acme", ("a1",), "monthly", "Monthly", "credits", D(5), NoPrice.NONE)
    assert line.money is None
    assert replace(line, rate=Rate(D(1), D(1), "USD", fact=Fact(date(2026, 1, 1), "x"))).money == D("5.00")
