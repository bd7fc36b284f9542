"""The dialog in which a definition of the user's own is approved: what is sent where, and what changed since last time.

Everything in it may have been written by a stranger: it is shown as plain text, and the host is the largest word.
"""

import re
from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QCheckBox, QLineEdit, QVBoxLayout, QWidget

from creditdesk.ui import parts, theme
from creditdesk.ui.dialogs import Sheet

ZERO_WIDTH = "\u200b"
_WHY = (
    "This definition is your own, or you were given it. Approve it only when these are the vendor's own addresses: "
    "whoever stands behind them gets your key."
)
_LOCAL = (
    "This is this computer or your own network. A program that listens there gets your key. Type the name to go on."
)


class ApprovalDialog(Sheet):
    """Shows what a definition sends where. Open it with `open()`; Esc is "Not now".

    Signals:
        approved(str, bool): the user approved it; the host that he typed ("" when none was asked for), and whether the
            keys that are stored already are to be used for it.
        declined(): the user did not.
    """

    approved = Signal(str, bool)
    declined = Signal()

    def __init__(
        self,
        name: str,
        lines: tuple[str, ...],
        changed: tuple[str, ...],
        typed_host: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(f"Approve {name}?", parent)
        self._typed_host = typed_host
        self._said = False
        self.head.addWidget(parts.text(f"Approve {name}?", "lead", wrap=True))
        self.body.addWidget(parts.muted(_WHY))
        self.hosts = parts.text("", "title", wrap=True)
        self.body.addWidget(self.hosts)
        if changed:
            self.body.addWidget(_block("Changed since you approved it", changed, "error"))
        self.lines = _block("What is sent", lines)
        self.body.addWidget(self.lines)
        self.keys = QCheckBox()
        self.keys.hide()
        self.body.addWidget(self.keys)
        self.typed = QLineEdit()
        self.typed.setAccessibleName("The host's name")
        self.typed.setPlaceholderText(typed_host)
        if typed_host:
            self.body.addWidget(parts.text(_LOCAL, wrap=True))
            self.body.addLayout(parts.field(f"Type {typed_host}", self.typed))
        else:
            self.typed.hide()
        self.body.addStretch(1)
        self.error = parts.error()
        self.later = parts.button("Not now")
        self.later.clicked.connect(self.reject)
        self.yes = parts.button("Approve", "primary")
        self.yes.clicked.connect(self._approve)
        self.foot.addWidget(self.error, 1)
        self.add_buttons([self.later], self.yes)
        self.typed.textChanged.connect(lambda _text: self._settle())
        self._settle()
        if not typed_host:  # Return must not approve what nobody has read
            self.later.setAutoDefault(True)
            self.later.setDefault(True)
            self.yes.setDefault(False)
        (self.typed if typed_host else self.later).setFocus()
        self.finished.connect(lambda _result: self._end())

    def show_hosts(self, hosts: Sequence[str]) -> None:
        """Show these hosts as the largest words."""
        self.hosts.setText(_breakable("\n".join(hosts)))
        self.hosts.setAccessibleName(" ".join(hosts))

    def offer_keys(self, accounts: Sequence[str], chosen: bool) -> None:
        """Offer to use the keys that these accounts have stored already; `chosen`: unless the user says no."""
        self.keys.setText(f"Use the stored key of {', '.join(accounts)} for it")
        self.keys.setChecked(chosen)
        self.keys.setVisible(bool(accounts))

    def show_error(self, text: str) -> None:
        """It could not be kept: say why, and let the user try again."""
        self._said = False
        self.error.setText(text)
        self.error.show()
        self.yes.setEnabled(True)

    def _settle(self) -> None:
        self.yes.setEnabled(not self._typed_host or self.typed.text().strip().lower() == self._typed_host)

    def _approve(self) -> None:
        if self._said:
            return
        self._said = True
        self.yes.setEnabled(False)
        self.approved.emit(self.typed.text().strip().lower(), self.keys.isVisibleTo(self) and self.keys.isChecked())

    def _end(self) -> None:
        if not self._said:
            self.declined.emit()


def _block(title: str, lines: Sequence[str], role: str = "") -> QWidget:
    """Lines as they are, under a title."""
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(theme.px(4))
    column.addWidget(parts.text(title, role or "heading", wrap=True))
    shown = parts.text(_breakable("\n".join(lines)), wrap=True)
    fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    fixed.setPixelSize(theme.px(12))
    shown.setFont(fixed)
    shown.setAccessibleName(f"{title}: {' '.join(lines)}")
    column.addWidget(shown)
    return holder


def _breakable(text: str) -> str:
    """The text with places where a line may end, so that no end of an address is ever cut off."""
    return re.sub(rf"([^\s{ZERO_WIDTH}]{{24}}|[/.?&=_-])(?=\S)", rf"\1{ZERO_WIDTH}", text)
