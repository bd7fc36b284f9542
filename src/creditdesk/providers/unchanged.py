"""Knowing an answer again: the very same answer to the very same question means the same pools.

Between two readings of a vendor mostly nothing was used, and its answer has the same bytes. Of an answer only a keyed
hash is kept, never a byte of it. Definitions whose answers mean something else at another time are left out.
"""

import hashlib
import os
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from creditdesk.core.definition import Definition, When
from creditdesk.core.pools import Account, Snapshot
from creditdesk.providers.answers import Answer

MOST_KEPT = 1024
_ABSOLUTE = frozenset({"iso", "date", "epoch", "epoch_ms"})


class _Kept(NamedTuple):
    definition: Definition
    mark: bytes
    snapshot: Snapshot


class Unchanged:
    """The last good answer of each account, as a mark, and the snapshot that it made."""

    def __init__(self) -> None:
        self._salt = os.urandom(16)
        self._kept: dict[str, _Kept] = {}
        self._suited: dict[str, tuple[Definition, bool]] = {}

    def suits(self, definition: Definition) -> bool:
        """Whether answers of this vendor can be known again."""
        known = self._suited.get(definition.id)
        if known is None or known[0] is not definition:
            known = self._suited[definition.id] = (definition, means_the_same_later(definition))
        return known[1]

    def mark(self, account: Account, secrets: Mapping[str, str], answer: Answer) -> bytes:
        """What tells an account as it is set up now, its keys and an answer from any others."""
        asked = repr((account.provider, account.base_url, sorted(account.settings.items()), sorted(secrets.items())))
        said = asked.encode("utf-8", "replace")
        made = hashlib.blake2b(b"%d %d " % (answer.status, len(said)), key=self._salt, digest_size=16)
        made.update(said)
        made.update(answer.body)
        return made.digest()

    def find(self, account: Account, definition: Definition, mark: bytes, now: datetime) -> Snapshot | None:
        """The snapshot that this answer made before, as one of now; None when it is not the last one."""
        kept = self._kept.get(account.id)
        if kept is None or kept.mark != mark or kept.definition is not definition:
            return None
        last = kept.snapshot
        ends = (last.key_expires_at, last.plan_ends_at)
        return Snapshot(now, last.source, last.pools, last.plan, last.inferred, *ends, last.identity)

    def keep(self, account: Account, definition: Definition, mark: bytes, snapshot: Snapshot) -> None:
        """Remember what this answer made."""
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        self._kept[account.id] = _Kept(definition, mark, snapshot)


def means_the_same_later(definition: Definition) -> bool:
    """Whether an answer of this vendor means the same whenever it comes: one request, read by its body, and no instant
    that is reckoned from now."""
    only = definition.requests[0] if len(definition.requests) == 1 else None
    if only is None or only.capture or only.page is not None or only.body == "headers":
        return False
    ends = [definition.key_expires, definition.plan_ends]
    instants = [*ends, *(when for rule in definition.pools for when in (rule.reset, rule.expires))]
    return all(_is_absolute(when) for when in instants if when)


def _is_absolute(when: When) -> bool:
    return not when.every and (when.format in _ABSOLUTE or when.format.startswith("strptime:"))
