"""Small definitions and snapshots that the tests of this floor share."""

from datetime import UTC, date, datetime
from decimal import Decimal

from creditdesk.core.definition import Definition, PoolRule
from creditdesk.core.offers import Fact, Factor, Operation, Plan, Price, Step
from creditdesk.core.pools import Pool, PoolKind, Snapshot, Source

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
FACT = Fact(date(2026, 9, 1), "https://vendor.example/prices")
D = Decimal


def pool(pool_id: str, left: str | int | None, kind: PoolKind = PoolKind.WALLET, **more: object) -> Pool:
    """A pool in credits."""
    more.setdefault("unit", "credits")
    return Pool(pool_id, pool_id.title(), kind, left=None if left is None else D(left), **more)  # type: ignore[arg-type]


def snapshot(*pools: Pool, source: Source = Source.LIVE, at: datetime = NOW) -> Snapshot:
    """These pools, read at `at`."""
    return Snapshot(at, source, pools)


def price(low: str | int, high: str | int | None = "", **more: object) -> Price:
    """A price in credits, exact unless `high` is given."""
    top = D(low) if high == "" else None if high is None else D(high)
    return Price(FACT, D(low), top, **more)  # type: ignore[arg-type]


def operation(*prices: Price, factors: tuple[Factor, ...] = ()) -> Operation:
    """An operation with these prices."""
    return Operation("run", "Run", "keyword", prices, factors)


def vendor(**more: object) -> Definition:
    """A vendor with a monthly allowance and a top-up, unless told otherwise."""
    more.setdefault("drain", ("monthly", "top-up"))
    more.setdefault(
        "pools",
        (
            PoolRule("monthly", "Monthly", PoolKind.ALLOWANCE, "credits", typed=True),
            PoolRule("top-up", "Top-up", PoolKind.WALLET, "credits", typed=True),
        ),
    )
    return Definition("vendor", "Vendor", FACT, **more)  # type: ignore[arg-type]


ENGINES = Factor("engines", "Search engines", default="", low=D(1))
TIMES_ENGINES = (Step("engines"),)
BILLED = Plan("growth", "Growth", FACT, currency="EUR", overage=D("0.0012"), bills_overage=True)
FREE = Plan("free", "Free", FACT)
