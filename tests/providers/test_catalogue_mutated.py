"""Every definition against its documented answers with one value gone wrong: an amount is the right one, or not told.

A vendor that leaves a field out, or writes null, nothing, a word, a truth value, a list or an object in its place, must
never make a known balance another one. What is refused keeps the last good reading, what is unknown is shown so.
"""

import json
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.providers.test_catalogue_answers import CASES, ROOT, name_of

from creditdesk.core.amounts import dumps
from creditdesk.core.pools import Snapshot, TroubleKind
from creditdesk.providers.answers import Answer, read_answer
from creditdesk.providers.catalogue import Catalogue

GONE = object()
WRONG = (GONE, None, "", "abc", True, [], {}, [None], "1,5", "5 credits")
ERRORS = (
    *(
        '{"error":"bad"}',
        '{"message":"bad"}',
        '{"success":false,"error":"bad"}',
        '{"detail":"bad"}',
        "[]",
        "{}",
        "null",
    ),
    *('{"status":"error","message":"bad"}', '{"code":401,"message":"bad"}', '{"errors":[{"detail":"bad"}]}', '""', ""),
    *('{"data":null}', '{"data":{}}', '{"result":null}', '{"error":null}', "<html></html>", "\ufeff", "OK", "null"),
)
SUMS = {"anthropic-cost", "openai-costs", "oxylabs"}
"""Of these a list without entries is the documented form of "nothing spent"."""
EMPTY_LISTS = {("brevo", "[]"), ("stablecog", "[]")}
ELSEWHERE = {
    ("hunter/with-packs", "remaining"),
    ("ipinfo/told-remaining-as-text", "remaining"),
    ("ipinfo/told-remaining", "remaining"),  # worked out from limit and use, where it is not told
    ("stablecog/same-name", "name"),  # grants of one name are told apart by their order
    ("stablecog/same-name", "type"),
    ("stablecog/same-name", "0"),
}

CATALOGUE = Catalogue(ROOT / "resources" / "providers")
GOOD = [path for path in CASES if b"\ntrouble" not in path.read_bytes()]


def places(value: object, where: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place in a document, the outermost first."""
    yield where
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from places(each, (*where, key))


def replaced(value: Any, where: tuple[str | int, ...], by: object) -> Any:
    """The document with another value at a place, or without it."""
    if not where:
        return None if by is GONE else by
    key, rest = where[0], where[1:]
    copy = dict(value) if isinstance(value, dict) else list(value)
    if rest or by is not GONE:
        copy[key] = replaced(value[key], rest, by)
    else:
        del copy[key]
    return copy


def known(snapshot: Snapshot) -> dict[str, tuple[Decimal | None, ...]]:
    return {pool.id: (pool.left, pool.limit, pool.used) for pool in snapshot.pools}


@pytest.mark.parametrize("path", GOOD, ids=name_of)
def test_one_value_gone_wrong_never_makes_another_balance(path: Path) -> None:
    case = tomllib.loads(path.read_text("utf-8"))
    definition = CATALOGUE.get(path.parent.name)
    given = {
        each["request"]: Answer(each.get("status", 200), each.get("headers", {}), each.get("body", "").encode(), "host")
        for each in case["answer"]
    }
    settings, now = case.get("settings", {}), case["now"]
    right = read_answer(definition, given, settings, now)
    assert isinstance(right, Snapshot)
    for request, answer in given.items():
        try:
            document = json.loads(answer.body, parse_float=Decimal)
        except ValueError:
            continue  # text, XML and headers have tests of their own
        for where in places(document):
            for wrong in WRONG:
                if (wrong == [] and definition.id in SUMS) or (wrong is GONE and where and isinstance(where[-1], int)):
                    continue  # another document, not a broken one
                body = dumps(replaced(document, where, wrong)).encode()
                found = read_answer(
                    definition, {**given, request: Answer(200, answer.headers, body, "host")}, settings, now
                )
                if not isinstance(found, Snapshot) or {(name_of(path), str(each)) for each in where[-1:]} & ELSEWHERE:
                    continue
                for pool, amounts in known(found).items():
                    before = known(right).get(pool, amounts)
                    assert all(new in (None, old) for new, old in zip(amounts, before, strict=True)), (
                        where,
                        wrong,
                        pool,
                    )


@pytest.mark.parametrize("provider", [each.id for each in CATALOGUE.all() if each.readable])
def test_an_error_with_status_200_is_never_taken_for_a_balance(provider: str) -> None:
    definition = CATALOGUE.get(provider)
    for body in ERRORS:
        answers = {each.id: Answer(200, {}, body.encode(), "host") for each in definition.requests}
        found = read_answer(definition, answers, {}, GOOD_NOW)
        assert not isinstance(found, Snapshot) or (provider, body) in EMPTY_LISTS, (body, found)
        if not isinstance(found, Snapshot):
            assert found.kind is not TroubleKind.NO_NETWORK
            assert found.message


GOOD_NOW = tomllib.loads("now = 2026-11-21T12:00:00Z")["now"]
