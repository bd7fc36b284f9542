"""Where an own vendor may start from without an example: the shapes that most vendors' requests have."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from creditdesk.core.definition import Credential
from creditdesk.core.own_vendor import Copied
from creditdesk.core.requests import Auth, AuthKind, RequestRule
from creditdesk.paths import resources
from creditdesk.providers.making_request import begin, named
from creditdesk.providers.toml_edit import add, put, read

HOST = "https://api.vendor.example/v1"
_KEY = (Credential("key", "API key"),)


@dataclass(frozen=True, slots=True)
class Start:
    """One shape: its id, what it is called, and what makes the first text of a file of it (name, id, today)."""

    id: str
    title: str
    text: Callable[[str, str, date], str]


def starts() -> tuple[Start, ...]:
    """All shapes: those of requests, and the files of resources/templates, each under its own name."""
    files = sorted((resources() / "templates").glob("*.toml"))
    return (*STARTS, *(_of_file(path.read_text("utf-8")) for path in files))


def _of_file(written: str) -> Start:
    def text(name: str, provider: str, today: date) -> str:
        return put(named(written, name, provider), "as_of", today)

    data = read(written)
    return Start(str(data.get("id", "")), str(data.get("name", "")), text)


def _shape(shape: str, title: str, copied: Copied, then: Callable[[str], str] = str) -> Start:
    return Start(shape, title, lambda name, provider, today: then(begin(copied, name, provider, today)))


def _plain(auth: Auth | None, credentials: tuple[Credential, ...] = _KEY, **more: object) -> Copied:
    rule = RequestRule("balance", f"{HOST}/balance", auth=(auth,) if auth else ())
    return Copied(replace(rule, **more), credentials)  # type: ignore[arg-type]  # checked at run time


def _two(text: str) -> str:
    """The token first, and the balance with it."""
    url = f"{HOST}/token"
    token = {"method": "POST", "url": url, "json": {"api_key": "{key}"}, "capture": {"token": "access_token"}}
    text = put(text, "id", "token", ("request", 0))
    for key, value in {**token, "auth": None}.items():
        text = put(text, key, value, ("request", 0))
    auth = {"kind": "bearer", "value": "{token}"}
    return add(text, "request", {"id": "balance", "needs": ["token"], "url": f"{HOST}/balance", "auth": auth})


def _text(text: str) -> str:
    text = put(text, "body", "text", ("request", 0))
    text = put(text, "pattern", r"^(?P<left>[0-9.,]+)", ("request", 0))
    pool = {"id": "credits", "label": "Credits", "kind": "wallet", "unit": "credits", "remaining": "left"}
    return add(text, "pool", pool)


_BEARER = Auth(AuthKind.BEARER, value="{key}")
_BASIC = Auth(AuthKind.BASIC, user="{user}", password="{password}")
_LOGIN = (Credential("user", "User name", secret=False), Credential("password", "Password"))

STARTS = (
    _shape("bearer", "Bearer token in a header", _plain(_BEARER)),
    _shape("header", "Key in a header of its own", _plain(Auth(AuthKind.HEADER, "x-api-key", "{key}"))),
    _shape("query", "Key in the address (?api_key=)", _plain(Auth(AuthKind.QUERY, "api_key", "{key}"))),
    _shape("body", "Key in the body of a POST", _plain(None, method="POST", json={"api_key": "{key}"})),
    _shape("basic", "User name and password", _plain(_BASIC, _LOGIN)),
    _shape("token", "Two requests: a token first", _plain(_BEARER), _two),
    _shape("text", "A plain text as answer", _plain(Auth(AuthKind.QUERY, "api_key", "{key}")), _text),
)
