"""What a sending asks of its vendor: lists read whole, one create, one change of a row; waiting as the vendor says.

A key is fetched for one request and dropped. What can be waited for can be given up at any moment.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from creditdesk.core.bulk import BulkRule, ListRule
from creditdesk.core.definition import Definition, RequestRule
from creditdesk.core.offers import Operation
from creditdesk.core.pools import Account, Trouble, TroubleKind
from creditdesk.core.sending import Outcome, OutcomeKind, Stop, Tracked
from creditdesk.core.settling import SETTLE_S
from creditdesk.desk.keys import keys_of
from creditdesk.desk.tools import Declined, Tools
from creditdesk.providers.bulk import DEADLINE_S, BulkCase
from creditdesk.providers.bulk_rows import Page, read_whole
from creditdesk.providers.catalogue import UnknownProvider
from creditdesk.providers.definitions import DefinitionError

T = TypeVar("T")

_TRIES_WHEN_DOWN = 3


class SendError(Declined):
    """What was asked for cannot be done; the text is one or two plain sentences without any secret."""


class AsksInBulk(Protocol):
    """Something that sends lists; `providers.bulk.BulkExchange` on the real network."""

    async def create(self, case: BulkCase, items: Sequence[str], rows: Sequence[Mapping[str, str]]) -> Outcome: ...
    async def page(self, case: BulkCase, rule: ListRule, number: int = 1, size: int = 0) -> Page | Trouble: ...
    async def act(self, case: BulkCase, request: RequestRule, row: str) -> Trouble | None: ...
    async def aclose(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Timing:
    """How long is waited, in seconds; tests wait less.

    `settle_s` after a request was given up, before the vendor's list may say that it is not there. `throttle_s`: the
    first wait of those that double when the vendor does not say how long; `longest_wait_s` the longest one that is
    waited for at all. `tries`: how often a batch, or a page, is tried in one run.
    """

    settle_s: float = SETTLE_S
    deadline_s: float = DEADLINE_S
    throttle_s: float = 5.0
    longest_wait_s: float = 900.0
    tries: int = 8


class Control:
    """The user's wish for one run: to go on, to pause, to cancel."""

    def __init__(self) -> None:
        self.wish = Stop.NONE
        self._wished = asyncio.Event()

    def stop(self, wish: Stop) -> None:
        """Make no further request. To cancel wins over to pause."""
        if self.wish is not Stop.CANCELLED:
            self.wish = wish
        self._wished.set()

    async def wait(self, seconds: float) -> bool:
        """Wait so long; false as soon as the user wants to stop."""
        with suppress(TimeoutError):
            async with asyncio.timeout(max(seconds, 0)):
                await self._wished.wait()
        return not self.wish

    async def unless_stopped(self, work: Coroutine[Any, Any, T]) -> T | None:
        """What comes of the work; None as soon as the user wants to stop. Only for what may be broken off."""
        task = asyncio.ensure_future(work)
        wished = asyncio.ensure_future(self._wished.wait())
        try:
            await asyncio.wait({task, wished}, return_when=asyncio.FIRST_COMPLETED)
            return await task if task.done() else None
        finally:
            for each in (task, wished):
                each.cancel()
            await asyncio.gather(task, wished, return_exceptions=True)


@dataclass(frozen=True, slots=True)
class Job:
    """An account with the operation whose lists it sends, everything looked up."""

    account: Account
    definition: Definition
    operation: Operation
    rule: BulkRule


class Calls:
    """Asks vendors. `open_bulk` is called at the first request: the network stack is imported late."""

    def __init__(self, tools: Tools, open_bulk: Callable[[], AsksInBulk], timing: Timing) -> None:
        self.tools = tools
        self.timing = timing
        self._open = open_bulk
        self._asking: AsksInBulk | None = None

    def job(self, account_id: str, operation_id: str = "") -> Job:
        """The account, and its operation (the only one that can be sent when "" is given). Raises SendError."""
        try:
            account = self.tools.chosen.account(account_id)
            definition = self.tools.vendor(account.provider)
        except KeyError as error:
            gone = isinstance(error, UnknownProvider)
            raise SendError("Its vendor has no definition." if gone else "There is no such account.") from None
        except DefinitionError:
            raise SendError("The vendor's definition cannot be used. Check its file.") from None
        rule = definition.bulk(operation_id) if operation_id else next(iter(definition.bulks), None)
        operation = definition.operation(rule.operation) if rule else None
        if rule is None or operation is None:
            raise SendError(f"creditdesk cannot send this to {definition.name}: no request for it is known.")
        return Job(account, definition, operation, rule)

    async def case(self, job: Job, place: str = "") -> BulkCase | Trouble:
        """The account with its key, for one request."""
        secrets = await keys_of(self.tools, job.account, job.definition)
        if isinstance(secrets, Trouble):
            return secrets
        return BulkCase(job.definition, job.rule, job.account, secrets, place)

    async def create(self, case: BulkCase, items: Sequence[str], rows: Sequence[Mapping[str, str]]) -> Outcome:
        """One request to create; it is never made again here, and never broken off."""
        asking = self._network()
        if isinstance(asking, Trouble):
            return Outcome(OutcomeKind.NOT_SENT, asking.message)
        return await asking.create(case, items, rows)

    async def whole(
        self,
        job: Job,
        rule: ListRule,
        place: str,
        wait: Callable[[Trouble, int], Coroutine[Any, Any, bool]],
        told: Callable[[int, int], object] | None = None,
    ) -> tuple[Tracked, ...] | Trouble:
        """All rows of a list. `told` hears (rows read, rows in all; 0 where that is not told)."""
        read = 0

        async def ask(number: int, size: int) -> Page | Trouble:
            nonlocal read
            case, asking = await self.case(job, place), self._network()
            if isinstance(case, Trouble):
                return case
            if isinstance(asking, Trouble):
                return asking
            page = await asking.page(case, rule, number, size)
            if told is not None and isinstance(page, Page):
                read = len(page.rows) + (read if number > 1 else 0)
                told(read, page.total or 0)
            return page

        return await read_whole(ask, wait, rule.page.most if rule.page else 0)

    async def act(self, job: Job, request: RequestRule, place: str, row: str) -> Trouble | None:
        """Change one row; None when that was done."""
        case, asking = await self.case(job, place), self._network()
        if isinstance(case, Trouble):
            return case
        return asking if isinstance(asking, Trouble) else await asking.act(case, request, row)

    def pause_before(self, trouble: Trouble, tries: int) -> float | None:
        """Seconds to wait before the same is asked again, after the n-th failure in a row; None: not any more.

        Only for what may be asked twice without harm: never for a create.
        """
        most = {TroubleKind.THROTTLED: self.timing.tries, TroubleKind.VENDOR_DOWN: _TRIES_WHEN_DOWN}
        if tries >= most.get(trouble.kind, 0):
            return None
        return self.seconds_until(trouble.retry_at, tries)

    def seconds_until(self, retry_at: datetime | None, tries: int) -> float | None:
        """Seconds until then, or those of the n-th wait; None when that is longer than one waits."""
        seconds = self.timing.throttle_s * 2 ** min(tries - 1, 6)
        if retry_at is not None:
            seconds = max((retry_at - self.tools.clock()).total_seconds(), 0.0)
        return seconds if seconds <= self.timing.longest_wait_s else None

    def later(self, seconds: float) -> datetime:
        """The instant so many seconds from now."""
        return self.tools.clock() + timedelta(seconds=seconds)

    async def close(self) -> None:
        """Close the connections."""
        if self._asking is not None:
            await self._asking.aclose()

    def _network(self) -> AsksInBulk | Trouble:
        if self._asking is None:
            try:
                self._asking = self._open()
            except ValueError as error:  # the user's file of certificate authorities
                return Trouble(TroubleKind.NO_NETWORK, f"Nothing was asked: {error}. Look at the settings.")
        return self._asking
