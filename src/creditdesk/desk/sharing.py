"""Pools that several accounts have in common: a licence's shared credits are typed once and stand on every site."""

from collections.abc import Callable, Iterable, Mapping

from creditdesk.core.definition import Definition
from creditdesk.core.pools import Account
from creditdesk.core.typed import Typed, sharing_key, typed_rules


def shared_with(account: Account, definition: Definition, accounts: Iterable[Account]) -> dict[str, frozenset[str]]:
    """The other accounts that have pools in common with this one, by id, and which."""
    rules = [rule for rule in typed_rules(definition) if rule.shared_by]
    ours = {rule.id: sharing_key(definition, rule, definition.settings(account.settings)) for rule in rules}
    found = {}
    for other in accounts if any(ours.values()) else ():
        if other.id != account.id and other.provider == account.provider:
            theirs = definition.settings(other.settings)
            common = [
                each for each in rules if ours[each.id] and sharing_key(definition, each, theirs) == ours[each.id]
            ]
            if common:
                found[other.id] = frozenset(each.id for each in common)
    return found


def shared_balances(
    account: Account,
    definition: Definition,
    accounts: Iterable[Account],
    typed_of: Callable[[str], Mapping[str, Typed]],
) -> dict[str, Typed]:
    """The account's typed balances, by pool id; of a shared pool the one typed last for any account that has it.

    `typed_of` gives what was typed for an account, by its id.
    """
    typed = dict(typed_of(account.id))
    shared = [rule for rule in typed_rules(definition) if rule.shared_by]
    if not shared:
        return typed
    siblings = [other for other in accounts if other.provider == account.provider]
    for rule in shared:
        key = sharing_key(definition, rule, definition.settings(account.settings))
        for other in siblings if key else ():
            if sharing_key(definition, rule, definition.settings(other.settings)) == key:
                entry = typed_of(other.id).get(rule.id)
                if entry and (rule.id not in typed or entry.at > typed[rule.id].at):
                    typed[rule.id] = entry
    return typed
