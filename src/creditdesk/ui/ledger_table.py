"""The ledger page's table: charges and entries, or what they add up to, or what prices predicted."""

from collections.abc import Mapping
from datetime import datetime

from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QWidget

from creditdesk.core.charges import Charge, ChargeState, Known
from creditdesk.core.definition import Definition
from creditdesk.core.pools import Level
from creditdesk.core.tallies import Foretold, Total
from creditdesk.ui import ledger_words, words
from creditdesk.ui.ledger_values import LedgerView, Line
from creditdesk.ui.state_icons import StateIcons
from creditdesk.ui.text_table import Column

VIEWS = {
    "lines": "Charges and entries",
    "operation": "By operation",
    "day": "By day",
    "client": "By client",
    "predicted": "Predicted",
}


class LedgerColumns:
    """Makes the columns and rows of each of VIEWS."""

    def __init__(self, widget: QWidget) -> None:
        self._marks = StateIcons(widget)
        self.definition: Definition | None = None
        self.labels: Mapping[str, str] = {}
        self.now: datetime | None = None
        self.hide = False
        self.hide_names = False

    def columns(self, view: str) -> list[Column]:
        """The columns of this view."""
        if view == "lines":
            return self._of_lines()
        return self._of_predictions() if view == "predicted" else self._of_totals(view)

    def rows(self, view: str, ledger: LedgerView, client: str | None, operation: str | None) -> list[object]:
        """The rows of this view; lines only of this client and operation, where given."""
        totals = ledger.totals
        if view == "lines":
            return [each for each in ledger.lines if _is_of(each, client, operation)]
        if view == "predicted":
            return list(ledger.foretold)
        found = {"operation": totals.operations, "day": totals.days[::-1], "client": totals.clients}[view]
        if view != "day":
            found = tuple(sorted(found, key=lambda each: -each.amount))
        return [each for each in found if each.requests or each.unexplained]

    def _of_lines(self) -> list[Column]:
        return [
            Column("When", lambda each: words.moment(each.at, self.now or each.at), most_px=170, kept=True),
            Column("What", self._what, most_px=0),
            Column("Client", lambda each: self._named(each.client), most_px=170),
            Column("How known", ledger_words.known, most_px=130, picture=self._mark, kept=True),
            Column("Amount", lambda each: ledger_words.amount(each, self.hide), right=True, most_px=150, kept=True),
        ]

    def _of_totals(self, view: str) -> list[Column]:
        title = {"operation": "Operation", "day": "Day (UTC)", "client": "Client"}[view]
        return [
            Column(title, lambda each: self._total(each, view), most_px=0),
            Column("Requests", lambda each: f"{each.requests:,}", right=True, most_px=110, kept=True),
            Column("Cost unknown", lambda each: f"{each.unknown:,}" if each.unknown else "", right=True, most_px=130),
            Column("Unexplained", self._unexplained, right=True, most_px=130),
            Column(
                "Charged", lambda each: words.number(each.amount, hide=self.hide), right=True, most_px=150, kept=True
            ),
        ]

    def _of_predictions(self) -> list[Column]:
        return [
            Column("Operation", lambda each: ledger_words.operation_name(each.operation, self.definition), most_px=0),
            Column("Charges", lambda each: f"{each.charges:,}", right=True, most_px=100, kept=True),
            Column("Items", _items, right=True, most_px=100),
            Column("Predicted", lambda each: words.number(each.expected, hide=self.hide), right=True, most_px=120),
            Column("Charged", lambda each: words.number(each.charged, hide=self.hide), right=True, most_px=120),
            Column("Off", lambda each: ledger_words.off(each, self.hide), right=True, most_px=150, kept=True),
        ]

    def _what(self, line: Line) -> str:
        return ledger_words.what(line, self.definition, self.labels)

    def _named(self, client: str) -> str:
        return words.HIDDEN if self.hide_names and client else client

    def _total(self, total: Total, view: str) -> str:
        said = ledger_words.total_name(total, view, self.definition)
        return self._named(said) if view == "client" and total.key else said

    def _unexplained(self, total: Total) -> str:
        return words.number(total.unexplained, hide=self.hide) if total.unexplained else ""

    def _mark(self, line: Line) -> QIcon:
        """A shape where a charge is less than sure."""
        if not isinstance(line, Charge):
            return QIcon()
        if line.known is Known.UNEXPLAINED or line.state is ChargeState.UNKNOWN:
            return self._marks.icon(Level.LOW)
        return self._marks.icon(Level.NOT_READ) if line.state is ChargeState.OPEN else QIcon()


def _is_of(line: Line, client: str | None, operation: str | None) -> bool:
    if client is not None and line.client != client:
        return False
    return operation is None or (isinstance(line, Charge) and line.operation == operation)


def _items(told: Foretold) -> str:
    return "" if told.items is None else f"{told.items:,}"
