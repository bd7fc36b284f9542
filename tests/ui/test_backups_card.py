"""The card of copies: the newest first, few at a time, and nothing is restored without a question."""

from datetime import UTC, datetime, timedelta

from pytestqt.qtbot import QtBot

from creditdesk.ui.backups_card import BackupsCard, Copy
from creditdesk.ui.dialogs import Question
from creditdesk.ui.settings_rows import Row

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
COPIES = [Copy(f"copy {number}", NOW - timedelta(days=number), 2_100_000, number == 2) for number in range(6)]


def rows(card: BackupsCard) -> list[Row]:
    found = [card.rows.itemAt(place).widget() for place in range(card.rows.count())]
    return [row for row in found if isinstance(row, Row)]


def shown(qtbot: QtBot) -> BackupsCard:
    card = BackupsCard()
    qtbot.addWidget(card)
    card.show_copies(COPIES, NOW, waiting=False)
    card.show()
    return card


def test_the_newest_copies_are_shown_and_the_others_on_wish(qtbot: QtBot) -> None:
    card = shown(qtbot)
    assert [row.hint.text() for row in rows(card)] == [
        "2.1 MB, checked copy",
        "2.1 MB, checked copy",
        "2.1 MB, set aside when another took its place",
    ]
    assert card.more.text() == "Show 3 more"
    card.more.click()
    assert len(rows(card)) == 6
    assert not card.more.isVisible()
    card.show_copies((), NOW, waiting=False)
    assert rows(card) == []


def test_rows_stay_while_the_copies_are_the_same_and_are_made_anew_the_next_day(qtbot: QtBot) -> None:
    card = shown(qtbot)
    before = rows(card)
    card.show_copies(COPIES, NOW + timedelta(minutes=5), waiting=False)
    assert rows(card) == before
    card.show_copies(COPIES, NOW + timedelta(days=1), waiting=False)
    assert rows(card) != before
    assert rows(card)[0].title.text().startswith("Yesterday")


def test_a_copy_is_restored_after_a_yes_only(qtbot: QtBot) -> None:
    card = shown(qtbot)
    wanted: list[str] = []
    card.restore_requested.connect(wanted.append)
    for answer in (Question.reject, Question.accept):
        button = next(
            each
            for each in card.findChildren(type(card.more))
            if "Restore the history of Yesterday" in each.accessibleName()
        )
        button.click()
        (question,) = (each for each in card.window().findChildren(Question) if each.isVisible())
        answer(question)
    assert wanted == ["copy 1"]


def test_what_waits_for_the_next_start_can_be_called_off(qtbot: QtBot) -> None:
    card = shown(qtbot)
    assert not card.waiting.isVisible()
    card.show_copies(COPIES, NOW, waiting=True)
    assert card.waiting.isVisible()
    with qtbot.waitSignal(card.call_off_requested):
        card.not_now.click()
