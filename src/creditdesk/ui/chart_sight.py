"""What is under the cursor of a chart: of every pool shown the exact amount, when it was read, and what changed.

The amounts are those of the points, with every digit; nothing of it comes from what is drawn.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from creditdesk.core.amounts import EXACT
from creditdesk.core.pools import Source
from creditdesk.core.series import Point
from creditdesk.core.thinning import ages
from creditdesk.ui import words
from creditdesk.ui.chart_picture import Picture, Strand, noun, value_of


@dataclass(frozen=True, slots=True)
class Row:
    """A pool's amount: read at `at`; `change` since the point before, last seen at `before` (None: it is the first)."""

    at: datetime
    amount: Decimal
    source: Source
    change: Decimal | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sight:
    """An instant, and a row for each strand, None where nothing is known. `total` is the sum of what is stacked."""

    at: datetime
    rows: tuple[Row | None, ...]
    total: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A row in words: whose (and the place of its colour, None for a sum), how much, and what changed."""

    name: str
    place: int | None
    amount: str
    note: str


def sight(picture: Picture, at: datetime) -> Sight | None:
    """What was known at the reading nearest to an instant; None in a gap of all of them."""
    found = [row for each in picture.strands if (row := _row(each, at, picture.gap, nearest=True)) is not None]
    if not found:
        return None
    there = min((row.at for row in found), key=lambda moment: abs(moment - at))
    rows = tuple(None if _is_away(each, there) else _row(each, there, picture.gap) for each in picture.strands)
    return Sight(there, rows, _total(picture.strands, rows, there) if picture.stacked else None)


def neighbour(strands: Sequence[Strand], at: datetime, forward: bool) -> datetime | None:
    """The instant of the next change after (or before) `at` in any of the pools, for stepping with the keyboard."""
    found: list[datetime] = []
    for points in (each.series.points for each in strands):
        place = bisect_right(points, at, key=lambda point: point.first_seen)
        if forward and place < len(points):
            found.append(points[place].first_seen)
        if not forward:
            before = place - 1 if place and points[place - 1].first_seen < at else place - 2
            if before >= 0:
                found.append(points[before].first_seen)
    return (min(found) if forward else max(found)) if found else None


def said(picture: Picture, seen: Sight) -> tuple[str, list[Said]]:
    """The instant, and a line for each strand and for the sum of a stack: ("Sat 22 Nov 10:14", [...]).

    Of what is long ago only some readings are kept, and it is said how many.
    """
    lines = [_said(picture, *each, seen.at) for each in zip(picture.strands, seen.rows, strict=True)]
    if seen.total is not None:
        unit = picture.strands[0].series.unit
        lines.append(Said("Together", None, words.amount(seen.total, unit, picture.hide), ""))
    return words.moment(seen.at, picture.now) + _kept(seen.at, picture.now), lines


def spoken(picture: Picture, seen: Sight) -> str:
    """The same as one text, for a screen reader: "Sat 22 Nov 10:14: Monthly 92 credits left, −4 since ..."."""
    when, lines = said(picture, seen)
    parts = [f"{each.name} {each.amount}" + (f", {each.note}" if each.note else "") for each in lines]
    return f"{when}: {'. '.join(parts)}"


def description(shown: Picture) -> list[str]:
    """What a screen reader says of the whole picture, in short sentences."""
    ends = [each.series.points[-1].last_seen for each in shown.strands if each.series.points]
    last = sight(shown, max(ends)) if ends else None
    told = [", ".join(dict.fromkeys(noun(each) for each in shown.strands))]
    if last is not None:
        told.append(spoken(shown, last))
    told += [mark.label for mark in shown.marks if mark.ahead]
    return told if shown.forecast is None else [*told, shown.forecast.line, shown.forecast.range_line]


def _said(picture: Picture, strand: Strand, row: Row | None, at: datetime) -> Said:
    name = strand.series.label or strand.series.pool
    if row is None:
        return Said(name, strand.place, "nothing known", "")
    rest = f" {strand.measure.value}"
    notes = [_change(picture, strand, row), words.source_word(row.source)]
    if abs(row.at - at) >= timedelta(minutes=1):
        when = words.moment(row.at, picture.now, inside=True)
        notes[1:] = [f"typed {when}"] if row.source is Source.BY_HAND else [notes[1], f"read {when}"]
    amount = words.amount(row.amount, strand.series.unit, picture.hide)
    return Said(name, strand.place, amount + rest, ", ".join(each for each in notes if each))


def _kept(at: datetime, now: datetime) -> str:
    """That of this time not every reading is kept."""
    old = ages(now)
    return "" if at >= old.hourly else ", kept by the hour" if at >= old.daily else ", kept by the day"


def _change(picture: Picture, strand: Strand, row: Row) -> str:
    if row.change is None or row.before is None:
        points = strand.series.points  # of a range, the point before the first one is not here
        return "" if picture.since is not None and points[0].first_seen <= picture.since else "the first reading"
    when = words.moment(row.before, picture.now, inside=True)
    if not row.change:
        return f"no change since {when}"
    return f"{words.signed(row.change, strand.series.unit, picture.hide)} since {when}"


def _row(strand: Strand, at: datetime, gap: timedelta, nearest: bool = False) -> Row | None:
    """The point in force at an instant, or the nearer one that is not a gap away.

    Farther from two points that are joined all the same, because one was typed or estimated, it is the earlier one,
    which is what was known then; with `nearest` the nearer one.
    """
    points = strand.series.points
    before = bisect_right(points, at, key=lambda point: point.first_seen) - 1
    if before >= 0 and points[before].last_seen >= at:
        return _as_row(strand, before, at)
    after = before + 1
    joined = before >= 0 and after < len(points) and not _both_live(points[before], points[after])
    near = []
    if before >= 0:
        near.append((at - points[before].last_seen, before, points[before].last_seen))
    if after < len(points):
        near.append((points[after].first_seen - at, after, points[after].first_seen))
    if not near:
        return None
    distance, place, moment = min(near)
    if distance > gap and joined and not nearest:
        place, moment = before, points[before].last_seen
    return _as_row(strand, place, moment) if distance <= gap or joined else None


def _is_away(strand: Strand, at: datetime) -> bool:
    """Whether a member of a family (its id has a ":") had not come yet or was gone."""
    points = strand.series.points
    return ":" in strand.series.pool and bool(points) and not points[0].first_seen <= at <= points[-1].last_seen


def _both_live(one: Point, other: Point) -> bool:
    return one.source is Source.LIVE and other.source is Source.LIVE


def _as_row(strand: Strand, place: int, at: datetime) -> Row | None:
    points = strand.series.points
    value = value_of(points[place], strand.measure)
    if value is None:
        return None
    for earlier in range(place - 1, -1, -1):
        known = value_of(points[earlier], strand.measure)
        if known is not None:
            change = EXACT.subtract(value, known)
            return Row(at, value, points[place].source, change, points[earlier].last_seen)
    return Row(at, value, points[place].source)


def _total(strands: Sequence[Strand], rows: Iterable[Row | None], at: datetime) -> Decimal | None:
    """The exact sum; None when one is not known. A member of a family that had not come or had gone is 0."""
    total = Decimal(0)
    for strand, row in zip(strands, rows, strict=True):
        if row is None and not _is_away(strand, at):
            return None
        total = EXACT.add(total, row.amount if row is not None else Decimal(0))
    return total
