"""The five built-in files: what the vendors document stands in them, dated, and what they do not stays unknown."""

from datetime import date
from pathlib import Path

import pytest

from creditdesk.providers.catalogue import Catalogue
from creditdesk.providers.selection import compile_expression

FOLDER = Path(__file__).parents[2] / "resources" / "providers"
IDS = ("capsolver", "leadboxer", "oneclickseo", "ranktracker", "seo-rank-genius")


@pytest.fixture(scope="module")
def vendors():
    """The built-in definitions."""
    return Catalogue(FOLDER)


def test_none_of_the_files_is_broken(vendors):
    assert vendors.broken() == []
    assert set(IDS) <= set(vendors.ids())


@pytest.mark.parametrize("provider", IDS)
def test_every_fact_has_a_date_and_a_source(vendors, provider):
    definition = vendors.get(provider)
    facts = [definition.fact, *(price.fact for operation in definition.operations for price in operation.prices)]
    facts += [each.fact for each in (*definition.plans, *definition.packs, *definition.notices)]
    for fact in facts:
        assert date(2025, 12, 1) <= fact.as_of <= date(2026, 9, 30)
        assert fact.source.startswith("https://")


@pytest.mark.parametrize(
    ("provider", "pools", "operations"),
    [
        ("ranktracker", "keywords data-rows on-demand serp-analyser", "track-keywords"),
        (
            "oneclickseo",
            "monthly top-up",
            "keyword-overview keyword-ideas serp-overview keyword-clusters content-brief domain-metrics backlink-gap "
            "rank-check ai-visibility projects site-audits",
        ),
        ("seo-rank-genius", "shared domain", "ai-action"),
        ("leadboxer", "grant:{row} balance", "ip-lookup domain-lookup track leads leads-export"),
        ("capsolver", "balance package:{row}", "task"),
    ],
)
def test_the_names_that_scripts_rely_on_are_there(vendors, provider, pools, operations):
    definition = vendors.get(provider)
    assert [pool.id for pool in definition.pools] == pools.split()
    assert [operation.id for operation in definition.operations] == operations.split()


def test_every_expression_of_the_files_is_within_the_selection_language(vendors):
    for definition in vendors.all():
        for request in definition.requests:
            for rule in request.fail:
                for text in filter(None, (rule.when, rule.message, rule.retry_after)):
                    compile_expression(text)
