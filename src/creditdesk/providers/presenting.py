"""Finds what a script sends in the place of the vendor's key, and puts the real key there: in that place, in no other.

The places are those of the definition: a header, Basic, a value of the query, a field of a JSON or form body, a step of
the path. Every other byte of the request stays as it came.
"""

import base64
import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote_to_bytes

from creditdesk.core.definition import Definition
from creditdesk.core.metering import Call
from creditdesk.core.pools import TroubleKind
from creditdesk.core.requests import RequestRule
from creditdesk.providers.key_places import Misplaced, Place, auth_places, in_body, other_places
from creditdesk.providers.request import RequestRefused, check_secrets

__all__ = ["Misplaced", "Presenter"]

_ROUNDS = 3
"""How often a text is taken as percent-encoded: a vendor, or what stands before it, may decode it more than once."""
_ESCAPED = re.compile(rb"\\u00([0-7][0-9a-fA-F])")


class Presenter:
    """Where a definition's key stands. Make it once for an account; it keeps no secret."""

    def __init__(self, definition: Definition, settings: Mapping[str, str]) -> None:
        """`settings` are the account's own. ValueError where the definition has no `gateway`."""
        rule = definition.gateway
        if rule is None:
            raise ValueError(f"requests to {definition.name} cannot pass through the gateway")
        self._definition = definition
        self._settings = definition.settings(settings)
        self._secret = {each.name: each.secret for each in definition.credentials}
        self._rules = rule.key, RequestRule("", "", auth=rule.also)
        self._auth = auth_places(rule.key.auth)
        self._alone = (*auth_places(rule.also), *other_places(rule, frozenset(self._secret)))

    @property
    def needs_body(self) -> bool:
        """Whether the key may stand in a body, which then has to be there whole."""
        return any(map(in_body, self._alone))

    def presented(self, call: Call, prefix: str = "") -> str | None:
        """The text that stands where the vendor wants its key, None where there is none.

        Of several the first one that begins with `prefix`; those in the place of a secret go first.
        """
        found = [
            (not self._secret[name], text)
            for place in (*self._auth, *self._alone)
            for name, text in (place.find(call) or {}).items()
            if name in self._secret and text and text.startswith(prefix)
        ]
        return min(found, key=lambda each: each[0])[1] if found else None

    def replaced(
        self, call: Call, token: str, secrets: Mapping[str, str], tokens: re.Pattern[bytes] | None = None
    ) -> Call:
        """The call with the real key (`secrets` by credential) in the places where `token` stood.

        Where the token stands in one of several headers that a vendor wants, all of them are filled. Raises `Misplaced`
        when the token, or another of the form `tokens`, would reach the vendor, and `RequestRefused` for a secret that
        is missing or that fits nowhere.
        """
        alone = tuple(place for place in self._alone if _holds(place, call, token))
        places = (*(self._auth if any(_holds(place, call, token) for place in self._auth) else ()), *alone)
        for rule in self._rules if places else ():
            check_secrets(self._definition, rule, secrets)
        for place in places:
            try:
                call = place.put(call, {**self._settings, **(place.find(call) or {}), **secrets})
            except KeyError as error:
                what = f"Nothing was sent: the setting {error.args[0]} of this account is missing."
                raise RequestRefused(TroubleKind.NO_NETWORK, what) from None
        shape = re.escape(token.encode()) + (b"|" + tokens.pattern if tokens else b"")
        if any(re.search(shape, text) for text in _read_as(call)):
            raise Misplaced("A token of the gateway stands in a second place, from which it would reach the vendor.")
        return call


def _holds(place: Place, call: Call, token: str) -> bool:
    return token in (place.find(call) or {}).values()


def _read_as(call: Call) -> Iterator[bytes]:
    """All that a request says: as it is, percent-encoded once or several times, escaped as in JSON, and in Basic."""
    texts = [call.path, call.query, call.body or b"", *(part for header in call.headers for part in header)]
    for name, value in call.headers:
        if name.endswith(b"authorization"):
            texts += [_unbased(unquote_to_bytes(part)) for part in (value.partition(b" ")[2], *value.split())]
    for text in texts:
        yield text
        if b"\\u" in text:
            text = _ESCAPED.sub(lambda found: bytes.fromhex(found[1].decode()), text)
            yield text
        for _ in range(_ROUNDS):
            if b"%" not in text:
                break
            text = unquote_to_bytes(text)
            yield text


def _unbased(text: bytes) -> bytes:
    """What base64 says, of either alphabet, without its padding too, as a lenient reader takes it."""
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", text.translate(bytes.maketrans(b"-_", b"+/")))
    return base64.b64decode(letters[: len(letters) - (len(letters) % 4 == 1)] + b"==")
