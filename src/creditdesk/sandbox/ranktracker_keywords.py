"""Ranktracker's accounts, domains and keywords as values, and what a request to create keywords asks for."""

import zlib
from dataclasses import dataclass, field
from typing import Any

from creditdesk.sandbox.vendor import Account

Engine = tuple[str, str, str, str]
QUOTAS = ("keywords", "dataRows", "onDemand", "serpAnalyser")
ENGINE_FIELDS = ("name", "location", "language", "device")


@dataclass(slots=True)
class Keyword:
    """A keyword: a word on one engine (name, location, language, device). Untracked, it occupies no slot."""

    id: str
    word: str
    engine: Engine
    frequency: str
    tracked: bool = True
    tags: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Domain:
    """A domain of an account, with its keywords by id."""

    id: str
    name: str
    keywords: dict[str, Keyword] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The resource. Its attribute names are assumed: the vendor's are not known."""
        return {"id": self.id, "type": "domain", "attributes": {"name": self.name}}

    def without_repeats(self, pairs: list[tuple[str, Engine]]) -> list[tuple[str, Engine]]:
        """The pairs that are neither tracked here already nor repeated among themselves (case and ends ignored)."""
        seen = {(_folded(each.word), each.engine) for each in self.keywords.values()}
        fresh = []
        for word, engine in pairs:
            identity = (_folded(word), engine)
            if identity not in seen:
                seen.add(identity)
                fresh.append((word, engine))
        return fresh


@dataclass(slots=True)
class RanktrackerAccount(Account):
    """`base` is occupied by what is not listed here (other projects); `tracked` counts the keywords that are.

    `duplicates` is what a repeated keyword does: "count" (as documented: the product), "skip" or "refuse".
    """

    id: str = ""
    api_enabled: bool = True
    limits: dict[str, int] = field(default_factory=dict)
    base: dict[str, int] = field(default_factory=dict)
    domains: dict[str, Domain] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    tracked: int = 0
    rows_per_keyword: int = 1
    duplicates: str = "count"

    def usage(self, quota: str) -> int:
        """Slots in use."""
        weight = {"keywords": 1, "dataRows": self.rows_per_keyword}.get(quota, 0)
        return self.base[quota] + self.tracked * weight

    def left(self, quota: str) -> int:
        """Free slots; negative after a downgrade."""
        return self.limits[quota] - self.usage(quota)

    def fits(self, keywords: int) -> bool:
        """Whether this many more keywords fit both quotas."""
        rows = keywords * self.rows_per_keyword
        return not keywords or (keywords <= self.left("keywords") and rows <= self.left("dataRows"))


def keyword_json(keyword: Keyword) -> dict[str, Any]:
    """The resource, with the documented attribute names; `tracked` and `frequency` on reading are assumed."""
    name, location, language, device = keyword.engine
    seed = zlib.crc32(keyword.word.encode("utf-8", "surrogatepass"))
    summary = {
        "search_volume": seed % 40_000,
        "traffic": seed % 900,
        "cost_per_click": (seed % 500) / 100,
        "competition": (seed % 100) / 100,
        "difficulty": seed % 100,
    }
    return {
        "id": keyword.id,
        "type": "keyword",
        "attributes": {
            "word": keyword.word,
            "searchEngine": name,
            "location": location,
            "language": language,
            "device": device,
            "frequency": keyword.frequency,
            "tracked": keyword.tracked,
            "results": {"summary": summary, "history": []},
        },
    }


def wanted(given: dict[str, Any] | None) -> tuple[list[str], list[Engine], str, list[str] | None]:
    """Words, engines and frequency of a create, and its problems: one text per bad field, None when one is missing."""
    if given is None or "words" not in given or "search_engines" not in given:
        return [], [], "", None
    words, engines, frequency = given["words"], given["search_engines"], given.get("frequency", "daily")
    problems = []
    if not isinstance(words, list) or not words or not all(isinstance(word, str) and word.strip() for word in words):
        problems.append("words must be a list of texts that are not blank")
    if not isinstance(engines, list) or not engines or not all(_is_engine(engine) for engine in engines):
        problems.append("search_engines must be a list of objects with name, location, language and device")
    if frequency != "daily":
        problems.append("frequency must be daily")
    if problems:
        return [], [], "", problems
    return words, [_engine(engine) for engine in engines], frequency, []


def _is_engine(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(value.get(name), str) and value[name] for name in ENGINE_FIELDS)


def _engine(value: dict[str, str]) -> Engine:
    return value["name"], value["location"], value["language"], value["device"]


def _folded(word: str) -> str:
    return " ".join(word.split()).casefold()
