"""Ranktracker in the sandbox keeps to the documented rules, and its slots are counted."""

import random

import pytest

ENGINES = [
    {"name": "google", "location": "United States", "language": "en", "device": device}
    for device in ("desktop", "mobile")
]
USAGE = "GET /v1/account/usage"


def quotas(world):
    attributes = world.ask("ranktracker", USAGE).body["data"]["attributes"]
    return {name: attributes[name]["usage"] for name in ("keywords", "dataRows")}


def domain_of(world):
    return world.ask("ranktracker", "GET /v1/domains").body["data"][0]["id"]


def create(world, words, engines=ENGINES, domain=None):
    body = {"frequency": "daily", "words": words, "search_engines": engines}
    return world.ask("ranktracker", f"POST /v1/domains/{domain or domain_of(world)}/keywords", body)


def words(count, start=0):
    return [f"word {number}" for number in range(start, start + count)]


def test_the_usage_body_is_the_documented_one(ask):
    reply = ask("ranktracker", USAGE)
    assert reply.status == 200
    assert reply.body == {
        "data": {
            "id": "a1b2c3d4-5678-90ab-cdef-1234567890ab",
            "type": "usage",
            "attributes": {
                "apiEnabled": True,
                "keywords": {"usage": 842, "limit": 1000, "remaining": 158},
                "dataRows": {"usage": 4210, "limit": 5000, "remaining": 790},
                "onDemand": {"usage": 12, "limit": 50, "remaining": 38},
                "serpAnalyser": {"usage": 3, "limit": 25, "remaining": 22},
            },
        }
    }


def test_a_bad_or_missing_key_is_a_plain_html_403(world):
    for key in ("", "tkn_usr_nobody", f"Bearer {world.keys['ranktracker']}"):
        reply = world.ask("ranktracker", USAGE, key=key)
        assert reply.status == 403
        assert reply.headers["content-type"].startswith("text/html")
        assert reply.raw.startswith(b"<!DOCTYPE html>")


def test_without_api_access_usage_answers_and_the_rest_is_403(world):
    world.set("ranktracker", api_enabled=False)
    reply = world.ask("ranktracker", USAGE)
    assert (reply.status, reply.body["data"]["attributes"]["apiEnabled"]) == (200, False)
    assert world.ask("ranktracker", "GET /v1/domains").status == 403


def test_a_create_tracks_words_times_engines_and_occupies_both_quotas(world):
    reply = create(world, words(3))
    assert reply.status == 201
    assert len(reply.body["data"]) == 6
    first = reply.body["data"][0]["attributes"]
    assert (first["word"], first["searchEngine"], first["device"]) == ("word 0", "google", "desktop")
    assert quotas(world) == {"keywords": 848, "dataRows": 4216}
    assert world.page("ranktracker")["charges"] == {"keywords": 6, "dataRows": 6}


def test_exactly_enough_fits_and_one_more_is_the_documented_402(world):
    assert create(world, words(79)).status == 201
    reply = create(world, ["one more"], ENGINES[:1])
    assert reply.status == 402
    detail = "Adding these keywords would exceed your plan's quota."
    assert reply.body == {"errors": [{"code": "over_quota", "status": 402, "detail": detail}]}
    assert quotas(world) == {"keywords": 1000, "dataRows": 4368}


def test_the_data_rows_bind_too(world):
    world.set("ranktracker", usage={"dataRows": 4999})
    assert create(world, ["a"]).status == 402
    assert create(world, ["a"], ENGINES[:1]).status == 201


def test_a_downgrade_shows_a_negative_rest_and_lets_nothing_in(world):
    world.set("ranktracker", limits={"keywords": 500})
    attributes = world.ask("ranktracker", USAGE).body["data"]["attributes"]
    assert attributes["keywords"] == {"usage": 842, "limit": 500, "remaining": -342}
    assert create(world, ["a"], ENGINES[:1]).status == 402


def test_pausing_and_deleting_free_slots_and_resuming_takes_them_again(world):
    domain = domain_of(world)
    made = [each["id"] for each in create(world, words(79), domain=domain).body["data"]]
    path = f"/v1/domains/{domain}/keywords/{made[0]}"
    reply = world.ask("ranktracker", f"PATCH {path}", {"tracked": False})
    assert (reply.status, reply.body["data"]["attributes"]["tracked"]) == (200, False)
    world.ask("ranktracker", f"PATCH {path}", {"tracked": False})
    assert quotas(world)["keywords"] == 999
    assert create(world, ["in between"], ENGINES[:1], domain).status == 201
    assert world.ask("ranktracker", f"PATCH {path}", {"tracked": True}).status == 402
    assert world.ask("ranktracker", f"DELETE /v1/domains/{domain}/keywords/{made[1]}").status == 204
    assert world.ask("ranktracker", f"PATCH {path}", {"tracked": True}).status == 200
    assert quotas(world)["keywords"] == 1000
    assert world.ask("ranktracker", f"GET /v1/domains/{domain}/keywords/{made[1]}").status == 404


def test_lists_are_paged_by_headers_and_a_larger_page_is_capped_silently(world):
    world.set("ranktracker", limits={"keywords": 9000, "dataRows": 9000})
    domain = domain_of(world)
    create(world, words(1200), ENGINES[:1], domain)
    path = f"GET /v1/domains/{domain}/keywords"
    reply = world.ask("ranktracker", path)
    assert len(reply.body["data"]) == 50
    names = ("x-total-count", "x-total-pages", "x-per-page", "x-current-page")
    assert [reply.headers[name] for name in names] == ["1204", "25", "50", "1"]
    reply = world.ask("ranktracker", f"{path}?page=2&per_page=5000")
    assert [reply.headers[name] for name in names] == ["1204", "2", "1000", "2"]
    assert len(reply.body["data"]) == 204
    assert world.ask("ranktracker", f"{path}?page=x").status == 400


def test_a_missing_parameter_is_400_and_each_bad_field_has_its_entry_in_422(world):
    path = f"POST /v1/domains/{domain_of(world)}/keywords"
    for body in (None, b"[]", b"{", {"words": ["a"]}):
        assert world.ask("ranktracker", path, body).status == 400
    reply = world.ask("ranktracker", path, {"words": [" "], "search_engines": [{}], "frequency": "hourly"})
    assert reply.status == 422
    assert [each["status"] for each in reply.body["errors"]] == [422, 422, 422]
    assert quotas(world)["keywords"] == 842


def test_what_is_another_accounts_does_not_exist(world):
    other = world.call(lambda sandbox: sandbox.add_account("ranktracker"))
    domain = domain_of(world)
    for line in (f"GET /v1/domains/{domain}", f"GET /v1/domains/{domain}/keywords", "GET /v1/domains/nothing"):
        reply = world.ask("ranktracker", line, key=other)
        assert (reply.status, reply.body["errors"][0]["code"]) == (404, "not_found")


def test_two_accounts_count_for_themselves(world):
    other = world.call(lambda sandbox: sandbox.add_account("ranktracker", usage={"keywords": 7}))
    create(world, ["a"])
    assert world.ask("ranktracker", USAGE, key=other).body["data"]["attributes"]["keywords"]["usage"] == 7
    assert world.page("ranktracker", "ranktracker-2")["charges"] == {}


@pytest.mark.parametrize(("rule", "status", "made"), [("count", 201, 3), ("skip", 201, 1), ("refuse", 422, 0)])
def test_what_repeated_words_do_is_a_switch(world, rule, status, made):
    world.set("ranktracker", duplicates=rule)
    reply = create(world, ["running shoes", "new", " NEW "], ENGINES[:1])
    assert reply.status == status
    assert quotas(world)["keywords"] == 842 + made


def test_rows_per_keyword_is_a_switch(world):
    world.set("ranktracker", rows_per_keyword=5)
    assert quotas(world) == {"keywords": 842, "dataRows": 4210}
    create(world, ["a"], ENGINES[:1])
    assert quotas(world) == {"keywords": 843, "dataRows": 4215}


def test_keywords_can_be_tagged_one_by_one_and_together(world):
    domain = domain_of(world)
    made = [each["id"] for each in create(world, words(2), domain=domain).body["data"]]
    tag = world.ask("ranktracker", "POST /v1/tags", {"name": "spring"}).body["data"]["id"]
    path = f"POST /v1/domains/{domain}/keywords"
    reply = world.ask("ranktracker", f"{path}/taggings", {"tag_uuid": tag, "keyword_uuids": made})
    assert (reply.status, len(reply.body["data"])) == (201, 4)
    assert world.ask("ranktracker", f"{path}/{made[0]}/tags/{tag}").status == 201
    assert world.ask("ranktracker", f"{path}/{made[0]}/tags/nothing").status == 404


def test_creates_are_all_or_nothing_and_never_pass_a_limit(world):
    chance = random.Random(11)
    domain = domain_of(world)
    for _ in range(150):
        limits = {"keywords": 842 + chance.randrange(30), "dataRows": 4210 + chance.randrange(30)}
        world.set("ranktracker", limits=limits, domains=["x.example"], usage={"keywords": 842, "dataRows": 4210})
        domain = domain_of(world)
        count, engines = chance.randrange(1, 18), ENGINES[: chance.randrange(1, 3)]
        needed = count * len(engines)
        fits = needed <= limits["keywords"] - 842 and needed <= limits["dataRows"] - 4210
        reply = create(world, words(count), engines, domain)
        assert reply.status == (201 if fits else 402)
        tracked = needed if fits else 0
        assert quotas(world) == {"keywords": 842 + tracked, "dataRows": 4210 + tracked}
        assert world.page("ranktracker")["state"]["keywords_listed"] == tracked


def test_a_revoked_key_is_unknown_at_once(world):
    world.set("ranktracker", revoked=True)
    assert world.ask("ranktracker", USAGE).status == 403
    assert world.books()["vendors"]["ranktracker"]["(unknown key)"]["requests"] == {USAGE: 1}
