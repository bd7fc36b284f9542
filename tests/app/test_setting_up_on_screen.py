"""Many accounts in the window: a set-up as a file, the keys asked for one by one, and the order with its undo."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QPushButton
from tests.app.screen import Screen, spoken

from creditdesk.app.account_list import AccountsStory
from creditdesk.core.pools import Custody
from creditdesk.ui.accounts_page import AccountsPage
from creditdesk.ui.setup_dialog import SetupDialog

FILE = """setup = 1
[[account]]
name = "Agency"
provider = "ranktracker"
key = "keyring"
client = "Acme"
[[account]]
name = "Leads"
provider = "leadboxer"
key = "keyring"
[[account]]
name = "Shop"
provider = "oneclickseo"
[[account]]
name = "Gone"
provider = "no-such-vendor"
"""


def accounts_page(screen: Screen) -> AccountsPage:
    screen.desktop.window.show_page("accounts")
    page = screen.desktop.window.page("accounts")
    assert isinstance(page, AccountsPage)
    return page


def names(screen: Screen) -> list[str]:
    return [account.name for account in screen.desktop.parts.desk.tools.chosen.accounts]


def test_a_set_up_comes_in_and_the_keys_are_asked_for_one_after_the_other(
    screen: Screen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "office.toml"
    file.write_text(FILE, encoding="utf-8")
    screen.prepare(screen.by_hand("seo-rank-genius", "Shop"))
    screen.open()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    accounts_page(screen).bring.click()
    screen.until(lambda: bool(screen.desktop.window.findChildren(SetupDialog)))
    (dialog,) = screen.desktop.window.findChildren(SetupDialog)
    screen.until(lambda: dialog.bring.text() == "Import 3 accounts")
    said = spoken([dialog])
    assert "Would add Shop 2 (it is Shop in the file), OneClickSEO." in said
    assert "Left out Gone: There is no vendor called no-such-vendor here." in said
    dialog.clash.setCurrentIndex(1)
    screen.until(lambda: dialog.bring.text() == "Import 2 accounts")
    assert names(screen) == ["Shop"]
    dialog.bring.click()
    first = screen.dialog()
    assert first.windowTitle() == "Edit Agency"
    assert "Key 1 of 2." in spoken([first])
    assert first.form is not None
    first.form.base_url.setText(screen.url("ranktracker"))
    first.form.confirm.setChecked(True)
    first.form.key.put(screen.key("ranktracker"))
    first.save.click()
    screen.until(lambda: [each.windowTitle() for each in screen.dialogs()] == ["Edit Leads"])
    screen.dialog().reject()
    screen.settle()
    assert names(screen) == ["Shop", "Agency", "Leads"]
    agency, leads = screen.desktop.parts.desk.tools.chosen.accounts[1:]
    assert (agency.custody, leads.custody) == (Custody.KEYRING, Custody.NONE)
    assert screen.left(agency)["keywords"] == 158
    assert screen.memory.keys() == {screen.key("ranktracker")}


def test_the_set_up_is_written_without_keys_and_the_same_file_comes_back(screen: Screen, tmp_path: Path) -> None:
    screen.prepare(screen.draft("ranktracker", "Agency"), screen.by_hand("oneclickseo", "Shop", plan="starter"))
    screen.open()
    accounts_page(screen)
    story = screen.desktop.pages.story("accounts")
    assert isinstance(story, AccountsStory)
    story.setting_up.write(tmp_path / "mine")
    screen.until(lambda: (tmp_path / "mine.toml").exists())
    screen.settle()
    text = (tmp_path / "mine.toml").read_text(encoding="utf-8")
    assert 'name = "Agency"' in text
    assert screen.key("ranktracker") not in text
    assert "without keys" in spoken(screen.desktop.window.toasts.shown)
    story.setting_up.read(tmp_path / "no-such-file.toml")
    screen.until(lambda: "was not read" in spoken(screen.desktop.window.toasts.shown))


def test_another_order_is_kept_and_undo_goes_back_to_the_one_before_all_of_it(screen: Screen) -> None:
    screen.prepare(*(screen.by_hand("oneclickseo", name) for name in ("One", "Two", "Three")))
    screen.open()
    page = accounts_page(screen)
    page.table.choose(2)
    for order in (["One", "Three", "Two"], ["Three", "One", "Two"]):
        page.up.click()
        screen.until(lambda wanted=order: names(screen) == wanted)
        screen.settle()
    assert [row.reading.account.name for row in page.table.rows()] == ["Three", "One", "Two"]
    ids = [account.id for account in screen.desktop.parts.desk.tools.chosen.accounts]
    assert [card.account_id for card in screen.desktop.overview.cards] == ids
    (toast,) = [each for each in screen.desktop.window.toasts.shown if each.undo_button is not None]
    undo = toast.undo_button
    assert isinstance(undo, QPushButton)
    undo.click()
    screen.until(lambda: names(screen) == ["One", "Two", "Three"])
    screen.settle()
    screen.restart()
    assert names(screen) == ["One", "Two", "Three"]
