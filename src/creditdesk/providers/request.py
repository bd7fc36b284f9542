"""From a definition's request to the bytes to send: holes filled, the secret only where `auth` or the body wants it.

A prepared request never shows its `url`, `headers` and `content`, which go to the transport only. `describe` tells
what would be sent, with every secret masked.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import SplitResult, quote, urlencode, urlsplit

from creditdesk import __version__
from creditdesk.core.amounts import dumps
from creditdesk.core.definition import Auth, AuthKind, Definition, RequestRule
from creditdesk.core.pools import Account, TroubleKind
from creditdesk.providers.hosts import is_forbidden, is_local, is_loopback
from creditdesk.providers.redaction import MASK
from creditdesk.providers.templates import fill, holes

USER_AGENT = f"creditdesk/{__version__}"
MAX_SECRET = 4_096


class RequestRefused(Exception):
    """Nothing was sent. `kind` is the trouble it makes; the message is one plain sentence without any secret."""

    def __init__(self, kind: TroubleKind, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message


@dataclass(frozen=True, slots=True, repr=False)
class Prepared:
    """A request ready to be sent. A few requests of one `lane` go at a time."""

    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes
    host: str
    origin: str
    lane: str
    fixed: bool = False  # whether the URL is the same for every account there: no setting and no secret stands in it
    public: bool = False  # whether only a public address may be asked, and none of this computer or its network

    def __repr__(self) -> str:
        return f"Prepared({self.method} {self.origin})"


def build(
    definition: Definition,
    rule: RequestRule,
    account: Account,
    secrets: Mapping[str, str],
    captures: Mapping[str, str],
) -> Prepared:
    """The request of `rule` for this account. `captures` are values out of earlier answers, as secret as the secrets,
    and the instants that a request may name (`providers.times`).

    Raises `RequestRefused`: a definition that is not approved, a key that is missing or that no header can carry, an
    address that must not be asked, a setting that does not fit into the request.
    """
    if definition.own is not None and not definition.own.approved:
        text = f"Nothing was sent: {definition.name} is a definition of your own that is not approved."
        raise RequestRefused(TroubleKind.NOT_APPROVED, text)
    check_secrets(definition, rule, secrets)
    values = {**definition.settings(account.settings), **secrets, **captures}
    address = located(definition.name, url_of(rule, values), account.base_url)
    _check_local(definition, account, address.hostname or "")
    try:
        url = _url(address, rule, values, _quoted)
        headers, content = _headers(rule, values), _content(rule, values)
    except KeyError as error:
        raise _refused(f"the setting {error.args[0]} of this account is missing") from None
    if rule.json is not None:
        headers["Content-Type"] = "application/json"
    elif rule.form is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    origin = f"{address.scheme}://{address.netloc}"
    return Prepared(
        method=rule.method,
        url=url,
        headers=headers,
        content=content,
        host=address.hostname or "",
        origin=origin,
        lane=account.base_url.rstrip("/") or origin,
        fixed="?" not in url and not holes(rule.url),
        public=definition.own is not None and not account.base_url and definition.own.host != address.hostname,
    )


def _check_local(definition: Definition, account: Account, host: str) -> None:
    """A definition of the user's own asks this computer or its network only at the host that he typed."""
    own = definition.own
    if own is not None and is_local(host) and not account.base_url and own.host != host:
        text = f"{definition.name} asks {host}, a host of this computer or its network, which was not approved."
        raise RequestRefused(TroubleKind.NOT_APPROVED, text)


def describe(definition: Definition, rule: RequestRule, account: Account) -> str:
    """What would be sent, for people: method, address and where the secrets go, each as ***. Needs no secret."""
    chosen = definition.settings(account.settings)
    address = located(definition.name, url_of(rule, chosen), account.base_url)
    hidden = {each.name: MASK for each in definition.credentials}
    hidden |= {name: MASK for each in definition.requests for name in each.capture}
    values = {**{hole: f"<{hole}>" for hole in holes_of(rule)}, **chosen, **hidden}
    places = [f"{name}: {text}" for auth in rule.auth for name, text in _auth_header(auth, values, plain=True).items()]
    places += [f"body: {_content(rule, values).decode()}"] if rule.method == "POST" else []
    return "; ".join((f"{rule.method} {_url(address, rule, values, str)}", *places))


def url_of(rule: RequestRule, values: Mapping[str, str]) -> str:
    """The rule's URL, at the host of the region that the account has."""
    host = rule.hosts.get(values.get(rule.host_param, ""), "")
    return urlsplit(rule.url)._replace(netloc=host).geturl() if host else rule.url


def _quoted(text: str) -> str:
    return quote(text, safe="")


def _refused(what: str) -> RequestRefused:
    return RequestRefused(TroubleKind.NO_NETWORK, f"Nothing was sent: {what}.")


def check_secrets(definition: Definition, rule: RequestRule, secrets: Mapping[str, str]) -> None:
    """Each secret that the request names is there and fits into a header; none is ever repeated in a message."""
    names = {each.name: each for each in definition.credentials}
    for name in holes_of(rule) & names.keys():
        value = secrets.get(name, "")
        label = names[name].label
        if not value:
            raise RequestRefused(TroubleKind.NO_KEY, f"There is no {label} for this account.")
        if not (value.isascii() and value.isprintable()):
            raise RequestRefused(
                TroubleKind.KEY_REJECTED,
                f"The {label} holds a character that no key has, like a line break; nothing was sent. Enter it again.",
            )
        if len(value) > MAX_SECRET:
            raise RequestRefused(
                TroubleKind.KEY_REJECTED, f"The {label} is longer than any key; nothing was sent. Enter it again."
            )


def holes_of(rule: RequestRule) -> frozenset[str]:
    """The names of everything that is filled into a request."""
    texts = [rule.url, *rule.query.values(), *rule.headers.values(), *(rule.form or {}).values(), *_texts(rule.json)]
    for auth in rule.auth:
        texts += (auth.value, auth.user, auth.password)
    return _named(tuple(texts))


@lru_cache(maxsize=256)
def _named(texts: tuple[str, ...]) -> frozenset[str]:
    """The holes in these texts of a definition."""
    return frozenset(hole for text in texts for hole in holes(text))


def _texts(value: object) -> list[str]:
    """All texts of a JSON body."""
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return [text for each in inner for text in _texts(each)]


@lru_cache(maxsize=256)
def located(name: str, url: str, base_url: str) -> SplitResult:
    """The URL of a rule, still with holes in its path, at the account's own base where it has one (not "")."""
    address = _split(url)
    if base_url:
        base = _split(base_url)
        if not is_loopback(base.hostname or "") or base.query or base.fragment or base.username is not None:
            raise _refused("the base URL of this account is not a plain address of this computer")
        address = address._replace(scheme=base.scheme, netloc=base.netloc, path=base.path.rstrip("/") + address.path)
    host = address.hostname or ""
    local = is_loopback(host)
    if address.scheme != "https" and not (address.scheme == "http" and local):
        raise _refused(f"the definition of {name} asks over an unprotected connection")
    if not host or not host.isascii() or "{" in address.netloc or address.username is not None or is_forbidden(host):
        raise _refused(f"the definition of {name} names an address that is never asked")
    return address


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise _refused("an address of this account is not a URL") from None
    return parts


def _url(address: SplitResult, rule: RequestRule, values: Mapping[str, str], encode: Callable[[str], str]) -> str:
    path = fill(address.path, values, encode) or "/"
    if any(segment in ("", ".", "..") for segment in path.split("/")[1:-1]) or path.endswith(("/.", "/..")):
        raise _refused("a setting of this account does not fit into an address")
    query = {name: fill(text, values) for name, text in rule.query.items()}
    query |= {auth.name: fill(auth.value, values) for auth in rule.auth if auth.kind is AuthKind.QUERY}
    asked = "&".join(f"{quote(name, safe='')}={encode(text)}" for name, text in query.items())
    return f"{address.scheme}://{address.netloc}{path}{'?' if asked else ''}{asked}"


def _headers(rule: RequestRule, values: Mapping[str, str]) -> dict[str, str]:
    headers = {"User-Agent": USER_AGENT, "Accept": "application/json" if rule.body == "json" else "*/*"}
    headers |= {name: fill(text, values) for name, text in rule.headers.items()}
    headers["Accept-Encoding"] = "identity"
    for auth in rule.auth:
        headers |= _auth_header(auth, values)
    if not all(text.isascii() and text.isprintable() for text in headers.values()):
        raise _refused("a setting of this account holds characters that a request cannot carry")
    return headers


def _auth_header(auth: Auth, values: Mapping[str, str], plain: bool = False) -> dict[str, str]:
    if auth.kind is AuthKind.BEARER:
        return {"Authorization": f"Bearer {fill(auth.value, values)}"}
    if auth.kind is AuthKind.HEADER:
        return {auth.name: fill(auth.value, values)}
    if auth.kind is AuthKind.BASIC:
        pair = f"{fill(auth.user, values)}:{fill(auth.password, values)}"
        return {"Authorization": f"Basic {pair if plain else base64.b64encode(pair.encode()).decode('ascii')}"}
    return {}


def _content(rule: RequestRule, values: Mapping[str, str]) -> bytes:
    if rule.json is not None:
        return dumps(_filled(rule.json, values)).encode()
    if rule.form is not None:
        return urlencode({name: fill(text, values) for name, text in rule.form.items()}).encode("ascii")
    return b""


def _filled(value: object, values: Mapping[str, str]) -> object:
    """A JSON body with its texts filled."""
    if isinstance(value, str):
        return fill(value, values)
    if isinstance(value, Mapping):
        return {name: _filled(each, values) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_filled(each, values) for each in value]
    return value
