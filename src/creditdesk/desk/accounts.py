"""The story of an account's life: added, changed, its balance typed, removed, and brought back."""

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal

from creditdesk.core.definition import Definition, Param
from creditdesk.core.offers import holds
from creditdesk.core.pools import Account, Custody
from creditdesk.core.series import Event, EventKind
from creditdesk.core.typed import Typed, typed_rules
from creditdesk.desk import belonging
from creditdesk.desk.keys import erase_keys, given_for, keep_keys, stored_keys
from creditdesk.desk.reading import Reader
from creditdesk.desk.tools import Tools
from creditdesk.store.approvals import ApprovalsError, Bound
from creditdesk.store.config import AccountRefused, checked_base_url, checked_name
from creditdesk.store.vault import KeyringLocked, NoKeyring, VaultError, check_key

LEAST_KEY = 12
"""Characters that a text must have to be taken for a key."""


class AccountError(ValueError):
    """An account cannot be as it was asked for. `field` names what is wrong; the text says what to do."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True, slots=True)
class Removed:
    """An account that was removed, with its keys, so that it can be brought back. Never shown, stored or logged."""

    account: Account
    position: int
    _keys: tuple[tuple[str, str], ...] = ()
    key_stays: str = ""  # why the key may still be in the keyring, one sentence; "" when it is gone
    given_for: str = ""  # the digest that its keys were given for, see `desk.keys`

    def keys(self) -> dict[str, str]:
        """The keys by credential name."""
        return dict(self._keys)

    def __repr__(self) -> str:
        return f"Removed({self.account.name!r})"


class Registry:
    """Keeps the accounts: their settings in the config, their keys in the vault, what was typed in the history."""

    def __init__(self, tools: Tools, reader: Reader) -> None:
        self._tools = tools
        self._reader = reader

    def named(self, name: str) -> Account:
        """The account with this name, whatever its case. Raises AccountError that lists the names there are."""
        accounts = self._tools.chosen.accounts
        for account in accounts:
            if account.name.casefold() == name.strip().casefold():
                return account
        known = ", ".join(account.name for account in accounts) or "none yet"
        raise AccountError("name", f"There is no account named {name!r}. Accounts: {known}.")

    async def add(self, draft: Account, keys: Mapping[str, str]) -> Account:
        """Add an account, its keys to the vault first; its id is chosen here. Raises AccountError, vault errors."""
        definition = self._tools.catalogue.get(draft.provider)
        account = replace(draft, id=os.urandom(6).hex(), name=draft.name.strip())
        self.check(account, definition)
        checked = {name: check_key(value) for name, value in keys.items()}
        _keep_out(account, checked)
        await self._enter(account, checked)
        await self._note(account, EventKind.ADDED)
        return account

    async def change(self, account: Account, keys: Mapping[str, str] | None = None) -> Account:
        """Change an account; given keys replace the stored ones. Raises AccountError, vault errors."""
        definition = self._tools.catalogue.get(account.provider)
        before = self._tools.chosen.account(account.id)
        self.check(account, definition)
        checked = {name: check_key(value) for name, value in (keys or {}).items()}
        _keep_out(account, checked)
        if checked:
            await self._check_owner(account, definition, checked)
            await self._check_identity(account, definition, checked)
        digest = given_for(self._tools, before)
        erased = await self._moved_out(before, account)
        try:
            await keep_keys(self._tools, account, checked)
            self._tools.chosen.change(account)
        except BaseException:
            await keep_keys(self._tools, before, erased, digest)
            raise
        if checked and digest != given_for(self._tools, account):
            with suppress(VaultError):
                await erase_keys(self._tools, before, digest)  # of another state of the definition
        if keys or (before.custody, before.key_env, before.base_url) != (
            account.custody,
            account.key_env,
            account.base_url,
        ):
            self._reader.forget_trouble(account.id)
            await self._note(account, EventKind.KEY_CHANGED)
        else:
            await self._note(account, EventKind.CHANGED)
        return account

    async def type_balances(
        self, account: Account, balances: Mapping[str, tuple[Decimal, Decimal | None]]
    ) -> dict[str, Typed]:
        """Remember balances typed by hand, as (left, limit); what was typed, by pool, with its instant.

        Raises AccountError as `check_typed`, HistoryError.
        """
        self.check_typed(account, balances)
        now = self._tools.clock()
        typed = {pool: Typed(now, left, limit) for pool, (left, limit) in balances.items()}
        for pool, entry in typed.items():
            await self._tools.history.typed(account.id, pool, entry.left, entry.limit, now)
        self._reader.note_typed(account.id, typed)
        await self._reader.counting.catch_up(self._reader.cases)
        await self._reader.counting.keep_typed(self._reader.cases({account.id}))
        return typed

    def check_typed(self, account: Account, balances: Mapping[str, tuple[Decimal, Decimal | None]]) -> None:
        """Raises AccountError for a balance that cannot be typed here, before anything is changed."""
        definition = self._tools.catalogue.get(account.provider)
        rules = {rule.id: rule for rule in typed_rules(definition)}
        for pool, (_, limit) in balances.items():
            if pool not in rules:
                choices = ", ".join(rules) or "none: this vendor is read, not typed"
                raise AccountError("pool", f"{pool!r} is not a balance one can type here. Balances: {choices}.")
            if limit is not None and not rules[pool].typed_limit:
                raise AccountError("pool", f"The limit of {pool} is the plan's. Type what is left alone.")
        if self._reader.is_read(account):
            text = f"{account.name} is read from the vendor: a balance can be typed only where that fails."
            raise AccountError("pool", text)

    async def remove(self, account: Account) -> Removed:
        """Remove an account and erase its keys from the keyring. Its history stays. `restore` brings it back.

        A locked keyring removes nothing (KeyringLocked); where there is none, `key_stays` says so.
        """
        position = [each.id for each in self._tools.chosen.accounts].index(account.id)
        keys, stays, digest = {}, "", given_for(self._tools, account)
        try:
            keys = await erase_keys(self._tools, account)
        except NoKeyring as error:
            stays = f"Its key may still be in the keyring. {error}"
        try:
            self._tools.chosen.remove(account.id)
        except BaseException:
            await keep_keys(self._tools, account, keys, digest)
            raise
        if digest:
            with suppress(ApprovalsError, OSError):  # what is left there names no key
                self._tools.trust.approvals.bind(account.id, Bound())
        await self._note(account, EventKind.REMOVED)
        return Removed(account, position, tuple(keys.items()), stays, digest)

    async def restore(self, removed: Removed) -> Account:
        """Bring a removed account back, with its keys and its place."""
        await self._enter(removed.account, removed.keys(), removed.position, removed.given_for)
        await self._note(removed.account, EventKind.ADDED)
        return removed.account

    async def _enter(
        self, account: Account, keys: Mapping[str, str], position: int | None = None, digest: str | None = None
    ) -> None:
        """Keep the keys and list the account; when one of both fails, neither is done."""
        try:
            await keep_keys(self._tools, account, keys, digest)
            self._tools.chosen.add(account, position)
        except BaseException:
            with suppress(VaultError, ApprovalsError):
                await erase_keys(self._tools, account)
            raise

    async def _moved_out(self, before: Account, after: Account) -> dict[str, str]:
        """Erase the keys of an account whose key is kept elsewhere from now on; what was erased."""
        if before.custody is after.custody:
            return {}
        try:
            return await erase_keys(self._tools, before)
        except NoKeyring:
            return {}
        except KeyringLocked:
            if after.custody is Custody.SESSION:  # chosen because the keyring does not open
                return {}
            raise

    async def _check_owner(self, account: Account, definition: Definition, keys: Mapping[str, str]) -> None:
        """Raises AccountError when these are the keys of another account of this vendor: a paste into the wrong one."""
        for other in self._tools.chosen.accounts:
            if other.id == account.id or (other.provider, other.base_url) != (account.provider, account.base_url):
                continue
            with suppress(VaultError):
                if await stored_keys(self._tools, other, definition) == keys:
                    raise AccountError("key", f"This is the key of {other.name}. Paste the key of {account.name}.")

    async def _check_identity(self, account: Account, definition: Definition, keys: Mapping[str, str]) -> None:
        """Raises AccountError when the vendor says that these keys open another account than the one read until now.

        Where it cannot be asked the keys are taken: its first answer to a reading is judged in the same way.
        """
        if definition.identity_from and not definition.manual:
            refused = belonging.refusal(account, definition)
            if await self._reader.test(account, keys) == refused:
                raise AccountError("key", refused.message)

    def check(self, account: Account, definition: Definition) -> None:
        """Raises AccountError for an account that cannot be as it is."""
        try:
            checked_name(account.name, self._tools.chosen.accounts, account.id)
            checked_base_url(account.base_url)
        except AccountRefused as wrong:
            raise AccountError(wrong.key, f"{wrong.key}: {wrong.what}.") from None
        if not account.client.isprintable():
            raise AccountError("client", "client: a client's name can't have control characters.")
        vendors = self._tools.catalogue.all()
        for field, text in (("name", account.name), ("client", account.client)):
            if any(looks_like_key(text, vendor) for vendor in vendors):
                raise AccountError(field, f"{field}: that looks like a key itself. Keys belong in the keyring.")
        check_settings(definition, account.settings)
        if account.custody is Custody.ENVIRONMENT:
            _check_variable(account.key_env, definition)

    async def _note(self, account: Account, kind: EventKind) -> None:
        await self._tools.history.add_event(Event(self._tools.clock(), account.id, kind, detail=account.name))


def _check_variable(name: str, definition: Definition) -> None:
    """Raises AccountError, which never repeats the name: it may be a key that was pasted there."""
    if not (name.isascii() and name.isidentifier()):
        raise AccountError("key_env", "The name of an environment variable has letters, digits and _ only.")
    if looks_like_key(name, definition):
        raise AccountError("key_env", "That looks like the key itself. Give the name of a variable that holds it.")


def _keep_out(account: Account, keys: Mapping[str, str]) -> None:
    """Raises AccountError, which repeats nothing, when a key was pasted where everybody can read it."""
    open_texts = {"name": account.name, "client": account.client, **account.settings}
    for field, text in open_texts.items():
        if any(key in text for key in keys.values()):
            raise AccountError(field, f"{field}: this is the key itself. It belongs in the keyring alone.")


def looks_like_key(text: str, definition: Definition) -> bool:
    """Whether a text fits what the vendor's keys look like. A short one is none: `ev_` alone may begin a name, too."""
    patterns = [each.pattern for each in definition.credentials if each.secret and each.pattern]
    return len(text) >= LEAST_KEY and any(re.match(pattern, text) for pattern in patterns)


def param_choices(definition: Definition, param: Param, settings: Mapping[str, str]) -> tuple[str, ...]:
    """What this param may be, given the other settings; () is free text. `plan` may be any plan that holds."""
    if param.name == "plan" and definition.plans:
        return tuple(dict.fromkeys(plan.id for plan in definition.plans if holds(plan.when, settings)))
    return param.choices


def check_settings(definition: Definition, chosen: Mapping[str, str]) -> None:
    """Raises AccountError that names the setting and what it may be."""
    params = {param.name: param for param in definition.params}
    settings = definition.settings(chosen)
    for name, value in chosen.items():
        if name not in params:
            known = ", ".join(params) or "none"
            raise AccountError(name, f"{definition.name} has no setting {name!r}. Settings: {known}.")
        choices = param_choices(definition, params[name], settings)
        if choices and value not in choices:
            raise AccountError(name, f"{name} cannot be {value!r}. Choices: {', '.join(choices)}.")
        if len(value) > 200 or not value.isprintable():
            raise AccountError(name, f"{name} must be printable text of at most 200 characters.")
        if not params[name].fits(value):  # not repeated: it may be a key that was pasted there
            such = f", such as {params[name].default}" if params[name].default else ""
            raise AccountError(name, f"{name} cannot be this. Allowed is what matches {params[name].pattern}{such}.")
