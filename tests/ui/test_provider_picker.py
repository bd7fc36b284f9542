"""The picker: whose vendors come first, what a search and a pasted key find, and that no key is ever read in it."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from tests.ui.account_sample import everything_said
from tests.ui.sizer_sample import ALL, KEY, SILENT, TRACKER

from creditdesk.core.definition import Credential, Definition
from creditdesk.ui.provider_order import is_secret, key_in, sections
from creditdesk.ui.provider_picker import ANY, NO_KEY, SEVERAL, TYPED, UNKNOWN, WAITS, ProviderPicker
from creditdesk.ui.standing import UNTRIED, evidence

HEX: Definition = replace(
    SILENT, id="hexed", name="Hexed", credentials=(Credential("key", "Key", pattern="^[0-9a-f]{32}$"),)
)
UNKNOWN_KEY = "9f8Zq7Lm5Xw3Kt1Vb2"


def shown(qtbot: QtBot, *definitions: Definition, recent: tuple[str, ...] = ()) -> ProviderPicker:
    picker = ProviderPicker(definitions or ALL, recent, ("wallet", "no-such-vendor", "tracker"))
    qtbot.addWidget(picker)
    picker.resize(560, 400)
    picker.show()
    return picker


def test_own_vendors_come_first_then_the_popular_ones_then_the_rest_by_category_and_each_once(qtbot: QtBot) -> None:
    made = sections(ALL, ("silent", "gone", "wallet", "silent"), ("wallet", "tracker"))
    assert [(each.title, [one.id for one in each.definitions]) for each in made] == [
        ("Used by you", ["silent", "wallet"]),
        ("Popular", ["tracker"]),
        ("Content", ["meter"]),
    ]
    picker = shown(qtbot, recent=("meter",))
    assert picker.list.headings() == ("Used by you", "Popular", "Others")
    assert picker.shown() == ("meter", "wallet", "tracker", "silent")


def test_the_keyboard_walks_vendors_and_never_stops_on_a_heading(qtbot: QtBot) -> None:
    picker = shown(qtbot, recent=("meter",))
    walked = []
    for _ in range(6):
        walked.append(picker.list.current())
        QTest.keyClick(picker.search, Qt.Key.Key_Down)
    assert walked == ["meter", "wallet", "tracker", "silent", "silent", "silent"]
    for _ in range(6):
        QTest.keyClick(picker.search, Qt.Key.Key_Up)
    assert picker.list.current() == "meter"
    QTest.keyClicks(picker.list, "tra")
    assert (picker.search.text(), picker.shown()) == ("tra", ("tracker",))
    with qtbot.waitSignal(picker.provider_chosen) as told:
        QTest.keyClick(picker.search, Qt.Key.Key_Return)
    assert told.args == ["tracker"]


def test_a_name_that_nobody_has_offers_what_stands_for_any_other(qtbot: QtBot) -> None:
    anyone: Definition = replace(SILENT, id="anyone", name="By hand", requests=(), homepage="")
    picker = shown(qtbot, *ALL, anyone)
    QTest.keyClicks(picker.search, "nobody")
    assert "anyone" in picker.shown()
    assert "tracker" not in picker.shown()
    assert picker.list.headings() == (ANY,)
    with qtbot.waitSignal(picker.provider_chosen):
        QTest.keyClick(picker.search, Qt.Key.Key_Return)


def test_a_row_says_what_its_file_rests_on(qtbot: QtBot) -> None:
    picker = shown(qtbot, replace(TRACKER, grade="A"))
    assert evidence(TRACKER) == UNTRIED == "from documentation, not tried with a live key"
    assert evidence(replace(TRACKER, tried=True)) == "tried with a live key"
    spoken = picker.list.currentIndex().data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == f"Tracker, SEO · {UNTRIED}, grade A"


def test_a_key_whose_form_proves_little_is_offered_and_not_chosen(qtbot: QtBot) -> None:
    picker = shown(qtbot, *ALL, HEX)
    with qtbot.assertNotEmitted(picker.key_recognised):
        picker.take_key("0123456789abcdef" * 2)
    assert (picker.shown(), picker.note.text()) == (("hexed",), SEVERAL)
    QTest.keyClicks(picker.search, "silent")
    assert (picker.shown(), picker.note.text()) == (("silent",), WAITS)
    with qtbot.waitSignal(picker.key_recognised) as told:
        picker.choose()
    assert told.args == ["silent", "0123456789abcdef" * 2]


def test_a_key_of_an_unknown_form_is_never_shown_and_waits_for_its_provider(qtbot: QtBot) -> None:
    picker = shown(qtbot)
    QGuiApplication.clipboard().setText(UNKNOWN_KEY)
    picker.search.paste()
    assert picker.note.text() == UNKNOWN
    assert UNKNOWN_KEY not in everything_said(picker)
    assert picker.search.text() == ""
    picker.forget()
    with qtbot.waitSignal(picker.provider_chosen):
        picker.choose()


@pytest.mark.parametrize("text", [f"Authorization: Bearer {KEY}", f"{KEY}\n", f"  {KEY} "])
def test_a_key_is_found_in_the_line_it_was_copied_with(qtbot: QtBot, text: str) -> None:
    assert key_in(ALL, text) == KEY
    picker = shown(qtbot)
    with qtbot.waitSignal(picker.key_recognised) as told:
        picker.take_key(text)
    assert told.args == ["tracker", KEY]


@pytest.mark.parametrize("name", ["SE Ranking (Data API)", "openrouter-key", "2captcha", "keywordseverywhere", ""])
def test_a_vendors_name_is_no_key(name: str) -> None:
    assert not any(is_secret(each) for each in name.split())


def test_a_key_that_is_typed_letter_by_letter_is_taken_out_of_the_line_and_not_used_in_part(qtbot: QtBot) -> None:
    picker = shown(qtbot)
    with qtbot.assertNotEmitted(picker.key_recognised):
        QTest.keyClicks(picker.search, UNKNOWN_KEY[:16])
    qtbot.waitUntil(lambda: picker.search.text() == "")
    assert picker.note.text() == TYPED
    with qtbot.waitSignal(picker.provider_chosen):
        picker.choose()


def test_a_text_that_is_no_key_does_not_wait_for_a_provider(qtbot: QtBot) -> None:
    picker = shown(qtbot)
    picker.take_key("some words of mine")
    assert picker.note.text() == NO_KEY
    with qtbot.waitSignal(picker.provider_chosen):
        picker.choose()
