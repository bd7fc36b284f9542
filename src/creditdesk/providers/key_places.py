"""The places of a request in which a key may stand: what stands there now, and the same request with another there.

Nothing else of the request changes, to the byte.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol
from urllib.parse import quote, unquote_plus, unquote_to_bytes, urlsplit

from creditdesk.core.metering import Call, GatewayRule
from creditdesk.core.requests import Auth, AuthKind
from creditdesk.providers.strict_json import BadAnswer, decode
from creditdesk.providers.templates import fill, holes, parse

MAX_VALUE = 8_192
"""Bytes of a header or a field in which a token is looked for."""

Values = Mapping[str, str]


class Misplaced(ValueError):
    """The token stands somewhere else too, or in a way in which it cannot be replaced; nothing may be sent."""


class Place(Protocol):
    """One place where credentials stand."""

    def find(self, call: Call) -> Values | None:
        """What stands in the holes of the place, by their names; None where nothing of that shape does."""

    def put(self, call: Call, values: Values) -> Call:
        """The call with these values there. `Misplaced` where that cannot be done; KeyError for a value not given."""


def auth_places(auths: tuple[Auth, ...]) -> tuple[Place, ...]:
    """The places of some auths."""
    return tuple(place for auth in auths if (place := _auth_place(auth)))


def _auth_place(auth: Auth) -> Place | None:
    if auth.kind is AuthKind.BEARER:
        return _Header(b"authorization", f"Bearer {auth.value}")
    if auth.kind is AuthKind.HEADER:
        return _Header(auth.name.lower().encode(), auth.value)
    if auth.kind is AuthKind.BASIC:
        return _Basic(auth.user, auth.password)
    return _Field(auth.name, auth.value) if auth.kind is AuthKind.QUERY else None


def other_places(rule: GatewayRule, names: frozenset[str]) -> Iterator[Place]:
    """The places of the key's request that are no auth, and the steps of the routes, where they name a credential."""
    for name, template in rule.key.query.items():
        if names & set(holes(template)):
            yield _Field(name, template)
    for name, template in (rule.key.form or {}).items():
        if names & set(holes(template)):
            yield _Field(name, template, form=True)
    for at, template in _leaves(rule.key.json, ()):
        if names & set(holes(template)):
            yield _Json(at, template)
    for path in dict.fromkeys((urlsplit(rule.key.url).path, *(route.path for route in rule.routes))):
        if names & set(holes(path)):
            yield _Step(path, names)


def _leaves(value: object, at: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(value, str):
        yield at, value
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from _leaves(each, (*at, str(name)))
    elif isinstance(value, list | tuple):
        for number, each in enumerate(value):
            yield from _leaves(each, (*at, number))


@lru_cache(maxsize=256)
def _pattern(template: str) -> re.Pattern[str]:
    """What fills the holes of a template, by their names."""
    seen: set[str] = set()
    text = ""
    for number, part in enumerate(parse(template).parts):
        text += re.escape(part) if number % 2 == 0 else (f"(?P={part})" if part in seen else f"(?P<{part}>.*?)")
        seen |= {part} if number % 2 else set()
    return re.compile(text, re.IGNORECASE | re.DOTALL)


def _read(template: str, text: str) -> Values | None:
    match = _pattern(template).fullmatch(text.strip()) if len(text) <= MAX_VALUE else None
    return match.groupdict() if match else None


@dataclass(frozen=True, slots=True)
class _Header:
    name: bytes
    template: str

    def find(self, call: Call) -> Values | None:
        found = [value for name, value in call.headers if name == self.name]
        return _read(self.template, found[0].decode("latin-1")) if len(found) == 1 else None

    def put(self, call: Call, values: Values) -> Call:
        text = fill(self.template, values)
        if not (text.isascii() and text.isprintable()):
            raise Misplaced("A setting of this account holds a character that no header can carry.")
        return _with_header(call, self.name, text.encode("ascii"))


@dataclass(frozen=True, slots=True)
class _Basic:
    user: str
    password: str

    def find(self, call: Call) -> Values | None:
        found = [value for name, value in call.headers if name == b"authorization"]
        scheme, _, coded = found[0].partition(b" ") if len(found) == 1 else (b"", b"", b"")
        if scheme.lower() != b"basic" or len(coded) > MAX_VALUE:
            return None
        try:
            user, _, password = base64.b64decode(coded.strip()).decode("utf-8").partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        parts = _read(self.user, user), _read(self.password, password)
        return {**(parts[0] or {}), **(parts[1] or {})}

    def put(self, call: Call, values: Values) -> Call:
        pair = f"{fill(self.user, values)}:{fill(self.password, values)}".encode()
        return _with_header(call, b"authorization", b"Basic " + base64.b64encode(pair))


@dataclass(frozen=True, slots=True)
class _Field:
    """A value of the query, or (`form`) of a form's body."""

    name: str
    template: str
    form: bool = False

    def find(self, call: Call) -> Values | None:
        found = [value for name, value in self._pairs(call) if name == self.name]
        return _read(self.template, _plain(found[0])) if len(found) == 1 and len(found[0]) <= MAX_VALUE else None

    def put(self, call: Call, values: Values) -> Call:
        text = quote(fill(self.template, values), safe="").encode()
        parts = [
            part.partition(b"=")[0] + b"=" + text if name == self.name else part
            for part, (name, _) in zip(self._text(call).split(b"&"), self._pairs(call), strict=True)
        ]
        if all(name != self.name for name, _ in self._pairs(call)):
            parts = [part for part in parts if part] + [quote(self.name, safe="").encode() + b"=" + text]
        joined = b"&".join(parts)
        return _with_body(call, joined) if self.form else replace(call, query=joined)

    def _text(self, call: Call) -> bytes:
        if not self.form:
            return call.query
        return (call.body or b"") if b"x-www-form-urlencoded" in call.header(b"content-type").lower() else b""

    def _pairs(self, call: Call) -> Iterator[tuple[str, bytes]]:
        for part in self._text(call).split(b"&"):
            name, _, value = part.partition(b"=")
            yield _plain(name) if len(name) <= MAX_VALUE else "", value


@dataclass(frozen=True, slots=True)
class _Json:
    """A text in a JSON body, by the names and numbers that lead to it."""

    at: tuple[str | int, ...]
    template: str

    def find(self, call: Call) -> Values | None:
        text = _inside(decoded(call.body), self.at)
        return _read(self.template, text) if isinstance(text, str) else None

    def put(self, call: Call, values: Values) -> Call:
        body = call.body or b""
        old, new = _inside(decoded(body), self.at), fill(self.template, values)
        written, count = json.dumps(old).encode(), body.count(json.dumps(old).encode())
        changed = body.replace(written, json.dumps(new).encode())
        if count != 1 or decoded(changed) != _changed(decoded(body), self.at, new):
            raise Misplaced("The token stands twice in the body, or is written in an unusual way.")
        return _with_body(call, changed)


@dataclass(frozen=True, slots=True)
class _Step:
    """Steps of a path that are credentials; `names` are those of all credentials."""

    path: str
    names: frozenset[str]

    def find(self, call: Call) -> Values | None:
        wanted, given = self.path.split("/"), call.path.split(b"/")
        if len(wanted) != len(given) or len(call.path) > MAX_VALUE:
            return None
        found: dict[str, str] = {}
        for template, step in zip(wanted, given, strict=True):
            values = _read(template, unquote_to_bytes(step).decode("utf-8", "replace"))
            if values is None:
                return None
            found |= values
        return found

    def put(self, call: Call, values: Values) -> Call:
        steps = zip(self.path.split("/"), call.path.split(b"/"), strict=True)
        named = [quote(fill(each, values), safe="").encode() if self._is_key(each) else step for each, step in steps]
        return replace(call, path=b"/".join(named))

    def _is_key(self, step: str) -> bool:
        return any(hole in self.names for hole in holes(step))


def decoded(body: bytes | None) -> object:
    """The JSON of a body, None where it is none."""
    try:
        return decode(body) if body else None
    except BadAnswer:
        return None


def _inside(value: object, at: tuple[str | int, ...]) -> object:
    for step in at:
        if isinstance(step, str):
            value = value.get(step) if isinstance(value, Mapping) else None
        else:
            value = value[step] if isinstance(value, list) and step < len(value) else None
    return value


def _changed(value: object, at: tuple[str | int, ...], new: str) -> object:
    """The value with another text at this place."""
    if not at:
        return new
    first, *rest = at
    if isinstance(value, dict):
        return {name: _changed(each, tuple(rest), new) if name == first else each for name, each in value.items()}
    assert isinstance(value, list)
    return [_changed(each, tuple(rest), new) if number == first else each for number, each in enumerate(value)]


def _plain(text: bytes) -> str:
    return unquote_plus(text.decode("latin-1"))


def _with_header(call: Call, name: bytes, value: bytes) -> Call:
    """With this header once, in the place where it stood first, at the end where it did not."""
    headers = [each for each in call.headers if each[0] != name]
    at = next((number for number, each in enumerate(call.headers) if each[0] == name), len(headers))
    return replace(call, headers=(*headers[:at], (name, value), *headers[at:]))


def _with_body(call: Call, body: bytes) -> Call:
    length = (b"content-length", str(len(body)).encode())
    headers = tuple(length if each[0] == length[0] else each for each in call.headers)
    return replace(call, body=body, headers=headers)


def in_body(place: Place) -> bool:
    """Whether the place is in a body."""
    return isinstance(place, _Json) or (isinstance(place, _Field) and place.form)
