"""Which trouble an answer is: by the definition's rules, then by its status, then by its body. Never by prose."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.providers.asking import GOOD, KEY, NOW, answered, bad, good, pool_rule, request_rule, vendor

from creditdesk.core.definition import Amount, FailRule
from creditdesk.core.pools import Trouble, TroubleKind
from creditdesk.providers.answers import Answer, Body, judge
from creditdesk.providers.values import Scene

PAGE = b"<!DOCTYPE html><html><body>Forbidden</body></html>"


def failing(*rules: FailRule, **changes: Any) -> dict[str, Any]:
    return {"requests": (request_rule(fail=rules, **changes),)}


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "bad_answer"),
        (401, "key_rejected"),
        (402, "exhausted"),
        (403, "no_access"),
        (404, "bad_answer"),
        (407, "no_network"),
        (418, "bad_answer"),
        (422, "bad_answer"),
        (429, "throttled"),
        (500, "vendor_down"),
        (502, "vendor_down"),
        (503, "vendor_down"),
        (599, "vendor_down"),
        (201, "bad_answer"),
        (204, "bad_answer"),
        (304, "bad_answer"),
    ],
)
@pytest.mark.parametrize("body", [GOOD, PAGE, b"", b"\xff\xfe"])
def test_every_status_has_its_trouble_whatever_the_body(status: int, kind: str, body: bytes) -> None:
    trouble = bad(answered(body, status))
    assert trouble.kind == kind
    assert trouble.message.endswith(f"(HTTP {status}).") and trouble.message.startswith("Example ")


def test_a_status_that_is_accepted_is_read() -> None:
    definition = failing(accept=(200, 203))
    assert good(answered(GOOD, 203, **definition)).pools[0].left == 58
    assert bad(answered(GOOD, 201, **definition)).kind is TroubleKind.BAD_ANSWER


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (PAGE, "it is a web page"),
        (b"", "it is empty"),
        (b"OK", "it is not JSON"),
        (b'{"left": NaN}', "it holds NaN"),
        (b'{"left": 1, "left": 2}', "it holds the same name twice"),
        (b"[" * 100 + b"]" * 100, "it is nested deeper"),
        (b"null", "nothing but null"),
        (b"[]", "left is missing"),
        (b'"text"', "left is missing"),
        (b"7", "left is missing"),
    ],
)
def test_a_body_that_cannot_be_read_is_a_bad_answer(body: bytes, words: str) -> None:
    trouble = bad(answered(body))
    assert trouble.kind is TroubleKind.BAD_ANSWER
    assert trouble.message.startswith("The answer of Example cannot be read: ") and words in trouble.message


def test_rules_are_tried_in_order_on_every_status() -> None:
    rules = failing(
        FailRule(TroubleKind.EXHAUSTED, status=(200, 400), when="code == 'ZERO'"),
        FailRule(TroubleKind.THROTTLED, status=(503,)),
        FailRule(TroubleKind.KEY_REJECTED, when="code"),
        FailRule(TroubleKind.VENDOR_DOWN, text="^ERROR"),
    )
    cases = (
        (200, b'{"code": "ZERO", "left": 5}', "exhausted"),
        (400, b'{"code": "ZERO"}', "exhausted"),
        (402, b'{"code": "ZERO"}', "key_rejected"),
        (503, b"<html>", "throttled"),
        (200, b'{"code": "OTHER", "left": 5}', "key_rejected"),
        (200, b"ERROR 12 :: BAD KEY", "vendor_down"),
        (403, b"ERROR", "vendor_down"),
        (403, b"NO ERROR", "no_access"),
    )
    for status, body, kind in cases:
        assert bad(answered(body, status, **rules)).kind == kind, (status, body)
    assert good(answered(b'{"left": 5}', **rules)).pools[0].left == 5


def test_a_rule_about_fields_never_holds_for_a_page() -> None:
    rules = failing(FailRule(TroubleKind.EXHAUSTED, when="!left"))
    assert bad(answered(PAGE, 200, **rules)).kind is TroubleKind.BAD_ANSWER
    assert bad(answered(b"{}", 200, **rules)).kind is TroubleKind.EXHAUSTED


def test_a_text_rule_looks_at_the_first_64_kib_only() -> None:
    rules = failing(FailRule(TroubleKind.EXHAUSTED, text="needle"))
    near = b'{"left": 5, "x": "' + b"a" * 60_000 + b'needle"}'
    far = b'{"left": 5, "x": "' + b"a" * 70_000 + b'needle"}'
    assert bad(answered(near, **rules)).kind is TroubleKind.EXHAUSTED
    assert good(answered(far, **rules)).pools[0].left == 5


def test_the_vendors_own_words_are_quoted_short_on_one_line() -> None:
    rules = failing(FailRule(TroubleKind.EXHAUSTED, status=(402,), message="error.message"))
    said = {"error": {"message": "Out of\ncredit\x1b[31m\u202e " + "very " * 100}}
    trouble = bad(answered(said, 402, **rules))
    assert trouble.message.startswith(
        "Example says that the credits are used up (HTTP 402): “Out of credit [31m very very"
    )
    assert trouble.message.endswith("…”.")
    assert len(trouble.message) < 280 and trouble.message.isprintable()


@pytest.mark.parametrize("value", [None, 5, True, [], {}, ""])
def test_a_message_that_is_no_text_is_left_out(value: object) -> None:
    rules = failing(FailRule(TroubleKind.EXHAUSTED, status=(402,), message="message"))
    assert bad(answered({"message": value}, 402, **rules)).message == (
        "Example says that the credits are used up (HTTP 402)."
    )


@pytest.mark.parametrize(
    "echo",
    [
        KEY,
        f"key={KEY}",
        KEY.upper(),
        KEY[:12] + "...",
        "..." + KEY[-9:],
        f"'{KEY[4:16]}'",
        "Bearer " + KEY,
        "CAP-1234567C19044AF7351B31EC12345678",
        "sk-proj-abc123def456ghi789jkl",
    ],
)
def test_a_vendor_that_repeats_a_key_is_masked(echo: str) -> None:
    rule = request_rule(fail=(FailRule(TroubleKind.KEY_REJECTED, status=(401,), message="message"),))
    answer = Answer(401, {}, json.dumps({"message": f"Bad key {echo} given"}).encode(), "api.example.com")
    trouble = judge(vendor(requests=(rule,)), rule, answer, Scene(NOW, {}, (KEY,)))
    assert isinstance(trouble, Trouble)
    low = trouble.message.lower()
    assert not any(KEY[at : at + 8].lower() in low for at in range(len(KEY) - 7))
    assert "1234567C" not in trouble.message and "abc123" not in trouble.message
    assert "Bad key" in trouble.message and "***" in trouble.message


def test_redacted_paths_are_gone_before_any_rule_looks() -> None:
    rule = request_rule(
        redact=("packages[].token", 'account."api key"', "missing.path", "left[].x"),
        fail=(FailRule(TroubleKind.NO_ACCESS, when="packages[].token", message="packages[0].token"),),
    )
    body = {"left": 1, "packages": [{"id": 1, "token": KEY}, [{"token": KEY}], 3], "account": {"api key": KEY, "n": 1}}
    answer = Answer(200, {}, json.dumps(body).encode(), "api.example.com")
    found = judge(vendor(requests=(rule,)), rule, answer, Scene(NOW))
    assert isinstance(found, Body)
    assert found.data == {"left": 1, "packages": [{"id": 1}, [{}], 3], "account": {"n": 1}}


_HEADER_CASES = [
    ("120", 120),
    ("0", 0),
    ("Sat, 21 Nov 2026 12:10:00 GMT", 600),
    ("Sat, 21 Nov 2026 11:00:00 GMT", 0),
    ("soon", None),
    ("", None),
    ("-5", None),
]


@pytest.mark.parametrize("status", [429, 503, 500, 402])
@pytest.mark.parametrize(("header", "seconds"), _HEADER_CASES)
def test_retry_after_is_read_from_the_header(status: int, header: str, seconds: int | None) -> None:
    trouble = bad(answered(b"", status, {"retry-after": header}))
    wanted = None if seconds is None else NOW + timedelta(seconds=seconds)
    assert (trouble.retry_at, trouble.vendor_asked) == (wanted, wanted is not None)


@pytest.mark.parametrize("status", [400, 401, 403, 407])
def test_retry_after_means_nothing_beside_other_troubles(status: int) -> None:
    trouble = bad(answered(b"", status, {"retry-after": "60"}))
    assert (trouble.retry_at, trouble.vendor_asked) == (None, False)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (43, 43),
        ("43", 43),
        (0.2, 1),
        (-3, 0),
        (1_795_262_500, 1_795_262_500 - int(NOW.timestamp())),
        (1_795_262_500_000, 1_795_262_500 - int(NOW.timestamp())),
        ("2026-11-21T12:05:00Z", 300),
        (1e25, None),
        (None, None),
        (True, None),
        ([], None),
        ("later", None),
    ],
)
def test_retry_after_is_read_from_the_body_where_declared(value: object, seconds: int | None) -> None:
    rules = failing(FailRule(TroubleKind.THROTTLED, status=(429,), retry_after='"retry-after"'))
    trouble = bad(answered({"retry-after": value}, 429, **rules))
    wanted = None if seconds is None else NOW + timedelta(seconds=seconds)
    assert (trouble.retry_at, trouble.vendor_asked) == (wanted, wanted is not None)


def test_the_header_wins_over_the_body_and_the_body_over_a_fixed_wait() -> None:
    rules = failing(FailRule(TroubleKind.THROTTLED, status=(429,), retry_after="wait", wait_s=300), retry_after="other")
    cases: tuple[tuple[dict[str, str], dict[str, int], int, bool], ...] = (
        ({"retry-after": "10"}, {"wait": 20, "other": 30}, 10, True),
        ({}, {"wait": 20, "other": 30}, 20, True),
        ({}, {"other": 30}, 30, True),
        ({"retry-after": "nonsense"}, {}, 300, False),
    )
    for headers, body, seconds, asked in cases:
        trouble = bad(answered(body, 429, headers, **rules))
        assert (trouble.retry_at, trouble.vendor_asked) == (NOW + timedelta(seconds=seconds), asked)


def test_a_wait_in_the_body_is_not_looked_for_where_the_definition_does_not_name_it() -> None:
    assert bad(answered({"retry-after": 43, "retry_after": 43}, 429)).retry_at is None


def test_the_requests_own_place_of_the_wait_holds_for_plain_statuses() -> None:
    trouble = bad(answered({"wait": 7}, 429, requests=(request_rule(retry_after="wait"),)))
    assert (trouble.retry_at, trouble.vendor_asked) == (NOW + timedelta(seconds=7), True)


def test_a_text_body_is_read_by_its_pattern() -> None:
    text = {
        "requests": (request_rule(body="text", pattern=r"^\s*(?P<units>-?[\d,]+)\s*$"),),
        "pools": (pool_rule(remaining=Amount(path="units"), group_sep=","),),
    }
    assert good(answered(b"\xef\xbb\xbf 1,234\n", **text)).pools[0].left == 1234
    assert "does not have the expected form" in bad(answered(b"ERROR 120", **text)).message
    assert "is a web page" in bad(answered(PAGE, **text)).message


def test_an_amount_that_stands_for_a_trouble_is_one() -> None:
    pools = (pool_rule(invalid={"values": (-1,), "as": TroubleKind.KEY_REJECTED}),)
    trouble = bad(answered({"left": -1}, pools=pools))
    assert (trouble.kind, trouble.message) == (TroubleKind.KEY_REJECTED, "Example rejected the key.")
    assert good(answered({"left": -2}, pools=pools)).pools[0].left == -2


@given(
    st.integers(100, 999),
    st.binary(max_size=60) | st.sampled_from([GOOD, PAGE]),
    st.dictionaries(st.sampled_from(["retry-after", "content-type"]), st.text(max_size=30)),
)
def test_any_answer_is_a_snapshot_or_a_named_trouble(status: int, body: bytes, headers: dict[str, str]) -> None:
    rules = failing(FailRule(TroubleKind.EXHAUSTED, when="code", message="message", retry_after="wait"))
    result = answered(body, status, headers, **rules)
    if isinstance(result, Trouble):
        assert result.message.isprintable() and len(result.message) < 400
    else:
        assert status == 200


def test_a_hint_is_our_own_word_unquoted_and_needs_no_body() -> None:
    rules = failing(FailRule(TroubleKind.BAD_ANSWER, status=(404,), hint="Type the balance by hand."))
    trouble = bad(answered("<html>gone</html>", 404, **rules))
    assert trouble.message.endswith("(HTTP 404). Type the balance by hand.")
    assert "“" not in trouble.message
