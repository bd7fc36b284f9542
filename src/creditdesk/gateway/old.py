"""Answers for HTTP/1.0, which knows no chunks: a body of unknown length is gathered to tell its length first."""

from typing import Any

from creditdesk.gateway.upload import MOST_READ, Send


class Gathered:
    """Takes an answer's messages, and sends them when its length is known; one over MOST_READ goes as it comes."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Any = None
        self._parts: list[bytes] = []

    async def send(self, message: Any) -> None:
        """One message of ASGI."""
        if message["type"] == "http.response.start":
            if any(name == b"content-length" for name, _ in message["headers"]):
                await self._send(message)
            else:
                self._start = message
            return
        if self._start is None:
            await self._send(message)
            return
        self._parts.append(message.get("body", b""))
        ended, size = not message.get("more_body", False), sum(map(len, self._parts))
        if ended or size > MOST_READ:
            start, self._start = self._start, None
            if ended and start["status"] not in (204, 304):
                start["headers"] = [*start["headers"], (b"content-length", b"%d" % size)]
            await self._send(start)
            await self._send({"type": "http.response.body", "body": b"".join(self._parts), "more_body": not ended})
