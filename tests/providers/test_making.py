"""From clicks to the file and back: every step is a small change of the text, and what was written by hand stays."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from creditdesk.core.own_vendor import AskSketch, Place, Role
from creditdesk.core.pools import Snapshot
from creditdesk.paths import resources
from creditdesk.providers import making
from creditdesk.providers.definitions import load
from creditdesk.providers.guessing import best, guesses, instant_format
from creditdesk.providers.looking import look
from creditdesk.providers.making import Choice
from creditdesk.providers.making_request import asked, named
from creditdesk.providers.places import NoPath, expression, place
from creditdesk.providers.samples import BadSample, Sample, masked, sample, text_pattern
from creditdesk.providers.selection import compile_expression
from creditdesk.providers.starts import STARTS, Start, starts
from creditdesk.providers.toml_edit import Uneditable, add, drop, put, read

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
BUILT_IN = sorted((resources() / "providers").glob("*.toml"))
ANSWER = """{"account": {"plan": "Studio", "rate-limit": {"left": "1,234.50"}},
 "usage": {"remaining": 8420, "limit": 10000, "reset_at": "2026-12-01T00:00:00Z"},
 "addons": [{"name": "Renders", "left": 120}, {"name": "Fonts", "left": 3}]}"""


def text() -> str:
    return STARTS[0].text("My vendor", "my-vendor", NOW.date())


def held(answer: str = ANSWER) -> Sample:
    return sample(answer)


def click(before: str, where: Place, role: Role, pool: int = 0, answer: str = ANSWER) -> str:
    return making.marked(before, Choice(where, role, "balance", pool), held(answer).data)


def snapshot(of: str, answer: str = ANSWER) -> Snapshot:
    found = look(of, {"balance": held(answer)}, NOW)
    assert not found.faults, found.faults
    assert isinstance(found.result, Snapshot), found.result
    return found.result


def test_clicks_become_pools_to_the_digit() -> None:
    made = click(text(), ("usage", "remaining"), Role.LEFT)
    made = click(made, ("usage", "limit"), Role.LIMIT)
    made = click(made, ("usage", "reset_at"), Role.RESET)
    made = click(made, ("account", "plan"), Role.PLAN)
    made = click(made, ("account", "rate-limit", "left"), Role.LEFT, 1)
    found = snapshot(made)
    assert found.plan == "Studio"
    first, second = found.pools
    assert (first.left, first.limit, first.kind) == (8420, 10000, "allowance")
    assert first.resets_at == datetime(2026, 12, 1, tzinfo=UTC)
    assert (second.label, second.left) == ("Rate", Decimal("1234.50"))
    marks = look(made, {}, NOW).pools[1].found
    assert [(each.path, each.place) for each in marks] == [
        ('account."rate-limit".left', ("account", "rate-limit", "left"))
    ]


def test_rows_become_a_pool_each_and_one_again() -> None:
    made = click(text(), ("addons", 0, "left"), Role.LEFT)
    made = making.spread(made, 0, ("addons",))
    made = click(made, ("addons", 1, "name"), Role.LABEL)
    assert [(each.id, each.label, each.left) for each in snapshot(made).pools] == [
        ("addons:Renders", "Renders", 120),
        ("addons:Fonts", "Fonts", 3),
    ]
    with pytest.raises(NoPath):
        click(made, ("usage", "limit"), Role.LIMIT)
    one = making.spread(made, 0, None)
    assert [(each.id, each.left) for each in snapshot(one).pools] == [("addons", 120)]


def test_what_was_said_can_be_taken_back() -> None:
    made = click(click(text(), ("usage", "remaining"), Role.LEFT), ("usage", "limit"), Role.LIMIT)
    fewer = making.unmarked(made, 0, Role.LIMIT)
    assert snapshot(fewer).pools[0].limit is None
    assert not look(making.unmarked(fewer, 0, Role.LEFT), {}, NOW).pools
    planned = click(made, ("account", "plan"), Role.PLAN)
    assert making.unmarked(planned, -1, Role.PLAN) == made


@pytest.mark.parametrize("where", [("account", "plan"), ("addons",), ("usage", "reset_at")])
def test_what_is_no_number_is_no_amount(where: Place) -> None:
    with pytest.raises(NoPath):
        click(text(), where, Role.LEFT)


def test_a_name_that_looks_like_a_key_is_not_written_into_the_file() -> None:
    answer = '{"sk_live_9f8e7d6c5b4a3210": {"left": 3}}'
    with pytest.raises(NoPath, match="looks like a key"):
        click(text(), ("sk_live_9f8e7d6c5b4a3210", "left"), Role.LEFT, answer=answer)


def test_a_secret_of_the_answer_is_dropped_by_its_path() -> None:
    answer = '{"left": 1, "users": [{"api-token": "abcdefgh12345678"}]}'
    made = click(text(), ("users", 0, "api-token"), Role.SECRET, answer=answer)
    made = click(made, ("left",), Role.LEFT, answer=answer)
    assert load(made, "f").requests[0].redact == ('users[]."api-token"',)
    assert making.marked(made, Choice(("users", 0, "api-token"), Role.SECRET, "balance"), None) == made


def test_a_step_leaves_comments_and_everything_else_as_it_is() -> None:
    by_hand = text().replace("[[request]]", "# mine\n[[request]] # asked first") + (
        '\n[[pool]]\nid = "a" # an id\nlabel = "A"\nkind = "wallet"\nunit = "credits"\nremaining = "a"\n\n'
        '[[operation]]\nid = "o"\nlabel = "O"\nitem = "word"\n[[operation.price]]\namount = 1\n'
    )
    made = making.set_pool(by_hand, 0, "label", 'The "A"')
    assert making.set_pool(made, 0, "label", "A") == by_hand
    assert len([line for line in made.split("\n") if line not in by_hand.split("\n")]) == 1
    load(made, "f")


@pytest.mark.parametrize("file", BUILT_IN[:: max(1, len(BUILT_IN) // 12)], ids=lambda file: file.stem)
def test_a_built_in_file_can_be_taken_as_a_start_and_keeps_its_meaning(file: Path) -> None:
    before = file.read_text()
    copy = named(before, "My copy", "my-copy")
    assert read(copy) == {**read(before), "name": "My copy", "id": "my-copy"}
    pools = len(read(before)["pool"])
    changed = put(copy, "reset", {"every": "day"}, ("pool", pools - 1))
    assert read(changed)["pool"][pools - 1]["reset"] == {"every": "day"}
    assert read(put(changed, "reset", read(before)["pool"][-1].get("reset"), ("pool", pools - 1))) == read(copy)
    assert read(drop(add(copy, "pool", {"id": "new"}), "pool", pools)) == read(copy)
    assert load(making.requests_alone(copy), "f").requests == load(copy, "f").requests


def test_the_form_of_the_request_changes_the_file_and_its_credentials() -> None:
    posted = asked(text(), 0, AskSketch("balance", "POST", "https://a.example/x?page=2", "body", "k"))
    rule = load(click(posted, ("usage", "remaining"), Role.LEFT), "f").requests[0]
    assert (rule.url, dict(rule.query), rule.json) == ("https://a.example/x", {"page": "2"}, {"k": "{key}"})
    basic = asked(posted, 0, AskSketch("balance", "GET", "https://a.example/x", "basic"))
    found = look(basic, {}, NOW)
    assert [each.name for each in found.credentials] == ["user", "password"]
    assert "***:***" in found.sent


def test_a_form_that_changes_one_thing_leaves_the_others_as_they_were_written() -> None:
    two = text().replace(
        'auth = { kind = "bearer", value = "{key}" }',
        'auth = [{ kind = "header", name = "x-app", value = "{key}" }, '
        '{ kind = "header", name = "x-id", value = "{id}" }]',
    )
    two = two.replace('label = "API key" }', 'label = "API key" }, { name = "id", label = "App id" }')
    sketch = look(two, {}, NOW).requests[0]
    moved = asked(two, 0, replace(sketch, url="https://a.example/v2?x=1"))
    assert len([line for line in moved.split("\n") if line not in two.split("\n")]) == 2
    posted = asked(text(), 0, AskSketch("balance", "POST", "https://a.example/x", "body", "k"))
    posted = put(posted, "json", {"k": "{key}", "deep": {"user": "{user}"}, "n": 1}, ("request", 0))
    sketch = look(posted, {}, NOW).requests[0]
    again = asked(posted, 0, replace(sketch, url="https://a.example/y"))
    assert read(again)["request"][0]["json"] == {"k": "{key}", "deep": {"user": "{user}"}, "n": 1}


def test_a_hole_in_the_address_becomes_a_setting_and_not_a_key() -> None:
    sketch = look(text(), {}, NOW).requests[0]
    made = asked(text(), 0, replace(sketch, url="https://a.example/{account_id}/{api_token}"))
    found = look(made, {}, NOW)
    assert [each.name for each in found.params] == ["account_id"]
    assert [each.name for each in found.credentials] == ["api_token", "key"]


@pytest.mark.parametrize("start", starts(), ids=lambda start: start.id)
def test_every_start_can_be_asked_at_once(start: Start) -> None:
    found = look(start.text("V", "v", date(2026, 11, 21)), {}, NOW)
    assert found.asks is not None
    assert not found.faults
    assert "***" in found.sent


def test_a_wrong_text_is_told_by_its_line_and_is_not_changed_by_clicks() -> None:
    broken = text().replace("url = ", "ulr = ")
    found = look(broken, {}, NOW)
    assert any(fault.line and "ulr" in fault.key for fault in found.faults)
    assert found.requests[0].url == ""
    unclosed = text() + '\n[[pool]]\nid = "a'
    assert not look(unclosed, {}, NOW).writable
    with pytest.raises(Uneditable):
        click(unclosed, ("usage", "remaining"), Role.LEFT)


@pytest.mark.parametrize(
    "hostile", ["[" * 5_000, "a = " + "[" * 1_000, "\x00", "a=1\n" * 40_000, 'a = "\\ud800"', "é" * 70_000]
)
def test_a_hostile_text_is_a_fault_and_no_error(hostile: str) -> None:
    found = look(hostile, {}, NOW)
    assert found.faults
    assert found.definition is None


def test_guesses_are_offered_for_what_belongs_together() -> None:
    found = best(guesses(held().data))
    assert [(expression(each.place), each.role) for each in found] == [
        ("account.plan", Role.PLAN),
        ("usage.remaining", Role.LEFT),
        ("usage.limit", Role.LIMIT),
        ("usage.reset_at", Role.RESET),
    ]
    assert best(guesses({"a": True, "left": None, "total": "no"})) == ()


@pytest.mark.parametrize(
    ("value", "name", "form"),
    [
        ("2026-12-01", "", "date"),
        ("2026-12-01T00:00:00Z", "", "iso"),
        ("2026-12-01 10:00:00", "", "iso"),
        (1_795_000_000, "", "epoch"),
        ("1795000000000", "", "epoch_ms"),
        (12, "days_left", "days_from_now"),
        (3600, "reset_in", "secs_from_now"),
        ("31.12.2026", "", "strptime:%d.%m.%Y"),
        ("soon", "", ""),
        (-1, "", ""),
        (True, "", ""),
    ],
)
def test_instants_are_known_by_their_form(value: object, name: str, form: str) -> None:
    assert instant_format(value, name) == form


@pytest.mark.parametrize("where", [("a",), ("a b", 0, 'c"d'), ("é",), ("a.b", -1), ("x", 3, "_y"), ()])
def test_a_place_and_its_path_are_two_ways_to_say_the_same(where: Place) -> None:
    assert place(expression(where)) == where
    data: object = 7
    for step in reversed(where):
        data = [data] * 4 if isinstance(step, int) else {step: data}
    assert compile_expression(expression(where)).find(data) == 7


def test_an_expression_that_is_more_than_a_path_has_no_place() -> None:
    for more in ("a || b", "a[].b", "a.", ".a", "a b", "length(a)", "a[?b]", "[a]"):
        assert place(more) is None


def test_a_pasted_answer_is_taken_apart_into_head_and_body() -> None:
    whole = sample("HTTP/1.1 429 Too Many\r\nX-RateLimit-Remaining: 3\r\n\r\n{}")
    assert (whole.answer.status, whole.answer.headers["x-ratelimit-remaining"], whole.data) == (429, "3", {})
    assert sample("X-RateLimit-Limit: 5\nX-RateLimit-Remaining: 3").form == "headers"
    assert sample("balance: 3").form == "text"
    assert sample("3.50").data == Decimal("3.50")
    assert sample("<a><left>3</left></a>").data == {"a": {"left": "3"}}
    assert "web page" in sample("<!doctype html><p>Hi").fault


def test_a_known_key_never_stays_in_a_sample() -> None:
    key = "pq_live_3kf92mdkd02kfls9"
    found = sample(f'{{"left": 3, "token": "{key}", "x": "{key.upper()}"}}', [key])
    assert found.hidden
    assert key not in str(found.data)
    assert key.encode() not in found.answer.body
    assert masked("api_key", "whatever-it-is") == "***"
    assert masked("plan", "Studio") is None
    assert masked("x", "sk_live_" + "a1" * 500_000) == "***"


@pytest.mark.parametrize("hostile", ["[" * 900, '{"a": NaN}', '{"a": 1, "a": 2}', "{" * 20, '{"a": 1e999}'])
def test_a_hostile_sample_is_said_to_be_unreadable(hostile: str) -> None:
    found = sample(hostile)
    assert found.data is None
    assert found.fault


def test_too_long_or_empty_samples_are_refused() -> None:
    for wrong in ("x" * (1024 * 1024 + 1), "  \n"):
        with pytest.raises(BadSample):
            sample(wrong)


@pytest.mark.parametrize(
    ("answer", "name", "left"),
    [
        ("ACCESS_BALANCE:123.45\n", "access_balance", "123.45"),
        ("used 12 of 100 (12.5%)", "used", "12"),
        ("OK\n1,234 credits", "ok", "1,234"),
        ("12 of 13 of 14", "of3", "14"),
    ],
)
def test_a_text_answer_is_read_by_a_pattern_for_its_numbers(answer: str, name: str, left: str) -> None:
    made = STARTS[-1].text("V", "v", NOW.date())
    made = put(put(made, "pattern", text_pattern(answer), ("request", 0)), "remaining", name, ("pool", 0))
    made = put(made, "group_sep", ",", ("pool", 0))
    assert snapshot(made, answer).pools[0].left == Decimal(left.replace(",", ""))


def test_cap_consumed_and_spent_are_words_of_amounts_and_name_no_pool() -> None:
    data = {"credits": {"cap": 100, "consumed": 40}, "money": {"spent": 3}}
    assert [each.role for each in guesses(data)] == [Role.LIMIT, Role.USED, Role.USED]
    assert [each.role for each in guesses({"capacity_id": 3, "escape": 4})] == []


def test_guesses_of_two_things_side_by_side_are_not_taken_together() -> None:
    found = best(guesses({"seats_left": 2, "credits_limit": 100, "credits_used": 30}))
    assert len({each.place[0].split("_")[0] for each in found if isinstance(each.place[0], str)}) == 1


def test_a_value_of_another_requests_answer_is_not_put_into_a_pool() -> None:
    made = click(text(), ("usage", "remaining"), Role.LEFT)
    with pytest.raises(NoPath, match="read from another request"):
        making.marked(made, Choice(("usage", "limit"), Role.LIMIT, "other"), held().data)
