"""The built-in vendors' meters and the requests that scripts make, for the tests of the gateway's counting."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from creditdesk.core.metering import Call, Told
from creditdesk.providers.answer_text import Answer
from creditdesk.providers.catalogue import Catalogue
from creditdesk.providers.metering import Meter

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "providers"
CATALOGUE = Catalogue(FOLDER, ours=FOLDER)
JSON = ((b"Content-Type", b"application/json"),)


def meter(provider: str, **settings: str) -> Meter:
    return Meter(CATALOGUE.get(provider), settings)


def post(path: str, body: object) -> Call:
    return Call("POST", path.encode(), b"", ((b"content-type", b"application/json"),), json.dumps(body).encode())


def get(path: str, query: str = "") -> Call:
    return Call("GET", path.encode(), query.encode())


def answer(body: Any, status: int = 200) -> Answer:
    return Answer(status, JSON, body if isinstance(body, bytes) else json.dumps(body).encode())


def amounts(told: Told) -> list[Decimal] | None:
    """What is drawn, one amount a draw; None where nobody knows."""
    return None if told.draws is None else [draw.amount for draw in told.draws]
