"""The gateway's tokens: what a script sends in the place of the vendor's key. Only their SHA-256 is kept.

A token is random (256 bits), so its plain hash cannot be guessed from; it is shown once, when it is made.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from creditdesk.core.guard import Guard
from creditdesk.store import statements_tokens as statements
from creditdesk.store.connections import Connections
from creditdesk.store.pending import Pending
from creditdesk.store.rows import Row, amount, instant, maybe_instant, maybe_micros, micros, text

PREFIX = "cdk_"
_FORM = re.compile(rf"{PREFIX}([0-9a-f]{{8}})_[A-Za-z0-9_-]{{43}}")
IN_BYTES = re.compile(_FORM.pattern.encode())
"""What every token of ours looks like."""
_NOBODY = "0" * 64


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is kept. `account` is an id; budgets are in the vendor's unit, by UTC day and month, None: none."""

    id: str
    account: str
    client: str
    guard: Guard
    created_at: datetime
    digest: str = field(repr=False)
    budget_day: Decimal | None = None
    budget_month: Decimal | None = None
    used_at: datetime | None = None
    revoked_at: datetime | None = None


def new_secret() -> tuple[str, str, str]:
    """A new token's id, its text (the only time that it is there), and its digest."""
    number = secrets.token_hex(4)
    secret = f"{PREFIX}{number}_{secrets.token_urlsafe(32)}"
    return number, secret, digest(secret)


def digest(secret: str) -> str:
    """What is kept of a token: its SHA-256, in hex."""
    return hashlib.sha256(secret.encode()).hexdigest()


def id_of(secret: str) -> str:
    """The id that a token's text names; "" for what is no token of ours."""
    found = _FORM.fullmatch(secret)
    return found[1] if found else ""


def is_it(token: Token | None, secret: str) -> bool:
    """Whether this is the token's text; as long for a wrong one, and for None, as for the right one."""
    same = hmac.compare_digest(token.digest if token else _NOBODY, digest(secret))
    return same and token is not None and token.revoked_at is None


class Tokens:
    """The tokens of one desk. All raise HistoryError."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, token: Token) -> Pending[None]:
        """Keep a new token."""
        row = _row(token)
        return self._connections.write(lambda connection: _done(connection.execute(statements.ADD_TOKEN, row)))

    def listing(self) -> Pending[list[Token]]:
        """All tokens, revoked ones too, oldest first."""
        return self._connections.read(lambda connection: [_token(row) for row in connection.execute(statements.TOKENS)])

    def revoke(self, token_id: str, now: datetime) -> Pending[bool]:
        """Let nobody in with it any more; says whether there was such a token that still let in."""
        row = (micros(now), token_id)
        return self._connections.write(
            lambda connection: bool(connection.execute(statements.REVOKE_TOKEN, row).rowcount)
        )

    def used(self, token_id: str, now: datetime) -> Pending[None]:
        """Note when it was last used."""
        row = (micros(now), token_id, micros(now))
        return self._connections.write(lambda connection: _done(connection.execute(statements.USE_TOKEN, row)))


def _done(_result: object) -> None:
    return None


def _row(token: Token) -> Row:
    return (
        token.id,
        token.account,
        token.client,
        token.guard.value,
        text(token.budget_day),
        text(token.budget_month),
        token.digest,
        micros(token.created_at),
        maybe_micros(token.used_at),
        maybe_micros(token.revoked_at),
    )


def _token(row: Row) -> Token:
    number, account, client, guard, day, month, hashed, created, used, revoked = row
    return Token(
        id=number,
        account=account,
        client=client,
        guard=Guard(guard),
        created_at=instant(created),
        digest=hashed,
        budget_day=amount(day),
        budget_month=amount(month),
        used_at=maybe_instant(used),
        revoked_at=maybe_instant(revoked),
    )
