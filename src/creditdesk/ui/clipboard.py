"""The clipboard after a key was pasted from it: emptied soon, and at the end of the desk, if the key is still there.

No key can be copied out of the desk, so this is the only way one comes to lie on the clipboard by our doing.
"""

import hashlib

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QClipboard

CLEAR_MS = 10_000


class ClipboardGuard(QObject):
    """Watches for one pasted secret, of which it keeps only a digest.

    Signals:
        cleared(): the secret was still there and was taken off the clipboard.
    """

    cleared = Signal()

    def __init__(self, clipboard: QClipboard, clear_ms: int = CLEAR_MS, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clipboard = clipboard
        self._digest = b""
        self._timer = QTimer(self, singleShot=True, interval=clear_ms)
        self._timer.timeout.connect(self.clear_now)

    def note(self, secret: str) -> None:
        """A secret was handed over. If the clipboard holds it, it is cleared in ten seconds."""
        digest = _digest(secret)
        if secret and _digest(self._clipboard.text()) == digest:
            self._digest = digest
            self._timer.start()

    def clear_now(self) -> None:
        """Empty the clipboard, but only if it still holds the secret: what was copied since stays."""
        self._timer.stop()
        digest, self._digest = self._digest, b""
        if digest and _digest(self._clipboard.text()) == digest:
            self._clipboard.clear()
            self.cleared.emit()


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.strip().encode("utf-8", "replace")).digest()
