"""Random requests against the practice vendors: what the meter counts is what they charged, and nobody gets a 402.

The vendors are asked in this process, without a network; their own books are what the counting is held against.
"""

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

import pytest
from tests.core.desk_facts import NOW
from tests.providers.metered import CATALOGUE, get, post
from tests.proving import PROVING

from creditdesk.core.charges import Charge, ChargeState
from creditdesk.core.counted import Certain, Counted
from creditdesk.core.counting import Count
from creditdesk.core.guard import Decision, Guard, Limits, Purse, Why, decide
from creditdesk.core.metering import Call, Told
from creditdesk.core.pools import Pool, PoolKind
from creditdesk.providers.answer_text import Answer
from creditdesk.providers.metering import Meter
from creditdesk.providers.presenting import Presenter
from creditdesk.sandbox.counters import Counters
from creditdesk.sandbox.leadboxer import LeadBoxer
from creditdesk.sandbox.oneclickseo import OneClickSeo
from creditdesk.sandbox.ranktracker import Ranktracker
from creditdesk.sandbox.vendor import Service, Vendor, World
from creditdesk.sandbox.wire import Call as Asked

REQUESTS = 10_000 if PROVING else 3_000
TOKEN = "cdgw_" + "t" * 40


class Script:
    """One script, its gateway's counting, and the vendor that it asks."""

    def __init__(self, kind: type[Vendor[Any]], provider: str, state: dict[str, Any], **settings: str) -> None:
        self.now = NOW
        chance = random.Random(7)
        self.service = Service(kind(World(lambda: self.now, chance, Counters(lambda: self.now))))
        self.definition = CATALOGUE.get(provider)
        self.key = self.service.vendor.new_key()
        self.account = self.service.add("mine", self.key, state)
        self.meter = Meter(self.definition, settings)
        self.presenter = Presenter(self.definition, settings)
        self.jobs: set[str] = set()
        self.counting = Count(self.definition, ())
        self.statuses: Counter[int] = Counter()
        self.whys: Counter[Why] = Counter()
        self.unpaid: Counter[Why] = Counter()

    def state(self) -> dict[str, Any]:
        return self.service.vendor.state(self.account)

    def knows(self, *pools: Pool) -> None:
        """So much is there now, for certain."""
        self.now += timedelta(seconds=1)
        self.counting = Count(self.definition, [Certain(pool, self.now) for pool in pools])

    def counted(self) -> Counted:
        return self.counting.counted(self.now)

    def ask(self, call: Call, guard: Guard = Guard.REFUSE) -> tuple[Decision, Told | None, Answer | None]:
        """As the gateway does it: judge, put the key in, ask, count."""
        self.now += timedelta(seconds=1)
        matched = self.meter.match(call)
        purse = Purse(self.counted(), self.definition.drain, self.now)
        found = decide(matched, purse, Limits(guard, overage=self.meter.bills_overage))
        self.whys[found.why] += 1
        if not found.passes:
            return found, None, None
        sent = self.presenter.replaced(self.bearing(call), TOKEN, {"key": self.key})
        answer = self.vendor(sent)
        told = self.meter.told(matched, answer)
        if not told.job or told.job not in self.jobs:
            self.jobs |= {told.job} - {""}
            state = ChargeState.UNKNOWN if told.draws is None else ChargeState.BOOKED
            self.counting.take(Charge("c", "a", self.now, matched.operation, told.draws, state=state))
        self.unpaid[found.why] += answer.status == 402
        self.statuses[answer.status] += 1
        return found, told, answer

    def bearing(self, call: Call) -> Call:
        name, value = {
            "oneclickseo": (b"authorization", b"Bearer %s"),
            "leadboxer": (b"x-api-key", b"%s"),
            "ranktracker": (b"authorization", b"%s"),
        }[self.definition.id]
        return replace(call, headers=(*call.headers, (name, value % TOKEN.encode())))

    def vendor(self, call: Call) -> Answer:
        headers = {name.decode().title(): value.decode() for name, value in call.headers}
        if "X-Api-Key" in headers:
            headers["x-api-key"] = headers["X-Api-Key"]
        query = dict(parse_qsl(call.query.decode()))
        found = self.service.answer(Asked(call.method, call.path.decode(), query, headers, call.body or b""))
        named = [(name.encode(), text.encode()) for name, text in found.all_headers().items()]
        return Answer(found.status, named, found.raw())


def words(chance: random.Random, most: int, kinds: int = 60) -> list[str]:
    return [f"word-{chance.randrange(kinds)}.example" for _ in range(chance.randrange(1, most + 1))]


def _seo(chance: random.Random, jobs: list[str]) -> Call:
    keywords = {"keywords": words(chance, 4)}
    return chance.choice(
        [
            get("/v1/keywords/overview", f"keyword=w{chance.randrange(40)}"),
            post("/v1/keywords/ideas", {"keyword": "seed"}),
            post("/v1/serp/overview", keywords),
            post("/v1/keywords/clusters", keywords),
            post("/v1/content/briefs", keywords),
            post("/v1/domains/metrics", {"domains": words(chance, 10)}),
            post("/v1/domains/metrics", {"domains": words(chance, 10), "fetch_uncached": False}),
            post("/v1/domains/metrics", {"domains": words(chance, 14)}),
            post("/v1/backlinks/gap", {"domain": "a.com", "competitors": words(chance, 3), "limit": 100}),
            post("/v1/rank-checks", {**keywords, "depth": chance.choice([1, 10, 55, 100, 101])}),
            post("/v1/ai-visibility/checks", {"engines": chance.choice(["all", ["chatgpt"], ["x"]])}),
            post("/v1/projects", {"name": "p"}),
            post("/v1/serp/overview", {"keywords": []}),
            post("/v1/nothing", {}),
            get(f"/v1/jobs/{chance.choice(jobs or ['none'])}"),
            get(f"/v1/jobs/{chance.choice(jobs or ['none'])}"),
        ]
    )


def test_oneclickseos_account_is_counted_to_the_credit_and_stopped_before_it_is_empty() -> None:
    script = Script(OneClickSeo, "oneclickseo", {"monthly": 400, "top_up": 300})
    monthly = Pool("monthly", "Monthly", PoolKind.WALLET, "credits", Decimal(400))
    top_up = Pool("top-up", "Top-up", PoolKind.WALLET, "credits", Decimal(300))
    script.knows(monthly, top_up)
    chance, jobs = random.Random(3), list[str]()
    for number in range(REQUESTS):
        if number % 400 == 399:  # a top-up is bought, and said
            script.service.apply(script.account, {"monthly": 400, "top_up": 300})
            script.knows(monthly, top_up)
        _, told, _ = script.ask(_seo(chance, jobs))
        if told is not None and told.job:
            jobs.append(told.job)
        counted, state = script.counted(), script.state()
        assert (counted.left("monthly"), counted.left("top-up")) == (state["monthly"], state["top_up"])
    assert script.unpaid.total() == script.unpaid[Why.COST_UNKNOWN]  # where nobody could know, it was let pass
    assert min(script.statuses[each] for each in (200, 202, 404, 422)) > 0
    assert min(script.whys[each] for each in (Why.FITS, Why.SHORT, Why.FREE, Why.COST_UNKNOWN)) > 0


@pytest.mark.parametrize(("prices", "table"), [("fixed-cost", "fixed"), ("newer", "newer")])
def test_leadboxers_account_is_counted_by_its_price_list_and_exactly_enough_passes(prices: str, table: str) -> None:
    script = Script(LeadBoxer, "leadboxer", {"plan": "free", "prices": table, "grants": []}, prices=prices, plan="free")
    chance, site = random.Random(5), script.state()["datasets"][0]
    total = 500
    until = NOW + timedelta(days=9)
    grant = {"id": "g", "amount": total, "remaining": total, "expires_at": until.isoformat()}
    script.service.apply(script.account, {"grants": [grant]})
    pool = Pool("grant:g", "Grant", PoolKind.PACKAGE, "credits", Decimal(total), expires_at=until)
    script.knows(pool)
    for number in range(REQUESTS // 4):
        asked = chance.choice(
            [
                get("/v1/ip-lookup", f"ip=10.0.{number // 250}.{number % 250}"),
                get("/v1/ip-lookup", "ip=no"),
                get("/v1/domain-lookup", "domain=a.example"),
                post("/v1/track", {"event": "e"}),
                Call("POST", b"/v1/track", b"", (), b"["),
                get("/v1/user-datasets"),
                *([get("/v1/leads", f"site={site}")] if prices == "fixed-cost" else []),
            ]
        )
        script.ask(asked)
        assert script.counted().left("grant:g") == script.state()["left"]
    left = script.state()["left"]
    for _ in range(left):
        assert script.ask(post("/v1/track", {"event": "e"}))[0].why is Why.FITS
    assert script.state()["left"] == 0
    assert script.ask(post("/v1/track", {"event": "e"}))[0].why is Why.SHORT
    assert not script.unpaid.total()


def test_a_plan_that_bills_overage_is_never_stopped() -> None:
    script = Script(LeadBoxer, "leadboxer", {"plan": "starter", "grants": []}, plan="starter")
    script.knows(Pool("grant:g", "Grant", PoolKind.PACKAGE, "credits", Decimal(0)))
    found, _, answer = script.ask(get("/v1/domain-lookup", "domain=a.example"))
    assert (found.why, found.passes, found.warns) == (Why.OVERAGE, True, True)
    assert answer is not None
    assert answer.status == 200


def test_ranktrackers_places_are_counted_by_what_was_made_and_a_create_that_does_not_fit_is_not_sent() -> None:
    script = Script(Ranktracker, "ranktracker", {})
    chance, engines = random.Random(11), [_engine("desktop"), _engine("mobile")]
    usage = _read(script, "/v1/account/usage")["attributes"]
    names = {"keywords": "keywords", "data-rows": "dataRows"}
    script.knows(
        *(Pool(pool, pool, PoolKind.SLOTS, "places", Decimal(usage[name]["remaining"])) for pool, name in names.items())
    )
    domain = _read(script, "/v1/domains")[0]["id"]
    number = 0
    while script.whys[Why.SHORT] < 5 and number < 2_000:
        number += 1
        wanted = [f"w{number}-{each}" for each in range(chance.randrange(1, 25))]
        body = {"words": wanted, "search_engines": engines[: chance.randrange(1, 3)], "frequency": "daily"}
        script.ask(post(f"/v1/domains/{domain}/keywords", body))
        usage = _read(script, "/v1/account/usage")["attributes"]
        for pool, name in names.items():
            assert script.counted().left(pool) == usage[name]["remaining"]
    assert script.whys[Why.SHORT] == 5
    rest = int(min(script.counted().left(pool) or 0 for pool in names))
    exact = {"words": [f"last-{each}" for each in range(rest)], "search_engines": engines[:1], "frequency": "daily"}
    assert not rest or script.ask(post(f"/v1/domains/{domain}/keywords", exact))[0].why is Why.FITS
    assert script.statuses[402] == 0


def _engine(device: str) -> dict[str, str]:
    return {"name": "google", "location": "United States", "language": "en", "device": device}


def _read(script: Script, path: str) -> Any:
    """What a list or a reading of the vendor says."""
    answer = script.vendor(Call("GET", path.encode(), b"", ((b"authorization", script.key.encode()),)))
    assert isinstance(answer.data, dict)
    return answer.data["data"]
