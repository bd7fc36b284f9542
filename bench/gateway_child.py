"""A child of the bench: `gateway_child.py FOLDER VENDOR_PORT`; a gateway with an account that has plenty of credits.

Its keyring is in memory. Prints its port and, by guard, a token; then serves until its process is ended.
"""

import asyncio
import json
import sys
from decimal import Decimal
from pathlib import Path

from creditdesk.core.guard import Guard
from creditdesk.core.pools import Account, Custody
from creditdesk.desk.opening import open_desk
from creditdesk.desk.tools import utc_now
from creditdesk.gateway.running import Gateway
from creditdesk.paths import Places
from creditdesk.store.tokens import Token, Tokens, new_secret
from creditdesk.store.vault import Vault

KEY = "ocs_0123456789abcdef0123456789abcdef01234567"


class Keyring:
    """One key."""

    def get_password(self, service: str, username: str) -> str | None:
        """It."""
        return KEY

    def set_password(self, service: str, username: str, password: str) -> None:
        """Nothing is kept."""

    def delete_password(self, service: str, username: str) -> None:
        """Nothing is kept."""


async def serve(folder: Path, vendor: str) -> None:
    """Serve until the process is ended."""
    places = Places(folder, folder)
    desk = open_desk(places, Vault(Keyring(), limit_s=5))
    draft = Account("", "Shop", "oneclickseo", Custody.KEYRING, base_url=f"http://127.0.0.1:{vendor}")
    account = await desk.registry.add(draft, {"key": KEY})
    plenty = {pool: (Decimal(10**9), None) for pool in ("monthly", "top-up")}
    await desk.registry.type_balances(account, plenty)
    tokens = {}
    for guard in (Guard.WATCH, Guard.REFUSE):
        number, tokens[guard], digest = new_secret()
        await Tokens(desk.tools.history.connections).add(Token(number, account.id, "bench", guard, utc_now(), digest))
    url = await Gateway(desk.tools, places).start(0)
    print(json.dumps([url.rsplit(":", 1)[1].rstrip("/"), tokens]), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), sys.argv[2]))
