"""Every definition against answers as they are documented: its pools to the digit, its troubles by their name.

A case is a file `answers/VENDOR/NAME.toml`:

    now = 2026-11-21T12:00:00Z
    why = "where the body was read, or that it was made up from the documented fields"
    settings = { region = "eu" }         # the account's own; may be missing

    [[answer]]
    request = "usage"                    # the id of a [[request]] of the definition
    status = 200                         # 200 when missing
    headers = { "retry-after" = "30" }   # may be missing
    body = '''{"left": 5}'''

    [[pool]]                             # what must come of it: every pool, in the order of the answer; amounts as text
    id = "credits"
    left = "5"                           # what is missing here must be unknown
    resets_at = 2026-12-01T00:00:00Z

    key_expires_at = 2027-03-01T00:00:00Z  # at the top: the end of the key itself, where the vendor tells it
    plan_ends_at = 2027-03-01T00:00:00Z    # the same of the plan
    identity = "1234"                      # whose key it is, where the vendor tells it
    trap = 12                              # which of the traps of docs/definition-language.md it is; may be missing

    # or, in the place of pools:
    trouble = "exhausted"                # and, where the vendor told one: retry_at = 2026-11-21T12:00:30Z
"""

import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from creditdesk.core.pools import Pool, Snapshot, Trouble
from creditdesk.providers.answers import Answer, read_answer
from creditdesk.providers.catalogue import Catalogue

ROOT = Path(__file__).parents[2]
CASES = sorted((Path(__file__).parent / "answers").glob("*/*.toml"))
KEYS = {"now", "why", "settings", "answer", "pool", "trouble", "retry_at", "plan"}
KEYS |= {"key_expires_at", "plan_ends_at", "identity", "trap"}
FIRST_FIVE = {"capsolver", "leadboxer", "oneclickseo", "ranktracker", "seo-rank-genius"}
"""They have tests of their own."""


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue(ROOT / "resources" / "providers")


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def told(pool: Pool) -> dict[str, Any]:
    """A pool as a case writes it: only what is known."""
    amounts = {name: getattr(pool, name) for name in ("left", "limit", "used")}
    found: dict[str, Any] = {"id": pool.id}
    found |= {name: str(amount) for name, amount in amounts.items() if amount is not None}
    instants = {name: getattr(pool, name) for name in ("resets_at", "expires_at")}
    return found | {name: at for name, at in instants.items() if at is not None}


def instant(value: object) -> object:
    return value.astimezone(UTC) if isinstance(value, datetime) else value


@pytest.mark.parametrize("path", CASES, ids=name_of)
def test_an_answer_gives_what_its_vendor_means(catalogue: Catalogue, path: Path) -> None:
    case = tomllib.loads(path.read_text("utf-8"))
    assert case.keys() <= KEYS
    assert case["why"]
    definition = catalogue.get(path.parent.name)
    host = "vendor.example"
    answers = {
        each["request"]: Answer(each.get("status", 200), each.get("headers", {}), each.get("body", "").encode(), host)
        for each in case["answer"]
    }
    assert answers.keys() <= {request.id for request in definition.requests}
    found = read_answer(definition, answers, case.get("settings", {}), case["now"])
    if "trouble" in case:
        assert isinstance(found, Trouble), found
        assert (found.kind.value, found.retry_at) == (case["trouble"], instant(case.get("retry_at")))
        return
    assert isinstance(found, Snapshot), found
    wanted = [{name: instant(value) for name, value in pool.items()} for pool in case["pool"]]
    assert [told(pool) for pool in found.pools] == wanted
    assert found.key_expires_at == instant(case.get("key_expires_at"))
    assert found.plan_ends_at == instant(case.get("plan_ends_at"))
    assert found.identity == case.get("identity", "")
    if "plan" in case:
        assert found.plan == case["plan"]


def test_every_definition_has_a_documented_answer_and_a_refusal(catalogue: Catalogue) -> None:
    cases = [(path.parent.name, tomllib.loads(path.read_text("utf-8"))) for path in CASES]
    read = {vendor for vendor, case in cases if "pool" in case}
    refused = {vendor for vendor, case in cases if "trouble" in case}
    wanted = {each.id for each in catalogue.all() if each.readable} - FIRST_FIVE
    assert wanted - read == set()
    assert wanted - refused == set()
    assert {vendor for vendor, _ in cases} <= {each.id for each in catalogue.all()}


def test_every_trouble_that_a_file_names_has_a_case(catalogue: Catalogue) -> None:
    cases = {(path.parent.name, tomllib.loads(path.read_text("utf-8")).get("trouble")) for path in CASES}
    named = {(each.id, rule.kind.value) for each in catalogue.all() for ask in each.requests for rule in ask.fail}
    missing = [(vendor, kind) for vendor, kind in named - cases if vendor not in FIRST_FIVE]
    assert [each for each in missing if each[1] != "bad_answer"] == []


def test_the_page_of_vendors_is_made_from_their_files() -> None:
    made = subprocess.run(
        [sys.executable, ROOT / "packaging" / "providers_page.py", "-"], capture_output=True, check=True, timeout=60
    )
    assert made.stdout.decode() == (ROOT / "docs" / "providers.md").read_text("utf-8"), "run make providers"
