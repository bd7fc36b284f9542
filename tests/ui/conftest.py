"""The window's tests: the application wears the theme, and made-up accounts of every shape stand ready.

`CREDITDESK_SHOTS=DIR` keeps the pictures that the tests draw.
"""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from creditdesk.core.definition import Definition, PoolRule, RequestRule, When
from creditdesk.core.offers import Fact, Factor, Operation, Plan, Price
from creditdesk.core.pools import (
    Account,
    Level,
    Pool,
    PoolKind,
    Reading,
    RunOut,
    Snapshot,
    Source,
    Trouble,
    TroubleKind,
)
from creditdesk.ui import theme
from creditdesk.ui.board import Entry

NOW = datetime(2025, 11, 21, 9, 14, tzinfo=UTC)
FACT = Fact(date(2025, 11, 1), "made up")
ASKED = (RequestRule("usage", "https://api.example.com/usage"),)


def pool(pool_id: str, label: str, kind: PoolKind, left: object, limit: object = None, **more: object) -> Pool:
    """A pool with amounts given as numbers."""
    amounts = [None if value is None else Decimal(str(value)) for value in (left, limit)]
    used = amounts[1] - amounts[0] if amounts[0] is not None and amounts[1] is not None else None
    values = {"unit": "credits", "used": used, **more}
    return Pool(pool_id, label, kind, left=amounts[0], limit=amounts[1], **values)  # type: ignore[arg-type]


def spark(start: float, end: float) -> tuple[tuple[datetime, Decimal], ...]:
    """A month that goes from one amount to another."""
    steps = 40
    wobble = [0, 0.02, -0.015, 0.01, 0]
    return tuple(
        (
            NOW - timedelta(days=30 * (steps - index) / steps),
            Decimal(str(round(start + (end - start) * (index / steps + wobble[index % 5]), 3))),
        )
        for index in range(steps + 1)
    )


def run_out(pool_id: str, days: float, per_day: str, reset: bool = False) -> RunOut:
    """A projection some days from now."""
    at = NOW + timedelta(days=days)
    return RunOut(pool_id, at, at - timedelta(days=2), at + timedelta(days=4), Decimal(per_day), reset)


def entry(
    definition: Definition, name: str, level: Level, pools: tuple[Pool, ...], ago: timedelta, **more: object
) -> Entry:
    """An account of this vendor with these pools, read some time ago."""
    source = more.pop("source", Source.LIVE)
    settings = more.pop("settings", {})
    inferred = bool(more.pop("inferred", False))
    account = Account(f"{definition.id}-{name}".lower().replace(" ", "-"), name, definition.id, settings=settings)  # type: ignore[arg-type]
    snapshot = Snapshot(NOW - ago, source, pools, inferred=inferred) if pools else None  # type: ignore[arg-type]
    values = {"trouble": None, **more}
    return Entry(Reading(account, snapshot, level=level, **values), definition)  # type: ignore[arg-type]


def ranktracker(name: str = "Agency", level: Level = Level.GOOD, **more: object) -> Entry:
    """Slots and credits without a reset."""
    definition = Definition("ranktracker", "Ranktracker", FACT, requests=ASKED)
    pools = (
        pool("keywords", "Keywords", PoolKind.SLOTS, 358, 1000, unit="keywords"),
        pool("data-rows", "Data rows", PoolKind.SLOTS, 1790, 5000, unit="rows"),
        pool("on-demand", "On-demand", PoolKind.WALLET, 38, 50, unit="checks"),
        pool("serp-analyser", "SERP Analyser", PoolKind.WALLET, 22, 25, unit="checks"),
    )
    values = {"run_outs": (run_out("keywords", 49, "7"),), "spark": spark(520, 358), **more}
    return entry(definition, name, level, pools, timedelta(minutes=2), **values)


def rank_genius(plan: str = "paid", **more: object) -> Entry:
    """Two wallets and their sum, typed by hand; an upgrade on the free plan."""
    price = Price(FACT, Decimal(1), Decimal(15))
    definition = Definition(
        "seo-rank-genius",
        "SEO Rank Genius",
        FACT,
        pools=(
            PoolRule("shared", "Shared", PoolKind.WALLET, typed=True, notes="never expires"),
            PoolRule("domain", "Domain", PoolKind.WALLET, typed=True),
        ),
        operations=(Operation("ai-action", "AI action", "AI action", (price,)),),
        plans=(
            Plan("paid", "Pro", FACT),
            Plan("trial", "Trial", FACT, trial=True),
            Plan(
                "free", "Free", FACT, upgrade="The free plan has no credits.", upgrade_url="https://example.com/plans"
            ),
        ),
        total_label="Total available",
    )
    pools = (pool("shared", "Shared", PoolKind.WALLET, 3450), pool("domain", "Domain", PoolKind.WALLET, 1370))
    values = {"source": Source.BY_HAND, "settings": {"plan": plan}, "spark": spark(5200, 4820), **more}
    return entry(definition, "client-site.com", Level.GOOD, pools, timedelta(days=3), **values)


def oneclick(**more: object) -> Entry:
    """An allowance with an assumed reset, and a wallet that is drained after it."""
    definition = Definition(
        "oneclickseo",
        "OneClickSEO",
        FACT,
        pools=(
            PoolRule("monthly", "Monthly", PoolKind.ALLOWANCE, typed=True, reset=When(every="month", anchor="first")),
        ),
        plans=(Plan("starter", "Starter", FACT),),
        drain=("monthly", "top-up"),
        total_label="Available",
    )
    pools = (
        pool("monthly", "Monthly", PoolKind.ALLOWANCE, 92, 500, resets_at=datetime(2025, 12, 1, tzinfo=UTC)),
        pool("top-up", "Top-up", PoolKind.WALLET, 20),
    )
    values = {
        "source": Source.ESTIMATED,
        "settings": {"plan": "starter"},
        "run_outs": (run_out("monthly", 6, "16", reset=True),),
        "spark": spark(480, 92),
        **more,
    }
    return entry(definition, "OneClickSEO", Level.LOW, pools, timedelta(seconds=20), **values)


def capsolver(**more: object) -> Entry:
    """Money, and a package with an expiry."""
    definition = Definition("capsolver", "CapSolver", FACT, requests=ASKED)
    expires = datetime(2025, 11, 24, 12, tzinfo=UTC)
    pools = (
        pool("balance", "Balance", PoolKind.WALLET, "3.18", unit="USD"),
        pool("package:1", "reCAPTCHA v2", PoolKind.PACKAGE, 580, 10000, unit="calls", expires_at=expires),
    )
    run_outs = (run_out("balance", 1.3, "2.10"), run_out("package:1", 11, "52"))
    values = {"run_outs": run_outs, "spark": spark(60, 3.18), **more}
    return entry(definition, "Scraping", Level.CRITICAL, pools, timedelta(minutes=1), **values)


def leadboxer(**more: object) -> Entry:
    """Grants with an expiry, inferred until they are confirmed."""
    definition = Definition("leadboxer", "LeadBoxer", FACT, requests=ASKED, plans=(Plan("starter", "Starter", FACT),))
    expires = datetime(2025, 12, 31, tzinfo=UTC)
    pools = (pool("grant:7", "Credits", PoolKind.PACKAGE, 78700, 100000, expires_at=expires),)
    values = {"settings": {"plan": "starter"}, "spark": spark(84000, 78700), "inferred": True, **more}
    return entry(definition, "LeadBoxer", Level.GOOD, pools, timedelta(minutes=4), **values)


def own_api(**more: object) -> Entry:
    """A vendor of the user's own that is throttling: an old number."""
    definition = Definition("own-serp", "Own SERP API", FACT, requests=ASKED)
    pools = (pool("searches", "Searches", PoolKind.WALLET, 1204, unit="searches"),)
    trouble = Trouble(TroubleKind.THROTTLED, "The server is throttling (503).", retry_at=NOW + timedelta(minutes=4))
    values = {"trouble": trouble, "stale": True, **more}
    return entry(definition, "my-serp.toml", Level.NOT_READ, pools, timedelta(hours=3), **values)


def track_operation() -> Operation:
    """Words times search engines."""
    price = Price(FACT, Decimal(1), Decimal(1), pools=("keywords", "data-rows"), draw="each")
    return Operation("track-keywords", "Track keywords", "keyword", (price,), (Factor("engines", "Search engines"),))


@pytest.fixture
def now() -> datetime:
    """The instant at which all made-up accounts are looked at."""
    return NOW


@pytest.fixture
def entries() -> list[Entry]:
    """One account of every shape, in a user's order."""
    return [ranktracker(), rank_genius(), oneclick(), capsolver(), leadboxer(), own_api(), ranktracker("Personal")]


@pytest.fixture
def made() -> dict[str, Callable[..., Entry]]:
    """The makers of made-up accounts, by vendor."""
    return {
        "ranktracker": ranktracker,
        "rank_genius": rank_genius,
        "oneclick": oneclick,
        "capsolver": capsolver,
        "leadboxer": leadboxer,
        "own_api": own_api,
    }


@pytest.fixture
def worn(qapp: QApplication) -> Iterator[Callable[[str], None]]:
    """Put a theme on the application; it starts light and ends light."""

    def wear(name: str) -> None:
        theme.apply(qapp, theme.load(name))

    wear("light")
    yield wear
    wear("light")


@pytest.fixture
def shoot(qapp: QApplication, tmp_path: Path) -> Callable[[QWidget, str], Path]:
    """Draw a widget into a picture: `shoot(widget, name)` says where it is."""
    folder = Path(os.environ.get("CREDITDESK_SHOTS", tmp_path))

    def draw(widget: QWidget, name: str) -> Path:
        widget.show()
        for _ in range(3):
            qapp.processEvents()
        file = folder / f"{name}.png"
        widget.grab().save(str(file))
        return file

    return draw
