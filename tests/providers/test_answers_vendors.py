"""The vendors' documented answers through their definitions, and thousands of damaged ones: right or named."""

import json
import random
from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.providers.asking import NOW, bad, good

from creditdesk.core.amounts import parse_amount
from creditdesk.core.definition import Definition
from creditdesk.core.pools import Snapshot, Trouble, TroubleKind
from creditdesk.providers.answers import Answer, read_answer
from creditdesk.providers.definitions import load

_FOLDER = Path(__file__).resolve().parents[2] / "resources" / "providers"
PAGE = b"<!DOCTYPE html><html><head><title>403 Forbidden</title></head></html>"

# developers.ranktracker.com, usage-and-quota
USAGE = {
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
# docs.capsolver.com, api-getbalance
TOKEN = "CAP-1234567C19044AF7351B31EC12345678"
BALANCE = {
    "errorId": 0,
    "balance": 1234567,
    "packages": [
        {
            "packageId": "12327bff7f703e135e7379kf",
            "type": 2,
            "title": "reCAPTCHA v2 500K",
            "numberOfCalls": 1234567,
            "status": 1,
            "token": TOKEN,
            "expireTime": 1702896511,
        }
    ],
}
# developers.leadboxer.com, rate-limit-exceeded
SLOWER = {
    "type": "https://developers.leadboxer.com/docs/rate-limit-exceeded",
    "title": "Rate Limit Exceeded",
    "status": 429,
    "detail": "API rate limit exceeded",
    "instance": "/v1/user-datasets",
    "retry-after": 43,
    "rate-limit": 2,
    "rate-limit-remaining": 0,
    "rate-limit-period": "minute",
    "rate-limit-reset": 1766565255,
}


def definition(name: str) -> Definition:
    file = _FOLDER / f"{name}.toml"
    return load(file.read_text(encoding="utf-8"), file.name)


VENDORS = {name: definition(name) for name in ("ranktracker", "capsolver", "leadboxer")}


def read(name: str, body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Snapshot | Trouble:
    vendor = VENDORS[name]
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_answer(vendor, {vendor.requests[0].id: Answer(status, headers or {}, raw, "host")}, {}, NOW)


def lefts(result: Snapshot | Trouble) -> dict[str, Decimal | None]:
    return {pool.id: pool.left for pool in good(result).pools}


def test_ranktracker_has_four_pools() -> None:
    result = good(read("ranktracker", USAGE))
    assert lefts(result) == {"keywords": 158, "data-rows": 790, "on-demand": 38, "serp-analyser": 22}
    assert [(pool.limit, pool.used) for pool in result.pools] == [(1000, 842), (5000, 4210), (50, 12), (25, 3)]
    assert {pool.resets_at for pool in result.pools} == {None}


def test_ranktracker_tells_its_troubles_by_status_and_field() -> None:
    disabled = deepcopy(USAGE)
    disabled["data"]["attributes"]["apiEnabled"] = False  # type: ignore[index]
    assert bad(read("ranktracker", disabled)).kind is TroubleKind.NO_ACCESS
    assert bad(read("ranktracker", PAGE, 403)).kind is TroubleKind.KEY_REJECTED
    throttled = bad(read("ranktracker", PAGE, 503, {"retry-after": "30"}))
    assert (throttled.kind, throttled.retry_at) == (TroubleKind.THROTTLED, NOW + timedelta(seconds=30))
    assert bad(read("ranktracker", PAGE, 503)).retry_at is None
    assert bad(read("ranktracker", PAGE, 502)).kind is TroubleKind.VENDOR_DOWN
    assert bad(read("ranktracker", PAGE, 200)).kind is TroubleKind.BAD_ANSWER


# developers.ranktracker.com, errors-and-rate-limits; the code of the plan without API access is assumed
@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (403, "api_access_disabled", "no_access"),
        (403, "forbidden", "key_rejected"),
        (402, "over_quota", "exhausted"),
        (503, "throttled", "throttled"),
        (404, "not_found", "bad_answer"),
        (422, "invalid", "bad_answer"),
    ],
)
def test_ranktracker_tells_a_plan_without_api_access_from_a_rejected_key(status: int, code: str, kind: str) -> None:
    trouble = bad(
        read("ranktracker", {"errors": [{"code": code, "status": status, "detail": "In its words."}]}, status)
    )
    assert trouble.kind == kind
    assert ("no API access" in trouble.message) == (kind == "no_access")


def test_ranktrackers_other_errors_beside_it_do_not_hide_the_missing_access() -> None:
    errors = [{"code": "other", "detail": "First."}, {"code": "api_access_disabled", "detail": "Second."}]
    assert bad(read("ranktracker", {"errors": errors}, 403)).kind is TroubleKind.NO_ACCESS
    assert bad(read("ranktracker", {"errors": "api_access_disabled"}, 403)).kind is TroubleKind.KEY_REJECTED


def test_capsolver_has_dollars_and_packages_and_no_token_is_kept() -> None:
    result = good(read("capsolver", BALANCE))
    assert lefts(result) == {"balance": 1234567, "package:12327bff7f703e135e7379kf": 1234567}
    assert result.pools[1].expires_at == datetime(2023, 12, 18, 10, 48, 31, tzinfo=UTC)
    assert TOKEN not in repr(result)


@pytest.mark.parametrize(
    ("status", "code", "kind", "wait"),
    [
        (400, "ERROR_KEY_DENIED_ACCESS", "key_rejected", None),
        (200, "ERROR_KEY_DOES_NOT_EXIST", "key_rejected", None),
        (401, "ERROR_SOMETHING", "key_rejected", None),
        (400, "ERROR_RATE_LIMIT", "throttled", None),
        (400, "ERROR_IP_BANNED", "throttled", 1800),
        (200, "ERROR_KEY_TEMP_BLOCKED", "throttled", 300),
        (400, "ERROR_ZERO_BALANCE", "exhausted", None),
        (200, "ERROR_SERVICE_UNAVALIABLE", "vendor_down", None),
        (401, "ERROR_KEY_TEMP_BLOCKED", "throttled", 300),
        (400, "ERROR_BAD_REQUEST", "bad_answer", None),
        (200, "ERROR_NEW_AND_UNKNOWN", "bad_answer", None),
        (429, "ERROR_NEW_AND_UNKNOWN", "throttled", None),
        (503, "ERROR_NEW_AND_UNKNOWN", "vendor_down", None),
    ],
)
def test_capsolver_tells_its_troubles_by_code(status: int, code: str, kind: str, wait: int | None) -> None:
    body = {"errorId": 1, "errorCode": code, "errorDescription": f"clientKey {TOKEN} is wrong"}
    trouble = bad(read("capsolver", body, status))
    assert trouble.kind == kind
    assert trouble.retry_at == (NOW + timedelta(seconds=wait) if wait else None)
    assert not trouble.vendor_asked
    assert TOKEN not in trouble.message


def test_leadboxers_grants_are_guessed_and_say_so() -> None:
    grants = {"data": [{"id": "g1", "remaining": 20_000, "expiresAt": "2026-12-31"}, {"amount": "500"}]}
    result = good(read("leadboxer", grants))
    assert result.inferred
    assert lefts(result) == {"grant:g1": 20_000, "grant:2": 500}
    assert result.pools[0].expires_at == datetime(2026, 12, 31, tzinfo=UTC)


def test_leadboxer_says_in_the_body_how_long_to_wait() -> None:
    trouble = bad(read("leadboxer", SLOWER, 429))
    assert (trouble.kind, trouble.retry_at) == (TroubleKind.THROTTLED, NOW + timedelta(seconds=43))
    assert trouble.vendor_asked
    assert bad(read("leadboxer", SLOWER, 429, {"retry-after": "5"})).retry_at == NOW + timedelta(seconds=5)


def test_leadboxers_reset_of_the_limit_stands_in_for_a_missing_wait() -> None:
    reset = NOW + timedelta(minutes=7)
    body = {name: value for name, value in SLOWER.items() if name != "retry-after"}
    body["rate-limit-reset"] = int(reset.timestamp())
    trouble = bad(read("leadboxer", body, 429))
    assert (trouble.kind, trouble.retry_at) == (TroubleKind.THROTTLED, reset)


@pytest.mark.parametrize(
    ("status", "kind"), [(401, "key_rejected"), (402, "exhausted"), (403, "no_access"), (429, "throttled")]
)
def test_leadboxers_problems_are_told_apart_by_status(status: int, kind: str) -> None:
    assert bad(read("leadboxer", {"status": status, "detail": "In its words."}, status)).kind == kind


_AMOUNTS = (0, -5, 7, 10**12, 10**41, "7", "007", "7.50", "-3", " 12 ", "1,000", "$5", "seven", "", "NaN", 0.1, 2.5)
_NASTY = (None, True, False, [], {}, [7], {"value": 7})


def damaged(body: object, chance: random.Random) -> object:
    """The body with one value of it changed, dropped or put into another shape."""
    body = deepcopy(body)
    holders: list[tuple[Any, Any]] = []
    waiting: list[Any] = [body]
    while waiting:
        value = waiting.pop()
        for key, inner in list(value.items() if isinstance(value, dict) else enumerate(value)):
            holders.append((value, key))
            if isinstance(inner, dict | list):
                waiting.append(inner)
    if not holders:
        return body
    holder, key = chance.choice(holders)
    if chance.random() < 0.15 and isinstance(holder, dict):
        del holder[key]
    else:
        holder[key] = chance.choice(_AMOUNTS if chance.random() < 0.6 else _NASTY)
    return body


def rewritten(raw: bytes, chance: random.Random) -> bytes:
    """The bytes of a body with the transport's or the encoder's kind of damage."""
    ways: tuple[Callable[[], bytes], ...] = (
        lambda: raw,
        lambda: raw,
        lambda: raw,
        lambda: b"\xef\xbb\xbf" + raw,
        lambda: raw[: chance.randrange(len(raw))],
        lambda: raw.replace(b": 1", b": NaN", 1),
        lambda: raw.replace(b": 4", b": -Infinity", 1),
        lambda: raw.replace(b": 5", b": 1e400", 1),
        lambda: raw.replace(b'{"', b'{"data": 1, "balance": 2, "', 1),
        lambda: b"",
        lambda: PAGE,
        lambda: raw + raw,
    )
    return chance.choice(ways)()


def stated(body: Any, path: str) -> Decimal | None:
    for name in path.split("."):
        body = body.get(name) if isinstance(body, dict) else None
    return parse_amount(body)


@pytest.mark.parametrize("seed", range(10))
def test_a_damaged_answer_gives_the_numbers_that_stand_in_it_or_a_named_trouble(seed: int) -> None:
    chance = random.Random(seed)
    paths = {rule.id: rule.remaining.path for rule in VENDORS["ranktracker"].pools if rule.remaining}
    snapshots = 0
    for _ in range(500):
        body = damaged(USAGE, chance)
        raw = rewritten(json.dumps(body).encode(), chance)
        result = read("ranktracker", raw)
        if isinstance(result, Trouble):
            assert result.kind in (TroubleKind.BAD_ANSWER, TroubleKind.NO_ACCESS) and result.message.isprintable()
            continue
        snapshots += 1
        exact = json.loads(raw.removeprefix(b"\xef\xbb\xbf"), parse_float=Decimal)
        assert lefts(result) == {name: stated(exact, path) for name, path in paths.items()}
    assert snapshots > 20


@pytest.mark.parametrize("name", ["capsolver", "leadboxer"])
def test_damage_never_lets_an_error_of_python_out(name: str) -> None:
    chance = random.Random(name)
    grants = {"data": [{"id": "g1", "remaining": 20_000, "expiresAt": "2026-12-31"}, {"uuid": "x", "amount": "500"}]}
    for _ in range(1_500):
        body = damaged(damaged(BALANCE if name == "capsolver" else grants, chance), chance)
        result = read(name, rewritten(json.dumps(body).encode(), chance), chance.choice((200, 200, 200, 400, 429, 503)))
        if isinstance(result, Snapshot):
            assert all(pool.left is None or pool.left.is_finite() for pool in result.pools)
        assert TOKEN not in repr(result)
