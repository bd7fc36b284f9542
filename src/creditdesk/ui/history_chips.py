"""What is chosen above the chart: the pools, each with the colour of its line, and whether left or used is drawn."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QMenu, QWidget

from creditdesk.core.series import Series
from creditdesk.ui import chart_frame, chart_picture, parts, shapes, theme
from creditdesk.ui.chart_picture import Choice, Measure

MOST_CHIPS = 6
_SWATCH_PX, _SPACE_PX = 10, 4


class PoolChips(QWidget):
    """A chip for each pool that can be ticked on and off; of many pools a menu. One is always ticked.

    What is ticked is kept for each account as long as the window is open.

    Signals:
        ticked(object): other pools are ticked, as a tuple of their ids.
    """

    ticked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._row = parts.FlowLayout(self, spacing=theme.px(8))
        self._account = ""
        self._choices: list[Choice] = []
        self._drawn: object = None
        self._kept: dict[str, tuple[str, ...]] = {}
        self.chips: list[parts.Button] = []
        self.menu_button = parts.button("", "chip", "arrow-down", "Choose the pools that are shown")
        self._menu = QMenu(self)
        self.menu_button.setMenu(self._menu)
        self._row.addWidget(self.menu_button)

    def show_choices(self, account: str, choices: Sequence[Choice]) -> None:
        """The pools of this account; the first is ticked until the user ticks others."""
        self._account, self._choices = account, list(choices)
        drawn = (tuple(choices), theme.active().name)
        if drawn != self._drawn:
            self._drawn = drawn
            self._make()
        self._show_ticks()

    def choices_ticked(self) -> list[Choice]:
        """The pools that are ticked, in the account's order; the first when there are none of those."""
        kept = self._kept.get(self._account, ())
        return [each for each in self._choices if each.id in kept] or self._choices[:1]

    def tick(self, pool: str) -> None:
        """Tick this pool on, or off; the last one stays."""
        before = [each.id for each in self.choices_ticked()]
        after = [each for each in before if each != pool] if pool in before else [*before, pool]
        if after:
            self._kept[self._account] = tuple(after)
        self._show_ticks()
        if after:
            self.ticked.emit(tuple(after))

    def _make(self) -> None:
        many = len(self._choices) > MOST_CHIPS
        for old in self.chips:
            self._row.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._menu.clear()
        self.menu_button.setVisible(many)
        self.chips = [] if many else [self._chip(each) for each in self._choices]
        for each in self._choices if many else ():
            action = self._menu.addAction(_swatch(each.place), each.label.replace("&", "&&"))
            action.setCheckable(True)
            action.setData(each.id)
            action.triggered.connect(lambda _checked=False, pool=each.id: self.tick(pool))

    def _show_ticks(self) -> None:
        ticked = self.choices_ticked()
        ids = {each.id for each in ticked}
        for chip, each in zip(self.chips, self._choices, strict=False):
            chip.setChecked(each.id in ids)
        for action in self._menu.actions():
            action.setChecked(action.data() in ids)
        first = ticked[0].label if ticked else ""
        rest = f" and {len(ticked) - 1} more" if len(ticked) > 1 else ""
        self.menu_button.setText(f"{first}{rest} of {len(self._choices)} pools")

    def _chip(self, choice: Choice) -> parts.Button:
        made = parts.button(choice.label.replace("&", "&&"), "chip", name=f"Show {choice.label}")
        made.setCheckable(True)
        made.setIcon(_swatch(choice.place))
        made.setIconSize(QSize(theme.px(_SWATCH_PX + _SPACE_PX), theme.px(_SWATCH_PX)))
        made.clicked.connect(lambda _checked=False: self.tick(choice.id))
        self._row.addWidget(made)
        made.show()
        return made


class MeasureChips(QWidget):
    """Left or used, and whether the pools are stacked.

    Signals:
        chosen(): another one was chosen.
    """

    chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.measure: Measure | None = None
        row = parts.FlowLayout(self, spacing=theme.px(8))
        self.left = parts.button("Left", "chip", name="Show what is left")
        self.used = parts.button("Used", "chip", name="Show what was used")
        self.stack = parts.button("Stacked", "chip", name="Stack the pools in the order in which they are used up")
        for each in (self.left, self.used, self.stack):
            each.setCheckable(True)
            row.addWidget(each)
        self.left.clicked.connect(lambda _checked=False: self._choose(Measure.LEFT))
        self.used.clicked.connect(lambda _checked=False: self._choose(Measure.USED))
        self.stack.clicked.connect(lambda _checked=False: self.chosen.emit())

    @property
    def stacked(self) -> bool:
        """Whether the user wants the pools stacked."""
        return self.stack.isChecked()

    def show_state(self, shown: Sequence[Series], measure: Measure | None, why_not_stacked: str) -> None:
        """What is drawn of these series now; what none of them knows cannot be chosen."""
        for chip, each in ((self.left, Measure.LEFT), (self.used, Measure.USED)):
            chip.setChecked(measure is each)
            known = any(chart_picture.can_show(series, each) for series in shown)
            chip.setEnabled(known)
            chip.setToolTip("" if known else "Not known of these pools.")
        self.stack.setVisible(bool(shown))
        self.stack.setEnabled(not why_not_stacked)
        self.stack.setToolTip(why_not_stacked or "What is used first lies on top.")

    def _choose(self, measure: Measure) -> None:
        self.measure = measure
        self.chosen.emit()


def _swatch(place: int) -> QIcon:
    """The colour of a pool, as a small square for a chip or a menu."""
    size = theme.px(_SWATCH_PX)
    made = QPixmap(2 * (size + theme.px(_SPACE_PX)), 2 * size)
    made.setDevicePixelRatio(2)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    shapes.fill_round(painter, QRectF(0.5, 0.5, size - 1, size - 1), 2, chart_frame.colour(place))
    painter.end()
    return QIcon(made)
