"""What a definition sends where: as a digest that an approval is bound to, and as lines for the person who approves.

Everything a definition holds is bound, but for what is listed here as free: what it is called, how an answer is read,
what things cost. So a table that a later version adds is bound without a word here, and its values are shown.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass, replace
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from creditdesk.core.bulk import BulkRule, ProbeRule
from creditdesk.core.definition import Auth, AuthKind, Credential, Definition, Own, Param
from creditdesk.core.metering import GatewayRule
from creditdesk.core.requests import RequestRule
from creditdesk.providers.hosts import is_local
from creditdesk.providers.redaction import MASK
from creditdesk.providers.request import holes_of
from creditdesk.providers.templates import fill

_READ = {"hint", "fail", "retry_after", "min_interval", "accept", "redact", "pattern", "optional", "cost"}
_ABOUT = {"name", "fact", "category", "homepage", "docs", "key_url", "dashboard", "grade", "tried", "notes"}
_MEANT = {"pools", "plan_from", "plan_names", "plan_ends", "key_expires", "identity_from", "total_label"}
_SOLD = {"operations", "plans", "packs", "notices", "drain"}
_COUNTED = {"fact", "charged", "request_id", "free_statuses", "refusal", "routes", "assumptions"}
_FREE: dict[type, set[str]] = {
    Definition: {*_ABOUT, *_MEANT, *_SOLD, "own"},
    GatewayRule: _COUNTED,
    RequestRule: _READ,
    BulkRule: {"fact", "place"},
    ProbeRule: {"fact"},
    Credential: {"label", "pattern", "hint", "power"},
    Param: {"label"},
}
"""What an approval is not bound to."""

_KNOWN = {"id", "credentials", "params", "requests", "bulks", "probes", "gateway"}
_ROLES = {
    "places": "list of places",
    "items": "list of items",
    "create": "create",
    "pause": "pause",
    "resume": "resume",
    "remove": "remove",
}


@dataclass(frozen=True, slots=True)
class Binding:
    """What is sent where. `digest` is 64 hex digits; of `lines` those that begin with blanks belong to the one before.

    `hosts` are all hosts that may be asked, in the order of the file.
    """

    digest: str
    lines: tuple[str, ...]
    hosts: tuple[str, ...]

    @property
    def local(self) -> tuple[str, ...]:
        """The hosts that are this computer or of its network, by how they are written."""
        return tuple(host for host in self.hosts if is_local(host))


def binding(definition: Definition) -> Binding:
    """What this definition sends where."""
    used = [param for param in definition.params if param.name in _filled(definition)]
    bound = _plain(replace(definition, params=tuple(used)))
    digest = hashlib.sha256(json.dumps(bound, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
    return Binding(digest, tuple(_lines(definition, used)), tuple(dict.fromkeys(_hosts(definition))))


def owned(definition: Definition) -> Definition:
    """The definition as one that the user brought: it is not approved."""
    return replace(definition, own=Own(binding(definition).digest))


def differences(before: Sequence[str], now: Sequence[str]) -> tuple[str, ...]:
    """What is new and what is gone in the lines of a binding, for a person."""
    old, new = _by_head(before), _by_head(now)
    return (*_other("New", new, old), *_other("Gone", old, new))


def _other(word: str, these: Sequence[tuple[str, list[str]]], those: Sequence[tuple[str, list[str]]]) -> Iterator[str]:
    """What stands in these lines and not in those."""
    known: dict[str, set[str]] = {}
    for head, details in those:
        known.setdefault(head, set()).update(details)
    for head, details in these:
        missing = [line for line in details if line not in known.get(head, ())]
        if head not in known:
            yield f"{word}: {head}"
            yield from missing if word == "New" else ()
        elif missing:
            yield f"{word} in {head}"
            yield from missing


def _by_head(lines: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Each line that does not begin with blanks, with those after it that do."""
    found: list[tuple[str, list[str]]] = []
    for line in lines:
        if line.startswith(" ") and found:
            found[-1][1].append(line)
        else:
            found.append((line, []))
    return found


def _plain(value: Any) -> object:
    """A value as JSON, without what is free and without what stands at its default."""
    if is_dataclass(value) and not isinstance(value, type):
        free = _FREE.get(type(value), set())
        kept = {each.name: getattr(value, each.name) for each in fields(value) if each.name not in free}
        usual = {each.name: _default(each) for each in fields(value)}
        return {name: _plain(inner) for name, inner in kept.items() if inner != usual[name]}
    if isinstance(value, Mapping):
        return ["table", {str(name): _plain(inner) for name, inner in value.items()}]
    if isinstance(value, list | tuple):
        return ["list", *map(_plain, value)]
    if isinstance(value, Decimal):
        return ["number", str(value)]
    return value if isinstance(value, str | int) or value is None else ["other", str(value)]


def _default(each: "Field[Any]") -> object:
    return each.default_factory() if each.default_factory is not MISSING else each.default


def _rules(value: Any, role: str = "") -> Iterator[tuple[str, RequestRule]]:
    """Every request inside a value, with what it is for."""
    if isinstance(value, RequestRule):
        yield value.id or role, value
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _rules(inner, role)
    elif is_dataclass(value) and not isinstance(value, GatewayRule | type):
        for each in fields(value):
            if each.name not in _FREE.get(type(value), set()):
                yield from _rules(getattr(value, each.name), _ROLES.get(each.name, role or each.name))


def _filled(definition: Definition) -> set[str]:
    """The names of everything that is filled into a request, or chooses its host."""
    rules = [rule for _, rule in (*_rules(definition), *_rules([definition.gateway and definition.gateway.key]))]
    return {name for rule in rules for name in (*holes_of(rule), rule.host_param)} | set(_texts(_others(definition)))


def _hosts(definition: Definition) -> Iterator[str]:
    asked: list[RequestRule | GatewayRule] = [rule for _, rule in _rules(definition)]
    if definition.gateway is not None:
        asked += [definition.gateway, definition.gateway.key]
    for each in asked:
        yield urlsplit(each.url).hostname or ""
        yield from (urlsplit(f"https://{host}").hostname or "" for host in each.hosts.values())
    yield from (urlsplit(text).hostname or "" for text in _texts(_others(definition)) if "://" in text)


def _others(definition: Definition) -> dict[str, object]:
    """What is bound beside requests, bulks and probes: the tables of a later version."""
    known = _KNOWN | _FREE[Definition]
    found = {each.name: getattr(definition, each.name) for each in fields(definition) if each.name not in known}
    return {name: value for name, value in found.items() if value}


def _texts(value: Any) -> Iterator[str]:
    """All texts inside a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _texts([*value.keys(), *value.values()])
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
    elif is_dataclass(value) and not isinstance(value, type):
        yield from _texts([getattr(value, each.name) for each in fields(value)])


def _lines(definition: Definition, used: Iterable[Param]) -> Iterator[str]:
    for role, rule in _rules(definition):
        yield from _request_lines(definition, role, rule)
    if definition.gateway is not None:
        yield from _gateway_lines(definition, definition.gateway)
    for name, value in _others(definition).items():
        yield f"{name}: {', '.join(text for text in _texts(value) if text)}"
    for param in used:
        values = ", ".join(param.choices) or "what you type"
        yield f"{{{param.name}}} is {values}" + (f"; {param.default} unless you choose" if param.default else "")


def _gateway_lines(definition: Definition, rule: GatewayRule) -> Iterator[str]:
    """What the gateway passes on for the user's own programs."""
    shown = {**{name: f"{{{name}}}" for name in holes_of(rule.key)}, **_secret(definition)}
    yield f"gateway: requests of your own programs go to {rule.url}"
    yield from (f"    {rule.host_param} {choice}: the host is {host}" for choice, host in rule.hosts.items())
    for each in (*rule.key.auth, *rule.also):
        yield from (f"    header {name}: {text}" for name, text in _header(each, shown))
        if each.kind is AuthKind.QUERY:
            yield f"    query {each.name}: {fill(each.value, shown)}"
    yield from (f"    body {name}: {text}" for name, text in _body(rule.key.json or rule.key.form, shown))


def _secret(definition: Definition) -> dict[str, str]:
    """Every secret by its name, masked."""
    found = {each.name: f'{MASK} (your "{each.label}")' for each in definition.credentials}
    return found | {name: f"{MASK} ({name}, from an answer)" for _, each in _rules(definition) for name in each.capture}


def _request_lines(definition: Definition, role: str, rule: RequestRule) -> Iterator[str]:
    secret = _secret(definition)
    shown = {**{name: f"{{{name}}}" for name in holes_of(rule)}, **secret}
    query = {**rule.query, **{each.name: each.value for each in rule.auth if each.kind is AuthKind.QUERY}}
    masked = {**shown, **dict.fromkeys(secret, MASK)}
    asked = "&".join(f"{name}={fill(text, masked)}" for name, text in query.items())
    yield f"{rule.method} {fill(rule.url, masked)}{'?' if asked else ''}{asked}"
    yield f"    for: {role}"
    for choice, host in rule.hosts.items():
        yield f"    {rule.host_param} {choice}: the host is {host}"
    for name in secret:
        if f"{{{name}}}" in rule.url:
            yield f"    in the path: {secret[name]}"
    yield from (f"    query {name}: {fill(text, shown)}" for name, text in query.items() if _names(text, secret))
    yield from (f"    header {name}: {text}" for each in rule.auth for name, text in _header(each, shown))
    yield from (f"    header {name}: {fill(text, shown)}" for name, text in rule.headers.items())
    yield from (
        f"    body {name}: {text}" for name, text in _body(rule.json if rule.json is not None else rule.form, shown)
    )
    yield from (f"    keeps {name} of the answer: {path}" for name, path in rule.capture.items())


def _names(text: str, secret: Iterable[str]) -> bool:
    return any(f"{{{name}}}" in text for name in secret)


def _header(auth: Auth, shown: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if auth.kind is AuthKind.BEARER:
        yield "Authorization", f"Bearer {fill(auth.value, shown)}"
    elif auth.kind is AuthKind.HEADER:
        yield auth.name, fill(auth.value, shown)
    elif auth.kind is AuthKind.BASIC:
        yield "Authorization", f"Basic {fill(auth.user, shown)} : {fill(auth.password, shown)}"


def _body(value: Any, shown: Mapping[str, str], at: str = "") -> Iterator[tuple[str, str]]:
    """The fields of a body, each with its whole name."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _body(inner, shown, f"{at}.{name}" if at else str(name))
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _body(inner, shown, f"{at}[]")
    elif value is not None or at:
        yield (
            at,
            fill(value, shown)
            if isinstance(value, str)
            else str(value).lower()
            if isinstance(value, bool)
            else str(value),
        )
