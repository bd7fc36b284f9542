"""Writes docs/providers.md: every vendor of resources/providers, as its file tells it. `make providers` runs it."""

import sys
from itertools import groupby
from pathlib import Path

from creditdesk.core.definition import Definition, PoolRule
from creditdesk.providers.catalogue import Catalogue

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "providers.md"
CATEGORIES = {
    "seo": "SEO and search results",
    "scraping": "Scraping and proxies",
    "captcha": "Captcha solving",
    "leads": "Leads",
    "email": "E-mail",
    "content": "Content checks",
    "data": "Data and networks",
    "ai": "Language models and other AI",
    "messaging": "Messages and calls",
    "development": "Development",
    "billing": "Billing",
    "other": "Other",
    "": "Other",
}
HEAD = """# Vendors

{count} vendors, each a file of `resources/providers/`. `make providers` writes this page from them; a test compares.
Grade A: from the vendor's own documentation. B: from the code of working clients. C: partly guessed.
{tried}

Yours is not here? [definition-language.md](definition-language.md) tells how a vendor is described.
"""

TABLE = "| vendor | id | what is shown | asked at | grade, read on |\n|---|---|---|---|---|"


def page(definitions: list[Definition]) -> str:
    """The whole page as Markdown."""
    tried = sum(each.tried for each in definitions)
    said = f"{tried} of them were tried with a live key." if tried else "None of them was tried with a live key yet."
    parts = [HEAD.format(count=len(definitions), tried=said)]
    order = list(CATEGORIES.values())
    named = sorted(definitions, key=lambda each: (order.index(CATEGORIES[each.category]), each.name.casefold()))
    for title, found in groupby(named, key=lambda each: CATEGORIES[each.category]):
        rows = "\n".join(_row(each) for each in found)
        parts.append(f"## {title}\n\n{TABLE}\n{rows}\n")
    return "\n".join(parts)


def _row(definition: Definition) -> str:
    pools = "; ".join(dict.fromkeys(_pool(rule) for rule in definition.pools if rule.kind != "rate"))
    hosts = [each.url.split("/")[2] for each in definition.requests]
    hosts += [host for each in definition.requests for host in each.hosts.values()]
    asked = ", ".join(f"`{host}`" for host in dict.fromkeys(hosts)) or "typed by you"
    link = definition.docs or definition.fact.source
    name = f"[{definition.name}]({link})" if link.startswith("https://") else definition.name
    grade = f"{definition.grade or '-'}, {definition.fact.as_of}"
    return f"| {name} | `{definition.id}` | {pools} | {asked} | {grade} |"


def _pool(rule: PoolRule) -> str:
    label = rule.label if "{" not in rule.label else "one for each"
    unit = f", {rule.unit}" if rule.unit and rule.unit.casefold() not in label.casefold() else ""
    return f"{label} ({rule.kind.value}{unit})".replace("|", "\\|")


def main() -> int:
    """Write the page; with the argument `-` on standard output."""
    text = page(Catalogue(ROOT / "resources" / "providers").all())
    if sys.argv[1:] == ["-"]:
        sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # it is a stream of text
        print(text, end="")
    else:
        PAGE.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
