"""OneClickSEO in the sandbox charges by the documented table, the month first, and never more than there is."""

import random

import pytest

METRICS = "POST /v1/domains/metrics"


def left(world):
    state = world.page("oneclickseo")["state"]
    return state["monthly"], state["top_up"]


def post(world, path, body):
    return world.ask("oneclickseo", f"POST {path}", body)


def test_metrics_have_the_documented_body_and_a_cached_domain_costs_nothing(world):
    body = {"domains": ["https://www.Ahrefs.com/blog"]}
    reply = world.ask("oneclickseo", METRICS, body)
    assert reply.body["data"] == [
        {
            "domain": "ahrefs.com",
            "domain_rating": 91,
            "backlinks": 28400000,
            "referring_domains": 84200,
            "spam_score": 2,
            "fetched_at": "2026-09-14T12:00:00Z",
        }
    ]
    assert reply.body["meta"]["credits_charged"] == 1
    assert reply.body["meta"]["request_id"].startswith("req_")
    assert world.ask("oneclickseo", METRICS, body).body["meta"]["credits_charged"] == 0
    assert left(world) == (311, 120)


def test_the_free_probe_tells_what_is_cached_and_charges_nothing(world):
    world.set("oneclickseo", cached_domains=["a.example"])
    body = {"domains": ["a.example", "b.example"], "fetch_uncached": False}
    reply = world.ask("oneclickseo", METRICS, body)
    assert [each["domain"] for each in reply.body["data"]] == ["a.example"]
    assert reply.body["meta"]["credits_charged"] == 0
    assert world.ask("oneclickseo", METRICS, body | {"fetch_uncached": True}).body["meta"]["credits_charged"] == 1


def test_more_than_ten_domains_are_refused_without_a_charge(world):
    reply = world.ask("oneclickseo", METRICS, {"domains": [f"{n}.example" for n in range(11)]})
    assert reply.status == 422
    assert left(world) == (312, 120)


@pytest.mark.parametrize(
    ("path", "body", "cost"),
    [
        ("/v1/keywords/ideas", {"keyword": "shoes"}, 25),
        ("/v1/serp/overview", {"keywords": ["a", "b"]}, 2),
        ("/v1/keywords/clusters", {"keywords": ["a", "b", "c"]}, 1),
        ("/v1/content/briefs", {"keywords": ["a", "b"]}, 6),
        ("/v1/backlinks/gap", {"domain": "a.example", "competitors": ["b.example", "c.example"]}, 7),
        ("/v1/rank-checks", {"keywords": ["a", "b", "c"]}, 3),
        ("/v1/rank-checks", {"keywords": ["a", "b", "c"], "depth": 100}, 30),
        ("/v1/ai-visibility/checks", {"query": "shoes"}, 4),
        ("/v1/ai-visibility/checks", {"query": "shoes", "engines": ["claude"]}, 1),
        ("/v1/projects", {"name": "one"}, 0),
        ("/v1/site-audits", {"domain": "a.example"}, 0),
    ],
)
def test_each_operation_charges_what_the_table_says(world, path, body, cost):
    reply = post(world, path, body)
    assert reply.status in (200, 201, 202)
    assert reply.body["meta"]["credits_charged"] == cost
    assert sum(left(world)) == 432 - cost
    assert sum(world.page("oneclickseo")["charges"].values()) == cost


def test_an_overview_costs_once_and_then_comes_from_the_cache(world):
    path = "GET /v1/keywords/overview?keyword=link%20building&country=us"
    costs = [world.ask("oneclickseo", path).body["meta"]["credits_charged"] for _ in range(2)]
    assert costs == [1, 0]


def test_the_top_up_is_spent_only_after_the_month(world):
    world.set("oneclickseo", monthly=10, top_up=20)
    post(world, "/v1/keywords/ideas", {"keyword": "shoes"})
    assert left(world) == (0, 5)
    assert world.page("oneclickseo")["charges"] == {"monthly": 10, "top_up": 15}


def test_what_the_balance_does_not_cover_is_402_and_no_work_is_done(world):
    world.set("oneclickseo", monthly=20, top_up=4)
    assert post(world, "/v1/keywords/ideas", {"keyword": "shoes"}).status == 402
    state = world.page("oneclickseo")["state"]
    assert (state["balance"], state["jobs"]) == (24, {})
    world.set("oneclickseo", top_up=5)
    assert post(world, "/v1/keywords/ideas", {"keyword": "shoes"}).status == 202
    assert left(world) == (0, 0)


def test_a_gap_run_answers_as_documented_and_is_polled_free(world):
    made = post(world, "/v1/backlinks/gap", {"domain": "a.example", "competitors": ["b.example", "c.example"]})
    run = made.body["data"]["id"]
    assert made.body["data"] == {"id": run, "status": "running", "mode": "union", "competitor_count": 2}
    assert world.ask("oneclickseo", f"GET /v1/backlinks/gap/{run}").body["data"]["status"] == "running"
    ended = world.ask("oneclickseo", f"GET /v1/backlinks/gap/{run}").body
    assert ended["data"] == {
        "id": run,
        "status": "completed",
        "prospect_count": 100,
        "credits_charged": 7,
        "finished_at": "2026-09-14T12:00:00Z",
    }
    assert list(ended["meta"]) == ["request_id"]
    listed = world.ask("oneclickseo", f"GET /v1/backlinks/gap/{run}/prospects?per_page=500").body
    assert listed["meta"] == {"page": 1, "per_page": 100, "total": 100, "total_pages": 1}
    assert sum(left(world)) == 425


def test_a_job_runs_then_ends_and_its_charge_is_booked_once(world):
    job = post(world, "/v1/keywords/ideas", {"keyword": "shoes"}).body["data"]
    assert job["status"] == "pending"
    polls = [world.ask("oneclickseo", f"GET /v1/jobs/{job['id']}").body for _ in range(3)]
    assert polls[0]["data"] == {"id": job["id"], "status": "running", "progress": 42}
    assert [poll["data"]["status"] for poll in polls] == ["running", "completed", "completed"]
    assert polls[2]["data"]["credits_charged"] == 25
    assert len(world.call(lambda sandbox: sandbox.journal("oneclickseo"))) == 1


def test_a_failed_job_is_paid_back_only_by_the_switch(world):
    world.set("oneclickseo", job_outcome="failed", polls_to_finish=0, refund_failed=True)
    job = post(world, "/v1/keywords/ideas", {"keyword": "shoes"}).body["data"]["id"]
    assert world.ask("oneclickseo", f"GET /v1/jobs/{job}").body["data"]["status"] == "failed"
    world.ask("oneclickseo", f"GET /v1/jobs/{job}")
    assert sum(left(world)) == 432


def test_the_months_turn_fills_the_allowance_and_leaves_the_top_up(world):
    post(world, "/v1/keywords/ideas", {"keyword": "shoes"})
    world.call(lambda sandbox: sandbox.turn_month())
    assert left(world) == (500, 120)


def test_bad_keys_are_401_plans_without_access_403_and_there_is_no_balance_endpoint(world):
    assert world.ask("oneclickseo", "GET /v1/projects", key="nobody").status == 401
    for path in ("/v1/balance", "/v1/credits", "/v1/account", "/v1/account/credits"):
        assert world.ask("oneclickseo", f"GET {path}").status == 404
    world.set("oneclickseo", api_access=False)
    assert world.ask("oneclickseo", "GET /v1/projects").status == 403


def test_random_spending_never_goes_below_nothing_and_agrees_with_the_books(world):
    chance = random.Random(3)
    world.set("oneclickseo", monthly=60, top_up=45)
    charged = 0
    for number in range(120):
        path, body = chance.choice(
            [
                ("/v1/keywords/ideas", {"keyword": "a"}),
                ("/v1/content/briefs", {"keyword": "a"}),
                ("/v1/domains/metrics", {"domains": [f"{number}.example"]}),
            ]
        )
        reply = post(world, path, body)
        charged += reply.body["meta"]["credits_charged"]
        assert reply.status == 402 or reply.status < 300
        assert min(left(world)) >= 0
        assert sum(left(world)) == 105 - charged
