"""A service on loopback that takes messages of Apprise's json:// addresses; the path says how it answers."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Receiver:
    """What came, and a gate that is shut while a test wants no answer to come. A path with 403 in it is refused so."""

    port: int = 0
    paths: list[str] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)

    def address(self, path: str, user: str = "") -> str:
        return f"json://{user}127.0.0.1:{self.port}/{path}"


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver that answers; `gate.clear()` stops that."""
    receiver = Receiver()
    receiver.gate.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.paths.append(self.path)
            receiver.bodies.append(json.loads(body))
            receiver.gate.wait(20)
            status = next((each for each in (302, 403, 500) if str(each) in self.path), 200)
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        receiver.port = server.server_port
        thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01))
        thread.start()
        yield receiver
        receiver.gate.set()
        server.shutdown()
        thread.join()
