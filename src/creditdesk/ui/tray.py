"""The tray: the worst level as shape and colour, what is left in a menu, and a balloon as the second way to warn."""

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from creditdesk.core.pools import Level, PoolKind
from creditdesk.core.settings import Settings
from creditdesk.ui import words
from creditdesk.ui.board import Entry

SIZES = (16, 22, 24, 32, 48, 64)
SHOWN_AT_MOST = 12
LOOK_MS = 500
LOOKS = 20
"""After log-in a tray may come late: so often, and so many times, it is looked for before there is none."""

COLOURS = {
    Level.GOOD: "#1A9679",
    Level.LOW: "#BF7A0A",
    Level.CRITICAL: "#E2503E",
    Level.EXHAUSTED: "#E2503E",
    Level.NOT_READ: "#808A99",
}
"""Mid-tones that stand 3:1 against light and dark panels alike, each with a shape of its own."""


def worst_level(entries: Sequence[Entry]) -> Level:
    """The level the tray shows: the worst of all, not read when there is none."""
    levels = [entry.reading.level for entry in entries if not entry.reading.account.muted]
    return max(levels, key=lambda level: level.severity, default=Level.NOT_READ)


def level_icon(level: Level) -> QIcon:
    """An icon of the level: disc, square, triangle or ring, with a rim that holds on any panel."""
    icon = QIcon()
    for size in SIZES:
        icon.addPixmap(_pixmap(level, size))
    return icon


def _shape(level: Level, box: QRectF) -> QPainterPath:
    path = QPainterPath()
    if level is Level.LOW:
        path.addRoundedRect(box.adjusted(1, 1, -1, -1), box.width() * 0.12, box.width() * 0.12)
    elif level in (Level.CRITICAL, Level.EXHAUSTED):
        path.addPolygon(QPolygonF([QPointF(box.center().x(), box.top()), box.bottomRight(), box.bottomLeft()]))
        path.closeSubpath()
    else:
        path.addEllipse(box)
    return path


def _pixmap(level: Level, size: int) -> QPixmap:
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    rim = max(1.0, size / 16)
    box = QRectF(rim, rim, size - 2 * rim, size - 2 * rim)
    colour = QColor(COLOURS[level])
    if level is Level.NOT_READ:
        ring = size / 6
        painter.setPen(QPen(colour, ring))
        painter.drawEllipse(box.adjusted(ring / 2, ring / 2, -ring / 2, -ring / 2))
    else:
        painter.setPen(QPen(QColor(255, 255, 255, 210), rim))
        painter.setBrush(colour)
        painter.drawPath(_shape(level, box))
    painter.end()
    return pixmap


class Tray(QObject):
    """The tray icon and its menu, rebuilt each time it is opened.

    Signals:
        arrived(): the icon is in a tray now.
        missed(): no tray came for ten seconds; one that comes still later is found by the next `show`.
        open_requested(), refresh_requested(), quit_requested(): the menu's words.
        account_chosen(str): an account's line was chosen.
        snooze_requested(float): hours to be quiet.
    """

    arrived = Signal()
    missed = Signal()
    open_requested = Signal()
    refresh_requested = Signal()
    quit_requested = Signal()
    account_chosen = Signal(str)
    snooze_requested = Signal(float)

    def __init__(self, clock: Callable[[], datetime], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._entries: list[Entry] = []
        self._settings = Settings()
        self._level = Level.NOT_READ
        self._tip = ""
        self._icon: QSystemTrayIcon | None = None
        self._menu = QMenu()
        self._menu.aboutToShow.connect(self._fill)
        self._looks_left = LOOKS
        self._waiting = QTimer(self, interval=LOOK_MS)
        self._waiting.timeout.connect(self._look)
        self._fill()

    @staticmethod
    def available() -> bool:
        """Whether this desktop shows tray icons now; a tray may come late."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    @property
    def shown(self) -> bool:
        """Whether the icon is in a tray."""
        return self._icon is not None and self._icon.isVisible() and self.available()

    @property
    def awaited(self) -> bool:
        """Whether a tray may still come: nobody should be told yet that there is none."""
        return self._waiting.isActive()

    def show(self) -> None:
        """Put the icon into the tray; one that is not there yet is awaited, and `arrived` or `missed` says the end."""
        if self.available():
            self._waiting.stop()
            self._looks_left = LOOKS
            if self._icon is None:
                self._put()
            return
        self._drop()
        if self._looks_left:
            self._waiting.start()

    def hide(self) -> None:
        """Take the icon away."""
        self._waiting.stop()
        self._drop()

    def _look(self) -> None:
        self._looks_left -= 1
        if self.available():
            self.show()
        elif not self._looks_left:
            self._waiting.stop()
            self.missed.emit()

    def _put(self) -> None:
        """An icon made before its tray never gets into it: Qt chooses the kind of tray when the icon is made."""
        self._icon = QSystemTrayIcon(level_icon(self._level), self)
        self._icon.setContextMenu(self._menu)
        self._icon.setToolTip(self._tip)
        self._icon.activated.connect(self._activated)
        self._icon.show()
        self.arrived.emit()

    def _drop(self) -> None:
        if self._icon is not None:
            self._icon.hide()
            self._icon.deleteLater()
            self._icon = None

    def show_entries(self, entries: Sequence[Entry], settings: Settings) -> None:
        """Draw the worst level, and say in the tooltip what is left, worst first."""
        self._entries = sorted(entries, key=lambda entry: -entry.reading.level.severity)
        self._settings = settings
        level = worst_level(entries)
        if level is not self._level:
            self._level = level
            if self._icon is not None:
                self._icon.setIcon(level_icon(level))
        self._tip = "\n".join(["creditdesk: " + words.level_word(level), *self._lines(5)])
        if self._icon is not None:
            self._icon.setToolTip(self._tip)

    def balloon(self, title: str, text: str, urgent: bool) -> bool:
        """Show a balloon; False when there is no tray that could."""
        if self._icon is None or not (self.shown and self._icon.supportsMessages()):
            return False
        kind = QSystemTrayIcon.MessageIcon.Critical if urgent else QSystemTrayIcon.MessageIcon.Warning
        self._icon.showMessage(title, text, kind)
        return True

    def menu_actions(self) -> list[QAction]:
        """The menu's lines as they would be shown now."""
        self._fill()
        return [action for action in self._menu.actions() if not action.isSeparator()]

    def menu_texts(self) -> list[str]:
        """What they say."""
        return [action.text() for action in self.menu_actions()]

    def tool_tip(self) -> str:
        """What the icon says under the mouse."""
        return self._tip

    def _lines(self, most: int) -> list[str]:
        return [_line(entry, self._clock(), self._settings) for entry in self._entries[:most]]

    def _fill(self) -> None:
        self._menu.clear()
        for entry, text in zip(self._entries, self._lines(SHOWN_AT_MOST), strict=False):
            action = self._menu.addAction(level_icon(entry.reading.level), text.replace("&", "&&"))
            action.triggered.connect(lambda _checked=False, chosen=entry.id: self.account_chosen.emit(chosen))
        if len(self._entries) > SHOWN_AT_MOST:
            self._menu.addAction(f"and {len(self._entries) - SHOWN_AT_MOST} more").setEnabled(False)
        if self._entries:
            self._menu.addSeparator()
        self._menu.addAction("Open creditdesk").triggered.connect(lambda: self.open_requested.emit())
        self._menu.addAction("Refresh all").triggered.connect(lambda: self.refresh_requested.emit())
        snooze = self._menu.addMenu("Snooze warnings")
        for text, hours in (("for 1 hour", 1.0), ("for 8 hours", 8.0), ("for 1 day", 24.0), ("for 1 week", 168.0)):
            snooze.addAction(text).triggered.connect(lambda _checked=False, h=hours: self.snooze_requested.emit(h))
        self._menu.addSeparator()
        self._menu.addAction("Quit").triggered.connect(lambda: self.quit_requested.emit())

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in (QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick):
            self.open_requested.emit()


def _line(entry: Entry, now: datetime, settings: Settings) -> str:
    """An account in one line: whose it is, what is left of its first pools, how old that is."""
    reading = entry.reading
    name = words.account_name(reading.account, entry.definition, settings.hide_names)
    if reading.snapshot is None or not reading.snapshot.pools:
        return f"{name}: {words.level_word(reading.level)}"
    pools = [pool for pool in reading.snapshot.pools if pool.kind is not PoolKind.RATE][:2]
    left = ", ".join(f"{pool.label} {words.left_of(pool, settings.hide_amounts)}" for pool in pools)
    old = reading.stale or reading.trouble is not None
    return f"{name}: {left}" + (f" ({words.age(reading.snapshot.read_at, now)})" if old else "")
