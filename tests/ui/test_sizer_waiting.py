"""While another list is read, nothing of the list before it can be sent or exported, and no verdict of it stands."""

from collections.abc import Callable

import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from tests.ui.send_sample import AWAY, HOME, ITEMS, NOW, sender
from tests.ui.sizer_sample import meter

from creditdesk.core.keywords import Items
from creditdesk.core.settings import Settings
from creditdesk.ui.sizer_hint import STILL_READING
from creditdesk.ui.sizer_page import SizerPage
from creditdesk.ui.sizer_sections import Already
from creditdesk.ui.words import HIDDEN

MORE = Items(2, ("one", "two"), 0, 0, ())


@pytest.fixture
def page(qtbot: QtBot, worn: Callable[[str], None]) -> SizerPage:
    made = SizerPage()
    qtbot.addWidget(made)
    made.resize(1060, 820)
    made.show()
    made.show_entries([sender(), meter()], NOW)
    made.form.show_places("t", (HOME, AWAY), HOME.id)
    made.show_items(ITEMS, "spring.csv")
    assert made.order() is not None
    return made


def test_the_list_before_it_cannot_be_sent_from_the_first_moment(page: SizerPage, qtbot: QtBot) -> None:
    page.show_busy("Reading summer.csv")
    assert page.order() is None
    assert not page.result.send.isEnabled()
    assert page.result.why_not.text() == STILL_READING
    assert page.result.copy.isHidden()
    assert page.result.export.isHidden()
    page.show_items(MORE, "summer.csv")
    order = page.order()
    assert order is not None
    assert order.count == 2


def test_once_it_takes_a_while_no_verdict_stands_there(page: SizerPage, qtbot: QtBot) -> None:
    page.show_busy("Reading summer.csv")
    qtbot.waitUntil(lambda: page.form.keywords.says_so)
    assert page.right.currentWidget() is page.hint
    assert page.hint.title.text() == STILL_READING
    assert not page.form.product.isVisible()
    page.form.keywords.busy.cancel.click()
    assert page.right.currentWidget() is page.result
    assert page.order() is not None


def test_a_file_that_cannot_be_read_leaves_the_list_before_it(page: SizerPage) -> None:
    page.show_busy("Reading summer.csv")
    page.show_error("summer.csv is broken.")
    assert not page.form.keywords.waits
    assert page.order() is not None


def test_what_is_typed_or_pasted_meanwhile_is_not_overtaken_by_the_file(page: SizerPage, qtbot: QtBot) -> None:
    page.form.keywords.clear()
    page.show_busy("Reading summer.csv")
    with qtbot.waitSignal(page.form.keywords.cancelled):
        QTest.keyClicks(page.form.keywords.area, "shoes")
    assert not page.form.keywords.waits
    page.show_busy("Reading summer.csv")
    with qtbot.waitSignal(page.form.keywords.cancelled):
        page.form.keywords.clear()


def test_a_list_of_which_everything_is_tracked_says_so_and_asks_for_no_file(page: SizerPage) -> None:
    page.form.keywords.show_already(Already(ITEMS.unique, ()))
    assert page.right.currentWidget() is page.hint
    assert page.hint.title.text() == "Nothing to add"
    assert "are tracked there already" in page.hint.text.text()


def test_hidden_names_are_hidden_in_the_places_too(page: SizerPage) -> None:
    page.show_settings(Settings(hide_names=True))
    offered = [page.form.place.places.itemText(at) for at in range(page.form.place.places.count())]
    assert offered[1:] == [f"{HIDDEN} 1", f"{HIDDEN} 2"]
    assert page.form.place.place == HOME
    page.result.send.click()
    sheet = page.sending.sheet
    assert sheet is not None
    said = [label.text() for label in sheet.content.findChildren(type(page.form.product))]
    assert HIDDEN in said
    assert not [text for text in said if HOME.name in text]
    sheet.reject()


def test_reading_the_places_keeps_the_keyboard_where_it_was(page: SizerPage) -> None:
    box = page.form.place
    box.read.setFocus()
    box.show_wait((0, 0), "Reading")
    assert page.window().focusWidget() is not box.read
    box.show_places((HOME, AWAY))
    assert page.window().focusWidget() is box.places


def test_tab_follows_the_page_as_it_is_read(page: SizerPage) -> None:
    def tabbed(times: int) -> list[str]:
        names = []
        for _ in range(times):
            page.focusNextPrevChild(True)
            focused = page.window().focusWidget()
            names.append(focused.accessibleName() if focused is not None else "")
        return names

    page.form.account.setFocus()
    names = tabbed(14)
    wanted = ("Operation", "Put the list", "Change google", "Domain", "Subtract", "Reserve", "Copy", "Send", "Queue")
    places = [next(at for at, name in enumerate(names) if name.startswith(each)) for each in wanted]
    assert places == sorted(places)
