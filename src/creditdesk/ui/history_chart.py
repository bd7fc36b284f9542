"""The card of the chart: which pool is shown, its unit, the chart, or what to say while there is nothing to draw.

The chart (pyqtgraph, about 0.4 s to import) is made the first time that there is something to draw and it is on screen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedLayout, QWidget

from creditdesk.core.series import Event, Series
from creditdesk.core.settings import Settings
from creditdesk.ui import chart_picture, parts, theme, words
from creditdesk.ui.board import Entry
from creditdesk.ui.chart_picture import Choice, Picture
from creditdesk.ui.drop_down import DropDown

MOST_CHIPS = 6
HINT = (
    "Wheel or + and − zoom, drag or the arrow keys move, a double click or Home shows everything again. "
    "Shift with an arrow key goes from change to change."
)


class Drawing(Protocol):
    """What the card asks of its chart."""

    def show_picture(self, picture: Picture) -> None:
        """Show this picture."""
        ...


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of an account's past since an instant (None: all of it)."""

    entry: Entry
    series: tuple[Series, ...] = ()
    events: tuple[Event, ...] = ()
    since: datetime | None = None
    told: bool = False  # whether the series came in; until then nothing is said about them


class ChartCard(parts.Card):
    """What is left over time of the pool that is chosen."""

    def __init__(self) -> None:
        super().__init__("What is left over time")
        self._past: Past | None = None
        self._settings = Settings()
        self._now: datetime | None = None
        self._choice = ""
        self._chart: Drawing | None = None
        self._chips = QWidget()
        self._chip_row = parts.FlowLayout(self._chips, spacing=theme.px(8))
        self.pools: list[parts.Button] = []
        self.pool_box = DropDown()
        self.pool_box.setAccessibleName("Pool")
        self.pool_box.setMaximumWidth(theme.px(280))
        self.pool_box.activated.connect(lambda place: self.choose(self._choices()[place].id))
        self.unit = parts.text("", "muted")
        row = QHBoxLayout()
        row.addWidget(self._chips, 1)
        row.addWidget(self.pool_box)
        row.addStretch(0)
        row.addWidget(self.unit, 0, Qt.AlignmentFlag.AlignVCenter)
        place = QWidget()
        place.setMinimumHeight(theme.px(150))
        place.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self._stack = QStackedLayout(place)
        self.nothing = parts.EmptyState("No readings yet", "", icon="history")
        self._stack.addWidget(self.nothing)
        self.body.addLayout(row)
        self.body.addWidget(place, 1)

    def show_past(self, past: Past, settings: Settings, now: datetime) -> None:
        """Show this past; the pool stays chosen while the account has it."""
        if self._past is not None and self._past.entry.id != past.entry.id:
            self._choice = ""
        self._past, self._settings, self._now = past, settings, now
        self.draw()

    def choose(self, choice: str) -> None:
        """Show this pool, or the pools together."""
        self._choice = choice
        self.draw()

    def series_shown(self) -> tuple[Series, ...]:
        """The series on screen."""
        choice = self._chosen()
        if choice is None or self._past is None:
            return ()
        found = {each.pool: each for each in self._past.series}
        return tuple(found[pool] for pool in choice.pools if pool in found)

    def draw(self) -> None:
        """Draw what was told, if the card is on screen."""
        past, now, shown = self._past, self._now, self.series_shown()
        self._show_chips(self._choices(), self._chosen())
        if past is None or now is None:
            return
        self.unit.setText(self._unit_words(shown))
        if not any(each.points for each in shown):
            self._say_nothing(past)
        elif self.isVisible():
            picture = replace(
                chart_picture.picture(past.entry, shown, past.events, now),
                since=past.since,
                gap=chart_picture.gap_of(past.entry, self._settings),
                hide=self._settings.hide_amounts,
            )
            self._made_chart().show_picture(picture)
            self._stack.setCurrentIndex(1)

    def _made_chart(self) -> Drawing:
        if self._chart is None:
            from creditdesk.ui.chart import Chart  # 0.4 s of pyqtgraph, which a start must not pay

            made = Chart()
            made.setToolTip(HINT)
            self._stack.addWidget(made)
            self._chart = made
        return self._chart

    def _choices(self) -> list[Choice]:
        return chart_picture.choices(self._past.entry, self._past.series) if self._past is not None else []

    def _chosen(self) -> Choice | None:
        found = self._choices()
        return next((each for each in found if each.id == self._choice), found[0] if found else None)

    def _unit_words(self, shown: Sequence[Series]) -> str:
        if (
            len(shown) == 1
            and len(shown[0].points) == 1
            and shown[0].points[0].first_seen == shown[0].points[0].last_seen
        ):
            return f"One reading so far · {chart_picture.noun(shown)}"
        return chart_picture.noun(shown)

    def _say_nothing(self, past: Past) -> None:
        trouble = past.entry.reading.trouble
        if not past.told:
            self.nothing.show_words("Reading the history…", "")
        elif any(each.points for each in past.series):
            self.nothing.show_words("Nothing of this pool", "It was not seen in this time. Choose a longer one above.")
        elif past.since is not None and past.entry.reading.read_at is not None:
            self.nothing.show_words("No readings in this time", "Choose a longer time above.")
        elif trouble is not None:
            remedy = words.remedy(trouble)
            self.nothing.show_words("No readings yet", f"{remedy.title}. {remedy.why}")
        else:
            self.nothing.show_words("No readings yet", "The line begins with the first reading.")
        self._stack.setCurrentIndex(0)

    def _show_chips(self, found: list[Choice], chosen: Choice | None) -> None:
        many = len(found) > MOST_CHIPS
        self._chips.setVisible(not many)
        self.pool_box.setVisible(many)
        labels = [each.label for each in found]
        if labels != [self.pool_box.itemText(place) for place in range(self.pool_box.count())]:
            for old in self.pools:
                self._chip_row.removeWidget(old)
                old.hide()
                old.deleteLater()
            self.pool_box.clear()
            self.pool_box.addItems(labels)
            self.pools = [] if many else [self._chip(each) for each in found]
        for place, each in enumerate(found):
            if each is chosen:
                self.pool_box.setCurrentIndex(place)
            if not many:
                self.pools[place].setChecked(each == chosen)

    def _chip(self, choice: Choice) -> parts.Button:
        made = parts.button(choice.label.replace("&", "&&"), "chip", name=f"Show {choice.label}")
        made.setCheckable(True)
        made.setAutoExclusive(True)
        made.clicked.connect(lambda _checked=False: self.choose(choice.id))
        self._chip_row.addWidget(made)
        made.show()
        return made
