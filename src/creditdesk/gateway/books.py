"""The books of what passes: decided on and written down before a request leaves, settled after its answer."""

import asyncio
import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from creditdesk.core.charges import Charge, ChargeState, Known
from creditdesk.core.guard import Decision, Why
from creditdesk.core.metering import Matched, Told, cost
from creditdesk.desk.ledger import Ledger
from creditdesk.gateway.feed import Done, Feed, Seen
from creditdesk.gateway.lines import Line
from creditdesk.gateway.till import Till
from creditdesk.store.history import HistoryError
from creditdesk.store.tokens import Token

_log = logging.getLogger(__name__)

OWNER = "gateway"
"""Whose the open charges are in the journal: there is one gateway for a folder."""
AFTER_S = 0.002
"""How long a settling waits for the next request, to be written with it: the disk then works once for both."""
NOT_SENT = "The vendor was not reached."


class Refused(Exception):
    """The request is not sent: it cannot be paid. `decision` says what is short."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.why.value)
        self.decision = decision


class Booking:
    """One request in the books, from before it leaves until it is settled: once, whatever comes."""

    def __init__(self, books: "Books", charge: Charge, matched: Matched, decision: Decision) -> None:
        self._books = books
        self._open = True
        self.charge = charge
        self.matched = matched
        self.decision = decision

    def told(self, told: Told, status: int, whole: bool = True) -> None:
        """An answer came, whole or cut: this is what it cost."""
        state = ChargeState.UNKNOWN if told.draws is None else ChargeState.BOOKED
        note = told.why if told.draws is None else ""
        settled = replace(
            self.charge,
            draws=told.draws,
            known=told.known,
            request_id=told.request_id[:200],
            job=told.job[:200],
            state=state,
            status=status,
            note=note,
        )
        self._settle(settled, Done.PASSED if whole else Done.FAILED, status)

    def never_left(self, status: int) -> None:
        """Nothing of the request has reached the vendor: it cost nothing. `status` is what the script is told."""
        self._settle(replace(self.charge, draws=(), state=ChargeState.BOOKED, note=NOT_SENT), Done.FAILED, status)

    def unknown(self, note: str, status: int = 0) -> None:
        """The request may have left, and nobody knows what it cost."""
        self._settle(replace(self.charge, draws=None, state=ChargeState.UNKNOWN, note=note), Done.FAILED, status)

    def _settle(self, charge: Charge, done: Done, status: int) -> None:
        if self._open:
            self._open = False
            self._books.settle(
                self, charge, Done.WARNED if self.decision.warns and done is Done.PASSED else done, status
            )


class Books:
    """The books of one gateway. `now` is the clock of the desk."""

    def __init__(self, ledger: Ledger, till: Till, feed: Feed, now: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._till = till
        self._feed = feed
        self._now = now
        self._settling: set[asyncio.Task[None]] = set()
        self._waiting: list[tuple[Booking, Charge]] = []
        self._later: asyncio.TimerHandle | None = None

    async def begin(self, line: Line, token: Token, matched: Matched) -> Booking:
        """Decide whether the request may go, and write down that it does. Raises Refused, HistoryError.

        What is known to cost nothing is not written down before.
        """
        charge = Charge(
            id=secrets.token_hex(16),
            account=line.account.id,
            at=self._now(),
            operation=matched.operation,
            client=token.client,
            token=token.id,
            known=Known.PRICED,
            items=matched.items,
            expected=matched.expected,
        )
        decision = await self._till.admit(charge.id, line, token, matched)
        if not decision.passes:
            self._note(charge, Done.REFUSED, line.meter.rule.refusal.status, decision.short)
            raise Refused(decision)
        charge = replace(charge, at=self._now())  # after a reading that the decision may have waited for
        booking = Booking(self, charge, matched, decision)
        if not matched.free:
            self._write_now()
            try:
                await self._ledger.begin(charge, OWNER)
            except HistoryError:
                self._till.dropped(charge.id)
                raise
            except asyncio.CancelledError:  # the client is gone; it is written down all the same
                booking.never_left(0)
                raise
        return booking

    def settle(self, booking: Booking, charge: Charge, done: Done, status: int) -> None:
        """Write down what became of it, without keeping the answer waiting."""
        self._note(charge, done, status, charge.note or word_of(booking.decision)[1])
        self._till.settles(charge)
        if booking.matched.free and not charge.draws:
            self._till.settled(charge.id, charge, False)
            return
        self._waiting.append((booking, charge))
        if self._later is None:
            self._later = asyncio.get_running_loop().call_later(AFTER_S, self._write_now)

    def not_sent(self, line: Line, token: Token, status: int, note: str) -> None:
        """It could not even be asked for: nothing is written down, and whoever looks on sees why."""
        charge = Charge("", line.account.id, self._now(), draws=(), client=token.client, token=token.id)
        self._note(charge, Done.FAILED, status, note)

    async def finish(self, limit_s: float) -> None:
        """Wait for what is being written."""
        self._write_now()
        if self._settling:
            await asyncio.wait(self._settling, timeout=limit_s)

    def _write_now(self) -> None:
        if self._later is not None:
            self._later.cancel()
            self._later = None
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            task = asyncio.get_running_loop().create_task(self._write(waiting))
            self._settling.add(task)
            task.add_done_callback(self._settling.discard)

    async def _write(self, waiting: Sequence[tuple[Booking, Charge]]) -> None:
        kept: Sequence[Charge] = [charge for _, charge in waiting]
        try:
            kept = await self._ledger.settle_all(kept)
        except HistoryError:  # they stay open in the journal, and become unknown at the next start
            _log.warning("what the gateway booked could not be written down; it will be counted as unknown")
        finally:
            for (booking, _), charge in zip(waiting, kept, strict=True):
                route = booking.matched.route
                self._till.settled(booking.charge.id, charge, route is not None and route.frees)

    def _note(self, charge: Charge, done: Done, status: int, note: str) -> None:
        amount = None if charge.draws is None else cost(charge.draws)
        if done is Done.REFUSED:
            amount = cost(())
        place = (charge.account, charge.token, charge.client, charge.operation)
        known = None if charge.draws is None or done is Done.REFUSED else charge.known
        self._feed.note(Seen(0, charge.at, *place, done, status, amount, note, known))


def word_of(decision: Decision) -> tuple[str, str]:
    """What the header of a request that passes says, and why in words."""
    if decision.warns:
        return "warned", decision.short
    return "passed", _NOTES.get(decision.why, "")


_NOTES = {
    Why.COST_UNKNOWN: "Nobody knows what this request costs at the most, so it was not stopped.",
    Why.LEFT_UNKNOWN: "Nobody knows what is left, so it was not stopped.",
    Why.MAY_BE_MORE: "More may be left than was counted, so it was not stopped.",
}
