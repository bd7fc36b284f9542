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
