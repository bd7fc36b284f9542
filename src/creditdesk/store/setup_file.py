"""A set-up as one TOML file: settings, accounts and the user's own definitions. Never a key, nor where this desk lies.

The form is that of config.toml, without what belongs to one computer. Reading it is strict about what it knows and
blind to what it does not; one account that is wrong does not keep the others out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from creditdesk.core.pools import Account
from creditdesk.core.settings import Settings
from creditdesk.store.config_form import Table, Wrong, account_of, account_table, settings_of, settings_table

SCHEMA = 1
MOST_BYTES = 4 << 20
MOST_ACCOUNTS = 2_000
MOST_DEFINITIONS = 500
OF_THIS_COMPUTER = ("window", "ca_file", "addresses", "told_no_tray", "gateway")
"""Settings that are not written nor taken over: a place on a screen, a path, what is shown of addresses kept in the
keyring, and whether a port is opened."""

_QUOTES = "'''"
_HEAD = "# A set-up of creditdesk, without any key. Read it in with: creditdesk setup import FILE\n"


class SetupError(Exception):
    """A set-up can't be read or written; the text is one plain sentence that repeats no value."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What a file holds: accounts in their order (their ids mean nothing), own definitions as text by id.

    `wrong` says of each account that could not be read which one it is and why.
    """

    settings: Settings = field(default_factory=Settings)
    accounts: tuple[Account, ...] = ()
    definitions: Mapping[str, str] = field(default_factory=dict)
    wrong: tuple[str, ...] = ()


def written(setup: Setup) -> str:
    """The file's text. Raises SetupError for an account that can't be written."""
    import tomli_w  # for writing only

    settings = replace(setup.settings, **{name: getattr(Settings(), name) for name in OF_THIS_COMPUTER})
    try:
        accounts = [_said(account_table(each)) for each in setup.accounts]
    except Wrong as wrong:
        raise SetupError(f"An account can't be written: {wrong.key}: {wrong.what}.") from None
    document = {
        "setup": SCHEMA,
        "settings": _said(settings_table(settings)),
        "account": accounts,
    }
    tables = tomli_w.dumps({name: each for name, each in document.items() if each})
    return "\n".join((_HEAD + tables, *(_definition(*each) for each in sorted(setup.definitions.items()))))


def setup_of(document: Mapping[str, Any]) -> Setup:
    """What a file says. Raises SetupError when it is no set-up, or one of a newer program."""
    version = document.get("setup")
    if not isinstance(version, int) or isinstance(version, bool):
        raise SetupError("This is no set-up of creditdesk: a line `setup = 1` is missing.")
    if version > SCHEMA:
        raise SetupError("A newer creditdesk wrote this set-up.")
    tables = document.get("settings", {})
    if not isinstance(tables, dict):
        raise SetupError("[settings] is needed.")
    try:
        settings = settings_of({name: value for name, value in tables.items() if name not in OF_THIS_COMPUTER})
    except Wrong as wrong:
        raise SetupError(f"settings: {wrong.key}: {wrong.what}.") from None
    accounts, said = [], []
    for number, table in enumerate(_tables(document, "account", MOST_ACCOUNTS), 1):
        try:
            accounts.append(account_of({**table, "id": f"{number}"}))
        except Wrong as wrong:
            said.append(f"The account number {number} is left out: {wrong.key}: {wrong.what}.")
    definitions = {}
    for table in _tables(document, "definition", MOST_DEFINITIONS):
        if not isinstance(table.get("id"), str) or not isinstance(table.get("text"), str):
            raise SetupError("[[definition]] needs an id and a text.")
        definitions[table["id"]] = table["text"]
    return Setup(settings, tuple(accounts), definitions, tuple(said))


def _definition(provider: str, text: str) -> str:
    """The table of a definition. Its text stands there as it is, so that no line gets longer than it was."""
    import tomli_w  # for writing only

    plain = all(each in "\n\t" or each.isprintable() for each in text)
    if _QUOTES in text or text.endswith("'") or not plain:
        return tomli_w.dumps({"definition": [{"id": provider, "text": text}]}, multiline_strings=True)
    return f'[[definition]]\nid = "{provider}"\ntext = {_QUOTES}\n{text}{_QUOTES}\n'


def _said(table: Table) -> Table:
    """What has something to say, and no id: ids belong to one desk."""
    return {name: value for name, value in table.items() if value is not None and name != "id"}


def _tables(document: Mapping[str, Any], name: str, most: int) -> list[Table]:
    found = document.get(name, [])
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise SetupError(f"[[{name}]] is needed.")
    if len(found) > most:
        raise SetupError(f"There are more than {most:,} tables [[{name}]].")
    return found
