"""config.toml: what the user chose. Replaced whole or not at all; left alone when broken or newer; never has a key."""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from creditdesk.core.pools import Account
from creditdesk.core.settings import Settings
from creditdesk.store.config_form import (
    Table,
    Wrong,
    account_of,
    account_table,
    checked_base_url,
    checked_name,
    settings_of,
    settings_table,
)
from creditdesk.store.files import replace_file
from creditdesk.store.lock import FileLock

__all__ = ["AccountRefused", "Choices", "Config", "ConfigError", "checked_base_url", "checked_name"]

SCHEMA = 1
MOST_BYTES = 1 << 20

AccountRefused = Wrong
"""An account or a setting that can't be kept: `key` names the field, `what` says why."""


class ConfigError(Exception):
    """The config file can't be used. `line` is 1-based, 0 when it can't be told; `what` repeats no value."""

    def __init__(self, file: Path, line: int, what: str) -> None:
        super().__init__(f"{file}, line {line}: {what}" if line else f"{file}: {what}")
        self.file = file
        self.line = line
        self.what = what


@dataclass(frozen=True, slots=True)
class Choices:
    """All that the user chose: the desk's settings, and the accounts in the user's order."""

    settings: Settings = field(default_factory=Settings)
    accounts: tuple[Account, ...] = ()

    def account(self, name_or_id: str) -> Account | None:
        """The account with this id, or with this name whatever its case."""
        by_id = next((each for each in self.accounts if each.id == name_or_id), None)
        wanted = name_or_id.strip().casefold()
        return by_id or next((each for each in self.accounts if each.name.casefold() == wanted), None)


class Config:
    """The config file at `path`. Several processes may edit it; each edit is a whole one."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self) -> Choices:
        """What the file says; as shipped when there is none. Raises ConfigError."""
        text = self._text()
        return self._choices(text, self._document(text))

    def edit(self, change: Callable[[Choices], Choices]) -> Choices:
        """Change what the file says, and give what it says then.

        What `change` does not know (keys of a later version, of another program) stays in the file. Raises ConfigError
        for a broken or newer file, which is left as it is; AccountRefused; OSError when it can't be written.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with FileLock(self.path.with_name(f"{self.path.name}.lock")).hold():
            text = self._text()
            document = self._document(text)
            before = self._choices(text, document)
            schema = document.get("schema", SCHEMA)
            if not isinstance(schema, int) or schema > SCHEMA:
                what = "a newer creditdesk wrote this file; it is not changed by this one"
                raise ConfigError(self.path, _line_of(text, ("", 0), "schema"), what)
            after = change(before)
            if after != before or not self.path.exists():
                import tomli_w  # for writing only

                replace_file(self.path, tomli_w.dumps(_written(document, after)).encode())
        return after

    def _text(self) -> str:
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise ConfigError(self.path, 0, f"the file can't be read ({error.strerror})") from None
        if len(data) > MOST_BYTES:
            raise ConfigError(self.path, 0, "the file is over 1 MiB")
        try:
            return data.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            raise ConfigError(self.path, data.count(b"\n", 0, error.start) + 1, "this is not UTF-8 text") from None

    def _document(self, text: str) -> Table:
        try:
            return tomllib.loads(text, parse_float=Decimal)
        except tomllib.TOMLDecodeError as error:
            line, what = 0, str(error)
            if place := re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", what):
                line = int(place[1] or text.count("\n") + 1)
                what = what[: place.start()]
            raise ConfigError(self.path, line, what) from None
        except RecursionError:
            raise ConfigError(self.path, 0, "the file is nested too deeply") from None

    def _choices(self, text: str, document: Table) -> Choices:
        table = ("settings", 0)
        try:
            settings = settings_of(_part(document, "settings", dict))
            accounts: list[Account] = []
            for number, each in enumerate(_part(document, "account", list)):
                table = ("account", number)
                account = account_of(each if isinstance(each, dict) else {})
                checked_name(account.name, accounts)
                if any(account.id == other.id for other in accounts):
                    raise Wrong("id", "another account has this id")
                accounts.append(account)
        except Wrong as wrong:
            what = f"{wrong.key}: {wrong.what}"
            raise ConfigError(self.path, _line_of(text, table, wrong.key), what) from None
        return Choices(settings, tuple(accounts))


def _part(document: Table, key: str, kind: type) -> Any:
    part = document.get(key, kind())
    if not isinstance(part, kind):
        raise Wrong(key, f"[{key}] is needed" if kind is dict else f"[[{key}]] is needed")
    return part


def _written(document: Table, choices: Choices) -> Table:
    """The document with these choices laid over it. Raises AccountRefused."""
    old = {each.get("id"): each for each in document.get("account", [])}
    accounts = []
    for number, account in enumerate(choices.accounts):
        checked_name(account.name, choices.accounts[:number])
        accounts.append(_over(old.get(account.id, {}), account_table(account)))
    settings = _over(document.get("settings", {}), settings_table(choices.settings))
    settings_of(settings)
    rest = {key: value for key, value in document.items() if key not in ("schema", "settings", "account")}
    return {"schema": SCHEMA, **rest, "settings": settings, "account": accounts}


def _over(old: Table, new: Table) -> Table:
    """The old table with the new values; None takes a key away. Keys that only the old one has stay."""
    return {key: value for key, value in {**old, **new}.items() if value is not None}


def _line_of(text: str, table: tuple[str, int], key: str) -> int:
    """The line of a key in the table of that name (the n-th of an array), its sub-tables included; else the table's."""
    name, wanted = table
    count, inside, best = -1, not name, 0
    for number, line in enumerate(text.split("\n"), 1):
        if header := re.match(r"\s*\[(\[?)\s*([^\]\s]+)\s*\]", line):
            path = header[2]
            if path == name:
                count += 1
                inside = count == wanted
                best = number if inside else best
            else:
                inside = path.startswith(f"{name}.") and max(count, 0) == wanted
            if inside and path.split(".")[-1].strip("\"'") == key:
                return number
        elif inside and re.match(rf"""\s*["']?{re.escape(key)}["']?\s*[=.]""", line):
            return number
    return best
