"""Made-up vendors with prices, for the tests of the sizer and of the account dialog."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from creditdesk.core.definition import Credential, Definition, Param, PoolRule, RequestRule
from creditdesk.core.offers import Fact, Factor, Notice, Operation, Pack, Plan, Price, Step
from creditdesk.core.pools import Account, Level, Pool, PoolKind, Reading, Snapshot, Source
from creditdesk.ui.board import Entry

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
FACT = Fact(date(2026, 11, 1), "docs.example.com")
KEY = "tkn_usr_5entinelKey0123456789"


def price(low: int, high: int | None, pools: tuple[str, ...], **more: object) -> Price:
    """A price in whole units."""
    return Price(FACT, Decimal(low), None if high is None else Decimal(high), pools, **more)  # type: ignore[arg-type]


TRACKER = Definition(
    "tracker",
    "Tracker",
    FACT,
    category="seo",
    key_url="https://example.com/keys",
    credentials=(Credential("key", "API key", pattern=r"^tkn_usr_[!-~]+$"),),
    requests=(RequestRule("usage", "https://api.example.com/v1/usage"),),
    pools=(
        PoolRule("keywords", "Keywords", PoolKind.SLOTS, unit="keywords"),
        PoolRule("data-rows", "Data rows", PoolKind.SLOTS, unit="rows"),
    ),
    operations=(
        Operation(
            "track-keywords",
            "Track keywords",
            "keyword",
            (price(1, 1, ("keywords", "data-rows"), draw="each", steps=(Step("engines"),)),),
            (Factor("engines", "Search engines", low=Decimal(1), default="1", as_rows=True),),
            whole=True,
        ),
    ),
)
METER = Definition(
    "meter",
    "Meter",
    FACT,
    category="content",
    dashboard="https://meter.example.com",
    credentials=(Credential("key", "API key"),),
    params=(Param("edition", "Edition", "world", ("world", "local")), Param("plan", "Plan")),
    plans=(
        Plan("starter", "Starter", FACT, {"edition": "world"}, {"monthly": Decimal(500)}),
        Plan("starter", "Starter local", FACT, {"edition": "local"}, {"monthly": Decimal(450)}),
        Plan("gold", "Gold", FACT, {"edition": "world"}, {"monthly": Decimal(9000)}),
        Plan("free", "Free", FACT, upgrade="The free plan has no credits.", upgrade_url="https://example.com/plans"),
    ),
    pools=(
        PoolRule("monthly", "Monthly", PoolKind.ALLOWANCE, unit="credits", typed=True, typed_limit=True),
        PoolRule("top-up", "Top-up", PoolKind.WALLET, unit="credits", typed=True),
    ),
    notices=(Notice("The newer page lists 20.", FACT, {"edition": "world"}, {"edition": "local"}, "Use it"),),
    drain=("monthly", "top-up"),
    packs=(Pack("p", "Pack", "top-up", Decimal(100), Decimal(5), "USD", "https://example.com/buy", FACT),),
    operations=(
        Operation(
            "rank-check",
            "Rank check",
            "query",
            (price(1, 1, ("monthly", "top-up"), steps=(Step("depth", "ceil", Decimal(10)),)),),
            (Factor("depth", "Depth", default="10", low=Decimal(1), high=Decimal(100)),),
        ),
        Operation(
            "visibility",
            "AI visibility",
            "query",
            (price(1, 1, ("monthly", "top-up"), steps=(Step("engines", "table", values={"all": Decimal(4)}),)),),
            (Factor("engines", "Engines", default="all", low=Decimal(1), high=Decimal(5), words=("all",)),),
        ),
        Operation("action", "AI action", "action", (price(1, 15, ("monthly", "top-up")),)),
        Operation("overview", "Overview", "keyword", (price(0, None, ("monthly", "top-up"), unknown="Not told."),)),
        Operation("audit", "Site audit", "site", (price(0, 0, ()),)),
    ),
)
WALLET = Definition(
    "wallet",
    "Wallet",
    FACT,
    credentials=(Credential("key", "Client key", pattern=r"^CAP-[!-~]+$", power="admin"),),
    requests=(RequestRule("balance", "https://wallet.example.com/balance", method="POST"),),
    pools=(PoolRule("balance", "Balance", PoolKind.WALLET, unit="USD"),),
    operations=(
        Operation(
            "task",
            "Solve tasks",
            "task",
            (price(1, 1, ("balance",), steps=(Step("price"),)),),
            (Factor("price", "Price of a task in USD", "decimal", low=Decimal("0.000001")),),
        ),
    ),
)
SILENT = Definition("silent", "Silent", FACT, requests=(RequestRule("r", "https://silent.example.com/"),))
ALL = (TRACKER, METER, WALLET, SILENT)


def pool(pool_id: str, label: str, kind: PoolKind, left: str | None, limit: str | None, unit: str) -> Pool:
    """A pool with its amounts as text."""
    return Pool(
        pool_id,
        label,
        kind,
        unit,
        None if left is None else Decimal(left),
        None if limit is None else Decimal(limit),
    )


def tracker(account_id: str = "t", keywords: str = "358", rows: str = "1790", read: bool = True) -> Entry:
    """Slots of which 358 and 1,790 are left."""
    pools = (
        pool("keywords", "Keywords", PoolKind.SLOTS, keywords, "1000", "keywords"),
        pool("data-rows", "Data rows", PoolKind.SLOTS, rows, "5000", "rows"),
    )
    snapshot = Snapshot(NOW - timedelta(seconds=8), Source.LIVE, pools) if read else None
    return Entry(Reading(Account(account_id, f"Agency {account_id}", "tracker"), snapshot, None, Level.GOOD), TRACKER)


def meter(monthly: str | None = "92", top_up: str | None = "20") -> Entry:
    """An allowance and a wallet, typed by hand."""
    pools = (
        pool("monthly", "Monthly", PoolKind.ALLOWANCE, monthly, "500", "credits"),
        pool("top-up", "Top-up", PoolKind.WALLET, top_up, None, "credits"),
    )
    snapshot = Snapshot(NOW - timedelta(days=2), Source.BY_HAND, pools)
    account = Account("m", "Meter", "meter", settings={"plan": "starter"})
    return Entry(Reading(account, snapshot, None, Level.LOW), METER)


def wallet(left: str = "3.18") -> Entry:
    """Money."""
    pools = (pool("balance", "Balance", PoolKind.WALLET, left, None, "USD"),)
    snapshot = Snapshot(NOW, Source.LIVE, pools)
    return Entry(Reading(Account("w", "Wallet", "wallet"), snapshot, None, Level.GOOD), WALLET)


def silent() -> Entry:
    """An account of a vendor without prices."""
    return Entry(Reading(Account("s", "Silent", "silent"), None, None, Level.NOT_READ), SILENT)
