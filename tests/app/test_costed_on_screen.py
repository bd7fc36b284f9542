"""A reading that costs, in the window: never by the clock or by Refresh all, and asked for once each time."""

from tests.app.screen import Screen, spoken

from creditdesk.core.pools import Account, Custody, TroubleKind
from creditdesk.ui.dialogs import Question

NOWHERE = "http://127.0.0.1:9"


def questions(screen: Screen) -> list[Question]:
    return [each for each in screen.desktop.window.findChildren(Question) if each.isVisible()]


def test_only_a_yes_to_the_price_asks_the_vendor(screen: Screen) -> None:
    draft = Account("", "Search", "brave-search", Custody.KEYRING, base_url=NOWHERE)
    (account,) = screen.prepare((draft, {"key": "brave-0123456789"}))
    screen.open()
    screen.look(hours=9)
    screen.desktop.readings.refresh_all()
    screen.settle()
    assert screen.reading().trouble is None  # nobody was asked: else it could not be reached
    assert "A reading costs 1 search, so it is read only when you say so." in spoken([screen.card()])
    for answer in ("reject", "accept"):
        screen.desktop.overview.refresh_requested.emit(account.id)
        screen.until(lambda: len(questions(screen)) == 1)
        (question,) = questions(screen)
        assert question.yes.text() == "Read for 1 search"
        getattr(question, answer)()
        screen.settle()
    trouble = screen.reading().trouble
    assert trouble is not None
    assert trouble.kind is TroubleKind.NO_NETWORK
    assert screen.reading().due_at is None
    asked_at = trouble.since
    screen.look(hours=9)
    after = screen.reading().trouble
    assert after is not None
    assert after.since == asked_at
