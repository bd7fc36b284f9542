"""Passes one admitted request on to its vendor and the answer back, part by part, and books what it cost."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Protocol
from urllib.parse import unquote

import httpx

from creditdesk.core.metering import Call, Told
from creditdesk.gateway import hops
from creditdesk.gateway.books import Booking, Books, Refused, word_of
from creditdesk.gateway.keys import Keys, Known, NoKey
from creditdesk.gateway.lines import Line
from creditdesk.gateway.masking import KeyRepeated, Masker, PackedSight, PlainSight
from creditdesk.gateway.own import Own, failure, said
from creditdesk.gateway.upload import ClientGone, Send, Upload
from creditdesk.providers.answer_text import Answer
from creditdesk.providers.passing import NEVER_LEFT, Outgoing, Passed, Passing
from creditdesk.providers.presenting import Misplaced
from creditdesk.providers.request import RequestRefused
from creditdesk.providers.wire import TlsFailure
from creditdesk.store.history import HistoryError
from creditdesk.store.tokens import IN_BYTES, Token

_PACKED = frozenset({b"gzip", b"x-gzip", b"deflate"})
_GONE = "The client went away before the answer came."
_CUT = "The answer broke off."


class Sight(Protocol):
    """What looks through an answer for the key before it is passed on."""

    def parts(self, piece: bytes) -> Sequence[bytes]:
        """What came, in parts that take no long time to look through."""
        ...

    def feed(self, piece: bytes) -> bytes:
        """What may be passed on now."""
        ...

    def end(self) -> bytes:
        """What was held back, at the end."""
        ...


@dataclass(frozen=True, slots=True, repr=False)
class Visit:
    """A request that was let in: the way it goes, who sent it with which token, and what it asks."""

    line: Line
    token: Token
    secret: str
    call: Call


class Cut(Exception):
    """The answer does not come whole; the client has to see that."""


class Ended(Exception):
    """The request ends with an answer of the gateway's own."""

    def __init__(self, own: Own) -> None:
        super().__init__(own.word)
        self.own = own


class Relay:
    """Passes requests on. One for all of them."""

    def __init__(self, keys: Keys, passing: Passing, books: Books) -> None:
        self._keys = keys
        self._passing = passing
        self._books = books

    async def pass_on(self, visit: Visit, upload: Upload, send: Send) -> None:
        """Pass the request on and its answer back.

        Raises Ended as long as nothing of an answer was sent, Cut and ClientGone after that.
        """
        meter = visit.line.meter
        known, call = await self._presented(visit)
        booking = await self._booked(visit)
        answer, whole = None, False
        try:
            passed = await self._sent(visit.line, call, upload, booking)
            answer = meter.answer(booking.matched, passed.status, passed.headers)
            try:
                await _relay(passed, answer, known.masker, booking, send)
                whole = True
            finally:
                passed.close()
        finally:  # whatever happened; a client that goes cancels this task
            if answer is not None:
                told = _hidden(meter.told(booking.matched, answer), known.masker)
                booking.told(told, answer.status, whole)
            else:
                booking.unknown(_GONE)

    async def _booked(self, visit: Visit) -> Booking:
        """The request in the books. Raises Ended where it cannot be paid, or cannot be written down."""
        meter = visit.line.meter
        try:
            return await self._books.begin(visit.line, visit.token, meter.match(visit.call))
        except Refused as refused:
            short = refused.decision.short
            path = unquote(visit.call.path.decode("latin-1"))
            raise Ended(Own(*meter.refusal(short, path), "refused", short)) from None
        except HistoryError:
            message = "The gateway cannot write down what this request costs, so it was not sent."
            self._books.not_sent(visit.line, visit.token, 503, message)
            raise Ended(failure(503, "not_booked", message)) from None

    async def _presented(self, visit: Visit) -> tuple[Known, Call]:
        """The real key, and the request with it in the place of the token."""
        line = visit.line
        try:
            known = await self._keys.of(line.account, line.definition)
            return known, line.presenter.replaced(visit.call, visit.secret, known.secrets, IN_BYTES)
        except Misplaced as error:
            raise Ended(failure(400, "misplaced_token", str(error))) from None
        except (NoKey, RequestRefused) as error:
            self._books.not_sent(line, visit.token, 503, f"There is no key to send: {error}")
            raise Ended(failure(503, "no_key", f"The gateway has no key to send: {error}")) from None

    async def _sent(self, line: Line, call: Call, upload: Upload, booking: Booking) -> Passed:
        """The head of the vendor's answer."""
        body, length = _body(call, upload)
        headers = hops.outgoing(call.headers, length)
        target = line.base + call.path + (b"?" + call.query if call.query else b"")
        try:
            return await self._passing.send(Outgoing(call.method, line.origin, target, headers, body, line.public))
        except NEVER_LEFT as error:
            own = _unreached(error)
            booking.never_left(own.status)
            raise Ended(own) from None
        except httpx.ReadTimeout:
            booking.unknown("The vendor did not answer in time.", 504)
            raise Ended(failure(504, "timeout", "The vendor did not answer in time.")) from None
        except httpx.TransportError:
            if upload.gone:
                raise ClientGone from None
            booking.unknown(_CUT, 502)
            raise Ended(failure(502, "no_answer", "The vendor's answer broke off before it began.")) from None


async def _relay(passed: Passed, answer: Answer, masker: Masker, booking: Booking, send: Send) -> None:
    """Pass the answer back as it comes; a copy goes to the meter. Raises Cut where it does not come whole."""
    sight = _sight(passed, masker)
    told = hops.incoming(passed.headers, passed.status)
    headers = [(name, masker.hide(value)) for name, value in told if masker.hide(name) is name]
    await send(
        {
            "type": "http.response.start",
            "status": passed.status,
            "headers": [*headers, *said(*word_of(booking.decision))],
        }
    )
    try:
        async with aclosing(passed.pieces()) as pieces:
            async for piece in pieces:
                for part in sight.parts(piece):
                    answer.feed(part)
                    if free := sight.feed(part):
                        await send({"type": "http.response.body", "body": free, "more_body": True})
                    if part is not piece:
                        await asyncio.sleep(0)  # what is packed tightly takes long to look through
    except (httpx.TransportError, KeyRepeated):
        raise Cut from None
    await send({"type": "http.response.body", "body": sight.end(), "more_body": False})


def _hidden(told: Told, masker: Masker) -> Told:
    """What an answer told without the key: a vendor may say it back as an id, and ids are kept."""
    request_id, job = (masker.hide(text.encode()).decode("utf-8", "replace") for text in (told.request_id, told.job))
    return replace(told, request_id=request_id, job=job)


def _sight(passed: Passed, masker: Masker) -> Sight:
    """What looks through this answer. Raises Ended for a coding that nobody asked for, behind which a key may stand."""
    coded = (b"content-encoding", b"transfer-encoding")  # the latter may be gzip, too, and is not passed on
    codings = [value.strip().lower() for name, value in passed.headers if name.lower() in coded]
    coding = b",".join(each for each in codings if each != b"chunked")
    if coding in _PACKED:
        return PackedSight(masker)
    if coding in (b"", b"identity") or not masker:
        return PlainSight(masker)
    raise Ended(failure(502, "coding", "The vendor answered in a coding that nobody asked for."))


def _body(call: Call, upload: Upload) -> tuple[bytes | AsyncIterator[bytes] | None, int | None]:
    """What is sent as the body, and its length; None for no body, and for a length that is not known."""
    if call.body is not None:
        return call.body or None, len(call.body) if call.body or call.header(b"content-length") else None
    length = call.header(b"content-length")
    return upload.pieces(), int(length) if length else None


def _unreached(error: Exception) -> Own:
    if isinstance(error, httpx.ConnectTimeout):
        return failure(504, "timeout", "The vendor could not be reached in time.")
    if isinstance(error, TlsFailure):
        return failure(502, "not_trusted", f"The vendor's certificate is not trusted ({error.why}); nothing was sent.")
    if isinstance(error, httpx.ProxyError):
        return failure(502, "proxy", "The proxy on the way to the vendor cannot be used.")
    return failure(502, "unreachable", "The vendor cannot be reached.")
