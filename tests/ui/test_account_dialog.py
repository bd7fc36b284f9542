"""The account dialog: what is typed into it is checked, and told when it is saved."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
)
from pytestqt.qtbot import QtBot
from tests.ui.account_sample import Opener, everything_said, form, key
from tests.ui.sizer_sample import KEY, METER, NOW, TRACKER

from creditdesk.core.definition import Own
from creditdesk.core.pools import Account, Custody, Thresholds
from creditdesk.core.typed import Typed
from creditdesk.ui.account_draft import Edited, Surroundings, asks, free_name, loopback_origin, name_problem


@pytest.fixture
def opened(qtbot: QtBot, worn: Callable[[str], None]) -> Opener:
    return Opener(qtbot)


def test_an_account_is_added_with_the_key_handed_over_once(opened: Opener, qtbot: QtBot) -> None:
    dialog = opened("tracker")
    key(dialog).put(KEY)
    form(dialog).name.setText("  Client A ")
    form(dialog).client.setText("Big client")
    with qtbot.waitSignal(dialog.saved) as told:
        dialog.save.click()
    account, secrets, typed = told.args
    assert account == Account("", "Client A", "tracker", Custody.KEYRING, client="Big client")
    assert secrets == {"key": KEY}
    assert typed == {}
    assert not key(dialog).filled()
    assert not key(dialog).isUndoAvailable()
    assert dialog.isVisible()
    dialog.accept()
    assert not dialog.isVisible()


def test_what_is_wrong_is_said_beside_its_field(opened: Opener, qtbot: QtBot) -> None:
    dialog = opened("tracker")
    form(dialog).name.setText("agency")
    assert form(dialog).percent is not None
    form(dialog).percent.critical.setValue(50)
    form(dialog).base_url.setText("https://evil.example.com")
    with qtbot.assertNotEmitted(dialog.saved):
        dialog.save.click()
    assert form(dialog).name_error.text() == "Another account has this name."
    assert form(dialog).key.error("key") == "Paste the API key."
    assert form(dialog).percent.error.text() == "The second warning must be under the first."
    assert form(dialog).base_url_error.text().startswith("Only an address on this computer")
    assert form(dialog).base_url.isVisibleTo(dialog)


def test_a_server_on_this_computer_must_be_confirmed(opened: Opener, qtbot: QtBot) -> None:
    dialog = opened("tracker")
    key(dialog).put(KEY)
    form(dialog).base_url.setText("http://127.0.0.1:8801/ranktracker/")
    assert "http://127.0.0.1:8801/ranktracker instead of api.example.com" in form(dialog).confirm.text()
    with qtbot.assertNotEmitted(dialog.saved):
        dialog.save.click()
    assert form(dialog).base_url_error.isVisibleTo(dialog)
    form(dialog).confirm.setChecked(True)
    assert not form(dialog).base_url_error.isVisibleTo(dialog), "it was confirmed"
    form(dialog).base_url.setText("http://127.0.0.1:8802")
    assert not form(dialog).confirm.isChecked()
    form(dialog).confirm.setChecked(True)
    with qtbot.waitSignal(dialog.saved) as told:
        dialog.save.click()
    assert told.args[0].base_url == "http://127.0.0.1:8802"


def test_editing_keeps_the_stored_key_unless_another_is_pasted(opened: Opener, qtbot: QtBot) -> None:
    account = Account("a1", "Agency", "tracker", Custody.KEYRING, interval_s=90, thresholds=Thresholds(Decimal("12.5")))
    dialog = opened(edited=Edited(account, TRACKER))
    assert key(dialog).placeholderText() == "Leave empty to keep the stored key"
    assert not dialog.another.isVisibleTo(dialog)
    with qtbot.waitSignal(dialog.saved) as told:
        dialog.save.click()
    assert told.args == [account, {}, {}]
    dialog.show_error("The keyring is locked.")
    assert dialog.error.text() == "The keyring is locked."
    key(dialog).put(KEY)
    with qtbot.waitSignal(dialog.saved) as told:
        dialog.save.click()
    assert told.args[1] == {"key": KEY}


def test_settings_and_balances_are_typed_and_plans_follow_the_edition(opened: Opener, qtbot: QtBot) -> None:
    dialog = opened("meter")
    params, typed = form(dialog).params, form(dialog).typed
    plan = params.field("plan")
    assert isinstance(plan, QComboBox)
    assert [plan.itemText(place) for place in range(plan.count())] == ["Not set", "Starter", "Gold", "Free"]
    params.set("plan", "gold")
    limit = typed.limit_field("monthly")
    assert limit is not None
    assert limit.placeholderText() == "9,000"
    params.set("edition", "local")
    assert [plan.itemText(place) for place in range(plan.count())] == ["Not set", "Starter local", "Free"]
    params.set("plan", "starter")
    typed.field("monthly").setText("1.234,5")
    with qtbot.assertNotEmitted(dialog.saved):
        dialog.save.click()
    assert "Write a number" in typed.error("monthly")
    typed.field("monthly").setText("312")
    typed.field("top-up").setText("1,250.50")
    with qtbot.waitSignal(dialog.saved) as told:
        dialog.save.click()
    account, secrets, values = told.args
    assert account.settings == {"edition": "local", "plan": "starter"}
    assert account.custody is Custody.NONE
    assert secrets == {}
    assert values == {"monthly": (Decimal(312), None), "top-up": (Decimal("1250.50"), None)}


def test_the_words_over_amounts_follow_the_unit_that_is_set(opened: Opener) -> None:
    counted = tuple(replace(rule, unit_param="edition") for rule in METER.pools)
    around = Surroundings((replace(METER, pools=counted), TRACKER), ())
    dialog = opened("meter", around)
    for unit in ("local", "world"):
        form(dialog).params.set("edition", unit)
        told = everything_said(dialog)
        assert f"Monthly, left ({unit})" in told
        assert f"Top-up: warn when under ({unit})" in told


def test_a_plan_without_balances_asks_for_none_and_shows_its_upgrade(opened: Opener, qtbot: QtBot) -> None:
    dialog = opened("meter")
    form(dialog).typed.field("monthly").setText("5")
    form(dialog).params.set("plan", "free")
    assert not form(dialog).typed.isVisibleTo(dialog)
    assert "The free plan has no credits." in everything_said(dialog)
    with qtbot.waitSignal(dialog.saved) as told:
        dialog.save.click()
    assert told.args[2] == {}


def test_a_notice_is_shown_with_its_date_and_its_button_sets_what_it_says(opened: Opener) -> None:
    dialog = opened("meter")
    assert "The newer page lists 20. (2026-11-01)" in everything_said(dialog)
    button = next(each for each in dialog.findChildren(QAbstractButton) if each.text() == "Use it")
    button.click()
    assert form(dialog).params.settings()["edition"] == "local"


def test_a_wallet_warns_by_an_amount_and_a_strong_key_is_said_to_be_strong(opened: Opener, qtbot: QtBot) -> None:
    dialog = opened("wallet")
    assert "full rights" in everything_said(dialog)
    form(dialog).key.put("CAP-0123456789")
    low, critical = form(dialog).amounts.field("balance")
    low.setText("2.50")
    critical.setText("3")
    with qtbot.assertNotEmitted(dialog.saved):
        dialog.save.click()
    critical.setText("1")
    with qtbot.assertNotEmitted(dialog.saved):
        dialog.save.click()
    assert form(dialog).key.power.error.text() == "Tick this first, or use a weaker key."
    form(dialog).key.power.tick.setChecked(True)
    with qtbot.waitSignal(dialog.saved) as told:
        dialog.save.click()
    thresholds = told.args[0].thresholds
    assert thresholds.low_amounts == {"balance": Decimal("2.50")}
    assert thresholds.critical_amounts == {"balance": Decimal(1)}


def test_what_is_asked_and_where_the_key_goes_is_said(opened: Opener, qtbot: QtBot) -> None:
    dialog = opened("tracker")
    said = everything_said(dialog)
    assert "Asks api.example.com for your usage. Costs nothing." in said
    assert "Kept in GNOME Keyring. It never leaves this computer except to api.example.com." in said
    button = next(each for each in dialog.findChildren(QAbstractButton) if each.text() == "Get a key")
    with qtbot.waitSignal(dialog.link_requested) as told:
        button.click()
    assert told.args == ["https://example.com/keys"]


def test_a_test_server_is_said_wherever_the_vendor_would_be(opened: Opener) -> None:
    dialog = opened("tracker")
    form(dialog).base_url.setText("http://127.0.0.1:8801/tracker")
    said = everything_said(dialog)
    assert "Asks the test server 127.0.0.1:8801 on this computer, not api.example.com." in said
    assert "It is sent to the test server 127.0.0.1:8801 on this computer, and never leaves it." in said
    assert "except to api.example.com" not in said
    form(dialog).base_url.setText("")
    said = everything_said(dialog)
    assert "Asks api.example.com for your usage. Costs nothing." in said
    assert "It never leaves this computer except to api.example.com." in said


def test_the_dialog_of_an_account_on_a_test_server_says_so_from_the_start(opened: Opener) -> None:
    account = Account("a1", "Agency", "tracker", Custody.KEYRING, base_url="http://[::1]:9000")
    said = everything_said(opened(edited=Edited(account, TRACKER)))
    assert "Asks the test server [::1]:9000 on this computer, not api.example.com." in said
    assert "except to api.example.com" not in said


def test_names_and_loopback_addresses_are_checked() -> None:
    assert free_name("Meter", ("Meter", "meter 2")) == "Meter 3"
    assert free_name("Agency 2", ("Agency", "Agency 2")) == "Agency 3"
    assert free_name("New", ("Meter",)) == "New"
    assert len(free_name("n" * 60, ("n" * 60,))) <= 60
    assert name_problem("", ()) == "Give the account a name."
    assert name_problem("Agency", ("Agency",), own="agency") == ""
    assert name_problem("a\u202eb", ()) != ""
    assert loopback_origin("http://localhost:80/x/") == "http://localhost:80/x"
    assert loopback_origin("https://[::1]:9") == "https://[::1]:9"
    for text in ("http://10.0.0.1", "http://127.0.0.1.example.com", "ftp://127.0.0.1", "http://u@127.0.0.1",
                 "http://127.0.0.1/?q", "http://127.0.0.1:99999", "127.0.0.1", "http://0.0.0.0", ""):  # fmt: skip
        assert loopback_origin(text) is None, text


def test_typed_values_come_back_when_editing(opened: Opener, qtbot: QtBot) -> None:
    account = Account("m", "Meter", "meter", settings={"plan": "starter"})
    typed = {"monthly": Typed(NOW, Decimal("1234.5"), Decimal(2000))}
    dialog = opened(edited=Edited(account, METER, typed))
    assert form(dialog).typed.field("monthly").text() == "1,234.5"
    with qtbot.waitSignal(dialog.saved) as told:
        dialog.save.click()
    assert told.args[2] == {"monthly": (Decimal("1234.5"), Decimal(2000))}


def test_a_file_of_ones_own_is_not_said_to_cost_nothing() -> None:
    own = replace(TRACKER, own=Own("digest", approved=True))
    assert "Costs nothing." in asks(TRACKER)
    assert asks(own).endswith("Its file does not say whether a reading costs something.")
