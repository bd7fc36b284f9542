"""Regular expressions of a definition: only those that take time proportional to the text."""

import re
import time

import pytest

from creditdesk.providers.definition_patterns import PatternError, check_pattern

FAST = [
    r"^tkn_usr_[!-~]+$",
    r"^\s*(?P<units>-?[\d,]+)\s*$",
    r"^OK\|(?P<left>\d+(?:\.\d{2})?)$",
    r"^ERROR|^FAIL",
    r"^(?P<a>[a-z]+):(?P<b>[^;]+);$",
    r"no credits? left",
    r"^[^\d]+\d+$",
    r"^\S+ \S+$",
    r"^é+e+$",
    "",
]
SLOW_OR_WRONG = {
    r"(": "not a regular expression",
    r"^(a+)+$": "one character or class",
    r"^(?:ab)*$": "one character or class",
    r"^a*a*$": "matches itself",
    r"^.*x": "matches itself",
    r"^\d+[0-5]$": "matches itself",
    r"^\w+é$": "matches itself",
    r"^\s*\u00a0": "matches itself",
    r"^[^a]+é": "matches itself",
    r"^a+b?a$": "matches itself",
    r"^a+(?:b|ac)$": "matches itself",
    r"^a{1,3}a$": "matches itself",
    r"a+b": "must start with",
    r"(?P<a>a)(?P=a)": "references back",
    r"^a(?=b)": "look-around",
    r"(?i)abc": "flags",
    r"^(?i:a)": "flags",
    r"^a{1,999}$": "at most 256",
    r"^a++$": "references back",
    "a" * 257: "257 characters",
    r"^a?b?c?d?e?$": "choices",
}


@pytest.mark.parametrize("pattern", FAST)
def test_a_fast_pattern_is_allowed(pattern):
    assert check_pattern(pattern) == frozenset(re.compile(pattern).groupindex)


@pytest.mark.parametrize(("pattern", "what"), SLOW_OR_WRONG.items())
def test_a_pattern_that_may_be_slow_is_refused(pattern, what):
    with pytest.raises(PatternError, match=re.escape(what)):
        check_pattern(pattern)


@pytest.mark.parametrize("pattern", FAST)
def test_an_allowed_pattern_needs_little_time_for_64_kib(pattern):
    rule = re.compile(pattern)
    started = time.thread_time()
    for sign in "a1 ,.~é\u0660\u00a0t":
        rule.search(sign * 65_536)
        rule.search("OK|" + sign * 65_530 + "!")
    assert time.thread_time() - started < 1
