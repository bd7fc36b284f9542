"""Why a warning came: each rule in one sentence with the numbers of when it fired; where it was told and when."""

import json
from datetime import timedelta

import pytest
from tests.ui.history_sample import NOW

from creditdesk.core.pools import Level
from creditdesk.core.rules import RuleKind
from creditdesk.core.series import Delivery, Episode
from creditdesk.ui import alert_reasons, alert_words

LEFT = {"left": "98", "limit": "500", "unit": "credits"}
MONEY = {"left": "-2.5", "limit": "100", "unit": "USD"}
SPAN = {"at": "2025-11-27T10:00:00Z", "low": "2025-11-25T10:00:00Z", "sure": "sure"}


def fired(rule: str, why: str = "", hide: bool = False, **numbers: str) -> str:
    episode = Episode("a1", Level.LOW, NOW, "monthly", "", why, rule=rule, numbers=json.dumps(numbers))
    return alert_reasons.fired(episode, NOW, hide)


@pytest.mark.parametrize(
    ("rule", "why", "numbers", "said"),
    [
        ("level", "percent", {**LEFT, "under": "20 %"}, "98 of 500 left: 19.6 %, rule: under 20 %."),
        ("level", "amount", {**LEFT, "under": "120"}, "98 of 500 left: 19.6 %, rule: under 120 credits."),
        ("level", "amount", {"left": "3.5", "unit": "USD", "under": "5"}, "$3.50 left, rule: under $5.00."),
        ("level", "empty", LEFT, "Nothing was left, rule: used up."),
        ("level", "vendor", {"left": "0"}, "The vendor refused requests because nothing was left."),
        (
            "runs-out",
            "runs_out",
            {**LEFT, **SPAN, "high": "2025-12-01T10:00:00Z", "before": "2025-12-01T00:00:00Z"},
            "98 of 500 left: 19.6 %, it is to run out about 27 Nov (8 in 10 times between 25 Nov and 1 Dec), "
            "rule: before its reset on 1 Dec.",
        ),
        (
            "runs-out",
            "runs_out",
            {"left": "3.5", "unit": "USD", **SPAN, "days": "7"},
            "$3.50 left, it is to run out about 27 Nov (8 in 10 times after 25 Nov, maybe never), rule: within 7 days.",
        ),
        (
            "expires",
            "",
            {"left": "400", "unit": "credits", "at": "2025-11-24T00:00:00Z", "days": "7"},
            "400 credits left, gone on 24 Nov, rule: within 7 days.",
        ),
        (
            "slots-full",
            "empty",
            {"left": "0", "limit": "100", "unit": "keywords"},
            "0 of 100 left: 0 %, rule: no slot is free.",
        ),
        ("budget", "empty", MONEY, "$2.50 over the limit of $100.00, rule: over the limit that you set."),
        (
            "unusual",
            "",
            {"used": "320", "usual": "40", "unit": "credits", "times": "3"},
            "320 credits used by then, against 40 credits usual on this weekday, rule: 3 times or more.",
        ),
        (
            "key-rejected",
            "",
            {"trouble": "key_rejected", "since": NOW.isoformat()},
            "The vendor does not take the key since today 10:30. It is not asked again before you act.",
        ),
        (
            "not-read",
            "",
            {"since": NOW.isoformat(), "hours": "24"},
            "Nothing was read since today 10:30, rule: for 24 hours.",
        ),
        (
            "refilled",
            "",
            {"by": "400", "left": "500", "unit": "credits", "how": "reset"},
            "400 credits more by a reset, 500 credits then.",
        ),
    ],
)
def test_each_rule_says_its_numbers(rule: str, why: str, numbers: dict[str, str], said: str) -> None:
    assert fired(rule, why, **numbers) == said


@pytest.mark.parametrize("rule", list(RuleKind))
def test_hidden_amounts_are_hidden_in_every_sentence_and_missing_numbers_harm_none(rule: RuleKind) -> None:
    numbers = dict.fromkeys(("left", "limit", "under", "used", "usual", "by"), "77777") | {"how": "reset"}
    hidden = fired(rule, "amount", True, **numbers, since=NOW.isoformat(), at=NOW.isoformat())
    assert "77777" not in hidden
    assert fired(rule, "", False, left="odd")
    assert fired(rule)


@pytest.mark.parametrize("numbers", ["", "no json", "[]", "7"])
def test_an_episode_kept_without_numbers_says_nothing_of_them(numbers: str) -> None:
    assert alert_reasons.fired(Episode("a1", Level.LOW, NOW, numbers=numbers), NOW, False) == ""


def test_where_it_was_told_is_said_with_the_time_where_that_differs() -> None:
    later = NOW + timedelta(hours=3)
    told = [
        Delivery(1, NOW, "desktop", "failed"),
        Delivery(1, NOW, "balloon", "shown"),
        Delivery(1, NOW, "apprise", "failed", "slack://… The service refused it (HTTP 403)."),
        Delivery(1, NOW, "apprise", "shown", "mailto://gmail.com…"),
        Delivery(1, later, "desktop", "withdrawn"),
    ]
    assert alert_words.tries(Episode("a1", Level.LOW, NOW, delivered="balloon"), told, later) == [
        "No notification service took it",
        "Shown beside the tray icon",
        "Not sent to slack://…: the service refused it (HTTP 403)",
        "Sent to mailto://gmail.com…",
        "Notification taken back, today 13:30",
    ]
    assert alert_words.tries(Episode("a1", Level.LOW, NOW), [], later) == ["Not shown yet"]
