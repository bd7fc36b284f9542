"""JSON is read exactly, or refused with a name for what is wrong."""

import json
import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditdesk.providers.strict_json import BadAnswer, decode


def refusal(body: bytes) -> str:
    with pytest.raises(BadAnswer) as caught:
        decode(body)
    return str(caught.value)


def test_numbers_keep_every_digit() -> None:
    read = decode(b'{"a": 0.1, "b": 12345678901234567890, "c": 1e-7, "d": -0.0, "e": 8.9997e-05, "f": 100}')
    assert read == {
        "a": Decimal("0.1"),
        "b": 12345678901234567890,
        "c": Decimal("1e-7"),
        "d": Decimal(0),
        "e": Decimal("0.000089997"),
        "f": 100,
    }
    assert isinstance(read, dict) and type(read["f"]) is int and str(read["a"]) == "0.1"


def test_a_byte_order_mark_is_passed_over() -> None:
    assert decode(b"\xef\xbb\xbf[1]") == [1]


def test_text_of_any_script_is_kept() -> None:
    assert decode('{"é": "日本 😀", "x": "\\u00e9\\n"}'.encode()) == {"é": "日本 😀", "x": "é\n"}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"<!doctype html><html>", "is a web page"),
        (b"{", "is not JSON"),
        (b"{'a': 1}", "is not JSON"),
        (b'{"a": 1} {"b": 2}', "is not JSON"),
        (b'{"a": 1,}', "is not JSON"),
        (b"[1, 2", "is not JSON"),
        (b'{"a": 01}', "is not JSON"),
        (b'{"a": +1}', "is not JSON"),
        (b'{"a": "line\nbreak"}', "is not JSON"),
        (b'{"a": "\xff"}', "is not text in UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "is not"),
        (b'{"a": NaN}', "holds NaN"),
        (b'{"a": Infinity}', "holds Infinity"),
        (b'{"a": -Infinity}', "holds -Infinity"),
        (b'{"a": 1e400}', "out of range"),
        (b'{"a": 1e31}', "out of range"),
        (b'{"a": 1e-31}', "out of range"),
        (b'{"a": 1e99999999999999999999}', "out of range"),
        (b'{"a": ' + b"9" * 41 + b"}", "more than 40 digits"),
        (b'{"a": 0.' + b"9" * 41 + b"}", "more than 40 digits"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "more than 40 digits"),
        (b'{"a": 1, "a": 1}', "the same name twice"),
        (b'{"x": {"a": 1, "\\u0061": 2}}', "the same name twice"),
        (b"[" * 65 + b"]" * 65, "deeper than 64"),
        (b'{"a":' * 65 + b"1" + b"}" * 65, "deeper than 64"),
        (b"[" * 100_001, "deeper than 64"),
        (b"[" * 90_000, "deeper than 64"),
        (b"[1" + b",1" * 100_001 + b"]", "holds more than 100,000 values"),
    ],
)
def test_what_is_wrong_is_refused_and_named(body: bytes, words: str) -> None:
    assert words in refusal(body)


def test_sixty_four_levels_are_read() -> None:
    assert decode(b"[" * 64 + b"]" * 64)


def test_brackets_inside_texts_are_no_levels() -> None:
    body = json.dumps(["[" * 1_000, '"[' * 200, "\\[" * 200, "\\"]).encode()
    assert decode(body) == ["[" * 1_000, '"[' * 200, "\\[" * 200, "\\"]


def test_a_refusal_never_repeats_the_answer() -> None:
    secret = b"tkn_usr_Zk81mQx7Wp0rTb5Y"
    for body in (b'{"%s": 1, "%s": 2}' % (secret, secret), b"<%s" % secret, b'{"a": %s}' % secret, secret):
        assert secret.decode() not in refusal(body)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**39), 10**39) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(_JSON)
def test_what_json_writes_is_read_back(value: object) -> None:
    assert decode(json.dumps(value).encode()) == value


@given(st.binary(max_size=200) | st.text(alphabet='[]{}",:\\ 0123456789.eE+-truefalsnNaI', max_size=80).map(str.encode))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        decode(body)
    except BadAnswer as error:
        assert str(error)


@pytest.mark.parametrize(
    "body", [b'"' + b'\\"' * 1_000_000, b'["' + b"\\" * 2_000_000, b'"' * 2_000_000, b"[" * 99_000 + b'"' * 1_900_000]
)
def test_hostile_texts_are_refused_quickly(body: bytes) -> None:
    started = time.monotonic()
    refusal(body)
    assert time.monotonic() - started < 2
