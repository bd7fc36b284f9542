"""The painted parts of a card: its head, its one large number, its tiles."""

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from creditdesk.core.pools import Level
from creditdesk.ui import shapes, theme, words
from creditdesk.ui.card_notes import Note
from creditdesk.ui.parts import Button, button, draw_pill, muted
from creditdesk.ui.tile import Tile, fitted

BADGE_PX = 28


class CardHead(QWidget):
    """The vendor's badge, the title over a quiet line, and the state as a word on the right."""

    def __init__(self) -> None:
        super().__init__()
        self._title, self._sub, self._level = "", "", Level.NOT_READ
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_head(self, title: str, sub: str, level: Level) -> None:
        """Show this title, quiet line and state."""
        if (title, sub, level) == (self._title, self._sub, self._level):
            return
        self._title, self._sub, self._level = title, sub, level
        self.setAccessibleName(f"{title}, {sub}, {words.level_word(level)}")
        self.setToolTip(f"{title}\n{sub}")
        self.update()

    def sizeHint(self) -> QSize:
        """Qt's."""
        high = theme.metrics().height() + theme.metrics(theme.SMALL).height() + 2
        return QSize(theme.px(200), max(theme.px(BADGE_PX), high))

    def minimumSizeHint(self) -> QSize:
        """Qt's."""
        return QSize(theme.px(120), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt's."""
        painter = QPainter(self)
        worn = theme.active()
        side = theme.px(BADGE_PX)
        badge = QRectF(0, (self.height() - side) / 2, side, side)
        shapes.fill_round(painter, badge, theme.px(6), worn.colour("accent_soft"))
        painter.setFont(theme.font(theme.SMALL, QFont.Weight.DemiBold))
        painter.setPen(worn.colour("accent"))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, words.initials(self._title))
        pill = self._pill_box()
        draw_pill(painter, pill, self._level, words.level_word(self._level))
        bold, small = theme.font(1.0, QFont.Weight.DemiBold), theme.font(theme.SMALL)
        left = side + theme.px(10)
        wide = int(pill.left()) - left - theme.px(8)
        high, low = QFontMetrics(bold).height(), QFontMetrics(small).height()
        top = (self.height() - high - low - 1) // 2
        shapes.draw_text(painter, QRect(left, top, wide, high), self._title, bold, worn.colour("text"))
        shapes.draw_text(painter, QRect(left, top + high + 1, wide, low), self._sub, small, worn.colour("muted"))
        painter.end()

    def _pill_box(self) -> QRectF:
        font = theme.font(theme.SMALL, QFont.Weight.Medium)
        wide = shapes.width_of(words.level_word(self._level), font) + 2 * theme.px(9)
        high = QFontMetrics(font).height() + theme.px(4)
        return QRectF(self.width() - wide, (self.height() - high) / 2, wide, high)


class Hero(QWidget):
    """One number, as large as there is room, with its words beside it, or under it when it is long."""

    def __init__(self) -> None:
        super().__init__()
        self._number, self._rest, self._tone = "", "", "text"
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_number(self, number: str, rest: str, stale: bool = False) -> None:
        """Show this number and its words; a stale one is grey."""
        shown = (number, rest, "stale" if stale else "text")
        if shown != (self._number, self._rest, self._tone):
            self._number, self._rest, self._tone = shown
            self.setAccessibleName(f"{number} {rest}")
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        """Qt's."""
        return QSize(theme.px(260), self.heightForWidth(theme.px(260)))

    def minimumSizeHint(self) -> QSize:
        """Qt's."""
        return QSize(theme.px(120), self.heightForWidth(theme.px(120)))

    def heightForWidth(self, width: int) -> int:
        """Qt's."""
        first = QFontMetrics(self._number_font(width)).height()
        return first + (theme.metrics().height() if self._folded(width) else 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt's."""
        painter = QPainter(self)
        worn, font = theme.active(), self._number_font(self.width())
        metrics = QFontMetrics(font)
        base = metrics.ascent()
        painter.setFont(font)
        painter.setPen(worn.colour(self._tone))
        painter.drawText(QPointF(0, base), self._number)
        plain = theme.font()
        high = QFontMetrics(plain).height()
        if self._folded(self.width()):
            place = QRect(0, metrics.height(), self.width(), high)
        else:
            left = shapes.width_of(self._number, font) + theme.px(10)
            place = QRect(left, base - QFontMetrics(plain).ascent(), self.width() - left, high)
        shapes.draw_text(painter, place, self._rest, plain, worn.colour("muted"))
        painter.end()

    def _number_font(self, width: int) -> QFont:
        return fitted(self._number, width, theme.HERO)

    def _folded(self, width: int) -> bool:
        number = shapes.width_of(self._number, self._number_font(width))
        return number + theme.px(10) + shapes.width_of(self._rest, theme.font()) > width


class TileRow(QWidget):
    """A few tiles side by side, each as wide as its content asks for."""

    def __init__(self) -> None:
        super().__init__()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.px(8))
        self._tiles: list[Tile] = []
        self.setAccessibleName("Balances")

    def show_tiles(self, tiles: tuple[tuple[str, str], ...], stale: bool = False) -> None:
        """Show these (label, number) pairs; stale ones are grey."""
        while len(self._tiles) > len(tiles):
            last = self._tiles.pop()
            self._row.removeWidget(last)
            last.hide()
            last.deleteLater()
        while len(self._tiles) < len(tiles):
            self._tiles.append(Tile())
            self._row.addWidget(self._tiles[-1])
        for index, (tile, (label, number)) in enumerate(zip(self._tiles, tiles, strict=True)):
            tile.show_number(label, number, "stale" if stale else "text")
            self._row.setStretch(index, max(1, tile.sizeHint().width()))


class NoteRow(QWidget):
    """A quiet sentence with its button under it."""

    def __init__(self, note: Note) -> None:
        super().__init__()
        self.note = note
        self._text = muted()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(6))
        self._title = QLabel()
        self._title.setProperty("role", "heading")
        column.addWidget(self._title)
        column.addWidget(self._text)
        self.button: Button | None = None
        if note.ask:
            self.button = button(note.ask.label, note.ask.kind if note.ask.kind == "primary" else "chip")
            column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        self.show_note(note)

    def show_note(self, note: Note) -> None:
        """Show another note of the same shape (with a button where there was one)."""
        self.note = note
        self._title.setText(note.title)
        self._title.setVisible(bool(note.title))
        if self._text.text() != note.text:
            self._text.setText(note.text)
        if self.button is not None and note.ask is not None:
            self.button.show_text(note.ask.label)
        self.setAccessibleName(f"{note.title} {note.text}".strip())
