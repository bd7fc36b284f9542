"""The gateway as an ASGI application: who may come in, with which token, to which account."""

import asyncio
import logging
from collections.abc import MutableMapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from creditdesk.core.metering import Call
from creditdesk.gateway import doors, hops
from creditdesk.gateway.feed import Feed
from creditdesk.gateway.lines import Line, Lines
from creditdesk.gateway.old import Gathered
from creditdesk.gateway.own import Own, failure
from creditdesk.gateway.protocol import TARGET
from creditdesk.gateway.relay import Cut, Ended, Relay, Visit
from creditdesk.gateway.tickets import Tickets
from creditdesk.gateway.upload import MOST_READ, ClientGone, Receive, Send, Upload
from creditdesk.store.tokens import PREFIX

_log = logging.getLogger(__name__)

_LOOKED_INTO = (b"json", b"x-www-form-urlencoded")
_ENDS = failure(503, "ends", "The gateway ends. The request may have reached the vendor.")
_BUG = failure(500, "bug", "This is a bug of creditdesk's gateway. The request may have reached the vendor.")


class Front:
    """Answers every request: with the vendor's answer, or with one of the gateway's own."""

    def __init__(self, lines: Lines, tickets: Tickets, relay: Relay, feed: Feed) -> None:
        self._feed = feed
        self._lines = lines
        self._tickets = tickets
        self._relay = relay
        self.port = 0

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """One request, as ASGI has it. Never raises."""
        task = asyncio.current_task()
        upload = Upload(receive, task)
        if scope["http_version"] == "1.0":
            send = Gathered(send).send
        try:
            await self._answered(scope, upload, send)
        except Ended as ended:
            await _say(ended.own, send)
        except (Cut, ClientGone):
            pass  # uvicorn closes a connection whose answer is not whole
        except asyncio.CancelledError:
            if task is not None:
                task.uncancel()  # this task ends here: the client is gone, or the gateway ends
            if not upload.gone:
                await _say(_ENDS, send)
        except Exception as error:  # a bug of ours must not end other requests; the redacted log has it
            _log.exception("a bug of the gateway: %s", type(error).__name__)
            await _say(_BUG, send)
        finally:
            upload.end()

    async def _answered(self, scope: MutableMapping[str, Any], upload: Upload, send: Send) -> None:
        method, headers = scope["method"], scope["headers"]
        own = doors.refused(method, headers, self.port)
        target = doors.target_of(scope["extensions"][TARGET])
        if own is not None or isinstance(target, Own):
            raise Ended(own or target)  # type: ignore[arg-type]  # one of them is
        line = self._lines.find(target.account)
        call = Call(method, target.path, target.query, headers, None if _has_body(headers) else b"")
        if line is not None:
            call = line.meter.whole(call)
        if call.body is not None:
            upload.is_empty()
        visit = await self._admitted(line, call, upload)
        await self._relay.pass_on(visit, upload, send)

    async def _admitted(self, line: Line | None, call: Call, upload: Upload) -> Visit:
        """The request with its token checked, and its body read where it is to be looked into. Raises Ended."""
        secret = line.presenter.presented(call, PREFIX) if line else None
        if secret is None and line is not None and line.presenter.needs_body:
            call = await _with_body(call, upload)
            secret = line.presenter.presented(call, PREFIX)
        token = await self._tickets.admit(secret, line.account.id if line else None)
        if token is None or line is None or secret is None:
            if _is_read(call):
                await upload.pass_over()  # whether there is an account or not: when it answers tells nothing either
            self._feed.note_turned_away()
            raise Ended(doors.UNKNOWN)
        return Visit(line, token, secret, await _with_body(call, upload))


async def _with_body(call: Call, upload: Upload) -> Call:
    """The call with its body, where that is JSON or a form and small enough to be looked into."""
    return replace(call, body=await upload.read()) if _is_read(call) else call


def _is_read(call: Call) -> bool:
    if call.body is not None or not any(each in call.header(b"content-type").lower() for each in _LOOKED_INTO):
        return False
    return int(call.header(b"content-length") or 0) <= MOST_READ


def _has_body(headers: hops.Headers) -> bool:
    return hops.first(headers, b"content-length") not in (b"", b"0") or hops.count(headers, b"transfer-encoding") > 0


async def _say(own: Own, send: Send) -> None:
    """Give an answer of our own; where another one was begun, the connection is cut."""
    with suppress(RuntimeError):
        await send({"type": "http.response.start", "status": own.status, "headers": own.head()})
        await send({"type": "http.response.body", "body": own.body, "more_body": False})
