"""Which value of an example is the key, and what stands in its place in the definition: a hole for a credential.

A placeholder of the documentation (`YOUR_API_KEY`, `$TOKEN`, `<key>`) is recognised as one, and is no key.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from urllib.parse import unquote

from creditdesk.core.definition import Credential, Param
from creditdesk.core.requests import Auth, AuthKind
from creditdesk.providers.redaction import redact

_KEYISH = re.compile(
    r"(?:x[-_])?(?:[a-z0-9]{0,24}[-_ ]?)?(?:api|access|client|secret|private|public|licen[cs]e|admin|auth|user"
    r"|app|subscription)?[-_ ]?(?:key|token|secret|password|passwd|pwd)|auth|apikey|appid"
    r"|access[-_]?key[-_]?id|api[-_]login|x-auth|(?:[a-z0-9]{1,24}[-_ ]){1,3}(?:key|token|secret|password)"
    r"|(?:[a-z0-9]{1,24}[-_ ]){0,3}(?:pass|psw|passphrase)",
    re.IGNORECASE,
)
_NO_KEYS = frozenset({"keyword", "monkey"})
_PLACEHOLDER = re.compile(
    r"<.*>|\{\{?[^{}]*\}\}?|\$\{?\w+\}?|\$\(.*\)|%\w+%|\[.*\]|.*(?:your|x{3,}|\.{3}|…|\*{3}|example|placeholder|insert|changeme"
    r"|replace).*|(?:my[-_ ]?)?(?:api|access|secret|auth)?[-_ ]?(?:key|token|secret|password|username|login|user)",
    re.IGNORECASE | re.DOTALL,
)
_CAPITALS = re.compile(r"[A-Z]+(?:_[A-Z0-9]+)+")
_STEP = re.compile(r"<([^<>]{1,40})>|\{([^{}]{1,40})\}|\$\{?([A-Za-z]\w{0,39})\}?|:([A-Za-z]\w{0,39})")
_SCHEME = re.compile(
    r"(?P<before>(?:(?P<scheme>[A-Za-z][\w-]{0,30}) +)?(?:[a-z_-]{0,12}(?:key|token)=)?\"?)"
    r"(?P<key>[<{$].*|[^\s\",]+)(?P<after>.*)",
    re.IGNORECASE | re.DOTALL,
)
_FIXED_NAMES = frozenset({"api", "key", "apikey", "api_key", "token", "x", "anystring"})


def is_placeholder(text: str) -> bool:
    """Whether a text stands for a key in a documentation, and is none."""
    return not text or bool(_PLACEHOLDER.fullmatch(text) or _CAPITALS.fullmatch(text))


def is_keyish(name: str) -> bool:
    """Whether what has this name is a key."""
    return name.lower() not in _NO_KEYS and _KEYISH.fullmatch(name) is not None


class Keys:
    """Collects the credentials of one example, the places they go to, and the keys themselves."""

    def __init__(self) -> None:
        self.keys: dict[str, str] = {}
        self._credentials: dict[str, Credential] = {}
        self._params: dict[str, Param] = {}
        self._auths: list[Auth] = []
        self._encoded_pair = ""

    def secrets(self) -> tuple[str, ...]:
        """Everything that has to be taken out of the example."""
        return tuple(filter(None, (self._encoded_pair, *self.keys.values())))

    def credentials(self) -> tuple[Credential, ...]:
        """What the user has to give."""
        return tuple(self._credentials.values())

    def params(self) -> tuple[Param, ...]:
        """Plain settings that the example has placeholders for."""
        return tuple(self._params.values())

    def auths(self) -> tuple[Auth, ...]:
        """Where the credentials go, beside the body and the path."""
        return tuple(self._auths[:4])

    def bearer(self, value: str) -> None:
        """A bearer token."""
        self._auths.append(Auth(AuthKind.BEARER, value=self._hole("key", value)))

    def basic(self, user: str, password: str) -> None:
        """A user name with a password; a key in the place of the name has none."""
        if not password:
            self._auths.append(Auth(AuthKind.BASIC, user=self._hole("key", user)))
            return
        if user.lower() in _FIXED_NAMES:
            self._auths.append(Auth(AuthKind.BASIC, user=user, password=self._hole("key", password)))
            return
        name = self._hole("user", user, secret=False)
        self._auths.append(Auth(AuthKind.BASIC, user=name, password=self._hole("password", password)))

    def authorization(self, value: str) -> None:
        """The header Authorization: bearer, basic, or a scheme of the vendor's own."""
        match = _SCHEME.fullmatch(value)
        scheme, key = (match["scheme"] or "", match["key"]) if match else ("", value)
        before, after = (match["before"], match["after"]) if match else ("", "")
        if scheme.lower() == "bearer" and not after:
            self.bearer(key)
        elif scheme.lower() == "basic":
            self._encoded(key)
        else:
            text = f"{escaped(before)}{self._hole('key', key)}{escaped(after)}"
            self._auths.append(Auth(AuthKind.HEADER, "Authorization", text))

    def place(self, name: str, value: str, where: str) -> str | None:
        """The text of a header or a value of the query; None where it is the key, which `auths` sends then."""
        if not _is_key(name, value):
            return self._text(value)
        kind = AuthKind.HEADER if where == "header" else AuthKind.QUERY
        self._auths.append(Auth(kind, name, self._hole(credential_name(name), value)))
        return None

    def fields(self, data: Mapping[str, object]) -> dict[str, object]:
        """The fields of a body with holes for keys."""
        return {name: self._field(name, value) for name, value in data.items()}

    def step(self, step: str) -> str:
        """A step of a path; a placeholder is a hole for a credential or a param."""
        match = _STEP.fullmatch(step)
        if match is None:
            return self._hole("key", unquote(step)) if redact(step) != step else escaped(step)
        name = next(filter(None, match.groups()))
        return self._hole(credential_name(name), "") if is_keyish(name) else self._param(name)

    def _field(self, name: str, value: object) -> object:
        if isinstance(value, str):
            return self._hole(credential_name(name), value) if _is_key(name, value) else self._text(value)
        if isinstance(value, dict):
            return self.fields(value)
        if isinstance(value, list):
            return [self._field(name, each) if isinstance(each, str | dict | list) else each for each in value]
        return value if value is not None else ""

    def _text(self, value: str) -> str:
        match = _STEP.fullmatch(value)
        return self._param(next(filter(None, match.groups()))) if match else escaped(value)

    def _param(self, written: str) -> str:
        name = re.sub(r"[^a-z0-9]+", "_", written.lower()).strip("_") or "setting"
        name = f"p_{name}" if not name[0].isalpha() else name
        label = name.replace("_", " ")
        self._params[name] = Param(name, label[:1].upper() + label[1:])
        return f"{{{name}}}"

    def _hole(self, wanted: str, value: str, secret: bool = True) -> str:
        """A hole for a credential of this name; its key is kept apart."""
        name, number = wanted, 2
        while name in self._credentials:
            name, number = f"{wanted}_{number}", number + 1
        self._credentials[name] = Credential(name, _LABELS.get(wanted, _LABELS["key"]), secret)
        if value and not is_placeholder(value):
            self.keys[name] = value.strip()
        return f"{{{name}}}"

    def _encoded(self, text: str) -> None:
        self._encoded_pair = "" if is_placeholder(text) else text
        try:
            user, _, password = base64.b64decode(text, validate=True).decode().partition(":")
        except (binascii.Error, ValueError):
            user, password = "<user>", "<password>"
        self.basic(user, password)


def _is_key(name: str, value: str) -> bool:
    """By its name, or because it looks like nothing else."""
    return is_keyish(name) or (len(value) >= 16 and not _STEP.fullmatch(value) and redact(value) != value)


_LABELS = {"key": "API key", "token": "Token", "password": "Password", "user": "User name", "secret": "Secret"}


def credential_name(written: str) -> str:
    """The name of the credential that stands in this place."""
    low = written.lower()
    return next((each for each in ("token", "password", "secret") if each in low), "key")


def escaped(text: str) -> str:
    """A text of an example as a template without holes."""
    return text.replace("{", "{{").replace("}", "}}")
