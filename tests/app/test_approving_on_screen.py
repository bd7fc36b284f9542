"""A definition of the user's own in the window: asked about once, at the first request, whatever that request is."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from tests.app.screen import Screen, spoken
from tests.app.test_accounts_on_screen import fill_in, form_of

from creditdesk.core.pools import Account, TroubleKind
from creditdesk.paths import resources
from creditdesk.ui.approval_dialog import ApprovalDialog
from creditdesk.ui.remedies import Action


def own(screen: Screen, **changes: str) -> None:
    """Put a built-in definition into the user's folder, under another id."""
    text = (resources() / "providers" / "ranktracker.toml").read_text(encoding="utf-8")
    text = text.replace('id = "ranktracker"', 'id = "own"').replace('name = "Ranktracker"', 'name = "Own"')
    for old, new in changes.items():
        text = text.replace(old, new)
    screen.places.definitions.mkdir(exist_ok=True)
    (screen.places.definitions / "own.toml").write_text(text, encoding="utf-8")


def account(screen: Screen) -> Account:
    draft, keys = screen.draft("ranktracker", "Mine")
    (made,) = screen.prepare((draft.changed(provider="own"), keys))
    return made


def question(screen: Screen) -> ApprovalDialog:
    """The approval dialog that is open, or about to be."""
    screen.until(lambda: bool(questions(screen)))
    return questions(screen)[0]


def questions(screen: Screen) -> list[ApprovalDialog]:
    found = screen.application.topLevelWidgets()
    return [each for each in found if isinstance(each, ApprovalDialog) and each.isVisible()]


def kind(screen: Screen) -> TroubleKind | None:
    trouble = screen.reading().trouble
    return trouble.kind if trouble else None


def test_a_card_says_what_to_do_and_is_read_after_the_approval(screen: Screen) -> None:
    own(screen)
    made = account(screen)
    screen.open()
    assert kind(screen) is TroubleKind.NOT_APPROVED
    said = spoken([screen.card()])
    assert "Not approved" in said
    (button,) = [each for each in screen.card().findChildren(QPushButton) if each.text() == "Look and approve"]
    button.click()
    dialog = question(screen)
    assert "https://api.ranktracker.com/v1/account/usage" in spoken([dialog])
    assert screen.key("ranktracker") not in spoken([dialog])
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    screen.settle()
    assert kind(screen) is TroubleKind.NOT_APPROVED
    assert screen.requests("ranktracker") == 0
    screen.desktop.overview.remedy_requested.emit(made.id, Action.APPROVE)
    question(screen).yes.click()
    screen.until(lambda: screen.reading().snapshot is not None)
    assert kind(screen) is None
    assert screen.requests("ranktracker") == 1
    screen.restart()
    assert kind(screen) is None
    assert not questions(screen)


def test_a_key_is_tested_only_after_the_approval(screen: Screen) -> None:
    own(screen)
    screen.open()
    dialog = fill_in(screen, "ranktracker")
    dialog.choose_provider("own")
    form = form_of(dialog)
    form.base_url.setText(screen.url("ranktracker"))
    form.confirm.setChecked(True)
    form.key.put(screen.key("ranktracker"))
    form.name.setText("Mine")
    form.key.test.click()
    question(screen).reject()
    screen.until(lambda: "Not approved" in spoken([form.result]))
    assert screen.requests("ranktracker") == 0
    form.key.test.click()
    question(screen).yes.click()
    screen.until(lambda: "Keywords: 158 of 1,000 left" in spoken([form.result]))
    dialog.save.click()
    screen.until(lambda: bool(screen.desktop.overview.cards) and screen.reading().snapshot is not None)
    assert not questions(screen)


def test_saving_an_account_asks_and_not_now_keeps_it_unread(screen: Screen) -> None:
    own(screen)
    screen.open()
    dialog = fill_in(screen, "ranktracker")
    dialog.choose_provider("own")
    form = form_of(dialog)
    form.base_url.setText(screen.url("ranktracker"))
    form.confirm.setChecked(True)
    form.key.put(screen.key("ranktracker"))
    dialog.save.click()
    question(screen).reject()
    screen.settle()
    assert kind(screen) is TroubleKind.NOT_APPROVED
    assert screen.requests("ranktracker") == 0
    assert screen.memory.keys() == {screen.key("ranktracker")}


def test_a_changed_definition_is_asked_about_again_and_its_key_is_not_handed_over_by_itself(screen: Screen) -> None:
    own(screen)
    made = account(screen)
    screen.open()
    screen.desktop.stories.approve(made.id)
    question(screen).yes.click()
    screen.until(lambda: screen.reading().snapshot is not None)
    screen.close()
    own(screen, **{"/v1/account/usage": "/v2/account/usage"})
    screen.open()
    assert kind(screen) is TroubleKind.NOT_APPROVED
    assert screen.reading().snapshot is not None
    screen.desktop.stories.approve(made.id)
    dialog = question(screen)
    assert "Changed since you approved it" in spoken([dialog])
    assert dialog.keys.isVisible()
    assert not dialog.keys.isChecked()
    dialog.yes.click()
    screen.until(lambda: kind(screen) is TroubleKind.NO_KEY)
    assert screen.requests("ranktracker") == 1
    assert screen.memory.keys() == {screen.key("ranktracker")}


def test_a_definition_that_came_with_the_program_is_never_asked_about(screen: Screen) -> None:
    screen.open()
    heard: list[bool] = []
    screen.desktop.stories.approving.ask("ranktracker", heard.append)
    screen.until(lambda: heard == [True])
    screen.desktop.stories.approving.ask("nobody", heard.append)
    screen.until(lambda: heard == [True, False])
    assert not questions(screen)
