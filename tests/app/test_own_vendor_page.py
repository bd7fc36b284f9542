"""The page for an own vendor: answers, clicks, text, undo, files; and what it refuses."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot
from tests.app.screen import spoken
from tests.app.vendor_alone import ANSWER, KEY, VendorAlone, approve, asking, click, click_value, paste
from tests.app.workbench import Workbench

from creditdesk.app.making_answers import TAKEN_OUT
from creditdesk.ui.maker_page import MakerPage


@pytest.fixture
def bench(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Workbench]:
    made = Workbench(qtbot, qapp, tmp_path / "desk")
    yield made
    made.close()


SAMPLE = json.dumps({**ANSWER, "account": {"plan": "Studio"}})


def with_answer(bench: Workbench, text: str = SAMPLE) -> MakerPage:
    page = bench.page
    page.show_step(1)
    QGuiApplication.clipboard().setText(text)
    click(page.sample.paste if page.sample.paste.isVisible() else page.sample.again)
    return page


def save(bench: Workbench, page: MakerPage) -> None:
    """Save, and leave the account for later."""
    click(page.save)
    bench.until(lambda: bool(bench.dialogs()))
    bench.dialogs()[0].reject()
    bench.until(lambda: not bench.dialogs())


def toast_button(bench: Workbench) -> QWidget:
    return [each.undo_button for each in bench.window.toasts.shown if each.undo_button is not None][-1]


def test_guesses_are_taken_by_one_click_and_undone_step_by_step(bench: Workbench) -> None:
    page = with_answer(bench)
    assert "plan, left, limit and reset" in page.sample.offer_text.text()
    before = page.text.toPlainText()
    click(page.sample.take)
    assert not page.sample.offer.isVisible()
    bench.until(lambda: "8,421.75 of 10,000 left" in spoken([page.preview.card]))
    click(page.undo_button)
    assert page.text.toPlainText() == before
    assert page.sample.offer.isVisible()
    page.redo()
    assert len(page.pools.boxes) == 1


def test_text_and_clicks_change_the_same_file(bench: Workbench) -> None:
    page = with_answer(bench)
    click(page.sample.take)
    page.show_step(2)
    page.text.setPlainText(page.text.toPlainText().replace("usage.credits_limit", "addons[0].left"))
    page.tell()
    page.show_step(1)
    index = page.sample.model.index_of(("addons", 0, "left"))
    assert index.siblingAtColumn(2).data() == "Limit"
    box = page.pools.boxes[0]
    box.label.setFocus()
    box.label.selectAll()
    QTest.keyClicks(box.label, "Pages")
    assert 'label = "Pages"' in page.text.toPlainText()
    bench.until(lambda: "Pages" in spoken([page.preview.card]))


def test_a_wrong_line_is_said_and_shown_and_clicks_wait_until_it_is_right(bench: Workbench) -> None:
    page = with_answer(bench)
    click(page.sample.take)
    right = page.text.toPlainText()
    page.show_step(2)
    page.text.setPlainText(right.replace('kind = "allowance"', 'kind = "alowance"'))
    page.tell()
    line = right.split("\n").index('kind = "allowance"') + 1
    bench.until(lambda: f"Line {line}: pool[1].kind is 'alowance'" in spoken([page.preview]))
    assert not page.save.isEnabled()
    page.show_step(1)
    page.preview.line_chosen.emit(line)
    assert page.step == 2
    assert page.text.textCursor().blockNumber() + 1 == line
    page.text.setPlainText(right + "[[pool")
    page.tell()
    page.show_step(1)
    click_value(page, ("addons", 0, "left"))
    click(page.sample.roles["used"])
    assert "not TOML" in page.error.text()
    assert page.text.toPlainText() == right + "[[pool"


def test_rows_become_pools_by_clicks(bench: Workbench) -> None:
    page = with_answer(bench)
    click_value(page, ("addons", 1, "left"))
    click(page.sample.roles["remaining"])
    click(page.sample.rows)
    click_value(page, ("addons", 1, "name"))
    click(page.sample.roles["label"])
    bench.until(lambda: "Renders" in spoken([page.preview.card]) and "Fonts" in spoken([page.preview.card]))
    click_value(page, ("usage", "credits_limit"))
    assert page.sample.pool.currentText() == "a new pool"
    page.sample.pool.setCurrentIndex(0)
    click(page.sample.roles["limit"])
    assert "outside of the rows" in page.error.text()


TWO = {"seo": {"left": 50, "used": 10, "limit": 60}, "scraping": {"left": 900, "used": 100, "limit": 1000}}


def pools_of(page: MakerPage) -> list[dict[str, object]]:
    return tomllib.loads(page.text.toPlainText())["pool"]


def test_values_of_another_object_become_a_pool_of_their_own_without_the_drop_down(bench: Workbench) -> None:
    page = with_answer(bench, json.dumps(TWO))
    for name in TWO:
        for key, role in (("left", "remaining"), ("used", "used"), ("limit", "limit")):
            click_value(page, (name, key))
            click(page.sample.roles[role])
    assert [(each["remaining"], each["used"], each["limit"]) for each in pools_of(page)] == [
        (f"{name}.left", f"{name}.used", f"{name}.limit") for name in TWO
    ]
    click_value(page, ("seo", "left"))
    assert page.sample.pool.currentIndex() == 0
    assert page.sample.roles["remaining"].isChecked()
    assert not any(box.doubt.isVisible() for box in page.pools.boxes)


def test_numbers_that_contradict_each_other_are_said_in_the_box_of_their_pool(bench: Workbench) -> None:
    page = with_answer(bench, json.dumps(TWO))
    for place, role in ((("seo", "left"), "remaining"), (("seo", "used"), "used"), (("scraping", "limit"), "limit")):
        click_value(page, place)
        page.sample.pool.setCurrentIndex(0)
        click(page.sample.roles[role])
    assert "do not make the limit 1,000" in page.pools.boxes[0].doubt.text()
    bench.until(page.pools.boxes[0].doubt.isVisible)


def test_a_flat_answer_of_two_things_is_not_joined_by_one_click(bench: Workbench) -> None:
    flat = {"credits_left": 40, "credits_limit": 100, "seats_limit": 5, "seats_left": 2}
    page = with_answer(bench, json.dumps(flat))
    click(page.sample.take)
    assert [(each["remaining"], each["limit"]) for each in pools_of(page)] == [("credits_left", "credits_limit")]
    click_value(page, ("seats_left",))
    assert page.sample.pool.currentText() == "a new pool"
    click(page.sample.roles["remaining"])
    click_value(page, ("seats_limit",))
    click(page.sample.roles["limit"])
    assert [each["limit"] for each in pools_of(page)] == ["credits_limit", "seats_limit"]


def test_an_answer_that_is_a_list_becomes_a_pool_for_each_row(bench: Workbench) -> None:
    page = with_answer(bench, json.dumps([{"name": "Renders", "left": 120}, {"name": "Fonts", "left": 3}]))
    click_value(page, (0, "left"))
    click(page.sample.roles["remaining"])
    click(page.sample.rows)
    click_value(page, (0, "name"))
    click(page.sample.roles["label"])
    assert pools_of(page)[0]["each"] == "@"
    bench.until(lambda: "Renders" in spoken([page.preview.card]) and "Fonts" in spoken([page.preview.card]))
    click_value(page, (0, "left"))
    click(page.sample.rows)
    assert pools_of(page)[0]["remaining"] == "[0].left"


def test_the_keyboard_is_enough(bench: Workbench) -> None:
    page = with_answer(bench)
    tree = page.sample.tree
    page.sample.choose(("usage", "credits_remaining"))
    tree.setFocus()
    QTest.keyClick(tree, Qt.Key.Key_Return)
    assert bench.window.focusWidget() is page.sample.roles["remaining"]
    QTest.keyClick(page.sample.roles["remaining"], Qt.Key.Key_Space)
    assert bench.window.focusWidget() is tree
    QTest.keyClick(tree, Qt.Key.Key_Down)
    QTest.keyClick(tree, Qt.Key.Key_Return)
    QTest.keyClick(page.sample.roles["limit"], Qt.Key.Key_Space)
    bench.until(lambda: "8,421.75 of 10,000 left" in spoken([page.preview.card]))
    QTest.keyClick(tree, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert "limit" not in page.text.toPlainText()
    page.show_step(0)
    page.request.key_at.setFocus()
    QTest.keyClick(page.request.key_at, Qt.Key.Key_Tab)
    assert bench.window.focusWidget() is page.request.key_fields()["key"]
    QTest.keyClick(page.request.key_fields()["key"], Qt.Key.Key_Tab)
    assert bench.window.focusWidget() is page.next


def test_a_word_that_is_pressed_again_is_taken_back(bench: Workbench) -> None:
    page = with_answer(bench)
    click(page.sample.take)
    for place, role in ((("usage", "credits_limit"), "limit"), (("account", "plan"), "plan")):
        click_value(page, place)
        button = page.sample.roles[role]
        assert button.isChecked()
        click(button)
        assert not button.isChecked()
        assert f'{role} = "' not in page.text.toPlainText()
    bench.until(lambda: "8,421.75" in spoken([page.preview.card]) and "Studio" not in spoken([page.preview.card]))


def test_a_key_in_the_answer_is_hidden_and_may_be_dropped_for_good(bench: Workbench) -> None:
    page = bench.page
    paste(page.request.example, f"curl https://a.example -H 'x-api-key: {KEY}'")
    page.show_step(1)
    QGuiApplication.clipboard().setText(json.dumps(ANSWER))
    click(page.sample.paste)
    assert "was taken out" in page.sample.state.text()
    index = page.sample.model.index_of(("account", "api_token"))
    assert [index.siblingAtColumn(column).data() for column in (1, 2)] == ["***", "hidden"]
    click_value(page, ("account", "api_token"))
    assert not page.sample.roles["remaining"].isEnabled()
    click(page.sample.roles["redact"])
    assert 'redact = ["account.api_token"]' in page.text.toPlainText()
    index = page.sample.model.index_of(("account", "api_token"))
    assert index.siblingAtColumn(2).data() == "Secret"


def test_a_saved_vendor_is_opened_again_changed_doubled_removed_and_brought_back(bench: Workbench) -> None:
    page = with_answer(bench)
    click(page.sample.take)
    save(bench, page)
    file = bench.places.definitions / "my-vendor.toml"
    first = file.read_text()
    bench.story.resume()
    assert page.header.title.text() == "My vendor"
    assert page.header.subtitle.text() == "not saved yet"
    page.open_wanted.emit("my-vendor")
    bench.settle()
    assert page.text.toPlainText() == first
    assert page.header.subtitle.text() == "saved"
    page.text.put(first.replace('"Credits"', '"Pages"'))
    page.tell()
    assert page.header.subtitle.text() == "changed since it was saved"
    save(bench, page)
    assert '"Pages"' in file.read_text()
    bench.story.open("my-vendor")
    bench.settle()
    page.double_wanted.emit()
    assert 'id = "my-vendor-copy"' in page.text.toPlainText()
    save(bench, page)
    assert {each.name for each in bench.places.definitions.glob("*.toml")} == {"my-vendor.toml", "my-vendor-copy.toml"}
    bench.story.open("my-vendor")
    bench.settle()
    page.remove_wanted.emit()
    bench.until(lambda: not file.exists())
    bench.settle()
    assert "my-vendor" not in bench.desk.tools.catalogue.ids()
    bench.until(lambda: toast_button(bench).isVisible())
    click(toast_button(bench))
    bench.until(file.exists)
    bench.settle()
    assert "my-vendor" in bench.desk.tools.catalogue.ids()
    assert not bench.dialogs()


def test_another_file_does_not_take_what_is_not_saved_away(bench: Workbench) -> None:
    page = with_answer(bench)
    click(page.sample.take)
    mine = page.text.toPlainText()
    page.copy_wanted.emit("ranktracker")
    bench.settle()
    assert "ranktracker-copy" in page.text.toPlainText()
    assert page.save.isEnabled()
    click(toast_button(bench))
    assert page.text.toPlainText() == mine
    page.close_wanted.emit()
    bench.story.resume()
    assert page.text.toPlainText() == mine


def test_a_file_that_another_program_changed_meanwhile_is_not_overwritten(bench: Workbench) -> None:
    page = with_answer(bench)
    click(page.sample.take)
    save(bench, page)
    file = bench.places.definitions / "my-vendor.toml"
    bench.story.open("my-vendor")
    bench.settle()
    file.write_text(file.read_text() + "# by hand\n")
    page.text.put(page.text.toPlainText().replace('"Credits"', '"Pages"'))
    page.tell()
    click(page.save)
    bench.until(lambda: "changed by somebody else" in spoken(bench.window.toasts.shown))
    assert "Duplicate makes another one of yours" in spoken(bench.window.toasts.shown)
    assert "# by hand" in file.read_text()
    assert page.isVisible()


def test_an_own_vendor_is_exported_and_such_a_file_opened(
    bench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = with_answer(bench)
    click(page.sample.take)
    target = tmp_path / "out.toml"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    page.export_wanted.emit()
    bench.until(target.exists)
    bench.settle()
    exported = page.text.toPlainText()
    assert target.read_text() == exported
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(target), ""))
    bench.story.begin()
    page.import_wanted.emit()
    bench.settle()
    assert page.text.toPlainText() == exported
    assert page.header.subtitle.text() == "not saved yet"


def test_an_address_that_is_typed_takes_its_query_along_once_it_is_whole(bench: Workbench) -> None:
    page = bench.page
    field = page.request.url
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "https://a.example/v1/{account_id}?format=json")
    QTest.keyClick(field, Qt.Key.Key_Tab)
    text = page.text.toPlainText()
    assert 'url = "https://a.example/v1/{account_id}"' in text
    assert 'query = { format = "json" }' in text
    assert page.request.settings() == {}
    bench.until(lambda: "Account id" in spoken([page.request]))
    page.request.key_at.setCurrentIndex(page.request.key_at.findData("body"))
    page.request.key_at.activated.emit(0)
    assert 'method = "POST"' in page.text.toPlainText()
    assert 'json = { api_key = "{key}" }' in page.text.toPlainText()


def test_a_key_leaves_the_page_with_it(bench: Workbench) -> None:
    page = bench.page
    paste(page.request.example, f"curl https://a.example -H 'x-api-key: {KEY}'")
    assert page.request.keys() == {"key": KEY}
    bench.window.add_page("other", QWidget())
    bench.window.show_page("other")
    assert page.request.keys() == {}


def test_what_fetching_costs_stands_on_its_button(bench: Workbench) -> None:
    page = bench.page
    page.request.start_chosen.emit("x-rate-limit")
    assert page.sample.fetch.text() == "Fetch from the vendor (costs 1 request)"
    page.request.start_chosen.emit("bearer")
    assert page.sample.fetch.text() == "Fetch from the vendor"


def test_two_requests_are_fetched_and_their_answers_looked_at_one_by_one(vendor: VendorAlone, bench: Workbench) -> None:
    page = bench.page
    vendor.token = "tok-8d2f6a0c4e8b1d5f9a3c"
    page.request.start_chosen.emit("token")
    page.text.put(
        page.text.toPlainText()
        .replace("https://api.vendor.example/v1/token", vendor.url.replace("usage", "token"))
        .replace("https://api.vendor.example/v1/balance", vendor.url)
    )
    page.tell()
    page.request.key_fields()["key"].put(KEY)
    page.show_step(1)
    click(page.sample.fetch)
    approve(bench.window, bench.until, "127.0.0.1")
    bench.until(lambda: page.sample.tree.isVisible())
    assert page.sample.request.currentText() == "balance"
    assert page.sample.model.index_of(("usage", "credits_limit")).isValid()
    page.sample.request_chosen.emit("token")
    index = page.sample.model.index_of(("access_token",))
    assert index.siblingAtColumn(1).data() == "***"
    assert vendor.asked == ["/v1/token", "/v1/usage"]


def test_nothing_is_asked_before_it_is_approved_and_a_refusal_is_said(vendor: VendorAlone, bench: Workbench) -> None:
    page = bench.page
    paste(page.request.example, f"curl {vendor.url} -H 'Authorization: Bearer wrong-key-123456'")
    page.show_step(1)
    click(page.sample.fetch)
    bench.until(lambda: bool(asking(bench.window)))
    asking(bench.window)[0].reject()
    bench.settle()
    assert vendor.asked == []
    click(page.sample.fetch)
    approve(bench.window, bench.until, "127.0.0.1")
    bench.until(lambda: "rejected the key" in page.sample.error.text())
    assert page.sample.model.index_of(("error",)).siblingAtColumn(1).data() == "no such key"


def test_hostile_answers_are_refused_in_a_sentence(bench: Workbench) -> None:
    page = bench.page
    page.show_step(1)
    for answer, said in (
        ("{" + '"a":' * 900, "cannot be read"),
        ('{"a": NaN}', "NaN"),
        ('{"a": 1, "a": 2}', "same name twice"),
        ("x" * (1024 * 1024 + 1), "larger than 1 MiB"),
        ("<!doctype html><p>Log in", "web page"),
        ("", "no text"),
    ):
        bench.story.begin()
        QGuiApplication.clipboard().setText(answer)
        page.show_step(1)
        page.sample.paste_wanted.emit()
        assert said in page.sample.error.text()
        assert page.sample.empty.isVisible()


def test_the_menu_names_what_there_is_and_opens_it(bench: Workbench) -> None:
    page = with_answer(bench)
    click(page.sample.take)
    save(bench, page)
    bench.story.renew()
    bench.until(lambda: bool(page.mine.actions()))
    assert [each.text() for each in page.mine.actions()] == ["My vendor"]
    assert len(page.copies.actions()) > 50
    page.begin_wanted.emit()
    assert page.header.title.text() == "My vendor"
    page.mine.actions()[0].trigger()
    bench.until(lambda: page.header.subtitle.text() == "saved")
    next(each for each in page.copies.actions() if each.text() == "Ranktracker").trigger()
    bench.until(lambda: "ranktracker-copy" in page.text.toPlainText())


def test_a_large_answer_is_shown_at_once_and_its_rows_come_when_they_are_seen(bench: Workbench) -> None:
    rows = [{"id": number, "left": number % 7, "text": "\u202ebad\x07"} for number in range(15_000)]
    page = with_answer(bench, json.dumps({"data": rows}))
    model = page.sample.model
    data = model.index_of(("data",))
    assert model.rowCount(data) <= 400
    page.sample.choose(("data", 14_999, "left"))
    assert page.sample.chosen() == ("data", 14_999, "left")
    text = model.index_of(("data", 14_999, "text")).siblingAtColumn(1).data()
    assert text == "bad"


def test_what_is_left_as_plain_text_is_shown_and_can_be_said_to_be_a_key(bench: Workbench) -> None:
    page = bench.page
    paste(page.request.example, "curl 'https://api.v.example/v1/usage?p=pony77&page=2' -H 'X-Session-Id: ab12'")
    assert page.request.plain.isVisible()
    assert "?p=pony77" in page.request.plain.text()
    assert "header X-Session-Id: ab12" in page.request.plain.text()
    menu = page.request.is_key.menu()
    menu.aboutToShow.emit()
    next(each for each in menu.actions() if each.text() == "?p=pony77").trigger()
    assert "pony77" not in page.text.toPlainText()
    assert "pony77" not in page.request.example.toPlainText()
    assert list(page.request.keys().values()) == ["pony77"]
    start = page.request.example.toPlainText().index("ab12")
    cursor = page.request.example.textCursor()
    cursor.setPosition(start)
    cursor.setPosition(start + 4, cursor.MoveMode.KeepAnchor)
    page.request.example.setTextCursor(cursor)
    menu.aboutToShow.emit()
    menu.actions()[0].trigger()
    assert "ab12" not in page.text.toPlainText() + page.request.example.toPlainText()
    assert sorted(page.request.keys().values()) == ["ab12", "pony77"]


@pytest.mark.parametrize(
    ("answer", "said"), [("null", "a single word"), ('"hello"', "a single word"), ("hello", "no number")]
)
def test_an_answer_without_any_number_is_said_to_have_none(bench: Workbench, answer: str, said: str) -> None:
    page = with_answer(bench, answer)
    assert said in page.sample.error.text()
    assert page.sample.error.isVisible()


def test_fetching_without_a_key_says_so_before_anything_is_approved(bench: Workbench) -> None:
    page = bench.page
    page.show_step(1)
    click(page.sample.fetch)
    bench.settle()
    assert "There is no API key yet" in page.sample.error.text()
    assert asking(bench.window) == []


@pytest.mark.parametrize("notes", [False, True])
def test_nothing_is_drawn_over_the_answer_in_a_small_window(bench: Workbench, notes: bool) -> None:
    bench.window.resize(900, 600)
    page = with_answer(bench)
    if notes:
        page.sample.show_state(TAKEN_OUT)
    assert page.sample.offer.isVisible()
    bench.until(lambda: page.sample.tree.geometry().bottom() < page.sample.bar.geometry().top())
    assert page.sample.tree.height() >= page.sample.tree.minimumHeight()
