"""The scanner finds every key that tomllib finds, on the line where it stands."""

import tomllib
from pathlib import Path

import pytest

from creditdesk.providers.toml_lines import TooMuch, scan

FOLDER = Path(__file__).parents[2] / "resources" / "providers"

TEXT = (
    r'''
a = 1
b.c = "x # no comment" # a comment
"d e"."f\u0041" = 'l[it]eral'
g = [
    1, # one
    [2,
     3],
    { h = 1, i.j = """
{ = } ""
""" },
]
when = 1979-05-27 07:32:00
k = { l = { m = [ { n = 1 } ] } }

[table]
o = 1.5e3
[table.sub]
p = true
[[rows]]
q = 1
[rows.inner]
r = '''
    + """'''
[[fake]]
'''"""
    + r"""
[[rows.deep]]
s = 1
[[rows.deep]]
s = 2
[[rows]]
[[rows.deep]]
s = 3
"""
)

EXPECTED = {
    ("a",): 2,
    ("b",): 3,
    ("b", "c"): 3,
    ("d e", "fA"): 4,
    ("g",): 5,
    ("g", 0): 6,
    ("g", 1): 7,
    ("g", 1, 1): 8,
    ("g", 2): 9,
    ("g", 2, "h"): 9,
    ("g", 2, "i", "j"): 9,
    ("when",): 13,
    ("k", "l", "m", 0, "n"): 14,
    ("table",): 16,
    ("table", "o"): 17,
    ("table", "sub"): 18,
    ("table", "sub", "p"): 19,
    ("rows",): 20,
    ("rows", 0): 20,
    ("rows", 0, "q"): 21,
    ("rows", 0, "inner"): 22,
    ("rows", 0, "inner", "r"): 23,
    ("rows", 0, "deep", 0): 26,
    ("rows", 0, "deep", 0, "s"): 27,
    ("rows", 0, "deep", 1): 28,
    ("rows", 0, "deep", 1, "s"): 29,
    ("rows", 1): 30,
    ("rows", 1, "deep", 0): 31,
    ("rows", 1, "deep", 0, "s"): 32,
}


def paths(value, path=()):
    """Every path of a TOML value, but the whole."""
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from paths(inner, (*path, key))


@pytest.mark.parametrize("text", [TEXT, TEXT.replace("\n", "\r\n")], ids=["unix", "windows"])
def test_every_sort_of_key_has_its_line(text):
    lines = scan(text)
    assert lines.lost_at == 0
    assert {path: lines.by_path[path] for path in EXPECTED} == EXPECTED
    assert set(lines.by_path) == set(paths(tomllib.loads(text)))


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.toml")), ids=lambda file: file.stem)
def test_the_scanner_and_tomllib_agree_on_the_keys_of_the_built_in_files(file):
    text = file.read_text(encoding="utf-8")
    assert set(scan(text).by_path) == set(paths(tomllib.loads(text)))


def test_an_unknown_path_has_the_line_around_it():
    lines = scan("a = 1\n[b]\nc = 2\n")
    assert lines.of(("b", "missing", 3)) == 2
    assert lines.of(("nothing",)) == 1


@pytest.mark.parametrize(
    "text", ["a = 1\nb\n", "a = 1\n= 2", "a = 1\n[b", 'a = 1\nb = "', "a = 1\nb = {c = 1", "a = 1\nb = 1 2"]
)
def test_the_scanner_tells_where_it_was_lost(text):
    assert scan(text).lost_at == 2


def test_a_long_line_and_a_long_key_are_refused_with_their_line():
    for text in ("a = 1\n#" + "x" * 2_000, "a = 1\na.b.c.d.e.f.g.h.i = 1", "a = 1\n" + "k" * 201 + " = 1"):
        with pytest.raises(TooMuch) as caught:
            scan(text)
        assert caught.value.line == 2
