"""History as JSON: all of it, with events and warnings. One value, written account after account.

What a value of the core has as fields stands in the file under their names, so that a field that is added later travels
by itself; one that is missing in an older file has its default.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, fields, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, BinaryIO, NamedTuple, NoReturn, get_args, get_type_hints

from creditdesk.core.amounts import dumps, plain
from creditdesk.core.series import Episode, Event, Series
from creditdesk.store.past import (
    Past,
    PastError,
    origin_of_cells,
    point_cells,
    point_of_cells,
    pool_cells,
    read_amount,
    read_instant,
    read_text,
    series_of_cells,
)

FORMAT = "creditdesk history"
VERSION = 1
MOST_BYTES = 300_000_000
"""A JSON value is read whole, and takes ten times its size."""
_LEFT_OUT = {"id", "account"}


def write_json(file: BinaryIO, pasts: Iterable[Past]) -> None:
    """Write these histories as one JSON value in UTF-8, a point a line."""
    file.write(f'{{"format": {dumps(FORMAT)}, "version": {VERSION}, "accounts": ['.encode())
    for number, past in enumerate(pasts):
        named = {"id": past.origin.id, "name": past.origin.name, "provider": past.origin.provider}
        file.write((",\n" if number else "\n").encode() + dumps(named)[:-1].encode() + b', "pools": [')
        for place, series in enumerate(past.series):
            said = dict(zip(("pool", "label", "kind", "unit"), pool_cells(series), strict=True))
            lines = ",\n".join(json.dumps(point_cells(point)) for point in series.points)
            file.write(((",\n" if place else "\n") + dumps(said)[:-1] + ', "points": [\n' + lines + "]}").encode())
        happened = ",\n".join(dumps(_told(each)) for each in past.events)
        warned = ",\n".join(dumps(_told(each)) for each in past.episodes)
        file.write(f'], "events": [\n{happened}], "episodes": [\n{warned}]}}'.encode())
    file.write(b"\n]}\n")


def read_json(path: Path) -> Iterator[Past]:
    """The histories of a file that `write_json` wrote. Raises PastError, OSError."""
    if path.stat().st_size > MOST_BYTES:
        raise PastError("the file is larger than 300 MB: export a shorter time, or CSV")
    try:
        document = json.loads(path.read_text("utf-8-sig"), parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise PastError(f"line {error.lineno}: it is no whole JSON value") from None
    except (ValueError, RecursionError):
        raise PastError("it is no JSON value in UTF-8") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise PastError("it is no history of creditdesk")
    if document.get("version") != VERSION:
        raise PastError(f"it is of another version of creditdesk: its `version` is not {VERSION}")
    for number, account in enumerate(_list(document, "accounts"), 1):
        try:
            yield _past(account)
        except PastError as error:
            raise PastError(f"account {number}: {error}") from None


def _refuse(_: str) -> NoReturn:
    raise ValueError("no number")


def _past(account: Any) -> Past:
    origin = origin_of_cells(tuple(_text(account, name) for name in ("id", "name", "provider")))
    series = tuple(_series(origin.id, each) for each in _list(account, "pools"))
    events = tuple(_value(Event, {**_mapping(each), "account": origin.id}) for each in _list(account, "events"))
    episodes = tuple(_value(Episode, {**_mapping(each), "account": origin.id}) for each in _list(account, "episodes"))
    return Past(origin, series, events, episodes)


def _series(account_id: str, pool: Any) -> Series:
    found = series_of_cells(account_id, tuple(_text(pool, name) for name in ("pool", "label", "kind", "unit")))
    points = []
    for number, cells in enumerate(_list(pool, "points"), 1):
        if not isinstance(cells, list) or len(cells) != 8 or not all(isinstance(cell, str) for cell in cells):
            raise PastError(f"pool {found.pool}, point {number}: it does not have its eight texts")
        try:
            points.append(point_of_cells(tuple(cells)))
        except PastError as error:
            raise PastError(f"pool {found.pool}, point {number}: {error}") from None
    return replace(found, points=tuple(points))


def _told(value: Event | Episode) -> dict[str, object]:
    """The fields of a value by name; amounts as text, what is unknown as null."""
    named = {each.name: getattr(value, each.name) for each in fields(value) if each.name not in _LEFT_OUT}
    return {name: plain(each) if isinstance(each, Decimal) else each for name, each in named.items()}


def _value(kind: type[Any], told: Mapping[str, Any]) -> Any:
    """The value that `_told` told of. Raises PastError."""
    found: dict[str, Any] = {}
    for each in _SHAPES[kind]:
        if each.name in told:
            found[each.name] = _field(told[each.name], each.wanted, each.optional)
        elif each.needed:
            raise PastError(f"{kind.__name__.lower()}: {each.name} is missing")
    return kind(**found)


class _Shape(NamedTuple):
    name: str
    wanted: type
    optional: bool  # it may be None
    needed: bool  # it has no default


def _shape(kind: type[Any]) -> tuple[_Shape, ...]:
    found, hints = [], get_type_hints(kind)
    for each in fields(kind):
        options = get_args(hints[each.name]) if isinstance(hints[each.name], UnionType) else (hints[each.name],)
        wanted = next(option for option in options if option is not NoneType)
        needed = each.default is MISSING and each.default_factory is MISSING
        found.append(_Shape(each.name, wanted, NoneType in options, needed))
    return tuple(found)


_SHAPES = {kind: _shape(kind) for kind in (Event, Episode)}


def _field(told: object, wanted: type, optional: bool) -> object:
    if told is None and optional:
        return None
    if wanted is int and isinstance(told, int) and abs(told) < 2**53:
        return told
    if wanted is bool and isinstance(told, bool):
        return told
    text = read_text(told)
    found: object = text
    if wanted is datetime:
        found = read_instant(text)
    elif wanted is Decimal:
        found = read_amount(text)
    elif issubclass(wanted, StrEnum):
        try:
            found = wanted(text)
        except ValueError:
            raise PastError(f"a {wanted.__name__} is not known here") from None
    if found is None:
        raise PastError("an instant or an amount is missing")
    return found


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise PastError("an object is missing")
    return value


def _list(value: Any, name: str) -> list[Any]:
    found = _mapping(value).get(name, [])
    if not isinstance(found, list):
        raise PastError(f"{name} is no list")
    return found


def _text(value: Any, name: str) -> str:
    return read_text(_mapping(value).get(name, ""))
