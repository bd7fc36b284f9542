"""What stands beside an account until it was read well, and what is asked before a reading that costs."""

from dataclasses import replace
from decimal import Decimal

import pytest
from pytestqt.qtbot import QtBot
from tests.ui.account_sample import Opener, everything_said, form, key
from tests.ui.history_sample import NOW, entry
from tests.ui.sizer_sample import METER, TRACKER

from creditdesk.core.definition import Cost, Own
from creditdesk.core.pools import Account, Custody, Trouble, TroubleKind
from creditdesk.core.settings import Settings
from creditdesk.ui.account_draft import Edited, Surroundings
from creditdesk.ui.accounts_page import AccountsPage
from creditdesk.ui.board import Entry
from creditdesk.ui.card_content import card_content
from creditdesk.ui.dialogs import Question
from creditdesk.ui.standing import cost_line, mark_of, price_words, read_words

MARK = "From documentation, not tried with a live key."
(REQUEST,) = TRACKER.requests
COSTED = replace(TRACKER, requests=(replace(REQUEST, manual=True, cost=Cost(Decimal(2), "searches")),))


@pytest.fixture
def opened(qtbot: QtBot) -> Opener:
    return Opener(qtbot)


def account(untried: bool, definition: object = TRACKER, **changes: object) -> Entry:
    """An account of the tracker that was never read, or once was."""
    made = entry()
    reading = replace(made.reading, untried=untried, **changes)  # type: ignore[arg-type]
    return replace(made, reading=reading, definition=definition)  # type: ignore[arg-type]


def notes(shown: Entry) -> list[str]:
    return [note.text for note in card_content(shown, NOW, Settings()).notes]


def test_the_mark_stands_on_the_card_and_the_page_until_the_account_was_read(qtbot: QtBot) -> None:
    page = AccountsPage()
    qtbot.addWidget(page)
    for untried in (True, False):
        shown = account(untried)
        page.show_accounts([shown], NOW)
        assert (MARK in notes(shown)) is untried
        assert (page.standing.text() == MARK) is untried
        assert page.table.texts()[-1][-1].endswith(", untried") is untried
    assert mark_of(replace(account(True), sample=True)) == ""
    assert mark_of(account(True, replace(TRACKER, own=Own("0" * 64)))) == "your own file, not tried yet"


def test_the_form_says_so_too_and_not_of_an_account_that_was_read(opened: Opener) -> None:
    assert MARK in everything_said(opened("tracker"))
    assert MARK not in everything_said(opened("meter"))  # nothing is read there
    known = Account("a1", "Agency", "tracker", Custody.KEYRING)
    assert MARK in everything_said(opened(edited=Edited(known, TRACKER)))
    assert form(opened(edited=Edited(known, TRACKER, untried=False))).evidence.isHidden()
    assert form(opened("tracker", Surroundings((replace(TRACKER, tried=True),)))).evidence.isHidden()


def test_a_reading_that_costs_has_a_button_with_its_price(opened: Opener) -> None:
    assert price_words(COSTED) == "2 searches"
    assert read_words(COSTED) == "Read for 2 searches"
    assert cost_line(COSTED) == "A reading costs 2 searches, so it is read only when you say so."
    assert cost_line(TRACKER) == cost_line(METER) == ""
    shown = card_content(account(False, COSTED), NOW, Settings())
    (ask,) = [note.ask for note in shown.notes if note.ask is not None and note.ask.what == "refresh"]
    assert ask.label == "Read for 2 searches"
    down = Trouble(TroubleKind.VENDOR_DOWN, "It is down.", NOW)
    (told,) = [note for note in card_content(account(False, COSTED, trouble=down), NOW, Settings()).notes if note.ask]
    assert told.ask is not None
    assert told.ask.label == "Read for 2 searches"
    assert "Next try" not in told.text


def test_the_price_is_asked_before_a_key_is_tested(opened: Opener, qtbot: QtBot) -> None:
    dialog = opened("tracker", Surroundings((COSTED,)))
    assert form(dialog).key.test.text() == "Test key for 2 searches"
    key(dialog).put("tkn_usr_0123456789")
    with qtbot.assertNotEmitted(dialog.test_requested):
        form(dialog).key.test.click()
    (question,) = dialog.findChildren(Question)
    assert "Tracker takes 2 searches for it." in everything_said(question)
    question.reject()
    with qtbot.assertNotEmitted(dialog.test_requested):
        form(dialog).key.test.click()
    with qtbot.waitSignal(dialog.test_requested):
        next(each for each in dialog.findChildren(Question) if each.isVisible()).yes.click()
    dialog.show_test(None, COSTED)
    assert form(dialog).key.test.text() == "Test key for 2 searches"


def test_a_reminder_is_kept_with_the_account_and_only_where_balances_are_typed(opened: Opener, qtbot: QtBot) -> None:
    known = Account("a1", "Meter", "meter", settings={"plan": "starter"}, remind_days=14)
    dialog = opened(edited=Edited(known, METER))
    assert form(dialog).remind.days.text() == "after 14 days"
    form(dialog).remind.days.setValue(0)
    assert form(dialog).remind.days.text() == "never"
    form(dialog).remind.days.setValue(21)
    with qtbot.waitSignal(dialog.saved) as told:
        dialog.save.click()
    assert told.args[0].remind_days == 21
    assert form(opened("tracker")).remind.isHidden()
