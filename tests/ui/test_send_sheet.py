"""The last look before an import is sent, and what the page says when nothing can be sent."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot
from tests.ui.send_sample import AWAY, HOME, ITEMS, NOW, RULE, sender
from tests.ui.sizer_sample import meter

from creditdesk.core.sending import Place
from creditdesk.core.sent_before import Before
from creditdesk.core.settings import Settings
from creditdesk.ui.send_sheet import SendSheet
from creditdesk.ui.sizer_page import SizerPage
from creditdesk.ui.sizer_sections import Already


@pytest.fixture
def page(qtbot: QtBot, worn: Callable[[str], None]) -> SizerPage:
    made = SizerPage()
    qtbot.addWidget(made)
    made.resize(1060, 820)
    made.show()
    made.show_entries([sender(), meter()], NOW)
    made.form.show_places("t", (HOME, AWAY))
    made.show_items(ITEMS, "spring.csv")
    return made


def sheet(page: SizerPage) -> SendSheet:
    page.result.send.click()
    found = page.sending.sheet
    assert found is not None
    return found


def choose(page: SizerPage, place: Place = HOME) -> None:
    page.form.place.places.setCurrentIndex(page.form.place.places.findData(place.id))


def test_the_domain_is_chosen_first_and_an_operation_that_cannot_be_sent_offers_no_button(page: SizerPage) -> None:
    assert not page.result.send.isEnabled()
    assert page.result.why_not.text() == "Choose the domain first."
    choose(page)
    assert page.result.send.isEnabled()
    assert page.result.why_not.isHidden()
    page.choose_account("m", "rank-check")
    assert page.result.send.isHidden()
    assert page.form.place.isHidden()
    page.choose_account("t")
    assert page.form.place.place == HOME


def test_what_is_confirmed_is_what_is_said(
    page: SizerPage, qtbot: QtBot, shoot: Callable[[QWidget, str], Path]
) -> None:
    choose(page)
    asked = sheet(page)
    shoot(asked, "send-sheet")
    asked.each.setValue(60)
    with qtbot.waitSignal(page.sending.confirmed) as told:
        asked.send.click()
    order = told.args[0]
    assert (order.account, order.rule, order.place, order.count, order.batch) == ("t", RULE, HOME, 250, 60)
    assert order.rows == ({"name": "google", "location": "United States", "language": "en", "device": "desktop"},)
    assert (order.first, order.leave_out, order.confirmed) == (0, (), False)
    assert not asked.send.isEnabled()
    page.sending.show_failed("The plan does not fit any more.")
    assert asked.error.text() == "The plan does not fit any more."
    assert asked.send.isEnabled()
    page.sending.show_started()
    assert page.sending.sheet is None


def test_the_part_that_was_chosen_is_what_is_sent_without_what_is_there(page: SizerPage) -> None:
    choose(page)
    page.show_entries([sender(keywords="100")], NOW)
    assert not page.result.send.isEnabled()
    button = page.result.ways.button("part")
    assert button is not None
    button.click()
    order = page.order()
    assert order is not None
    assert (order.count, order.first) == (100, 100)
    page.form.keywords.show_already(Already(ITEMS.unique[:200], ITEMS.unique[200:]))
    order = page.order()
    assert order is not None
    assert (order.count, order.first, len(order.leave_out)) == (50, 0, 200)


def test_a_limit_that_is_passed_and_a_reserve_that_is_used_are_agreed_to_first(page: SizerPage, qtbot: QtBot) -> None:
    choose(page)
    page.form.limits.field("keywords").setText("100")
    page.form.reserve.field("keywords").setText("200")
    asked = sheet(page)
    assert not asked.send.isEnabled()
    assert asked.agree.isVisibleTo(asked)
    asked.agree.click()
    with qtbot.waitSignal(page.sending.confirmed) as told:
        asked.send.click()
    assert told.args[0].confirmed
    assert told.args[0].reserve == {"keywords": Decimal(200)}


def test_hidden_amounts_and_names_are_hidden_in_the_sheet_too(page: SizerPage) -> None:
    choose(page)
    page.show_settings(Settings(hide_amounts=True, hide_names=True))
    asked = sheet(page)
    said = " ".join(
        each.text() for each in asked.findChildren(QWidget) if hasattr(each, "text") and callable(each.text)
    )
    assert "358" not in said
    assert "Agency" not in said


def test_a_plan_is_saved_without_sending(page: SizerPage, qtbot: QtBot) -> None:
    choose(page)
    asked = sheet(page)
    with qtbot.waitSignal(page.sending.save_asked) as told:
        asked.save.click()
    assert told.args[0].place == HOME
    assert asked.isVisible()


def test_repeats_are_not_promised_anything(page: SizerPage) -> None:
    choose(page)
    assert page.form.place.told.text() == "What happens to repeats is not documented."
    page.form.place.subtract.setChecked(True)
    page.form.place.show_already(Already(("a",), ("b",), 3))
    there, some = page.form.place.told.text().split(". ")
    assert there == "1 keyword of the list is tracked there already"
    assert some == "3 more are there on some of the search engines only, and are sent."


def test_several_operations_are_not_sent_at_once(page: SizerPage) -> None:
    choose(page)
    entry = sender()
    twice = (entry.definition.operations[0], replace(entry.definition.operations[0], id="other", label="Other"))
    page.show_entries([replace(entry, definition=replace(entry.definition, operations=twice))], NOW)
    page.form.others.add_row()
    assert page.result.why_not.text() == "Only one operation is sent at a time. Remove the others."


def test_what_was_sent_before_is_left_out_unless_it_is_ticked(
    page: SizerPage, qtbot: QtBot, shoot: Callable[[QWidget, str], Path]
) -> None:
    choose(page)
    asked = sheet(page)
    asked.send.click()
    page.sending.show_before(Before(ITEMS.unique[:30], 250, at=NOW))
    shoot(asked, "send-sheet-before")
    assert asked.isVisible() and asked.send.isEnabled() and not asked.again.isChecked()
    said = " ".join(each.text() for each in asked.findChildren(QLabel) if each.isVisibleTo(asked))
    assert f"30 of these 250 keywords were accepted by {HOME.name}" in said
    assert "Send 220 keywords?" in said
    with qtbot.waitSignal(page.sending.confirmed) as told:
        asked.send.click()
    assert (told.args[0].count, told.args[0].leave_out, told.args[0].again) == (220, ITEMS.unique[:30], False)
    asked.again.click()
    with qtbot.waitSignal(page.sending.confirmed) as told:
        asked.send.click()
    assert (told.args[0].count, told.args[0].leave_out, told.args[0].again) == (250, (), True)


def test_where_all_was_sent_before_nothing_goes_without_the_tick(page: SizerPage) -> None:
    choose(page)
    asked = sheet(page)
    page.sending.show_before(Before(ITEMS.unique, 250, at=NOW))
    assert not asked.send.isEnabled()
    asked.again.click()
    assert asked.send.isEnabled()


def test_of_a_part_what_was_sent_before_is_not_made_up_for_by_what_comes_after(page: SizerPage) -> None:
    choose(page)
    page.show_entries([sender(keywords="100")], NOW)
    button = page.result.ways.button("part")
    assert button is not None
    button.click()
    order = page.order()
    assert order is not None
    left = order.without(Before(ITEMS.unique[:30], 100))
    assert (left.count, left.first) == (70, 70)
    rest = order.without(Before(ITEMS.unique[100:120], 150, rest=True))
    assert (rest.count, rest.first, rest.leave_out) == (100, 100, ITEMS.unique[100:120])
