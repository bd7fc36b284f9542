"""The story of a set-up: written into one file without any key, and brought in from one beside what is there."""

import os
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from enum import StrEnum

from creditdesk.core.definition import Definition
from creditdesk.core.pools import Account, Custody
from creditdesk.core.series import Event, EventKind
from creditdesk.core.settings import Settings
from creditdesk.core.typed import typed_rules
from creditdesk.desk.accounts import AccountError, Registry
from creditdesk.desk.tools import Tools
from creditdesk.providers.catalogue import UnknownProvider
from creditdesk.providers.definitions import DefinitionError, load
from creditdesk.providers.redaction import redact
from creditdesk.providers.toml_lines import TooMuch, scan
from creditdesk.store import own_definitions
from creditdesk.store.config import Choices
from creditdesk.store.setup_file import MOST_BYTES, OF_THIS_COMPUTER, Setup, SetupError, setup_of, written

MOST_NAME = 60
_LONG = re.compile(r"[A-Za-z0-9_\-+/=.~]{20,}")
_SENT = ("request", "probe", "bulk")
"""The tables of a definition that say what is sent: a key that was written into one of them must not go along."""
_TOLD = ("credentials", "params", "notes")
_LINKS = ("docs", "key_url", "source")
"""The same for what is told beside it; of an address only what follows its path, which may be long and mean nothing."""


class Clash(StrEnum):
    """What becomes of an account whose name is taken here."""

    NUMBER = "number"  # it gets the next number
    SKIP = "skip"  # it is left out


@dataclass(frozen=True, slots=True)
class Incoming:
    """One account of a file: what it would be here, or why it stays out. `account` is None for one that stays out."""

    name: str
    vendor: str
    account: Account | None = None
    wants_key: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do, worked out before anything is done.

    `settings` are those taken over, by name; `kept` those that the user has changed here himself. `definitions` are
    the own definitions that come in, not approved yet. `said` is what else the user should know.
    """

    setup: Setup
    accounts: tuple[Incoming, ...]
    settings: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    definitions: tuple[str, ...] = ()
    said: tuple[str, ...] = ()

    @property
    def coming(self) -> tuple[Account, ...]:
        """The accounts that would be added."""
        return tuple(each.account for each in self.accounts if each.account is not None)


def exported(tools: Tools) -> tuple[str, tuple[str, ...]]:
    """The set-up as a file's text, and what was left out of it. No key is read for it. Raises SetupError."""
    choices, texts, left_out = tools.chosen.load(), {}, []
    for provider in sorted({account.provider for account in choices.accounts} | set(_own(tools))):
        if provider not in _own(tools):
            continue
        text = _text(tools, provider)
        if _holds_a_key(text):
            left_out.append(f"The definition {provider} holds what looks like a key. It was left out.")
        else:
            texts[provider] = text
    text = written(Setup(choices.settings, choices.accounts, texts))
    back = parsed(text.encode())
    if len(back.accounts) != len(choices.accounts) or back.definitions != texts:
        raise SetupError("Something that was chosen cannot be written in a way that could be read again.")
    return text, tuple(left_out)


def parsed(data: bytes) -> Setup:
    """What a file's bytes say. Raises SetupError; the text repeats no value."""
    if len(data) > MOST_BYTES:
        raise SetupError(f"The file is over {MOST_BYTES >> 20} MiB.")
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
        lines = scan(text)  # what would cost the parser minutes is refused before it
        if lines.lost_at:
            raise SetupError(f"Line {lines.lost_at} is not TOML.")
        return setup_of(tomllib.loads(text, parse_float=Decimal))
    except UnicodeDecodeError:
        raise SetupError("The file is not UTF-8 text.") from None
    except TooMuch as error:
        raise SetupError(f"Line {error.line}: {error.what}.") from None
    except (ValueError, ArithmeticError, RecursionError):
        raise SetupError("The file is not TOML.") from None


def planned(tools: Tools, registry: Registry, setup: Setup, clash: Clash = Clash.NUMBER) -> Plan:
    """What bringing this set-up in would do. Nothing is changed. Raises ConfigError."""
    choices = tools.chosen.load()
    definitions, said = _definitions(tools, setup)
    names = {account.name.casefold() for account in choices.accounts}
    accounts = []
    for each in setup.accounts:
        accounts.append(_incoming(tools, registry, each, _Room(names, clash, definitions)))
        if (made := accounts[-1].account) is not None:
            names.add(made.name.casefold())
    taken, kept = _settings(choices.settings, setup.settings)
    return Plan(setup, tuple(accounts), taken, kept, tuple(definitions), (*setup.wrong, *said))


async def apply(tools: Tools, plan: Plan) -> tuple[Account, ...]:
    """Do what was planned: definitions first, then settings and accounts in one step; the accounts that came in.

    What another process added meanwhile is not touched: a name that it took is refused. Raises ConfigError,
    AccountRefused, OwnDefinitionError, OSError.
    """
    for provider in plan.definitions:
        own_definitions.save(tools.catalogue.own_folder, provider, plan.setup.definitions[provider])
    if plan.definitions:
        tools.catalogue.renew()

    def changed(before: Choices) -> Choices:
        values = {name: getattr(plan.setup.settings, name) for name in plan.settings}
        return replace(before, settings=replace(before.settings, **values), accounts=(*before.accounts, *plan.coming))

    tools.chosen.edit(changed)
    added = (Event(tools.clock(), account.id, EventKind.ADDED, detail=account.name) for account in plan.coming)
    for written_down in [tools.history.add_event(event) for event in added]:  # all wait for one transaction
        await written_down
    return plan.coming


@dataclass(frozen=True, slots=True)
class _Room:
    """What an account has to fit into: names that are taken, what to do then, definitions that come along."""

    names: set[str]
    clash: Clash
    definitions: dict[str, Definition]


def _incoming(tools: Tools, registry: Registry, account: Account, room: _Room) -> Incoming:
    try:
        definition = room.definitions.get(account.provider) or tools.catalogue.get(account.provider)
    except (UnknownProvider, DefinitionError):
        return Incoming(account.name, account.provider, why=f"There is no vendor called {account.provider} here.")
    name = account.name
    if name.casefold() in room.names:
        if room.clash is Clash.SKIP:
            return Incoming(name, definition.name, why="An account has this name here.")
        name = _numbered(name, room.names)
    wants = bool(definition.credentials) and account.custody is not Custody.NONE
    wants = wants or (definition.readable and not typed_rules(definition))
    draft = account.changed(id=os.urandom(6).hex(), name=name, custody=Custody.NONE, key_env="", confirmed=False)
    try:
        registry.check(draft, definition)
    except AccountError as error:
        return Incoming(account.name, definition.name, why=str(error))
    why = f"Its key was read from the variable {account.key_env}." if account.custody is Custody.ENVIRONMENT else ""
    if account.base_url:
        why = f"{why} It asks {account.base_url} on this computer instead of the vendor.".strip()
    return Incoming(account.name, definition.name, draft, wants, why)


def _definitions(tools: Tools, setup: Setup) -> tuple[dict[str, Definition], list[str]]:
    """The definitions that would come in, and what is said of the others. Nothing that is here is replaced."""
    found, said = {}, []
    for provider, text in setup.definitions.items():
        try:
            definition = load(text, f"{provider[:64]}.toml")
        except DefinitionError as error:
            said.append(f"A definition is left out: {error.problems[0]}.")
            continue
        if definition.id != provider:
            said.append(f"The definition {definition.id} is left out: it stands under another id.")
        elif provider not in tools.catalogue.ids():
            found[provider] = definition
        elif provider not in _own(tools):
            said.append(f"{provider} came with creditdesk: that definition is used.")
        elif _text(tools, provider) != text:
            said.append(f"There is another definition called {provider} here. It stays as it is.")
    return found, said


def _settings(ours: Settings, theirs: Settings) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The settings that are taken over, and those that differ but were chosen here."""
    shipped = Settings()
    taken: list[str] = []
    kept: list[str] = []
    for each in fields(Settings):
        own, other = getattr(ours, each.name), getattr(theirs, each.name)
        if each.name not in OF_THIS_COMPUTER and other not in (own, getattr(shipped, each.name)):
            (taken if own == getattr(shipped, each.name) else kept).append(each.name)
    return tuple(taken), tuple(kept)


def _text(tools: Tools, provider: str) -> str:
    return own_definitions.import_file(tools.catalogue.path(provider)).replace("\r\n", "\n")


def _own(tools: Tools) -> tuple[str, ...]:
    return tuple(each for each in tools.catalogue.ids() if tools.catalogue.is_own(each))


def _numbered(name: str, taken: set[str]) -> str:
    number = 2
    while (tried := f"{name[: MOST_NAME - 5]} {number}").casefold() in taken:
        number += 1
    return tried


def _holds_a_key(text: str) -> bool:
    """Whether a definition's text has what looks like a key: in what is sent or told, or in a comment."""
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError):
        return True  # what cannot be looked at does not leave the desk
    looked_at = [each for table in (*_SENT, *_TOLD) for each in _texts(document.get(table, []))]
    for name in _LINKS:
        looked_at += re.split(r"[?#]", str(document.get(name, "")))[1:]
    looked_at += re.findall(r"#.*", text)  # comments, also behind a value
    return any(redact(run) != run for each in looked_at for run in _LONG.findall(each))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def waiting(plan: Plan) -> Sequence[str]:
    """The ids of the accounts that came in and want a key, in their order."""
    return [each.account.id for each in plan.accounts if each.account is not None and each.wants_key]
