"""What the ledger says at the end is what the vendors' own books say, to the credit; or it says what it cannot know."""

import random
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from tests.cli.commanding import until
from tests.gateway.auditing import assert_no_request_is_booked_falsely, hidden
from tests.gateway.trade import PROVIDERS, SCRIPTS, Ask, Market, afflict, asks, market
from tests.proving import size

from creditdesk.core.guard import Guard
from creditdesk.core.stock import has_expired
from creditdesk.sandbox import Fault, FaultKind, Sandbox

REQUESTS = size(600, 10_000)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Market]:
    with market(tmp_path / "desk") as found:
        yield found


def drive(running: Market, dice: random.Random, requests: int) -> None:
    """Mixed requests with faults, in rounds, and somebody who spends on the vendors' pages meanwhile."""
    for _ in range(0, requests, 200):
        running.buy(600)
        afflict(running, dice, 24, 60)
        for provider in PROVIDERS:
            running.consume(provider, dice.randint(0, 9))
        running.drive(asks(running, dice, min(200, requests)))
    running.running.call(Sandbox.clear_faults)


@pytest.mark.promise("I1", f"{REQUESTS:,} requests")
@pytest.mark.timeout(60 + REQUESTS // 10)
def test_the_ledger_equals_the_vendors_books_or_says_by_how_much_it_cannot_know(running: Market) -> None:
    dice = random.Random(6)
    drive(running, dice, REQUESTS // 2)
    assert_no_request_is_booked_falsely(running)
    before = {each: hidden(running, each) for each in PROVIDERS}
    assert_off_by_what_is_hidden(running, "oneclickseo", ("monthly", "top-up"), before["oneclickseo"])
    running.type_balances()
    for provider in ("leadboxer", "ranktracker"):
        running.world.snapshot(running.accounts[provider])
    assert_all_is_explained(running)

    running.clock.go_to(datetime(2026, 10, 14, tzinfo=UTC))  # a month has turned, and a grant has expired
    running.running.call(lambda box: box.turn_month())
    running.drive([Ask("leadboxer", "GET", "/v1/ip-lookup?ip=192.0.2.1")] * 4)
    counted, grants = running.counted("leadboxer"), running.state("leadboxer")
    standing = [each.pool for each in counted.pools if not has_expired(each.pool, running.clock())]
    assert (
        sum(each.left or 0 for each in standing) == grants["left"] < sum(each["remaining"] for each in grants["grants"])
    )
    state = running.state("oneclickseo")
    assert running.left("oneclickseo") == {"monthly": state["monthly"], "top-up": state["top_up"]}
    assert state["monthly"] == 2500

    drive(running, dice, REQUESTS // 2)
    assert_no_request_is_booked_falsely(running)
    after = hidden(running, "oneclickseo") - before["oneclickseo"]
    assert_off_by_what_is_hidden(running, "oneclickseo", ("monthly", "top-up"), after)
    running.type_balances()
    for provider in ("leadboxer", "ranktracker"):
        running.world.snapshot(running.accounts[provider])
    assert_all_is_explained(running)
    assert sum(running.said.values()) >= REQUESTS // 200 * 200


def test_what_is_on_the_way_when_the_month_turns_is_off_by_no_more_than_the_ledger_says(running: Market) -> None:
    running.running.call(lambda box: box.update_account("oneclickseo", monthly=2500))
    running.type_balances()
    dice, body = random.Random(1), {"keywords": ["a", "b", "c"]}
    slow = Fault(kind=FaultKind.LATENCY, seconds=0.02)
    running.running.call(lambda box: box.set_fault(slow))
    asked = [Ask("oneclickseo", "POST", "/v1/serp/overview", body, dice.choice(list(Guard))) for _ in range(120)]

    def turn(box: Sandbox) -> None:
        running.clock.go_to(datetime(2026, 10, 1, tzinfo=UTC))
        box.turn_month()

    scripts = threading.Thread(target=running.drive, args=(asked,))
    before = running.requests()
    scripts.start()
    until(lambda: running.requests() >= before + 40)
    running.running.call(turn)
    scripts.join()
    monthly = running.counted("oneclickseo").pool("monthly")
    assert monthly is not None and monthly.pool.left is not None
    assert 0 < monthly.doubt <= 3 * SCRIPTS
    assert 0 <= monthly.pool.left - running.state("oneclickseo")["monthly"] <= monthly.doubt
    assert 2500 > monthly.pool.left >= 2500 - 3 * (120 - 40)
    assert running.booked("oneclickseo") == running.charged("oneclickseo") == 360


def assert_off_by_what_is_hidden(running: Market, provider: str, pools: tuple[str, ...], amount: Decimal) -> None:
    """The ledger is off by exactly that, and says that it may be."""
    counted, state = running.counted(provider), running.state(provider)
    left = sum((counted.left(pool) or Decimal(0) for pool in pools), Decimal(0))
    assert left - state["balance"] == amount
    assert any(each.at_most for each in counted.pools)


def assert_all_is_explained(running: Market) -> None:
    """At a certain point: the ledger has what the vendor has, and all that went is booked or booked as unexplained."""
    state = running.state("oneclickseo")
    assert running.left("oneclickseo") == {"monthly": state["monthly"], "top-up": state["top_up"]}
    pools = running.counted("leadboxer").pools
    standing = {each.pool.id: each.pool.left for each in pools if not has_expired(each.pool, running.clock())}
    told = [each for each in running.state("leadboxer")["grants"] if f"grant:{each['id']}" in standing]
    assert standing == {f"grant:{each['id']}": each["remaining"] for each in told}
    assert sum(each["remaining"] for each in told) == running.state("leadboxer")["left"]
    quotas = running.state("ranktracker")
    places = {"keywords": "keywords", "data-rows": "dataRows"}
    for pool, quota in places.items():
        assert running.left("ranktracker")[pool] == quotas["limits"][quota] - quotas["usage"][quota]
    assert running.unexplained("ranktracker", "keywords") == hidden(running, "ranktracker")
    assert running.unexplained("oneclickseo") == hidden(running, "oneclickseo")
    assert running.unexplained("leadboxer") == hidden(running, "leadboxer")
