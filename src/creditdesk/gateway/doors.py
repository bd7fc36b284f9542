"""Who may come in: checks of a request before anything else is said, and where it wants to go.

A page in a browser cannot use the gateway: any `Origin` and any `Sec-Fetch-Site` of a page is refused, and so is a name
that was made to point here (Host). Other users of this computer have no token.
"""

from dataclasses import dataclass
from urllib.parse import unquote

from creditdesk.gateway.hops import Headers, count, every, first
from creditdesk.gateway.own import Own, refusal

HOST = "127.0.0.1"
NAMES = (HOST, "localhost")

UNKNOWN = refusal(
    401,
    "unauthorized",
    "This address needs a token of the creditdesk gateway, in the place where the vendor wants its key.",
)
"""The one answer to whoever has no token: it tells nothing about accounts."""
_TARGET = refusal(400, "bad_request", "The gateway takes requests of the form /ACCOUNT/path only.")
_HOST = refusal(403, "wrong_host", "The gateway is asked by its own address only.")
_PAGE = refusal(403, "no_pages", "The gateway is not for pages in a browser.")
_UPGRADE = refusal(501, "no_upgrade", "The gateway passes no websockets on.")
_CODING = refusal(501, "no_coding", "The gateway takes a body in chunks only, and in no other transfer coding.")
_METHODS = frozenset({"CONNECT", "TRACE"})


@dataclass(frozen=True, slots=True)
class Target:
    """What a request asks for: the account's name or id, and path and query as the vendor is to get them."""

    account: str
    path: bytes
    query: bytes


def refused(method: str, headers: Headers, port: int) -> Own | None:
    """Why a request is not let in, whatever it wants; None where it may be looked at."""
    host = first(headers, b"host").decode("latin-1").lower()
    if count(headers, b"host") != 1 or host not in {f"{name}:{port}" for name in NAMES}:
        return _HOST
    if count(headers, b"origin") or any(site not in (b"", b"none") for site in every(headers, b"sec-fetch-site")):
        return _PAGE
    if method in _METHODS:
        return _TARGET
    if any(b"websocket" in each.lower() for each in every(headers, b"upgrade")):
        return _UPGRADE
    if any(each.lower() not in (b"", b"chunked") for each in every(headers, b"transfer-encoding")):
        return _CODING  # it belongs to this connection: the vendor would not be told of it
    return None


def target_of(raw: bytes) -> Target | Own:
    """Account, path and query of a request's target. A whole address (http://...), `*` and a fragment are refused."""
    path, _, query = raw.partition(b"?")
    if not raw.startswith(b"/") or b"#" in raw:
        return _TARGET
    name, _, rest = path[1:].partition(b"/")
    account = unquote(name.decode("latin-1"), errors="replace")
    return Target(account, b"/" + rest, query) if name else _TARGET
