"""Faults that no HTTP library would send: they write to the socket themselves and end the connection."""

import asyncio
import os
import socket
import struct
import zlib
from collections.abc import Iterator
from http import HTTPStatus

from creditdesk.sandbox.faults import Fault, FaultKind
from creditdesk.sandbox.wire import Answer

_ROOM = 1 << 20
_BLOCK = 1 << 20
_SOON = 0.002
_RESET_ON_CLOSE = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)


async def send_raw(transport: asyncio.Transport, answer: Answer, fault: Fault) -> None:
    """Send the answer with this fault, then close the connection (by a reset where the fault is one)."""
    if fault.kind is FaultKind.RESET:
        await _reset(transport, answer, fault.mode or "before")
        return
    if fault.kind is FaultKind.HANG:
        await _hang(transport, answer, fault.mode)
    elif fault.kind is FaultKind.DRIP:
        await _drip(transport, answer, fault)
    elif fault.kind is FaultKind.TRUNCATED:
        await _broken_transfer(transport, answer, fault.mode)
    else:
        await _flood(transport, answer, fault)
    transport.close()


def is_raw(fault: Fault) -> bool:
    """Whether this fault has to be sent by this module."""
    kinds = {FaultKind.RESET, FaultKind.HANG, FaultKind.DRIP, FaultKind.HUGE, FaultKind.GZIP_BOMB}
    broken = fault.kind is FaultKind.TRUNCATED and fault.mode in {"transfer", "chunked"}
    return fault.kind in kinds or fault.kind is FaultKind.MANY_HEADERS or broken


def head(answer: Answer, *extra: str) -> bytes:
    """Status line and headers, with the empty line that ends them."""
    try:
        reason = HTTPStatus(answer.status).phrase
    except ValueError:
        reason = "Unknown"
    lines = [f"HTTP/1.1 {answer.status} {reason}"]
    lines += [f"{name}: {value}" for name, value in answer.all_headers().items()]
    return "\r\n".join([*lines, *extra, "", ""]).encode("latin-1")


async def _write(transport: asyncio.Transport, data: bytes) -> bool:
    """Write when there is room; False when the client has gone."""
    while not transport.is_closing() and transport.get_write_buffer_size() > _ROOM:
        await asyncio.sleep(_SOON)
    if transport.is_closing():
        return False
    transport.write(data)
    await asyncio.sleep(0)
    return True


async def _emptied(transport: asyncio.Transport) -> None:
    while not transport.is_closing() and transport.get_write_buffer_size():
        await asyncio.sleep(_SOON)


def reset(transport: asyncio.Transport) -> None:
    """End the connection with a TCP reset."""
    sock = transport.get_extra_info("socket")
    if sock is not None and not transport.is_closing():
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    transport.abort()


async def _reset(transport: asyncio.Transport, answer: Answer, mode: str) -> None:
    if mode != "before":
        body = answer.raw()
        start = head(answer, f"Content-Length: {len(body)}")
        part = start[: len(start) // 2] if mode == "head" else start + body[: len(body) // 2]
        await _write(transport, part)
        await _emptied(transport)
        await asyncio.sleep(0.05)  # a reset overtakes what the client has not read yet
    reset(transport)


async def _hang(transport: asyncio.Transport, answer: Answer, mode: str) -> None:
    if mode == "head":
        await _write(transport, head(answer, f"Content-Length: {len(answer.raw()) + 1}"))
    await asyncio.Event().wait()  # cancelled when the client goes, or the sandbox stops


async def _drip(transport: asyncio.Transport, answer: Answer, fault: Fault) -> None:
    body = answer.raw()
    start = head(answer, f"Content-Length: {len(body)}", "Connection: close")
    if fault.mode == "body":
        await _write(transport, start)
        start = b""
    for byte in start + body:
        if not await _write(transport, bytes([byte])):
            return
        await asyncio.sleep(fault.seconds)


async def _broken_transfer(transport: asyncio.Transport, answer: Answer, mode: str) -> None:
    body = answer.raw()
    half = body[: len(body) // 2]
    if mode == "chunked":
        framed = b"%x\r\n%s\r\nnot-a-size\r\n" % (len(half), half)
        await _write(transport, head(answer, "Transfer-Encoding: chunked") + framed)
    else:
        await _write(transport, head(answer, f"Content-Length: {len(body)}") + half)
    await _emptied(transport)


async def _flood(transport: asyncio.Transport, answer: Answer, fault: Fault) -> None:
    for piece in _pieces(answer, fault):
        if not await _write(transport, piece):
            return
    await _emptied(transport)


def _pieces(answer: Answer, fault: Fault) -> Iterator[bytes]:
    body = answer.raw()
    if fault.kind is FaultKind.MANY_HEADERS:
        return _many_headers(answer, body, fault.size or 1_000_000)
    if fault.kind is FaultKind.GZIP_BOMB:
        return _bomb(answer, body, max(fault.size or 1_000_000_000, len(body)))
    return _huge(answer, body, max(fault.size or 10_000_000_000, len(body)))


def _many_headers(answer: Answer, body: bytes, number: int) -> Iterator[bytes]:
    yield head(answer, f"Content-Length: {len(body)}")[:-2]
    for start in range(0, number, 1_000):
        last = min(start + 1_000, number)
        yield b"".join(b"X-Filler-%d: %d\r\n" % (each, each) for each in range(start, last))
    yield b"\r\n" + body


def _huge(answer: Answer, body: bytes, size: int) -> Iterator[bytes]:
    yield head(answer, f"Content-Length: {size}") + body
    blank = b" " * _BLOCK
    left = size - len(body)
    while left > 0:
        yield blank[:left]
        left -= _BLOCK


def _bomb(answer: Answer, body: bytes, size: int) -> Iterator[bytes]:
    """One gzip member. A block of blanks ends in a full flush, so that its compressed bytes are made only once."""
    squeezed = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    yield head(answer, "Content-Encoding: gzip", "Connection: close")
    yield b"\x1f\x8b\x08\0\0\0\0\0\x02\xff" + squeezed.compress(body) + squeezed.flush(zlib.Z_FULL_FLUSH)
    blank = b" " * _BLOCK
    block = squeezed.compress(blank) + squeezed.flush(zlib.Z_FULL_FLUSH)
    check, left = zlib.crc32(body), size - len(body)
    while left >= _BLOCK:
        yield block
        check = zlib.crc32(blank, check)
        left -= _BLOCK
    rest = squeezed.compress(blank[:left]) + squeezed.flush(zlib.Z_FINISH)
    yield rest + struct.pack("<II", zlib.crc32(blank[:left], check), size & 0xFFFFFFFF)
