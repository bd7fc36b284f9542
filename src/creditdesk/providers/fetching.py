"""One request out, one answer in: at most 2 MiB, no redirect, nothing compressed, no exception of the network."""

from collections.abc import Iterable
from functools import lru_cache

import httpx

from creditdesk.core.pools import Trouble
from creditdesk.providers import troubles
from creditdesk.providers.answers import Answer
from creditdesk.providers.request import Prepared

MAX_BODY = 2 * 1024 * 1024


class _Redirected(Exception):
    """Thrown out of httpx before it looks at the Location of a 3xx answer."""

    def __init__(self, location: str) -> None:
        super().__init__("redirected")
        self.location = location


async def _stop_at_redirect(response: httpx.Response) -> None:
    if 300 <= response.status_code < 400:
        raise _Redirected(response.headers.get("location", ""))


def stop_at_redirects(client: httpx.AsyncClient) -> None:
    """Make the client give up at any 3xx answer, before it builds a request for the new address."""
    client.event_hooks = {"request": [], "response": [_stop_at_redirect]}


async def fetch(client: httpx.AsyncClient, prepared: Prepared, secrets: Iterable[str]) -> Answer | Trouble:
    """The vendor's answer to this request, or the trouble on the way. The client went through `stop_at_redirects`."""
    request = httpx.Request(
        prepared.method,
        _parsed(prepared.url) if prepared.fixed else prepared.url,
        headers=prepared.headers,
        stream=httpx.ByteStream(prepared.content),  # its length and its host are the transport's to tell
        extensions={"timeout": client.timeout.as_dict(), "fixed": prepared.fixed, "public": prepared.public},
    )
    try:
        response = await client.send(request, stream=True, auth=None, follow_redirects=False)
        try:
            return await _read(response, prepared.host)
        finally:
            await response.aclose()
    except _Redirected as redirect:
        return troubles.of_redirect(prepared.origin, redirect.location, secrets)
    except httpx.HTTPError as error:
        return troubles.of_failure(error, prepared.host)


@lru_cache(maxsize=256)
def _parsed(url: str) -> httpx.URL:
    """A URL that holds no secret; httpx takes twice as long for parsing it as for all its headers."""
    return httpx.URL(url)


async def _read(response: httpx.Response, host: str) -> Answer | Trouble:
    headers = {name.decode("latin-1").lower(): text.decode("latin-1") for name, text in response.headers.raw}
    if "content-encoding" in headers and not _is_plain(response.headers):
        return troubles.of_body(host, "answered compressed although nobody asked for it")
    length = headers.get("content-length", "")
    if length.isascii() and length.isdigit() and len(length) < 20 and int(length) > MAX_BODY:
        return troubles.of_body(host, _TOO_LONG)
    chunks: list[bytes] = []
    size = 0
    assert isinstance(response.stream, httpx.AsyncByteStream)
    async for chunk in response.stream:  # as it came: only identity comes here
        size += len(chunk)
        if size > MAX_BODY:
            return troubles.of_body(host, _TOO_LONG)
        chunks.append(chunk)
    return Answer(response.status_code, headers, b"".join(chunks), host)


def _is_plain(headers: httpx.Headers) -> bool:
    encodings = headers.get_list("content-encoding", split_commas=True)
    return all(encoding.strip().lower() in ("", "identity") for encoding in encodings)


_TOO_LONG = "answered with more than 2 MiB"
