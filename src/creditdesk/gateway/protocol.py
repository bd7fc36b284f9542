"""uvicorn's HTTP connection, made stricter: a limit on heads, the request's target as it came, no half requests.

httptools (llhttp) itself refuses what smuggling is made of: a length beside `Transfer-Encoding`, two lengths, bad
line ends, bad names and characters. What it does not limit is the size of a head, and uvicorn does not show whether a
target was a whole address.
"""

import asyncio
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http import httptools_impl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_HEAD_BYTES = 64 * 1024
MOST_HEADERS = 200
HEAD_S = 30.0
"""How long a head may take, from the connection or its first byte on."""
TARGET = "creditdesk.target"
"""The extension of a scope that holds the target of the request, byte for byte."""

for _status in range(600, 1000):  # some vendors answer with statuses that no standard has
    httptools_impl.STATUS_LINE.setdefault(_status, b"HTTP/1.1 %d \r\n" % _status)


class HeadTooLarge(ValueError):
    """A request line and headers over the limit."""


class Connection(HttpToolsProtocol):
    """One client's connection."""

    _head_bytes = 0
    _in_head = True
    _got_body = False
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """A client is there."""
        super().connection_made(transport)
        self._begin_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        self._end_head()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what came; a head that does not end within the limit ends the connection."""
        in_head, self._got_body = self._in_head, False
        super().data_received(data)
        if in_head == self._in_head and not self._got_body and not self.transport.is_closing():
            self._head_bytes += len(data)  # a head, or what stands around a body: lines of chunks, trailers
            if self._head_bytes > MOST_HEAD_BYTES:
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header; a trailer behind a body is none, and must not become one after the head was looked at."""
        if self._in_head:
            super().on_header(name, value)

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        self._got_body, self._head_bytes = True, 0
        super().on_body(body)

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._begin_head()

    def on_headers_complete(self) -> None:
        """The head is there: check it, and hand the request on."""
        self._end_head()
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > MOST_HEAD_BYTES or len(self.headers) > MOST_HEADERS:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            raise HeadTooLarge("the head of this request is too large")
        extensions: dict[str, Any] = {TARGET: bytes(self.url)}
        self.scope["extensions"] = extensions
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """What cannot be read is answered shortly, but never in the middle of another request's answer."""
        self._refuse(HTTPStatus.BAD_REQUEST)

    def _begin_head(self) -> None:
        self._end_head()
        self._in_head, self._head_bytes = True, 0
        self._deadline = self.loop.call_later(HEAD_S, self._refuse, HTTPStatus.REQUEST_TIMEOUT)

    def _end_head(self) -> None:
        self._in_head, self._head_bytes = False, 0
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _refuse(self, status: HTTPStatus) -> None:
        if self.transport.is_closing():
            return
        if self.cycle is None or self.cycle.response_complete:
            head = f"HTTP/1.1 {status.value} {status.phrase}\r\nx-creditdesk-gateway: refused\r\n"
            self.transport.write(f"{head}content-length: 0\r\nconnection: close\r\n\r\n".encode("ascii"))
        self.transport.close()
