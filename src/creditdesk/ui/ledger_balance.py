"""The ledger page's card of balances: each pool, what is left of it, and from what that was counted."""

from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from creditdesk.core.counted import CountedPool
from creditdesk.core.pools import Level
from creditdesk.core.settings import Settings
from creditdesk.ui import ledger_words, parts, theme, words
from creditdesk.ui.ledger_values import LedgerView

MOST_POOLS = 8
_WIDE_PX = 150


class BalanceCard(parts.Card):
    """Rows of balances, and what is not explained by any charge."""

    def __init__(self) -> None:
        super().__init__("Balance")
        self._shown: object = None
        self.drift = parts.Banner()
        self.rest = parts.small()
        self.rest.hide()
        self._holder = QWidget()
        self._grid = QGridLayout(self._holder)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.px(18))
        self._grid.setVerticalSpacing(theme.px(2))
        self._grid.setColumnStretch(2, 1)
        self.body.addWidget(self._holder)
        self.body.addWidget(self.rest)
        self.body.addWidget(self.drift)

    def show_view(self, view: LedgerView, settings: Settings, now: datetime) -> None:
        """Show what is left of each pool, and how that comes about."""
        said = [self._row(each, view, settings, now) for each in view.counted.pools[:MOST_POOLS]]
        if said != self._shown:
            self._shown = said
            self._fill(said)
        self.rest.setText(_under_way(view, settings.hide_amounts))
        self.rest.setVisible(bool(self.rest.text()))
        labels = {each.pool.id: each.pool.label for each in view.counted.pools}
        drift = ledger_words.drift(view, now, labels, settings.hide_amounts)
        if drift:
            self.drift.show_news("Unexplained:", drift, Level.LOW)
        else:
            self.drift.clear_news()

    def texts(self) -> list[tuple[str, ...]]:
        """What stands in the rows."""
        return list(self._shown) if isinstance(self._shown, list) else []

    def _row(self, each: CountedPool, view: LedgerView, settings: Settings, now: datetime) -> tuple[str, ...]:
        hide = settings.hide_amounts
        left, how = ledger_words.balance_head(each, now, hide)
        doubt = ledger_words.balance_doubt(each, hide)
        age = f"{how}, {words.age(view.counted.at, now)}" if view.counted.metered and each.certain is not None else how
        return each.pool.label, left, age, ledger_words.balance_sum(each, view, now, hide), doubt

    def _fill(self, rows: list[tuple[str, ...]]) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        for place, (label, left, how, total, doubt) in enumerate(rows):
            row = 2 * place
            self._grid.addWidget(parts.text(label, "muted"), row, 0, Qt.AlignmentFlag.AlignVCenter)
            number = parts.text(left, "lead")
            number.setAccessibleName(f"{label}: {left}, {how}")
            self._grid.addWidget(number, row, 1, Qt.AlignmentFlag.AlignVCenter)
            self._grid.addWidget(_explained(total), row, 2, Qt.AlignmentFlag.AlignVCenter)
            self._grid.addWidget(parts.text(how, "small"), row + 1, 1, Qt.AlignmentFlag.AlignTop)
            if doubt:
                self._grid.addWidget(_explained(doubt, "small"), row + 1, 2, Qt.AlignmentFlag.AlignTop)


def _explained(text: str, role: str = "") -> QLabel:
    made = parts.text(text, role, wrap=True)
    made.setMinimumWidth(theme.px(_WIDE_PX))
    return made


def _under_way(view: LedgerView, hide: bool) -> str:
    counted, said = view.counted, []
    if counted.open:
        expected = f", expected to cost {words.number(counted.reserved, hide=hide)}" if counted.reserved else ""
        verb = "is" if counted.open == 1 else "are"
        said.append(f"{words.count(counted.open, 'requests')} {verb} under way{expected}.")
    if counted.unplaced:
        amount = words.number(counted.unplaced, hide=hide)
        said.append(f"{amount} was charged to pools that the account does not have now.")
    if len(counted.pools) > MOST_POOLS:
        said.append(f"{len(counted.pools) - MOST_POOLS} more pools are counted, too.")
    return " ".join(said)
