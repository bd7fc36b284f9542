"""The gateway page: its switch and address, the scripts with their tokens, and what passes, live."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from creditdesk.core.pools import Level
from creditdesk.core.seen import Seen
from creditdesk.core.settings import Settings
from creditdesk.ui import gateway_words, parts, theme, words
from creditdesk.ui.board import Entry
from creditdesk.ui.gateway_requests import RequestsCard
from creditdesk.ui.gateway_scripts import ScriptsCard
from creditdesk.ui.gateway_status import StatusCard
from creditdesk.ui.gateway_values import Phase, Script, Standing, Way

_NO_ACCOUNT = (
    "The gateway counts what scripts spend, and stops what cannot be paid. It needs an account whose vendor's requests "
    "it can read, such as one that tells what each request cost."
)


class GatewayPage(QWidget):
    """Three cards, which speak for themselves: `status`, `scripts`, `requests`.

    Signals:
        switched(bool): the user starts or stops the gateway.
        add_account_requested(): there is no account that requests can pass to.
    """

    switched = Signal(bool)
    add_account_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Gateway")
        self._standing = Standing()
        self._ways: tuple[Way, ...] = ()
        self.state = parts.Pill(Level.NOT_READ, "", shape=True)
        self.switch = parts.button("Start the gateway", "primary")
        self.switch.clicked.connect(lambda: self.switched.emit(not self._is_on()))
        self.header = parts.page_header("Gateway", "", self.switch)
        self.header.add_beside_title(self.state)
        self.status = StatusCard()
        self.scripts = ScriptsCard()
        self.requests = RequestsCard()
        self.scripts.chosen.connect(self.status.choose)
        self.content = QWidget()
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(theme.GAP_PX))
        column.addWidget(self.status)
        column.addWidget(self.scripts)
        column.addWidget(self.requests, 1)
        self.area = parts.scrolled(self.content, "Gateway")
        add = parts.button("Add account", "primary", "add")
        add.clicked.connect(self.add_account_requested)
        self.empty = parts.EmptyState("No account for the gateway yet", _NO_ACCOUNT, add, icon="gateway")
        whole = parts.page(self.header, self.requests.news, self.area, stretch=self.area)
        whole.addWidget(self.empty, 1)
        self.setLayout(whole)
        self._show()

    def show_settings(self, settings: Settings) -> None:
        """Hide or show amounts and names."""
        self.scripts.show_settings(settings)
        self.requests.show_settings(settings)

    def show_accounts(self, entries: Sequence[Entry], ways: Sequence[Way], settings: Settings, now: datetime) -> None:
        """The accounts there are, and the ways to those that requests can pass to."""
        units = {each.account: each.unit for each in ways}
        self.scripts.show_accounts(entries, units, now)
        self.requests.show_accounts(entries, units, now)
        named = {
            each.id: words.account_name(each.reading.account, each.definition, settings.hide_names) for each in entries
        }
        self._ways = tuple(ways)
        self.status.show_ways(ways, [named.get(each.account, "") for each in ways])
        self._show()

    def show_standing(self, standing: Standing) -> None:
        """Show whether the gateway is on."""
        self._standing = standing
        self.status.show_standing(standing)
        level = gateway_words.LEVELS.get(standing.phase, Level.NOT_READ)
        self.state.show_level(level, gateway_words.title(standing))
        on = self._is_on()
        self.switch.show_text("Stop the gateway" if on else "Start the gateway")
        self.switch.show_kind("secondary" if on else "primary")
        self.switch.setEnabled(standing.phase not in (Phase.STARTING, Phase.STOPPING))
        self._show()

    def show_scripts(self, scripts: Sequence[Script]) -> None:
        """The tokens that let in, and what came with them."""
        self.scripts.show_scripts(scripts)
        self._show()

    def add_requests(self, seen: Sequence[Seen]) -> None:
        """These requests came, oldest first."""
        self.requests.add(seen)

    def _is_on(self) -> bool:
        return self._standing.phase in (Phase.ON, Phase.STARTING)

    def _show(self) -> None:
        nothing = not self._ways and not self.scripts.table.rows()
        self.area.setVisible(not nothing)
        self.empty.setVisible(nothing)
        self.scripts.add.setEnabled(bool(self._ways))
        for each in (self.state, self.switch):
            each.setVisible(not nothing)
        self.header.show_subtitle(f"{self._standing.url}, on this computer only" if self._standing.serves else "")
