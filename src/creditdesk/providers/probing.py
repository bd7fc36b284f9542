"""The free question of a `[[probe]]`: which items of a list the vendor has already, so that they cost nothing.

One request out, one answer in; nothing is tried twice here.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from unicodedata import normalize

import httpx

from creditdesk.core.amounts import parse_amount
from creditdesk.core.bulk import ProbeRule
from creditdesk.core.definition import Definition
from creditdesk.core.pools import Account, Trouble
from creditdesk.providers import troubles
from creditdesk.providers.answers import bad_answer, judge
from creditdesk.providers.definition_probe import HOLE
from creditdesk.providers.fetching import fetch, stop_at_redirects
from creditdesk.providers.request import RequestRefused, build
from creditdesk.providers.values import Scene, find

DEADLINE_S = 30.0


@dataclass(frozen=True, slots=True)
class Question:
    """Who asks what: `secrets` maps credential names to values, `clock` gives the instant, aware UTC."""

    definition: Definition
    rule: ProbeRule
    account: Account
    secrets: Mapping[str, str] = field(repr=False)
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Told:
    """The answer: how many of the items asked about are listed, and what asking cost (None: it is not told)."""

    found: int
    charged: Decimal | None


class ProbeExchange:
    """Asks with one client, on one event loop. Close it with `aclose`."""

    def __init__(self, client: httpx.AsyncClient, deadline_s: float = DEADLINE_S) -> None:
        stop_at_redirects(client)
        self._client = client
        self._deadline_s = deadline_s

    async def ask(self, question: Question, items: Sequence[str]) -> Told | Trouble:
        """What the vendor tells of these items, of which there are no more than the rule's `batch`."""
        definition, account = question.definition, question.account
        rule = replace(question.rule.request, json=_with_items(question.rule.request.json, items))
        try:
            prepared = build(definition, rule, account, question.secrets, {})
        except RequestRefused as error:
            return Trouble(error.kind, error.message)
        secrets = tuple(filter(None, question.secrets.values()))
        try:
            async with asyncio.timeout(self._deadline_s):
                answer = await fetch(self._client, prepared, secrets)
        except TimeoutError:
            return troubles.of_deadline(prepared.host, self._deadline_s)
        if isinstance(answer, Trouble):
            return answer
        scene = Scene(question.clock(), definition.settings(account.settings), secrets)
        body = judge(definition, rule, answer, scene)
        if isinstance(body, Trouble):
            return body
        listed = find(question.rule.found, body.data)
        if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
            return bad_answer(definition, "does not list what it found", scene)
        known = {bare_domain(each) for each in listed}
        charged = parse_amount(find(question.rule.charged, body.data))
        return Told(sum(bare_domain(item) in known for item in items), charged)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def bare_domain(text: str) -> str:
    """A domain without scheme, login, `www.`, port, path, case and a dot at the end; international names in letters."""
    host = normalize("NFC", text).strip().split("://", 1)[-1].removeprefix("//")
    for sign in "/?#":
        host = host.split(sign, 1)[0]
    host = host.rpartition("@")[2].partition(":")[0]
    for dot in "\u3002\uff0e\uff61":
        host = host.replace(dot, ".")
    host = ".".join(_letters(label) for label in host.lower().rstrip(".").split("."))
    return host.removeprefix("www.")


def _letters(label: str) -> str:
    """A label such as `xn--mnchen-3ya` in letters; as it is where that cannot be done."""
    if not label.startswith("xn--"):
        return label
    try:
        return normalize("NFC", label[4:].encode("ascii").decode("punycode").lower())
    except UnicodeError:
        return label


def _with_items(value: object, items: Sequence[str]) -> dict[str, object]:
    """The body with the items in their place. Braces in an item are no holes."""
    filled = _filled(value, [item.replace("{", "{{").replace("}", "}}") for item in items])
    assert isinstance(filled, dict)
    return filled


def _filled(value: object, items: list[str]) -> object:
    if value == HOLE:
        return items
    if isinstance(value, Mapping):
        return {name: _filled(each, items) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_filled(each, items) for each in value]
    return value
