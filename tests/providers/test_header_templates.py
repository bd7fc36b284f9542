"""The templates for vendors that tell their limits in headers: each is right as it is, and reads what is sent."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.providers.asking import bad, good

from creditdesk.core.definition import When
from creditdesk.core.pools import TroubleKind
from creditdesk.providers.answers import Answer, read_answer
from creditdesk.providers.definitions import load
from creditdesk.providers.values import Scene, instant

FOLDER = Path(__file__).parents[2] / "resources" / "templates"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
NEXT = "2026-12-01T00:00:00+00:00"

CASES = [
    (
        "ietf-rate-limit",
        {"ratelimit-policy": '"burst";q=100;w=60,"daily";q=1000;w=86400', "ratelimit": '"daily";r=50;t=30'},
        {"policy:daily": ("50", "1000", "2026-11-21T12:00:30+00:00")},
    ),
    (
        "ietf-rate-limit",
        {"ratelimit-policy": '"bytes";q=900;qu="content-bytes"', "ratelimit": '"bytes";r=0'},
        {"policy:bytes": ("0", "900", "")},
    ),
    (
        "ietf-rate-limit-older",
        {"ratelimit-limit": "100, 100;w=60", "ratelimit-remaining": "42", "ratelimit-reset": "50"},
        {"requests": ("42", "100", "2026-11-21T12:00:50+00:00")},
    ),
    (
        "x-rate-limit",
        {"x-ratelimit-limit": "60", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1796083200"},
        {"requests": ("0", "60", NEXT)},
    ),
    (
        "x-rate-limit",
        {"x-rate-limit-limit": "60", "x-rate-limit-remaining": "7", "x-rate-limit-reset": "1796083200000"},
        {"requests": ("7", "60", NEXT)},
    ),
    (
        "x-rate-limit",
        {"x-ratelimit-limit": "60", "x-ratelimit-remaining": "7", "x-ratelimit-reset": "Tue, 01 Dec 2026 00:00:00 GMT"},
        {"requests": ("7", "60", NEXT)},
    ),
    (
        "x-rate-limit-lists",
        {"x-ratelimit-limit": "1, 15000", "x-ratelimit-remaining": "1, 14523", "x-ratelimit-reset": "1, 3600"},
        {"plan": ("14523", "15000", "2026-11-21T13:00:00+00:00"), "short": ("1", "1", "2026-11-21T12:00:01+00:00")},
    ),
    (
        "x-rate-limit-windows",
        {
            "x-ratelimit-limit-day": "1000",
            "x-ratelimit-remaining-day": "0",
            "x-ratelimit-limit-minute": "10",
            "x-ratelimit-remaining-minute": "9",
        },
        {"day": ("0", "1000", ""), "minute": ("9", "10", "")},
    ),
    (
        "rapidapi",
        {
            "x-ratelimit-requests-limit": "500",
            "x-ratelimit-requests-remaining": "499",
            "x-ratelimit-requests-reset": "777600",
            "x-ratelimit-limit": "10",
            "x-ratelimit-remaining": "8",
        },
        {"plan": ("499", "500", "2026-11-30T12:00:00+00:00"), "minute": ("8", "10", "")},
    ),
    ("credits-headers", {"x-credits-remaining": "1204.5"}, {"credits": ("1204.5", "None", "")}),
]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_a_template_is_a_definition_that_never_asks_by_itself(path):
    found = load(path.read_text("utf-8"), path.name)
    assert found.id == path.stem
    assert found.manual
    assert found.cost is not None
    assert {case[0] for case in CASES} >= {found.id}


@pytest.mark.parametrize(("name", "headers", "wanted"), CASES, ids=[case[0] for case in CASES])
def test_a_template_reads_what_its_family_sends(name, headers, wanted):
    rule = load((FOLDER / f"{name}.toml").read_text("utf-8"), f"{name}.toml")
    found = good(read_answer(rule, {"limits": Answer(200, headers, b"<html>", "vendor.example")}, {}, NOW))
    shown = {
        pool.id: (str(pool.left), str(pool.limit), pool.resets_at.isoformat() if pool.resets_at else "")
        for pool in found.pools
    }
    assert shown == wanted


@pytest.mark.parametrize(
    "name", ["ietf-rate-limit", "ietf-rate-limit-older", "x-rate-limit", "rapidapi", "credits-headers"]
)
def test_an_answer_without_the_headers_is_refused_and_not_shown_as_nothing(name):
    rule = load((FOLDER / f"{name}.toml").read_text("utf-8"), f"{name}.toml")
    odd = {
        "ratelimit": "not;;structured",
        "x-ratelimit-limit": "many",
        "x-ratelimit-remaining": "",
        "ratelimit-limit": "1",
    }
    for headers in ({}, odd):
        trouble = bad(read_answer(rule, {"limits": Answer(200, headers, b"{}", "vendor.example")}, {}, NOW))
        assert trouble.kind is TroubleKind.BAD_ANSWER


@pytest.mark.parametrize(
    "value", ["-5", "soon", "", None, True, "12ms", "Tue Feb 16 2021 09:02:42 GMT+0100", "2020-01-01", 10**20]
)
def test_a_reset_that_makes_no_sense_is_unknown(value):
    assert instant(When(at="at", format="rate_limit"), {"at": value}, Scene(NOW)) is None
