"""The right side of the sizer: the verdict, a bar for each pool, what fits, and what it is based on."""

from dataclasses import replace
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from creditdesk.core.definition import Definition
from creditdesk.core.pricing import ZERO
from creditdesk.core.sizing import VerdictKind, Why
from creditdesk.ui import parts, theme, words
from creditdesk.ui.sizer_bars import PoolBars, bar_of
from creditdesk.ui.sizer_case import Answer, Way
from creditdesk.ui.sizer_words import Sentence, pool_line, range_words, sentence

_HIDDEN_WAYS = {
    "part": "Send the part that fits now, keep the rest for later",
    "reserve": "Send the part that keeps the reserve, keep the rest for later",
}


class VerdictCard(parts.Card):
    """The verdict as a sentence, what it means, the bars, and the button that helps where nothing can be told.

    Signals:
        help_asked(str): what the button offers: "check", "type", "edit", or an address to open.
    """

    help_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__("Verdict")
        self._help = ""
        self.mark = parts.StateMark(size_px=16)
        self.headline = parts.text("", "lead", wrap=True)
        self.detail = parts.muted()
        self.bars = PoolBars()
        self.help = parts.button("")
        self.help.clicked.connect(lambda: self.help_asked.emit(self._help))
        row = QHBoxLayout()
        row.setSpacing(theme.px(12))
        row.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.headline, 1)
        self.body.setSpacing(theme.px(10))
        self.body.addLayout(row)
        self.body.addWidget(self.detail)
        self.body.addWidget(self.help, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addWidget(self.bars)

    def show_answer(self, answer: Answer, hide: bool = False) -> None:
        """Show this answer."""
        self._show_sentence(sentence(answer, hide))
        question, verdict = answer.question, answer.verdict
        snapshot = question.entry.reading.snapshot
        shown = []
        for demand in verdict.demands if verdict and not answer.free and question.count else ():
            pool = snapshot.pool(demand.pool) if snapshot else None
            reserve = question.reserve.get(demand.pool, ZERO)
            line = pool_line(demand, pool.kind if pool else None, reserve, hide)
            if verdict and verdict.overage and demand.short:
                line = replace(line, figure=f"{words.number(demand.short, demand.unit, hide)} over", tone="low")
            shown.append((line, bar_of(demand, reserve), "limit" if demand.limit is not None else "all that is left"))
        self.bars.show_pools(shown)
        self._show_help(answer)

    def _show_sentence(self, said: Sentence) -> None:
        self.mark.show_level(said.level)
        self.headline.setText(said.headline)
        self.detail.setText(said.detail)
        self.detail.setVisible(bool(said.detail))
        self.setAccessibleName(f"Verdict: {said.headline}. {said.detail}")

    def _show_help(self, answer: Answer) -> None:
        """The way out of "cannot tell"."""
        why = answer.verdict.why if answer.verdict else Why.NONE
        definition = answer.question.entry.definition
        label = ""
        if why in (Why.NO_READING, Why.POOL_UNKNOWN):
            typed = not definition.readable
            self._help, label = ("type", "Type balances") if typed else ("check", "Check now")
        elif why is Why.NOT_CURRENT:
            self._help, label = "check", "Check now"
        elif why is Why.PLAN_NOT_CHOSEN:
            self._help, label = "edit", "Choose the plan"
        elif answer.verdict and answer.verdict.kind is VerdictKind.REFUSED and _buy(definition):
            self._help, label = _buy(definition), "Buy credits"
        self.help.show_text(label)
        self.help.setVisible(bool(label))


class WaysCard(parts.Card):
    """What fits, as a table. The first row is what the buttons below the card act on.

    Signals:
        chosen(str): the id of the way the user chose.
    """

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__("What fits")
        self._ways: tuple[Way, ...] = ()
        self._id = ""
        self._shown: tuple[tuple[Way, ...], bool, str] | None = None
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme.px(14))
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnStretch(0, 1)
        self._cells: list[QWidget] = []
        self.body.addWidget(parts.heading("What fits"))
        self.body.addLayout(self._grid)

    @property
    def way(self) -> Way | None:
        """The way chosen, None when nothing fits."""
        return next((way for way in self._ways if way.id == self._id), None)

    def show_ways(self, ways: tuple[Way, ...], hide: bool = False) -> None:
        """Show these ways; the one chosen stays chosen where it still is there, else it is the part that fits."""
        if (ways, hide, self._id) == self._shown:
            return
        self._ways = ways
        if self._id not in [way.id for way in ways]:
            self._id = ways[0].id if ways else ""
        self._shown = (ways, hide, self._id)
        for cell in self._cells:
            self._grid.removeWidget(cell)
            cell.hide()
            cell.deleteLater()
        self._cells = []
        self.setVisible(bool(ways))
        if not ways:
            return
        left = f"{ways[0].pool} left"
        for column, text in enumerate(("Do", "Added now", left)):
            self._put(0, column, parts.text(text, "small"))
        for row, way in enumerate(ways):
            self._put_rule(2 * row + 1, 4 if len(ways) > 1 else 3)
            self._put_way(2 * row + 2, way, hide)

    def button(self, way_id: str) -> QWidget | None:
        """The Choose button of a way, None where there is nothing to choose between."""
        return next((cell for cell in self._cells if cell.objectName() == f"choose-{way_id}"), None)

    def _put_way(self, row: int, way: Way, hide: bool) -> None:
        bold = way.id == self._id and len(self._ways) > 1
        said = _HIDDEN_WAYS.get(way.id, way.text) if hide else way.text
        self._put(row, 0, parts.text(said, "heading" if bold else "", wrap=True))
        self._put(row, 1, QLabel(range_words(way.needs, way.unit, hide)))
        self._put(row, 2, QLabel(words.number(way.left_after, way.unit, hide)))
        if len(self._ways) > 1:
            choose = parts.button("Chosen" if way.id == self._id else "Choose", name=f"Choose: {said}")
            choose.setObjectName(f"choose-{way.id}")
            choose.setEnabled(way.id != self._id)
            choose.clicked.connect(lambda _on=False, way_id=way.id: self._choose(way_id, hide))
            self._put(row, 3, choose)

    def _choose(self, way_id: str, hide: bool) -> None:
        self._id = way_id
        self.show_ways(self._ways, hide)
        self.chosen.emit(way_id)

    def _put(self, row: int, column: int, cell: QWidget) -> None:
        cell.setContentsMargins(0, theme.px(6), 0, theme.px(6))
        if isinstance(cell, QLabel) and column:
            cell.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._grid.addWidget(cell, row, column)
        self._cells.append(cell)

    def _put_rule(self, row: int, columns: int) -> None:
        line = parts.rule()
        self._grid.addWidget(line, row, 0, 1, columns)
        self._cells.append(line)


class BasisCard(parts.Card):
    """What the verdict is based on: prices with their dates, and every assumption."""

    def __init__(self) -> None:
        super().__init__("What this is based on")
        self._lines: list[QLabel] = []
        self._column = QVBoxLayout()
        self._column.setSpacing(theme.px(4))
        self.body.addWidget(parts.heading("What this is based on"))
        self.body.addLayout(self._column)

    def show_assumptions(self, lines: tuple[str, ...]) -> None:
        """Show these sentences."""
        while len(self._lines) < len(lines):
            label = parts.small()
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._lines.append(label)
            self._column.addWidget(label)
        for index, label in enumerate(self._lines):
            label.setVisible(index < len(lines))
            label.setText(lines[index] if index < len(lines) else "")
        self.setVisible(bool(lines))

    def shown(self) -> tuple[str, ...]:
        """The sentences on screen."""
        return tuple(label.text() for label in self._lines if label.text())


class SizerResult(QWidget):
    """The right side, whole. It is hidden while there is nothing to judge.

    Signals:
        export_asked(), copy_asked(): the part that was chosen.
        help_asked(str): see VerdictCard.
    """

    export_asked = Signal()
    copy_asked = Signal()
    help_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.verdict = VerdictCard()
        self.ways = WaysCard()
        self.basis = BasisCard()
        self.copy = parts.button("Copy", icon="duplicate", name="Copy what fits")
        self.export = parts.button("Export what fits", icon="export")
        self.buttons = QWidget()
        row = QHBoxLayout(self.buttons)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(10))
        row.addStretch(1)
        row.addWidget(self.copy)
        row.addWidget(self.export)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(theme.GAP_PX))
        for each in (self.verdict, self.ways, self.buttons, self.basis):
            column.addWidget(each)
        column.addStretch(1)
        self.verdict.help_asked.connect(self.help_asked)
        self.export.clicked.connect(self.export_asked)
        self.copy.clicked.connect(self.copy_asked)

    def show_answer(self, answer: Answer, has_list: bool, hide: bool = False) -> None:
        """Show this answer. Without a list (only a number) there is nothing to export."""
        self.verdict.show_answer(answer, hide)
        self.ways.show_ways(() if answer.free else answer.ways, hide)
        self.buttons.setVisible(has_list and self.ways.way is not None)
        assumptions = answer.verdict.assumptions if answer.verdict else ()
        self.basis.show_assumptions(assumptions)


def _buy(definition: Definition) -> str:
    return next((pack.url for pack in definition.packs if pack.url), "")


def suggested_name(account: str, operation: str, now: datetime) -> str:
    """A file name for a part that is exported: "agency-track-keywords-2026-11-21.txt"."""
    text = "".join(letter if letter.isalnum() else "-" for letter in account.casefold())
    plain = "-".join(part for part in text.split("-") if part) or "list"
    return f"{plain}-{operation}-{now.astimezone():%Y-%m-%d}.txt"
