"""What stands in the headers of an answer, as data that expressions can select from.

`headers` has every header as it came, `lists` its parts between commas, `limits` what the RateLimit fields of the IETF
(draft-ietf-httpapi-ratelimit-headers, editors' copy of 2025-09-23) say: by the name of a policy its `q` (quota), `w`
(window, seconds), `r` (remaining) and `t` (seconds until there is more). A field that is malformed is passed over.
`body` is the answer's JSON, where it is some: for what stands beside the headers, such as the trouble.
"""

import re
from collections.abc import Mapping
from contextlib import suppress

from creditdesk.providers.strict_json import BadAnswer, decode

_UNTOLD = frozenset({"set-cookie", "authorization", "www-authenticate", "proxy-authenticate"})
"""Headers that are no news of a balance and may hold secrets."""
_LIMITS = ("ratelimit-policy", "ratelimit")
_MOST = 2_048

_NAME = r'"(?P<quoted>[^"\\]{0,64})"|(?P<token>[A-Za-z*][\w!#$%&\'*+.^`|~:/-]{0,63})'
_VALUE = r';[ ]*(?:[a-z*][\w.*-]{0,31})(?:=(?:"[^"\\]{0,64}"|[\w.:/+=*-]{1,64}))?'
_ITEM = re.compile(rf"[ \t]*(?:{_NAME})(?P<params>(?:[ \t]*{_VALUE}){{0,8}})[ \t]*")
_PARAM = re.compile(r'([a-z*][\w.*-]*)=(?:"([^"]*)"|([\w.:/+=*-]+))')


def fields(headers: Mapping[str, str], body: bytes = b"") -> dict[str, object]:
    """The headers (by their small name) as `headers`, `lists` and `limits`; and `body`, where it is JSON."""
    told = {name: text for name, text in headers.items() if name not in _UNTOLD}
    limits: dict[str, dict[str, str]] = {}
    for name in _LIMITS:
        for policy, params in (_items(told.get(name, "")) or {}).items():
            limits.setdefault(policy, {}).update(params)
    lists = {name: [part.strip() for part in text.split(",")] for name, text in told.items()}
    found: dict[str, object] = {"headers": told, "lists": lists, "limits": limits}
    with suppress(BadAnswer):
        found["body"] = decode(body)
    return found


def _items(text: str) -> dict[str, dict[str, str]] | None:
    """A structured list of names with parameters; None when it is none."""
    found: dict[str, dict[str, str]] = {}
    at = 0
    if not text or len(text) > _MOST:
        return None
    while True:
        item = _ITEM.match(text, at)
        if item is None:
            return None
        name = item["quoted"] if item["quoted"] is not None else item["token"]
        found[name] = {key: quoted or plain for key, quoted, plain in _PARAM.findall(item["params"])}
        at = item.end()
        if at == len(text):
            return found
        if text[at] != ",":
            return None
        at += 1
