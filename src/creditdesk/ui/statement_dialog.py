"""The dialog of the months' statements: a client, a month, what was used and what it comes to, saved as CSV or PDF."""

from collections.abc import Sequence
from operator import itemgetter

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from creditdesk.core.statement import Statement
from creditdesk.ui import parts, theme
from creditdesk.ui.dialogs import Sheet
from creditdesk.ui.drop_down import DropDown
from creditdesk.ui.statement_words import (
    NOT_ASSIGNED,
    Naming,
    Table,
    month_name,
    notes,
    overview,
    period,
    reasons,
    tables,
)
from creditdesk.ui.text_table import ROW_PX, Column, TextTable

ALL = "All clients"
MOST_ROWS = 14  # a longer table scrolls by itself
_HEAD_PX = 34
_MOST_PX = {"Used": 430, "Why": 330}


class StatementDialog(Sheet):
    """Shows the statement of a month. Open it with `open()`.

    Signals:
        month_chosen(str): the statement of this month is wanted, by `show_statement`.
        csv_requested(object, object): this Statement of this client (str; "" not assigned, None all) is to be saved.
        pdf_requested(object, str): the same as a PDF.
    """

    month_chosen = Signal(str)
    csv_requested = Signal(object, object)
    pdf_requested = Signal(object, str)

    def __init__(self, naming: Naming, parent: QWidget | None = None) -> None:
        super().__init__("Statements", parent, width_px=880)
        self._naming = naming
        self._statement: Statement | None = None
        self._clients: tuple[str, ...] = ()
        self.head.addWidget(parts.text("Statements", "lead"))
        self.clients = _choice("Client", 260)
        self.months = _choice("Month", 200)
        self.clients.activated.connect(lambda _: self._turn())
        self.months.activated.connect(lambda _: self.month_chosen.emit(self.months.currentData()))
        row = QHBoxLayout()
        row.setSpacing(theme.px(theme.GAP_PX))
        row.addLayout(parts.field("Client", self.clients))
        row.addLayout(parts.field("Month", self.months))
        row.addStretch(1)
        self.period = parts.muted()
        self.error = parts.error()
        self._tables = QWidget()
        self._column = QVBoxLayout(self._tables)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(8))
        self.notes = parts.small()
        self.body.addLayout(row)
        for each in (self.period, self.error, self._tables, self.notes):
            self.body.addWidget(each)
        self.body.addStretch(1)
        self.csv = parts.button("Save CSV…", icon="export", name="Save this statement as CSV")
        self.csv.clicked.connect(lambda: self.csv_requested.emit(self._shown(), self.clients.currentData()))
        self.pdf = parts.button("Save PDF…", icon="export", name="Save this statement as PDF")
        self.pdf.clicked.connect(lambda: self.pdf_requested.emit(self._shown(), self.clients.currentData()))
        close = parts.button("Close", "primary")
        close.clicked.connect(self.accept)
        self.add_buttons([self.csv, self.pdf], close)
        self._turn()

    def show_months(self, months: Sequence[str]) -> None:
        """The months there are, newest first; the newest is chosen and asked for."""
        self.months.clear()
        for each in months:
            self.months.addItem(month_name(each), each)
        if months:
            self.month_chosen.emit(months[0])

    def show_statement(self, statement: Statement, clients: Sequence[str]) -> None:
        """The statement of the month that was asked for, of everybody; `clients` are all there are."""
        if statement.month != self.months.currentData():
            return
        before = self.clients.currentData() if self.clients.count() else None
        self._statement, self._clients = statement, tuple(dict.fromkeys((*clients, *statement.clients)))
        self.clients.clear()
        self.clients.addItem(ALL, None)
        for each in self._clients:
            self.clients.addItem(self._naming.client(each), each)
        self.clients.addItem(NOT_ASSIGNED, "")
        places = [place for place in range(self.clients.count()) if self.clients.itemData(place) == before]
        self.clients.setCurrentIndex(places[0] if places else 0)
        self.error.hide()
        self._turn()

    def show_error(self, text: str) -> None:
        """Say why there is no statement."""
        self._statement = None
        self.error.setText(text)
        self.error.show()
        self._turn()

    def texts(self) -> list[list[list[str]]]:
        """What the tables say, table by table, row by row."""
        return [each.texts() for each in self._tables.findChildren(TextTable)]

    def _shown(self) -> Statement | None:
        client = self.clients.currentData()
        return self._statement.of(client) if self._statement is not None and client is not None else self._statement

    def _turn(self) -> None:
        """Show the tables of the client that is chosen."""
        statement, client = self._shown(), self.clients.currentData()
        self._empty()
        self.csv.setEnabled(statement is not None)
        self.pdf.setEnabled(statement is not None and client is not None)
        self.pdf.setToolTip("" if client is not None else "Choose a client: a PDF is made for one of them.")
        self.period.setText(period(statement) if statement is not None else "")
        self.notes.setText("")
        if statement is None:
            return
        found = tables(statement, self._naming)
        if client is None:
            found = [overview(statement, self._clients, self._naming)]
        for table in found:
            self._column.addWidget(parts.heading(table.title))
            self._column.addWidget(_table(table))
        if client is not None and statement.empty:
            self._column.addWidget(parts.muted("Nothing was used in this month."))
        why = reasons(statement)
        said = [f"{NOT_ASSIGNED}: {each}" for each in why] if client is None else [*why, *notes(statement)]
        if client is None and not self._clients:
            said.append("No account has a client yet. Type one in the account's settings, or when you send an import.")
        self.notes.setText("\n".join(said))

    def _empty(self) -> None:
        while (item := self._column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.setParent(None)
                widget.deleteLater()


def _choice(name: str, wide_px: int) -> DropDown:
    made = DropDown()
    made.setAccessibleName(name)
    made.setMinimumWidth(theme.px(wide_px))
    return made


def _table(table: Table) -> TextTable:
    """A table that is as high as its rows, up to a limit."""
    columns = [
        Column(title, itemgetter(place), right, most_px=_MOST_PX.get(title, 260) if place else 0, kept=right)
        for place, (title, right) in enumerate(
            (title, place in table.right) for place, title in enumerate(table.header)
        )
    ]
    made = TextTable(table.title, columns)
    made.show_rows(table.rows)
    made.setFixedHeight(theme.px(ROW_PX * min(len(table.rows), MOST_ROWS) + _HEAD_PX))
    if len(table.rows) <= MOST_ROWS:
        made.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return made
