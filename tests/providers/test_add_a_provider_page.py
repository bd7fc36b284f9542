"""The example of docs/add-a-provider.md does what the page says."""

import re
import tomllib
from decimal import Decimal
from pathlib import Path

from tests.providers.asking import good
from tests.providers.test_catalogue_answers import KEYS, instant, told

from creditdesk.core.factors import check_factors
from creditdesk.core.pricing import bill
from creditdesk.providers.answers import Answer, read_answer
from creditdesk.providers.definitions import load

PAGE = (Path(__file__).parents[2] / "docs" / "add-a-provider.md").read_text("utf-8")
BLOCKS = {kind: re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL) for kind in ("json", "toml")}


def test_the_file_and_the_case_of_the_page_fit_each_other():
    (body,), (text, case_text) = BLOCKS["json"], BLOCKS["toml"]
    definition = load(text, "lead-vendor.toml")
    case = tomllib.loads(case_text)
    assert case.keys() <= KEYS
    assert case["answer"][0]["body"] == body.strip()
    found = good(read_answer(definition, {"account": Answer(200, {}, body.encode(), "h")}, {}, case["now"]))
    wanted = [{name: instant(value) for name, value in pool.items()} for pool in case["pool"]]
    assert [told(pool) for pool in found.pools] == wanted
    assert (found.plan, found.identity) == (case["plan"], case["identity"])
    find = definition.operation("find")
    assert find is not None
    assert bill(find, check_factors(find, {}), {}).high(10) == Decimal(10)


def test_the_page_fits_on_few_screens_and_its_links_are_there():
    assert len(PAGE.split("\n")) < 180
    for link in re.findall(r"\]\(([^)]+)\)", PAGE):
        assert (Path(__file__).parents[2] / "docs" / link).is_file()
