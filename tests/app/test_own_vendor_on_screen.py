"""From Add account to a live card with a vendor that is in no list, by clicks and keys, without leaving the window."""

from PySide6.QtTest import QTest
from tests.app.screen import Screen, spoken
from tests.app.vendor_alone import KEY, VendorAlone, approve, asking, click, click_value, paste

from creditdesk.ui.maker_page import MakerPage
from creditdesk.ui.provider_picker import ProviderPicker


def shown(page: MakerPage) -> str:
    """What can be read on the page: a key's field shows dots."""
    return spoken([page.request.example, page.sample, page.text, page.preview, page.pools, page.header])


def test_a_vendor_that_is_in_no_list_becomes_a_live_card_without_leaving_the_window(
    vendor: VendorAlone, screen: Screen
) -> None:
    screen.open()
    window = screen.desktop.window
    window.sidebar.add_requested.emit()
    dialog = screen.dialog()
    (picker,) = dialog.findChildren(ProviderPicker)
    click(picker.make)
    screen.until(lambda: window.page_name == "maker")
    page = window.page("maker")
    assert isinstance(page, MakerPage)
    paste(page.request.example, f"curl {vendor.url} \\\n  -H 'Authorization: Bearer {KEY}'")
    assert KEY not in shown(page)
    assert page.request.keys() == {"key": KEY}
    page.request.name.clear()
    QTest.keyClicks(page.request.name, "Page Quill")
    click(page.next)
    click(page.sample.fetch)
    said = approve(window, screen.until, "127.0.0.1")
    assert "/v1/usage" in said
    assert KEY not in said
    screen.until(lambda: page.sample.tree.isVisible())
    assert KEY not in shown(page)
    assert "It was taken out" in page.sample.state.text()
    for name, role in (("credits_remaining", "remaining"), ("credits_limit", "limit"), ("resets_at", "reset")):
        click_value(page, ("usage", name))
        click(page.sample.roles[role])
    screen.until(lambda: "8,421.75 of 10,000 left" in spoken([page.preview.card]))
    click_value(page, ("account", "plan"))
    click(page.sample.roles["plan"])
    click(page.next)
    assert KEY not in page.text.toPlainText()
    assert not list(screen.places.definitions.glob("*.toml"))
    click(page.save)
    dialog = screen.dialog()
    assert (screen.places.definitions / "page-quill.toml").read_text() == page.text.toPlainText()
    assert dialog.form is not None
    click(dialog.form.key.test)
    screen.until(lambda: dialog.form is not None and "8,421.75 of 10,000 left" in spoken([dialog.form.result]))
    click(dialog.save)
    screen.until(lambda: bool(screen.desktop.overview.cards) and screen.reading().snapshot is not None)
    screen.settle()
    assert window.page_name == "overview"
    assert "8,421.75 of 10,000 left" in spoken([screen.card()])
    assert screen.card().accessibleName() == "Page Quill, Studio · just now"
    assert screen.memory.keys() == {KEY}
    for file in (each for each in screen.places.config_dir.rglob("*") if each.is_file()):
        assert KEY.encode() not in file.read_bytes(), file
    screen.desktop.pages.make("page-quill")
    screen.until(lambda: page.header.subtitle.text() == "saved")
    page.text.put(page.text.toPlainText().replace("usage.credits_remaining", "addons[0].left"))
    page.tell()
    asked = len(vendor.asked)
    click(page.save)
    screen.until(lambda: "120 of 10,000 left" in spoken([screen.card()]))
    assert len(vendor.asked) == asked + 1
    assert not asking(window)
