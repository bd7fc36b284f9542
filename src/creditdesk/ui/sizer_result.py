"""The right side of the sizer: the verdict, the ways to make it fit, what to do now, and what it is based on."""

from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from creditdesk.ui import parts, theme
from creditdesk.ui.sizer_case import Answer
from creditdesk.ui.sizer_verdict import BasisCard, VerdictCard
from creditdesk.ui.sizer_ways import WaysCard


class SizerResult(QWidget):
    """The right side, whole. It is hidden while there is nothing to judge.

    Signals:
        export_asked(), copy_asked(): the part that fits.
        send_asked(): send what is sized.
        help_asked(str): see VerdictCard; also an address to open.
    """

    export_asked = Signal()
    copy_asked = Signal()
    send_asked = Signal()
    help_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
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
        row = QHBoxLayout(self.buttons)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(10))
        row.addStretch(1)
        for each in (self.copy, self.export, self.send):
            row.addWidget(each)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(theme.GAP_PX))
        for part in (self.verdict, self.ways, self.buttons, self.why_not, self.basis):
            column.addWidget(part)
        column.addStretch(1)
        self.verdict.help_asked.connect(self.help_asked)
        self.export.clicked.connect(self.export_asked)
        self.copy.clicked.connect(self.copy_asked)
        self.send.clicked.connect(self.send_asked)

    def show_answer(self, answer: Answer, has_list: bool, hide: bool = False) -> None:
        """Show this answer. Without a list (only a number) there is nothing to export."""
        self.verdict.show_answer(answer, hide)
        self.ways.show_answer(answer, hide)
        self.ways.setVisible(bool(answer.ways) and not answer.free and not self._covered)
        fits = has_list and answer.first > 0
        for each in (self.copy, self.export):
            each.setVisible(fits)
        self._has_part = fits
        self.basis.show_assumptions(answer.verdict.assumptions if answer.verdict else ())

    def cover(self, covered: bool) -> None:
        """An import is shown in the place of the ways; show the answer after this."""
        self._covered = covered

    def show_send(self, offered: bool, why_not: str) -> None:
        """Offer to send it; `why_not` says why that is not possible as it is, "" when it is. Call it last."""
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
