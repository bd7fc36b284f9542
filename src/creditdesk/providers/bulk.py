"""Sending lists to a vendor: one page of what is there, one create, one change of a row; and what each answer means.

The meaning of a create is the dangerous part. Only an answer that says so for certain makes it accepted or refused,
and only a request that surely never left makes it not sent. Everything else is unknown.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import httpx

from creditdesk.core.amounts import dumps
from creditdesk.core.bulk import BulkRule, ListRule
from creditdesk.core.definition import Definition, RequestRule
from creditdesk.core.pools import Account, Trouble, TroubleKind
from creditdesk.core.sending import Outcome, OutcomeKind
from creditdesk.providers import troubles
from creditdesk.providers.answers import MAX_QUOTED, Answer, Body, judge
from creditdesk.providers.bulk_rows import Page, page_of
from creditdesk.providers.fetching import fetch, stop_at_redirects
from creditdesk.providers.redaction import redact
from creditdesk.providers.request import Prepared, RequestRefused, build
from creditdesk.providers.strict_json import BadAnswer, decode
from creditdesk.providers.templates import fill
from creditdesk.providers.values import Scene, find, one_line

DEADLINE_S = 30.0
"""Seconds for one request, connecting included."""

_SILENCE = 5 / 6
"""Of the deadline, how long a vendor may think. Some vendors' own gateways answer 503 after 30 seconds although the
work goes on behind them: such an answer must come too late to be believed."""

ITEMS, ROWS = "{items}", "{rows}"
"""What stands alone as a value of a create's body, for the list of items and that of the rows."""

_DEFINITE = frozenset({400, 401, 403, 404, 405, 409, 410, 413, 414, 415, 422, 431})
"""Statuses with which a request was refused whole: nothing was created."""
_WAIT = frozenset({429, 503})
_TOLD = {
    TroubleKind.KEY_REJECTED: "rejected the key",
    TroubleKind.NO_ACCESS: "does not let this key do that",
    TroubleKind.EXHAUSTED: "says that it would exceed the quota",
    TroubleKind.THROTTLED: "asks to be asked less often",
    TroubleKind.VENDOR_DOWN: "is not working at the moment",
}
_BY_KIND = {
    TroubleKind.EXHAUSTED: OutcomeKind.OVER_QUOTA,
    TroubleKind.KEY_REJECTED: OutcomeKind.REFUSED,
    TroubleKind.NO_ACCESS: OutcomeKind.REFUSED,
    TroubleKind.THROTTLED: OutcomeKind.THROTTLED,
}


@dataclass(frozen=True, slots=True)
class BulkCase:
    """An account that sends, its key, and the place."""

    definition: Definition
    rule: BulkRule
    account: Account
    secrets: Mapping[str, str] = field(repr=False)
    place: str = ""


class BulkExchange:
    """Asks with one client, on one event loop. Nothing is tried twice here."""

    def __init__(
        self, client: httpx.AsyncClient, clock: Callable[[], datetime], deadline_s: float = DEADLINE_S
    ) -> None:
        stop_at_redirects(client)
        client.timeout = httpx.Timeout(deadline_s * _SILENCE, connect=client.timeout.connect, pool=None)
        self._client = client
        self._clock = clock
        self._deadline_s = deadline_s

    async def create(self, case: BulkCase, items: Sequence[str], rows: Sequence[Mapping[str, str]]) -> Outcome:
        """Make one request to create these items, each with all the rows; what became of it."""
        try:
            prepared = _with_lists(case, _prepared(case, case.rule.create), items, rows)
        except RequestRefused as error:
            return Outcome(OutcomeKind.NOT_SENT, error.message)
        found = await self._asked(case, prepared)
        if isinstance(found, Answer):
            return self._meaning(case, found)
        kind = OutcomeKind.NOT_SENT if found.kind is TroubleKind.NO_NETWORK else OutcomeKind.UNKNOWN
        return Outcome(kind, found.message)

    async def page(self, case: BulkCase, rule: ListRule, number: int = 1, size: int = 0) -> Page | Trouble:
        """One page of a list; `number` from 1. `size` 0 means as many rows as the vendor allows."""
        request = rule.request
        if rule.page is not None:
            paged = {rule.page.number: str(number), rule.page.size: str(size or rule.page.most)}
            request = replace(request, query={**request.query, **paged})
        answer = await self._taken(case, request)
        if isinstance(answer, Trouble):
            return answer
        scene = self._scene(case)
        body = judge(case.definition, rule.request, answer, scene)
        if isinstance(body, Trouble):
            return self._refusal(case, rule.request, answer, body)
        try:
            return page_of(rule, body.data, answer.headers, scene)
        except BadAnswer as error:
            return Trouble(TroubleKind.BAD_ANSWER, f"The list of {case.definition.name} cannot be read: {error}.")

    async def act(self, case: BulkCase, request: RequestRule, row: str) -> Trouble | None:
        """Pause, resume or remove one row; None when the vendor said that it is done."""
        answer = await self._taken(case, request, row)
        if isinstance(answer, Trouble):
            return answer
        if answer.status in request.accept and not answer.body.strip():
            return None  # 204, or a vendor who says no more than yes
        found = judge(case.definition, request, answer, self._scene(case))
        return self._refusal(case, request, answer, found) if isinstance(found, Trouble) else None

    async def aclose(self) -> None:
        """Close the client and its connections."""
        await self._client.aclose()

    async def _taken(self, case: BulkCase, request: RequestRule, row: str = "") -> Answer | Trouble:
        try:
            prepared = _prepared(case, request, row)
        except RequestRefused as error:
            return Trouble(error.kind, error.message)
        return await self._asked(case, prepared)

    async def _asked(self, case: BulkCase, prepared: Prepared) -> Answer | Trouble:
        """The answer, or the trouble on the way; `NO_NETWORK` is only what never left."""
        try:
            async with asyncio.timeout(self._deadline_s):
                return await fetch(self._client, prepared, case.secrets.values())
        except TimeoutError:
            return troubles.of_deadline(prepared.host, self._deadline_s)

    def _scene(self, case: BulkCase) -> Scene:
        settings = case.definition.settings(case.account.settings)
        return Scene(self._clock(), settings, tuple(filter(None, case.secrets.values())))

    def _meaning(self, case: BulkCase, answer: Answer) -> Outcome:
        """What a complete answer says of a create."""
        request, scene = case.rule.create, self._scene(case)
        found = judge(case.definition, request, answer, scene)
        if isinstance(found, Body):
            return _accepted(case, answer, found, scene)
        kind = self._kind(answer.status, found.kind)
        trouble = self._refusal(case, request, answer, found)
        if kind is OutcomeKind.UNKNOWN and answer.status // 100 == 2:
            trouble = found  # why a good status could not be read
        waits = kind in (OutcomeKind.THROTTLED, OutcomeKind.UNKNOWN)
        return Outcome(kind, trouble.message, answer.status, trouble.retry_at if waits else None)

    def _kind(self, status: int, told: TroubleKind) -> OutcomeKind:
        if status == 402:
            return OutcomeKind.OVER_QUOTA
        if status in _WAIT or told is TroubleKind.THROTTLED:
            return OutcomeKind.THROTTLED
        if status >= 500:
            return OutcomeKind.UNKNOWN
        if status in _DEFINITE:
            return OutcomeKind.OVER_QUOTA if told is TroubleKind.EXHAUSTED else OutcomeKind.REFUSED
        # A good status with a refusal in it, as the definition's own rule says; anything else is not known.
        return _BY_KIND.get(told, OutcomeKind.UNKNOWN) if status // 100 == 2 else OutcomeKind.UNKNOWN

    def _refusal(self, case: BulkCase, request: RequestRule, answer: Answer, trouble: Trouble) -> Trouble:
        """The trouble of an answer in words that suit a list; those of `judge` are about balances."""
        if answer.status in request.accept and trouble.kind is TroubleKind.BAD_ANSWER:
            return trouble
        told = _TOLD.get(trouble.kind, "refused it" if answer.status < 500 else "failed")
        sentence = f"{case.definition.name} {told} (HTTP {answer.status})"
        said = _said(request, answer, self._scene(case))
        return replace(trouble, message=f"{sentence}: “{said}”." if said else f"{sentence}.")


def _accepted(case: BulkCase, answer: Answer, body: Body, scene: Scene) -> Outcome:
    rows = find(case.rule.created.rows, body.data)
    if not isinstance(rows, list):
        told = f"{case.definition.name} answered well, but does not say what it created."
        return Outcome(OutcomeKind.UNKNOWN, told, answer.status)
    return Outcome(OutcomeKind.ACCEPTED, "", answer.status, None, len(rows))


def _said(request: RequestRule, answer: Answer, scene: Scene) -> str:
    """The vendor's own words, short, on one line, without anything that is or looks like a key."""
    try:
        data = decode(answer.body)
    except BadAnswer:
        return ""
    for path in dict.fromkeys(rule.message for rule in request.fail if rule.message):
        said = find(path, data)
        if isinstance(said, str) and said.strip():
            line = redact(scene.hide(one_line(said))).rstrip(".")
            return line if len(line) <= MAX_QUOTED else line[: MAX_QUOTED - 1] + "…"
    return ""


def _prepared(case: BulkCase, request: RequestRule, row: str = "") -> Prepared:
    """The request for this place and row. Raises RequestRefused."""
    body = None if request.json is None else {name: _plain(value) for name, value in request.json.items()}
    holes = {"place": case.place, "id": row}
    prepared = build(case.definition, replace(request, json=body), case.account, case.secrets, holes)
    return replace(prepared, fixed=False)  # each address is used once: it need not be remembered


def _with_lists(
    case: BulkCase, prepared: Prepared, items: Sequence[str], rows: Sequence[Mapping[str, str]]
) -> Prepared:
    """The request with the lists in its body. An item is never a template: braces in it are its own."""
    values = {**case.definition.settings(case.account.settings), **case.secrets, "place": case.place}
    lists: Mapping[str, object] = {ITEMS: list(items), ROWS: [dict(row) for row in rows]}
    try:
        content = dumps(_filled(case.rule.create.json, values, lists)).encode()
    except (KeyError, UnicodeEncodeError):
        what = "a setting of this account or a character of the list does not fit into a request"
        raise RequestRefused(TroubleKind.NO_NETWORK, f"Nothing was sent: {what}.") from None
    return replace(prepared, content=content)


def _plain(value: object) -> object:
    """A part of a body without the lists."""
    if value in (ITEMS, ROWS):
        return None
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value


def _filled(value: object, values: Mapping[str, str], lists: Mapping[str, object]) -> object:
    if isinstance(value, str):
        return lists[value] if value in lists else fill(value, values)
    if isinstance(value, Mapping):
        return {name: _filled(each, values, lists) for name, each in value.items()}
    return [_filled(each, values, lists) for each in value] if isinstance(value, list | tuple) else value
