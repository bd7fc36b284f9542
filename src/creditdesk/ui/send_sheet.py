"""The last look before an import is sent: what goes where, in which requests, what it takes, and what asks first."""

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QLineEdit, QSpinBox, QWidget

from creditdesk.core.queueing import next_reset
from creditdesk.core.sent_before import Before, before_words
from creditdesk.core.verdict import Demand, VerdictKind, Why
from creditdesk.ui import parts, theme, words
from creditdesk.ui.amount_field import padded
from creditdesk.ui.client_field import client_field
from creditdesk.ui.dialogs import Sheet
from creditdesk.ui.nouns import counted, many
from creditdesk.ui.queue_box import CHECKED, RESET, QueueBox
from creditdesk.ui.send_order import Order
from creditdesk.ui.sizer_case import Answer, after
from creditdesk.ui.sizer_words import range_words

READ_AGAIN = "The quota is read again just before each request, because others may use it meanwhile."
_REMOVED = "Tick this only where they were removed at the vendor since."
_WAITS = "Tick this only where that import is not to send them."
WHOLE = "A request is taken whole or not at all. What was accepted stays when a later request is refused."


class SendSheet(Sheet):
    """Asks before anything is sent.

    Signals:
        confirmed(object): send this Order. Answer with `show_error` or `show_before`, or close it.
        save_asked(object): keep this Order as a plan in a file.
    """

    confirmed = Signal(object)
    save_asked = Signal(object)

    def __init__(
        self,
        order: Order,
        answer: Answer,
        names: tuple[str, str, bool],
        parent: QWidget | None = None,
        queued: bool = False,
    ) -> None:
        """`names`: the account and the place as they are shown, and whether amounts are hidden. `queued`: it waits."""
        super().__init__("Queue import" if queued else "Send import", parent, width_px=560)
        self._order, self._item, self._queued = order, answer.question.operation.item, queued
        account, place, self._hide = names
        rule = order.rule
        self._lead = parts.text("", "lead", wrap=True)
        self.head.addWidget(self._lead)
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
        self.client = self._client_field()
        self.queue = self._queue_box(answer)
        said = CHECKED if queued else READ_AGAIN
        self.notes = parts.muted(f"{said} {WHOLE}" if answer.question.operation.whole else said)
        self.body.addWidget(self.notes)
        self.agree = QCheckBox("Send it all the same")
        self.agree.setAccessibleName(self.agree.text())
        self._ask_first(answer)
        self._befores: tuple[Before, ...] = ()
        self._add_before(place)
        self.error = parts.error()
        self.body.addWidget(self.error)
        self._add_buttons()
        self._count()

    def order(self) -> Order:
        """What is sent if it is confirmed now."""
        waits = self.queue.queue() if self.queue is not None else None
        queue, rest = (waits, None) if self._queued else (None, waits)
        order = replace(self._order, batch=self.each.value(), confirmed=self.agree.isChecked(), queue=queue, rest=rest)
        order = replace(order, client=self.client.text().strip(), again=self.again.isChecked())
        return order if order.again else self._left(order)

    def show_error(self, text: str) -> None:
        """Say why it was not sent, or not saved; the sheet stays."""
        self.error.setText(text)
        self.error.setVisible(bool(text))
        self.send.show_text(self._verb)
        self.send.setEnabled(self._may_send)

    def show_before(self, before: Before) -> None:
        """Say what was brought there before. It is left out now, unless the user ticks that it goes again."""
        self._befores = (*self._befores, before)
        said = [before_words(each, self._item, self._where) for each in self._befores]
        left = self._left(self._order).count
        goes = f"{counted(left, self._item)} {'goes' if left == 1 else 'go'}, and less is taken than stands above"
        stays = goes if left else "nothing is left to send"
        waits = all(each.at is None for each in self._befores)
        tail = _WAITS if waits else _REMOVED
        self._before_text.setText(f"{' '.join(said)} Without them, {stays}. {tail}")
        self._before_card.show()
        self.show_error("")
        self._count()
        self.again.setFocus()

    def _left(self, order: Order) -> Order:
        """The order without what was brought there before."""
        for each in self._befores:
            order = order.without(each)
        return order

    @property
    def _may_send(self) -> bool:
        agreed = self.agree.isChecked() or not self._asks
        return agreed and (self.again.isChecked() or bool(self._left(self._order).count))

    def _add_before(self, place: str) -> None:
        self._where = place
        self.again = QCheckBox("Send them again, too")
        self.again.setAccessibleName(self.again.text())
        self.again.toggled.connect(self._count)
        self._before_text = parts.text("", wrap=True)
        self._before_card = parts.Card("Sent before", tone="low")
        self._before_card.body.addWidget(self._before_text)
        self._before_card.body.addWidget(self.again)
        self._before_card.hide()
        self.body.addWidget(self._before_card)

    @property
    def _verb(self) -> str:
        return "Queue import" if self._queued else "Send import"

    def _queue_box(self, answer: Answer) -> QueueBox | None:
        """What is waited for: by the import, or by the rest of a list of which only a part is sent."""
        question, chosen = answer.question, answer.chosen
        kept = chosen.kept if chosen is not None and self._order.first else 0
        if not self._queued and not kept:
            return None
        reset = next_reset(question.entry.reading.snapshot, question.now)
        box = QueueBox(question.now, reset, "" if self._queued else "Keep it, queue nothing")
        if chosen is not None and chosen.at is not None:
            box.when.setCurrentIndex(box.when.findData(RESET))
        row = QHBoxLayout()
        row.addWidget(box)
        self._put("Wait" if self._queued else f"The other {kept:,}", row)
        return box

    def _client_field(self) -> QLineEdit:
        field = client_field()
        field.setAccessibleName("Client")
        field.setPlaceholderText("As its account")
        row = QHBoxLayout()
        row.addWidget(field)
        self._put("Client", row)
        return field

    def _add_buttons(self) -> None:
        cancel = parts.button("Cancel")
        cancel.clicked.connect(self.reject)
        self.save = parts.button("Save plan…")
        self.save.clicked.connect(lambda: self.save_asked.emit(self.order()))
        self.save.setHidden(self._queued)
        self.send = parts.button(self._verb, "primary")
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
            self.agree.toggled.connect(lambda: self.send.setEnabled(self._may_send))

    def _send(self) -> None:
        self.error.hide()
        self.send.show_text("Queueing…" if self._queued else "Starting…")
        self.send.setEnabled(False)
        self.confirmed.emit(self.order())

    def _count(self) -> None:
        count = self._order.count if self.again.isChecked() else self._left(self._order).count
        verb = "Queue" if self._queued else "Send"
        self._lead.setText(f"{verb} {counted(count, self._item)}?")
        self.send.setEnabled(self._may_send)
        requests = -(-count // self.each.value())
        self._requests.setText(f"{many(self._item)}, {counted(requests, 'request')} in all")

    def _takes(self, demand: Demand) -> str:
        needs = range_words((demand.needs_low, demand.needs_high), demand.unit, self._hide)
        left = words.number(demand.left, demand.unit, self._hide)
        kept = self._order.reserve.get(demand.pool)
        if self._queued:
            return f"{needs}; {left} left now"
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
