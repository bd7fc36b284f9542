"""What one message says of an account: every pool that is low by name, or at least counted."""

import pytest
from tests.ui.conftest import NOW, ranktracker

from creditdesk.core.alerts import group
from creditdesk.core.pools import Level
from creditdesk.core.series import Episode
from creditdesk.ui.bulletin_words import message

POOLS = ("keywords", "data-rows", "on-demand", "serp-analyser")
SHARE, EMPTY = "Less is left than the share set for warnings.", "Nothing is left."


def said(*pools: tuple[str, str], hide: bool = False) -> str:
    entry = ranktracker("Agency", Level.LOW)
    bulletin = group([Episode(entry.id, Level.LOW, NOW, pool, "", why) for pool, why in pools])
    assert bulletin is not None
    title, text = message(bulletin, {entry.id: entry}, (hide, False))
    assert title == "Ranktracker · Agency is low"
    return text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (1, f"Keywords: 358 of 1,000 left. {SHARE}"),
        (2, f"Keywords: 358 of 1,000 left. Data rows: 1,790 of 5,000 left. {SHARE}"),
        (3, f"Keywords: 358 of 1,000 left. Data rows: 1,790 of 5,000 left. And 1 more pool. {SHARE}"),
        (4, f"Keywords: 358 of 1,000 left. Data rows: 1,790 of 5,000 left. And 2 more pools. {SHARE}"),
    ],
)
def test_two_pools_are_named_and_the_others_counted(count: int, text: str) -> None:
    assert said(*((pool, "percent") for pool in POOLS[:count])) == text


def test_two_reasons_stand_each_beside_its_pool() -> None:
    text = said(("keywords", "empty"), ("data-rows", "percent"))
    assert text == f"Keywords: 358 of 1,000 left. {EMPTY} Data rows: 1,790 of 5,000 left. {SHARE}"


def test_a_pool_with_two_thresholds_is_named_once() -> None:
    assert said(("keywords", "percent"), ("keywords", "percent")) == f"Keywords: 358 of 1,000 left. {SHARE}"


def test_hidden_amounts_are_hidden() -> None:
    text = said(("keywords", "percent"), ("data-rows", "percent"), hide=True)
    assert not any(figure in text for figure in ("358", "1,790", "1,000"))


@pytest.mark.parametrize(
    ("episode", "text"),
    [
        (("level", "percent", "keywords", '{"left":"358","under":"20 %"}'), "That is under 20 %."),
        (
            ("level", "amount", "keywords", '{"left":"358","under":"400","unit":"keywords"}'),
            "That is under 400 keywords.",
        ),
        (("expires", "", "keywords", '{"at":"2025-11-24T00:00:00Z"}'), "What is left on 24 Nov is gone."),
    ],
)
def test_a_message_says_the_number_that_the_rule_went_by(episode: tuple[str, str, str, str], text: str) -> None:
    rule, why, pool, numbers = episode
    entry = ranktracker("Agency", Level.LOW)
    bulletin = group([Episode(entry.id, Level.LOW, NOW, pool, "", why, rule=rule, numbers=numbers)])
    assert bulletin is not None
    assert message(bulletin, {entry.id: entry}, (False, False))[1] == f"Keywords: 358 of 1,000 left. {text}"
    hidden = message(bulletin, {entry.id: entry}, (True, False))[1]
    assert not any(figure in hidden for figure in ("358", "400", "1,000"))


def test_a_message_about_pools_that_are_emptied_in_turn_says_what_is_left_and_until_when() -> None:
    entry = ranktracker("Agency", Level.LOW)
    numbers = '{"left":"580","unit":"calls","at":"2025-11-25T00:00:00Z","before":"2025-12-01T00:00:00Z"}'
    bulletin = group(
        [Episode(entry.id, Level.LOW, NOW, "total:calls", "", "runs_out", rule="runs-out", numbers=numbers)]
    )
    assert bulletin is not None
    title, text = message(bulletin, {entry.id: entry}, (False, False))
    assert title == "Ranktracker · Agency is low"
    assert text == "All together: 580 calls left. At this pace it lasts until about 25 Nov, its reset is on 1 Dec."
