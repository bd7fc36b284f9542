"""What went wrong on the way, as troubles: sentences of our own that name hosts only, never an address or a key."""

import re
from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

import httpx

from creditdesk.core.pools import Trouble, TroubleKind
from creditdesk.providers.redaction import MASK, redact_known
from creditdesk.providers.transport import ProxyUnsupported
from creditdesk.providers.wire import NotPublicHost, ProxyRefused, TlsFailure, TlsWhy

_HOST = re.compile(r"[A-Za-z0-9.\-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]")

_TLS = {
    TlsWhy.EXPIRED: "The certificate of {host} is expired or not valid yet; look at this computer's date, too.",
    TlsWhy.UNKNOWN_AUTHORITY: (
        "The certificate of {host} is signed by an authority that this computer does not know, or by itself."
    ),
    TlsWhy.WRONG_HOST: "The certificate shown for {host} was made for another host.",
    TlsWhy.OTHER: "A protected connection to {host} could not be made.",
}


def of_failure(error: httpx.HTTPError, host: str) -> Trouble:
    """The trouble of a request to `host` that failed before its answer was complete."""
    if isinstance(error, TlsFailure):
        return Trouble(TroubleKind.NO_NETWORK, _TLS[error.why].format(host=host))
    if isinstance(error, httpx.ProxyError):
        return Trouble(TroubleKind.NO_NETWORK, _of_proxy(error, host))
    if isinstance(error, NotPublicHost):
        told = f"{host} leads to this computer or a private network, which its definition was not approved for."
        return Trouble(TroubleKind.NO_NETWORK, f"Nothing was sent: {told}")
    if isinstance(error, httpx.ConnectTimeout):
        return Trouble(TroubleKind.NO_NETWORK, f"No connection to {host} could be made in time.")
    if isinstance(error, httpx.ConnectError):
        return Trouble(TroubleKind.NO_NETWORK, f"No connection to {host} could be made.")
    if isinstance(error, httpx.TimeoutException):
        return Trouble(TroubleKind.VENDOR_DOWN, f"{host} took the request and stopped answering.")
    if isinstance(error, httpx.RemoteProtocolError):
        return Trouble(TroubleKind.VENDOR_DOWN, f"{host} answered with something that is not HTTP.")
    return Trouble(TroubleKind.VENDOR_DOWN, f"{host} broke the connection off before its answer was complete.")


def _of_proxy(error: httpx.ProxyError, host: str) -> str:
    if isinstance(error, ProxyUnsupported):
        return f"{host} was not asked: this computer is set to use a proxy that is not an HTTP proxy."
    if isinstance(error, ProxyRefused) and error.status == 407:
        return f"{host} could not be reached: the proxy wants a user name and password."
    if isinstance(error, ProxyRefused):
        return f"{host} could not be reached: the proxy refused with status {error.status}."
    return f"{host} could not be reached: the proxy does not answer."


def of_deadline(host: str, deadline_s: float) -> Trouble:
    """The trouble of a reading that took too long."""
    return Trouble(TroubleKind.VENDOR_DOWN, f"{host} did not answer within {deadline_s:g} s.")


def of_redirect(origin: str, location: str, secrets: Iterable[str]) -> Trouble:
    """The trouble of a 3xx answer. It names the two origins, and nothing else of the address that was given."""
    target = _origin_of(origin, location)
    if redact_known(target, secrets) != target or MASK in target:
        target = "another address"
    told = f"{origin} redirected to {target}; redirects are not followed, so the key stays with {origin}."
    return Trouble(TroubleKind.BAD_ANSWER, told)


def _origin_of(origin: str, location: str) -> str:
    """scheme://host[:port] of a Location, or words for one that cannot be told."""
    if not location:
        return "nowhere"
    try:
        parts = urlsplit(urljoin(f"{origin}/", location[:4_000].strip()))
        host, port, scheme = parts.hostname or "", parts.port, parts.scheme
        host = host.encode("idna").decode("ascii") if not host.isascii() else host
    except ValueError:  # UnicodeError is one
        return "an address that cannot be read"
    host = f"[{host}]" if ":" in host else host
    if scheme not in ("http", "https") or not _HOST.fullmatch(host):
        return "an address that cannot be read"
    return f"{scheme}://{host}{f':{port}' if port is not None else ''}"


def of_body(host: str, what: str) -> Trouble:
    """The trouble of an answer whose body was not taken: too long, or compressed although nobody asked for it."""
    return Trouble(TroubleKind.BAD_ANSWER, f"{host} {what}.")
