"""The way of a request: counted, searched for keys, met by faults, answered by its vendor in one piece, and sent.

The second listener is "another origin": redirects lead to it, and it records whether any credential came along.
"""

import asyncio
import re
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from creditdesk.sandbox.counters import UNKNOWN, Counters, Visit
from creditdesk.sandbox.damage import damaged, html
from creditdesk.sandbox.faults import BEFORE_WORK, Fault, FaultBoard, FaultKind, Taken
from creditdesk.sandbox.raw import is_raw, send_raw
from creditdesk.sandbox.vendor import Service
from creditdesk.sandbox.wire import Answer, Call

_HOP = re.compile(r"/_hop/(\d{1,4})")
_BODY_LIMIT = 256 << 20
_NOWHERE = Answer(404, b"There is no such vendor here.\n", content_type="text/plain")


class _Sent(web.StreamResponse):
    """Stands for an answer that has been written to the socket already; aiohttp closes the connection after it."""

    async def prepare(self, request: web.BaseRequest) -> None:
        return None

    async def write_eof(self, data: Any = b"") -> None:
        return None


class Door:
    """Takes requests from the two listeners. `origins` are (this one, the other), known once both listen."""

    def __init__(
        self,
        services: Mapping[str, Service],
        faults: FaultBoard,
        counters: Counters,
        control: Callable[[Call], Answer],
    ) -> None:
        self._services = services
        self._faults = faults
        self._counters = counters
        self._control = control
        self.origins = ("", "")
        self._stubborn: set[asyncio.Future[Answer]] = set()

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """A request to the vendors' listener."""
        self._counters.entered()
        try:
            call = await _call(request)
            if call.path == "/_control" or call.path.startswith("/_control/"):
                return _response(self._control(call))
            prefix, _, rest = call.path[1:].partition("/")
            if prefix in self._services:
                inner = Call(call.method, f"/{rest}", call.query, call.headers, call.body)
                return await self._serve(request, self._services[prefix], inner)
            self._counters.look_for_keys("(nowhere)", self._counters.masked(f"{call.method} {call.path}"), call)
            return _response(self._hop(call.path, self.origins[0]) or _NOWHERE)
        finally:
            self._counters.left()

    async def elsewhere(self, request: web.BaseRequest) -> web.StreamResponse:
        """A request to the other origin."""
        call = await _call(request)
        self._counters.note_other_origin(call)
        return _response(self._hop(call.path, self.origins[1]) or Answer(200, {"data": {}}))

    def _hop(self, path: str, origin: str) -> Answer | None:
        found = _HOP.fullmatch(path)
        if not found:
            return None
        left = int(found[1])
        location = f"{origin}/_hop/{left - 1}" if left else f"{self.origins[1]}/landing"
        return Answer(302, b"", {"Location": location})

    async def _serve(self, request: web.BaseRequest, service: Service, call: Call) -> web.StreamResponse:
        account, found = service.account_of(call), service.route_of(call)
        name = account.name if account else UNKNOWN
        label = found[0].label if found else self._counters.masked(f"{call.method} {call.path}")
        visit = self._counters.note(service.vendor.name, name, label)
        self._counters.look_for_keys(service.vendor.name, label, call)
        is_reading = label == service.vendor.reading
        taken = self._faults.take(service.vendor.name, name, call.method, call.path, is_reading)
        visit.fault = " ".join(fault.kind for fault in (taken.latency, *taken.consume, taken.main) if fault)
        latency = taken.latency
        if latency and not latency.after_work:
            answer = await self._later(latency, lambda: self._worked(service, call, taken))
        else:
            answer = self._worked(service, call, taken)
        if latency and latency.after_work:
            await asyncio.sleep(latency.seconds)
        return await self._sent(request, visit, answer, taken.main)

    async def _later(self, latency: Fault, work: Callable[[], Answer]) -> Answer:
        """The work, done after a wait; stubbornly: also when nobody waits for its answer any more."""

        async def waited() -> Answer:
            await asyncio.sleep(latency.seconds)
            return work()

        if latency.mode != "stubborn":
            return await waited()
        task = asyncio.ensure_future(waited())
        self._stubborn.add(task)
        task.add_done_callback(self._stubborn.discard)
        return await asyncio.shield(task)

    def _worked(self, service: Service, call: Call, taken: Taken) -> Answer:
        """The answer as it shall be sent. The vendor's work, and another client's, is done in here or not at all."""
        fault = taken.main
        silent = fault is not None and fault.kind in (FaultKind.RESET, FaultKind.HANG) and fault.mode in ("", "before")
        spared = fault is not None and (silent or fault.kind in BEFORE_WORK) and not fault.after_work
        answer = Answer(502) if spared else service.answer(call)
        account = service.account_of(call)
        if account and answer.status == 200:
            for each in taken.consume:
                amounts = service.vendor.consume(account, each.amounts)
                self._counters.consumed(service.vendor.name, account.name, amounts)
        if fault is None:
            return answer
        return self._replaced(service, call, fault) if fault.kind in BEFORE_WORK else damaged(answer, fault)

    def _replaced(self, service: Service, call: Call, fault: Fault) -> Answer:
        vendor = service.vendor
        if fault.kind is FaultKind.THROTTLE:
            return vendor.throttled(call, fault)
        if fault.kind is FaultKind.ERROR:
            return vendor.error(fault.status, fault.mode)
        if fault.kind is FaultKind.REJECT:
            return vendor.rejection(call, no_access=fault.mode == "no-access")
        if fault.kind is FaultKind.HTML:
            return html(fault.status or 200, "Something is not as it should be")
        if fault.kind is FaultKind.REDIRECT:
            return Answer(fault.status or 302, b"", {"Location": self._location(fault)})
        wait = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        return Answer(fault.status or 500, b"The sandbox was told to fail.\n", wait, "text/plain")

    def _location(self, fault: Fault) -> str:
        here, other = self.origins
        if fault.mode == "self":
            return f"{here}/_hop/{fault.size or 0}"
        if not fault.mode:
            return f"{other}/_hop/{fault.size}" if fault.size else f"{other}/landing"
        return fault.mode.replace("{other}", other).replace("{self}", here)

    async def _sent(
        self, request: web.BaseRequest, visit: Visit, answer: Answer, fault: Fault | None
    ) -> web.StreamResponse:
        if fault is None or not is_raw(fault):
            self._counters.settle(visit, answer.status)
            return _response(answer)
        if fault.kind not in (FaultKind.RESET, FaultKind.HANG):
            self._counters.settle(visit, answer.status)
        transport = request.transport
        if transport is not None:
            await send_raw(transport, answer, fault)
        return _Sent()


async def _call(request: web.BaseRequest) -> Call:
    body = bytearray()
    while len(body) <= _BODY_LIMIT:
        piece = await request.content.readany()
        if not piece:
            break
        body += piece
    return Call(request.method, request.path, request.query, request.headers, bytes(body))


def _response(answer: Answer) -> web.Response:
    return web.Response(status=answer.status, body=answer.raw(), headers=answer.all_headers())
