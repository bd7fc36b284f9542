"""Whom something is for: free text, completed to what is known already."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from tests.ui.history_sample import definition

from creditdesk.core.pools import Account
from creditdesk.ui.account_draft import Edited, Surroundings
from creditdesk.ui.account_form import AccountForm
from creditdesk.ui.client_field import client_field


def test_known_clients_are_offered_once_whatever_is_typed_of_them(qtbot: QtBot) -> None:
    field = client_field("", ["Kiln & Clay", "Acme", "", "Acme"])
    qtbot.addWidget(field)
    completer = field.completer()
    completer.setCompletionPrefix("CLAY")
    found = completer.completionModel()
    assert [found.data(found.index(row, 0)) for row in range(found.rowCount())] == ["Kiln & Clay"]
    completer.setCompletionPrefix("")
    assert found.rowCount() == 2
    QTest.keyClicks(field, "Some new one")
    assert field.text() == "Some new one"


def test_the_account_form_offers_the_desks_clients_and_takes_a_client_away(qtbot: QtBot) -> None:
    vendor = definition()
    account = Account("a1", "Mine", vendor.id, client="Acme")
    form = AccountForm(vendor, Surroundings((vendor,), ("Mine",), clients=("Acme", "Beta")), Edited(account, vendor))
    qtbot.addWidget(form)
    assert form.client.text() == "Acme"
    assert form.client.completer().model().rowCount() == 2
    form.client.clear()
    QTest.keyClick(form.client, Qt.Key.Key_Tab)
    assert form.draft().client == ""
