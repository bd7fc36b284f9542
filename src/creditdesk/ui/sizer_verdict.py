"""The verdict: a sentence, what it means, a bar for each pool, what was chosen, and the way out of "cannot tell"."""

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout

from creditdesk.core.pricing import ZERO
from creditdesk.core.verdict import Why
from creditdesk.ui import parts, theme, words
from creditdesk.ui.sizer_bars import PoolBars, bar_of
from creditdesk.ui.sizer_case import Answer
from creditdesk.ui.sizer_notes import observed_line, really_line
from creditdesk.ui.sizer_way_words import chosen_words
from creditdesk.ui.sizer_words import Sentence, pool_line, sentence


class VerdictCard(parts.Card):
    """The verdict as a sentence, what it means, the bars, and the button that helps where nothing can be told.

    Signals:
        help_asked(str): what the button offers: "check", "type", "edit".
        undone(): the way that was chosen is not wanted any more.
        price_asked(): count the price where earlier imports took more, or what they really took again.
    """

    help_asked = Signal(str)
    price_asked = Signal()
    undone = Signal()

    def __init__(self) -> None:
        super().__init__("Verdict")
        self._help = ""
        self.mark = parts.StateMark(size_px=16)
        self.headline = parts.text("", "lead", wrap=True)
        self.detail = parts.muted()
        self.bars = PoolBars()
        self.help = parts.button("")
        self.help.clicked.connect(lambda: self.help_asked.emit(self._help))
        self.chip = parts.button("", "chip", "close")
        self.chip.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.chip.clicked.connect(self.undone)
        row = QHBoxLayout()
        row.setSpacing(theme.px(12))
        row.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.headline, 1)
        self.body.setSpacing(theme.px(10))
        self.body.addLayout(row)
        self.body.addWidget(self.detail)
        chosen = QHBoxLayout()
        chosen.addWidget(self.chip)
        chosen.addStretch(1)
        self.body.addLayout(chosen)
        self.body.addWidget(self.help, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addWidget(self.bars)
        self.observed = parts.small()
        self.body.addWidget(self.observed)
        self.price = parts.button("", "link")
        self.price.clicked.connect(self.price_asked)
        self.body.addWidget(self.price, 0, Qt.AlignmentFlag.AlignLeft)

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
        seen = " ".join(each for each in (really_line(answer, hide), observed_line(answer, hide)) if each)
        self.observed.setText(seen)
        self.observed.setVisible(bool(seen))
        higher = any(each.needs > each.documented for each in verdict.lessons) if verdict else False
        self.price.setVisible(higher and not hide)
        self.price.show_text("Count what it really took" if question.by_price else "Count the price instead")
        self._show_chip(answer, hide)
        self._show_help(answer)

    def _show_sentence(self, said: Sentence) -> None:
        self.mark.show_level(said.level)
        self.headline.setText(said.headline)
        self.detail.setText(said.detail)
        self.detail.setVisible(bool(said.detail))
        self.setAccessibleName(f"Verdict: {said.headline}. {said.detail}")

    def _show_chip(self, answer: Answer, hide: bool) -> None:
        self.chip.setVisible(answer.chosen is not None)
        if answer.chosen is not None:
            said = chosen_words(answer.chosen, answer.base or answer.question, hide)
            self.chip.setText(f"Chosen: {said}")
            self.chip.setAccessibleName(f"Undo the choice: {said}")
            self.chip.setToolTip("Undo this choice")

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
        self.help.show_text(label)
        self.help.setVisible(bool(label))


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
