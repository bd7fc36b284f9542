"""The story of a probe: asking a vendor, for free, how many items of a list it would charge.

The questions go one after another. The first one that cost anything, or whose answer does not say that it was free, is
the last.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from creditdesk.core.bulk import ProbeRule
from creditdesk.core.definition import Definition
from creditdesk.core.pools import Account, Trouble, TroubleKind
from creditdesk.core.verdict import Probed
from creditdesk.desk.keys import keys_of
from creditdesk.desk.tools import Declined, Tools
from creditdesk.providers.catalogue import UnknownProvider
from creditdesk.providers.definitions import DefinitionError
from creditdesk.providers.probing import ProbeExchange, Question, Told
from creditdesk.providers.transport import open_client

LONGEST_WAIT_S = 120
"""A vendor that asks for a longer wait ends the probe; the user may ask again."""
TRIES = 3

_CHARGED = "{vendor} charged {amount} for a question that should be free. Nothing further was asked."
_NOT_SAID = "The answer of {vendor} does not say that the question was free. Nothing further was asked."


class ProbeFailed(Declined):
    """It is not known how many items would be charged; the text is plain and without any secret.

    `trouble` is what the vendor or the network did, if that was it; `requests` were made, and `charged` was charged.
    """

    def __init__(
        self, text: str, trouble: Trouble | None = None, requests: int = 0, charged: Decimal = Decimal(0)
    ) -> None:
        super().__init__(text)
        self.text = text
        self.trouble = trouble
        self.requests = requests
        self.charged = charged


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What was told: items that the vendor has (`found`), items it would charge (`uncached`), requests it took."""

    found: int
    uncached: int
    requests: int
    charged: Decimal

    @property
    def probed(self) -> Probed:
        """The same, for the part that is sized."""
        return Probed(self.found + self.uncached, self.uncached)


class AsksProbes(Protocol):
    """Something that asks one question; `providers.probing.ProbeExchange` on the real network."""

    async def ask(self, question: Question, items: Sequence[str]) -> Told | Trouble: ...
    async def aclose(self) -> None: ...


def requests_for(rule: ProbeRule, count: int) -> int:
    """How many requests a probe of so many items takes."""
    return -(-count // rule.batch)


class Prober:
    """Probes lists. Nothing is kept between two probes; connections are closed after each."""

    def __init__(
        self,
        tools: Tools,
        open_asking: Callable[[], AsksProbes] | None = None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._tools = tools
        self._open = open_asking or (lambda: ProbeExchange(open_client(tools.chosen.settings.ca_file)))
        self._pause = pause

    async def probe(
        self,
        account_id: str,
        operation_id: str,
        items: Sequence[str],
        told: Callable[[int, int], None] = lambda _done, _of: None,
    ) -> ProbeResult:
        """How many of the items the operation would charge. `told` hears (requests made, requests in all).

        Raises ProbeFailed; KeyError when there is no such account.
        """
        account, _ = self._tools.chosen.chosen(account_id)
        definition, rule = self._rule(account, operation_id)
        try:
            asking = self._open()
        except ValueError as error:  # the user's file of certificate authorities
            raise ProbeFailed(f"Nothing was asked: {error}. Look at the settings.") from None
        try:
            return await self._probe(asking, (definition, rule, account), items, told)
        finally:
            await asking.aclose()

    def _rule(self, account: Account, operation_id: str) -> tuple[Definition, ProbeRule]:
        try:
            definition = self._tools.vendor(account.provider)
        except (UnknownProvider, DefinitionError):
            raise ProbeFailed(f"There is no usable definition named {account.provider}.") from None
        rule = definition.probe(operation_id)
        if rule is None:
            raise ProbeFailed(f"{definition.name} has no free question for this operation.")
        return definition, rule

    async def _probe(
        self,
        asking: AsksProbes,
        about: tuple[Definition, ProbeRule, Account],
        items: Sequence[str],
        told: Callable[[int, int], None],
    ) -> ProbeResult:
        definition, rule, _ = about
        total, found = requests_for(rule, len(items)), 0
        for number in range(total):
            batch = items[number * rule.batch : (number + 1) * rule.batch]
            answer = await self._answer(asking, about, batch)
            if isinstance(answer, Trouble):
                raise ProbeFailed(answer.message, answer, number)
            if answer.charged is None:
                raise ProbeFailed(_NOT_SAID.format(vendor=definition.name), requests=number + 1)
            if answer.charged:
                text = _CHARGED.format(vendor=definition.name, amount=f"{answer.charged:f}")
                raise ProbeFailed(text, requests=number + 1, charged=answer.charged)
            found += answer.found
            told(number + 1, total)
        return ProbeResult(found, len(items) - found, total, Decimal(0))

    async def _answer(
        self, asking: AsksProbes, about: tuple[Definition, ProbeRule, Account], batch: Sequence[str]
    ) -> Told | Trouble:
        """One answer. A vendor that asks to be left alone for a short while is, and then asked again."""
        definition, rule, account = about
        for tried in range(1, TRIES + 1):
            secrets = await keys_of(self._tools, account, definition)
            if isinstance(secrets, Trouble):
                return secrets
            answer = await asking.ask(Question(definition, rule, account, secrets, self._tools.clock), batch)
            if isinstance(answer, Told) or answer.kind is not TroubleKind.THROTTLED or answer.retry_at is None:
                return answer
            wait = (answer.retry_at - self._tools.clock()).total_seconds()
            if wait > LONGEST_WAIT_S or tried == TRIES:
                return answer
            await self._pause(max(wait, 0))
        raise AssertionError("the last try returns")
