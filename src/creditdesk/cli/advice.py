"""The exact command that would help, where a verdict needs a balance that only the user can type."""

import shlex
from collections.abc import Iterable, Mapping
from datetime import datetime

from creditdesk.core.definition import Definition
from creditdesk.core.factors import check_factors
from creditdesk.core.pools import Custody, Reading
from creditdesk.core.pricing import bill
from creditdesk.core.typed import typed_pools, typed_rules
from creditdesk.core.verdict import Part


def factor_advice(parts: Iterable[Part], settings: Mapping[str, str]) -> list[str]:
    """For each factor that a price depends on and that was not given, the option that gives it."""
    bills = [bill(part.operation, check_factors(part.operation, part.factors), settings) for part in parts]
    return [f"Give it: --factor {each.missing}=N" for each in bills if each.missing]


def typing_advice(reading: Reading, definition: Definition, now: datetime) -> list[str]:
    """One sentence with the command that types the balances that are missing; none where nothing is missing.

    An account that can be read but was not yet is to be read instead.
    """
    account = reading.account
    if definition.readable and (account.custody is not Custody.NONE or not typed_rules(definition)):
        return [] if reading.snapshot else ["Read it first: creditdesk status --refresh"]
    pools = reading.snapshot.pools if reading.snapshot else typed_pools(definition, account.settings, {}, now)[0]
    missing = [pool.id for pool in pools if pool.left is None]
    if not missing:
        return []
    words = " ".join(f"--pool {shlex.quote(pool)}=N" for pool in missing)
    name = shlex.quote(account.name)
    return [f"Type what the vendor's page shows as N: creditdesk accounts set {name} {words}"]
