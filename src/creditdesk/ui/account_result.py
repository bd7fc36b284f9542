"""What the test of a key came to: the pools it reads, or what is wrong and what to do."""

from datetime import datetime

from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from creditdesk.core.definition import Definition
from creditdesk.core.pools import AS_A_NEW_ACCOUNT, Pool, PoolKind, Snapshot, Trouble, TroubleKind
from creditdesk.ui import parts, theme, words
from creditdesk.ui.card_tones import used_share
from creditdesk.ui.gauge_rows import GaugeLine, GaugeRows

_MILD = frozenset({TroubleKind.THROTTLED, TroubleKind.VENDOR_DOWN, TroubleKind.NO_NETWORK, TroubleKind.KEYRING_LOCKED})

WHAT_TO_DO = {
    TroubleKind.NO_KEY: "Paste the key, or say where it is kept.",
    TroubleKind.KEYRING_LOCKED: "Unlock the keyring and test again, or keep the key for this session only.",
    TroubleKind.KEY_REJECTED: "Copy the whole key once more from the vendor's page. One that was deleted or has ended "
    "needs a new one.",
    TroubleKind.NO_ACCESS: "Look at the vendor's page whether your plan has the API, and what this key may do.",
    TroubleKind.EXHAUSTED: "The key itself is good. Top up at the vendor or wait for the reset; you can add the "
    "account now.",
    TroubleKind.THROTTLED: "This says nothing against the key. Test again later; you can add the account now.",
    TroubleKind.VENDOR_DOWN: "This says nothing against the key. Test again later; you can add the account now.",
    TroubleKind.BAD_ANSWER: "The key may be good, but its numbers cannot be read. The vendor may have changed its "
    "answer since its file was written.",
    TroubleKind.NO_NETWORK: "It is this computer's network, not the key: look at the connection, the proxy and the "
    "firewall.",
    TroubleKind.NOT_APPROVED: "Approve what it sends where, then test again.",
}
"""What to do about each trouble of a test, beside what it is and why."""


class TestBox(QFrame):
    """A coloured box under the key; hidden until there is something to say."""

    __test__ = False  # pytest: this is no test

    def __init__(self) -> None:
        super().__init__()
        self.title = QLabel()
        self.title.setWordWrap(True)
        self.why = parts.text("", wrap=True)
        self.todo = parts.text("", wrap=True)
        self.rows = GaugeRows()
        policy = self.rows.sizePolicy()
        policy.setVerticalPolicy(policy.Policy.Preferred)
        self.rows.setSizePolicy(policy)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(17), theme.px(14), theme.px(17), theme.px(12))
        column.setSpacing(theme.px(6))
        column.addWidget(self.title)
        column.addWidget(self.why)
        column.addWidget(self.todo)
        column.addWidget(self.rows)
        self.setAccessibleName("Result of the test")
        self.clear()

    def clear(self) -> None:
        """Say nothing."""
        self.hide()

    def show_snapshot(self, snapshot: Snapshot, definition: Definition) -> None:
        """The key works: show what it reads."""
        lines = [pool_line(pool) for pool in snapshot.pools if pool.kind is not PoolKind.RATE]
        self._say("ok", "The key works. This is what it reads:" if lines else "The key works, but it reads no balance.")
        self.why.setText(_INFERRED.format(vendor=definition.name) if snapshot.inferred else "")
        self.why.setVisible(snapshot.inferred)
        self.todo.setText("")
        self.todo.hide()
        self.rows.show_lines(lines)
        self.rows.setVisible(bool(lines))
        self.show()

    def show_trouble(self, trouble: Trouble, now: datetime | None = None) -> None:
        """The test failed: what it is, why, and when it may be tried again."""
        remedy = words.remedy(trouble)
        later = ""
        if trouble.vendor_asked and trouble.retry_at is not None and now is not None:
            later = f" The vendor asks to wait: try again {words.until(trouble.retry_at, now)}."
        other = trouble.kind is TroubleKind.KEY_REJECTED and AS_A_NEW_ACCOUNT in trouble.message
        self._say("low" if trouble.kind in _MILD else "critical", "Key of another account" if other else remedy.title)
        self.why.setText(f"{remedy.why}{later}")
        self.why.show()
        self.todo.setText("" if other else WHAT_TO_DO[trouble.kind])  # the key is good, and its message says it all
        self.todo.setVisible(not other)
        self.rows.hide()
        self.show()

    def said(self) -> str:
        """What the box says, as text."""
        told = "" if self.rows.isHidden() else self.rows.accessibleName()
        return " ".join(part for part in (self.title.text(), self.why.text(), self.todo.text(), told) if part)

    def _say(self, tone: str, title: str) -> None:
        self.title.setText(title)
        for widget, name, value in ((self, "tone", tone), (self.title, "role", "ok" if tone == "ok" else "heading")):
            widget.setProperty(name, value)
            _restyle(widget)


_INFERRED = (
    "{vendor} does not document this answer. Compare the figures with the vendor's own page before you trust them."
)


def pool_line(pool: Pool) -> GaugeLine:
    """A pool as a line: what is left, and a bar of what is used where there is a limit, as on the cards."""
    figure, rest = words.left_parts(pool)
    share = used_share(pool)
    return GaugeLine(pool.label, figure, rest, bar=share is not None, used=share)


def _restyle(widget: QWidget) -> None:
    widget.style().unpolish(widget)
    widget.style().polish(widget)
