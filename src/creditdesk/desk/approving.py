"""The story of an approval: what there is to approve, and what follows when the user does."""

from collections.abc import Callable
from dataclasses import dataclass

from creditdesk.core.definition import Definition
from creditdesk.core.pools import Account, Custody
from creditdesk.desk.keys import given_for, move_keys
from creditdesk.desk.reading import Reader
from creditdesk.desk.tools import Declined, Tools
from creditdesk.providers.binding import Binding, binding, differences
from creditdesk.providers.catalogue import UnknownProvider
from creditdesk.providers.definitions import DefinitionError
from creditdesk.store.approvals import Approval, ApprovalsError
from creditdesk.store.vault import VaultError

_OTHERWISE = "It goes to the same addresses as before, asked in another order or way."


@dataclass(frozen=True, slots=True)
class Asked:
    """What is shown before a definition is approved.

    `changed` says what is other than what was approved before, () when nothing is or nothing ever was. `typed_host` is
    the host that the user has to type, "" for none. `stored` are the accounts whose key was given for another state of
    the definition; `is_new`: none of it was ever approved. `given`: which keys it gets without being given them.
    """

    definition: Definition
    binding: Binding
    changed: tuple[str, ...] = ()
    typed_host: str = ""
    stored: tuple[Account, ...] = ()
    is_new: bool = True
    given: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """All that is to be read before it is approved."""
        return (*self.binding.lines, *self.given)


def question(tools: Tools, find: Callable[[], Definition], again: bool = False) -> Asked | None:
    """What the user is asked before this definition is used; None when it may be, unless `again`. Raises Declined."""
    try:
        definition = find()
        if definition.own is None or not (again or tools.trust.refusal(definition)):
            return None
        return _asked(tools, definition)
    except UnknownProvider as error:
        raise Declined(f"{error}.") from None
    except (DefinitionError, ApprovalsError) as error:
        raise Declined(str(error)) from None


async def approve(tools: Tools, reader: Reader, asked: Asked, host: str = "", keys: bool = False) -> str:
    """Approve what was asked about; with `keys` the stored keys of its accounts are used for it from now on.

    `host` is what the user typed. The accounts are read again. Returns what the user should know, "" for nothing.
    Raises Declined.
    """
    typed = host.strip().rstrip(".").lower()
    if asked.typed_host and typed != asked.typed_host:
        raise Declined(f"It asks {asked.typed_host}: that name has to be typed.")
    if typed and typed not in asked.binding.hosts:
        hosts = ", ".join(asked.binding.hosts)
        raise Declined(f"{asked.definition.name} does not ask that host. It asks {hosts}.")
    approval = Approval(asked.binding.digest, tools.clock(), asked.binding.lines, typed)
    try:
        tools.trust.approvals.approve(asked.definition.id, approval)
    except (ApprovalsError, OSError) as error:
        raise Declined(f"The approval can't be kept: {error}") from None
    without = [await _moved(tools, account, asked.definition) for account in (asked.stored if keys else ())]
    for account in tools.chosen.accounts:
        if account.provider == asked.definition.id:
            reader.forget_trouble(account.id)
    return " ".join(filter(None, without))


def _asked(tools: Tools, definition: Definition) -> Asked:
    found = binding(definition)
    if len(found.local) > 1:
        raise Declined(f"{definition.name} asks several hosts of this computer or its network. One is allowed.")
    former = tools.trust.approvals.last(definition.id)
    same = former is not None and former.digest == found.digest
    return Asked(
        definition=definition,
        binding=found,
        changed=() if former is None or same else differences(former.lines, found.lines) or (_OTHERWISE,),
        typed_host=next(iter(found.local), ""),
        stored=tuple(
            each
            for each in tools.chosen.accounts
            if each.provider == definition.id
            and each.custody in (Custody.KEYRING, Custody.SESSION)
            and given_for(tools, each) != found.digest
        ),
        is_new=former is None,
        given=tuple(
            f"{each.name}: its key is what stands in the environment variable {each.key_env}"
            for each in tools.chosen.accounts
            if each.provider == definition.id and each.custody is Custody.ENVIRONMENT
        ),
    )


async def _moved(tools: Tools, account: Account, definition: Definition) -> str:
    """Take the account's keys over; what the user should know, "" when it went well."""
    try:
        moved = await move_keys(tools, account, definition)
    except (VaultError, ApprovalsError, OSError) as error:
        return f"The key of {account.name} was not taken over: {error}"
    return "" if moved else f"{account.name} has no stored key."
