"""The settings page: every choice takes effect at once, and what cannot be chosen says why beside its field."""

from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from creditdesk.core.settings import Settings, ThemeChoice
from creditdesk.ui import parts, theme
from creditdesk.ui.backups_card import BackupsCard
from creditdesk.ui.settings_rows import NumberRow, Row, SwitchRow, choice
from creditdesk.ui.settings_telling import TellingCard

_MINUTE = 60
_PEM = b"-----BEGIN CERTIFICATE-----"
_PEM_BYTES = 4_000_000
NO_TRAY = "This desktop has no tray."
START_HINT = "The window stays closed until you open it."
CLOSE_HINT = "Closing the window leaves the desk running."
PRIVACY = (
    "Keys are kept in {store} and nowhere else; each is fetched for one request and dropped.",
    "Requests go from this computer to your vendors over HTTPS, and to the addresses of mail and chat that you add.",
    "There is no account with us, no telemetry and no look for updates.",
    "Balances, history and settings stay in the data folder; there is no key in it.",
    "Removing an account removes its key. Exports and crash reports hold no key.",
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the page says about this computer. `data_dir` is a path as text; without a tray its settings are off."""

    store_name: str
    data_dir: str
    version: str
    tray_available: bool = True


class SettingsPage(QWidget):
    """Groups of settings in cards.

    Signals:
        settings_changed(object): the new Settings, after every change that is allowed.
        forecast_requested(): the forecasts' table of quality is to be opened.
        folder_requested(): the data folder is to be opened.
        docs_requested(): the documentation is to be opened.

    `telling` and `backups` are cards with signals of their own.
    """

    settings_changed = Signal(object)
    forecast_requested = Signal()
    folder_requested = Signal()
    docs_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Settings")
        self._settings = Settings()
        self._facts: Facts | None = None
        self.backups = BackupsCard()
        self.telling = TellingCard()
        self.telling.changed.connect(lambda values: self._change(**values))
        cards = (
            self._reading(),
            self._warnings(),
            self.telling,
            self._window(),
            self._sharing(),
            self._network(),
            self._keys(),
            self.backups,
            self._about(),
        )
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, theme.px(4), 0)
        column.setSpacing(theme.px(theme.GAP_PX))
        for card in cards:
            card.setMaximumWidth(theme.px(760))
            column.addWidget(card)
        column.addStretch(1)
        area = parts.scrolled(content, "Settings")
        self.setLayout(parts.page(parts.page_header("Settings"), area, stretch=area))
        self._write()

    def show_settings(self, settings: Settings, facts: Facts) -> None:
        """Show these settings and facts. What the user is typing stays as it is while nothing else changed it."""
        if settings != self._settings:
            self._settings = settings
            self._write()
        if facts != self._facts:
            self._facts = facts
            self._write_facts(facts)
            self._write_switches()

    def _reading(self) -> parts.Card:
        self.interval = NumberRow(
            "Read every account every", "An account may have its own interval.", "minutes", (1, 1440)
        )
        self.interval.value_changed.connect(lambda value: self._change(interval_s=int(value * _MINUTE)))
        return _card("Reading", self.interval)

    def _warnings(self) -> parts.Card:
        self.low = NumberRow("Low under", "An account may have its own levels.", "% left", (1, 99))
        self.critical = NumberRow("Critical under", "", "% left", (0, 98))
        self.low_days = NumberRow("A wallet is low when it lasts less than", "", "days", (1, 365))
        self.critical_days = NumberRow("A wallet is critical when it lasts less than", "", "days", (0, 364))
        for row in (self.low, self.critical, self.low_days, self.critical_days):
            row.value_changed.connect(lambda _: self._take_levels())
        self.table = parts.button("The table", "link", "external", name="How good the forecasts are: the table")
        self.table.clicked.connect(self.forecast_requested)
        hint = "Tried on simulated and on real use; what it missed is in it, too."
        quality = Row("How good the forecasts are", hint, self.table)
        levels = (self.low, self.critical, self.low_days, self.critical_days)
        return _card("Warnings", *levels, quality)

    def _window(self) -> parts.Card:
        themes = (("As the system", ThemeChoice.FOLLOW), ("Light", ThemeChoice.LIGHT), ("Dark", ThemeChoice.DARK))
        self.theme = choice(themes, lambda value: self._change(theme=ThemeChoice(str(value))), "Colours")
        self.start_in_tray = SwitchRow("Start in the tray", START_HINT)
        self.start_in_tray.switched.connect(lambda on: self._change(start_in_tray=on))
        self.close_to_tray = SwitchRow("Close to the tray", CLOSE_HINT)
        self.close_to_tray.switched.connect(lambda on: self._change(close_to_tray=on))
        return _card("Window", Row("Colours", "", self.theme), self.start_in_tray, self.close_to_tray)

    def _sharing(self) -> parts.Card:
        self.hide_amounts = SwitchRow("Hide amounts", "Dots in the place of every amount, in the tray too.")
        self.hide_amounts.switched.connect(lambda on: self._change(hide_amounts=on))
        self.hide_names = SwitchRow("Hide names", "Dots in the place of account, client and domain names.")
        self.hide_names.switched.connect(lambda on: self._change(hide_names=on))
        return _card("While you share your screen", self.hide_amounts, self.hide_names)

    def _network(self) -> parts.Card:
        self.choose_ca = parts.button("Choose…", name="Choose a certificate authority file")
        self.choose_ca.clicked.connect(self._choose_ca)
        self.clear_ca = parts.button("None", name="Use no certificate authority file")
        self.clear_ca.clicked.connect(lambda: self.take_ca_file(""))
        self.ca = Row("Your company's certificate authority", "", self.choose_ca, self.clear_ca)
        return _card("Network", self.ca)

    def _keys(self) -> parts.Card:
        self.store = Row("Keys are kept in", "")
        self.open_folder = parts.button("Open folder")
        self.open_folder.clicked.connect(self.folder_requested)
        self.folder = Row("Data folder", "", self.open_folder)
        self.folder.hint.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return _card("Keys and data", self.store, self.folder)

    def _about(self) -> parts.Card:
        self.docs = parts.button("Documentation", "link", "external")
        self.docs.clicked.connect(self.docs_requested)
        self.version = Row("creditdesk", "", self.docs)
        self.privacy = [parts.muted() for _ in PRIVACY]
        for line in self.privacy:
            line.setMinimumWidth(theme.px(400))  # else a scrolled page takes it for very high
        return _card("About", self.version, *self.privacy)

    def _write(self) -> None:
        chosen = self._settings
        self.interval.show_value(round(Decimal(chosen.interval_s) / _MINUTE, 2))
        self.low.show_value(chosen.thresholds.low_percent)
        self.critical.show_value(chosen.thresholds.critical_percent)
        self.low_days.show_value(chosen.low_days)
        self.critical_days.show_value(chosen.critical_days)
        self.theme.setCurrentIndex(self.theme.findData(chosen.theme))
        self._write_switches()
        self.telling.show_settings(chosen)
        self.ca.show_hint(chosen.ca_file or "None. The system's own authorities are always trusted.")
        self.clear_ca.setEnabled(bool(chosen.ca_file))

    def _write_switches(self) -> None:
        chosen, tray = self._settings, self._facts is None or self._facts.tray_available
        switches = (
            (self.start_in_tray, chosen.start_in_tray and tray),
            (self.close_to_tray, chosen.close_to_tray and tray),
            (self.hide_amounts, chosen.hide_amounts),
            (self.hide_names, chosen.hide_names),
        )
        for row, on in switches:
            row.box.setChecked(on)

    def _write_facts(self, facts: Facts) -> None:
        self.store.show_hint(facts.store_name)
        self.folder.show_hint(facts.data_dir)
        self.version.show_hint(f"Version {facts.version}")
        for line, text in zip(self.privacy, PRIVACY, strict=True):
            line.setText(text.format(store=facts.store_name))
        for row, hint in ((self.start_in_tray, START_HINT), (self.close_to_tray, CLOSE_HINT)):
            row.box.setEnabled(facts.tray_available)
            row.show_hint(hint if facts.tray_available else NO_TRAY)

    def _change(self, **values: object) -> None:
        new = replace(self._settings, **values)  # type: ignore[arg-type]  # the rows know their fields
        if new != self._settings:
            self._settings = new
            self.settings_changed.emit(new)

    def _take_levels(self) -> None:
        """Take the four levels together: critical must be under low, or nothing is changed."""
        low, critical = self.low.value(), self.critical.value()
        low_days, critical_days = self.low_days.value(), self.critical_days.value()
        if low is None or critical is None or low_days is None or critical_days is None:
            return
        self.critical.show_wrong("Critical must be under low." if critical >= low else "")
        self.critical_days.show_wrong("Critical must be under low." if critical_days >= low_days else "")
        if critical < low and critical_days < low_days:
            levels = replace(self._settings.thresholds, low_percent=low, critical_percent=critical)
            self._change(thresholds=levels, low_days=low_days, critical_days=critical_days)

    def _choose_ca(self) -> None:
        file, _ = QFileDialog.getOpenFileName(
            self, "Certificate authority", "", "Certificates (*.pem *.crt *.cer);;All files (*)"
        )
        if file:
            self.take_ca_file(file)

    def take_ca_file(self, file: str) -> None:
        """Use this PEM file beside the system's authorities; "" uses none. A file without a certificate is refused."""
        wrong = _what_is_wrong(file) if file else ""
        self.ca.show_error(wrong)
        if not wrong:
            self._change(ca_file=file)
            self.ca.show_hint(file or "None. The system's own authorities are always trusted.")
            self.clear_ca.setEnabled(bool(file))


def _card(title: str, *rows: QWidget) -> parts.Card:
    card = parts.Card(title)
    card.body.setSpacing(theme.px(4))
    card.body.addWidget(parts.heading(title))
    for row in rows:
        card.body.addWidget(row)
    return card


def _what_is_wrong(file: str) -> str:
    try:
        with Path(file).open("rb") as opened:
            text = opened.read(_PEM_BYTES)
    except OSError as error:
        return f"The file cannot be read: {error.strerror or 'unknown reason'}."
    return "" if _PEM in text else "There is no certificate in PEM form in this file."
