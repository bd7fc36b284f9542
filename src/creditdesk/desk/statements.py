"""The story of a month's statement: what was observed and sent, with the accounts' clients and the vendors' prices."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from decimal import Decimal

from creditdesk.core.amounts import EXACT
from creditdesk.core.definition import Definition
from creditdesk.core.months import month_span, zone_words
from creditdesk.core.sending import BatchState, Sending
from creditdesk.core.statement import Statement
from creditdesk.core.statement_making import Books, statement, typed_falls, when
from creditdesk.desk.reading import Reader
from creditdesk.desk.tools import Declined, Tools
from creditdesk.providers.catalogue import UnknownProvider
from creditdesk.providers.definitions import DefinitionError
from creditdesk.store.count_rows import Taken
from creditdesk.store.ledger import AccountMonth, Ledger
from creditdesk.store.outbox import Kept


async def month_statement(tools: Tools, month: str, zone: tzinfo | None = None) -> Statement:
    """The statement of a month such as "2026-11", by the wall clock of `zone` (None: this computer's).

    Nobody is asked. Raises Declined for a month of another form or that has not begun, and HistoryError.
    """
    try:
        since, until = month_span(month, zone)
    except ValueError as error:
        raise Declined(f"{str(error).capitalize()}.") from None
    now = tools.clock()
    if since > now:
        raise Declined(f"{month} has not begun yet.")
    charged = await _charged(tools, since, until)
    observed = await Ledger(tools.history.connections).month(since, until)
    sendings = [each for each in await Kept(tools.history.connections).sendings() if since <= when(each) < until]
    so_far = now if now < until else None
    frame = Statement(month, since, until, zone_words(since, until, zone), so_far)
    return statement(frame, _books(tools, (observed, charged), sendings, since))


async def known_clients(tools: Tools) -> tuple[str, ...]:
    """The clients of all accounts and imports, by name. Raises HistoryError."""
    sent = await Ledger(tools.history.connections).clients()
    found = {account.client for account in tools.chosen.accounts} | set(sent)
    return tuple(sorted(found - {""}, key=lambda name: (name.casefold(), name)))


def named_client(given: str, known: Sequence[str]) -> str:
    """The known client that is called so, small or large letters. Raises Declined, which names those there are."""
    wanted = given.strip()
    if wanted in known:
        return wanted
    found = [name for name in known if name.casefold() == wanted.casefold()]
    if len(found) == 1:
        return found[0]
    there = f"There are: {', '.join(known)}." if known else "No account and no import has a client yet."
    raise Declined(f"There is no client of this name. {there}")


def _books(
    tools: Tools,
    seen: tuple[Mapping[str, AccountMonth], Mapping[str, Taken]],
    sendings: Iterable[Sending],
    since: datetime,
) -> list[Books]:
    """An account after the other: those there are in the user's order, then those that were removed."""
    observed, charged = seen
    accounts = {account.id: account for account in tools.chosen.accounts}
    imports: dict[str, list[Sending]] = {}
    for sending in sendings:
        if sending.items_in(BatchState.ACCEPTED, BatchState.UNKNOWN) or sending.spent:
            imports.setdefault(sending.account, []).append(sending)
    found = []
    for account_id in dict.fromkeys([*accounts, *observed, *imports]):
        account, month = accounts.get(account_id), observed.get(account_id, AccountMonth())
        provider = account.provider if account else next((each.provider for each in imports.get(account_id, ())), "")
        found.append(
            Books(
                account=account_id,
                client=account.client if account else "",
                removed=account is None,
                definition=_definition(tools, provider),
                settings=account.settings if account else {},
                pools=tuple(month.pools),
                used=_used(month, since) if account_id in charged else month.used,
                typed=typed_falls(month.typed, since),
                imports=tuple(imports.get(account_id, ())),
                top_ups=tuple(month.top_ups),
                charged=charged.get(account_id, {}),
            )
        )
    return found


def _used(month: AccountMonth, since: datetime) -> dict[str, Decimal]:
    """What was used of the pools of a metered account: as it was seen, and before that what typed balances fell by."""
    never = datetime.min.replace(tzinfo=UTC)
    fell = typed_falls([each for each in month.typed if each.at < month.seen_from.get(each.pool, never)], since)
    return {pool: EXACT.add(amount, fell.get(pool, Decimal(0))) for pool, amount in month.used.items()}


async def _charged(tools: Tools, since: datetime, until: datetime) -> dict[str, Taken]:
    """What charges took in the month, by account."""
    await tools.history.counts.learn()
    metered = tools.history.counts.metered
    if not metered:
        return {}
    reader = Reader(tools)
    reader.load()
    await reader.catch_up()
    await reader.counting.keep_news(reader.cases(metered))  # what was used is told by the history
    return {case.account.id: await reader.counting.taken(case, since, until) for case in reader.cases(metered)}


def _definition(tools: Tools, provider: str) -> Definition | None:
    try:
        return tools.catalogue.get(provider)
    except (UnknownProvider, DefinitionError):
        return None
