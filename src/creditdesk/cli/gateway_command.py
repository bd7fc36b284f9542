"""`creditdesk gateway`: serve until stopped; and the tokens that scripts send."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from creditdesk.core.amounts import dumps, parse_amount, plain
from creditdesk.core.guard import Guard
from creditdesk.desk.accounts import AccountError
from creditdesk.desk.opening import Desk
from creditdesk.desk.tools import Declined
from creditdesk.gateway.feed import Done, Feed, Seen
from creditdesk.paths import places
from creditdesk.providers.redaction import redact
from creditdesk.store.tokens import Token, Tokens, new_secret


async def gateway(options: argparse.Namespace, desk: Desk) -> int:
    """Serve and say in one JSON line where."""
    from creditdesk.gateway.running import Gateway, GatewayError  # the web server costs 0.1 s
    from creditdesk.gateway.serving import USUAL_PORT, allow_many

    names = {account.id: account.name for account in desk.tools.chosen.accounts}
    running = Gateway(desk.tools, places(options.data_dir), Feed(_Telling(names, desk.tools.clock)))
    allow_many()
    stopping = asyncio.Event()
    _stop_on_signals(stopping)
    try:
        url = await running.start(options.port)
    except GatewayError as error:
        raise Declined(str(error)) from None
    if options.port is None and not url.endswith(f":{USUAL_PORT}/"):
        print(f"creditdesk: Port {USUAL_PORT} is taken; this gateway has another one.", file=sys.stderr)
    print(dumps({"url": url}), flush=True)
    try:
        await stopping.wait()
    finally:
        await running.stop()
    return 0


class _Telling:
    """Says on standard error what was warned of and refused: of each token and kind once a minute."""

    def __init__(self, names: Mapping[str, str], now: Callable[[], datetime]) -> None:
        self._names = names
        self._now = now
        self._said: dict[tuple[str, Done], datetime] = {}

    def __call__(self, seen: Seen) -> None:
        if seen.done is Done.PASSED:
            return
        now, before = self._now(), self._said.get((seen.token, seen.done))
        if before is not None and now - before < timedelta(minutes=1):
            return
        self._said[seen.token, seen.done] = now
        whose = f"{self._names.get(seen.account, seen.account)}, token {seen.token}"
        print(redact(f"creditdesk: {whose}: {seen.operation or 'request'} {seen.done}: {seen.note}"), file=sys.stderr)


async def token(options: argparse.Namespace, desk: Desk) -> int:
    """Make, list or revoke a token."""
    return await {"add": _add, "list": _list, "revoke": _revoke}[options.action](options, desk)


def _stop_on_signals(stopping: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stopping.set)
        except (NotImplementedError, RuntimeError):  # Windows has none on the loop; a test is not on the main thread
            if sys.platform == "win32":
                signal.signal(number, lambda *_: loop.call_soon_threadsafe(stopping.set))


async def _add(options: argparse.Namespace, desk: Desk) -> int:
    """Make a token and print it, the only time."""
    account = desk.registry.named(options.account)
    definition = desk.tools.vendor(account.provider)
    if definition.gateway is None:
        raise Declined(f"Requests to {definition.name} cannot pass through the gateway: its key is not sent plainly.")
    if not desk.tools.history.durable:
        raise Declined("The token can't be kept: the history's file can't be used.")
    number, secret, digest = new_secret()
    token = Token(
        id=number,
        account=account.id,
        client=(options.client or account.client).strip(),
        guard=Guard(options.guard),
        created_at=desk.tools.clock(),
        digest=digest,
        budget_day=_budget("--budget-day", options.budget_day),
        budget_month=_budget("--budget-month", options.budget_month),
    )
    await Tokens(desk.tools.history.connections).add(token)
    if options.json:
        print(dumps({**_row(token, account.name), "token": secret}))
    else:
        print(secret)
        print("This is the only time that the token is shown; it is kept as a hash.", file=sys.stderr)
    return 0


async def _list(options: argparse.Namespace, desk: Desk) -> int:
    """List the tokens; never their text."""
    names = {account.id: account.name for account in desk.tools.chosen.accounts}
    tokens = await Tokens(desk.tools.history.connections).listing()
    if options.json:
        print(dumps({"tokens": [_row(each, names.get(each.account)) for each in tokens]}, indent=2))
    elif not tokens:
        print("There are no tokens. Make one with `creditdesk gateway token add`.")
    for each in () if options.json else tokens:
        print(_line(each, names.get(each.account)))
    return 0


async def _revoke(options: argparse.Namespace, desk: Desk) -> int:
    """Let nobody in with a token any more."""
    if not await Tokens(desk.tools.history.connections).revoke(options.id, desk.tools.clock()):
        raise Declined("There is no token with this id that lets anybody in. See `creditdesk gateway token list`.")
    print("Revoked. A running gateway knows it within a second.")
    return 0


def _budget(option: str, text: str | None) -> Decimal | None:
    if text is None:
        return None
    amount = parse_amount(text, ",")
    if amount is None or amount < 0:
        raise AccountError(option, f"{option} must be a number that is not negative, such as {option} 500.")
    return amount


def _row(token: Token, account: str | None) -> dict[str, object]:
    return {
        "id": token.id,
        "account": account,
        "account_id": token.account,
        "client": token.client or None,
        "guard": token.guard,
        "budget_day": token.budget_day,
        "budget_month": token.budget_month,
        "created_at": token.created_at,
        "used_at": token.used_at,
        "revoked_at": token.revoked_at,
    }


def _line(token: Token, account: str | None) -> str:
    budgets = ((token.budget_day, "a day"), (token.budget_month, "a month"))
    words = [
        token.id,
        account or "(account removed)",
        token.client or "no client",
        token.guard.value,
        *(f"{plain(amount)} {period}" for amount, period in budgets if amount is not None),
        f"last used {token.used_at:%Y-%m-%d %H:%M}Z" if token.used_at else "never used",
        *([f"revoked {token.revoked_at:%Y-%m-%d %H:%M}Z"] if token.revoked_at else []),
    ]
    return "  ".join(words)
