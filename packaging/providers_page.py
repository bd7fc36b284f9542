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

Yours is not here? [add-a-provider.md](add-a-provider.md) goes from a documentation page to a file, and
[definition-language.md](definition-language.md) tells what a file may say. For vendors that tell limits in headers,
`resources/templates/` has templates; for those that tell nothing, there are `typed-wallet` and `typed-allowance`.
"""

LEFT_OUT = """## Left out, and why

| vendor | why |
|---|---|
| SEO Review Tools | Its page names the fields, but neither where they stand nor, in any stored copy, the address. |
| SERPmetrics | Requests are signed (HMAC), which the language cannot say. |
| Outscraper | What the answer holds is not documented. |
| WebPurify, Keyword Discovery, AcyChecker, Decaptcha, Supersoniq, SerpGrid | The address was not found. |
| StepFun | It tells a fraction only, and of what is not known. |
| LiteLLM and other proxies of your own | They have your host: write a file of your own. |
| Stripe (billing credits) | It is the seller's view of a customer, not a balance of yours. |
| APIs on RapidAPI | Each has a host of its own: there is a template. |
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
    parts.append(LEFT_OUT)
    return "\n".join(parts)


def _row(definition: Definition) -> str:
    pools = "; ".join(dict.fromkeys(_pool(rule) for rule in definition.pools if rule.kind != "rate"))
    hosts = [each.url.split("/")[2] for each in definition.requests]
    hosts += [host for each in definition.requests for host in each.hosts.values()]
    asked = ", ".join(f"`{host}`" for host in dict.fromkeys(hosts)) or "typed by you"
    if definition.cost is not None:
        asked += f"; a reading costs {definition.cost.amount} {definition.cost.unit}, so only when you ask for it"
    if any(each.power == "admin" for each in definition.credentials):
        asked += "; with an admin key"
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
