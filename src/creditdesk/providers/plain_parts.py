"""What a request sends as it stands in the file, and how one of these values becomes a key that is in no file."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from creditdesk.core.own_vendor import Place, Plain
from creditdesk.core.requests import AuthKind
from creditdesk.providers.curl_keys import credential_name
from creditdesk.providers.places import NoPath
from creditdesk.providers.redaction import MASK, redact_known
from creditdesk.providers.templates import TemplateError, holes
from creditdesk.providers.toml_edit import entry_of, put, read, tables_of

_BODIES = ("json", "form")
_TABLES = {"query": AuthKind.QUERY, "headers": AuthKind.HEADER}
MOST_PARTS = 60
MOST_AUTHS = 4


def plain_parts(request: Mapping[str, Any]) -> tuple[Plain, ...]:
    """The values of a request that no credential and no setting fills in: steps of its path, query, headers, body."""
    steps = str(request.get("url", "")).partition("?")[0].split("/")
    found = [Plain(("url", at), unquote(step)) for at, step in enumerate(steps) if at > 2 and step]
    found = [each for each in found if not _filled(each.value)]
    for table in (*_TABLES, *_BODIES):
        found += [Plain((table, *place), str(value)) for place, value in _leaves(request.get(table), ())]
    return tuple(found[:MOST_PARTS])


def as_key(text: str, number: int, where: Place, piece: str = "") -> tuple[str, str, str]:
    """The text in which this value (or this piece of it) is a key; the key's name in the file, and the key itself.

    Raises `NoPath` where the value is not there, and `Uneditable`.
    """
    request = entry_of(read(text), "request", number)
    part = next((each for each in plain_parts(request) if each.where == where and piece in each.value), None)
    if part is None:
        raise NoPath("This is not in the request any more.")
    key = piece or part.value
    credentials = tables_of(read(text), "credentials")
    name = _free(where, {str(each.get("name")) for each in credentials} | _names(read(text)))
    label = name.replace("_", " ").capitalize() if name != "key" else "API key"
    text = put(text, "credentials", [*credentials, {"name": name, "label": label}])
    source = str(read(text).get("source", ""))
    if key in source:  # it may name the address
        text = put(text, "source", source.replace(key, MASK))
    for changed, value in _keyed(request, part, piece, f"{{{name}}}").items():
        text = put(text, changed, value, ("request", number))
    return text, name, key


def holder_of(text: str, number: int, piece: str) -> Place:
    """Where a text stands in what a request (by number) of this file sends. Raises `NoPath` and `Uneditable`."""
    parts = plain_parts(entry_of(read(text), "request", number))
    found = next((each.where for each in parts if piece and piece in each.value), None)
    if found is None:
        raise NoPath("The selected text is in no part of the request that is kept as plain text.")
    return found


def hidden(example: str, key: str) -> str:
    """An example without this key, however short it is."""
    if len(key) < 3:
        return re.sub(rf"(?<![A-Za-z0-9]){re.escape(key)}(?![A-Za-z0-9])", MASK, example)
    return redact_known(example, [key])


def _keyed(request: Mapping[str, Any], part: Plain, piece: str, hole: str) -> dict[str, object]:
    """The tables of the request that are other when a hole stands in the place of a value, or of a piece of it."""
    table, *inside = part.where
    if table == "url":
        steps = str(request["url"]).split("/")
        step = int(inside[0])
        steps[step] = unquote(steps[step]).replace(piece, hole) if piece else hole
        return {"url": "/".join(steps)}
    auth = request.get("auth")
    auths = auth if isinstance(auth, list) else [auth] if auth else []
    kind = _TABLES.get(str(table))
    filled = part.value.replace(piece, hole) if piece else hole
    if kind is not None:
        if len(auths) >= MOST_AUTHS:
            raise NoPath("A request has four places for keys, and all are taken.")
        left = {key: value for key, value in request[str(table)].items() if key != inside[0]}
        auths = [*auths, {"kind": kind.value, "name": inside[0], "value": filled}]
        return {str(table): left or None, "auth": auths[0] if len(auths) == 1 else auths}
    return {str(table): _put(request[str(table)], tuple(inside), filled)}


def _put(data: Any, where: Place, value: object) -> object:
    if not where:
        return value
    step, *inside = where
    if isinstance(data, list):
        return [_put(each, tuple(inside), value) if at == step else each for at, each in enumerate(data)]
    return {key: _put(each, tuple(inside), value) if key == step else each for key, each in data.items()}


def _leaves(data: object, where: Place) -> Iterator[tuple[Place, object]]:
    if isinstance(data, Mapping):
        for name, each in data.items():
            yield from _leaves(each, (*where, name))
    elif isinstance(data, list):
        for number, each in enumerate(data):
            yield from _leaves(each, (*where, number))
    elif isinstance(data, str | int | float) and not isinstance(data, bool) and not _filled(str(data)) and str(data):
        yield where, data


def _filled(text: str) -> bool:
    try:
        return bool(holes(text))
    except TemplateError:
        return False


def _names(data: Mapping[str, Any]) -> set[str]:
    """Every name that a hole may have already: settings, and what an answer of an earlier request gives."""
    captured = {name for each in tables_of(data, "request") for name in (each.get("capture") or {})}
    return captured | {str(each.get("name")) for each in tables_of(data, "params")}


def _free(where: Place, taken: set[str]) -> str:
    last = next((step for step in reversed(where) if isinstance(step, str)), "key")
    wanted = credential_name(last)
    return next(name for name in (wanted, *(f"{wanted}_{at}" for at in range(2, 99))) if name not in taken)
