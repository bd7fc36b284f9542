"""The right side of the sizer: the verdict, the ways to make it fit, what to do now, and what it is based on."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from creditdesk.ui import parts, theme
from creditdesk.ui.sizer_case import Answer
from creditdesk.ui.sizer_verdict import BasisCard, VerdictCard
from creditdesk.ui.sizer_ways import WaysCard


class SizerResult(QWidget):
    """The right side, whole. It is hidden while there is nothing to judge.

    Signals:
        export_asked(str, object): a suggested file name and the items of the part that fits.
        copied(int): so many items of it were put on the clipboard.
        send_asked(), queue_asked(): send what is sized, or let it wait.
        help_asked(str): see VerdictCard; also an address to open.
    """

    export_asked = Signal(str, object)
    copied = Signal(int)
    send_asked = Signal()
    queue_asked = Signal()
    help_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._answer: Answer | None = None
        self._items: Sequence[str] = ()
        self._has_part = False
        self._covered = False
        self.verdict = VerdictCard()
        self.ways = WaysCard()
        self.basis = BasisCard()
        self.copy = parts.button("Copy", icon="duplicate", name="Copy what fits")
        self.export = parts.button("Export what fits", icon="export")
        self.buttons = QWidget()
        self.send = parts.button("Send import", "primary")
        self.why_not = parts.small()
        self.why_not.setAlignment(Qt.AlignmentFlag.AlignRight)
        both = QVBoxLayout(self.buttons)
        both.setContentsMargins(0, 0, 0, 0)
        both.setSpacing(theme.px(4))
        row = QHBoxLayout()
        row.setSpacing(theme.px(10))
        row.addStretch(1)
        for each in (self.copy, self.export, self.send):
            row.addWidget(each)
        self.queue = parts.button("Queue for later…", "link", name="Queue the import for later")
        both.addLayout(row)
        both.addWidget(self.queue, 0, Qt.AlignmentFlag.AlignRight)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(theme.GAP_PX))
        for part in (self.verdict, self.ways, self.buttons, self.why_not, self.basis):
            column.addWidget(part)
        column.addStretch(1)
        self.verdict.help_asked.connect(self.help_asked)
        self.export.clicked.connect(self._export)
        self.copy.clicked.connect(self._copy)
        self.send.clicked.connect(self.send_asked)
        self.queue.clicked.connect(self.queue_asked)

    def show_answer(self, answer: Answer, items: Sequence[str], hide: bool = False) -> None:
        """Show this answer for these items. Without them (only a number) there is nothing to export."""
        self._answer, self._items = answer, items
        self.verdict.show_answer(answer, hide)
        self.ways.show_answer(answer, hide)
        self.ways.setVisible(bool(answer.ways) and not answer.free and not self._covered)
        fits = bool(items) and answer.first > 0
        for each in (self.copy, self.export):
            each.setVisible(fits)
        self._has_part = fits
        self.basis.show_assumptions(answer.verdict.assumptions if answer.verdict else ())

    def _part(self) -> list[str]:
        return list(self._items[: self._answer.first]) if self._answer is not None else []

    def _export(self) -> None:
        part = self._part()
        if part and self._answer is not None:
            question = self._answer.question
            name = suggested_name(question.entry.reading.account.name, question.operation.id, question.now)
            self.export_asked.emit(name, part)

    def _copy(self) -> None:
        part = self._part()
        if part:
            QGuiApplication.clipboard().setText("\n".join(part))
            self.copied.emit(len(part))

    def cover(self, covered: bool) -> None:
        """An import is shown in the place of the ways; show the answer after this."""
        self._covered = covered

    def show_send(self, offered: bool, why_not: str, queues: bool = False) -> None:
        """Offer to send it; `why_not` says why that is not possible as it is, "" when it is. Call it last.

        `queues`: it can wait, also where it does not fit now.
        """
        self.queue.setVisible(offered and queues)
        self.send.setVisible(offered)
        self.send.setEnabled(not why_not)
        self.send.setToolTip(why_not)
        self.send.setAccessibleDescription(why_not)
        self.why_not.setText(why_not)
        self.why_not.setVisible(offered and bool(why_not) and not self._covered)
        self.buttons.setVisible((offered or self._has_part) and not self._covered)


def suggested_name(account: str, operation: str, now: datetime) -> str:
    """A file name for a part that is exported: "agency-track-keywords-2026-11-21.txt"."""
    text = "".join(letter if letter.isalnum() else "-" for letter in account.casefold())
    plain = "-".join(part for part in text.split("-") if part) or "list"
    return f"{plain}-{operation}-{now.astimezone():%Y-%m-%d}.txt"
