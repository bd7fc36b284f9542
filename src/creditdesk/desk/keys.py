"""The keys of an account: for one request, or why there are none; kept, taken away, and moved.

A key of a vendor of the user's own is kept under a name that holds what it was given for: the digest of what the
definition sends where. Another definition that takes the same id finds nothing there.
"""

from collections.abc import Mapping
from contextlib import suppress

from creditdesk.core.definition import Definition
from creditdesk.core.pools import Account, Custody, Trouble, TroubleKind
from creditdesk.desk.tools import Tools
from creditdesk.providers.catalogue import UnknownProvider
from creditdesk.providers.definitions import DefinitionError
from creditdesk.store.approvals import ApprovalsError, Bound
from creditdesk.store.vault import KeyMissing, KeyringLocked, VaultError, slot

_GIVEN_BEFORE = "The key of {name} was given for another state of its definition. Paste it once more."


async def keys_of(tools: Tools, account: Account, definition: Definition) -> dict[str, str] | Trouble:
    """The keys by credential name, for this one request: hand them on and drop them."""
    refusal = tools.trust.refusal(definition)
    if refusal is not None:
        return refusal
    try:
        return await stored_keys(tools, account, definition)
    except KeyringLocked as error:
        return Trouble(TroubleKind.KEYRING_LOCKED, str(error))
    except KeyMissing as error:
        moved = account.custody is Custody.KEYRING and given_for(tools, account) != digest_of(definition)
        return Trouble(TroubleKind.NO_KEY, _GIVEN_BEFORE.format(name=account.name) if moved else str(error))
    except VaultError as error:
        return Trouble(TroubleKind.NO_KEY, str(error))


async def stored_keys(tools: Tools, account: Account, definition: Definition) -> dict[str, str]:
    """The keys that were given for this definition. Raises VaultError."""
    return await tools.vault.read_account(account, definition.credentials, digest_of(definition))


def digest_of(definition: Definition) -> str:
    """What keys of this vendor are given for: "" for a definition that came with the program."""
    return definition.own.digest if definition.own is not None else ""


def given_for(tools: Tools, account: Account) -> str:
    """The digest that the account's stored keys were given for, "" for none. Raises ApprovalsError."""
    return _bound(tools, account).digest


async def keep_keys(tools: Tools, account: Account, keys: Mapping[str, str], digest: str | None = None) -> None:
    """Keep these keys where the account keeps them, as given for `digest` (None: for its definition as it is now).

    Raises VaultError, ApprovalsError, OSError.
    """
    digest = _digest_now(tools, account) if digest is None else digest
    bound = _bound(tools, account)  # fails before anything is kept
    place = slot(account.id, digest)
    for name, value in keys.items():
        if account.custody is Custody.SESSION:
            tools.vault.keep(place, name, value)
        elif account.custody is Custody.KEYRING:
            await tools.vault.write(place, name, value)
    if keys and (digest or bound.digest):
        tools.trust.approvals.bind(account.id, Bound(digest, tuple(keys)))


async def erase_keys(tools: Tools, account: Account, digest: str | None = None) -> dict[str, str]:
    """Erase all keys of the account from where it keeps them, or those that were given for `digest`; what was erased.

    Raises VaultError, ApprovalsError.
    """
    bound = _bound(tools, account)
    digests = dict.fromkeys((_digest_now(tools, account), bound.digest)) if digest is None else (digest,)
    keys = {}
    for place in (slot(account.id, each) for each in digests):
        for name in _names(tools, account, bound):
            if (key := await _taken(tools, account, place, name)) is not None:
                keys[name] = key
    return keys


async def _taken(tools: Tools, account: Account, place: str, name: str) -> str | None:
    """One key, erased from where it was; None when there is none."""
    if account.custody is Custody.SESSION:
        key = tools.vault.kept(place, name)
        tools.vault.drop(place, name)
        return key
    if account.custody is not Custody.KEYRING:
        return None
    key = await tools.vault.read(place, name)
    await tools.vault.erase(place, name)
    return key


async def move_keys(tools: Tools, account: Account, definition: Definition) -> bool:
    """Let the account's stored keys be used for the definition as it is now; whether there were any.

    At no moment are they in no place. Raises VaultError, ApprovalsError, OSError.
    """
    bound, now, keys = _bound(tools, account), digest_of(definition), {}
    if bound.digest == now:
        return True
    place = slot(account.id, bound.digest)
    for name in _names(tools, account, bound):
        session = account.custody is Custody.SESSION
        key = tools.vault.kept(place, name) if session else await tools.vault.read(place, name)
        if key is not None:
            keys[name] = key
    await keep_keys(tools, account, keys, now)
    await erase_keys(tools, account, bound.digest)
    return bool(keys)


def _bound(tools: Tools, account: Account) -> Bound:
    """What the keys were given for. A file of approvals that is broken does not touch what came with the program."""
    try:
        return tools.trust.approvals.bound(account.id)
    except ApprovalsError:
        with suppress(UnknownProvider):
            if not tools.catalogue.is_own(account.provider):
                return Bound()
        raise


def _names(tools: Tools, account: Account, bound: Bound) -> tuple[str, ...]:
    """The names of the account's keys; a guess for a vendor whose definition is gone or broken."""
    definition = _definition(tools, account)
    names = ("key",) if definition is None else tuple(each.name for each in definition.credentials)
    return tuple(dict.fromkeys((*names, *bound.names)))


def _digest_now(tools: Tools, account: Account) -> str:
    definition = _definition(tools, account)
    return digest_of(definition) if definition is not None else ""


def _definition(tools: Tools, account: Account) -> Definition | None:
    try:
        return tools.catalogue.get(account.provider)
    except (UnknownProvider, DefinitionError):
        return None
