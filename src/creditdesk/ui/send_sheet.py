"""The last look before an import is sent: what goes where, in which requests, what it takes, and what asks first."""

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QSpinBox, QWidget

from creditdesk.core.verdict import Demand, VerdictKind, Why
from creditdesk.ui import parts, theme, words
from creditdesk.ui.amount_field import padded
from creditdesk.ui.dialogs import Sheet
from creditdesk.ui.nouns import counted, many
from creditdesk.ui.send_order import Order
from creditdesk.ui.sizer_case import Answer, after
from creditdesk.ui.sizer_words import range_words

READ_AGAIN = "The quota is read again just before each request, because others may use it meanwhile."
WHOLE = "A request is taken whole or not at all. What was accepted stays when a later request is refused."


class SendSheet(Sheet):
    """Asks before anything is sent.

    Signals:
        confirmed(object): send this Order. Answer with `show_error`, or close it.
        save_asked(object): keep this Order as a plan in a file.
    """

    confirmed = Signal(object)
    save_asked = Signal(object)

    def __init__(
        self, order: Order, answer: Answer, names: tuple[str, str, bool], parent: QWidget | None = None
    ) -> None:
        """`names`: the account and the place as they are shown, and whether amounts are hidden."""
        super().__init__("Send import", parent, width_px=560)
        self._order, self._item = order, answer.question.operation.item
        account, place, self._hide = names
        rule = order.rule
        self.head.addWidget(parts.text(f"Send {counted(order.count, self._item)}?", "lead", wrap=True))
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme.px(18))
        self._grid.setVerticalSpacing(theme.px(7))
        self._grid.setColumnStretch(1, 1)
        self.body.addLayout(self._grid)
        self._say("Account", account)
        self._say(rule.place.capitalize(), place)
        if answer.question.engines:
            self._say("Search engines", "\n".join(each.words for each in answer.question.engines))
        for demand in answer.verdict.demands if answer.verdict else ():
            self._say(demand.label, self._takes(demand))
        self.each = padded(QSpinBox())
        self.each.setRange(1, max(1, answer.question.operation.most or order.count))
        self.each.setGroupSeparatorShown(True)
        self.each.setValue(min(order.batch or rule.batch, self.each.maximum()))
        self.each.setAccessibleName(f"{many(self._item)} in a request")
        self.each.valueChanged.connect(self._count)
        self._requests = parts.text("")
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        row.addWidget(self.each)
        row.addWidget(self._requests, 1)
        self._put("Each request", row)
        self.notes = parts.muted(f"{READ_AGAIN} {WHOLE}" if answer.question.operation.whole else READ_AGAIN)
        self.body.addWidget(self.notes)
        self.agree = QCheckBox("Send it all the same")
        self.agree.setAccessibleName(self.agree.text())
        self._ask_first(answer)
        self.error = parts.error()
        self.body.addWidget(self.error)
        self._add_buttons()
        self.send.setEnabled(not self._asks)
        self._count()

    def order(self) -> Order:
        """What is sent if it is confirmed now."""
        return replace(self._order, batch=self.each.value(), confirmed=self.agree.isChecked())

    def show_error(self, text: str) -> None:
        """Say why it was not sent, or not saved; the sheet stays."""
        self.error.setText(text)
        self.error.setVisible(bool(text))
        self.send.setEnabled(self.agree.isChecked() or not self._asks)

    def _add_buttons(self) -> None:
        cancel = parts.button("Cancel")
        cancel.clicked.connect(self.reject)
        self.save = parts.button("Save plan…")
        self.save.clicked.connect(lambda: self.save_asked.emit(self.order()))
        self.send = parts.button("Send import", "primary")
        self.send.clicked.connect(self._send)
        self.add_buttons([cancel, self.save], self.send)

    def _ask_first(self, answer: Answer) -> None:
        """What passes a limit, or goes under the reserve, is agreed to with a tick of its own."""
        verdict = answer.verdict
        said = []
        for pool in verdict.over_limit if verdict else ():
            demand = next((each for each in verdict.demands if each.pool == pool), None) if verdict else None
            limit = words.amount(answer.question.ask_over.get(pool), demand.unit if demand else "", self._hide)
            label = demand.label if demand else pool
            said.append(f"{label}: this takes more than {limit}, which you set as the most without a question.")
        if verdict and verdict.kind is VerdictKind.THIN:
            billed = verdict.why is Why.OVERAGE
            said.append("What is over the plan is billed." if billed else "It goes under the reserve that you set.")
        self._asks = bool(said)
        if said:
            box = parts.Card("Asks first", tone="low")
            box.body.addWidget(parts.text(" ".join(said), wrap=True))
            box.body.addWidget(self.agree)
            self.body.addWidget(box)
            self.agree.toggled.connect(lambda on: self.send.setEnabled(on))

    def _send(self) -> None:
        self.error.hide()
        self.send.setEnabled(False)
        self.confirmed.emit(self.order())

    def _count(self) -> None:
        requests = -(-self._order.count // self.each.value())
        self._requests.setText(f"{many(self._item)}, {counted(requests, 'request')} in all")

    def _takes(self, demand: Demand) -> str:
        needs = range_words((demand.needs_low, demand.needs_high), demand.unit, self._hide)
        left = words.number(demand.left, demand.unit, self._hide)
        kept = self._order.reserve.get(demand.pool)
        reserve = f", {words.number(kept, demand.unit, self._hide)} kept in reserve" if kept else ""
        return f"{needs} of {left} left; {words.number(after(demand), demand.unit, self._hide)} afterwards{reserve}"

    def _say(self, label: str, text: str) -> None:
        row = QHBoxLayout()
        row.addWidget(parts.text(text, wrap=True))
        self._put(label, row)

    def _put(self, label: str, row: QHBoxLayout) -> None:
        at = self._grid.rowCount()
        self._grid.addWidget(parts.text(label, "muted"), at, 0)
        self._grid.addLayout(row, at, 1)
