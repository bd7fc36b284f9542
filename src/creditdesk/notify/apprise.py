"""Warnings by mail, chat and the rest: one message to one address of Apprise, a package that may be there or not.

An address (`ntfys://topic`, `mailto://user:password@host`) holds a secret like a key. It comes in for one message and
is dropped; no error, log line or result repeats a part of it. Apprise and what stands below it log addresses, so that
their loggers are silent for good once it is loaded. Redirects are not followed, and nothing is written to disk.

https://github.com/caronc/apprise/wiki names the addresses (read 2026-11, version 2.2.0). Proxies are those of the
environment (HTTPS_PROXY, NO_PROXY); certificates are checked by the list that comes with the requests package, or the
file that REQUESTS_CA_BUNDLE names.
"""

import asyncio
import logging
import re
import sys
import threading
from typing import Any

from creditdesk.notify.message import Message

KEPT_AS = "apprise"
"""Stands where the keyring's other entries have an account's id; the credential is the address's own id."""

LIMIT_S = 20.0
MOST = 2048
PLACE_OF_ADDRESSES = "https://github.com/caronc/apprise/wiki"
_MISSING = "Mail and chat need the package Apprise: pip install 'creditdesk[apprise]'."
_MISSING_HERE = "This build of creditdesk comes without mail and chat. Use the one that is installed with pip."
_UNREACHED = "There was no connection to the service, or it refused the sign-in. Look at the address and the network."
_LOGGERS = ("apprise", "urllib3", "requests", "requests_oauthlib", "oauthlib", "slixmpp", "paho", "aprslib", "gntp")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{0,30}")
_HOST = re.compile(r"(?:[^/?#@]*@)?([A-Za-z0-9.-]{1,253})(?::\d{1,5})?(?:[/?].*)?")
_WITH_A_HOST = re.compile(r"(apprise|form|gotify|json|mailto|matrix|mmost|ncloud|nctalk|rocket|syslog|xml)s?")
"""Of these the part behind :// is a computer's name; of most others it is a token or a secret topic."""


_LOADING = threading.Lock()


class AddressWrong(Exception):
    """An address that cannot be used. The text is one plain sentence without any part of the address."""


def masked(address: str) -> str:
    """What may be shown of an address: `slack://…`, or `mailto://gmail.com…` where the host is no secret.

    A host without a dot may be a token whose host was forgotten: it is not shown either.
    """
    scheme, mark, rest = address.strip().partition("://")
    scheme = scheme.lower()
    if not mark or not _SCHEME.fullmatch(scheme):
        return "…"
    host = _HOST.fullmatch(rest) if _WITH_A_HOST.fullmatch(scheme) else None
    return f"{scheme}://{host[1] if host and ('.' in host[1] or host[1] == 'localhost') else ''}…"


def check(address: str) -> None:
    """Raises AddressWrong when this is no address that Apprise knows, or none that is safe to use. Nothing is sent."""
    _service(address)


async def send(address: str, message: Message, limit_s: float = LIMIT_S) -> str:
    """Send one message to one address; "" when the service took it, else why not, one plain sentence. Never raises.

    It is tried once, on a thread of its own, which ends with the program however long the service thinks.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[str] = loop.create_future()

    def tell(said: str) -> None:
        if not done.done():
            done.set_result(said)

    def work() -> None:
        said = _send(address, message)
        try:
            loop.call_soon_threadsafe(tell, said)
        except RuntimeError:
            return  # the program ended meanwhile

    threading.Thread(target=work, name="apprise", daemon=True).start()
    try:
        async with asyncio.timeout(limit_s):
            return await done
    except TimeoutError:
        return f"There was no answer within {limit_s:g} seconds."


def _send(address: str, message: Message) -> str:
    try:
        service = _service(address)
    except AddressWrong as error:
        return str(error)
    _HEARD.status, _HEARD.unreached = "", False
    try:
        kind = "warning" if message.urgent else "info"
        taken = bool(service.notify(body=message.text, title=message.title, notify_type=kind, body_format="text"))
    except Exception as error:  # plug-ins of others; the kind is all we may tell: their texts repeat the address
        return f"It could not be sent ({type(error).__name__})."
    if taken:
        return ""
    if _HEARD.status:
        return f"The service refused it (HTTP {_HEARD.status})."
    return _UNREACHED if _HEARD.unreached else "The service did not take it."


def _service(address: str) -> Any:
    """Apprise's own object for this address. Raises AddressWrong.

    It is used without Apprise's collection of services: that keeps threads which the program would wait for at its end.
    """
    text = address.strip()
    if not text.isascii() or not text.isprintable() or " " in text or len(text) > MOST:
        raise AddressWrong("An address has no spaces and plain letters only; write others as %C3%A9 and the like.")
    with _LOADING:
        return _made(text, _load())


def _made(text: str, apprise: Any) -> Any:
    """The object itself; one at a time, for the first one has Apprise look for its plug-ins."""
    asset = apprise.AppriseAsset(storage_mode="memory", secure_logging=True)
    try:
        service = apprise.Apprise.instantiate(text, asset=asset, suppress_exceptions=True)
    except Exception:  # 130 plug-ins of others; their texts repeat the address
        service = None
    if service is None:
        raise AddressWrong("Apprise does not know this address. It looks like mailto://user:password@example.com.")
    if not service.verify_certificate:
        raise AddressWrong("An address that switches the check of certificates off (verify=no) is not taken.")
    service.redirects = False  # also where the address asks for them
    service.notify_format = apprise.NotifyFormat.TEXT
    return service


def _load() -> Any:
    try:
        import apprise  # an extra, and a fifth of a second
    except ModuleNotFoundError:
        raise AddressWrong(_MISSING_HERE if getattr(sys, "frozen", False) else _MISSING) from None
    except Exception as error:  # it is there and broken: whatever its parts raise while they are imported
        raise AddressWrong(f"The package Apprise cannot be used here ({type(error).__name__}).") from None
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        logger.setLevel(logging.CRITICAL)
        logger.propagate = False
        logger.addFilter(_HEARD)
    logging.getLogger("apprise").setLevel(logging.WARNING)
    return apprise


class _Heard(threading.local):
    """Lets no record through, and keeps of this thread's: the number of an HTTP answer, or that there was none."""

    status = ""
    unreached = False

    def filter(self, record: logging.LogRecord) -> bool:
        """Python's."""
        said = record.getMessage()
        self.unreached = self.unreached or "connection error" in said.casefold()
        found = re.search(r"\berror=([45]\d\d)\b", said)
        self.status = found[1] if found else self.status
        return False


_HEARD = _Heard()
