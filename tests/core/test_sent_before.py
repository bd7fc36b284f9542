"""What an earlier import brought to a place is found again, row by row, however it is spelt."""

from datetime import UTC, datetime, timedelta

from creditdesk.core.sending import BatchState
from creditdesk.core.sent_before import Before, Brought, before_words, sent_before

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
ONE, TWO = {"name": "google"}, {"name": "bing"}


def brought(*items: str, rows: tuple[dict[str, str], ...] = (ONE,), waits: bool = False, days: int = 0) -> Brought:
    state = BatchState.PLANNED if waits else BatchState.ACCEPTED
    return Brought(items, rows, state, NOW - timedelta(days=days))


def test_items_and_rows_are_compared_without_case_and_unicode_form() -> None:
    found = sent_before(("Cafe\u0301", "STRASSE", "new"), ({"name": "Google "},), [brought("café", "straße")])
    assert found == Before(("Cafe\u0301", "STRASSE"), 3, 0, NOW)


def test_what_is_on_other_rows_only_is_not_there() -> None:
    assert sent_before(("a",), (ONE,), [brought("a", rows=(TWO,))]) is None
    assert sent_before(("a",), (ONE,), []) is None


def test_two_imports_to_one_row_each_make_an_item_whole() -> None:
    found = sent_before(("a", "b"), (ONE, TWO), [brought("a", "b"), brought("a", rows=(TWO,), days=3)])
    assert found == Before(("a", "b"), 2, 1, NOW)


def test_an_operation_without_rows_is_compared_by_its_items() -> None:
    assert sent_before(("a", "b"), (), [brought("b", rows=())]) == Before(("b",), 2, 0, NOW)


def test_the_sentence_says_how_many_and_when() -> None:
    assert before_words(Before(("a",), 1, at=NOW), "keyword", "x.example") == (
        "1 of these 1 keyword was accepted by x.example on 21 Nov 2026."
    )
    waits = sent_before(("a", "b"), (ONE,), [brought("a", "b", waits=True)])
    assert waits is not None and waits.at is None
    assert before_words(waits, "keyword", "x.example") == (
        "2 of these 2 keywords are in another import to x.example that is not finished."
    )
