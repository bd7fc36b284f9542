"""Keywords that a sample account tracks at its vendor, so that the sizer has something to subtract and to pause."""

import json
from pathlib import Path
from urllib.request import Request, urlopen

ENGINES = tuple(
    {"name": "google", "location": "United States", "language": "en", "device": device}
    for device in ("desktop", "mobile")
)
PATIENCE_S = 10


def tracked_words(folder: Path) -> list[str]:
    """The keywords of `folder`/tracked-keywords.txt."""
    return (folder / "tracked-keywords.txt").read_text("utf-8").split("\n")[:-1]


def track(address: str, key: str, words: list[str]) -> None:
    """Create these keywords on both engines at the first domain of the sandbox's account at `address`."""
    domain = _asked(Request(f"{address}/domains", headers={"Authorization": key}))["data"][0]["id"]
    body = json.dumps({"frequency": "daily", "words": words, "search_engines": ENGINES}).encode()
    headers = {"Authorization": key, "Content-Type": "application/json"}
    _asked(Request(f"{address}/domains/{domain}/keywords", body, headers))


def _asked(request: Request) -> dict[str, list[dict[str, str]]]:
    with urlopen(request, timeout=PATIENCE_S) as answer:  # the sandbox on this computer
        found: dict[str, list[dict[str, str]]] = json.load(answer)
        return found
