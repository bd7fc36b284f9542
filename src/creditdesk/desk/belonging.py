"""Whose account a key opens, and whether an account was ever read well: remembered beside the account's readings.

What the vendor calls the account may be an address of e-mail. It is kept as a salted hash alone, and compared.
"""

import hashlib
import hmac
import os

from creditdesk.core.amounts import instant_text
from creditdesk.core.definition import Definition
from creditdesk.core.pools import AS_A_NEW_ACCOUNT, Account, Snapshot, Source, Trouble, TroubleKind
from creditdesk.desk.case import Case
from creditdesk.desk.known import Known
from creditdesk.desk.tools import Tools
from creditdesk.store.history import HistoryError
from creditdesk.store.marks import Marks

PROVED = "proved"
ROUNDS = 10_000
"""Of the hash: 5 ms, once a start and account. What is hashed is often short and can be guessed."""

OTHER_ACCOUNT = (
    "This key belongs to another account at {vendor} than the one {name} was read from until now. Paste the key of "
    f"that account. To watch the other one, too, {AS_A_NEW_ACCOUNT}."
)


def is_another(known: Known, account: Account, snapshot: Snapshot) -> bool:
    """Whether the vendor names another account in this answer than the one that was read under this name before."""
    sealed = known.marks.get(mark_name(account), "")
    if not snapshot.identity or not sealed or known.identity == snapshot.identity:
        return False
    if not is_sealed(snapshot.identity, sealed):
        return True
    known.identity = snapshot.identity
    return False


def checked(case: Case, outcome: Snapshot | Trouble) -> Snapshot | Trouble:
    """The outcome, or a trouble where it is the answer for another account: its numbers must not be taken for ours."""
    other = isinstance(outcome, Snapshot) and is_another(case.known, case.account, outcome)
    return refusal(case.account, case.definition) if other else outcome


async def remember(case: Case, snapshot: Snapshot, tools: Tools) -> None:
    """Note what the first good reading of an account proves; nothing when that is known already.

    A reading of a test server proves nothing of the vendor, and is not kept beyond this run.
    """
    known, account, marks = case.known, case.account, {}
    known.proved = known.proved or snapshot.source is Source.LIVE
    if PROVED not in known.marks and snapshot.source is Source.LIVE and not account.base_url:
        marks[PROVED] = instant_text(snapshot.read_at)
    if snapshot.identity and mark_name(account) not in known.marks:
        marks[mark_name(account)] = sealed(snapshot.identity)
        known.identity = snapshot.identity
    if marks:
        known.marks = {**known.marks, **marks}
        try:
            await Marks(tools.history.connections).put(account.id, marks)
        except HistoryError:
            return  # the reading itself says so; the marks are made anew by another one


def refusal(account: Account, definition: Definition) -> Trouble:
    """Why a key of another account is not taken, with the way out."""
    return Trouble(TroubleKind.KEY_REJECTED, OTHER_ACCOUNT.format(vendor=definition.name, name=account.name))


def mark_name(account: Account) -> str:
    """Under which name the hash is kept: a test server knows other accounts than the vendor."""
    return f"identity {account.base_url}".strip()


def sealed(identity: str) -> str:
    """A salted hash of a text, as it is kept."""
    salt = os.urandom(16)
    return f"{salt.hex()}:{_digest(identity, salt).hex()}"


def is_sealed(identity: str, kept: str) -> bool:
    """Whether this text is the one that was hashed."""
    salt, _, digest = kept.partition(":")
    try:
        return hmac.compare_digest(_digest(identity, bytes.fromhex(salt)), bytes.fromhex(digest))
    except ValueError:  # not ours: a file that was edited refuses nobody
        return True


def _digest(identity: str, salt: bytes) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", identity.strip().encode(), salt, ROUNDS)
