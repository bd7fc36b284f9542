"""The life of an account through the window: added, edited, doubled, typed, removed and brought back."""

import threading
from decimal import Decimal

import keyring.backends.fail
import pytest
from PySide6.QtWidgets import QPushButton
from tests.app.screen import Screen, spoken

from creditdesk.core.pools import Account, Custody, Level, Thresholds
from creditdesk.sandbox import FaultKind
from creditdesk.ui.account_dialog import AccountDialog
from creditdesk.ui.account_form import AccountForm
from creditdesk.ui.balance_dialog import BalanceDialog


def form_of(dialog: AccountDialog) -> AccountForm:
    assert dialog.form is not None
    return dialog.form


def fill_in(screen: Screen, provider: str, name: str = "") -> AccountDialog:
    """Open the dialog for a new account and fill it in, all but the save button."""
    screen.desktop.window.add_requested.emit()
    dialog = screen.dialog()
    dialog.choose_provider(provider)
    form = form_of(dialog)
    form.base_url.setText(screen.url(provider))
    form.confirm.setChecked(True)
    form.key.put(screen.key(provider))
    if name:
        form.name.setText(name)
    return dialog


def undo_button(screen: Screen) -> QPushButton:
    (toast,) = [toast for toast in screen.desktop.window.toasts.shown if toast.undo_button is not None]
    assert toast.undo_button is not None
    return toast.undo_button


def test_the_first_account_is_added_from_the_empty_page_and_its_numbers_are_the_vendors(screen: Screen) -> None:
    screen.open()
    empty = screen.desktop.overview.empty
    assert empty is not None
    (add,) = [each for each in empty.findChildren(QPushButton) if each.text() == "Add an account"]
    add.click()
    dialog = screen.dialog()
    dialog.reject()
    dialog = fill_in(screen, "ranktracker", "Agency")
    form = form_of(dialog)
    form.key.test.click()
    screen.until(lambda: not form.result.isHidden())
    screen.until(lambda: "Keywords: 158 of 1,000 left" in spoken([form.result]))
    dialog.save.click()
    screen.until(lambda: bool(screen.desktop.overview.cards) and screen.reading().snapshot is not None)
    assert not screen.dialogs()
    assert screen.left() == {"keywords": 158, "data-rows": 790, "on-demand": 38, "serp-analyser": 22}
    screen.until(lambda: "Keywords: 158 of 1,000 left" in spoken([screen.card()]))
    assert screen.card().accessibleName() == "Ranktracker, Agency · test server · just now"
    assert screen.memory.keys() == {screen.key("ranktracker")}
    assert screen.key("ranktracker") not in screen.places.config.read_text()
    assert screen.key("ranktracker") not in spoken(screen.application.topLevelWidgets())


def test_a_key_that_the_vendor_rejects_is_said_in_the_dialog_and_nothing_is_kept(screen: Screen) -> None:
    screen.open()
    dialog = fill_in(screen, "ranktracker")
    form = form_of(dialog)
    form.key.put("tkn_usr_wrong")
    form.key.test.click()
    screen.until(lambda: not form.result.isHidden())
    screen.until(lambda: "Key rejected" in spoken([form.result]))
    dialog.reject()
    screen.settle()
    assert not screen.memory.keys()
    assert not screen.desktop.overview.cards


TOLD = [
    ("dead key", {"key": "tkn_usr_wrong"}, "Key rejected", "Copy the whole key once more"),
    ("no plan access", {"api_enabled": False}, "No API access", "whether your plan has the API"),
    ("empty pool", {"fault": FaultKind.ERROR}, "Used up", "The key itself is good."),
    ("vendor down", {"fault": FaultKind.STATUS}, "Vendor down", "This says nothing against the key."),
    ("throttled", {"fault": FaultKind.THROTTLE}, "Throttled", "This says nothing against the key."),
    ("our network", {"base_url": "http://127.0.0.1:9"}, "No network", "It is this computer's network, not the key"),
    ("another answer", {"fault": FaultKind.HTML}, "Unreadable answer", "numbers cannot be read"),
]


def test_a_failed_test_says_whose_fault_it_is_and_what_to_do(screen: Screen) -> None:
    screen.open()
    dialog = fill_in(screen, "ranktracker")
    form = form_of(dialog)
    for _name, case, title, todo in TOLD:
        screen.clear()
        screen.set("ranktracker", api_enabled=case.get("api_enabled", True))
        if fault := case.get("fault"):
            screen.fault(fault)
        form.key.put(case.get("key") or screen.key("ranktracker"))
        form.base_url.setText(case.get("base_url") or screen.url("ranktracker"))
        form.confirm.setChecked(True)
        form.key.test.click()
        screen.until(lambda: not form.result.isHidden())
        assert form.result.title.text() == title
        assert todo in form.result.todo.text()
        assert form.result.todo.isVisibleTo(dialog)
    dialog.reject()
    screen.settle()
    assert not screen.memory.keys()


def test_a_test_that_ends_after_the_dialog_was_closed_is_dropped(screen: Screen) -> None:
    screen.deadline_s = 0.2
    screen.open()
    screen.fault(FaultKind.HANG)
    dialog = fill_in(screen, "ranktracker")
    form_of(dialog).key.test.click()
    dialog.reject()
    screen.settle()
    assert not screen.dialogs()


def test_a_name_that_is_taken_is_said_in_the_dialog_and_can_be_mended(screen: Screen) -> None:
    screen.prepare(screen.draft("ranktracker", "Agency"))
    screen.open()
    dialog = fill_in(screen, "leadboxer", "agency")
    dialog.save.click()
    screen.until(lambda: "Another account has this name." in spoken([dialog]))
    form_of(dialog).name.setText("Leads")
    dialog.save.click()
    screen.until(lambda: len(screen.desktop.overview.cards) == 2)
    screen.settle()
    assert not screen.dialogs()


def test_a_keyring_that_refuses_is_said_in_the_dialog_also_when_it_was_closed_meanwhile(screen: Screen) -> None:
    screen.open()
    screen.memory.fail("KeyringLocked")
    dialog = fill_in(screen, "ranktracker")
    dialog.save.click()
    screen.until(lambda: "keyring is locked" in spoken([dialog]))
    form_of(dialog).key.put(screen.key("ranktracker"))
    dialog.save.click()
    dialog.reject()
    screen.until(lambda: bool(screen.desktop.window.toasts.shown))
    assert "Ranktracker was not saved" in spoken(screen.desktop.window.toasts.shown)
    assert not screen.desktop.overview.cards


def test_an_account_is_added_also_when_the_dialog_was_closed_while_the_keyring_asked(screen: Screen) -> None:
    screen.open()
    dialog = fill_in(screen, "ranktracker")
    asked, released = threading.Event(), threading.Event()

    def prompt(_: str) -> None:
        asked.set()
        released.wait(5)

    screen.memory.before = prompt
    dialog.save.click()
    screen.until(asked.is_set)
    dialog.reject()
    screen.until(lambda: not screen.dialogs())
    released.set()
    screen.until(lambda: bool(screen.desktop.overview.cards))
    screen.settle()
    assert screen.left()["keywords"] == 158


def test_without_a_keyring_the_dialog_says_so_and_a_key_lives_for_this_session(screen: Screen) -> None:
    screen.backend = keyring.backends.fail.Keyring()
    screen.open()
    dialog = fill_in(screen, "ranktracker")
    form = form_of(dialog)
    screen.until(lambda: "No keyring is running in this session." in spoken([form.key]))
    assert form.key.custody() is Custody.SESSION
    dialog.save.click()
    screen.until(lambda: bool(screen.desktop.overview.cards) and screen.reading().snapshot is not None)
    assert screen.left()["keywords"] == 158
    screen.restart()
    screen.look(minutes=6)
    trouble = screen.reading().trouble
    assert trouble is not None
    assert "one session only" in trouble.message
    assert screen.left()["keywords"] == 158


def test_an_edited_name_and_interval_are_on_the_card_and_kept(screen: Screen) -> None:
    (account,) = screen.prepare(screen.draft("ranktracker", "Agency"))
    screen.open()
    asked = screen.requests("ranktracker")
    screen.desktop.overview.edit_requested.emit(account.id)
    dialog = screen.dialog()
    form = form_of(dialog)
    form.name.setText("Studio")
    form.interval.setValue(30)
    dialog.save.click()
    screen.until(lambda: "Studio" in screen.card().accessibleName())
    screen.settle()
    assert not screen.dialogs()
    assert screen.requests("ranktracker") == asked + 1
    assert screen.memory.keys() == {screen.key("ranktracker")}
    screen.restart(quiet=False)
    (kept,) = screen.desktop.parts.desk.tools.chosen.accounts
    assert (kept.name, kept.interval_s) == ("Studio", 1800)


def test_another_account_like_this_one_has_its_settings_and_neither_its_name_nor_its_key(screen: Screen) -> None:
    draft = screen.by_hand("oneclickseo", "Shop", plan="starter", edition="pakistan")
    rare = Thresholds(Decimal(30), Decimal(7))
    (account,) = screen.prepare((draft[0].changed(client="Kiln & Clay", thresholds=rare, rules_off=("expires",)), {}))
    screen.open()
    screen.desktop.overview.duplicate_requested.emit(account.id)
    dialog = screen.dialog()
    form = form_of(dialog)
    assert form.params.settings() == dict(account.settings)
    assert form.client.text() == "Kiln & Clay"
    assert form.name.text() == "Shop 2"
    dialog.save.click()
    screen.until(lambda: len(screen.desktop.overview.cards) == 2)
    screen.settle()
    first, second = screen.desktop.parts.desk.tools.chosen.accounts
    assert first.id != second.id
    assert first.changed(id=second.id, name=second.name) == second


def test_a_typed_balance_is_on_the_card_by_hand_and_survives_a_restart(screen: Screen) -> None:
    (account,) = screen.prepare(screen.by_hand("oneclickseo", "Shop", plan="starter"))
    screen.open()
    screen.desktop.overview.type_balance_requested.emit(account.id)
    (dialog,) = screen.desktop.window.findChildren(BalanceDialog)
    dialog.fields.field("monthly").setText("1,234.50")
    dialog.save.click()
    screen.until(lambda: "1,234.5" in spoken([screen.card()]))
    screen.settle()
    assert not [each for each in screen.desktop.window.findChildren(BalanceDialog) if each.isVisible()]
    assert screen.left()["monthly"] == Decimal("1234.50")
    assert "by hand" in screen.card().accessibleName()
    screen.clock.move(days=3)
    screen.restart(quiet=False)
    assert screen.left()["monthly"] == Decimal("1234.50")
    assert "3 d ago, by hand" in screen.card().accessibleName()


def test_a_removed_account_takes_its_key_along_and_undo_brings_key_numbers_and_place_back(screen: Screen) -> None:
    first, second = screen.prepare(screen.draft("ranktracker", "Agency"), screen.draft("leadboxer", "Leads"))
    screen.open()
    before = screen.left(first)
    screen.desktop.overview.remove_requested.emit(first.id)
    screen.until(lambda: len(screen.desktop.overview.cards) == 1)
    screen.settle()
    assert screen.memory.keys() == {screen.key("leadboxer")}
    assert "Agency" not in screen.places.config.read_text()
    assert "Agency" not in spoken([screen.desktop.window.sidebar])
    assert not any("Agency" in line for line in screen.desktop.tray.menu_texts())
    assert "Removed Ranktracker · Agency and its key." in spoken(screen.desktop.window.toasts.shown)
    undo_button(screen).click()
    screen.until(lambda: len(screen.desktop.overview.cards) == 2)
    screen.settle()
    assert screen.memory.keys() == {screen.key("ranktracker"), screen.key("leadboxer")}
    assert screen.left(first) == before
    assert [each.id for each in screen.desktop.parts.desk.tools.chosen.accounts] == [first.id, second.id]


def test_an_account_that_is_removed_while_it_is_read_is_no_error(screen: Screen) -> None:
    (account,) = screen.prepare(screen.draft("ranktracker"))
    screen.deadline_s = 0.3
    screen.fault(FaultKind.HANG)
    screen.open(quiet=False)
    screen.until(lambda: screen.open_requests() == 1)
    screen.desktop.overview.remove_requested.emit(account.id)
    screen.until(lambda: not screen.desktop.overview.cards)
    screen.settle()
    assert not screen.memory.keys()


def test_a_key_that_may_still_be_in_the_keyring_is_not_said_to_be_gone(screen: Screen) -> None:
    (account,) = screen.prepare(screen.draft("ranktracker"))
    screen.open()
    screen.memory.fail("NoKeyringError")
    screen.desktop.overview.remove_requested.emit(account.id)
    screen.until(lambda: not screen.desktop.overview.cards)
    said = spoken(screen.desktop.window.toasts.shown)
    assert "Its key may still be in the keyring." in said
    assert "and its key" not in said


def test_an_account_whose_definition_is_gone_is_shown_and_can_be_removed(screen: Screen) -> None:
    (account,) = screen.prepare(screen.by_hand("oneclickseo", "Shop"))
    config = screen.places.config
    config.write_text(config.read_text().replace('"oneclickseo"', '"a-vendor-of-mine"'))
    screen.open()
    screen.until(lambda: "There is no usable definition named a-vendor-of-mine" in spoken([screen.card(account)]))
    for page in ("history", "sizer", "activity", "alerts", "accounts", "settings"):
        screen.desktop.window.show_page(page)
        screen.settle()
    screen.desktop.overview.edit_requested.emit(account.id)
    dialog = screen.dialog()
    dialog.save.click()
    screen.until(lambda: "no provider is called" in spoken([dialog]))
    dialog.reject()
    screen.desktop.overview.remove_requested.emit(account.id)
    screen.until(lambda: not screen.desktop.overview.cards)


@pytest.mark.parametrize("by_hand", [True, False])
def test_a_muted_account_is_muted_after_a_restart_too(screen: Screen, by_hand: bool) -> None:
    draft: tuple[Account, dict[str, str]] = screen.by_hand("oneclickseo") if by_hand else screen.draft("ranktracker")
    (account,) = screen.prepare(draft)
    screen.open()
    screen.desktop.stories.mute(account.id, True)
    screen.until(lambda: screen.reading().account.muted)
    screen.restart()
    assert screen.reading().account.muted
    assert screen.reading().level in (Level.NOT_READ, Level.LOW)
    assert not any("Low" in text for text in screen.desktop.window.notices)
