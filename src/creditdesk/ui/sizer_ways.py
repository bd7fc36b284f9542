"""The ways to make an import fit, as a table one can choose from."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from creditdesk.core.pools import PoolKind
from creditdesk.core.ways import Way, WayKind
from creditdesk.ui import parts, theme, words
from creditdesk.ui.sizer_case import CHANGES, Answer
from creditdesk.ui.sizer_way_words import button_words, gives_up, money_words, way_words
from creditdesk.ui.sizer_words import range_words

FOLDED_PX = 470


class WaysCard(parts.Card):
    """What can be done, the least loss first.

    Signals:
        chosen(str): the id of a way that the page carries out itself, "" when the choice is taken back.
        opened(object): a way that is carried out elsewhere: rows to pause, packs to buy, a plan to open.
    """

    chosen = Signal(str)
    opened = Signal(object)

    def __init__(self) -> None:
        super().__init__("Ways to make it fit")
        self._shown: tuple[object, ...] = ()
        self._answer: tuple[Answer, bool] | None = None
        self._folded = False
        self.title = parts.heading("")
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme.px(18))
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnStretch(0, 1)
        self._cells: list[QWidget] = []
        self.body.addWidget(self.title)
        self.body.addLayout(self._grid)

    def show_answer(self, answer: Answer, hide: bool = False) -> None:
        """Show the ways of this answer; nothing is made anew while they are the same."""
        ways = () if answer.free else answer.ways
        lines = [way_words(way, answer, hide) for way in ways]
        self._answer = (answer, hide)
        shown = (ways, tuple(lines), hide, answer.chosen, _left_title(answer), self._folded)
        if shown == self._shown:
            return
        again = self._focused()
        self._shown = shown
        self._clear()
        self.setVisible(bool(ways))
        if ways:
            self._fill(answer, lines, hide)
        if again and (button := self.button(again)) is not None:
            button.setFocus()

    def _fill(self, answer: Answer, lines: list[str], hide: bool) -> None:
        ways = answer.ways
        fits = answer.plain is not None and answer.ways[0].kind is WayKind.ALL
        self.title.setText("What fits" if fits else "Ways to make it fit")
        self.setAccessibleName(self.title.text())
        if self._folded:
            for row, (way, line) in enumerate(zip(ways, lines, strict=True)):
                self._put_folded(3 * row, (way, line), answer, hide)
            return
        money = any(money_words(way) for way in ways)
        for column, text in enumerate(
            ("Do", "Added now" if _adds(answer) else "Used now", _left_title(answer), *(("Money",) if money else ()))
        ):
            self._put(0, column, parts.text(text, "small"))
        for row, (way, line) in enumerate(zip(ways, lines, strict=True)):
            self._put_rule(2 * row + 1, 5 if money else 4)
            self._put_way(2 * row + 2, (way, line), answer, (money, hide))
        self._put_rule(2 * len(ways) + 1, 5 if money else 4)

    def button(self, way_id: str) -> QWidget | None:
        """The button of a way, None where there is nothing to choose."""
        return next((cell for cell in self._cells if cell.objectName() == f"choose-{way_id}"), None)

    def lines(self) -> list[list[str]]:
        """The texts on screen, row by row, buttons included."""
        found: dict[int, list[str]] = {}
        for cell in self._cells:
            row = self._grid.getItemPosition(self._grid.indexOf(cell))
            text = getattr(cell, "text", None)
            if callable(text) and isinstance(row, tuple):
                found.setdefault(int(row[0]), []).append(str(text()))
        return list(found.values())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt's: where there is no room for columns, each way has its words above its numbers."""
        super().resizeEvent(event)
        folded = self.width() < theme.px(FOLDED_PX)
        if folded != self._folded:
            self._folded = folded
            if self._answer is not None:
                self.show_answer(*self._answer)

    def _put_folded(self, row: int, told: tuple[Way, str], answer: Answer, hide: bool) -> None:
        way, line = told
        if row:
            self._put_rule(row, 2)
        label = parts.text(line, "heading" if way == answer.chosen else "", wrap=True)
        label.setToolTip(gives_up(way, answer, hide))
        self._put(row + 1, 0, label, 2)
        verb = "adds" if _adds(answer) else "uses"
        figures = [f"{verb} {_added(way, hide)}", f"leaves {_left(way, answer, hide)}", money_words(way, hide)]
        self._put(row + 2, 0, parts.small(", ".join(each for each in figures if each)))
        self._put_button(row + 2, 1, told, answer, hide)

    def _put_way(self, row: int, told: tuple[Way, str], answer: Answer, look: tuple[bool, bool]) -> None:
        (way, line), (money, hide) = told, look
        label = parts.text(line, "heading" if way == answer.chosen else "", wrap=True)
        label.setToolTip(gives_up(way, answer, hide))
        self._put(row, 0, label)
        self._put(row, 1, QLabel(_added(way, hide)))
        self._put(row, 2, QLabel(_left(way, answer, hide)))
        if money:
            self._put(row, 3, QLabel(money_words(way, hide)))
        self._put_button(row, 4 if money else 3, told, answer, hide)

    def _put_button(self, row: int, column: int, told: tuple[Way, str], answer: Answer, hide: bool) -> None:
        way, line = told
        if len(answer.ways) == 1 and way.kind is WayKind.ALL:
            return
        is_chosen = way == answer.chosen
        button = parts.button("Undo" if is_chosen else button_words(way))
        button.setAccessibleName(f"{button.text()}: {line}")
        button.setToolTip(gives_up(way, answer, hide))
        button.setObjectName(f"choose-{way.id}")
        button.clicked.connect(lambda _on=False: self._press(way, is_chosen))
        self._put(row, column, button)
        self._grid.setAlignment(button, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def _press(self, way: Way, is_chosen: bool) -> None:
        if way.kind in CHANGES:
            self.chosen.emit("" if is_chosen else way.id)
        else:
            self.opened.emit(way)

    def _focused(self) -> str:
        name = next((cell.objectName() for cell in self._cells if cell.hasFocus()), "")
        return name.removeprefix("choose-")

    def _clear(self) -> None:
        for cell in self._cells:
            self._grid.removeWidget(cell)
            cell.hide()
            cell.deleteLater()
        self._cells = []

    def _put(self, row: int, column: int, cell: QWidget, span: int = 1) -> None:
        cell.setContentsMargins(0, theme.px(6), 0, theme.px(6))
        if isinstance(cell, QLabel) and column:
            cell.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._grid.addWidget(cell, row, column, 1, span)
        self._cells.append(cell)

    def _put_rule(self, row: int, columns: int) -> None:
        line = parts.rule()
        self._grid.addWidget(line, row, 0, 1, columns)
        self._cells.append(line)


def _added(way: Way, hide: bool) -> str:
    low = way.added_now if way.added_low is None else way.added_low
    return "" if low is None else range_words((low, way.added_now), way.unit, hide)


def _adds(answer: Answer) -> bool:
    """Whether it takes places that can come free again; credits are used."""
    snapshot = answer.question.entry.reading.snapshot
    return snapshot is not None and any(pool.kind is PoolKind.SLOTS for pool in snapshot.pools)


def _left_title(answer: Answer) -> str:
    """ "Keywords left": of the pool that the first way counts in."""
    pool = next((way.pool for way in answer.ways), "")
    return f"{_label(pool, answer)} left" if pool else "Left"


def _left(way: Way, answer: Answer, hide: bool) -> str:
    """What is left, with its pool's name where that is another one than the column's."""
    left = words.number(way.left_after, way.unit, hide)
    first = answer.ways[0].pool
    return left if way.pool in ("", first) else f"{left} {_label(way.pool, answer)}"


def _label(pool: str, answer: Answer) -> str:
    demands = answer.plain.demands if answer.plain else ()
    return next((demand.label for demand in demands if demand.pool == pool), pool.capitalize())
