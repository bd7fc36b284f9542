"""What would run into 402 is stopped before it, exactly enough passes, and many scripts at once overspend nothing."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.gateway.trade import ENGINE, PROVIDERS, Ask, Market, asks, market
from tests.proving import size

from creditdesk.core.guard import Guard
from creditdesk.sandbox import Sandbox

SCRIPTS = 50
ROUNDS = size(3, 40)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Market]:
    with market(tmp_path / "desk", limits=(5.0, 10.0)) as found:
        yield found


def serp(words: int, guard: Guard = Guard.REFUSE) -> Ask:
    return Ask("oneclickseo", "POST", "/v1/serp/overview", {"keywords": [f"k{each}" for each in range(words)]}, guard)


def keywords(running: Market, words: int) -> Ask:
    domain = next(iter(running.state("ranktracker")["domains"]))
    body = {"words": [f"k{each}" for each in range(words)], "search_engines": [ENGINE]}
    return Ask("ranktracker", "POST", f"/v1/domains/{domain}/keywords", body, Guard.REFUSE)


def poor(running: Market, credits: int) -> None:
    """So much is left everywhere, in two pools where there are two; the ledger is told, or reads it."""
    first = credits // 3
    expiries = [(running.clock() + timedelta(days=days)).isoformat() for days in (9, 30)]
    amounts = zip(("a", "b"), (first, credits - first), expiries, strict=True)
    grants = [{"id": name, "amount": amount, "expires_at": expiry} for name, amount, expiry in amounts]
    used = running.state("ranktracker")["usage"]
    limits = {"keywords": used["keywords"] + credits, "dataRows": used["dataRows"] + credits}
    running.running.call(lambda box: box.update_account("oneclickseo", monthly=first, top_up=credits - first))
    running.running.call(lambda box: box.update_account("leadboxer", plan="free", grants=grants))
    running.running.call(lambda box: box.update_account("ranktracker", limits=limits))
    running.type_balances()
    for provider in ("leadboxer", "ranktracker"):
        running.world.snapshot(running.accounts[provider])


@pytest.mark.promise("I2", f"{3 * SCRIPTS} scripts at once, {ROUNDS} times")
def test_fifty_scripts_spend_exactly_what_is_there_and_no_vendor_answers_402(running: Market) -> None:
    dice = random.Random(2)
    for _ in range(ROUNDS):
        credits = dice.randint(1, 60)
        poor(running, credits)
        before = {each: running.charged(each) for each in PROVIDERS}
        track = Ask("leadboxer", "POST", "/v1/track", {"event": "x"}, Guard.REFUSE)
        running.drive([serp(1), track, keywords(running, 1)] * (credits + 5), SCRIPTS)
        spent = {each: running.charged(each) - before[each] for each in PROVIDERS}
        assert spent == dict.fromkeys(PROVIDERS, credits)
    for provider in PROVIDERS:
        assert "402" not in running.statuses(provider)
        assert running.said[provider, "refused", 402] == 5 * ROUNDS


def test_scripts_of_all_kinds_whose_prices_are_known_meet_no_402(running: Market) -> None:
    dice = random.Random(3)
    poor(running, 40)
    unknown = ("/v1/keywords/overview", "/v1/backlinks/gap")
    mixed = [ask for ask in asks(running, dice, size(200, 2000)) if not ask.path.startswith(unknown)]
    refusing = [Ask(each.provider, each.method, each.path, each.body, Guard.REFUSE) for each in mixed]
    running.drive(refusing, SCRIPTS)
    for provider in PROVIDERS:
        assert "402" not in running.statuses(provider)
        assert running.said[provider, "refused", 402] > 0


@pytest.mark.parametrize("period", ["day", "month"])
def test_fifty_scripts_spend_exactly_a_budget_and_the_next_period_has_its_own(running: Market, period: str) -> None:
    running.tokens["oneclickseo", Guard.REFUSE] = running.token("oneclickseo", Guard.REFUSE, **{period: "37"})
    running.drive([serp(1)] * 60, SCRIPTS)
    assert running.charged("oneclickseo") == 37
    running.clock.go_to(datetime(2026, 9, 21, 0, 0, 5, tzinfo=UTC))
    running.drive([serp(2)] * 30, SCRIPTS)
    assert running.charged("oneclickseo") == (37 + 36 if period == "day" else 37)  # 2 do not fit into 1
    running.clock.go_to(datetime(2026, 10, 1, 0, 0, 5, tzinfo=UTC))
    running.running.call(Sandbox.turn_month)
    running.drive([serp(1)] * 40, SCRIPTS)
    assert running.charged("oneclickseo") == (37 + 36 + 37 if period == "day" else 37 + 37)


def test_of_what_nobody_knows_the_price_no_more_is_overspent_than_what_was_on_the_way(running: Market) -> None:
    running.running.call(lambda box: box.update_account("oneclickseo", overview_cost=3))
    running.tokens["oneclickseo", Guard.REFUSE] = running.token("oneclickseo", Guard.REFUSE, day="20")
    looks = [
        Ask("oneclickseo", "GET", f"/v1/keywords/overview?keyword=k{each}", guard=Guard.REFUSE) for each in range(200)
    ]
    running.drive(looks, SCRIPTS)
    spent = running.charged("oneclickseo")
    assert 20 <= spent <= 3 * (7 + SCRIPTS - 1)  # seven use the budget up, while so many others are on the way
    running.drive(looks[:60], SCRIPTS)
    assert running.charged("oneclickseo") == spent


def test_exactly_enough_passes_and_one_more_does_not(running: Market) -> None:
    poor(running, 12)
    assert running.send(serp(13))[:2] == (402, "refused")
    assert running.send(serp(12))[:2] == (200, "passed")
    running.quiet()
    assert running.send(serp(1))[:2] == (402, "refused")
    assert running.send(keywords(running, 13))[:2] == (402, "refused")
    assert running.send(keywords(running, 12))[:2] == (201, "passed")
    assert running.send(Ask("leadboxer", "GET", "/v1/ip-lookup?ip=192.0.2.1", guard=Guard.REFUSE))[:2] == (
        200,
        "passed",
    )
    assert running.send(Ask("leadboxer", "GET", "/v1/ip-lookup?ip=192.0.2.2", guard=Guard.REFUSE))[:2] == (
        402,
        "refused",
    )
    for provider, left in (("oneclickseo", "balance"), ("leadboxer", "left")):
        assert running.state(provider)[left] == {"oneclickseo": 0, "leadboxer": 2}[provider]
