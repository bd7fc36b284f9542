"""Lists that are dropped on a widget: files and texts, with a sign over it while one hovers there."""

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QLabel, QWidget

from creditdesk.ui import parts, theme


class DropTarget(QObject):
    """Lets a widget take files and texts that are dropped on it, or on what is in it.

    Signals:
        taken(object): the QMimeData that was dropped.
    """

    taken = Signal(object)

    def __init__(self, widget: QWidget, texts: bool = True) -> None:
        super().__init__(widget)
        self._widget = widget
        self._texts = texts
        self.active = True
        self._sign = parts.Card("Drop to size it", tone="info")
        self._sign.setParent(widget)
        words = QLabel("Drop to size it")
        words.setProperty("role", "title")
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._sign.body.addWidget(words)
        self._sign.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._sign.hide()
        widget.setAcceptDrops(True)
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt's."""
        if isinstance(event, QDropEvent) and event.type() == QEvent.Type.Drop:
            self._sign.hide()
            event.acceptProposedAction()
            self.taken.emit(event.mimeData())
            return True
        if isinstance(event, QDragEnterEvent) and event.type() == QEvent.Type.DragEnter:
            return self._enter(event)
        if event.type() == QEvent.Type.DragLeave:
            self._sign.hide()
        return super().eventFilter(watched, event)

    def _enter(self, event: QDragEnterEvent) -> bool:
        data = event.mimeData()
        if not self.active or not (files_of(data) or (self._texts and data.hasText())):
            return False
        event.acceptProposedAction()
        edge = theme.px(12)
        self._sign.setGeometry(self._widget.rect().adjusted(edge, edge, -edge, -edge))
        self._sign.show()
        self._sign.raise_()
        return True


def files_of(data: QMimeData) -> list[str]:
    """The paths of the files on this computer that were dropped or copied."""
    return [url.toLocalFile() for url in data.urls() if url.isLocalFile()] if data.hasUrls() else []
