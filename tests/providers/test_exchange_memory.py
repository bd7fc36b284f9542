"""Promise D3: no hostile answer takes more than 50 MiB. Each is met in a process of its own, which is measured."""

import json
import subprocess
import sys

import pytest

_CHILD = """
import asyncio, json, resource, sys, zlib
from creditdesk.providers.exchange import Exchange
from creditdesk.providers.transport import open_client
from tests.providers.asking import KEY, account, clock, loopback, replies, reply, vendor

MEGA = 1024 * 1024
GIB = 10 * 1024 * MEGA


def bomb():
    # 2 MiB of gzip that would be 2 GiB.
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = b"".join(packer.compress(bytes(MEGA)) for _ in range(512)) + packer.flush()
    return reply(packed, headers=b"Content-Encoding: gzip\\r\\n")


def flood(head, chunk, times):
    def serving(here):
        async def serve(reader, writer):
            await here.read(reader)
            writer.write(head)
            for _ in range(times):
                writer.write(chunk)
                await writer.drain()
        return serve
    return serving


def filled(unit, rest=b"]"):
    body = b"[" + unit * ((2 * MEGA - 64) // len(unit)) + rest
    return replies(reply(body))


OK = b"HTTP/1.1 200 OK\\r\\n"
MANY = b"".join(b"X-%d: y\\r\\n" % each for each in range(10_000))
TEXTS = b",".join(b'"text %011d"' % each for each in range(99_000))
OBJECTS = b",".join(b'{"name %05d":1.5}' % each for each in range(49_000))
CASES = {
    "gzip bomb": lambda: replies(bomb()),
    "10 GB with its length": lambda: flood(OK + b"Content-Length: %d\\r\\n\\r\\n" % GIB, b" " * MEGA, 10_240),
    "10 GB without a length": lambda: flood(OK + b"\\r\\n", b" " * MEGA, 10_240),
    "10 GB in chunks": lambda: flood(
        OK + b"Transfer-Encoding: chunked\\r\\n\\r\\n", b"100000\\r\\n" + b" " * MEGA + b"\\r\\n", 10_240
    ),
    "a million headers": lambda: flood(OK, MANY, 100),
    "one header of 100 MB": lambda: flood(OK + b"X: ", b"x" * MEGA, 100),
    "a million cookies": lambda: flood(OK, b"".join(b"Set-Cookie: a%d=b\\r\\n" % each for each in range(10_000)), 100),
    "an endless first line": lambda: flood(b"HTTP/1.1 200 ", b"O" * MEGA, 100),
    "a million interim answers": lambda: flood(b"", b"HTTP/1.1 100 Continue\\r\\n\\r\\n" * 10_000, 100),
    "endless trailers": lambda: flood(OK + b"Transfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n", MANY, 100),
    "empty lists": lambda: filled(b"[],", b"0]"),
    "empty objects": lambda: filled(b"{},", b"0]"),
    "fractions": lambda: filled(b"1.5,", b"0]"),
    "names": lambda: filled(b'{"abcd":1},', b"0]"),
    "texts": lambda: filled(b'"abcd",', b"0]"),
    "as many as allowed": lambda: replies(reply(b"[" + TEXTS + b"]")),
    "as many objects as allowed": lambda: replies(reply(b"[" + OBJECTS + b"]")),
    "one wide text": lambda: replies(reply(b'["' + b"x" * (2 * MEGA - 64) + b'\\xf0\\x9f\\x98\\x80"]')),
    "deep": lambda: replies(reply(b"[" * MEGA + b"]" * MEGA)),
    "open": lambda: replies(reply(b"[" * (2 * MEGA))),
    "quotes": lambda: replies(reply(b'"' + b'\\\\"' * (MEGA - 32))),
    "digits": lambda: replies(reply(b"[" + b"9" * (2 * MEGA - 64) + b"]")),
}


async def ask(serving):
    async with loopback(serving) as here, open_client() as client:
        return await Exchange(client, 10).ask(vendor(), account(base_url=here.origin), {"key": KEY}, clock)


def most():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


asyncio.run(ask(replies(reply())))
serving = CASES[sys.argv[1]]()
before = most()
result = asyncio.run(ask(serving))
print(json.dumps({"rise": most() - before, "kind": str(result.kind), "message": result.message}))
"""

_CASES = {
    "gzip bomb": "bad_answer",
    "10 GB with its length": "bad_answer",
    "10 GB without a length": "bad_answer",
    "10 GB in chunks": "bad_answer",
    "a million headers": "vendor_down",
    "one header of 100 MB": "vendor_down",
    "a million cookies": "vendor_down",
    "an endless first line": "vendor_down",
    "a million interim answers": "vendor_down",
    "endless trailers": "vendor_down",
    "empty lists": "bad_answer",
    "empty objects": "bad_answer",
    "fractions": "bad_answer",
    "names": "bad_answer",
    "texts": "bad_answer",
    "as many as allowed": "bad_answer",
    "as many objects as allowed": "bad_answer",
    "one wide text": "bad_answer",
    "deep": "bad_answer",
    "open": "bad_answer",
    "quotes": "bad_answer",
    "digits": "bad_answer",
}


@pytest.mark.parametrize(("case", "kind"), _CASES.items())
@pytest.mark.promise("D3", f"{len(_CASES)} hostile answers")
def test_no_hostile_answer_takes_more_than_fifty_mebibytes(case: str, kind: str) -> None:
    done = subprocess.run([sys.executable, "-c", _CHILD, case], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["kind"] == kind, told
    assert told["rise"] <= 50 * 1024 * 1024, told
