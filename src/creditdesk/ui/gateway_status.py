"""The gateway page's first card: what the gateway is, or why it does not run; else what a script needs."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from creditdesk.ui import gateway_words, parts, theme
from creditdesk.ui.drop_down import DropDown
from creditdesk.ui.gateway_values import Standing, Way

_LEAST_PX = 150
_WRAPPED_PX = 260


class StatusCard(parts.Card):
    """How the gateway stands, and the way to one account.

    Signals:
        copy_requested(str): an address is to be put on the clipboard.
    """

    copy_requested = Signal(str)

    def __init__(self) -> None:
        super().__init__("How the gateway stands")
        self._standing = Standing()
        self._ways: tuple[Way, ...] = ()
        self.what = parts.muted()
        self.what.setMinimumWidth(theme.px(_WRAPPED_PX))  # else a scrolled page takes wrapped words for very high
        self.body.addWidget(self.what)
        self._make_way()
        self.show_standing(Standing())

    def show_standing(self, standing: Standing) -> None:
        """Show whether it is on, and where."""
        self._standing = standing
        said = gateway_words.explained(standing)
        self.what.setText(said)
        self.what.setVisible(bool(said))
        self._show_way()

    def show_ways(self, ways: Sequence[Way], names: Sequence[str]) -> None:
        """The accounts that requests can pass to, and what they are called; the one chosen stays chosen."""
        box, chosen = self.accounts, self.accounts.currentData()
        same = [(way.account, name) for way, name in zip(ways, names, strict=True)]
        if same != [(box.itemData(place), box.itemText(place)) for place in range(box.count())]:
            box.blockSignals(True)
            box.clear()
            for account, name in same:
                box.addItem(name, account)
            box.setCurrentIndex(max(0, box.findData(chosen)) if same else -1)
            box.blockSignals(False)
        self._ways = tuple(ways)
        self._show_way()

    def choose(self, account_id: str) -> None:
        """Show the way to this account."""
        place = self.accounts.findData(account_id)
        if place >= 0:
            self.accounts.setCurrentIndex(place)

    def _make_way(self) -> None:
        self.accounts = DropDown()
        self.accounts.setAccessibleName("Base URL for the account")
        self.accounts.setMinimumContentsLength(10)
        self.accounts.setSizeAdjustPolicy(DropDown.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.accounts.currentIndexChanged.connect(lambda _: self._show_way())
        self.url = QLineEdit()
        self.url.setReadOnly(True)
        self.url.setAccessibleName("Base URL")
        self.url.setMinimumWidth(theme.px(_LEAST_PX))
        self.copy = parts.button("Copy", icon="duplicate", name="Copy the base URL")
        self.copy.clicked.connect(lambda: self.copy_requested.emit(self.url.text()))
        self.place = parts.small()
        self.place.setMinimumWidth(theme.px(_WRAPPED_PX))
        self.way = QWidget()
        column = QVBoxLayout(self.way)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(6))
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        row.addWidget(parts.text("Base URL for", "muted"))
        row.addWidget(self.accounts, 2)
        row.addWidget(self.url, 3)
        row.addWidget(self.copy)
        column.addLayout(row)
        column.addWidget(self.place)
        self.body.addWidget(self.way)

    def _show_way(self) -> None:
        chosen = self.accounts.currentData()
        way = next((each for each in self._ways if each.account == chosen), None)
        self.way.setVisible(way is not None and self._standing.serves)
        if way is None:
            return
        self.url.setText(f"{self._standing.url}{way.path}")
        self.url.setCursorPosition(0)
        self.place.setText(gateway_words.way(way))
