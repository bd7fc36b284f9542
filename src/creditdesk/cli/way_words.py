"""Ways to make an import fit: as lines for a terminal, and as the documented JSON."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from creditdesk.core.amounts import plain
from creditdesk.core.way import Loss, LossKind, Way, WayKind


def way_json(way: Way, rows: Sequence[Mapping[str, str]] = ()) -> dict[str, object]:
    """One way as JSON (docs/cli.md)."""
    return {
        "id": way.id,
        "kind": way.kind,
        "text": way_line(way, rows),
        "items": way.items,
        "kept": way.kept,
        "pool": way.pool or None,
        "added_now": way.added_now,
        "left_after": way.left_after,
        "money": way.money,
        "currency": way.currency or None,
        "gives_up": [loss_line(loss, rows) for loss in way.gives_up],
        "factors": dict(way.factors),
        "short": way.short,
        "needs_limits": dict(way.limits),
        "buys": [{"pack": buy.pack, "count": buy.count} for buy in way.buys],
        "at": way.at,
        "url": way.url or None,
    }


def way_lines(ways: Sequence[Way], rows: Sequence[Mapping[str, str]] = ()) -> list[str]:
    """The ways for a terminal, the first one the best; none when all of it simply goes."""
    if not ways or all(way.kind is WayKind.ALL for way in ways):
        return []
    title = "Ways to send it:" if ways[0].kind is WayKind.ALL else "Ways to make it fit:"
    return [title, *(f"  {way.id:<18} {way_line(way, rows)}{_amounts(way)}" for way in ways)]


def way_line(way: Way, rows: Sequence[Mapping[str, str]] = ()) -> str:
    """What a way does, in one line."""
    return _LINES[way.kind](way, rows)


def loss_line(loss: Loss, rows: Sequence[Mapping[str, str]] = ()) -> str:
    """One thing that is given up, in words."""
    amount = _number(loss.amount)
    if loss.kind is LossKind.ROW:
        place = int(loss.amount)
        return f"Without {' · '.join(rows[place].values())}." if place < len(rows) else "One search engine is left out."
    return {
        LossKind.ITEMS: f"{amount} are not sent now.",
        LossKind.TIME: f"{amount} wait for the reset.",
        LossKind.FACTOR: f"{loss.name} is {loss.becomes} instead of {loss.was or 'more'}.",
        LossKind.TRACKED: f"{amount} that are tracked now are paused or deleted.",
        LossKind.RESERVE: f"{amount} of the reserve of {loss.name} are used.",
        LossKind.OVERAGE: f"{amount} over the limit are billed.",
    }[loss.kind]


def _amounts(way: Way) -> str:
    told = []
    if way.added_now is not None:
        unit = way.unit.removesuffix("s") if way.added_now == 1 else way.unit
        told.append(f"{_number(way.added_now)} {unit} added now".replace("  ", " "))
    if way.left_after is not None:
        told.append(f"{_number(way.left_after)} left")
    if way.money is not None:
        told.append(f"{_number(way.money)} {way.currency}{_EACH.get(way.kind, '')}")
    return f" ({', '.join(told)})" if told else ""


_EACH = {WayKind.PLAN: " a month", WayKind.ALL: " of overage"}


def _part(way: Way, _rows: Sequence[Mapping[str, str]]) -> str:
    keeps = " and keep the reserve" if way.kind is WayKind.RESERVE else ""
    return f"Send the first {way.items:,} now{keeps}, keep {way.kept:,} for later."


def _later(way: Way, _rows: Sequence[Mapping[str, str]]) -> str:
    when = f" on {way.at.date().isoformat()}" if way.at else ""
    keeps = way.kept - way.then_items
    rest = f", keep {keeps:,}" if keeps > 0 else ""
    return f"Send the first {way.items:,} now, {way.then_items:,} after the reset{when}{rest}."


def _factor(way: Way, _rows: Sequence[Mapping[str, str]]) -> str:
    changed = ", ".join(f"{name}={value}" for name, value in way.factors.items())
    return f"With {changed}{_with_rest(way)}."


def _row(way: Way, rows: Sequence[Mapping[str, str]]) -> str:
    row = " · ".join(rows[way.row].values()) if 0 <= way.row < len(rows) else f"row {way.row + 1}"
    return f"Without {row}{_with_rest(way)}."


def _with_rest(way: Way) -> str:
    return f", and send the first {way.items:,} now, keep {way.kept:,}" if way.kept else f", send all {way.items:,}"


def _free(way: Way, _rows: Sequence[Mapping[str, str]]) -> str:
    return f"Pause or delete {_number(way.short)} that are tracked, then send all {way.items:,}."


def _packs(way: Way, _rows: Sequence[Mapping[str, str]]) -> str:
    bought = " and ".join(f"{buy.count:,} x {buy.label}" if buy.count > 1 else buy.label for buy in way.buys)
    return f"Buy {bought}, then send all {way.items:,}."


def _plan(way: Way, _rows: Sequence[Mapping[str, str]]) -> str:
    if way.label:
        return f"Change to the plan {way.label}{f' ({way.price})' if way.price else ''}, then send all {way.items:,}."
    least = _number(way.at_least or Decimal(0))
    return f"Raise the plan to at least {least} {way.unit}, then send all {way.items:,}."


_LINES: Mapping[WayKind, Callable[[Way, Sequence[Mapping[str, str]]], str]] = {
    WayKind.ALL: lambda way, _rows: f"Send all {way.items:,}.",
    WayKind.PART: _part,
    WayKind.RESERVE: _part,
    WayKind.LATER: _later,
    WayKind.FACTOR: _factor,
    WayKind.ROW: _row,
    WayKind.FREE: _free,
    WayKind.PACKS: _packs,
    WayKind.PLAN: _plan,
    WayKind.PILOT: lambda way, _rows: f"Send a pilot of {way.items:,} first, keep {way.kept:,}.",
}


def _number(amount: Decimal) -> str:
    return f"{Decimal(plain(amount)):,f}"
