"""Saves every page as a picture, light and dark, large and small: for a demo without a display, for the README."""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtCore import QDeadlineTimer, QEventLoop, QMessageLogContext, QSize, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication

from creditdesk.app.desktop import Desktop
from creditdesk.app.making import MakingStory
from creditdesk.app.sample_script import FIRST
from creditdesk.core.pools import Reading
from creditdesk.paths import resources
from creditdesk.ui import theme
from creditdesk.ui.account_dialog import AccountDialog
from creditdesk.ui.account_draft import Surroundings
from creditdesk.ui.dialogs import picture
from creditdesk.ui.key_field import KeyField, literal_prefix
from creditdesk.ui.sizer_engines import EngineRows
from creditdesk.ui.sizer_page import SizerPage

SIZES = ((1280, 820), (900, 600))
THEMES = ("light", "dark")
OWN_VENDOR = ("own-vendor-request", "own-vendor-answer", "own-vendor-file")  # its steps
PAGES = (
    *(
        "overview",
        "sizer",
        "history",
        "activity",
        "alerts",
        "gateway",
        "ledger",
        "accounts",
        "settings",
        "add-account",
        "first-run",
    ),
    *OWN_VENDOR,
)
SHOWN = "sample1"  # the account whose vendor the dialog and the sizer show
LIMIT_MS = 20_000
STILL_MS = 250


def take_all(application: QApplication, desktop: Desktop, readings: Iterable[Reading], folder: Path) -> int:
    """Show every page in every theme and size, and save it as PAGE-THEME-WxH.png; the exit code."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        print(f"creditdesk: {folder} cannot be used: {error.strerror}", file=sys.stderr)
        return 1
    qInstallMessageHandler(_quietly)
    desktop.open(readings)
    _settle(application, desktop)
    saved = 0
    for name in THEMES:
        theme.apply(application, theme.load(name))
        for size in SIZES:
            desktop.window.resize(QSize(*size))
            for page in PAGES:
                shot = _take(application, desktop, page)
                saved += shot.save(str(folder / f"{page}-{name}-{size[0]}x{size[1]}.png"))
    print(f"{saved} pictures in {folder}")
    return 0 if saved == len(PAGES) * len(SIZES) * len(THEMES) else 1


def _take(application: QApplication, desktop: Desktop, page: str) -> QPixmap:
    """Bring a page on screen with something to see, and grab it."""
    if page == "add-account":
        return _add_account(application, desktop)
    if page == "first-run":
        return _first_run(application, desktop)
    if page in OWN_VENDOR:
        _own_vendor(desktop, OWN_VENDOR.index(page))
    elif page == "gateway":
        _gateway(application, desktop)
    elif page == "ledger":
        desktop.pages.show_ledger("sample0")
    elif page == "history":
        desktop.pages.show_history("sample0")
    elif page == "sizer":
        _size(application, desktop)
    else:
        desktop.window.show_page(page)
    _settle(application, desktop)
    return desktop.window.grab()


def _size(application: QApplication, desktop: Desktop) -> None:
    """An import on two search engines that would be refused, without what is tracked already."""
    desktop.pages.size(SHOWN)
    page = desktop.window.page("sizer")
    if not isinstance(page, SizerPage):
        return
    desktop.pages.open_list(resources() / "sample" / "spring-campaign.csv")
    _settle(application, desktop)
    rows = page.form.factors.findChild(EngineRows)
    if isinstance(rows, EngineRows) and len(rows.engines()) == 1:
        rows.start_adding()
        rows.finish()
    box = page.form.place
    if box.place is None:
        box.read.click()
        _settle(application, desktop)
        box.places.setCurrentIndex(1)
    box.subtract.setChecked(True)
    _settle(application, desktop)
    page.check_requested.emit(SHOWN)
    if (focused := desktop.window.focusWidget()) is not None:
        focused.clearFocus()


def _gateway(application: QApplication, desktop: Desktop) -> None:
    """The gateway after the sample script asked for the first time."""
    desktop.window.show_page("gateway")
    deadline = QDeadlineTimer(LIMIT_MS)
    while len(desktop.pages.serving.seen()) < len(FIRST) and not deadline.hasExpired():
        application.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
    desktop.pages.serving.look()


def _own_vendor(desktop: Desktop, step: int) -> None:
    """A vendor of one's own, made from an example and an answer as a documentation shows them."""
    desktop.pages.make()
    story, folder = desktop.pages.story("maker"), resources() / "sample"
    if not isinstance(story, MakingStory):
        return
    if not story.answers.samples:
        story.take_example((folder / "own-vendor.curl").read_text("utf-8"))
        story.page.show_step(1)
        story.take_answer((folder / "own-vendor.json").read_text("utf-8"))
        story.page.sample.take.click()
        story.page.sample.choose(("usage", "credits_remaining"))
    story.page.show_step(step)


def _add_account(application: QApplication, desktop: Desktop) -> QPixmap:
    """The dialog over the overview, after a test that went well."""
    entry = desktop.parts.board.entry(SHOWN)
    desktop.window.show_page("overview")
    around = Surroundings(tuple(desktop.parts.desk.tools.catalogue.all()), store_name="GNOME Keyring")
    dialog = AccountDialog(around, desktop.window)
    if entry is not None:
        dialog.choose_provider(entry.definition.id)
        if dialog.form is not None:
            for credential in entry.definition.credentials:
                field = dialog.form.key.field(credential.name)
                if isinstance(field, KeyField):
                    field.put(f"{literal_prefix(credential.pattern)}sample-key-0000")
        dialog.show_test(entry.reading.snapshot, entry.definition, desktop.parts.now())
    dialog.open()
    for field in dialog.findChildren(KeyField):
        field.deselect()
    _settle(application, desktop)
    shot = picture(dialog, desktop.window)
    dialog.reject()
    return shot


def _first_run(application: QApplication, desktop: Desktop) -> QPixmap:
    """The desk without any account."""
    parts = desktop.parts
    desktop.window.show_page("overview")
    desktop.overview.show_sample(False)
    desktop.overview.show_entries([], parts.now(), parts.settings)
    desktop.window.show_accounts([], parts.settings)
    desktop.window.sidebar.show_alert_count(0)
    _settle(application, desktop)
    shot = desktop.window.grab()
    desktop.overview.show_sample(True)
    desktop.readings.list_anew()
    _settle(application, desktop)
    return shot


def _settle(application: QApplication, desktop: Desktop) -> None:
    """Let the window work until nothing is read and nothing happened for a moment, or time is up."""
    _wait(application, desktop.is_quiet)


def _wait(application: QApplication, done: Callable[[], bool]) -> None:
    deadline = QDeadlineTimer(LIMIT_MS)
    still = QDeadlineTimer(STILL_MS)
    while not deadline.hasExpired():
        application.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        if not done():
            still = QDeadlineTimer(STILL_MS)
        elif still.hasExpired():
            return


def _quietly(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
    """Qt's messages, without the one that the off-screen platform repeats at each resize."""
    if "This plugin does not support" not in text:
        print(f"{kind.name}: {text}", file=sys.stderr)
