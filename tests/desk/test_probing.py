"""The free question before domain metrics: what it tells is what the real run costs, and it never costs anything."""

import json
from collections.abc import Callable
from decimal import Decimal

import httpx
import pytest
from tests.desk.world import World

from creditdesk.core.pools import Account, TroubleKind
from creditdesk.core.verdict import Part, Probed
from creditdesk.core.way import WayCase
from creditdesk.core.ways import ways
from creditdesk.desk.probing import LONGEST_WAIT_S, ProbeFailed, Prober, ProbeResult, requests_for
from creditdesk.providers.probing import ProbeExchange, bare_domain
from creditdesk.sandbox import FaultKind

OPERATION = "domain-metrics"
Handler = Callable[[httpx.Request], httpx.Response]


def probe(world: World, account: Account, items: list[str], told: list[tuple[int, int]] | None = None) -> ProbeResult:
    heard = [] if told is None else told
    prober = Prober(world.desk.tools)
    return world.run(prober.probe(account.id, OPERATION, items, lambda done, of: heard.append((done, of))))


def answering(world: World, handler: Handler) -> Prober:
    """A prober whose vendor is this function."""
    return Prober(
        world.desk.tools, lambda: ProbeExchange(httpx.AsyncClient(transport=httpx.MockTransport(handler))), no_pause
    )


async def no_pause(_seconds: float) -> None:
    return None


def answer(domains: list[str], charged: object = 0) -> httpx.Response:
    return httpx.Response(
        200, json={"data": [{"domain": each} for each in domains], "meta": {"credits_charged": charged}}
    )


def test_what_is_not_listed_is_what_the_real_run_charges(world: World) -> None:
    cached = [f"cached-{number}.example" for number in range(17)]
    world.set("oneclickseo", monthly=100, top_up=0, cached_domains=cached)
    account = world.add("oneclickseo")
    items = [f"https://www.{name.upper()}/about" for name in cached[:12]] + [f"new-{n}.example" for n in range(9)]
    told: list[tuple[int, int]] = []
    result = probe(world, account, items, told)
    assert result == ProbeResult(12, 9, 3, Decimal(0))
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert requests_for(world.desk.tools.catalogue.get("oneclickseo").probes[0], len(items)) == 3
    assert world.state("oneclickseo")["monthly"] == 100
    assert world.requests("oneclickseo") == 3
    assert result.probed == Probed(21, 9)


def test_a_probed_list_has_an_exact_verdict_and_needs_no_pilot(world: World) -> None:
    account = world.add_typed("oneclickseo", plan="starter")
    world.type(account, monthly=9, top_up=0)
    definition = world.desk.tools.catalogue.get("oneclickseo")
    operation = definition.operation(OPERATION)
    assert operation is not None
    snapshot, now = world.reading(account).snapshot, world.clock()
    part = Part(operation, probed=Probed(21, 9))
    case = WayCase(definition, (part,), 21, snapshot, account.settings, {}, now)
    assert [way.id for way in ways(case)] == ["all"] and ways(case)[0].added_now == ways(case)[0].added_low == 9
    plain = WayCase(definition, (Part(operation),), 21, snapshot, account.settings, {}, now)
    assert "pilot" in [way.id for way in ways(plain)]


def test_the_first_charge_ends_it(world: World) -> None:
    asked: list[httpx.Request] = []

    def charging(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return answer([], charged=0 if len(asked) == 1 else 1)

    account = world.add("oneclickseo")
    with pytest.raises(ProbeFailed, match="charged 1 for a question that should be free") as failed:
        world.run(answering(world, charging).probe(account.id, OPERATION, [f"{n}.example" for n in range(50)]))
    assert (len(asked), failed.value.requests, failed.value.charged) == (2, 2, 1)


def test_an_answer_that_does_not_say_that_it_was_free_ends_it_too(world: World) -> None:
    account = world.add("oneclickseo")
    prober = answering(world, lambda _: httpx.Response(200, json={"data": [], "meta": {}}))
    with pytest.raises(ProbeFailed, match="does not say that the question was free") as failed:
        world.run(prober.probe(account.id, OPERATION, ["a.example"]))
    assert failed.value.requests == 1


def test_an_answer_of_another_shape_is_no_zero(world: World) -> None:
    account = world.add("oneclickseo")
    for data in (None, {}, [{"domain": None}], "a.example"):
        reply = httpx.Response(200, json={"data": data, "meta": {"credits_charged": 0}})
        prober = answering(world, lambda _, reply=reply: reply)  # type: ignore[misc]
        if data == [{"domain": None}]:  # JMESPath drops nulls: nothing is listed
            assert world.run(prober.probe(account.id, OPERATION, ["a.example"])).uncached == 1
            continue
        with pytest.raises(ProbeFailed, match="cannot be read"):
            world.run(prober.probe(account.id, OPERATION, ["a.example"]))


def test_the_question_asks_for_nothing_fresh_and_holds_ten_domains_at_the_most(world: World) -> None:
    bodies: list[dict[str, object]] = []

    def listening(request: httpx.Request) -> httpx.Response:
        bodies.append(json.loads(request.content))
        assert request.headers["authorization"] == f"Bearer {world.key('oneclickseo')}"
        return answer([])

    account = world.add("oneclickseo")
    items = [f"{{key}}-{number}.example" for number in range(23)]
    result = world.run(answering(world, listening).probe(account.id, OPERATION, items))
    assert [body["fetch_uncached"] for body in bodies] == [False] * 3
    assert [each for body in bodies for each in body["domains"]] == items  # type: ignore[attr-defined]
    assert (result.uncached, result.requests) == (23, 3)


def test_a_refusal_is_told_and_ends_it(world: World) -> None:
    account = world.add("oneclickseo")
    world.fault(FaultKind.REJECT, "oneclickseo")
    with pytest.raises(ProbeFailed) as failed:
        probe(world, account, ["a.example"])
    assert failed.value.trouble is not None and failed.value.trouble.kind is TroubleKind.KEY_REJECTED
    assert world.key("oneclickseo") not in str(failed.value)


def test_without_a_key_nothing_is_asked(world: World) -> None:
    account = world.add_typed("oneclickseo")
    with pytest.raises(ProbeFailed) as failed:
        probe(world, account, ["a.example"])
    assert failed.value.trouble is not None and failed.value.trouble.kind is TroubleKind.NO_KEY
    assert (world.requests("oneclickseo"), failed.value.requests) == (0, 0)


def test_a_short_wait_is_waited_for_and_a_long_one_ends_it(world: World) -> None:
    account = world.add("oneclickseo")
    replies = [httpx.Response(429, headers={"Retry-After": "20"}), answer(["a.example"])]
    prober = answering(world, lambda _: replies.pop(0))
    assert world.run(prober.probe(account.id, OPERATION, ["a.example"])).found == 1
    long = httpx.Response(429, headers={"Retry-After": str(LONGEST_WAIT_S + 1)})
    with pytest.raises(ProbeFailed) as failed:
        world.run(answering(world, lambda _: long).probe(account.id, OPERATION, ["a.example"]))
    assert failed.value.trouble is not None and failed.value.trouble.kind is TroubleKind.THROTTLED


def test_an_operation_without_a_free_question_is_said(world: World) -> None:
    account = world.add("oneclickseo")
    with pytest.raises(ProbeFailed, match="no free question"):
        world.run(Prober(world.desk.tools).probe(account.id, "serp-overview", ["a"]))


@pytest.mark.parametrize(
    ("item", "same"),
    [
        ("Example.COM", "example.com"),
        ("https://www.example.com/path?q=1#x", "example.com"),
        ("http://user@example.com:8080", "example.com"),
        ("//example.com.", "example.com"),
        ("example.com/", "example.com"),
        ("xn--mnchen-3ya.example", "münchen.example"),
        ("MU\u0308NCHEN.example", "münchen.example"),
        ("münchen\u3002example", "münchen.example"),
        ("xn--zzzzzz99999999999.example", "xn--zzzzzz99999999999.example"),
    ],
)
def test_domains_are_compared_bare(item: str, same: str) -> None:
    assert bare_domain(item) == bare_domain(same) == same


def test_domains_that_only_look_alike_are_not_the_same() -> None:
    assert bare_domain("fass.example") != bare_domain("faß.example")
    assert bare_domain("shop.example.com") != bare_domain("example.com")
