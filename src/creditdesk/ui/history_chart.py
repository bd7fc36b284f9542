"""The card of the chart: which pools are shown and how, the chart, or what to say while there is nothing to draw.

The chart (pyqtgraph, about 0.4 s to import) is made the first time that there is something to draw and it is on screen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedLayout, QWidget

from creditdesk.core.series import Event, Series
from creditdesk.core.settings import Settings
from creditdesk.ui import chart_marks, chart_picture, parts, theme, words
from creditdesk.ui.board import Entry
from creditdesk.ui.chart_picture import Choice, Picture, Strand
from creditdesk.ui.history_chips import MeasureChips, PoolChips

HINT = (
    "Wheel or + and − zoom, drag or the arrow keys move, a double click or Home shows everything again. "
    "Shift with an arrow key goes from change to change, Ctrl with it from mark to mark."
)


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of an account's past since an instant (None: all of it)."""

    entry: Entry
    series: tuple[Series, ...] = ()
    events: tuple[Event, ...] = ()
    since: datetime | None = None
    told: bool = False  # whether the series came in; until then nothing is said about them
    listed: bool = False  # whether the events came in
    more: bool = False  # whether older events that the chart marks were left out


class ChartCard(parts.Card):
    """What is left (or was used) over time of the pools that are ticked.

    Signals:
        lines_wanted(object): lines of many points are to be made, as `creditdesk.ui.chart.Chart` says.
        span_changed(): another part of the time is on screen.
        drawn(): what was told is on screen.
    """

    lines_wanted = Signal(object)
    span_changed = Signal()
    drawn = Signal()

    def __init__(self) -> None:
        super().__init__("What is left over time")
        self._past: Past | None = None
        self._settings = Settings()
        self._now: datetime | None = None
        self._chart: Any = None
        self.pools = PoolChips()
        self.pools.ticked.connect(lambda _pools: self.draw())
        self.measures = MeasureChips()
        self.measures.chosen.connect(self.draw)
        self.whole = parts.button("Whole time", "chip", name="Show the whole time again")
        self.whole.clicked.connect(self._show_all)
        self.whole.setEnabled(False)
        self.whole.setToolTip(f"<p>{HINT}</p>")  # not at the chart itself, where it would lie upon what is pointed at
        self.unit = parts.text("", "muted")
        tools = QHBoxLayout()
        tools.setSpacing(theme.px(8))
        for each in (self.measures, self.whole, self.unit):
            tools.addWidget(each, 0, Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout()
        row.addWidget(self.pools, 1)
        row.addLayout(tools)
        row.setAlignment(tools, Qt.AlignmentFlag.AlignTop)
        place = QWidget()
        place.setMinimumHeight(theme.px(150))
        place.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self._stack = QStackedLayout(place)
        self.nothing = parts.EmptyState("No readings yet", "", icon="history")
        self._stack.addWidget(self.nothing)
        self.body.addLayout(row)
        self.body.addWidget(place, 1)

    def show_past(self, past: Past, settings: Settings, now: datetime) -> None:
        """Show this past; what is ticked stays so while the account has it."""
        self._past, self._settings, self._now = past, settings, now
        self.pools.show_choices(past.entry.id, self._choices())
        self.draw()

    def show_lines(self, lines: object) -> None:
        """The lines that were wanted."""
        if self._chart is not None:
            self._chart.show_lines(lines)

    def series_shown(self, on_screen: bool = False) -> tuple[Series, ...]:
        """The series that are ticked; of those `on_screen` only the points in view."""
        shown = tuple(each.series for each in self._strands())
        if not on_screen or self._chart is None:
            return shown
        low, high = self._chart.span()
        return tuple(chart_picture.within(each, low, high) for each in shown)

    def span(self) -> tuple[datetime, datetime] | None:
        """The time on screen; None before there is a chart."""
        return self._chart.span() if self._chart is not None and self._stack.currentIndex() else None

    def chart(self) -> Any:
        """The chart, for a picture of it; None before there is one."""
        return self._chart

    def draw(self) -> None:
        """Draw what was told, if the card is on screen."""
        past, now, strands = self._past, self._now, self._strands()
        if past is None or now is None:
            return
        why_not = chart_picture.why_not_stacked(past.entry, strands)
        self.measures.show_state([each.series for each in strands], strands[0].measure if strands else None, why_not)
        self.unit.setText(_unit_words(strands))
        if not any(each.series.points for each in strands):
            self._say_nothing(past)
        elif self.isVisible():
            self._made_chart().show_picture(self._picture(past, strands, not why_not and self.measures.stacked, now))

    def changeEvent(self, event: QEvent) -> None:
        """Qt's: a new theme has other colours."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._past is not None:
            self.pools.show_choices(self._past.entry.id, self._choices())

    def _picture(self, past: Past, strands: tuple[Strand, ...], stacked: bool, now: datetime) -> Picture:
        shown = chart_picture.in_drain_order(past.entry, strands) if stacked else strands
        series = [each.series for each in shown]
        return Picture(
            strands=shown,
            now=now,
            since=past.since,
            gap=chart_picture.gap_of(past.entry, self._settings),
            marks=chart_marks.marks(past.entry, series, past.events, self._settings, now),
            forecast=chart_picture.forecast(past.entry, shown, stacked, now),
            level=past.entry.reading.level,
            hide=self._settings.hide_amounts,
            stacked=stacked,
            more=past.more,
        )

    def _strands(self) -> tuple[Strand, ...]:
        if self._past is None:
            return ()
        found = {each.pool: each for each in self._past.series}
        wanted = self.measures.measure
        return tuple(
            Strand(found[each.id], chart_picture.measure_of(found[each.id], wanted), each.place)
            for each in self.pools.choices_ticked()
            if each.id in found
        )

    def _made_chart(self) -> Any:
        if self._chart is None:
            from creditdesk.ui.chart import Chart  # 0.4 s of pyqtgraph, which a start must not pay

            made = Chart()
            made.lines_wanted.connect(self._ask_for_lines)
            made.drawn.connect(self._drawn)
            made.span_changed.connect(self._span_changed)
            self._stack.addWidget(made)
            self._chart = made
        return self._chart

    def _drawn(self) -> None:
        self._stack.setCurrentIndex(1)
        self.unit.setText(_unit_words(self._strands()))
        self.drawn.emit()

    def _ask_for_lines(self, wanted: object) -> None:
        self.unit.setText("Drawing…")
        self.lines_wanted.emit(wanted)

    def _show_all(self) -> None:
        if self._chart is not None:
            self._chart.show_all()

    def _span_changed(self, whole: bool) -> None:
        self.whole.setEnabled(not whole)
        self.span_changed.emit()

    def _choices(self) -> list[Choice]:
        return chart_picture.choices(self._past.entry, self._past.series) if self._past is not None else []

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


def _unit_words(strands: Sequence[Strand]) -> str:
    nouns = list(dict.fromkeys(chart_picture.noun(each) for each in strands))
    points = strands[0].series.points if len(strands) == 1 else ()
    if len(points) == 1 and points[0].first_seen == points[0].last_seen:
        return f"One reading so far · {nouns[0]}"
    return nouns[0] if len(nouns) == 1 else ""
