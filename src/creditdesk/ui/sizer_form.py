"""The left side of the sizer: whose credits, for what, which list, with which factors, and how old the reading is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from creditdesk.core.offers import Operation
from creditdesk.core.sending import Place
from creditdesk.core.verdict import Probed
from creditdesk.ui import parts, theme, words
from creditdesk.ui.board import Entry
from creditdesk.ui.flow import FlowLayout
from creditdesk.ui.sizer_case import Answer, Question
from creditdesk.ui.sizer_engines import Engine
from creditdesk.ui.sizer_factors import FactorFields
from creditdesk.ui.sizer_input import KeywordBox
from creditdesk.ui.sizer_notes import count_lines, reading_line
from creditdesk.ui.sizer_parts import More, PartRows
from creditdesk.ui.sizer_picker import offer, picker
from creditdesk.ui.sizer_place import PlaceBox
from creditdesk.ui.sizer_probe import ProbeBox
from creditdesk.ui.sizer_reserve import AmountFields
from creditdesk.ui.sizer_words import operation_words

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class _Chosen:
    """What was last chosen for an account, for this session."""

    operation: str = ""
    factors: dict[str, Mapping[str, str]] = field(default_factory=dict)
    engines: tuple[Engine, ...] = ()
    reserve: dict[str, Decimal] | None = None
    limits: dict[str, Decimal] | None = None
    places: tuple[Place, ...] = ()
    place: str = ""
    more: More = field(default_factory=More)


class SizerForm(parts.Card):
    """Asks everything the verdict depends on.

    Signals:
        changed(): the question is another one now.
        placed(): it would go to another place now.
        read_asked(str), type_asked(str): the account's balance should be read, or typed, now.
        reserve_changed(str, object): an account's id and {pool id: amount to keep}.
        limits_changed(str, object): an account's id and {pool id: amount that one import takes without asking}.
    """

    changed = Signal()
    placed = Signal()
    read_asked = Signal(str)
    type_asked = Signal(str)
    reserve_changed = Signal(str, object)
    limits_changed = Signal(str, object)

    def __init__(self) -> None:
        super().__init__("What to size")
        self._entries: dict[str, Entry] = {}
        self._chosen: dict[str, _Chosen] = {}
        self._now = EPOCH
        self._hide = (False, False)
        self._shown: tuple[str, str] = ("", "")
        self.account = picker("Account")
        self.operation = picker("Operation")
        self.keywords = KeywordBox()
        self.factors = FactorFields()
        self.others = PartRows()
        self.product = parts.muted()
        self.total, self.sum = parts.heading(""), parts.heading("")
        self.place = PlaceBox()
        self.probe = ProbeBox()
        self.amounts = AmountFields()
        self.reserve, self.limits = self.amounts.reserve, self.amounts.limits
        self.reading = parts.small()
        self.check = parts.button("Check now", icon="refresh")
        self.type = parts.button("Type balances", icon="type")
        self._lay_out()
        self.account.currentIndexChanged.connect(self._account_picked)
        self.operation.currentIndexChanged.connect(self._operation_picked)
        self.keywords.changed.connect(self.changed)
        self.factors.changed.connect(self._factors_typed)
        self.others.changed.connect(self._others_changed)
        self.reserve.changed.connect(self._reserve_typed)
        self.limits.changed.connect(self._limit_typed)
        self.place.chosen.connect(self._place_chosen)
        self.check.clicked.connect(lambda: self.read_asked.emit(self.account_id))
        self.type.clicked.connect(lambda: self.type_asked.emit(self.account_id))

    @property
    def account_id(self) -> str:
        """The account chosen, "" when there is none."""
        return str(self.account.currentData() or "")

    @property
    def entry(self) -> Entry | None:
        """The account chosen, None when there is none."""
        return self._entries.get(self.account_id)

    def show_entries(self, entries: Sequence[Entry], now: datetime, hide: tuple[bool, bool]) -> None:
        """Offer these accounts, keeping what is chosen. `hide`: amounts, names."""
        before, self._now, self._hide = self.account_id, now, hide
        self._entries = {entry.id: entry for entry in entries}
        offered = [
            (entry.id, words.account_name(entry.reading.account, entry.definition, hide[1])) for entry in entries
        ]
        offer(self.account, offered, before)
        self._show_operations()
        self.place.show_hidden(hide[1])
        self.show_reading()

    def choose(self, account_id: str, operation: str = "") -> None:
        """Choose this account and operation. Unknown ones are ignored."""
        place = self.account.findData(account_id)
        if place < 0:
            return
        self.account.setCurrentIndex(place)
        if (found := self.operation.findData(operation)) >= 0:
            self.operation.setCurrentIndex(found)

    def question(self) -> Question | None:
        """What is asked now; None without an account or an operation."""
        entry, operation = self.entry, self._operation()
        if entry is None or operation is None:
            return None
        reserve = {pool: amount for pool, amount in self._reserve_of(entry).items() if amount > 0}
        more = self.others.more()
        return Question(
            entry,
            operation,
            self.keywords.count(),
            self._now,
            self.factors.values(),
            reserve,
            self.factors.engines(),
            more.times,
            more.parts,
            {pool: amount for pool, amount in self._limits_of(entry).items() if amount > 0},
            self.probe.told_of(self.keywords.held, self._shown),
        )

    def show_answer(self, answer: Answer | None) -> None:
        """Say the product, what is wrong beside the factors, and offer a reserve for the pools."""
        self.factors.check()
        self.others.check()
        text, total = count_lines(answer, self._hide[0]) if answer else ("", "")
        counted = bool(text) and bool(self.keywords.count()) and not self.keywords.says_so
        several = bool(answer and answer.question.others)
        self.product.setText(text if counted else "")
        for label, shown in ((self.total, not several), (self.sum, several)):
            label.setText(total if counted and shown else "")
            label.setVisible(bool(label.text()))
        self._line.setVisible(counted)
        demands = answer.verdict.demands if answer and answer.verdict and not answer.free else ()
        entry, operation = self.entry, self._operation()
        kept = (self._reserve_of(entry), self._limits_of(entry)) if entry else ({}, {})
        self.amounts.show_demands(() if self._hide[0] else demands, self.account_id, kept)
        rule = entry.definition.probe(operation.id) if entry and operation else None
        self.probe.show_rule(rule, self.keywords.held, self._shown, operation.item if operation else "")

    def show_probed(self, probed: Probed | None) -> None:
        """Size with what the vendor told of the list on screen; None: with the price list alone."""
        self.probe.keep(self.keywords.held, self._shown, probed)
        self.changed.emit()

    def show_reading(self) -> None:
        """Say how old the reading is."""
        entry = self.entry
        operation = self._operation()
        sends = entry is not None and operation is not None and entry.definition.bulk(operation.id) is not None
        self.reading.setText(reading_line(entry, self._now, sends) if entry else "")
        self.check.setVisible(entry is not None and entry.definition.readable)
        self.type.setVisible(entry is not None and any(rule.typed for rule in entry.definition.pools))

    def _lay_out(self) -> None:
        self.body.setSpacing(theme.px(14))
        self.body.addLayout(parts.field("Account", self.account))
        self._operation_part = QWidget()
        column = parts.field("Operation", self.operation)
        column.setContentsMargins(0, 0, 0, 0)
        self._operation_part.setLayout(column)
        self.body.addWidget(self._operation_part)
        self.body.addWidget(self.keywords)
        self.body.addWidget(self.factors)
        self.body.addWidget(self.others)
        self._line = QWidget()
        line = FlowLayout(self._line, spacing=0)
        self.product.setSizePolicy(self.total.sizePolicy())
        self.product.setWordWrap(False)
        line.addWidget(self.product)
        line.addWidget(self.total)
        self.body.addWidget(self._line)
        self.body.addWidget(self.sum)
        for each in (self.place, self.probe, self.amounts):
            self.body.addWidget(each)
        self.body.addStretch(1)
        self.body.addWidget(self.reading)
        row = QHBoxLayout()
        row.addWidget(self.check)
        row.addWidget(self.type)
        row.addStretch(1)
        self.body.addLayout(row)

    def _memory(self) -> _Chosen:
        return self._chosen.setdefault(self.account_id, _Chosen())

    def _operation(self) -> Operation | None:
        entry = self.entry
        return entry.definition.operation(str(self.operation.currentData() or "")) if entry else None

    def _reserve_of(self, entry: Entry) -> Mapping[str, Decimal]:
        kept = self._memory().reserve
        return entry.reading.account.reserve if kept is None else kept

    def _limits_of(self, entry: Entry) -> Mapping[str, Decimal]:
        set_here = self._memory().limits
        return entry.reading.account.ask_over if set_here is None else set_here

    def _show_operations(self) -> None:
        entry = self.entry
        offered = [(each.id, operation_words(each)) for each in entry.definition.operations] if entry else []
        offer(self.operation, offered, self._memory().operation)
        self._operation_part.setVisible(bool(offered))
        self.keywords.setVisible(bool(offered))
        self._show_factors()

    def _show_factors(self) -> None:
        """Show the fields of the operation; those on screen stay as they are while it is the same one."""
        operation = self._operation()
        shown = (self.account_id, operation.id if operation else "")
        if operation is not None:
            self.keywords.show_noun(operation.item)
        entry = self.entry
        self.place.show_rule(entry.definition.bulk(operation.id) if entry and operation else None, operation)
        if shown == self._shown:
            return
        self._shown = shown
        memory = self._memory()
        given = memory.factors.get(operation.id, {}) if operation else {}
        self.factors.show_operation(operation, given, memory.engines)
        offered = entry.definition.operations if entry else ()
        self.others.show_offers(self.account_id, offered, memory.more)
        self.place.show_places(memory.places, memory.place)

    def _account_picked(self) -> None:
        self._show_operations()
        self.show_reading()
        self.changed.emit()

    def _operation_picked(self) -> None:
        self._memory().operation = str(self.operation.currentData() or "")
        self._show_factors()
        self.changed.emit()

    def _factors_typed(self) -> None:
        memory, operation = self._memory(), self._operation()
        if operation is not None:
            memory.factors[operation.id] = self.factors.values()
        memory.engines = self.factors.engines() or memory.engines
        self.changed.emit()

    def _others_changed(self) -> None:
        self._memory().more = self.others.more()
        self.changed.emit()

    def show_places(self, account_id: str, places: tuple[Place, ...], chosen: str = "") -> None:
        """The places of an account were read; they are remembered."""
        memory = self._chosen.setdefault(account_id, _Chosen())
        memory.places, memory.place = places, chosen or memory.place
        if account_id == self.account_id:
            self.place.show_places(places, memory.place)

    def _place_chosen(self) -> None:
        place = self.place.place
        self._memory().place = place.id if place else ""
        self.placed.emit()

    def _limit_typed(self, pool: str, amount: Decimal) -> None:
        entry = self.entry
        if entry is not None:
            self._memory().limits = {**self._limits_of(entry), pool: amount}
            self.limits_changed.emit(entry.id, dict(self._memory().limits or {}))
            self.changed.emit()

    def _reserve_typed(self, pool: str, amount: Decimal) -> None:
        entry = self.entry
        if entry is not None:
            self._memory().reserve = {**self._reserve_of(entry), pool: amount}
            self.reserve_changed.emit(entry.id, dict(self._memory().reserve or {}))
            self.changed.emit()
