"""A vendor's curl example as a request of a definition: the key in it becomes a credential. Nothing is ever run.

What curl is told beside the request (output, progress, proxies) is passed over; what would change the request and is
not known is named, so that the user can look at it.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from creditdesk.core.own_vendor import Copied
from creditdesk.core.requests import RequestRule
from creditdesk.providers.curl_keys import Keys
from creditdesk.providers.curl_tidy import SHELL_OF_ITS_OWN, ended, tidied, without
from creditdesk.providers.curl_words import UnclosedQuote, words
from creditdesk.providers.redaction import redact, redact_known
from creditdesk.providers.strict_json import BadAnswer, decode

MAX_TEXT = 64 * 1024
"""Characters of a pasted text; what is longer is refused."""

_SHORT = {
    "X": "request", "H": "header", "d": "data", "u": "user", "A": "user-agent", "e": "referer", "b": "cookie",
    "o": "output", "m": "max-time", "F": "form", "x": "proxy", "T": "upload-file", "w": "write-out", "c": "cookie-jar",
    "K": "config", "E": "cert", "G": "get", "I": "head", "k": "insecure", "L": "location", "s": "silent",
    "S": "show-error", "i": "include", "v": "verbose", "f": "fail", "g": "globoff", "0": "http1.0", "#": "progress-bar",
    "N": "no-buffer", "4": "ipv4", "6": "ipv6", "q": "disable", "O": "remote-name",
}  # fmt: skip
_WITH = frozenset(
    {
        "request", "header", "data", "data-raw", "data-ascii", "data-binary", "data-urlencode", "json", "user", "url",
        "user-agent", "referer", "cookie", "output", "max-time", "form", "proxy", "upload-file", "write-out",
        "cookie-jar", "config", "cert", "connect-timeout", "retry", "cacert", "oauth2-bearer", "url-query",
        "form-string",
    }
)  # fmt: skip
_PASSED = frozenset(
    {
        "user-agent", "referer", "output", "max-time", "write-out", "connect-timeout", "retry", "silent", "show-error",
        "include", "verbose", "fail", "globoff", "http1.0", "http1.1", "http2", "progress-bar", "no-buffer", "ipv4",
        "ipv6", "disable", "remote-name", "compressed", "no-progress-meter", "basic", "fail-with-body", "http3", "next",
    }
)  # fmt: skip
_SAID = {
    "insecure": "-k is left out: certificates are always checked.",
    "location": "-L is left out: redirects are errors here.",
    "cookie": "-b is left out: cookies are not sent.",
}
_OURS = frozenset(
    {
        "accept", "accept-encoding", "content-type", "content-length", "host", "user-agent", "connection", "cookie",
        "referer", "origin", "cache-control", "pragma",
    }
)  # fmt: skip


_ADDRESS = re.compile(r"https?://[^\s']+", re.IGNORECASE)


class CurlError(ValueError):
    """The text is no curl example that can be used; the message is a sentence without anything out of the text."""


@dataclass(slots=True)
class _Said:
    """What the words of a command say, before any of it is understood."""

    urls: list[str] = field(default_factory=list, repr=False)
    dropped: list[str] = field(default_factory=list, repr=False)  # what is left out and may be secret
    given: dict[str, list[str]] = field(default_factory=dict, repr=False)
    notes: list[str] = field(default_factory=list)

    def last(self, name: str) -> str:
        return self.given.get(name, [""])[-1]


def parse(text: str) -> Copied:
    """The request that a curl example describes. Raises `CurlError`."""
    if len(text) > MAX_TEXT:
        raise CurlError("The text is larger than 64 KiB: it is more than one example.")
    text = text.strip()
    if _ADDRESS.fullmatch(text):
        text = f"curl '{text}'"  # an address alone is an example, too
    if SHELL_OF_ITS_OWN.match(text):
        raise CurlError(
            "This is a command of PowerShell. Take the curl example of the documentation, or fill in the fields."
        )
    text, before = tidied(text, _WITH | _PASSED)
    try:
        found, rest = words(text)
    except UnclosedQuote:
        raise CurlError("A quote in the example is not closed.") from None
    if not found or not re.search(r"(?:^|[\\/])curl(?:\.exe)?$", found[0].lower()):
        raise CurlError("This is not a curl example: it has to begin with curl.")
    said = _options(found[1:])
    if before:
        said.notes.append("What is set before curl is left out: type the key into its field.")
    if rest:
        said.notes.append("What follows the first command is left out.")
        text = ended(text, rest)
    if not said.urls:
        raise CurlError("The example names no address.")
    if len(said.urls) > 1:
        said.notes.append("Only the first address is taken.")
        said.dropped += said.urls[1:]
    return _copied(said, text)


def vendor_name(url: str) -> str:
    """What a vendor may be called by its address: https://api.page-quill.co.uk/v1 is "Page Quill"; "" for a number."""
    labels = (urlsplit(url).hostname or "").split(".")[:-1]
    if len(labels) > 1 and labels[-1] in ("co", "com", "org", "net", "ac"):
        labels = labels[:-1]
    return labels[-1].replace("-", " ").title() if labels and not labels[-1].isdigit() else ""


def _options(found: list[str]) -> _Said:
    said = _Said()
    waiting = list(reversed(found))
    while waiting:
        word = waiting.pop()
        if word == "--" or not word.startswith("-") or word == "-":
            (said.urls if _like_url(word) else said.dropped).append(word)
            if not _like_url(word):
                said.notes.append("A word that is no address is left out.")
        elif word.startswith("--"):
            name, _, value = word[2:].partition("=")
            _option(said, name, [value] if value and name in _WITH else None, waiting)
        else:
            _shorts(said, word[1:], waiting)
    said.urls = [*said.given.pop("url", []), *said.urls]
    return said


def _shorts(said: _Said, letters: str, waiting: list[str]) -> None:
    """`-sSX POST`, `-XPOST`, `-utom:key`."""
    for number, letter in enumerate(letters):
        name = _SHORT.get(letter, "")
        rest = letters[number + 1 :]
        if name in _WITH:
            _option(said, name, [rest] if rest else None, waiting)
            return
        _option(said, name or letter, None, waiting)


def _option(said: _Said, name: str, value: list[str] | None, waiting: list[str]) -> None:
    if name in _WITH:
        found = value or ([waiting.pop()] if waiting else [])
        if name == "referer":
            said.dropped += found
        if name in _PASSED or not found:
            return
        said.given.setdefault(name, []).extend(found)
    elif name in ("get", "head"):
        said.given[name] = ["yes"]
    elif name not in _PASSED and name not in _SAID:
        dashes = "-" if len(name) == 1 else "--"
        said.notes.append(f"{dashes}{redact(name)[:40]} is not known here and is left out.")
    if name in _SAID:
        said.notes.append(_SAID[name])


def _like_url(word: str) -> bool:
    return "://" in word or re.match(r"(?:localhost|\[|[\w-]+(?:\.[\w-]+)+)", word) is not None


def _copied(said: _Said, text: str) -> Copied:
    keys = Keys()
    url, query = _address(said, keys)
    for name in ("proxy", "upload-file", "cookie-jar", "config", "cert", "cacert"):
        if name in said.given:
            said.notes.append(f"--{name} is not known here and is left out.")
            said.dropped += said.given[name]
    said.dropped += said.given.get("cookie", [])
    headers = _headers(said, keys)
    if said.last("user"):
        keys.basic(*_pair(said.last("user")))
    if said.last("oauth2-bearer"):
        keys.bearer(said.last("oauth2-bearer"))
    sent = _data(said)
    body: dict[str, object] = {}
    if "get" in said.given:
        query |= {name: text for part in sent for name, text in parse_qsl(part, keep_blank_values=True)}
    elif sent:
        body = _body(sent, said, keys)
    method = said.last("request").upper() or ("POST" if body else "GET")
    if method == "GET" and body:
        said.notes.append("A GET sends no body here, so it is left out.")
        body = {}
    if "head" in said.given:
        said.notes.append("-I is read as GET.")
    if method == "POST" and not body:
        body = {"json": {}}
    kept = {name: keys.place(name, value, "query") for name, value in query.items()}
    rule = RequestRule(
        id="balance",
        url=url,
        method=method,
        auth=keys.auths(),
        headers=headers,
        query={name: value for name, value in kept.items() if value is not None},
        **body,  # type: ignore[arg-type]  # json or form
    )
    masked = redact_known(without(text.strip(), said.dropped), keys.secrets())
    return Copied(rule, keys.credentials(), keys.params(), keys.keys, masked, tuple(dict.fromkeys(said.notes)))


def _address(said: _Said, keys: Keys) -> tuple[str, dict[str, str]]:
    """The address without its query, with holes for placeholders, and its query."""
    written = said.urls[0]
    if "://" not in written:
        written = f"https://{written}"
    try:
        parts = urlsplit(written)
        host = parts.hostname or ""
    except ValueError:
        raise CurlError("The address of the example cannot be read.") from None
    local = host in ("localhost", "127.0.0.1", "::1")
    scheme = parts.scheme.lower()
    if scheme not in ("http", "https") or not host:
        raise CurlError("The address of the example cannot be read.")
    if scheme == "http" and not local:
        scheme = "https"
        said.notes.append("http is changed to https: keys are not sent unprotected.")
    if parts.fragment:
        said.notes.append("What follows # in the address is left out.")
        said.dropped.append(parts.fragment)
    netloc = parts.netloc.rpartition("@")[2]
    if parts.username is not None:
        keys.basic(unquote(parts.username), unquote(parts.password or ""))
    path = "/".join(keys.step(step) for step in parts.path.split("/"))
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    for each in said.given.get("url-query", []):
        query |= dict(parse_qsl(each, keep_blank_values=True))
    return f"{scheme}://{netloc.lower()}{path}", query


def _headers(said: _Said, keys: Keys) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in said.given.get("header", []):
        name, colon, value = line.partition(":")
        name, value = name.strip(), value.strip()
        if not colon or not name:
            said.notes.append("A header without a value is left out.")
        elif name.lower() == "authorization":
            keys.authorization(value)
        elif name.lower() in ("cookie", "referer"):
            said.notes.append(f"The header {name} is left out.")
            said.dropped.append(value)
        elif name.lower() not in _OURS:
            kept = keys.place(name, value, "header")
            found |= {name: kept} if kept is not None else {}
    return found


def _data(said: _Said) -> list[str]:
    found: list[str] = []
    for name in ("json", "data", "data-raw", "data-ascii", "data-binary", "data-urlencode"):
        for each in said.given.get(name, []):
            if each.startswith("@") or (name == "data-urlencode" and "=" not in each):
                said.notes.append("A body out of a file is left out.")
            elif name == "data-urlencode":  # its value is written as it is: a + of a key is no space
                field_name, _, value = each.partition("=")
                found.append(f"{field_name}={quote(value, safe='')}")
            else:
                found.append(each)
    for each in [*said.given.get("form", []), *said.given.get("form-string", [])]:
        field_name, equals, value = each.partition("=")
        if not equals or value.startswith(("@", "<")):
            said.notes.append("A file of -F is left out.")
        else:
            said.notes.append("-F is sent as plain fields of a form here; a vendor may want it otherwise.")
            found.append(f"{quote(field_name, safe='')}={quote(value, safe='')}")
    return found


def _body(sent: list[str], said: _Said, keys: Keys) -> dict[str, object]:
    whole = "".join(sent) if len(sent) == 1 else "&".join(sent)
    if whole.lstrip().startswith(("{", "[")):
        try:
            data = decode(whole.encode("utf-8", "replace"))
        except BadAnswer:
            said.notes.append("The body is not JSON that can be read, so it is left out.")
            return {"json": {}}
        if not isinstance(data, dict):
            said.notes.append("A body that is a list cannot be sent, so it is left out.")
            return {"json": {}}
        return {"json": keys.fields(data)}
    form = dict(parse_qsl(whole, keep_blank_values=True))
    return {"form": keys.fields(form)} if form else {"json": {}}


def _pair(text: str) -> tuple[str, str]:
    name, _, password = text.partition(":")
    return name, password
