"""What the account dialog is told, and the checks of what is typed into it. No widgets."""

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from creditdesk.core.definition import Definition, Param, PoolRule
from creditdesk.core.offers import holds
from creditdesk.core.pools import Account, Custody, PoolKind, Thresholds
from creditdesk.core.typed import Typed, typed_rules
from creditdesk.ui import words
from creditdesk.ui.standing import evidence, price_words

PLAN = "plan"
MOST_STEM = 56
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the dialog must know of the desk.

    `names` are the names of all accounts. `store_name` is the keyring's own name, "" when there is none; then
    `store_trouble` says why, in one sentence. `thresholds` and `interval_s` are the desk's own. `clients` are those
    that accounts have already. `recent` and `popular` are ids of vendors that are offered first.
    """

    definitions: tuple[Definition, ...]
    names: tuple[str, ...] = ()
    store_name: str = ""
    store_trouble: str = ""
    thresholds: Thresholds = field(default_factory=Thresholds)
    interval_s: int = 300
    clients: tuple[str, ...] = ()
    recent: tuple[str, ...] = ()
    popular: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Edited:
    """An account that exists, with its vendor and what was typed for it. `untried`: it was never read well."""

    account: Account
    definition: Definition
    typed: Mapping[str, Typed] = field(default_factory=dict)
    untried: bool = True


def hosts(definition: Definition) -> tuple[str, ...]:
    """The hosts that a reading of this vendor asks, each once, in order."""
    return tuple(dict.fromkeys(urlsplit(request.url).hostname or "" for request in definition.requests))


def asked_later(definition: Definition) -> tuple[str, ...]:
    """The hosts that no reading asks, but a free question of the sizer."""
    found = dict.fromkeys(urlsplit(each.request.url).hostname or "" for each in definition.probes)
    return tuple(host for host in found if host not in hosts(definition))


def asks(definition: Definition, server: str = "") -> str:
    """What reading this vendor means, in a sentence or two. `server`: the test server asked instead, "" for none."""
    if not definition.readable:
        return "Has no way to read a balance: you type it by hand."
    asked = " and ".join(hosts(definition))
    if server:
        return f"Asks the test server {server} on this computer, not {asked}."
    price = price_words(definition)
    costs = f"Each reading costs {price}: it is made only when you say so." if price else "Costs nothing."
    if definition.own is not None and not price:
        costs = "Its file does not say whether a reading costs something."
    if definition.manual and not price:
        costs = "It is read only when you say so."
    return f"Asks {asked} for your usage. {costs}"


def evidence_line(definition: Definition) -> str:
    """That nobody tried this vendor's file yet, and what to do about it; "" where somebody did, or nothing is read."""
    line = evidence(definition)
    if not definition.readable or definition.tried:
        return ""
    return f"{line[:1].upper()}{line[1:]}. Compare the first numbers with the vendor's own page."


def kept_words(custody: Custody, store_name: str) -> str:
    """Where a key is kept, a sentence."""
    if custody is Custody.KEYRING:
        return f"Kept in {store_name or 'the system’s keyring'}."
    if custody is Custody.SESSION:
        return "Kept in memory until you quit, then forgotten."
    return "Read from the variable at each request; only its name is kept."


def sent_words(definition: Definition, server: str) -> str:
    """Whom a key is sent to, a sentence; `server`: the test server asked instead of the vendor, "" for none."""
    asked, later = hosts(definition), asked_later(definition)
    if not asked and not later:
        return "It is not sent anywhere."
    where = f"the test server {server} on this computer" if server else " and ".join(asked or later)
    if not asked:
        return f"It is sent to {where} only when you ask there what an import would cost."
    if server:
        return f"It is sent to {where}, and never leaves it."
    return f"It never leaves this computer except to {where}."


def server_of(base_url: str) -> str:
    """Host and port of a base URL on this computer: "127.0.0.1:8080"; "" when it leads elsewhere or nowhere."""
    return urlsplit(loopback_origin(base_url) or "").netloc


def needs_key(definition: Definition) -> bool:
    """Whether an account is of no use without a key."""
    return definition.readable and bool(definition.credentials) and not typed_rules(definition)


def free_name(wished: str, names: Sequence[str]) -> str:
    """A name for a new account that no other has: the one wished for, with the next number where it is taken."""
    taken = {name.strip().casefold() for name in names}
    numbered = re.fullmatch(r"(.*) ([0-9]{1,3})", wished)
    stem, number = (numbered[1], int(numbered[2])) if numbered else (wished[:MOST_STEM], 1)
    tried = wished
    while tried.casefold() in taken:
        number += 1
        tried = f"{stem} {number}"
    return tried


def doubled(account: Account) -> Account:
    """A new account with all that was chosen for this one; not its name alone, nor its key and what was confirmed."""
    return account.changed(id="", custody=Custody.NONE, key_env="", confirmed=False)


def name_problem(name: str, names: Sequence[str], own: str = "") -> str:
    """What is wrong with an account's name; "" when it will do. `own` is the name it has now."""
    trimmed = name.strip()
    if not trimmed:
        return "Give the account a name."
    if any(not letter.isprintable() for letter in trimmed):
        return "The name has a character that cannot be shown."
    others = {each.strip().casefold() for each in names} - {own.strip().casefold()}
    return "Another account has this name." if trimmed.casefold() in others else ""


def variable_problem(name: str) -> str:
    """What is wrong with the name of an environment variable; "" when it will do. The text is never repeated."""
    if not name.strip():
        return "Give the name of the variable."
    return "" if _VARIABLE.fullmatch(name.strip()) else "A variable's name has letters, digits and _ only."


def loopback_origin(text: str) -> str | None:
    """The base URL as it is kept when it leads to this computer itself, None when it does not.

    http or https, a loopback host, optionally a port and a path; no user, query or fragment.
    """
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError:
        return None
    odd = parts.username is not None or parts.password is not None or parts.query or parts.fragment
    if parts.scheme not in ("http", "https") or odd or not _is_loopback(parts.hostname or ""):
        return None
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}{parts.path.rstrip('/')}"


def choices_of(definition: Definition, param: Param, settings: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The (value, words) a param may have under the other settings; () when it is free text.

    A plan's words are its label and price, and only plans that the other settings allow are offered.
    """
    if param.name == PLAN and definition.plans:
        offered = [plan for plan in definition.plans if holds(plan.when, settings)]
        return tuple((plan.id, plan.label + (f" · {plan.price}" if plan.price else "")) for plan in offered)
    return tuple((choice, choice_words(choice)) for choice in param.choices)


def choice_words(choice: str) -> str:
    """A choice's value as words: "fixed-cost" is "Fixed cost"."""
    spaced = choice.replace("-", " ").replace("_", " ")
    return spaced[:1].upper() + spaced[1:]


def param_problem(param: Param, value: str) -> str:
    """What is wrong with a free text of a param; "" when it will do."""
    return "" if param.fits(value) else f"{param.label} cannot be this."


def has_percent(definition: Definition) -> bool:
    """Whether some pool of this vendor has a limit that a percentage can be taken of."""
    return not definition.pools or any(rule.kind is not PoolKind.WALLET for rule in definition.pools)


def wallet_rules(definition: Definition) -> tuple[PoolRule, ...]:
    """The pools without a limit that an amount can be watched of."""
    return tuple(rule for rule in definition.pools if rule.kind is PoolKind.WALLET and "{" not in rule.id)


def interval_words(seconds: int) -> str:
    """An interval in words: "5 min"."""
    return words.duration(seconds)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
