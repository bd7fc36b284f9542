"""Definitions from strangers: bombs, broken files and five hundred mutated ones cost little and never crash."""

import gc
import random
import re
import time
from pathlib import Path

import pytest
from tests.proving import size

from creditdesk.core.definition import Definition
from creditdesk.providers.definitions import DefinitionError, load

FOLDER = Path(__file__).parents[2] / "resources" / "providers"
SECONDS = 0.2

BOMBS = {
    "a dotted key of 40 kB": "a" + ".a" * 20_000 + " = 1",
    "a dotted table name of 40 kB": "[a" + ".a" * 20_000 + "]",
    "dotted keys in an inline table": "x = { a" + ".a" * 20_000 + " = 1 }",
    "many dotted keys": "\n".join(f"k{n}" + ".a" * 40 + " = 1" for n in range(600)),
    "many dotted keys after a fault": "=\n" + "\n".join(f"k{n}" + ".a" * 900 + " = 1" for n in range(30)),
    "lists in lists": "x = " + "[" * 30_000,
    "lists in lists on many lines": "x = " + "[\n" * 20_000,
    "tables in tables": "x = " + "{a=" * 20_000,
    "a long key": '"' + "k" * 50_000 + '" = 1',
    "a whole number of 60,000 digits": "x = " + "9" * 60_000,
    "a number with a huge exponent": "x = 1e999999999999999999999",
    "a long text": 'name = "' + "x" * 60_000 + '"',
    "many tables": "[[request]]\n" * 5_400,
    "many tables of each sort": "".join(f"[[{name}]]\n" * 900 for name in ("request", "pool", "plan", "pack")),
    "many keys": "\n".join(f"k{n} = 1" for n in range(6_000)),
    "many quotes": '"' * 60_000,
    "an open text of many lines": '"""' + "\n" * 60_000,
    "many backslashes": 'x = "' + "\\" * 1_900 + '\n' * 3,
    "many comments": "# # # #\n" * 8_000,
    "too large": "#" * (64 * 1024 + 1),
    "too large by its bytes": "#" + "é" * (40 * 1024),
    "binary": "".join(map(chr, range(256))) * 30,
    "lone surrogates": 'x = "\ud800"',
    "a long expression": '[[pool]]\neach = "' + "(" * 1_500 + '"',
    "a nested expression": '[[pool]]\neach = "' + "(" * 250 + '"',
    "a nested negation": '[[pool]]\neach = "' + "!" * 255 + 'a"',
}  # fmt: skip


def refused(text: str) -> DefinitionError | None:
    """The error with which a text is refused, or None when it is accepted; fails when that takes too long."""
    gc.disable()  # what the rest of the suite left behind is not this text's doing
    started = time.thread_time()
    try:
        assert isinstance(load(text, "x.toml"), Definition)
        return None
    except DefinitionError as error:
        return error
    finally:
        taken = time.thread_time() - started
        gc.enable()
        assert taken < SECONDS


@pytest.mark.promise("E4", f"{len(BOMBS)} bombs")
@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_refused_at_once(bomb):
    error = refused(bomb)
    assert error is not None
    assert error.problems
    assert len(str(error)) < 100_000


def test_a_file_of_64_kib_is_not_too_large():
    text = (FOLDER / "ranktracker.toml").read_text(encoding="utf-8")
    filled = text + ("#" * 99 + "\n") * ((64 * 1024 - len(text.encode())) // 100)
    assert refused(filled) is None


def test_at_most_24_pools_and_4_requests_are_allowed():
    head = 'schema = 1\nid = "v"\nname = "V"\nas_of = 2026-01-01\nsource = "s"\n'
    pool = '[[pool]]\nid = "p{}"\nlabel = "P"\nkind = "wallet"\nunit = "u"\nremaining = "a"\n'
    request = '[[request]]\nid = "r{}"\nurl = "https://v.example/"\n'
    requests = "".join(request.format(number) for number in range(4))
    pools = "".join(pool.format(number) for number in range(24))
    assert refused(head + requests + pools) is None
    for text, key in (
        (requests + request.format(4) + pools, "request[5]"),
        (requests + pools + pool.format(24), "pool[25]"),
    ):
        error = refused(head + text)
        assert error is not None
        assert [problem.key for problem in error.problems] == [key]


def test_at_most_a_hundred_problems_are_listed():
    error = refused("\n".join(f"k{n} = 1" for n in range(2_000)))
    assert error is not None
    assert len(error.problems) == 100


TOKENS = (
    "nan", "inf", "-1", "1e400", "true", '""', "[]", "[[", "]]", "{key}", "{", "}", '"', "'", '"""', "=", ".", ",",
    "\n", "\\u202e", "\x00", "\ud7ff", "2026-01-01", "1979-05-27T07:32:00Z", "0x10", "[[pool]]\n", "[request.x]\n",
    "a.b.c = 1\n", "= 1", "#", "each", "typed = true\n", "unit = 5\n", "`", "sum(a)", "||", "https://",
    "http://169.254.169.254/", "@", "?",
)  # fmt: skip
VALUES = (
    "nan", "-inf", "-1", "0", "1e30", "1e31", "true", '""', '"{key}"', "[]", "{}", "[{}]", "[[]]", '["a"]', "[1]",
    "{ a = 1 }", "2026-01-01", '"\\u0000"', '"a.b[?c]"', '"https://v.example"', '"iso"', "[403]", "'''\n'''",
    '{ sum = "a" }', '"each"',
)  # fmt: skip


def mutated(text: str, chance: random.Random) -> str:
    """The text with a few places changed."""
    for _ in range(chance.randint(1, 5)):
        at = chance.randrange(len(text))
        end = min(len(text), at + chance.choice((0, 1, 1, 2, 8, 40, 200)))
        other = chance.randrange(len(text))
        put = chance.choice((chance.choice(TOKENS), "", text[other : other + 60], chr(chance.randrange(0x300))))
        text = text[:at] + put + text[end:]
    return text


def rearranged(text: str, chance: random.Random) -> str:
    """The text with a few lines gone, doubled, or with another value: mostly TOML still."""
    lines = text.split("\n")
    for _ in range(chance.randint(1, 4)):
        at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        key, equals, _ = lines[at].partition(" = ")
        deed = chance.randrange(4)
        if deed == 0:
            del lines[at]
        elif deed == 1:
            lines.insert(at, lines[other])
        elif deed == 2 and equals:
            lines[at] = f"{key} = {chance.choice(VALUES)}"
        else:
            inside = re.split(r"(?<== )([^,}]+)", lines[at])
            if len(inside) > 1:
                inside[chance.randrange(1, len(inside), 2)] = chance.choice(VALUES)
            lines[at] = "".join(inside)
    return "\n".join(lines)


MUTATED = size(240, 2_000)
MUTATED_FILES = ("ranktracker", "oneclickseo", "seo-rank-genius", "leadboxer", "capsolver")


@pytest.mark.promise("E4", f"{len(MUTATED_FILES) * MUTATED:,} mutated files")
@pytest.mark.parametrize("name", MUTATED_FILES)
def test_mutated_definitions_are_accepted_or_refused_but_never_crash(name):
    text = (FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    chance = random.Random(name)
    kept = 0
    for number in range(MUTATED):
        change = mutated if number % 2 else rearranged
        error = refused(change(text, chance))
        kept += error is None
        for problem in error.problems if error else ():
            assert problem.line >= 1
            assert problem.key and problem.what
            assert all(sign.isprintable() for sign in str(problem))
    assert kept < MUTATED
