"""Reading and cleaning a million keywords, beside polars and pandas doing about the same, in turns."""

import random
import tempfile
import unicodedata
from collections.abc import Sequence
from importlib.machinery import PathFinder
from pathlib import Path

from bench.figures import Figure
from bench.runs import Found, in_turns, median

RUNS = 10
ROWS = 1_000_000
PEERS = Path(__file__).resolve().parents[1] / "build" / "peers"
"""Where `make bench` puts polars and pandas, apart from what the desk runs on."""

WORDS = (
    *("running", "shoes", "trail", "buy", "cheap", "best", "red", "blue", "for", "women", "men", "kids"),
    *("review", "2026", "size", "wide", "near", "me", "online", "sale", "leather", "waterproof", "winter"),
    *("summer", "hiking", "boots", "sneakers", "café", "crème", "Schuhe", "für", "Füße", "zapatillas"),
    *("Städte", "weiß", "красные", "туфли"),
)


def measure(runs: int = RUNS, rows: int = ROWS) -> list[Figure]:
    """The medians of so many runs each. A peer that is not installed is left out."""
    peers = [name for name in ("polars", "pandas") if PathFinder.find_spec(name, [str(PEERS)])]
    with tempfile.TemporaryDirectory(prefix="creditdesk-bench-") as folder:
        path = Path(folder) / "keywords.csv"
        write(path, rows)
        ways = {name: ["list_child.py", name, str(path), str(PEERS)] for name in ("desk", *peers)}
        found = in_turns(ways, runs)
        title = f"lists: {rows:,} lines, {path.stat().st_size / 1e6:.0f} MB"
    figures = [
        Figure(f"{title}, desk", median(found["desk"], "work_ms"), "ms"),
        Figure("lists: memory of the desk's child", median(found["desk"], "child_mb"), "MB", "<= 314"),
        Figure("lists: memory of the desk's process, items included", median(found["desk"], "peak_mb"), "MB"),
        Figure("lists: largest gap of the loop meanwhile", median(found["desk"], "gap_ms"), "ms", "<= 100"),
        Figure("lists: different items, desk", median(found["desk"], "unique")),
    ]
    for name in peers:
        figures += _beside(name, found["desk"], found[name])
    return figures


def _beside(name: str, desk: Sequence[Found], peer: Sequence[Found]) -> list[Figure]:
    work, loaded = median(peer, "work_ms"), median(peer, "all_ms")
    limit = "<= 2.5" if name == "polars" else ""
    return [
        Figure(f"lists: {name}", work, "ms"),
        Figure(f"lists: {name} with its import", loaded, "ms"),
        Figure(f"lists: memory of {name}", median(peer, "peak_mb"), "MB"),
        Figure(f"lists: different items, {name}", median(peer, "unique")),
        Figure(f"lists: desk / {name}", median(desk, "work_ms") / work, "x", limit),
        Figure(f"lists: desk / {name} with its import", median(desk, "work_ms") / loaded, "x"),
    ]


def write(path: Path, rows: int) -> None:
    """A file as a tool writes it, half of its keywords repeated in another spelling: about 72 bytes a row."""
    chance = random.Random(1)
    kept: list[str] = []
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("Keyword,Volume,CPC,Difficulty,URL\r\n")
        for number in range(rows):
            if number % 2 and chance.random() < 0.96:
                keyword = _respelled(chance.choice(kept), chance)
            else:
                keyword = f"{' '.join(chance.choices(WORDS, k=chance.randint(2, 4)))} {chance.randint(0, 9_999_999)}"
                kept.append(keyword)
            numbers = f"{chance.randint(0, 100_000)},{9 * chance.random():.2f},{chance.randint(0, 100)}"
            file.write(f"{keyword},{numbers},https://www.example.com/p/{number}\r\n")


def _respelled(keyword: str, chance: random.Random) -> str:
    ways = (
        keyword.upper(),
        keyword.title(),
        keyword.replace(" ", "  "),
        f" {keyword} ",
        unicodedata.normalize("NFD", keyword),
        keyword,
    )
    return chance.choice(ways)
