"""A vendor that answers with the bytes a test gives it, and a client that sends the bytes a test gives it."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType

WAIT_S = 10.0


def header(head: bytes, name: bytes) -> bytes:
    """The value of a header; b"" where there is none."""
    for line in head.split(b"\r\n")[1:]:
        each, _, value = line.partition(b":")
        if each.strip().lower() == name:
            return value.strip()
    return b""


def headers(head: bytes) -> list[tuple[bytes, bytes]]:
    """All headers in their order, names in small letters."""
    lines = [line.partition(b":") for line in head.split(b"\r\n")[1:] if line]
    return [(name.lower(), value.strip()) for name, _, value in lines]


class Stream:
    """What comes over a socket, read by heads and bodies."""

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self._data = b""

    def head(self) -> bytes:
        """The next head with its empty line; b"" where the other side went."""
        while b"\r\n\r\n" not in self._data:
            part = self.socket.recv(65536)
            if not part:
                return b""
            self._data += part
        head, _, self._data = self._data.partition(b"\r\n\r\n")
        return head + b"\r\n\r\n"

    def body(self, head: bytes, bodiless: bool = False) -> bytes:
        """A whole body as its head frames it; AssertionError where it is cut."""
        if bodiless:
            return b""
        if header(head, b"transfer-encoding").lower() != b"chunked":
            return self._take(int(header(head, b"content-length") or 0))
        body = b""
        while size := int(self._line().split(b";")[0], 16):
            body += self._take(size)
            self._take(2)
        self._take(2)
        return body

    def rest(self) -> bytes:
        """All that comes until the other side ends; a reset ends it too."""
        data, self._data = self._data, b""
        try:
            while part := self.socket.recv(65536):
                data += part
        except ConnectionError:
            pass
        return data

    def piece(self) -> bytes:
        """What comes next, as it comes."""
        data, self._data = self._data, b""
        return data or self.socket.recv(65536)

    def close(self) -> None:
        self.socket.close()

    def _take(self, size: int) -> bytes:
        parts = [self._data]
        while sum(map(len, parts)) < size:
            parts.append(self.socket.recv(1 << 20))
            assert parts[-1], "the body was cut"
        data = b"".join(parts)
        self._data = data[size:]
        return data[:size]

    def _line(self) -> bytes:
        while b"\r\n" not in self._data:
            part = self.socket.recv(65536)
            assert part, "the body was cut"
            self._data += part
        line, _, self._data = self._data.partition(b"\r\n")
        return line


@dataclass
class Came:
    """One request as the vendor got it."""

    head: bytes
    body: bytes
    stream: Stream

    @property
    def line(self) -> bytes:
        return self.head.split(b"\r\n")[0]

    def header(self, name: bytes) -> bytes:
        return header(self.head, name)


Answering = Callable[[socket.socket, Came], bool | None]


def plain(body: bytes, status: bytes = b"200 OK", more: bytes = b"") -> bytes:
    """A plain answer."""
    return b"HTTP/1.1 %b\r\nContent-Length: %d\r\n%b\r\n%b" % (status, len(body), more, body)


def answer_plainly(connection: socket.socket, came: Came) -> bool:
    connection.sendall(plain(b"{}"))
    return True


@dataclass
class RawVendor:
    """`with RawVendor() as vendor:`; `answer` is called with each request and writes to the socket.

    It returns True to keep the connection. `reads_body` False leaves the body to `answer`.
    """

    answer: Answering = answer_plainly
    reads_body: bool = True
    came: list[Came] = field(default_factory=list)
    gone: threading.Event = field(default_factory=threading.Event)
    """Set when a client ended its connection."""

    def __enter__(self) -> "RawVendor":
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(WAIT_S)
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def forget(self) -> None:
        """Be as new: answer plainly, know of nothing. Connections that are kept go on."""
        self.answer, self.reads_body, self.came, self.gone = answer_plainly, True, [], threading.Event()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.settimeout(WAIT_S)
            self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        stream, gone = Stream(connection), threading.Event()
        try:
            while True:
                head = stream.head()
                if not head:
                    break
                gone, seen = self.gone, self.came
                came = Came(head, stream.body(head) if self.reads_body else b"", stream)
                seen.append(came)
                if not self.answer(connection, came):
                    break
        except (OSError, AssertionError):
            pass
        finally:
            gone.set()
            connection.close()


def connect(port: int) -> Stream:
    """A connection to the gateway."""
    return Stream(socket.create_connection(("127.0.0.1", port), timeout=WAIT_S))
