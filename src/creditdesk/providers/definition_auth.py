"""The `auth` of a request: where the key goes, and that it is never written into the file."""

import re
from collections.abc import Mapping

from creditdesk.core.definition import Auth, AuthKind
from creditdesk.providers.definition_table import Table, shown
from creditdesk.providers.definition_values import Names, plain, template
from creditdesk.providers.templates import holes

_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}")
_OURS = frozenset(
    {
        "accept-encoding", "connection", "content-length", "content-type", "cookie", "expect", "host", "keep-alive",
        "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
    }
)  # fmt: skip
_NEEDED_OF_AUTH = {
    AuthKind.NONE: (),
    AuthKind.BEARER: ("value",),
    AuthKind.HEADER: ("name", "value"),
    AuthKind.QUERY: ("name", "value"),
    AuthKind.BASIC: ("user",),
}


def read_auths(table: Table, names: Names, key: str = "auth") -> tuple[Auth, ...]:
    """The key `auth` of a request: one table or a list of at most four, each in another place."""
    value = table.data.get(key)
    if not isinstance(value, list):
        one = table.table(key)
        tables = [one] if one else []
    else:
        tables = table.tables(key, 4)
    found = [auth for auth in (_auth(each, names) for each in tables) if auth.kind is not AuthKind.NONE]
    places = [_place(auth) for auth in found]
    if len(set(places)) != len(places):
        table.wrong(key, "sends two values in the same place")
    query = table.data.get("query")
    for auth in found:
        if auth.kind is AuthKind.QUERY and isinstance(query, dict) and auth.name in query:
            table.wrong("query", "is sent by auth already", auth.name)
    return tuple(found)


def _place(auth: Auth) -> tuple[str, str]:
    if auth.kind is AuthKind.QUERY:
        return "query", auth.name
    return "header", auth.name.lower() if auth.kind is AuthKind.HEADER else "authorization"


def _auth(table: Table, names: Names) -> Auth:
    kind = table.choice("kind", AuthKind)
    fields = {key: _auth_field(table, key, names) for key in ("name", "value", "user", "password")}
    table.finish()
    if kind is None:
        return Auth(AuthKind.NONE)
    for key in _NEEDED_OF_AUTH[kind]:
        if key not in table.data:
            table.wrong(key, f"is missing: auth of kind {kind} needs it")
    unused = [key for key in fields if key in table.data and key not in _NEEDED_OF_AUTH[kind] and key != "password"]
    if "password" in table.data and kind is not AuthKind.BASIC:
        unused.append("password")
    for key in unused:
        table.wrong(key, f"is not a key of auth of kind {kind}")
    if kind is AuthKind.HEADER and fields["name"]:
        check_header(table, fields["name"], "name")
    _check_secret(table, kind, fields, names)
    return Auth(kind, **fields)


def _auth_field(table: Table, key: str, names: Names) -> str:
    value = table.take(key)
    if value is None:
        return ""
    if key == "name":
        return plain(table, key, needed=True, most=64)
    return template(table, value, names, (key,))


def _check_secret(table: Table, kind: AuthKind, fields: Mapping[str, str], names: Names) -> None:
    """A key written into the file itself would be a secret on disk: auth must name a credential."""
    texts = [fields[key] for key in ("value", "user", "password") if fields[key]]
    secret = any(hole in names.credentials or hole in names.captures for text in texts for hole in holes(text))
    if kind is not AuthKind.NONE and texts and not secret:
        table.wrong("", "holds no credential; name one as {name} (a key is never written into the file)")


def check_header(table: Table, name: str, key: str) -> bool:
    """Whether a definition may set this header; if not, it is noted at `key`."""
    if not _HEADER.fullmatch(name):
        table.wrong(key, f"{shown(name)} is not a header's name")
    elif name.lower() in _OURS:
        table.wrong(key, f"the header {name} is set by the desk itself")
    else:
        return True
    return False
