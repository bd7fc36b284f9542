"""What every built-in file says of its vendor: where it is from, how sure it is, and what kind of key it wants."""

import re
from datetime import date
from pathlib import Path

import pytest
from tests.providers.test_catalogue_answers import FIRST_FIVE, ROOT

from creditdesk.core.definition import Definition
from creditdesk.providers.catalogue import Catalogue

ALL = Catalogue(ROOT / "resources" / "providers").all()
HONEST = (
    "From documentation, not tried with a live key.",
    "From the code of working clients, not tried with a live key.",
)
INDEX = re.findall(
    r"\S+",
    """
    semrush semrush-trends ahrefs dataforseo serpapi searchapi serper valueserp zenserp serpstat seranking-data
    seranking-project
    moz majestic similarweb sistrix keywordseverywhere copyscape scraperapi scrapingbee zenrows scrapfly scrape-do
    scrapeops scrapingant crawlbase firecrawl apify brightdata oxylabs capsolver anticaptcha 2captcha capmonster
    captchasolv anycaptcha hunter snovio apollo lusha crustdata prospeo tomba leadmagic icypeas discolike ai-ark
    zerobounce neverbounce clearout millionverifier bounceban reoon verimails copyleaks ipinfo whoisxml gender-api
    virustotal shodan openrouter deepseek moonshot siliconflow elevenlabs stability tavily exa deepl openai-costs
    anthropic-cost xai venice deepinfra zai synthetic poe deepgram stablecog zenmux github twilio vonage
    messagebird mailgun sendgrid brevo brave-search pexels unsplash api-sports peopledatalabs boldsign crof
    """,
)
"""The systems that were found to tell a balance, by the ids that scripts rely on; docs/providers.md has the rest."""


def test_no_system_that_was_found_is_missing() -> None:
    assert set(INDEX) <= {each.id for each in ALL}


@pytest.mark.parametrize("definition", [each for each in ALL if each.id not in FIRST_FIVE], ids=lambda each: each.id)
def test_a_file_says_where_it_is_from_and_how_sure_it_is(definition: Definition) -> None:
    assert definition.category
    assert definition.fact.source
    assert date(2026, 1, 1) <= definition.fact.as_of <= date(2026, 11, 21)
    assert definition.notes
    if definition.readable:
        assert definition.grade in ("A", "B", "C")
        assert definition.homepage
        assert definition.tried or definition.notes.strip().startswith(HONEST)
        assert definition.credentials
    else:
        assert all(rule.typed for rule in definition.pools)


@pytest.mark.parametrize("definition", ALL, ids=lambda each: each.id)
def test_what_is_asked_and_shown_is_in_good_order(definition: Definition) -> None:
    for request in definition.requests:
        assert request.url.startswith("https://")
        assert all(re.fullmatch(r"[a-z0-9.-]+", host) for host in request.hosts.values())
    for rule in definition.pools:
        assert rule.label[0].isupper() or rule.label.startswith("{")
    for each in definition.credentials:
        strong = re.search(r"\b(admin|management|master|service|auth token)\b", each.label, re.IGNORECASE)
        assert not strong or each.power == "admin", each.label
    if definition.cost is not None:
        assert definition.manual


def test_no_two_files_have_the_same_name() -> None:
    names = [each.name.casefold() for each in ALL]
    assert len(set(names)) == len(names)


def test_a_file_is_short_enough_to_read() -> None:
    long = {}
    for path in sorted((ROOT / "resources" / "providers").glob("*.toml")):
        lines = Path(path).read_text("utf-8").count("\n")
        if lines > 160:
            long[path.stem] = lines
    assert set(long) <= FIRST_FIVE, long
