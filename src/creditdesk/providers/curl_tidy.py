"""A copied example made ready to be read: what web pages, terminals and notes put around and into a command."""

import re

from creditdesk.providers.redaction import MASK, redact_known

_FENCE = re.compile(r"\s*(?:```|~~~)\s*\w*\s*")
_BEFORE = re.compile(
    r"\s*(?:#.*|(?:export\s+|set\s+|setx\s+|\$env:)?[A-Za-z_]\w*\s*=(?!.*\bcurl\s).*|cd\s.*|(?:bash|sh|shell|console|http)?\s*)"
)
"""A line before the command: a comment, a variable that is set, a heading of the box it was copied from."""
_PROMPT = re.compile(
    r"\s*(?:\([^()\n]{1,40}\)\s*)?"
    r"(?:\[?[\w.-]{1,64}@[\w.-]{1,64}[^$#%>\n]{0,120}[$#%>]|PS [^>\n]{0,200}>|[A-Za-z]:\\[^>\n]{0,200}>|[$>%❯➜]+)"
    r"\s*(?=curl)",
    re.IGNORECASE,
)
_SET_HERE = re.compile(
    r"^(?:[A-Za-z_]\w*=(?:'[^']*'|\"[^\"]*\"|[^\s'\";&]*)[ \t;&]+)+(?=curl)|^export\s[^\n;&]*(?:;|&&)\s*(?=curl)"
)
_SPACES = str.maketrans(
    dict.fromkeys("\u00a0\u2007\u202f\u2009\u3000", " ") | dict.fromkeys("\ufeff\u200b\u200c\u2060")
)
_DASH = re.compile(r"(?<!\S)[\u2010-\u2015\u2212]+-?([A-Za-z][A-Za-z0-9.-]*)")
_DOUBLE = re.compile("[\u201c\u201d\u201e\u201f]")
_SINGLE = re.compile("(?<![A-Za-z0-9])[\u2018\u2019\u201a\u201b]|[\u2018\u2019\u201a\u201b](?![A-Za-z0-9])")
SHELL_OF_ITS_OWN = re.compile(r"\s*(?:\$\w+\s*=\s*)*(?:Invoke-(?:RestMethod|WebRequest)|irm|iwr)\b", re.IGNORECASE)
"""PowerShell's own commands for a request."""


def tidied(text: str, long_names: frozenset[str]) -> tuple[str, bool]:
    """The command alone, in plain signs; and whether lines before it were left out, beside comments and fences.

    `long_names` are the names that stand behind two dashes: a page makes one long dash of them.
    """
    text = _plain(text, long_names).strip()
    if len(text) > 1 and text[0] == text[-1] == "`" and not text.startswith("```"):
        text = text[1:-1].strip()
    lines = text.splitlines()
    left_out = False
    for at, written in enumerate(lines):
        line = _PROMPT.sub("", written, count=1)
        if not (_FENCE.fullmatch(line) or _BEFORE.fullmatch(line)):
            lines = [line, *lines[at + 1 :]]
            break
        left_out = left_out or "=" in line.partition("#")[0]
    else:
        return text, False
    while len(lines) > 1 and (_FENCE.fullmatch(lines[-1]) or not lines[-1].strip()):
        lines.pop()
    text = "\n".join(lines)
    alone = _SET_HERE.sub("", text, count=1)
    return alone, left_out or alone != text


def ended(text: str, rest: str) -> str:
    """The text without what follows its first command."""
    end = text.rfind(rest)
    return text[:end].strip() if end > 0 else without(text, [each for each in rest.split() if len(each) > 3])


def without(text: str, dropped: list[str]) -> str:
    """The text without what was left out of it: where it stands last, so that an address like it stays."""
    for each in filter(None, dropped):
        end = text.rfind(each)
        text = f"{text[:end]}{MASK}{text[end + len(each) :]}" if end > 0 else redact_known(text, [each])
    return text


def _plain(text: str, long_names: frozenset[str]) -> str:
    """Typewriter quotes, hyphens and spaces for the typographic ones of a web page."""
    text = _SINGLE.sub("'", _DOUBLE.sub('"', text.translate(_SPACES)))
    return _DASH.sub(lambda found: f"{'--' if found[1].lower() in long_names else '-'}{found[1]}", text)
