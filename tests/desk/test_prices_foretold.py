"""What packages pay and what a probe tells is what the sandbox then really charges."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest
from tests.cli.vendor_cases import CapSolverCases, Case, OneClickSeoCases, Wire
from tests.desk.world import World

from creditdesk.core.sizing import size_parts
from creditdesk.core.verdict import Part, Verdict, VerdictKind
from creditdesk.desk.probing import Prober

PRICE = Decimal("0.002")


@pytest.fixture
def wire(world: World) -> Iterator[Wire]:
    opened = Wire(world.running)
    yield opened
    opened.close()


def packages(world: World, chance: Random) -> list[dict[str, object]]:
    """Up to three packages, some of them over."""
    found = []
    for number in range(chance.randrange(4)):
        ends = world.clock() + timedelta(days=chance.choice([-1, 2, 5, 9]), minutes=number)
        found.append(
            {"id": f"p{number}", "title": "Calls", "calls": chance.randrange(5), "expire_time": int(ends.timestamp())}
        )
    return found


def test_tasks_that_packages_pay_for_end_as_foretold(world: World, wire: Wire) -> None:
    account = world.add("capsolver")
    definition = world.desk.tools.catalogue.get("capsolver")
    operation = definition.operation("task")
    assert operation is not None
    sender, chance = CapSolverCases(wire, world.clock), Random(402)
    seen: Counter[VerdictKind] = Counter()
    for _ in range(150):
        balance = PRICE * chance.randrange(5) + chance.choice([Decimal(0), PRICE / 2])
        world.set("capsolver", packages=packages(world, chance), balance=str(balance), prices={"Task": str(PRICE)})
        snapshot = world.snapshot(account)
        count = chance.randrange(1, 14)
        part = Part(operation, {"price": str(PRICE), "packages": "yes"})
        verdict = size_parts(definition, [part], count, snapshot, {}, {}, world.clock())
        sent = sender.send(Case("capsolver", "task", ()), [f"task {number}" for number in range(count)])
        assert (verdict.kind is VerdictKind.FITS) == (sent.refusal is None), (verdict, sent)
        assert verdict.fits_items is not None and min(count, verdict.fits_items) == sent.taken
        if verdict.kind is VerdictKind.FITS:
            assert_taken(world, verdict)
        seen[verdict.kind] += 1
        world.clock.move(seconds=61)
    assert seen[VerdictKind.FITS] > 30 and seen[VerdictKind.REFUSED] > 30, seen


def assert_taken(world: World, verdict: Verdict) -> None:
    """Each package and the balance stand where the verdict said that they would."""
    state = world.state("capsolver")
    calls = {f"package:{each['packageId']}": each["numberOfCalls"] for each in state["packages"]}
    for demand in verdict.demands:
        assert demand.left is not None and demand.needs_high is not None
        now = Decimal(state["balance"]) if demand.pool == "balance" else calls[demand.pool]
        assert now == demand.left - demand.needs_high, (demand, state)


def test_a_probe_tells_what_domain_metrics_really_charge(world: World, wire: Wire) -> None:
    account = world.add("oneclickseo")
    prober, sender, chance = Prober(world.desk.tools), OneClickSeoCases(wire, world.clock), Random(7)
    for number in range(20):
        domains = [f"site-{number}-{each}.example" for each in range(chance.randrange(1, 10))]
        cached = [each for each in domains if chance.random() < 0.5]
        world.set("oneclickseo", monthly=100, top_up=0, cached_domains=cached)
        told = world.run(prober.probe(account.id, "domain-metrics", domains))
        assert world.state("oneclickseo")["monthly"] == 100
        assert sender.send(Case("oneclickseo", "domain-metrics", ()), domains).refusal is None
        assert 100 - world.state("oneclickseo")["monthly"] == told.uncached == len(domains) - len(cached)
