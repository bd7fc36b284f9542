"""The 23 traps that vendors' answers set, each met by the definitions; docs/definition-language.md lists them.

A body is the documented one, or made from it; the numbers are what must come of it, to the digit.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from tests.providers.asking import account, bad, good

from creditdesk.core.definition import Definition
from creditdesk.core.levels import Level
from creditdesk.core.pools import Pool, Reading, Snapshot, Trouble, TroubleKind
from creditdesk.core.totals import totals
from creditdesk.providers.answers import Answer, Body, judge, read_answer
from creditdesk.providers.catalogue import Catalogue
from creditdesk.providers.definitions import load
from creditdesk.providers.request import build, describe
from creditdesk.providers.values import Scene

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
FOLDER = Path(__file__).parents[2] / "resources" / "providers"
VENDORS = Catalogue(FOLDER)
D = Decimal


def outcome(vendor: str, body: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Snapshot | Trouble:
    """What this body means, given to every request of the vendor."""
    definition = VENDORS.get(vendor)
    answers = {each.id: Answer(status, headers or {}, body.encode(), "vendor.example") for each in definition.requests}
    return read_answer(definition, answers, {}, NOW)


def pools(vendor: str, body: str) -> dict[str, Pool]:
    return {pool.id: pool for pool in good(outcome(vendor, body)).pools}


def left(vendor: str, body: str, pool: str) -> Decimal | None:
    return pools(vendor, body)[pool].left


def trouble(vendor: str, body: str, status: int = 200) -> TroubleKind:
    return bad(outcome(vendor, body, status)).kind


def day(year: int, month: int, number: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(year, month, number, hour, minute, second, tzinfo=UTC)


def sent_url(definition: Definition) -> str:
    made = build(definition, definition.requests[-1], account(provider=definition.id), {"key": "a/secret?"}, {})
    return made.url


def test_every_trap_of_the_page_has_its_test() -> None:
    page = (FOLDER.parents[1] / "docs" / "definition-language.md").read_text("utf-8")
    told = {int(number) for number in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)}
    tested = {int(name.split("_")[2]) for name in globals() if name.startswith("test_trap_")}
    assert told == tested == set(range(1, 24))


def test_trap_1_separators_and_signs_of_money() -> None:
    assert left("semrush", "1,000", "units") == D(1000)
    assert trouble("semrush", "1,0x0") is TroubleKind.BAD_ANSWER
    week = '{"weeklyTokenLimit":{"percentRemaining":98,"maxCredits":"$36.00","remainingCredits":"$35.30"}}'
    found = pools("synthetic", week)
    assert [(pool.left, pool.limit) for pool in found.values() if pool.unit == "USD"] == [(D("35.30"), D("36.00"))]


def test_trap_2_numbers_as_texts() -> None:
    majestic = '{"Code":"OK","GlobalVars":{"TotalAnalysisResUnits":"52386455","SubscriptionIsActive":"1"}}'
    assert left("majestic", majestic, "analysis") == D(52386455)
    deepseek = '{"is_available":true,"balance_infos":[{"currency":"CNY","total_balance":"110.00"}]}'
    assert str(left("deepseek", deepseek, "balance:CNY")) == "110.00"
    assert str(left("twilio", '{"account_sid":"AC","balance":"0.05","currency":"USD"}', "balance")) == "0.05"
    assert trouble("twilio", '{"account_sid":"AC","balance":"a lot","currency":"USD"}') is TroubleKind.BAD_ANSWER


def test_trap_3_cents_signs_turned_round_credit_and_debt() -> None:
    cents = '{"data":[{"results":[{"amount":"123.45","currency":"USD"}]}],"has_more":false}'
    assert pools("anthropic-cost", cents)["month"].used == D("1.2345")
    assert left("xai", '{"total":{"val":"-1000"}}', "prepaid") == D("10.00")
    assert left("deepinfra", '{"stripe_balance":-25.0,"recent":0,"limit":0}', "balance") == D("25.0")
    debt = '{"code":0,"data":{"available_balance":49.58,"voucher_balance":50.00,"cash_balance":-0.42},"status":true}'
    assert [pool.left for pool in pools("moonshot", debt).values()] == [D("49.58"), D("50.00"), D("-0.42")]


@pytest.mark.parametrize(
    ("vendor", "pool", "body"),
    [
        ("ahrefs", "key", '{"limits_and_usage":{"units_limit_workspace":9,"units_usage_workspace":1,'
         '"units_limit_api_key":null,"units_usage_api_key":1}}'),
        ("tavily", "key", '{"key":{"usage":150,"limit":null},"account":{"plan_usage":1,"plan_limit":9}}'),
        ("tavily", "key", '{"key":{"usage":150,"limit":2147483647},"account":{"plan_usage":1,"plan_limit":9}}'),
        ("openrouter-key", "limit", '{"data":{"limit":null,"limit_remaining":null,"usage":25.5,"usage_monthly":1}}'),
        ("ipinfo", "requests", '{"requests":{"month":200,"limit":2147483647,"remaining":2147483447}}'),
        ("deepl", "characters", '{"character_count":180118,"character_limit":1000000000000}'),
        ("bounceban", "credits", '{"available_credits":-1}'),
    ],
)  # fmt: skip
def test_trap_4_no_limit_is_no_number(vendor: str, pool: str, body: str) -> None:
    found = pools(vendor, body).get(pool)
    assert found is None or (found.left, found.limit) == (None, None)


def test_trap_5_minus_one_may_mean_a_bad_key() -> None:
    assert trouble("zerobounce", '{"Credits":-1}') is TroubleKind.KEY_REJECTED
    assert trouble("zerobounce", '{"Credits":"-1"}') is TroubleKind.KEY_REJECTED
    assert left("zerobounce", '{"Credits":"0"}', "credits") == D(0)


def test_trap_6_an_expiry_of_zero_is_none() -> None:
    packages = '{"errorId":0,"balance":1,"packages":[{"packageId":"a","title":"T","numberOfCalls":5,"expireTime":0}]}'
    assert pools("capsolver", packages)["package:a"].expires_at is None


def test_trap_7_words_that_mean_something_else() -> None:
    hunter = '{"data":{"requests":{"searches":{"used":998,"available":1000}}}}'
    assert left("hunter", hunter, "requests:searches") == D(2)
    clearout = '{"status":"success","data":{"available_credits":114563,"credits":{"available":114563,"total":200000}}}'
    assert left("clearout", clearout, "credits") == D(114563)
    task = '{"status_code":20000,"result":[{"login":"x","money":{"total":100.0,"balance":42.17}}]}'
    balance = pools("dataforseo", f'{{"status_code":20000,"tasks":[{task}]}}')["balance"]
    assert (balance.left, balance.limit) == (D("42.17"), None)
    quota = '{"quota":{"allotted":100,"used":50,"reset":"month","period_reset":1717225200}}'
    assert pools("moz", quota)["rows"].resets_at == day(2024, 6, 1, 7)
    key = '{"data":{"limit":100,"limit_remaining":74.5,"limit_reset":"monthly","usage":25.5,"usage_monthly":25.5}}'
    assert pools("openrouter-key", key)["limit"].left == D("74.5")


def test_trap_8_more_left_than_the_limit_and_use_over_the_plan() -> None:
    team = '{"success":true,"data":{"remainingCredits":600000,"planCredits":500000,"billingPeriodEnd":null}}'
    credits = pools("firecrawl", team)["credits"]
    assert (credits.left, credits.limit, credits.used) == (D(600000), None, None)
    over = '{"remain":0,"total":200,"overage":15,"used":200,"next_reset":"2026-12-01"}'
    assert pools("sendgrid", over)["overage"].used == D(15)
    voice = '{"character_count":120000,"character_limit":100000,"current_overage":{"amount":"1.5","currency":"usd"}}'
    spoken = pools("elevenlabs", voice)
    assert (spoken["characters"].left, spoken["overage"].used) == (D(-20000), D("1.5"))


@pytest.mark.parametrize(
    ("vendor", "body", "now", "before"),
    [
        ("seranking-data", '{"subscription_info":{"units_limit":9,"units_left":4,'
         '"expiration_date":"2027-01-01 00:00:00"}}', "expiration_date", "expiraton_date"),
        ("brightdata", '{"balance":456,"pending_balance":123}', "pending_balance", "pending_costs"),
        ("snovio", '{"access_token":"t","success":true,"data":{"balance":"5","unique_recipients_used":7}}',
         "unique_recipients_used", "recipients_used"),
        ("serpapi", '{"searches_per_month":9,"this_month_usage":1,"plan_searches_left":8,"extra_credits":0,'
         '"this_hour_searches":2,"account_rate_limit_per_hour":6}', "this_hour_searches", "last_hour_searches"),
    ],
)  # fmt: skip
def test_trap_9_a_field_under_its_new_and_its_former_name(vendor: str, body: str, now: str, before: str) -> None:
    found = outcome(vendor, body)
    assert good(found).pools
    assert outcome(vendor, body.replace(now, before)) == found
    assert outcome(vendor, body.replace(now, "another_name")) != found


def test_trap_10_keys_with_spaces_and_json_as_a_key() -> None:
    spaced = load(
        'schema = 1\nid = "spaced"\nname = "Spaced"\nas_of = 2026-11-21\nsource = "me"\n'
        '[[request]]\nid = "a"\nurl = "https://vendor.example/a"\n'
        '[[pool]]\nid = "credits"\nlabel = "Credits"\nkind = "allowance"\nunit = "credits"\n'
        "remaining = '\"credits available\"'\nlimit = '\"Monthly credits\"'\n",
        "spaced.toml",
    )
    body = b'{"credit used": 40, "credits available": 60, "Monthly credits": 100}'
    found = good(read_answer(spaced, {"a": Answer(200, {}, body, "vendor.example")}, {}, NOW)).pools[0]
    assert (found.left, found.limit) == (D(60), D(100))
    window = '{"limit":600,"consumed":1,"left_over":599}'
    apollo = f'{{"[\\"api/v1/contacts\\", \\"search\\"]":{{"day":{window},"hour":{window},"minute":{window}}}}}'
    assert left("apollo", apollo, 'day:["api/v1/contacts", "search"]') == D(599)


def test_trap_11_a_list_at_the_root() -> None:
    assert left("keywordseverywhere", "[95597755]", "credits") == D(95597755)
    assert trouble("keywordseverywhere", "[]") is TroubleKind.BAD_ANSWER
    assert left("clearout", '[{"status":"success","data":{"available_credits":5,"credits":{}}}]', "credits") == D(5)


@pytest.mark.parametrize(
    ("vendor", "body", "kind"),
    [
        ("capsolver", '{"errorId":1,"errorCode":"ERROR_KEY_DENIED_ACCESS","errorDescription":"no"}', "key_rejected"),
        ("anticaptcha", '{"errorId":1,"errorCode":"ERROR_KEY_DOES_NOT_EXIST","errorDescription":"no"}', "key_rejected"),
        ("2captcha", "ERROR_WRONG_USER_KEY", "key_rejected"),
        ("capmonster", '{"errorId":1,"errorCode":"ERROR_KEY_DOES_NOT_EXIST"}', "key_rejected"),
        ("dataforseo", '{"status_code":40100,"status_message":"no"}', "key_rejected"),
        ("dataforseo", '{"status_code":20000,"tasks":[{"status_code":40501,"result":null}]}', "bad_answer"),
        ("moonshot", '{"code":5,"data":{"available_balance":1},"scode":"0x5","status":false}', "bad_answer"),
        ("zerobounce", '{"Credits":-1}', "key_rejected"),
        ("millionverifier", '{"error":"apikey_not_found"}', "key_rejected"),
        ("majestic", '{"Code":"Failed","ErrorMessage":"no","GlobalVars":{"TotalAnalysisResUnits":"5"}}', "bad_answer"),
    ],
)  # fmt: skip
def test_trap_12_an_error_with_status_200(vendor: str, body: str, kind: str) -> None:
    assert trouble(vendor, body).value == kind


def test_trap_13_without_credits_the_question_itself_is_refused() -> None:
    assert trouble("zenrows", '{"code":"AUTH004","title":"made up","status":402}', 402) is TroubleKind.EXHAUSTED
    assert trouble("lusha", '{"message":"made up"}', 402) is TroubleKind.EXHAUSTED
    assert trouble("scraperapi", "", 403) is TroubleKind.EXHAUSTED


@pytest.mark.parametrize(
    ("vendor", "secret", "body"),
    [
        ("serpapi", "s3cret0f5erpApiAccount", '{"api_key":"s3cret0f5erpApiAccount","account_email":"me@vendor.example",'
         '"searches_per_month":9,"this_month_usage":1,"plan_searches_left":8,"extra_credits":0}'),
        ("ipinfo", "t0kenThatCameBack", '{"token":"t0kenThatCameBack","requests":{"month":1,"limit":9,"remaining":8}}'),
        ("capsolver", "CAP-l1vePackageKey0", '{"errorId":0,"balance":1,"packages":[{"packageId":"a",'
         '"title":"of CAP-l1vePackageKey0","numberOfCalls":5,"token":"CAP-l1vePackageKey0"}]}'),
    ],
)  # fmt: skip
def test_trap_14_a_secret_that_comes_back_is_dropped(vendor: str, secret: str, body: str) -> None:
    definition = VENDORS.get(vendor)
    answer = Answer(200, {}, body.encode(), "vendor.example")
    kept = judge(definition, definition.requests[0], answer, Scene(NOW))
    assert isinstance(kept, Body)
    assert f"'{secret}'" not in str(kept.data)
    assert secret not in str([(pool.id, pool.label) for pool in good(outcome(vendor, body)).pools])


def test_trap_15_a_key_in_the_path_is_encoded_and_never_shown() -> None:
    definition = VENDORS.get("virustotal")
    assert "{key}" in definition.requests[0].url
    assert sent_url(definition).endswith("/users/a%2Fsecret%3F")
    told = describe(definition, definition.requests[0], account(provider="virustotal"))
    assert "/users/***" in told


def test_trap_16_times_without_a_zone_ends_of_periods_dates_and_days_from_now() -> None:
    bee = '{"max_api_credit":9,"used_api_credit":1,"renewal_subscription_date":"2027-04-18T10:05:58.134716"}'
    assert pools("scrapingbee", bee)["credits"].resets_at == datetime(2027, 4, 18, 10, 5, 58, 134716, tzinfo=UTC)
    cycle = '{"data":{"monthlyUsageCycle":{"endAt":"2026-11-30T23:59:59.999Z"},"limits":{"maxMonthlyUsageUsd":300},'
    apify = pools("apify", cycle + '"current":{"monthlyUsageUsd":43}}}')
    assert apify["usage"].resets_at == day(2026, 12, 1)
    units = '{"limits_and_usage":{"units_limit_workspace":9,"units_usage_workspace":1,"usage_reset_date":"2026-12-01"}}'
    assert pools("ahrefs", units)["workspace"].resets_at == day(2026, 12, 1)
    snov = '{"access_token":"t","success":true,"data":{"balance":"5","recipients_used":0,"limit_resets_in":29}}'
    assert pools("snovio", snov)["credits"].resets_at == day(2026, 12, 20)


def test_trap_17_what_shares_credits_is_not_added_up() -> None:
    rows = '{"data":[{"product_id":1,"credits":500},{"product_id":14,"credits":500}]}'
    definition = VENDORS.get("whoisxml")
    reading = Reading(account(provider="whoisxml"), good(outcome("whoisxml", rows)), None, Level.GOOD)
    assert [each.left for each in totals([(definition, reading)], NOW)] == [D(500), D(500)]
    assert VENDORS.get("openrouter").pools[0].id == "balance"
    assert "openrouter-key" in VENDORS.ids()  # a key's limit lies inside the account's credits: another definition
    for vendor, part in (("ahrefs", "key"), ("siliconflow", "given"), ("copyscape", "value"), ("zenrows", "spent")):
        assert next(pool for pool in VENDORS.get(vendor).pools if pool.id == part).part_of


def test_trap_18_keys_that_hold_in_one_region_only() -> None:
    for vendor, count in (("zerobounce", 2), ("sendgrid", 2), ("deepl", 2), ("mailgun", 1)):
        request = VENDORS.get(vendor).requests[0]
        assert len(request.hosts) >= count
        choices = next(each.choices for each in VENDORS.get(vendor).params if each.name == request.host_param)
        assert set(request.hosts) <= set(choices)
    separate = [("moonshot", "moonshot-cn"), ("seranking-data", "seranking-project"), ("siliconflow", "siliconflow-cn")]
    for one, other in separate:
        hosts = [{each.url.split("/")[2] for each in VENDORS.get(vendor).requests} for vendor in (one, other)]
        assert not hosts[0] & hosts[1]


@pytest.mark.parametrize(
    "vendor",
    ["apollo", "exa", "openai-costs", "anthropic-cost", "openrouter", "xai", "venice", "zenmux", "twilio"],
)
def test_trap_19_a_key_that_can_do_more_than_read_is_marked(vendor: str) -> None:
    secrets = [each for each in VENDORS.get(vendor).credentials if each.secret]
    assert [each.power for each in secrets] == ["admin"] * len(secrets)


def test_trap_20_numbers_that_lag_are_said_to() -> None:
    for vendor, words in (("scraperapi", "15 seconds"), ("twilio", "show late"), ("xai", "billing cycle closes")):
        assert words in VENDORS.get(vendor).notes


def test_trap_21_a_question_that_may_be_asked_rarely_is_asked_rarely() -> None:
    a_minute = {"lusha": 5, "scrapingbee": 6, "scrape-do": 10, "anticaptcha": 2, "anycaptcha": 2, "crawlbase": 5}
    for vendor, times in a_minute.items():
        assert VENDORS.get(vendor).min_interval >= 60 / times
    assert VENDORS.get("crawlbase").min_interval == 300


def test_trap_22_a_host_that_looks_at_the_client_is_told_what_is_wanted() -> None:
    definition = VENDORS.get("ipinfo")
    made = build(definition, definition.requests[0], account(provider="ipinfo"), {"key": "a"}, {})
    assert made.headers["Accept"] == "application/json"
    assert made.headers["User-Agent"].startswith("creditdesk/")
    assert trouble("ipinfo", "<!DOCTYPE html><html></html>") is TroubleKind.BAD_ANSWER


def test_trap_23_numbers_with_an_exponent() -> None:
    details = '{"usage":8.9997e-05,"usage_credits":6.2982e4,"credit_limit":35999978,"period_ends_at":null}'
    found = pools("zenrows", details)
    assert (found["spent"].used, found["credits"].used) == (D("0.000089997"), D(62982))
    assert found["credits"].left == D(35936996)
