"""LeadBoxer in the sandbox has fixed prices, grants that expire, and the documented refusals."""

import pytest

CREDITS = "GET /v1/management/credits"
TWO_GRANTS = [
    {"id": "late", "amount": 100, "remaining": 50, "expires_at": "2026-12-01T00:00:00+00:00"},
    {"id": "soon", "amount": 100, "remaining": 15, "expires_at": "2026-10-01T00:00:00+00:00"},
]


def grants(world):
    return {each["id"]: each["remaining"] for each in world.ask("leadboxer", CREDITS).body["data"]}


def test_the_credits_are_a_list_of_grants(world):
    world.set("leadboxer", grants=TWO_GRANTS)
    assert world.ask("leadboxer", CREDITS).body["data"][0] == {
        "id": "late",
        "amount": 100,
        "remaining": 50,
        "expiresAt": "2026-12-01T00:00:00Z",
    }


@pytest.mark.parametrize(
    ("line", "body", "operation", "cost"),
    [
        ("GET /v1/ip-lookup?ip=8.8.8.8", None, "ip-lookup", 10),
        ("GET /v1/domain-lookup?domain=leadboxer.com", None, "domain-lookup", 10),
        ("POST /v1/track", {"datasetId": "x"}, "track", 1),
        ("GET /v1/leads?site={site}&limit=50", None, "leads", 10),
        ("GET /v1/leads/export?site={site}&limit=3", None, "leads-export", 10),
        ("GET /v1/user-datasets", None, "", 0),
        (CREDITS, None, "", 0),
    ],
)
def test_each_request_costs_its_fixed_price(world, line, body, operation, cost):
    state = world.page("leadboxer")["state"]
    assert world.ask("leadboxer", line.format(site=state["datasets"][0]), body).status == 200
    assert world.page("leadboxer")["state"]["left"] == state["left"] - cost
    journal = world.call(lambda sandbox: sandbox.journal("leadboxer"))
    assert [(each["operation"], each["credits"]) for each in journal] == ([(operation, cost)] if cost else [])


def test_the_newer_prices_are_a_switch(world):
    world.set("leadboxer", prices="newer", grants=TWO_GRANTS)
    world.ask("leadboxer", "GET /v1/ip-lookup?ip=8.8.8.8")
    assert sum(grants(world).values()) == 45


def test_the_grant_that_expires_first_is_drained_first_and_expired_ones_do_not_count(world):
    world.set("leadboxer", grants=TWO_GRANTS)
    for _ in range(2):
        world.ask("leadboxer", "GET /v1/ip-lookup?ip=8.8.8.8")
    assert grants(world) == {"late": 45, "soon": 0}
    world.set("leadboxer", grants=TWO_GRANTS)
    world.clock.move(days=30)
    assert grants(world) == {"late": 50}


def test_the_free_plan_stops_with_the_documented_402(world):
    world.set("leadboxer", plan="free", grants=[TWO_GRANTS[1]])
    assert world.ask("leadboxer", "GET /v1/ip-lookup?ip=8.8.8.8").status == 200
    reply = world.ask("leadboxer", "GET /v1/ip-lookup?ip=8.8.8.8")
    assert reply.status == 402
    assert reply.body == {
        "type": "https://developers.leadboxer.com/docs/payment-required",
        "title": "Payment Required",
        "status": 402,
        "detail": "Your account has exceeded the free tier limits",
        "instance": "/v1/ip-lookup",
        "billing_portal": "https://app.leadboxer.com/billing",
    }
    assert grants(world) == {"soon": 5}


def test_a_paid_plan_goes_on_and_the_overage_is_counted(world):
    world.set("leadboxer", grants=[TWO_GRANTS[1]])
    for _ in range(3):
        assert world.ask("leadboxer", "GET /v1/domain-lookup?domain=a.example").status == 200
    state = world.page("leadboxer")["state"]
    assert (state["left"], state["overage"]) == (0, 15)
    assert world.page("leadboxer")["charges"] == {"soon": 15, "overage": 15}


def test_requests_that_are_not_valid_or_not_allowed_cost_nothing(world):
    before = world.page("leadboxer")["state"]["left"]
    lines = {
        "GET /v1/ip-lookup?ip=nonsense": 400,
        "GET /v1/domain-lookup?domain=https://www.a.example/": 400,
        "GET /v1/leads": 400,
        "GET /v1/leads?site=another": 403,
        "GET /v1/nothing": 404,
    }
    assert {line: world.ask("leadboxer", line).status for line in lines} == lines
    assert world.page("leadboxer")["state"]["left"] == before


def test_a_bad_key_has_the_documented_401_body(ask):
    reply = ask("leadboxer", CREDITS, key="nobody")
    assert reply.status == 401
    assert reply.body == {"error": "Unauthorized", "message": "Invalid or missing API key"}


def test_over_the_rate_limit_the_documented_429_says_in_its_body_how_long(world):
    world.set("leadboxer", rate_limit=1)
    world.ask("leadboxer", "POST /v1/track", {})
    world.clock.move(seconds=17)
    reply = world.ask("leadboxer", "POST /v1/track", {})
    assert reply.status == 429
    assert "retry-after" not in reply.headers
    assert reply.body == {
        "type": "https://developers.leadboxer.com/docs/rate-limit-exceeded",
        "title": "Rate Limit Exceeded",
        "status": 429,
        "detail": "API rate limit exceeded",
        "instance": "/v1/track",
        "retry-after": 43,
        "rate-limit": 2,
        "rate-limit-remaining": 0,
        "rate-limit-period": "minute",
        "rate-limit-reset": int(world.clock.now.timestamp()) + 43,
    }
    world.clock.move(seconds=43)
    assert world.ask("leadboxer", "POST /v1/track", {}).status == 200
    assert world.page("leadboxer")["charges"] != {}


def test_a_repeated_ip_within_a_day_can_be_free(world):
    world.set("leadboxer", free_repeats=True, grants=TWO_GRANTS)
    for hours in (0, 23, 2):
        world.clock.move(hours=hours)
        world.ask("leadboxer", "GET /v1/ip-lookup?ip=8.8.8.8")
    assert sum(grants(world).values()) == 45


def test_the_export_is_csv(world):
    site = world.page("leadboxer")["state"]["datasets"][0]
    reply = world.ask("leadboxer", f"GET /v1/leads/export?site={site}&limit=3")
    assert reply.headers["content-type"].startswith("text/csv")
    assert len(reply.raw.splitlines()) == 4


@pytest.mark.parametrize("shape", ["plain", "other-names", "texts", "epoch", "no-expiry", "nested", "empty"])
def test_grants_can_be_told_in_several_shapes(world, shape):
    world.set("leadboxer", grant_shape=shape)
    assert "data" in world.ask("leadboxer", CREDITS).body
