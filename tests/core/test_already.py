"""What is tracked already is left out of an import, and nothing else is."""

from creditdesk.core.already import already
from creditdesk.core.sending import Tracked

DESKTOP = {"name": "google", "device": "desktop"}
MOBILE = {"name": "google", "device": "mobile"}


def at(text: str, row: dict[str, str], active: bool | None = True) -> Tracked:
    return Tracked(f"{text}-{row['device']}", text, row, active)


def test_an_item_that_is_there_on_all_rows_is_left_out() -> None:
    tracked = [at("Running  SHOES", DESKTOP), at("running shoes", MOBILE), at("trainers", DESKTOP)]
    assert already(["running shoes", "trainers", "boots"], [DESKTOP, MOBILE], tracked) == (("running shoes",), 1)


def test_a_row_is_compared_without_case_and_outer_space() -> None:
    tracked = [at("boots", {"name": " Google", "device": "Desktop", "position": "3"})]
    assert already(["boots"], [DESKTOP], tracked) == (("boots",), 0)


def test_a_paused_row_is_not_tracked() -> None:
    assert already(["boots"], [DESKTOP], [at("boots", DESKTOP, active=False)]) == ((), 0)


def test_whether_a_row_is_paused_may_be_unknown_and_then_it_counts_as_tracked() -> None:
    assert already(["boots"], [DESKTOP], [at("boots", DESKTOP, active=None)]) == (("boots",), 0)


def test_another_place_on_the_map_is_another_row() -> None:
    assert already(["boots"], [{**DESKTOP, "location": "Spain"}], [at("boots", DESKTOP)]) == ((), 0)


def test_without_rows_any_row_counts() -> None:
    assert already(["boots", "hats"], [], [at("boots", DESKTOP)]) == (("boots",), 0)
