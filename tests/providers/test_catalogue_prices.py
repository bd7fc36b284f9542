"""What lists cost at the vendors, to the digit: the cases of prices.toml. The first five have tests of their own."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.providers.test_catalogue_answers import FIRST_FIVE, ROOT

from creditdesk.core.factors import check_factors
from creditdesk.core.pricing import bill
from creditdesk.providers.catalogue import Catalogue

CATALOGUE = Catalogue(ROOT / "resources" / "providers")
CASES = tomllib.loads((Path(__file__).parent / "prices.toml").read_text("utf-8"))["case"]
KEYS = {"vendor", "operation", "factors", "count", "low", "high", "pools", "why"}


def name_of(case: dict[str, Any]) -> str:
    return "-".join((case["vendor"], case["operation"], *case.get("factors", {}).values()))


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_a_list_costs_what_the_vendor_says(case: dict[str, Any]) -> None:
    assert case.keys() <= KEYS
    definition = CATALOGUE.get(case["vendor"])
    operation = definition.operation(case["operation"])
    assert operation is not None
    found = bill(operation, check_factors(operation, case.get("factors", {})), definition.settings({}))
    assert found.price is not None
    high = found.high(case["count"])
    assert (str(found.low(case["count"])), "unknown" if high is None else str(high)) == (case["low"], case["high"])
    if "pools" in case:
        assert list(found.price.pools) == case["pools"]
    fact = found.price.fact
    assert date(2026, 1, 1) <= fact.as_of <= date(2026, 11, 21)
    assert fact.source
    assert found.notes[0] == f"Price from {fact.source}, as of {fact.as_of.isoformat()}."


def test_every_operation_has_a_case_and_fifteen_vendors_have_one() -> None:
    priced = {(each.id, operation.id) for each in CATALOGUE.all() for operation in each.operations}
    wanted = {(vendor, operation) for vendor, operation in priced if vendor not in FIRST_FIVE}
    assert {(case["vendor"], case["operation"]) for case in CASES} == wanted
    assert len({vendor for vendor, _ in wanted}) >= 15
