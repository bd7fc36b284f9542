"""What the file of an own vendor says as it stands, finished or not, and what it makes of the sample answers."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from creditdesk.core.definition import Definition
from creditdesk.core.own_pools import doubt
from creditdesk.core.own_vendor import AMOUNTS, INSTANTS, Fault, Found, Look, Place, PoolSketch, Role
from creditdesk.core.pools import Account, Snapshot, Trouble
from creditdesk.providers import places
from creditdesk.providers.answers import read_answer
from creditdesk.providers.definitions import DefinitionError, load
from creditdesk.providers.making import requests_alone
from creditdesk.providers.making_request import sketch_of
from creditdesk.providers.plain_parts import plain_parts
from creditdesk.providers.request import RequestRefused, describe
from creditdesk.providers.samples import Sample
from creditdesk.providers.toml_edit import Uneditable, read, table_of, tables_of

FILE = "file"
_OF_POOL = (*AMOUNTS, Role.RESET, Role.EXPIRES, Role.UNIT, Role.LABEL, Role.KEY)


def look(text: str, samples: Mapping[str, Sample], now: datetime) -> Look:
    """What the page shows of this text; `samples` are the answers by request id."""
    definition, faults = _loaded(text)
    try:
        data = read(text)
    except Uneditable:
        return Look(faults=faults, writable=False)
    result = _result(definition, samples, now) if definition is not None else None
    pools = tuple(_doubted(_pool(each), str(each.get("id")), result) for each in tables_of(data, "pool"))
    if not pools:
        faults = tuple(each for each in faults if each.key != "pool")
    asks = definition or _asks(text)
    return Look(
        name=str(data.get("name", "")),
        provider=str(data.get("id", "")),
        requests=tuple(replace(sketch_of(each), plain=plain_parts(each)) for each in tables_of(data, "request")),
        pools=pools,
        faults=faults,
        definition=definition,
        asks=asks,
        result=result,
        sent=_sent(asks) if asks is not None else "",
        credentials=asks.credentials if asks is not None else (),
        params=asks.params if asks is not None else (),
        account=_account(table_of(data, "account")),
    )


def _loaded(text: str) -> tuple[Definition | None, tuple[Fault, ...]]:
    try:
        return load(text, FILE), ()
    except DefinitionError as error:
        return None, tuple(Fault(each.line, each.key, each.what) for each in error.problems)


def _asks(text: str) -> Definition | None:
    """The definition's requests alone: they may be sent before anything is marked."""
    try:
        return load(requests_alone(text), FILE)
    except (DefinitionError, Uneditable):
        return None


def _sent(definition: Definition) -> str:
    account = Account("", definition.name, definition.id)
    try:
        return "\n".join(describe(definition, rule, account) for rule in definition.requests)
    except (RequestRefused, KeyError):
        return ""  # a setting without a default; the account's form asks for it


def _result(definition: Definition, samples: Mapping[str, Sample], now: datetime) -> Snapshot | Trouble | None:
    answers = {rule.id: samples[rule.id].answer for rule in definition.requests if rule.id in samples}
    return read_answer(definition, answers, {}, now) if answers else None


def _pool(data: Mapping[str, Any]) -> PoolSketch:
    rows = str(data.get("each", ""))
    outer = places.place(rows) if rows else ()
    keys = [(role, "label_from" if role is Role.LABEL else role.value) for role in _OF_POOL]
    found = [_found(role, data[key], outer, bool(rows)) for role, key in keys if key in data]
    return PoolSketch(
        label=str(data.get("label", "")),
        kind=str(data.get("kind", "")),
        unit=str(data.get("unit", "")),
        request=str(data.get("from", "")),
        rows=rows,
        found=tuple(each for each in found if each is not None),
        list_at=outer if rows else None,
    )


def _doubted(sketch: PoolSketch, pool_id: str, result: Snapshot | Trouble | None) -> PoolSketch:
    """The pool with what cannot be right about the numbers that were read for it."""
    read_so = [each for each in result.pools if each.id == pool_id] if isinstance(result, Snapshot) else []
    return replace(sketch, doubt=doubt(sketch, read_so))


def _account(data: Mapping[str, Any]) -> tuple[Found, ...]:
    found = [_found(role, data[role.value], (), False) for role in (Role.PLAN, Role.KEY_EXPIRES) if role.value in data]
    return tuple(each for each in found if each is not None)


def _found(role: Role, value: object, outer: Place | None, rows: bool) -> Found | None:
    """A path as the page shows it; in a pool with rows its place is that of the first row."""
    path = value.get("at", value.get("every")) if role in INSTANTS and isinstance(value, dict) else value
    if not isinstance(path, str):
        return Found(role, "a list of places" if isinstance(path, list) else "worked out")
    place = places.place(path)
    if place is not None and rows:
        place = (*outer, 0, *place) if outer is not None else None
    return Found(role, path, place)
