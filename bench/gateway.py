"""The gateway beside a direct connection and beside nginx as a reverse proxy: what each adds, in one run; and memory.

`python -m bench.gateway 100000` weighs the gateway's memory over so many requests; `python -m bench gateway` does over
a tenth of that.
"""

import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil

from bench.figures import Figure, machine, table
from bench.runs import HERE, child, environment, in_turns, median

RUNS = 5
REQUESTS = 2_000
CONNECTIONS = 32
WEIGHED = 10_000
NO_NGINX = "nginx is not installed: apt-get install nginx-light (as root) brings it"
PATH = "/v1/serp/overview"
WAITS_S = 10.0
SYNCED = 200
NGINX = """worker_processes 1; daemon off; master_process off; pid {folder}/pid; error_log stderr emerg;
events {{ worker_connections 1024; }}
http {{
    access_log off; client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
    uwsgi_temp_path {folder}; scgi_temp_path {folder}; keepalive_requests 1000000;
    upstream vendor {{ server 127.0.0.1:{vendor}; keepalive 64; keepalive_requests 1000000; }}
    server {{ listen 127.0.0.1:{port}; location / {{
        proxy_pass http://vendor; proxy_http_version 1.1; proxy_set_header Connection ""; }} }}
}}
"""
Ways = Mapping[str, tuple[str, str, str]]
"""Port, path and token of each."""


def measure(
    runs: int = RUNS, requests: int = REQUESTS, connections: int = CONNECTIONS, weighed: int = WEIGHED
) -> list[Figure]:
    """Each way alone, one request after the other, and over many connections; then the gateway's memory."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        _, vendor = stack.enter_context(_server("gateway_vendor.py"))
        process, told = stack.enter_context(_server("gateway_child.py", str(folder / "desk"), vendor))
        port, tokens = json.loads(told)
        shop = f"/Shop{PATH}"
        ways = {
            "direct": (vendor, PATH, "x"),
            "gateway, watch": (port, shop, tokens["watch"]),
            "gateway, refuse": (port, shop, tokens["refuse"]),
        }
        if nginx := stack.enter_context(_nginx(folder, vendor)):
            ways["nginx"] = (nginx, PATH, "x")
        else:
            print(NO_NGINX, file=sys.stderr)
        synced = _synced_ms(folder / "synced")
        alone = in_turns({way: _words(words, requests, 1) for way, words in ways.items()}, runs)
        many = in_turns({way: _words(words, requests, connections) for way, words in ways.items()}, runs)
        grown = _growth(process, ways["gateway, refuse"], weighed, connections)
    figures = [Figure(f"gateway: {way}, median", median(alone[way], "ms"), "ms") for way in ways]
    figures += [Figure(f"gateway: {way}, 99th percentile", median(alone[way], "p99_ms"), "ms") for way in ways]
    for way in list(ways)[1:]:
        for name, key, limit in (("the median", "ms", "<= 2"), ("the 99th percentile", "p99_ms", "")):
            added = median(alone[way], key) - median(alone["direct"], key)
            figures.append(Figure(f"gateway: added at {name}, {way}", added, "ms", limit if "gateway" in way else ""))
    figures.append(Figure("gateway: a synced write to this disk, by hand", synced, "ms"))
    title = f"{connections} connections"
    figures += [Figure(f"gateway: {way}, {title}", median(many[way], "rate"), "/s") for way in ways]
    figures.append(Figure("gateway: processor's time of a request", grown["cpu_ms"], "ms"))
    figures.append(Figure(f"gateway: memory after {weighed // 5:,} requests", grown["before_mb"], "MB"))
    return [*figures, Figure(f"gateway: growth over {weighed:,} requests", grown["growth_mb"], "MB", "<= 5")]


def _synced_ms(path: Path) -> float:
    """The median of writing a page and waiting for the disk: the gateway does so once before each request leaves."""
    took = []
    with path.open("wb", buffering=0) as file:
        for _ in range(SYNCED):
            begun = time.perf_counter()
            file.write(b"x" * 4096)
            os.fsync(file.fileno())
            took.append(1000 * (time.perf_counter() - begun))
    return statistics.median(took)


def _words(way: tuple[str, str, str], requests: int, connections: int) -> Sequence[str]:
    return ["gateway_client.py", *way, str(requests), str(connections)]


def _growth(process: psutil.Process, way: tuple[str, str, str], requests: int, connections: int) -> dict[str, float]:
    """The gateway's memory after a fifth of so many requests, and by how much it grows over all of them."""
    child(_words(way, requests // 5, connections))
    before, cpu = process.memory_info().rss / 1e6, sum(process.cpu_times()[:2])
    for _ in range(5):
        child(_words(way, requests // 5 * 10 // 11, connections))  # the client warms up with a tenth
    spent = sum(process.cpu_times()[:2]) - cpu
    return {
        "before_mb": before,
        "growth_mb": process.memory_info().rss / 1e6 - before,
        "cpu_ms": 1000 * spent / requests,
    }


@contextmanager
def _server(*words: str) -> Iterator[tuple[psutil.Process, str]]:
    """A child that prints one line and serves; its process and the line."""
    running = subprocess.Popen(
        [sys.executable, str(HERE / words[0]), *words[1:]], env=environment(), stdout=subprocess.PIPE, text=True
    )
    try:
        assert running.stdout is not None
        yield psutil.Process(running.pid), running.stdout.readline().strip()
    finally:
        running.kill()
        running.wait()
        if running.stdout is not None:
            running.stdout.close()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _wait_for(port: int) -> None:
    """Until somebody listens. Raises OSError."""
    deadline = time.monotonic() + WAITS_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)


@contextmanager
def _nginx(folder: Path, vendor: str) -> Iterator[str]:
    """The port of an nginx that passes everything on to the vendor; "" where there is none."""
    program = shutil.which("nginx")
    if program is None:
        yield ""
        return
    port = str(_free_port())
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, vendor=vendor, port=port), encoding="ascii")
    running = subprocess.Popen([program, "-p", str(folder), "-c", str(folder / "nginx.conf")])
    try:
        _wait_for(int(port))
        yield port
    finally:
        running.terminate()
        running.wait()


if __name__ == "__main__":
    print(machine())
    print(table(measure(weighed=int(sys.argv[1]) if len(sys.argv) > 1 else WEIGHED)))
