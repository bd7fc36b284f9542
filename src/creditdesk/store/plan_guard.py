"""What no plan has, refused before the TOML parser sees it: it would take the parser minutes, or all memory.

A key of many parts costs the parser the square of their number, a table some hundred times its bytes.
"""

import re

MOST_KEYS = 20_000
MOST_DOTS = 8
MOST_DEPTH = 4
_STRING = re.compile(r""""(?:\\.|[^"\\\n])*+"?|'[^'\n]*+'?""")  # without its end, too: nothing is looked at twice
_LONG = re.compile(r"\"\"\"|'''")
_BRACKET = re.compile(r"[\[\]{}]")
_DOTS = re.compile(rf"(?:\.[^.\n]*){{{MOST_DOTS + 1}}}")


def too_much(text: str) -> str:
    """What is wrong with a text that asks for more work than a plan may, in words; "" where nothing is."""
    if _LONG.search(text):
        return "has a text of several lines"
    bare = _STRING.sub('""', text)  # what stands in quotes is cheap
    if _DOTS.search(bare):
        return "has a key of too many parts"
    if bare.count("=") + bare.count("\n[") > MOST_KEYS:
        return "has too many keys"
    depth = 0
    for found in _BRACKET.finditer(bare):
        depth += 1 if found[0] in "[{" else -1
        if depth > MOST_DEPTH:
            return "has lists and tables in each other"
    return ""
