"""The request of an own vendor's file: begun from an example, and changed by the fields of its page."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import parse_qsl

from creditdesk.core.own_vendor import AskSketch, Copied, Place
from creditdesk.core.requests import Auth, AuthKind, RequestRule
from creditdesk.providers.curl_keys import is_keyish
from creditdesk.providers.places import place
from creditdesk.providers.templates import TemplateError, holes
from creditdesk.providers.times import NAMES as TIMES
from creditdesk.providers.toml_edit import add, entry_of, put, read, table_of, tables_of, written

BODY = "body"
"""Where the key goes when it goes into the body."""

_LABELS = {"key": "API key", "user": "User name", "password": "Password", "token": "Token"}


def begin(copied: Copied, name: str, provider: str, today: date) -> str:
    """The first text of a file: who it is and what is asked. It has no pool yet."""
    head: dict[str, object] = {
        "schema": 1,
        "id": provider,
        "name": name,
        "as_of": today,
        "source": _source(copied.rule),
    }
    head["credentials"] = [_credential(each.name, each.label, each.secret) for each in copied.credentials]
    if copied.params:
        head["params"] = [{"name": each.name, "label": each.label} for each in copied.params]
    text = "".join(f"{key} = {written(value)}\n" for key, value in head.items())
    return add(text, "request", _request(copied.rule))


def named(text: str, name: str, provider: str) -> str:
    """The text under another name and id."""
    return put(put(text, "name", name), "id", provider)


def asked(text: str, number: int, sketch: AskSketch) -> str:
    """The text with a request as the form says: address, method, where the key goes. Only what is other is changed."""
    before = entry_of(read(text), "request", number)
    was = sketch_of(before)
    address, _, query = sketch.url.strip().partition("?")
    values: dict[str, object] = {"url": address, "method": None if sketch.method == "GET" else sketch.method}
    if query:
        values["query"] = {
            **table_of(before, "query"),
            **dict(parse_qsl(query.partition("#")[0], keep_blank_values=True)),
        }
    if (sketch.key_at, sketch.key_name) != (was.key_at, was.key_name):
        values["auth"] = _auth_of(sketch)
        values |= _body_of(before, sketch)
    elif sketch.method != was.method:
        values |= _body_of(before, sketch)
    for key, value in values.items():
        if before.get(key) != value:
            text = put(text, key, value, ("request", number))
    return settled(text)


def sketch_of(data: Mapping[str, Any]) -> AskSketch:
    """A `[[request]]` as the form shows it."""
    auth = data.get("auth")
    first = auth[0] if isinstance(auth, list) and auth else auth
    sketch = AskSketch(
        id=str(data.get("id", "")),
        method=str(data.get("method", "GET")),
        url=str(data.get("url", "")),
        body=str(data.get("body", "json")),
        secrets=_dropped(data.get("redact")),
    )
    if isinstance(first, dict):
        kind, name, value = (str(first.get(key, "")) for key in ("kind", "name", "value"))
        return replace(sketch, key_at=kind, key_name=name, key_value=value)
    for table in ("json", "form"):
        for name, value in table_of(data, table).items():
            if isinstance(value, str) and holes_in(value):
                return replace(sketch, key_at=BODY, key_name=name, key_value=value)
    return sketch


def formed(text: str, number: int, form: str, pattern: str) -> str:
    """The text with a request whose answer is read as json, headers or text, the last by this pattern."""
    at = ("request", number)
    return put(put(text, "body", None if form == "json" else form, at), "pattern", pattern or None, at)


def settled(text: str) -> str:
    """The text with exactly the credentials that its requests name; a new hole that is no key is a param."""
    data = read(text)
    known = {str(each.get("name")): each for each in tables_of(data, "credentials")}
    params = {str(each.get("name")): each for each in tables_of(data, "params")}
    captured: set[str] = set()
    wanted: dict[str, None] = {}
    for request in tables_of(data, "request"):
        captured |= set(table_of(request, "capture"))
        wanted |= dict.fromkeys(holes_in(request))
    new = [name for name in wanted if name not in {*known, *params, *captured, *TIMES}]
    plain = [name for name in new if name not in _LABELS and not is_keyish(name)]
    if plain:
        text = put(text, "params", [*params.values(), *({"name": name, "label": _said(name)} for name in plain)])
    keys = [name for name in wanted if name in known or (name in new and name not in plain)]
    made = [known.get(name) or _credential(name, _LABELS.get(name, _said(name)), name != "user") for name in keys]
    return text if made == list(known.values()) else put(text, "credentials", made)


def _dropped(paths: object) -> tuple[Place, ...]:
    """The places of `redact`."""
    found = (
        [place(re.sub(r"\[\*?\]", "[0]", each)) for each in paths if isinstance(each, str)]
        if isinstance(paths, list)
        else []
    )
    return tuple(each for each in found if each is not None)


def _body_of(before: Mapping[str, Any], sketch: AskSketch) -> dict[str, object]:
    """The body that a request has now: with the key in it, without it, or none."""
    if sketch.method != "POST":
        return {"form": None, "json": None}
    name = "form" if "form" in before else "json"
    fields = {key: value for key, value in table_of(before, name).items() if not _is_hole(value)}
    if sketch.key_at == BODY:
        fields[sketch.key_name or "key"] = sketch.key_value or "{key}"
    return {name: fields}


def _said(name: str) -> str:
    """A name as a label: "account_id" is "Account id"."""
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _request(rule: RequestRule) -> dict[str, object]:
    values: dict[str, object] = {"id": rule.id}
    if rule.method != "GET":
        values["method"] = rule.method
    values["url"] = rule.url
    auths = [_auth(each) for each in rule.auth]
    if auths:
        values["auth"] = auths[0] if len(auths) == 1 else auths
    for key, table in (("headers", rule.headers), ("query", rule.query), ("json", rule.json), ("form", rule.form)):
        if table or (key == "json" and table is not None):
            values[key] = dict(table)
    return values


def _auth(auth: Auth) -> dict[str, object]:
    fields = {"kind": auth.kind.value, "name": auth.name, "value": auth.value, "user": auth.user}
    found: dict[str, object] = {key: value for key, value in fields.items() if value}
    return {**found, "password": auth.password} if auth.kind is AuthKind.BASIC and auth.password else found


def _auth_of(sketch: AskSketch) -> object:
    value = sketch.key_value or "{key}"
    if sketch.key_at == AuthKind.BASIC.value:
        return {"kind": sketch.key_at, "user": "{user}", "password": "{password}"}
    if sketch.key_at in (AuthKind.HEADER.value, AuthKind.QUERY.value):
        return {"kind": sketch.key_at, "name": sketch.key_name.strip() or "x-api-key", "value": value}
    return {"kind": sketch.key_at, "value": value} if sketch.key_at == AuthKind.BEARER.value else None


def _credential(name: str, label: str, secret: bool) -> dict[str, object]:
    found: dict[str, object] = {"name": name, "label": label}
    return found if secret else {**found, "secret": False}


def _source(rule: RequestRule) -> str:
    return f"the vendor's documentation of {rule.url[:300]}" if rule.url else "the vendor's documentation"


def holes_in(value: object) -> list[str]:
    """The holes of the texts in a value of the file; of a request only what is sent counts."""
    if isinstance(value, str):
        try:
            return list(holes(value))
        except TemplateError:
            return []
    if isinstance(value, Mapping):
        asked = ("url", "auth", "headers", "query", "json", "form")
        whole = "url" in value and "id" in value
        return [hole for key, each in value.items() if not whole or key in asked for hole in holes_in(each)]
    return [hole for each in value for hole in holes_in(each)] if isinstance(value, list) else []


def _is_hole(value: object) -> bool:
    return isinstance(value, str) and bool(holes_in(value))
